"""Partitioned survival: what a model may hold whose curves say who is where."""

from collections.abc import Iterator

from equipoise.core.translation import translate as _
from equipoise.spec.findings import Finding, Place, finding
from equipoise.spec.model import Model
from equipoise.spec.model_formulas import formulas
from equipoise.spec.model_place import TIME_IN_STATE, of_place, own_course


def check_shares(model: Model) -> Iterator[Finding]:
    """Yield what does not belong into a model whose states have shares.

    Parameters
    ----------
    model
        The model as written; without shares nothing is looked at.
    """
    if model.is_partitioned:
        yield from _states(model)
        yield from _effects(model)
        yield from _patients(model)


def _states(model: Model) -> Iterator[Finding]:
    """Check that shares alone say who is where, for every state."""
    if model.transitions:
        message = _("states have either shares or transitions, not both")
        fix = _("remove `transitions`, or the `share` of every state")
        yield finding(("transitions",), message, fix=fix)
    rest: str | None = None
    for name, state in model.states.items():
        place: Place = ("states", name)
        if state.start is not None:
            message = _("a model with shares has no `start`")
            fix = _("remove it: the `share` holds from the first day on")
            yield finding((*place, "start"), message, fix=fix)
        if state.share is None:
            message = _("other states have a `share`, '{name}' has none", name=name)
            yield finding(place, message, fix=_("add its `share`, a formula or `rest`"))
        elif isinstance(state.share, str):
            if rest is not None:
                message = _("one state only is the `rest`, '{name}' is it already", name=rest)
                fix = _("write a share instead")
                yield finding((*place, "share"), message, fix=fix)
            rest = rest or name


def _effects(model: Model) -> Iterator[Finding]:
    """Check that effects count one side: shares do not say who went from where to where."""
    for index, effect in enumerate(model.transition_effects):
        place: Place = ("transition_effects", index)
        if effect.leaving is None and effect.entering is None:
            message = _("neither `leaving` nor `entering` is given")
            fix = _("add one of them, e.g. `entering: dead`")
            yield finding(place, message, fix=fix)
        elif effect.leaving is not None and effect.entering is not None:
            message = _("shares do not tell who moves from where to where")
            fix = _("keep `leaving` or `entering`: their fall or rise over a cycle counts")
            yield finding(place, message, fix=fix)


def _patients(model: Model) -> Iterator[Finding]:
    """Check that nothing asks for single patients, of whom shares know nothing."""
    if model.engine in ("individuals", "continuous"):
        message = _("shares of states do not tell the course of single patients")
        fix = _("write `engine: cohort`, or leave it out")
        yield finding(("engine",), message, fix=fix)
    placed = of_place(model)
    own = dict(own_course(model))
    for one in formulas(model):
        # An effect has one side only, so that nobody knows where its patients were.
        nowhere = one.role == "share" or one.place[0] == "transition_effects"
        asked = sorted(one.formula.names & placed) if nowhere else []
        asked += sorted(one.formula.names & {TIME_IN_STATE})
        if one.place in own:
            asked.append(own[one.place])
        for name in asked[:1]:
            message = _("shares of states do not tell what '{name}' asks for", name=name)
            fix = _("use `time`, parameters and strategies")
            yield finding(one.place, message, fix=fix)
