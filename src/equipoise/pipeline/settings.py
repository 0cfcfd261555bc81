"""What a run is about besides the study: policies, ages, the sample."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
import xarray as xr

from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.limits import check_size
from equipoise.core.money import PriceBook, price_book
from equipoise.core.translation import translate as _
from equipoise.core.units import parse_measure
from equipoise.draws import Design, base_case, sample
from equipoise.spec.contracts import (
    Contract,
    Instalments,
    RebateOnLoss,
    Upfront,
    contract_from_text,
    contract_text,
)
from equipoise.spec.findings import did_you_mean
from equipoise.spec.loaded_study import Study
from equipoise.spec.replace import require_named, value_text
from equipoise.spec.study import PolicyChoice

LEVERS = ("price", "contract", "centres")

LARGEST_GAP = 6.0
"""Years between the ages at which the disease model runs; between them lines are straight."""


@dataclass(frozen=True)
class Policy:
    """One setting of all levers; `price` is in the study's money."""

    price: float
    contract: Contract
    centres: int

    def __str__(self) -> str:
        """Return the policy as `--policy` takes it."""
        contract = contract_text(self.contract)
        return f"price={self.price:.10g} contract={contract} centres={self.centres}"


def policy_of(choice: PolicyChoice) -> Policy:
    """Return a study's choice as a policy."""
    return Policy(choice.price.value, choice.contract, choice.centres)


def policies_of(study: Study, chosen: Policy) -> tuple[Policy, ...]:
    """Return all combinations of the levers, and the chosen policy if it is none of them."""
    levers = study.file.levers
    combined = [
        Policy(price.value, contract, centres)
        for price, contract, centres in product(levers.price, levers.contract, levers.centres)
    ]
    return tuple(combined if chosen in combined else [chosen, *combined])


def parse_policy(study: Study, changes: Mapping[str, object]) -> Policy:
    """Return the study's policy with some levers set to other values.

    Parameters
    ----------
    study
        As loaded.
    changes
        Lever -> value: a text as `--policy` takes it, a number, or a contract.

    Raises
    ------
    FieldError, SeveralErrors
        If levers are unknown or their values are none; all at once, each named.
    """
    require_named(changes, example='{"price": 40e6, "centres": 5}')
    own = policy_of(study.file.policy)
    price, contract, centres = own.price, own.contract, own.centres
    mistakes = Mistakes()
    for name, value in changes.items():
        with mistakes.noted(), _naming(name):
            if isinstance(value, Upfront | Instalments | RebateOnLoss):
                text = contract_text(value)
            else:
                text = value_text(name, value)
            match name:
                case "price":
                    price = _price(study, text)
                case "contract":
                    contract = contract_from_text(text)
                case "centres":
                    centres = _centres(text)
                case _:
                    raise FieldError(_("this is not a lever"), fix=did_you_mean(name, LEVERS))
    mistakes.refuse()
    return Policy(price, contract, centres)


@contextmanager
def _naming(lever: str) -> Iterator[None]:
    """Put the lever's name before what is wrong with it."""
    try:
        yield
    except FieldError as error:
        message = f"{lever}: {error.message}"
        raise FieldError(message, fix=error.fix) from None


def _price(study: Study, text: str) -> float:
    """Read a price in the study's money."""
    money = study.file.money.text
    fix = _("write an amount in {money}, e.g. price={value:.10g}",
            money=money, value=study.file.policy.price.value)  # fmt: skip
    try:
        value = float(text)
    except ValueError:
        unit = None
        with suppress(FieldError):
            measure = parse_measure(text)
            unit, value = measure.unit, measure.value
        if unit is None or not unit.fits(study.file.money):
            raise FieldError(
                _("'{text}' is not an amount in {money}", text=text, money=money), fix=fix
            ) from None
    if not 0.0 <= value < np.inf:
        raise FieldError(_("a price cannot be {value}", value=text), fix=fix)
    return check_size(value)


def _centres(text: str) -> int:
    """Read a number of centres."""
    if not text.strip().isdecimal() or int(text) > 1000:
        raise FieldError(
            _("'{text}' is not a number of centres", text=text),
            fix=_("write a whole number from 0 to 1000"),
        )
    return int(text)


def start_ages(study: Study) -> list[float]:
    """Return the ages at which the disease model runs: the groups', and those they may reach."""
    groups = sorted({group.age.value for group in study.file.patients.groups.values()})
    ages = sorted({*groups, groups[-1] + study.file.horizon.value})
    filled = [ages[0]]
    for low, high in pairwise(ages):
        steps = int(np.ceil((high - low) / LARGEST_GAP - 1e-9))
        filled += [low + (high - low) * k / steps for k in range(1, steps)] + [high]
    return filled


def money_scales(study: Study, book: PriceBook) -> dict[str, float]:
    """Return the factor that brings each input's money to the study's money."""
    return {
        name: book.factor(quantity.unit, study.file.money)
        for name, quantity in study.quantities.items()
        if quantity.unit.money
    }


def model_scales(study: Study) -> dict[str, float]:
    """Return the factors of `money_scales` for the parameters of the disease model."""
    scales = money_scales(study, price_book(study.country.economics))
    return {name: one for name, one in scales.items() if name in study.model.spec.parameters}


@dataclass(frozen=True)
class Sampled:
    """The joint sample, the base case, and the factors that converted money."""

    inputs: xr.Dataset
    base: xr.Dataset
    scales: Mapping[str, float]


def sample_inputs(study: Study, *, draws: int, seed: int, design: Design) -> Sampled:
    """Draw every uncertain input of the study once for all stages."""
    scales = money_scales(study, price_book(study.country.economics))
    spec = study.model.spec
    quantities = study.quantities
    inputs = sample(
        quantities, joint=spec.joint, correlations=spec.parameter_correlations, draws=draws,
        seed=seed, method=design, scale=scales,
    )  # fmt: skip
    return Sampled(inputs, base_case(quantities, joint=spec.joint, scale=scales), scales)
