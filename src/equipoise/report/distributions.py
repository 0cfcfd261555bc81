"""Distributions as the table of evidence says them, from the text that files have."""

import re

from equipoise.core.translation import language, mark
from equipoise.core.translation import translate as _

_JOINT = "joint: "

_KINDS = {
    "normal": mark("normal"),
    "lognormal": mark("lognormal"),
    "beta": mark("beta"),
    "gamma": mark("gamma"),
    "uniform": mark("uniform"),
    "triangular": mark("triangular"),
    "pert": mark("PERT"),
    "weibull": mark("Weibull"),
    "exponential": mark("exponential"),
    "empirical": mark("empirical"),
}

_ARGUMENTS = {
    "mean": mark("mean"),
    "sd": mark("standard deviation"),
    "se": mark("standard error"),
    "low": mark("low"),
    "high": mark("high"),
    "median": mark("median"),
    "mode": mark("mode"),
    "log_mean": mark("mean of logarithm"),
    "log_sd": mark("standard deviation of logarithm"),
    "alpha": mark("alpha"),
    "beta": mark("beta"),
    "shape": mark("shape"),
    "scale": mark("scale"),
    "rate": mark("rate"),
    "values": mark("values"),
    "weights": mark("weights"),
}


def distribution_in_words(text: str) -> str:
    """Return a distribution with its name and arguments in words; in English as files have it.

    Examples
    --------
    >>> from equipoise.core.translation import use_language
    >>> with use_language("ru"):
    ...     distribution_in_words("gamma(mean=4.6, se=5.8/sqrt(278))")
    'гамма (среднее 4,6; стандартная ошибка 5,8/√(278))'
    """
    if language() == "en":
        return text
    if text.startswith(_JOINT):
        return _("drawn together with others ({name})", name=text.removeprefix(_JOINT))
    kind, bracket, inside = text.removesuffix(")").partition("(")
    if kind not in _KINDS or not bracket:
        return text
    inside = re.sub(r"(\w+)\s*=\s*", _argument, inside).replace("sqrt", "√").replace("**", "^")
    inside = re.sub(r"(?<=\d)\.(?=\d)", ",", inside.replace(", ", "; "))
    return f"{_(_KINDS[kind])} ({inside})"


def _argument(found: re.Match[str]) -> str:
    """Return the name of an argument in words."""
    name = found.group(1)
    return f"{_(_ARGUMENTS[name])} " if name in _ARGUMENTS else found.group()
