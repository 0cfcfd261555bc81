"""What a run says about itself: study, law, evidence, conventions and versions."""

from functools import partial
from importlib.metadata import version
from platform import python_version

import numpy as np
import xarray as xr

from equipoise.balance import CRITERIA
from equipoise.core.money import price_book
from equipoise.pipeline.law import lawful
from equipoise.pipeline.policies import Plan
from equipoise.pipeline.settings import Sampled
from equipoise.spec.contracts import contract_text
from equipoise.spec.loaded_study import Study
from equipoise.spec.quantity import WEAK_STATUSES, Quantity, Source
from equipoise.spec.record import (
    AnswerRecord,
    ClassificationRecord,
    ConventionsRecord,
    CriterionRecord,
    EvidenceRecord,
    GroupRecord,
    ItemRecord,
    NeedRecord,
    PayerRecord,
    PolicyRecord,
    Record,
    RuleRecord,
    StepRecord,
    WeakRecord,
)
from equipoise.spec.text import Text, in_every_language
from equipoise.value import of_the_decision, weak_share

_PACKAGES = ("equipoise", "numba", "numpy", "scipy", "xarray")

PERSPECTIVE = {
    "en": "all payers together, the family included; each payer apart in the ledger",
    "ru": "все плательщики вместе, включая семью; в книге платежей каждый отдельно",
}


def record_of(
    plan: Plan, sampled: Sampled, *, draws: int, design: str, benefit: xr.DataArray
) -> Record:
    """Gather everything about a run that is not an array.

    Parameters
    ----------
    plan, sampled
        The run's plan and sample.
    draws, design
        As asked for.
    benefit
        Incremental net benefit of the chosen policy, dims (draw).
    """
    study = plan.study
    file = study.file
    labels = study.model.spec.labels
    return Record(
        title=file.study,
        description=file.description,
        country=study.country.jurisdiction,
        decision_date=file.decision_date,
        money=file.money.text,
        draws=draws,
        seed=plan.seed,
        design=design,
        digest=study.digest,
        versions={"python": python_version()} | {name: version(name) for name in _PACKAGES},
        chosen=plan.policies.index(plan.chosen),
        policies=[
            PolicyRecord(price=p.price, contract=contract_text(p.contract), centres=p.centres)
            for p in plan.policies
        ],
        new=file.comparison.new,
        current=file.comparison.current,
        product_item=file.comparison.product_item,
        response=file.comparison.response,
        strategies={name: labels.get(name, name) for name in study.model.spec.strategies},
        measures={name: labels.get(name, name) for name in study.model.spec.track},
        groups=[
            GroupRecord(name=name, label=group.label, age=group.age.value)
            for name, group in file.patients.groups.items()
        ],
        items=[
            ItemRecord(name=name, label=item.label, category=item.category)
            for name, item in file.items.items()
        ],
        payers=[
            PayerRecord(name=name, label=payer.label, kind=payer.kind)
            for name, payer in study.country.payers.items()
        ],
        rules=_rules(study),
        steps=_steps(study),
        route=study.route.label,
        classification=_classification(study),
        needs=_needs(study),
        criteria=_criteria(study),
        evidence=_evidence(study, sampled),
        conventions=_conventions(plan, sampled),
        weak=_weak(study, sampled, benefit),
        changed=dict(study.changed),
    )


def _address(study: Study, source: str | None) -> str | None:
    """Return the address of a source, or the key itself where it is none."""
    if source is None:
        return None
    found: Source | None = study.sources.get(source)
    return found.address if found is not None else source


def _steps(study: Study) -> list[StepRecord]:
    """Return the route's steps."""
    return [
        StepRecord(
            name=name, label=step.label, owner=step.owner, clause=step.evidence.clause,
            address=_address(study, step.evidence.source) or "", status=step.evidence.status,
            note=step.evidence.note,
        )
        for name, step in study.route.steps.items()
    ]  # fmt: skip


def _rules(study: Study) -> list[RuleRecord]:
    """Return who pays what."""
    return [
        RuleRecord(
            payer=rule.payer, categories=rule.categories,
            from_age=None if rule.from_age is None else rule.from_age.value,
            to_age=None if rule.to_age is None else rule.to_age.value,
            clause=rule.evidence.clause, address=_address(study, rule.evidence.source) or "",
            status=rule.evidence.status,
        )
        for rule in study.country.payer_rules
    ]  # fmt: skip


def _classification(study: Study) -> ClassificationRecord:
    """Return the legal category with the way to it."""
    found = lawful(study)
    outcome = study.country.classification.outcomes[found.outcome]
    path = [
        AnswerRecord(
            ask=answer.branch.ask, yes=answer.yes, clause=answer.branch.evidence.clause,
            address=_address(study, answer.branch.evidence.source) or "",
            status=answer.branch.evidence.status, note=answer.branch.evidence.note,
        )
        for answer in found.path
    ]  # fmt: skip
    return ClassificationRecord(
        outcome=found.outcome, label=outcome.label, definition=outcome.definition,
        clause=outcome.evidence.clause, path=path,
    )  # fmt: skip


def _needs(study: Study) -> list[NeedRecord]:
    """Return the checklist of what treating needs."""
    return [
        NeedRecord(
            label=need.label, owner=need.owner, state=need.state, status=need.status,
            address=_address(study, need.source), note=need.note,
        )
        for need in study.file.care.needs.values()
    ]  # fmt: skip


def _criteria(study: Study) -> list[CriterionRecord]:
    """Return the criteria of each side with their weights."""
    return [
        CriterionRecord(
            name=name, stakeholder=side, title=CRITERIA[name].title,
            note=CRITERIA[name].note, unit=CRITERIA[name].unit,
            better=CRITERIA[name].better, weight=weight / sum(own.values()),
        )
        for side, own in study.file.criteria.items()
        for name, weight in own.items()
    ]  # fmt: skip


def _evidence(study: Study, sampled: Sampled) -> list[EvidenceRecord]:
    """Return every input with its evidence and the middle 95 % of its draws."""
    book = price_book(study.country.economics)
    rows = []
    for name, quantity in study.quantities.items():
        if name in study.replaced_by_price:
            continue  # the policy's price stands for it
        factor = sampled.scales.get(name, 1.0)
        drawn = np.atleast_1d(sampled.inputs[name].values) / (quantity.unit.factor * factor)
        low, high = np.quantile(drawn, [0.025, 0.975])
        describe = partial(book.describe, quantity.unit, study.file.money)
        converted = in_every_language(describe) if factor != 1.0 else None
        rows.append(_evidence_row(study, name, quantity, (float(low), float(high)), converted))
    return rows


def _evidence_row(
    study: Study,
    name: str,
    quantity: Quantity,
    spread: tuple[float, float],
    converted: Text | None,
) -> EvidenceRecord:
    """Return one input's row."""
    source = study.sources.get(quantity.source) if quantity.source is not None else None
    own = study.model.spec.labels.get(name)
    joint = [key for key, value in study.model.spec.joint.items() if name in value.parameters]
    distribution = quantity.distribution.text if quantity.distribution is not None else None
    return EvidenceRecord(
        name=name, label=quantity.label or own, value=quantity.value, unit=quantity.unit.text,
        distribution=distribution or (f"joint: {joint[0]}" if joint else None),
        low=spread[0], high=spread[1], status=quantity.status,
        source=source.title if source is not None else quantity.source,
        address=source.address if source is not None else None,
        place=quantity.place, note=quantity.note, converted=converted,
        mean_differs=quantity.mean_differs, below_zero=quantity.below_zero,
    )  # fmt: skip


def _conventions(plan: Plan, sampled: Sampled) -> ConventionsRecord:
    """Return what is printed beside every total."""
    time = plan.study.model.spec.time
    in_cycles = time is not None and plan.following.kind != "continuous"
    return ConventionsRecord(
        discount_cost=float(sampled.base["economics.discount_cost"]),
        discount_health=float(sampled.base["economics.discount_health"]),
        method=time.method if time is not None and in_cycles else "none",
        cycle_years=time.cycle.value if time is not None and in_cycles else 0.0,
        horizon_years=plan.study.file.horizon.value,
        lifetime_years=time.horizon.value if time is not None else 0.0,
        threshold=plan.reference,
        perspective=PERSPECTIVE,
    )


def _weak(study: Study, sampled: Sampled, benefit: xr.DataArray) -> WeakRecord:
    """Return how much of the uncertainty rests on assumption or inference."""
    status = {name: quantity.status for name, quantity in study.quantities.items()}
    inputs = of_the_decision(sampled.inputs)
    uncertain = [str(k) for k, v in inputs.data_vars.items() if v.dims == ("draw",)]
    found = weak_share(benefit, inputs, status, weak=WEAK_STATUSES)
    return WeakRecord(
        variance=found.variance,
        information=found.information,
        evppi=found.evppi,
        evpi=found.evpi,
        draws_needed=found.draws_needed,
        inputs=sum(status[name] in WEAK_STATUSES for name in uncertain),
        of=len(uncertain),
    )
