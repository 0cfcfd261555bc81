"""What pydantic cannot see in a law: rules that point nowhere, open ends, loops, unknown facts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from equipoise.core.translation import translate as _
from equipoise.spec.attributes import Attribute
from equipoise.spec.country_units import check_law_units
from equipoise.spec.findings import Finding, Place, did_you_mean, finding, loop, unknown_sources
from equipoise.spec.formula import Formula, Node
from equipoise.spec.formula.tree import Comparison, Logic, Name, Not, Number
from equipoise.spec.law import Branch, Classification, Evidence, Law, Outcome, Route
from equipoise.spec.walk import evidences, quantities


def check_law(law: Law, attributes: Mapping[str, Attribute]) -> Iterator[Finding]:
    """Yield every mistake of a law that only shows across its fields.

    Parameters
    ----------
    law
        As read.
    attributes
        Facts that every country's law may ask for; its own come on top.
    """
    yield from _own_facts(law, attributes)
    yield from _sources(law)
    yield from check_law_units(law)
    yield from _dates(law)
    yield from _calendar(law)
    for name, route in law.routes.items():
        yield from _route(law, name, route)
    yield from _classification(law.classification)
    yield from _conditions(law, {**attributes, **law.attributes})


def _sources(law: Law) -> Iterator[Finding]:
    """Check that numbers and rules name sources of this country."""
    used: dict[Place, str | None] = {
        (*place, "source"): quantity.source for place, quantity in quantities(law)
    }
    used |= {(*place, "source"): rule.source for place, rule in evidences(law)}
    yield from unknown_sources(used, law.sources)


def _dates(law: Law) -> Iterator[Finding]:
    """Check that no rule ends before it begins."""
    for place, rule in evidences(law):
        if rule.valid_from and rule.valid_to and rule.valid_to < rule.valid_from:
            message = _("the rule ends before it begins")
            yield finding((*place, "valid_to"), message, fix=_("correct one of the two dates"))


def _calendar(law: Law) -> Iterator[Finding]:
    """Check that every holiday is a day of the year, and that working days have a calendar."""
    for index, text in enumerate(law.calendar.holidays if law.calendar else ()):
        try:
            date.fromisoformat(f"2024-{text}")
        except ValueError:
            message = _("'{text}' is not a day of the year", text=text)
            fix = _("write month and day, e.g. 05-09")
            yield finding(("calendar", "holidays", index), message, fix=fix)
    if law.calendar is not None:
        return
    for name, route in law.routes.items():
        for step_name, step in route.steps.items():
            if step.working_days:
                message = _("working days cannot be counted without a calendar")
                place = ("routes", name, "steps", step_name, "working_days")
                yield finding(place, message, fix=_("add `calendar:` with the holidays"))


def _route(law: Law, name: str, route: Route) -> Iterator[Finding]:
    """Check that steps wait for steps that exist, without loops."""
    place: Place = ("routes", name)
    yield from _categories(law.classification, (*place, "for_categories"), route.for_categories)
    unknown = False
    for step_name, step in route.steps.items():
        for index, earlier in enumerate(step.after):
            if earlier not in route.steps:
                unknown = True
                message = _("this route has no step '{name}'", name=earlier)
                field = (*place, "steps", step_name, "after", index)
                yield finding(field, message, fix=did_you_mean(earlier, route.steps))
    ring = None if unknown else loop({k: step.after for k, step in route.steps.items()})
    if ring is not None:
        message = _("steps wait for each other: {names}", names=" -> ".join(ring))
        yield finding((*place, "steps", ring[0], "after"), message, fix=_("break the loop"))


def _categories(tree: Classification, place: Place, names: Sequence[str]) -> Iterator[Finding]:
    """Check that categories are outcomes of the tree."""
    for index, category in enumerate(names):
        if category not in tree.outcomes:
            message = _("'{name}' is not an outcome of the classification", name=category)
            yield finding((*place, index), message, fix=did_you_mean(category, tree.outcomes))


def _targets(tree: Classification) -> Iterator[tuple[Place, str, str]]:
    """Yield where the tree leads on: the place, the question or outcome there, and the next."""
    yield ("classification", "first"), "", tree.first
    rows: tuple[tuple[str, Mapping[str, Branch | Outcome]], ...] = (
        ("questions", tree.questions), ("outcomes", tree.outcomes),
    )  # fmt: skip
    for kind, row in rows:
        for name, one in row.items():
            for field in ("yes", "no", "until_in_force", "once_expired"):
                target = getattr(one, field, None)
                if target is not None:
                    yield ("classification", kind, name, field), name, target


def _classification(tree: Classification) -> Iterator[Finding]:
    """Check that every answer leads on, never back, and that a name is one thing only."""
    known = [*tree.questions, *tree.outcomes]
    graph: dict[str, list[str]] = {name: [] for name in known}
    for place, name, target in _targets(tree):
        if target not in known:
            message = _("'{name}' is neither a question nor an outcome", name=target)
            yield finding(place, message, fix=did_you_mean(target, known))
        elif name:
            graph[name].append(target)
    for name in (name for name in tree.questions if name in tree.outcomes):
        message = _("'{name}' is a question and an outcome", name=name)
        yield finding(("classification", "questions", name), message, fix=_("rename one of them"))
    ring = loop(graph)
    if ring is not None:
        message = _("questions lead back to themselves: {names}", names=" -> ".join(ring))
        kind = "questions" if ring[0] in tree.questions else "outcomes"
        yield finding(("classification", kind, ring[0]), message, fix=_("break the loop"))
    for name, mark in tree.marks.items():
        place = ("classification", "marks", name, "for_categories")
        yield from _categories(tree, place, mark.for_categories)
    yield from _successors(tree)


def _successors(tree: Classification) -> Iterator[Finding]:
    """Check that what came before a rule, or comes after it, has the date that it needs."""
    rows: tuple[tuple[str, Mapping[str, Branch | Outcome]], ...] = (
        ("questions", tree.questions), ("outcomes", tree.outcomes),
    )  # fmt: skip
    for kind, row in rows:
        for name, one in row.items():
            place = ("classification", kind, name)
            yield from _needs_date(place, one.until_in_force, "until_in_force", one.evidence)
            yield from _needs_date(place, one.once_expired, "once_expired", one.evidence)


def _needs_date(
    place: Place, target: str | None, field: str, evidence: Evidence
) -> Iterator[Finding]:
    """Check that a successor has its date."""
    date_field = {"until_in_force": "valid_from", "once_expired": "valid_to"}[field]
    if target is not None and getattr(evidence, date_field) is None:
        message = _("nobody knows from which day on: `{field}` is missing", field=date_field)
        fix = _("add `{field}: YYYY-MM-DD` to the evidence", field=date_field)
        yield finding((*place, field), message, fix=fix)


def _conditions(law: Law, attributes: Mapping[str, Attribute]) -> Iterator[Finding]:
    """Check that conditions are made of facts that are known, and of nothing else."""
    for place, formula in _formulas(law):
        if not is_condition(formula.tree):
            message = _("a condition is made of facts, and, or, not, brackets and comparisons")
            fix = _("write e.g. `cells_or_tissues and not cultured`")
            yield finding(place, message, fix=fix)
            continue
        for name in sorted(formula.names):
            if name not in attributes:
                message = _("'{name}' is not a fact about products", name=name)
                yield finding(place, message, fix=did_you_mean(name, attributes))


def _own_facts(law: Law, shared: Mapping[str, Attribute]) -> Iterator[Finding]:
    """Check that a law's own facts are new, and need facts that exist, without loops."""
    known = {**shared, **law.attributes}
    graph: dict[str, list[str]] = {}
    for name, attribute in law.attributes.items():
        if name in shared:
            message = _("'{name}' is a fact of all countries already", name=name)
            yield finding(("attributes", name), message, fix=_("choose another name"))
        needed = attribute.only_if
        graph[name] = [needed] if needed is not None and needed in law.attributes else []
        if needed is not None and needed not in known:
            message = _("'{name}' is not a fact about products", name=needed)
            fix = did_you_mean(needed, known)
            yield finding(("attributes", name, "only_if"), message, fix=fix)
    ring = loop(graph)
    if ring is not None:
        message = _("facts need each other: {names}", names=" -> ".join(ring))
        yield finding(("attributes", ring[0], "only_if"), message, fix=_("break the loop"))


def _formulas(law: Law) -> Iterator[tuple[Place, Formula]]:
    """Yield the conditions of a law with their places."""
    for name, branch in law.classification.questions.items():
        yield ("classification", "questions", name, "condition"), branch.condition
    for name, mark in law.classification.marks.items():
        yield ("classification", "marks", name, "condition"), mark.condition
    for name, route in law.routes.items():
        if route.condition is not None:
            yield ("routes", name, "condition"), route.condition


def is_condition(node: Node) -> bool:
    """Return whether a formula is made of facts, comparisons with numbers, and, or, not."""
    match node:
        case Name() | Number(value=0.0 | 1.0):
            return True
        case Comparison(operands=operands):
            return all(isinstance(one, Name | Number) for one in operands)
        case Not(operand=operand):
            return is_condition(operand)
        case Logic(operands=operands):
            return all(is_condition(one) for one in operands)
        case _:
            return False
