"""What coefficients and covariates of a curve are called in a model file."""

import re
from collections.abc import Mapping, Sequence

from equipoise.core.errors import FieldError
from equipoise.core.translation import translate as _
from equipoise.evidence.curves.estimated import EstimatedCurve
from equipoise.evidence.curves.likelihood import CONSTANT, Term
from equipoise.spec.model_names import BUILT_IN

LONGEST = 60

_WORDS: Mapping[str, str] = {
    "identity": "{}", "log": "log_{}", "logistic": "logit_{}", "loglog": "loglog_{}",
}  # fmt: skip

_RESERVED = BUILT_IN | {"and", "or", "not", "if", "else", "in", "is", "True", "False", "rest"}

_LATIN = str.maketrans(dict(zip(
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    ("a", "b", "v", "g", "d", "e", "e", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p", "r", "s",
     "t", "u", "f", "kh", "ts", "ch", "sh", "shch", "", "y", "", "e", "yu", "ya"),
    strict=True,
)))  # fmt: skip
"""Russian letters, about as passports write them."""


def variables_of(curves: Sequence[EstimatedCurve], *, name: str) -> dict[Term, str]:
    """Return what each covariate is called in formulas.

    Parameters
    ----------
    curves
        Of one part of a model.
    name
        Of the curve in the model: it stands before names that a model could not have.

    Examples
    --------
    >>> import numpy as np
    >>> from equipoise.evidence.curves import SurvivalData, fit_survival
    >>> data = SurvivalData(np.array([1.0, 2.0, 4.0, 5.0]), np.array([True, True, True, False]),
    ...                     columns={"age": np.array([50.0, 40.0, 60.0, 41.0])})
    >>> fit = fit_survival(data, "exponential", covariates=["age"])
    >>> variables_of([fit], name="os")
    {Term(column='age', level=None): 'os_age'}
    """
    terms = dict.fromkeys(
        term for curve in curves for own in curve.design.terms.values() for term in own
    )
    found: dict[Term, str] = {}
    for number, term in enumerate(terms, start=1):
        text = _plain(term.column)
        if term.level is not None and text:
            text = f"{text}_{_plain(term.level) or number}"
        is_own = re.fullmatch(r"[A-Za-z]\w*", text, flags=re.ASCII) and text not in _RESERVED
        if not is_own or text == name or text.startswith(f"{name}_"):
            text = f"{name}_{text or f'covariate_{number}'}"
        found[term] = text
    return found


def _plain(text: str) -> str:
    """Return a text in Latin letters, digits and underscores."""
    lower = "".join(one.translate(_LATIN) if one.islower() else
                    one.lower().translate(_LATIN).capitalize() if one.isupper() else one
                    for one in text)  # fmt: skip
    return re.sub(r"\W+", "_", lower, flags=re.ASCII).strip("_")


def about_variables(variables: Mapping[Term, str]) -> list[str]:
    """Return what the reader has to do, and what is called otherwise than in the data."""
    if not variables:
        return []
    lines = [_("Set in each strategy: {names}", names=", ".join(dict.fromkeys(variables.values())))]
    for term, name in variables.items():
        if name in (term.column, f"{term.column}_{term.level}"):
            continue
        lines.append(
            _("{name} is the column '{column}' of the data", name=name, column=_line(term.column))
            if term.level is None else
            _("{name} is 1 where the column '{column}' of the data is '{level}', else 0",
              name=name, column=_line(term.column), level=_line(term.level))
        )  # fmt: skip
    return lines


def _line(text: str) -> str:
    """Return a text on one line, as a comment needs."""
    return " ".join(text.split())


def coefficient_names(
    curve: EstimatedCurve, variables: Mapping[Term, str], *, name: str
) -> dict[str, str]:
    """Return the name in a model of each coefficient, in their order.

    Parameters
    ----------
    curve
        Whose coefficients.
    variables
        What covariates are called.
    name
        Of the curve in the model.

    Raises
    ------
    FieldError
        If names become the same, or longer than a model takes.
    """
    found: dict[str, str] = {}
    for parameter, link in curve.design.family.parameters.items():
        base = f"{name}_{_WORDS[link].format(parameter)}"
        found[f"{parameter}.{CONSTANT}"] = base
        for term in curve.design.terms[parameter]:
            own = variables[term].removeprefix(f"{name}_")
            found[f"{parameter}.{term.name}"] = f"{base}_{own}"
    names = list(found.values())
    for one in names:
        if len(one) > LONGEST or names.count(one) > 1:
            raise FieldError(
                _("'{name}' is too long for a name of a parameter, or stands for two", name=one),
                fix=_("give the curve a shorter name, or covariates other names"),
            )
    return found
