"""Care costs and health of all patients in both worlds, without the product's price."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.core.errors import SimulationError
from equipoise.core.translation import translate as _
from equipoise.payment.books import Bookkeeper, Books, Profile
from equipoise.payment.starters import joined, treated
from equipoise.rules import payer_segments
from equipoise.spec.loaded_study import Study
from equipoise.spec.study import Comparison

Floats = NDArray[np.float64]

WORLDS = ("with", "without")


def _profile(
    clinical: xr.Dataset, strategy: str, items: list[int], *, handed: list[int], years: int
) -> Profile:
    """Return one strategy's profile of some items, by their places; some of them handed over."""
    one = clinical.sel(strategy=strategy)
    cost = one["cost"].transpose("age", "item", "year", "draw").values
    present = one["cost_present"].transpose("age", "item", "year", "draw").values
    qaly = one["qaly"].transpose("age", "year", "draw").values
    passed = [items[k] for k in handed]
    return Profile(
        cost=_years(cost[:, items, :years], years),
        handed_cost=_years(cost[:, passed], years),
        handed_present=_years(present[:, passed], years),
        cost_total=cost.sum(axis=2)[:, items],
        cost_present_total=present.sum(axis=2)[:, items],
        cost_at_start=one["cost_at_start"].transpose("age", "item", "draw").values[:, items],
        qaly=_years(qaly[:, :years], years),
        qaly_total=qaly.sum(axis=1),
        qaly_present=one["qaly_present"].sum("year").transpose("age", "draw").values,
        life_years=one["life_years"].sum("year").transpose("age", "draw").values,
    )


def _years(profile: Floats, years: int) -> Floats:
    """Return a profile of at least so many years, dims (..., year, draw), empty after its end."""
    missing = years - profile.shape[-2]
    if missing <= 0:
        return profile
    shape = (*profile.shape[:-2], missing, profile.shape[-1])
    return np.concatenate([profile, np.zeros(shape)], axis=-2)


class PopulationFlows:
    """Care costs and health of everyone who joins the queue.

    Without the therapy all live on today's treatment from the day they join. With it, each
    treated patient brings, from the day of treatment, what the new strategy brings about more
    than today's for a patient of that age: so whoever dies, leaves or waits stays on today's
    treatment, and late entrants use their own clock.

    Parameters
    ----------
    study
        For the comparison, the items and the payers' rules.
    inputs
        The joint sample, for the discount rates.
    clinical
        Group ``clinical`` of the vocabulary.
    """

    def __init__(self, study: Study, inputs: xr.Dataset, clinical: xr.Dataset) -> None:
        comparison = study.file.comparison
        _only_new_has(clinical, comparison)
        _nothing_on_day_0(clinical, comparison)
        places = [k for k, i in enumerate(clinical["item"].values) if i != comparison.product_item]
        items = [str(name) for name in clinical["item"].values[places]]
        draws = inputs.sizes["draw"]
        rates = _rate(inputs, "discount_cost", draws), _rate(inputs, "discount_health", draws)
        self._keeper = Bookkeeper(study, clinical["age"].values, items, rates)
        product = study.file.items[comparison.product_item]
        self._product = payer_segments(study.country, product.category)
        years = round(study.file.horizon.value)
        self._today, new = (
            _profile(clinical, strategy, places, handed=self._keeper.handed, years=years + 1)
            for strategy in (comparison.current, comparison.new)
        )
        self._gain = new.minus(self._today)
        self._shape = (len(self._keeper.payers), len(items), years, draws)
        self._coords = {
            "world": list(WORLDS), "payer": self._keeper.payers, "item": items,
            "year": np.arange(years), "draw": inputs["draw"],
        }  # fmt: skip
        self._without: Books | None = None

    def of(self, delivery: xr.Dataset) -> xr.Dataset:
        """Return both worlds for one course of the queue.

        Parameters
        ----------
        delivery
            Group ``delivery`` of the vocabulary; its arrivals must be the same at every call.

        Returns
        -------
        xarray.Dataset
            The variables ``amount``, ``amount_later``, ``amount_present``, ``qaly``,
            ``qaly_later``, ``qaly_present`` and ``life_years`` of group ``payment``, without
            product and rebates.
        """
        if self._without is None:
            self._without = Books(*self._shape)
            self._keeper.enter(self._without, joined(delivery), self._today)
        with_therapy = self._without.copy()
        self._keeper.enter(with_therapy, treated(delivery, self._product), self._gain)
        return _dataset((with_therapy, self._without), self._coords)


def _only_new_has(clinical: xr.Dataset, comparison: Comparison) -> None:
    """Refuse a product item that today's treatment costs too: the contract would replace both.

    Raises
    ------
    SimulationError
        Naming the item and the strategy.
    """
    today = clinical.sel(strategy=comparison.current, item=comparison.product_item)
    if bool(today["cost"].any()) or bool(today["cost_at_start"].any()):
        raise SimulationError(
            _("'{item}' is the product's item in `comparison`, but '{strategy}' costs it too",
              item=comparison.product_item, strategy=comparison.current),
            fix=_("give the product an item of its own"), place=("comparison", "product_item"),
        )  # fmt: skip


def _nothing_on_day_0(clinical: xr.Dataset, comparison: Comparison) -> None:
    """Refuse one-off costs on day 0 of today's treatment.

    Those who join the queue are on it already; and whoever is treated later would get back what
    starting it once cost.

    Raises
    ------
    SimulationError
        Naming the strategy and the item.
    """
    today = clinical["cost_at_start"].sel(strategy=comparison.current)
    items = [str(i) for i in today["item"].values if bool(today.sel(item=i).any())]
    if items:
        raise SimulationError(
            _("'{strategy}' has a one-off cost on day 0 ({items}), but patients of the queue are "
              "on today's treatment already",
              strategy=comparison.current, items=", ".join(items)),
            fix=_("leave that cost out of the model, or spread it over the years"),
            place=("comparison", "current"),
        )  # fmt: skip


def _rate(inputs: xr.Dataset, name: str, draws: int) -> Floats:
    """Return a yearly discount rate, dims (draw)."""
    values = np.broadcast_to(inputs[f"economics.{name}"].values, (draws,))
    return np.asarray(values, dtype=np.float64)


_DIMS: Mapping[str, tuple[str, ...]] = {
    "amount": ("payer", "item", "year", "draw"),
    "amount_later": ("payer", "item", "draw"),
    "amount_present": ("payer", "item", "draw"),
    "qaly": ("year", "draw"),
    "qaly_later": ("draw",),
    "qaly_present": ("draw",),
    "life_years": ("draw",),
}


def _dataset(worlds: tuple[Books, Books], coords: Mapping[str, object]) -> xr.Dataset:
    """Label the books of both worlds."""
    return xr.Dataset(
        {
            name: (("world", *rest), np.stack([getattr(books, name) for books in worlds]))
            for name, rest in _DIMS.items()
        },
        coords=coords,
    )
