"""What fitted curves say, in sentences, and the words for curves, times and ratios."""

from collections.abc import Iterator

import numpy as np

from equipoise.core.translation import format_number, mark, translate_plural
from equipoise.core.translation import translate as _
from equipoise.evidence.curves.asked import SPLINE
from equipoise.evidence.curves.compare import GroupFits, Wanted
from equipoise.evidence.curves.effects import EffectKind
from equipoise.evidence.curves.natural import Kind
from equipoise.evidence.curves.reconstruction import Reconstruction
from equipoise.pipeline.fitting.external import is_within
from equipoise.pipeline.fitting.fits import CurveFits

_FAMILIES = {
    "exponential": mark("exponential"),
    "weibull": mark("Weibull"),
    "weibull_ph": mark("Weibull, by hazards"),
    "gompertz": mark("Gompertz"),
    "gamma": mark("gamma"),
    "lognormal": mark("lognormal"),
    "loglogistic": mark("log-logistic"),
    "generalised_gamma": mark("generalised gamma"),
}
_SCALES = {"odds": mark("of odds"), "normal": mark("of the normal scale")}
_CURES = {"mixture": mark("a share is cured"), "non_mixture": mark("cured share, non-mixture")}
_EFFECTS: dict[EffectKind, str] = {
    "hazard_ratio": mark("hazards"),
    "acceleration_factor": mark("times (acceleration factor)"),
    "odds_ratio": mark("odds of the event"),
    "cure_odds_ratio": mark("odds of being cured"),
}
_TIMES = {"year": mark("{time} years"), "month": mark("{time} months"),
          "week": mark("{time} weeks"), "day": mark("{time} days")}  # fmt: skip
_ONE = {"year": mark("1 year"), "month": mark("1 month"), "week": mark("1 week"),
        "day": mark("1 day")}  # fmt: skip
_AXES = {"year": mark("Time, years"), "month": mark("Time, months"), "week": mark("Time, weeks"),
         "day": mark("Time, days")}  # fmt: skip
_IN = {"year": mark("in years"), "month": mark("in months"), "week": mark("in weeks"),
       "day": mark("in days")}  # fmt: skip
_PER = {"year": mark("a year"), "month": mark("a month"), "week": mark("a week"),
        "day": mark("a day")}  # fmt: skip
_PARAMETERS = {
    "cured": mark("cured share"),
    "shape": mark("shape"),
    "scale": mark("scale"),
    "rate": mark("rate"),
    "log_mean": mark("mean of logarithms of time"),
    "log_sd": mark("deviation of logarithms of time"),
}

_EVENTS_EACH = 10
"""Events for each parameter below which estimates are unsteady; Peduzzi et al. (1995), J Clin
Epidemiol 48(12):1503-1510, https://doi.org/10.1016/0895-4356(95)00048-8."""

CLOSE = 2.0
"""Difference of AIC below which data hardly tell two curves apart; Burnham, Anderson (2004), Sociol
Methods Res 33(2):261-304, https://doi.org/10.1177/0049124104268644."""


def curve_label(wanted: Wanted) -> str:
    """Return the name of a curve for people."""
    if wanted.family == SPLINE:
        parts = [translate_plural("spline, {n} knot", "spline, {n} knots", wanted.knots)]
        parts += [_(_SCALES[wanted.scale])] if wanted.scale in _SCALES else []
    else:
        parts = [_(_FAMILIES[wanted.family])]
    return ", ".join([*parts, *([] if wanted.cure is None else [_(_CURES[wanted.cure])])])


def parameter_label(name: str) -> str:
    """Return what a parameter is called by people; that of a spline as it is."""
    return _(_PARAMETERS[name]) if name in _PARAMETERS else name


def parameter_unit(kind: Kind, unit: str | None) -> str:
    """Return what a parameter is measured in, as far as it is known and a word has it."""
    if unit is None or kind in ("plain", "per_time_shape"):
        return ""
    return _(_PER[unit]) if kind == "per_time" else _(_IN[unit])


def mean_note(found: CurveFits, until: float) -> str:
    """Return what a mean is of."""
    text = _("Mean: time without an event until {until}", until=time_words(found, until))
    return _stopped(text)


def _stopped(text: str) -> str:
    """Return a sentence with one full stop, also where it ends in a unit that has its own."""
    return text.removesuffix(".") + "."


def is_relative(group: GroupFits) -> bool:
    """Return whether curves are of relative survival: there is a background hazard."""
    return group.data.background is not None


def relative_note() -> str:
    """Return how curves with a background hazard are to be read beside what was seen."""
    return _("With a background hazard the curves are of relative survival, above Kaplan-Meier of "
             "all deaths.")  # fmt: skip


def effect_label(kind: EffectKind) -> str:
    """Return what a ratio is one of."""
    return _(_EFFECTS[kind])


def patients_words(count: float) -> str:
    """Return how many patients; weighted ones are rounded."""
    return translate_plural("{count} patient", "{count} patients", round(count),
                            count=format_number(count))  # fmt: skip


def events_words(count: float) -> str:
    """Return how many events; weighted ones are rounded."""
    return translate_plural("{count} event", "{count} events", round(count),
                            count=format_number(count))  # fmt: skip


def time_title(found: CurveFits) -> str:
    """Return the title of an axis or column of times, with the unit if it is known."""
    return time_axis(found.unit)


def time_axis(unit: str | None) -> str:
    """Return the title of an axis or column of times in a unit."""
    return _("Time") if unit is None else _(_AXES[unit])


def short_time(time: float) -> str:
    """Return a time as short as it can be, without its unit."""
    digits = next((d for d in range(4) if round(time, d) == time), 4)
    return format_number(time, digits)


def time_words(found: CurveFits, time: float) -> str:
    """Return a time with its unit, as far as it is known."""
    digits = 0 if time >= 100 or time == round(time) else 1
    text = format_number(time, digits)
    if found.unit is None:
        return text
    return _(_ONE[found.unit]) if time == 1 else _(_TIMES[found.unit], time=text)


def of_group(found: CurveFits, group: GroupFits) -> Iterator[str]:
    """Yield what is to be said of the curves of a group."""
    data = group.data
    yield _stopped(
        _("{patients}, {events}, followed for up to {last}",
          patients=patients_words(data.patients), events=events_words(data.events),
          last=time_words(found, float(data.time.max())))
    )  # fmt: skip
    for name, made in found.reconstructions.items():
        if len(found.groups) == 1 or name == group.group:
            yield from _of_reconstruction(name if len(found.groups) == 1 else "", made)
    yield best_sentence(group)
    yield from external_sentences(found, group)
    if is_relative(group):
        yield relative_note()
        if found.external and found.population is not None:
            yield _("Other data are of all deaths: beside them relative survival is multiplied "
                    "with that of the general population.")  # fmt: skip
        elif found.external:
            yield _("Other data are set beside relative survival, so they must be of that too.")
    if group.fitted:
        yield from _of_few_events(group)
        yield _("AIC tells how a curve fits what was seen, not what comes after it: look at the "
                "hazard and at the whole life too.")  # fmt: skip


def _of_few_events(group: GroupFits) -> Iterator[str]:
    """Yield a caution where a curve rests on few events."""
    best = group.best
    parameters = best.fit.coefficients.size
    if group.data.events < _EVENTS_EACH * parameters:
        each = format_number(group.data.events / parameters, 1)
        yield _("Caution: only {each} events for each parameter of “{curve}”; below {least} "
                "estimates are unsteady and intervals too narrow.", each=each,
                curve=curve_label(best.wanted), least=_EVENTS_EACH)  # fmt: skip


def external_sentences(found: CurveFits, group: GroupFits) -> Iterator[str]:
    """Yield which curves agree with what other data show, for each kind of patients."""
    for profile in found.profiles(group):
        shares = found.external_of(group, profile)
        if not any(one.has_interval for one in shares):
            continue
        before = f"{profile.label}: " if profile.label else ""
        inside = [curve_label(one.wanted) for one in group.fitted
                  if is_within(shares, found.beside_others(group, profile, one))]  # fmt: skip
        if len(inside) == len(group.fitted):
            yield before + _("All curves are within the intervals of the other data.")
        elif inside:
            yield before + _("Within all intervals of the other data: {curves}.",
                             curves="; ".join(inside))  # fmt: skip
        else:
            yield before + _("No curve is within all intervals of the other data.")


def best_sentence(group: GroupFits) -> str:
    """Return which curve fits best, and which nearly as well."""
    if not group.fitted:
        return _("No curve can be used.")
    best = group.best
    near = [curve_label(one.wanted) for one in group.different[1:]
            if one.fit.aic - best.fit.aic < CLOSE]  # fmt: skip
    if not near:
        return _("The lowest AIC is that of “{curve}”.", curve=curve_label(best.wanted))
    return _("The lowest AIC is that of “{curve}”; hardly worse: {others}.",
             curve=curve_label(best.wanted), others="; ".join(near))  # fmt: skip


def _of_reconstruction(name: str, made: Reconstruction) -> Iterator[str]:
    """Yield how patients were made from a printed curve."""
    met = bool(np.all(made.at_risk == made.curve.at_risk))
    numbers = _("all numbers at risk are met") if met else _("not all numbers at risk are met")
    before = f"{name}: " if name else ""
    yield before + _(
        "{patients} and {events} made from a printed curve; {numbers}, points are within "
        "{difference}.",
        patients=patients_words(made.data.patients), events=events_words(made.data.events),
        numbers=numbers, difference=format_number(made.largest_difference, 3),
    )  # fmt: skip
    yield from (before + doubt for doubt in made.doubts)
