"""A made-up run that keeps every promise of the vocabulary, with knobs for the answers."""

from collections.abc import Callable
from datetime import date
from itertools import product

import numpy as np
import pytest
import xarray as xr

from equipoise.core.vocabulary import checked
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

DRAWS, YEARS = 200, 10
PAYERS = ("circle_of_kindness", "federal_programme", "compulsory_insurance", "family")
ITEMS = ("prophylaxis", "hospital", "travel", "product", "rebate")
STEPS = (
    "dossier", "review", "circulation", "council", "list", "price", "tender", "programme", "centre",
)  # fmt: skip
SIDES = ("patient", "profession", "state")
OWNERS = ("maker", "regulator", "payer", "centre")
THRESHOLD = 2e6
POLICIES = tuple(
    PolicyRecord(price=price, contract=contract, centres=centres)
    for price, contract, centres in product(
        (20e6, 40e6, 80e6),
        ("upfront", "instalments(years=5)", "rebate_on_loss(share=0.8, years=6)"),
        (2, 5, 10),
    )
)
CHOSEN = 10
ADDRESS = "https://example.org/law"


def record(**changes: object) -> Record:
    """Return a record of the made-up run."""
    payers = zip(PAYERS, ("fund", "public", "insurance", "family"), strict=True)
    values = {
        "title": {"en": "Gene therapy in Utopia", "ru": "Генная терапия в Утопии"},
        "description": {"en": "A made-up run.", "ru": "Вымышленный расчёт."},
        "country": {"en": "Utopia", "ru": "Утопия"},
        "decision_date": date(2026, 6, 1),
        "money": "RUB@2025",
        "draws": DRAWS,
        "seed": 7,
        "design": "latin_hypercube",
        "digest": "0123abcd",
        "versions": {"python": "3.11", "equipoise": "0.1.0"},
        "chosen": CHOSEN,
        "policies": POLICIES,
        "new": "gene_therapy",
        "current": "prophylaxis",
        "product_item": "product",
        "response": "response",
        "strategies": {"gene_therapy": "Gene therapy", "prophylaxis": "Prophylaxis"},
        "measures": {"response": "Free of prophylaxis"},
        "groups": [GroupRecord(name="young", label="18 years", age=18.0)],
        "items": [
            ItemRecord(name="product", label="Product", category="medicine"),
            ItemRecord(name="prophylaxis", label="Prophylaxis", category="medicine"),
            ItemRecord(name="hospital", label="Hospital", category="hospital"),
            ItemRecord(name="travel", label="Travel", category="travel"),
        ],
        "payers": [
            PayerRecord(name=name, label=name.replace("_", " ").capitalize(), kind=kind)
            for name, kind in payers
        ],
        "rules": [
            rule("circle_of_kindness", ["medicine"], to_age=19.0),
            rule("federal_programme", ["medicine"]),
            rule("compulsory_insurance", ["hospital"]),
            rule("family", []),
        ],
        "steps": [
            StepRecord(
                name=name, label=name.capitalize(), owner=OWNERS[k % 4], clause="art. 1",
                address=ADDRESS, status="read", note=None,
            )
            for k, name in enumerate(STEPS)
        ],
        "route": "National route",
        "classification": ClassificationRecord(
            outcome="gene", label="gene-therapy medicine", definition="Acts by a gene.",
            clause="law art. 4",
            path=[
                AnswerRecord(
                    ask="Is it made of cells?", yes=False, clause="art. 2", address=ADDRESS,
                    status="read", note=None,
                )
            ],
        ),
        "needs": [need("Register", "partly"), need("Tariff", "missing"), need("Clause", "ready")],
        "criteria": [
            CriterionRecord(name="health_gained", stakeholder="patient", title="Health",
                            unit="QALY", better="more", weight=1.0),
            CriterionRecord(name="patients_per_centre", stakeholder="profession", title="Load",
                            unit="patients/year", better="more", weight=1.0),
            CriterionRecord(name="whole_budget", stakeholder="state", title="Budget",
                            unit="money", better="less", weight=1.0),
        ],
        "evidence": [evidence(name, status) for name, status in INPUTS.items()],
        "conventions": ConventionsRecord(
            discount_cost=0.05, discount_health=0.05, method="life_table", cycle_years=0.25,
            horizon_years=10.0, lifetime_years=80.0, threshold=THRESHOLD,
            perspective="all payers together",
        ),
        "weak": WeakRecord(variance=0.6, information=0.5, evppi=1e7, evpi=2e7, draws_needed=20,
                            inputs=2, of=4),
    }  # fmt: skip
    return Record.model_validate({**values, **changes})


INPUTS = {
    "economics.willingness_to_pay": "inference", "effect": "assumption", "price": "read",
    "weight": "computed",
}  # fmt: skip


def rule(payer: str, categories: list[str], to_age: float | None = None) -> RuleRecord:
    return RuleRecord(
        payer=payer, categories=categories, from_age=None, to_age=to_age, clause="art. 3",
        address=ADDRESS, status="inference",
    )  # fmt: skip


def need(label: str, state: str) -> NeedRecord:
    return NeedRecord.model_validate(
        {"label": label, "owner": "payer", "state": state, "status": "assumption",
         "address": ADDRESS, "note": "Why."}
    )  # fmt: skip


def evidence(name: str, status: str) -> EvidenceRecord:
    return EvidenceRecord.model_validate(
        {"name": name, "label": f"Input {name}", "value": 1.5, "unit": "years",
         "distribution": "gamma(mean=1.5, sd=0.5)", "low": 0.6, "high": 2.7, "status": status,
         "source": "An article", "address": "https://doi.org/10.1/1", "place": "table 1",
         "note": None, "converted": None}
    )  # fmt: skip


MakeTree = Callable[..., xr.DataTree]


@pytest.fixture(scope="session")
def make_tree() -> MakeTree:
    """Return a maker of runs; see `built` for its knobs."""
    return built


@pytest.fixture(scope="session")
def tree() -> xr.DataTree:
    """Return a plain run: treated from year 3 on, worth its price in some draws."""
    return built()


def built(
    *,
    treated: float = 20.0,
    price: float = 40e6,
    saved: float = 30e6,
    health: float = 3.0,
    spread: float = 1.0,
    never: float = 0.05,
    status_quo: tuple[float, float, float] = (-0.5, 0.2, 0.3),
    evppi: tuple[float, ...] = (5e6, 0.0, 3e7, 1e5),
    **changes: object,
) -> xr.DataTree:
    """Return a run.

    `treated` patients a year from year 3; each costs `price`, saves `saved` and gains `health`
    QALYs; `spread` scales the uncertainty; a share `never` of draws is never funded.
    """
    luck = np.random.default_rng(3)
    noise = 1.0 + spread * 0.3 * luck.standard_normal(DRAWS)
    reached = np.arange(DRAWS) >= round(never * DRAWS)
    patients = np.zeros((YEARS, DRAWS))
    patients[3:] = treated * np.clip(1.0 + 0.2 * luck.standard_normal(DRAWS), 0.2, 2.0) * reached
    groups = {
        "inputs": inputs(luck),
        "access": access(luck, reached),
        "course": course(),
        "reach": reach(patients),
        "payment": payment(patients, price, saved * noise, health * noise),
    }
    groups["value"] = value(groups["payment"], price)
    groups["policies"] = policies(groups["value"])
    groups["balance"] = balance(np.asarray(status_quo))
    groups["information"] = information(evppi)
    data = {n: checked(n, d) if n != "inputs" else d for n, d in groups.items()}
    return xr.DataTree(
        children={name: xr.DataTree(part) for name, part in data.items()},
        dataset=xr.Dataset(attrs={"record": record(**changes).model_dump_json()}),
        name="equipoise",
    )


def draws() -> dict[str, object]:
    return {"draw": np.arange(DRAWS)}


def inputs(luck: np.random.Generator) -> xr.Dataset:
    columns = {name: ("draw", luck.gamma(9.0, 1.0 / 6.0, DRAWS)) for name in INPUTS}
    columns["economics.willingness_to_pay"] = ("draw", luck.gamma(4.0, THRESHOLD / 4.0, DRAWS))
    return xr.Dataset(columns, coords=draws())


def access(luck: np.random.Generator, reached: np.ndarray) -> xr.Dataset:
    times = luck.gamma(4.0, 0.12, (len(STEPS), DRAWS))
    end = np.cumsum(times, axis=0)
    end[4:, ~reached] = np.inf
    start = np.vstack([np.zeros(DRAWS), end[:-1]])
    funded = np.stack([end[3], end[7], end[7], end[8]])
    funded[:, ~reached] = np.inf
    return xr.Dataset(
        {
            "step_start": (("step", "draw"), start),
            "step_end": (("step", "draw"), end),
            "funded": (("payer", "draw"), funded),
        },
        coords={"step": list(STEPS), "payer": list(PAYERS), **draws()},
    )


def course() -> xr.Dataset:
    years = np.arange(60)
    alive = np.exp(-0.03 * years)[None, :, None] * np.ones((2, 1, DRAWS))
    response = np.clip(1.0 - 0.03 * years, 0.0, 1.0)[None, None, :, None]
    dims = ("strategy", "year", "draw")
    return xr.Dataset(
        {
            "alive": (dims, alive),
            "track": (("measure", *dims), response * np.ones((1, 2, 1, DRAWS))),
            "cost": (dims, 1e6 * alive),
        },
        coords={"strategy": ["gene_therapy", "prophylaxis"], "measure": ["response"],
                "year": years, **draws()},
    )  # fmt: skip


def reach(patients: np.ndarray) -> xr.Dataset:
    dims = ("year", "draw")
    arrived = np.full_like(patients, 4.0)
    arrived[0] = 160.0
    died = np.full_like(patients, 0.5)
    waiting = np.clip(np.cumsum(arrived - patients - 2.0 * died, axis=0), 0.0, None)
    capacity = np.zeros_like(patients)
    capacity[2:] = 60.0
    return xr.Dataset(
        {
            "arrived": (dims, arrived), "treated": (dims, patients), "left": (dims, died),
            "died": (dims, died), "waiting": (dims, waiting), "capacity": (dims, capacity),
            "qaly_lost_waiting": (("draw",), 0.3 * waiting.sum(axis=0)),
        },
        coords={"year": np.arange(YEARS), **draws()},
    )  # fmt: skip


def payment(
    patients: np.ndarray, price: float, saved: np.ndarray, health: np.ndarray
) -> xr.Dataset:
    amount = np.zeros((2, len(PAYERS), len(ITEMS), YEARS, DRAWS))
    amount[:, 1, 0] = 1e9
    amount[0, 1, 0] -= patients * saved
    amount[0, 0, 3] = 0.25 * patients * price
    amount[0, 1, 3] = 0.75 * patients * price
    amount[0, 2, 1] = patients * 1e5
    amount[0, 3, 2] = patients * 5e4
    later = np.zeros((2, len(PAYERS), len(ITEMS), DRAWS))
    whole = patients.sum(axis=0)
    qaly = np.full((2, YEARS, DRAWS), 100.0)
    present = np.stack([1500.0 + whole * health, np.full(DRAWS, 1500.0)])
    ledger = ("world", "payer", "item", "year", "draw")
    return xr.Dataset(
        {
            "amount": (ledger, amount),
            "amount_later": (("world", "payer", "item", "draw"), later),
            "amount_present": (("world", "payer", "item", "draw"), amount.sum(axis=3)),
            "receipts": (("year", "draw"), patients * price),
            "receipts_later": (("draw",), np.zeros(DRAWS)),
            "qaly": (("world", "year", "draw"), qaly),
            "qaly_later": (("world", "draw"), present - 1000.0),
            "qaly_present": (("world", "draw"), present),
            "life_years": (("world", "draw"), present),
            "price_weight": (("draw",), whole),
        },
        coords={"world": ["with", "without"], "payer": list(PAYERS), "item": list(ITEMS),
                "year": np.arange(YEARS), **draws()},
    )  # fmt: skip


def value(books: xr.Dataset, price: float) -> xr.Dataset:
    cost = books["amount_present"].sum(("payer", "item"))
    amount = books["amount"].sum("item")
    more_cost = cost.sel(world="with", drop=True) - cost.sel(world="without", drop=True)
    qaly = books["qaly_present"]
    more_health = qaly.sel(world="with", drop=True) - qaly.sel(world="without", drop=True)
    benefit = more_health * THRESHOLD - more_cost
    weight = books["price_weight"]
    grid = np.linspace(0.0, 4.0 * THRESHOLD, 41)
    nets = more_health * xr.DataArray(grid, dims="threshold") - more_cost
    two = np.ones((2, DRAWS))
    dims = ("strategy", "draw")
    return xr.Dataset(
        {
            "patient_cost": (dims, two * [[6e7], [5e7]]),
            "patient_cost_present": (dims, two * [[5e7], [4e7]]),
            "patient_qaly": (dims, two * [[20.0], [18.0]]),
            "patient_qaly_present": (dims, two * [[11.0], [10.0]]),
            "patient_life_years": (dims, two * [[25.0], [24.0]]),
            "cost_present": cost,
            "qaly_present": qaly,
            "budget_impact": amount.sel(world="with", drop=True)
            - amount.sel(world="without", drop=True),
            "net_benefit": benefit,
            "acceptability": ("threshold", (nets > 0.0).mean("draw").values),
            "evpi": ("threshold", np.zeros(grid.size)),
            "supported_price": price + benefit / weight.where(weight > 0.0),
        },
        coords={"strategy": ["gene_therapy", "prophylaxis"], "threshold": grid},
    )


def policies(worth: xr.Dataset) -> xr.Dataset:
    scale = xr.DataArray(
        [policy.price * policy.centres / (40e6 * 5) for policy in POLICIES], dims="policy"
    )
    names = ["health_gained", "patients_per_centre", "whole_budget"]
    criteria = scale * xr.DataArray(np.ones((3, DRAWS)), dims=("criterion", "draw"))
    return xr.Dataset(
        {
            "criterion_value": criteria.transpose("criterion", "policy", "draw"),
            "status_quo_value": criteria.isel(policy=0, drop=True).transpose("criterion", "draw"),
            "budget_impact": (worth["budget_impact"] * scale).transpose(
                "policy", "payer", "year", "draw"),
            "net_benefit": (worth["net_benefit"] * scale).transpose("policy", "draw"),
        },
        coords={"policy": np.arange(len(POLICIES)), "criterion": names},
    )  # fmt: skip


def balance(status_quo: np.ndarray) -> xr.Dataset:
    score = np.stack(
        [
            [{2: 0.1, 5: 0.7, 10: 1.0}[policy.centres] for policy in POLICIES],
            [{2: 0.3, 5: 0.6, 10: 0.5}[policy.centres] for policy in POLICIES],
            [{20e6: 1.0, 40e6: 0.6, 80e6: 0.0}[policy.price] for policy in POLICIES],
        ]
    )
    as_good = (score.T[None] >= score.T[:, None]).all(axis=2)
    better = (score.T[None] > score.T[:, None]).any(axis=2)
    regret = score.max(axis=1, keepdims=True) - score
    gains = np.clip(score - status_quo[:, None], 0.0, None)
    return xr.Dataset(
        {
            "score": (("stakeholder", "policy"), score),
            "status_quo_score": (("stakeholder",), status_quo),
            "regret": (("stakeholder", "policy"), regret),
            "on_front": (("policy",), (~(as_good & better).any(axis=1)).astype(float)),
            "nash_product": (("policy",), gains.prod(axis=0)),
            "maximum_regret": (("policy",), regret.max(axis=0)),
        },
        coords={"stakeholder": list(SIDES), "policy": np.arange(len(POLICIES))},
    )


def information(evppi: tuple[float, ...]) -> xr.Dataset:
    return xr.Dataset(
        {
            "evppi": (("parameter",), np.asarray(evppi)),
            "evppi_standard_error": (("parameter",), 0.1 * np.asarray(evppi)),
        },
        coords={"parameter": list(INPUTS)},
    )
