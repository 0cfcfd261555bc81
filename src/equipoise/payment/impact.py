"""What the therapy changes: the ledger's query on which value, budget and criteria rest."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.core.vocabulary import checked
from equipoise.payment.ledger import ProductPayments

Floats = NDArray[np.float64]


def impact_of(books: xr.Dataset) -> xr.Dataset:
    """Return the world with the therapy minus the world without it.

    Parameters
    ----------
    books
        A ledger, or the care of `PopulationFlows.of` that has no product in it yet.

    Returns
    -------
    xarray.Dataset
        Group ``impact`` of the vocabulary.
    """
    amount = _more(books, "amount", "payer", "item", "year", "draw").sum(axis=1)
    present = _more(books, "amount_present", "payer", "item", "draw").sum(axis=1)
    health = _more(books, "qaly", "year", "draw").sum(axis=0) + _more(books, "qaly_later", "draw")
    coords = {dim: books[dim] for dim in ("payer", "year", "draw")}
    return _labelled(amount, present, health, _more(books, "qaly_present", "draw"), coords)


def with_product(
    care: xr.Dataset, payments: tuple[ProductPayments, ProductPayments], *, price: float
) -> xr.Dataset:
    """Return the impact of care with the product's payments and rebates at some price.

    Both are in proportion to the price, and the world without the therapy has neither, so no
    ledger is needed for each price.

    Parameters
    ----------
    care
        Result of `impact_of` for the care alone.
    payments
        Result of `TreatedPatients.under` for a contract.
    price
        Price of one treatment in the study's money.
    """
    paid, returned = payments
    amount = (paid.amount - returned.amount) * price
    present = (paid.present - returned.present) * price
    priced = {
        "amount": care["amount"].values + amount,
        "amount_present": care["amount_present"].values + present,
    }
    return checked("impact", care.copy(data={**care.data_vars, **priced}))


def _more(books: xr.Dataset, name: str, *dims: str) -> Floats:
    """Return one variable with the therapy minus without it."""
    worlds = books["world"].values.tolist()
    values = books[name].transpose("world", *dims).values
    return np.asarray(values[worlds.index("with")] - values[worlds.index("without")])


def _labelled(
    amount: Floats,
    present: Floats,
    health: Floats,
    health_present: Floats,
    coords: dict[str, xr.DataArray],
) -> xr.Dataset:
    """Return the four arrays as one group."""
    data = xr.Dataset(
        {
            "amount": (("payer", "year", "draw"), amount),
            "amount_present": (("payer", "draw"), present),
            "qaly": (("draw",), health),
            "qaly_present": (("draw",), health_present),
        },
        coords=coords,
    )
    return checked("impact", data)
