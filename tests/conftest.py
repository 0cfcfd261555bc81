"""What all tests share."""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from equipoise.access import access_timeline
from equipoise.balance import CRITERIA
from equipoise.clinical import run_cohort
from equipoise.delivery import Demand, demand, treated_patients
from equipoise.packs import load_named_study
from equipoise.payment import PopulationFlows, TreatedPatients, ledger
from equipoise.pipeline import Policy, policy_of
from equipoise.pipeline.settings import sample_inputs, start_ages
from equipoise.spec.contracts import contract_from_text
from equipoise.spec.loaded_study import Study
from equipoise.spec.replace import replace_values

ROOT = Path(__file__).resolve().parents[1]


def pytest_configure(config: pytest.Config) -> None:
    """Keep compiled kernels from run to run, but not among the user's own."""
    assert config.cache is not None
    os.environ["EQUIPOISE_CACHE"] = str(config.cache.mkdir("kernels"))


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the top folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def need() -> Callable[..., str]:
    """Return ``need(program, ...)``: the path of the first of these programs that is installed.

    Where none is, the test skips and says why; with CI set it fails, so that a
    missing browser can never turn CI green.
    """
    return needed


def needed(*programs: str) -> str:
    for program in programs:
        if found := shutil.which(program):
            return found
    reason = f"needs {' or '.join(programs)}, which is not installed"
    if os.environ.get("CI"):
        pytest.fail(f"{reason}; CI must not skip it")
    pytest.skip(reason)


@dataclass(frozen=True)
class Course:
    """What the stages of one policy brought about, before draws are put together."""

    study: Study
    policy: Policy
    inputs: xr.Dataset
    access: xr.Dataset
    clinical: xr.Dataset
    joining: Demand
    delivery: xr.Dataset
    payment: xr.Dataset


def course_of(
    study: Study,
    *,
    draws: int = 20,
    seed: int = 1,
    price: float | None = None,
    contract: str | None = None,
    centres: int | None = None,
    inputs: Mapping[str, Any] | None = None,
    access: xr.Dataset | None = None,
) -> Course:
    """Run the stages of one policy; `inputs` replaces drawn values, `access` the timeline."""
    own = policy_of(study.file.policy)
    policy = Policy(
        own.price if price is None else price,
        own.contract if contract is None else contract_from_text(contract),
        own.centres if centres is None else centres,
    )
    sampled = sample_inputs(study, draws=draws, seed=seed, design="plain").inputs
    for name, values in (inputs or {}).items():
        sampled[name] = ("draw", np.broadcast_to(values, (draws,)).astype(float))
    if access is None:
        access = access_timeline(study, sampled, seed=seed)
    own_inputs = sampled[list(study.model.spec.parameters)].assign_coords(draw=sampled["draw"])
    rates = sampled["economics.discount_cost"], sampled["economics.discount_health"]
    clinical = run_cohort(study.model, own_inputs, start_ages=start_ages(study), discount=rates)
    joining = demand(study, sampled, clinical)
    delivery = treated_patients(study, sampled, access, joining, centres=policy.centres)
    flows = PopulationFlows(study, sampled, clinical).of(delivery)
    paid = TreatedPatients(study, sampled, clinical, delivery).under(policy.contract)
    payment = ledger(study, flows, paid, price=policy.price)
    return Course(study, policy, sampled, access, clinical, joining, delivery, payment)


@pytest.fixture(scope="session")
def course() -> Callable[..., Course]:
    """Return `course_of`."""
    return course_of


@pytest.fixture(scope="session")
def mini() -> Study:
    """Return the smallest complete study; every number of it is invented."""
    folder = ROOT / "tests" / "data" / "mini"
    return load_named_study(folder, country=str(folder / "xx"), criteria=CRITERIA)


@pytest.fixture(scope="session")
def haemophilia() -> Study:
    """Return the study of the library."""
    return load_named_study("haemophilia-b-gene-therapy", criteria=CRITERIA)


def without_friction(study: Study) -> Study:
    """Return the study with no delay, no limit and no loss between patients and the therapy.

    One payer owes everything, everybody is known, eligible and willing, and nobody is new.
    """
    names = study.quantities
    zero = [name for name in names if name.startswith("access.")]
    zero += ["care.ready_after", "patients.new_patients", "patients.leaving_rate"]
    one = [name for name in names if name.startswith("patients.eligible.")]
    one += ["patients.diagnosed", "patients.acceptance"]
    values = dict.fromkeys(zero, "0") | dict.fromkeys(one, "1") | {"care.slots": "1e9"}
    return one_payer(no_new_year(replace_values(study, values)))


def no_new_year(study: Study) -> Study:
    """Return the study without steps that wait for 1 January."""
    route = study.route
    steps = {
        name: step.model_copy(update={"waits_for_new_year": False})
        for name, step in route.steps.items()
    }
    routes = {study.file.route: route.model_copy(update={"steps": steps})}
    return with_country(study, routes={**study.country.routes, **routes})


def one_payer(study: Study) -> Study:
    """Return the study with its last rule's payer owing everything at every age."""
    return with_country(study, payer_rules=[study.country.payer_rules[-1]])


def with_country(study: Study, **changes: Any) -> Study:
    """Return the study with other fields of its country."""
    return replace(study, country=study.country.model_copy(update=changes))


def with_file(study: Study, **changes: Any) -> Study:
    """Return the study with other fields of study.yaml."""
    return replace(study, file=study.file.model_copy(update=changes))


@dataclass(frozen=True)
class Change:
    """Ways to make another study of a loaded one."""

    frictionless: Callable[[Study], Study] = without_friction
    no_new_year: Callable[[Study], Study] = no_new_year
    one_payer: Callable[[Study], Study] = one_payer
    country: Callable[..., Study] = with_country
    file: Callable[..., Study] = with_file
    values: Callable[[Study, Mapping[str, str]], Study] = replace_values


@pytest.fixture(scope="session")
def change() -> Change:
    """Return ways to make another study of a loaded one."""
    return Change()
