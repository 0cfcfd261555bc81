"""Fitted curves as a part of a model file, with what a reader has to know of them."""

import re
from collections.abc import Iterator

from equipoise.core.translation import translate as _
from equipoise.evidence.curves.compare import FittedCurve, GroupFits
from equipoise.evidence.curves.fragment import Placed, Placing, model_fragment
from equipoise.pipeline.fitting.fits import CurveFits
from equipoise.pipeline.fitting.sentences import curve_label, events_words, patients_words
from equipoise.spec.quantity import Status

MARK = "Made by Equipoise"
"""Begins each file, so that only our own are ever replaced."""


def model_part(
    found: CurveFits, *, name: str, source: str, status: Status, curve: str | None
) -> str:
    """Return a curve of each group as YAML; see `CurveFits.model_yaml`.

    Raises
    ------
    FieldError, SeveralErrors
        If a name cannot be one, there is no such curve, or nobody said the unit of time.
    """
    _years = found.years_of_unit  # says so if nobody named it
    chosen = found.chosen(curve)
    names = group_names(found)
    placed = [
        Placed(one.fit, one.wanted, Placing(f"{name}{'_' if own else ''}{own}",
                                            found.unit or "", source, status))
        for one, own in zip(chosen, names, strict=True)
    ]  # fmt: skip
    return model_fragment(placed, notes=list(_notes(found, chosen)), name=name)


def group_names(found: CurveFits) -> list[str]:
    """Return names of the groups of letters, digits and underscores, each its own."""
    names: list[str] = []
    for number, group in enumerate(found.groups):
        text = re.sub(r"\W+", "_", group.group, flags=re.ASCII).strip("_").lower()
        if group.group and (not text or text in names):
            text = f"{text}{'_' if text else 'group'}{number + 1}"
        names.append(text)
    return names


def _notes(found: CurveFits, chosen: tuple[FittedCurve, ...]) -> Iterator[str]:
    """Yield what stands above the numbers."""
    yield f"{MARK}: " + _("paste into a model file whose sources have this key.")
    for group, one in zip(found.groups, chosen, strict=True):
        yield _about(group, one)
    if any(group.data.background is not None for group in found.groups):
        yield _("Relative survival: multiply it with that of the general population.")


def _about(group: GroupFits, one: FittedCurve) -> str:
    """Return what a curve was fitted to."""
    text = _("{curve}: {patients}, {events}, AIC {aic:.1f}", curve=curve_label(one.wanted),
             patients=patients_words(one.fit.patients), events=events_words(one.fit.events),
             aic=one.fit.aic)  # fmt: skip
    return text if not group.group else f"{group.group}: {text}"
