"""The law a study rests on, looked at before anything runs."""

from equipoise.core.errors import EquipoiseError, Mistakes
from equipoise.core.translation import translate as _
from equipoise.rules import Possible, certain, check_in_force
from equipoise.spec.law import Evidence
from equipoise.spec.loaded_study import Study
from equipoise.spec.text import shown


class WrongRouteError(EquipoiseError):
    """A route that is not open to what the product is in law."""


def lawful(study: Study) -> Possible:
    """Return what the product is in law, if the study's route and rules hold on its date.

    Raises
    ------
    OpenFactsError
        If the category depends on facts that the product does not state.
    RuleNotInForceError, RuleStaleError, SeveralErrors
        If a clause that the study uses (classification, route, payers, calendar) cannot be relied
        on for the decision date; all such clauses at once.
    WrongRouteError
        If the route is not open to the product's legal category.
    """
    day = study.file.decision_date
    mistakes = Mistakes()
    found: Possible | None = None
    with mistakes.noted():
        found = certain(study.country.classification, study.facts, day=day)
    every = (
        *(found.evidence if found is not None else ()),
        *(step.evidence for step in study.route.steps.values()),
        *(rule.evidence for rule in study.country.payer_rules),
        study.country.calendar.evidence,
    )
    # Several rules may rest on one clause, which nobody needs to be told twice.
    for evidence in {_key(one): one for one in every}.values():
        with mistakes.noted():
            check_in_force(evidence, day)
    mistakes.refuse()
    assert found is not None  # noqa: S101 - its absence has been refused
    if found.outcome not in study.route.for_categories:
        outcome = study.country.classification.outcomes[found.outcome]
        message = _(
            "the product is a {label} in law, and the route '{route}' is open to {open} only: "
            "choose another route, or correct the product's attributes",
            label=shown(outcome.label), route=study.file.route,
            open=", ".join(study.route.for_categories),
        )  # fmt: skip
        raise WrongRouteError(message)
    return found


def _key(rule: Evidence) -> tuple[object, ...]:
    """Return what of a rule its complaints tell."""
    return shown(rule.clause), rule.last_checked, rule.valid_from, rule.valid_to
