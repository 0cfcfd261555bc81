"""The catalogue V01 to V32, under the headings of TECH-VER and AdViSHE."""

from equipoise.core.translation import mark
from equipoise.verification import (
    curves,
    effects,
    inputs,
    spread,
    states,
    totals,
    uncertainty,
    worth,
)
from equipoise.verification.checks import Check

_INPUTS = mark("Model inputs")
_STATES = mark("Event and state calculations")
_RESULTS = mark("Result calculations")
_UNCERTAINTY = mark("Uncertainty analysis")
TECH_VER = (_INPUTS, _STATES, _RESULTS, _UNCERTAINTY)
"""Domains of TECH-VER: Büyükkaramikli et al. (2019), PharmacoEconomics 37:1391-1408,
https://doi.org/10.1007/s40273-019-00844-y."""

_DATA = mark("B1 Input data: face validity")
_FIT = mark("B2 Input data: model fit")
_EXTREMES = mark("C2 Computer model: extreme values")
_TRACES = mark("C3 Computer model: traces of patients")
_UNITS = mark("C4 Computer model: unit tests")
ADVISHE = (_DATA, _FIT, _EXTREMES, _TRACES, _UNITS)
"""Items of AdViSHE that a program can answer: Vemer et al. (2016), PharmacoEconomics 34:349-361,
https://doi.org/10.1007/s40273-015-0327-2. Conceptual model, outside review and comparison with
other models and data are for people."""

CHECKS = (
    Check("V01", mark("Probabilities, rows and death"), _INPUTS, _UNITS, inputs.probabilities),
    Check("V02", mark("Sources, and draws centred on values"), _INPUTS, _DATA, inputs.evidence),
    Check("V03", mark("Standard errors, not deviations"), _INPUTS, _DATA, spread.standard_errors),
    Check("V04", mark("Curves and what they contain"), _INPUTS, _FIT, inputs.special_cases),
    Check("V05", mark("Ratios as published"), _INPUTS, _DATA, inputs.ratios),
    Check("V06", mark("Higher ratio, likelier event"), _INPUTS, _EXTREMES, effects.raised_ratios),
    Check("V07", mark("Conversions of time"), _INPUTS, _UNITS, inputs.conversions),
    Check("V08", mark("Nobody lost, moves as by hand"), _STATES, _TRACES, states.conservation),
    Check("V09", mark("Death is for ever, life ends"), _STATES, _TRACES, states.deaths),
    Check("V10", mark("Curves do not cross"), _STATES, _TRACES, curves.curves),
    Check("V11", mark("Not above the general population"), _STATES, _TRACES,
          states.general_population),
    Check("V12", mark("No death, and certain death"), _STATES, _EXTREMES, states.extremes),
    Check("V13", mark("No moves, no change"), _STATES, _EXTREMES, states.rest),
    Check("V14", mark("Tunnel states"), _STATES, _TRACES, states.tunnels),
    Check("V15", mark("The cohort starts at 100 %"), _STATES, _UNITS, states.beginnings),
    Check("V16", mark("Equal and exchanged strategies"), _STATES, _EXTREMES, states.equal_arms),
    Check("V17", mark("Utilities of 1 and 0"), _RESULTS, _EXTREMES, worth.utilities),
    Check("V18", mark("Discounting"), _RESULTS, _EXTREMES, worth.discounting),
    Check("V19", mark("Higher price, higher cost"), _RESULTS, _EXTREMES, totals.prices),
    Check("V20", mark("Parts add up to totals"), _RESULTS, _UNITS, totals.parts),
    Check("V21", mark("Shorter horizon, less of all"), _RESULTS, _EXTREMES, totals.shorter),
    Check("V22", mark("Half the cycle"), _RESULTS, _EXTREMES, totals.cycles),
    Check("V23", mark("Frontier of strategies"), _RESULTS, _UNITS, totals.frontier),
    Check("V24", mark("One-off costs add just that"), _RESULTS, _UNITS, totals.once),
    Check("V25", mark("What never happens costs nothing"), _RESULTS, _EXTREMES,
          totals.absent_events),
    Check("V26", mark("Ranges hold the base case"), _UNCERTAINTY, _DATA, uncertainty.ranges),
    Check("V27", mark("Mean of draws near the base case"), _UNCERTAINTY, _UNITS,
          uncertainty.centre),
    Check("V28", mark("Acceptability and information"), _UNCERTAINTY, _UNITS,
          uncertainty.decisions),
    Check("V29", mark("Every draw"), _UNCERTAINTY, _UNITS, uncertainty.every_draw),
    Check("V30", mark("Same seed, same bytes"), _UNCERTAINTY, _UNITS, uncertainty.again),
    Check("V31", mark("Mean of draws at rest"), _UNCERTAINTY, _UNITS, uncertainty.settled),
    Check("V32", mark("Drawn together"), _UNCERTAINTY, _DATA, uncertainty.together),
)  # fmt: skip
"""In the order of the catalogue."""
