"""What the maker is paid per treated patient and unit of price, year by year."""

from dataclasses import dataclass, field
from typing import Protocol, assert_never

import numpy as np
from numpy.typing import NDArray

from equipoise.spec.contracts import Contract, Instalments, RebateOnLoss, Upfront

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Schedule:
    """Payments and rebates on each anniversary of treatment, per unit of price.

    Both have dims (year, draw); year 0 is the day of treatment; rebates are positive here.
    """

    payments: Floats
    rebates: Floats


class PaymentContract(Protocol):
    """Any object with these two is a contract; nothing to inherit or register."""

    @property
    def years(self) -> int:
        """Return the anniversary of treatment after which no money moves."""
        ...

    def schedule(self, alive: Floats, responding: Floats) -> Schedule:
        """Return payments and rebates per treated patient and unit of price.

        Parameters
        ----------
        alive
            Share alive on each anniversary up to `years`, or to the end of the disease model where
            that is sooner, dims (year, draw); 1 in year 0.
        responding
            Share of those alive who respond on each anniversary, dims (year, draw).
        """
        ...


@dataclass(frozen=True)
class UpfrontContract:
    """The whole price on the day of treatment."""

    years: int = field(default=0, init=False)

    def schedule(self, alive: Floats, responding: Floats) -> Schedule:
        """See `PaymentContract.schedule`."""
        payments = np.zeros_like(alive)
        payments[0] = 1.0
        return Schedule(payments, np.zeros_like(alive))


@dataclass(frozen=True)
class InstalmentContract:
    """Equal payments from the day of treatment on, unconditional or only for responders."""

    years: int
    only_while_responding: bool = False

    def schedule(self, alive: Floats, responding: Floats) -> Schedule:
        """See `PaymentContract.schedule`."""
        # Parts may fall due after the disease model ends: they are owed all the same, and nobody
        # is known to respond then.
        years = max(alive.shape[0], self.years)
        payments = np.zeros((years, alive.shape[1]))
        payments[: self.years] = 1.0 / self.years
        if self.only_while_responding:
            # On the day of treatment nobody's response is known yet: the first part is owed.
            known = np.zeros_like(payments)
            known[: alive.shape[0]] = alive * responding
            payments[1:] *= known[1:]
        return Schedule(payments, np.zeros_like(payments))


@dataclass(frozen=True)
class RebateContract:
    """The price at once; a share comes back for each living patient who has lost response.

    Response is looked at on every anniversary up to `years`; who never responded counts as lost
    on the first. The dead get no rebate. Loss is taken to be final: where the share of responders
    among the living rises, the others have died sooner, and the next fall is a new loss.
    """

    share: float
    years: int

    def schedule(self, alive: Floats, responding: Floats) -> Schedule:
        """See `PaymentContract.schedule`."""
        payments = np.zeros_like(alive)
        payments[0] = 1.0
        before = np.concatenate([np.ones_like(responding[:1]), responding[1:-1]])
        lost = alive[1:] * np.clip(before - responding[1:], 0.0, None)
        rebates = np.zeros_like(alive)
        rebates[1 : self.years + 1] = self.share * lost[: self.years]
        return Schedule(payments, rebates)


def contract_from(spec: Contract) -> PaymentContract:
    """Build the contract a study asks for; the type checker proves no kind is forgotten."""
    match spec:
        case Upfront():
            return UpfrontContract()
        case Instalments(years=years, only_while_responding=only):
            return InstalmentContract(years, only)
        case RebateOnLoss(share=share, years=years):
            return RebateContract(share, years)
        case _:
            assert_never(spec)
