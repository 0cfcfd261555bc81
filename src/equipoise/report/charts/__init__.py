"""Charts of a finished run, one function each; titles state what they show."""

from equipoise.report.charts.knowledge import evidence, evppi
from equipoise.report.charts.money import acceptability, budget, plane
from equipoise.report.charts.patients import course, patients
from equipoise.report.charts.policies import policy_map
from equipoise.report.charts.route import route
from equipoise.report.charts.svg import ToSvg, converter
from equipoise.report.charts.theme import NARROW, WIDE

__all__ = [
    "NARROW",
    "WIDE",
    "ToSvg",
    "acceptability",
    "budget",
    "converter",
    "course",
    "evidence",
    "evppi",
    "patients",
    "plane",
    "policy_map",
    "route",
]
