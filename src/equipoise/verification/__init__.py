"""Does a model keep what any model must: checks of its inputs, states, results and draws."""

from equipoise.verification.catalogue import ADVISHE, CHECKS, TECH_VER
from equipoise.verification.checks import Check, Outcome, Verdict
from equipoise.verification.log import log_of
from equipoise.verification.seeded import CatchRate, catch_rate
from equipoise.verification.verify import DRAWS, Verification, verify

__all__ = [
    "ADVISHE",
    "CHECKS",
    "DRAWS",
    "TECH_VER",
    "CatchRate",
    "Check",
    "Outcome",
    "Verdict",
    "Verification",
    "catch_rate",
    "log_of",
    "verify",
]
