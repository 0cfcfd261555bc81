"""All policies over one chunk of draws: what each brought about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from equipoise.access import access_timeline
from equipoise.balance import Outcome, Queue, measured, queue_of
from equipoise.clinical import Following, follow
from equipoise.core.progress import Progress
from equipoise.core.vocabulary import checked
from equipoise.delivery import demand, reach, treated_patients
from equipoise.draws import Sample
from equipoise.payment import (
    PopulationFlows,
    ProductPayments,
    TreatedPatients,
    impact_of,
    ledger,
    with_product,
)
from equipoise.pipeline.settings import Policy
from equipoise.spec.contracts import Contract
from equipoise.spec.jurisdiction import PayerKind
from equipoise.spec.loaded_study import Study
from equipoise.value import (
    course_of_patient,
    economics_of,
    net_benefit_of,
    qaly_lost_waiting,
)


@dataclass(frozen=True)
class Plan:
    """What every chunk of draws needs besides its draws."""

    study: Study
    chosen: Policy
    policies: tuple[Policy, ...]
    ages: Sequence[float]
    seed: int
    following: Following
    reference: float
    grid: xr.DataArray

    @property
    def criteria(self) -> list[str]:
        """Return the study's criteria, each once."""
        sides = self.study.file.criteria.values()
        return list(dict.fromkeys(name for side in sides for name in side))

    @property
    def kinds(self) -> dict[str, PayerKind]:
        """Return the kind of each payer."""
        return {name: payer.kind for name, payer in self.study.country.payers.items()}

    @property
    def steps(self) -> int:
        """Return how many steps of progress a chunk makes."""
        return 4 + len({policy.centres for policy in self.policies}) * 2 + 1


@dataclass(frozen=True)
class _Chunk:
    """What the policies of one chunk of draws share."""

    plan: Plan
    inputs: xr.Dataset
    clinical: xr.Dataset
    progress: Progress


Payments = tuple[ProductPayments, ProductPayments]


@dataclass(frozen=True)
class _Course:
    """The queue with so many centres, and what it brings about without the product."""

    delivery: xr.Dataset
    flows: xr.Dataset


@dataclass(frozen=True)
class _Column:
    """What is kept of every policy."""

    criteria: xr.DataArray  # (criterion, draw)
    budget_impact: xr.DataArray  # (payer, year, draw)
    net_benefit: xr.DataArray  # (draw)


def run_chunk(plan: Plan, inputs: xr.Dataset, progress: Progress) -> dict[str, xr.Dataset]:
    """Run the main path on some draws: access, clinical, delivery, payment, value, policies."""
    study = plan.study
    with progress.stage("access"):
        access = access_timeline(study, inputs, seed=plan.seed)
    with progress.stage("clinical"):
        clinical = course_of_disease(plan, inputs)
    progress.advance(4.0)
    with progress.stage("delivery"):
        joining = demand(study, inputs, clinical)
    with progress.stage("payment"):
        population = PopulationFlows(study, inputs, clinical)
    chunk = _Chunk(plan, inputs, clinical, progress)
    groups: dict[str, xr.Dataset] = {"access": access}
    columns: dict[Policy, _Column] = {}
    for centres in sorted({0, *(policy.centres for policy in plan.policies)}):
        with progress.stage("delivery"):
            delivery = treated_patients(study, inputs, access, joining, centres=centres)
            queue = queue_of(delivery)
        progress.advance()
        with progress.stage("payment"):
            course = _Course(delivery, population.of(delivery))
        for policy, payments, impact in _impacts(chunk, course, centres):
            columns[policy] = _column(chunk, policy, queue, impact)
            if policy == plan.chosen:
                groups |= _chosen(chunk, course, payments, impact)
        progress.advance()
    return groups | {"policies": _table(plan, inputs["draw"], columns)}


def course_of_disease(plan: Plan, inputs: xr.Dataset) -> xr.Dataset:
    """Run the disease model on some draws."""
    found = follow(
        plan.study.model,
        Sample.of(inputs, plan.study.model.spec.parameters),
        plan.following,
        start_ages=plan.ages,
        discount=discount_rates(inputs),
    )
    return found.dataset()


def _impacts(
    chunk: _Chunk, course: _Course, centres: int
) -> Iterator[tuple[Policy, Payments, xr.Dataset]]:
    """Yield what every policy with so many centres changes; contracts are computed once each."""
    done: dict[Contract, Payments] = {}
    with chunk.progress.stage("payment"):
        care = impact_of(course.flows)
        treated = TreatedPatients(chunk.plan.study, chunk.inputs, chunk.clinical, course.delivery)
    for policy in _with_centres(chunk.plan, centres):
        with chunk.progress.stage("payment"):
            if policy.contract not in done:
                done[policy.contract] = treated.under(policy.contract)
            impact = with_product(care, done[policy.contract], price=policy.price)
        yield policy, done[policy.contract], impact


def discount_rates(inputs: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray]:
    """Return the country's yearly discount rates of cost and of health."""
    return inputs["economics.discount_cost"], inputs["economics.discount_health"]


def _nothing(plan: Plan) -> Policy:
    """Return the policy that treats nobody."""
    return Policy(plan.chosen.price, plan.chosen.contract, 0)


def _with_centres(plan: Plan, centres: int) -> list[Policy]:
    """Return the policies with so many centres; with none, the one that treats nobody too."""
    own = [policy for policy in plan.policies if policy.centres == centres]
    if centres == 0 and _nothing(plan) not in own:
        own.append(_nothing(plan))
    return own


def _column(chunk: _Chunk, policy: Policy, queue: Queue, impact: xr.Dataset) -> _Column:
    """Return what is kept of every policy."""
    plan = chunk.plan
    with chunk.progress.stage("value"):
        benefit = net_benefit_of(impact, plan.reference)
    with chunk.progress.stage("balance"):
        outcome = Outcome(queue, impact, benefit, policy.centres, plan.kinds)
        values = measured(outcome, plan.criteria)
    return _Column(values, impact["amount"], benefit)


def _chosen(
    chunk: _Chunk, course: _Course, payments: Payments, impact: xr.Dataset
) -> dict[str, xr.Dataset]:
    """Return what is kept of the chosen policy alone."""
    plan, inputs, clinical = chunk.plan, chunk.inputs, chunk.clinical
    with chunk.progress.stage("payment"):
        books = ledger(plan.study, course.flows, payments, price=plan.chosen.price)
    with chunk.progress.stage("value"):
        value = economics_of(
            plan.study,
            inputs,
            clinical,
            books,
            impact,
            price=plan.chosen.price,
            reference=plan.reference,
            grid=plan.grid,
        )
        reached = reach(course.delivery)
        reached["qaly_lost_waiting"] = qaly_lost_waiting(
            plan.study, inputs, clinical, course.delivery, impact
        )
        patient = course_of_patient(plan.study, inputs, clinical)
    return {
        "course": patient,
        "reach": checked("reach", reached),
        "payment": books,
        "value": value,
    }


def _table(plan: Plan, draws: xr.DataArray, columns: dict[Policy, _Column]) -> xr.Dataset:
    """Put the policies side by side, group ``policies`` of the vocabulary."""
    rows = [columns[policy] for policy in plan.policies]
    nothing = columns[_nothing(plan)]
    data = xr.Dataset(
        {
            "criterion_value": (
                ("criterion", "policy", "draw"),
                np.stack([row.criteria.values for row in rows], axis=1),
            ),
            "budget_impact": (
                ("policy", "payer", "year", "draw"),
                np.stack([row.budget_impact.values for row in rows]),
            ),
            "net_benefit": (("policy", "draw"), np.stack([row.net_benefit.values for row in rows])),
            "status_quo_value": nothing.criteria,
        },
        coords={
            "policy": np.arange(len(rows)),
            "payer": nothing.budget_impact["payer"],
            "year": nothing.budget_impact["year"],
            "draw": draws,
        },
    )
    return checked("policies", data)
