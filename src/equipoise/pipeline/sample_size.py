"""How much is drawn: the limits of a sample, and what is drawn where nobody says how much."""

import numpy as np

from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.translation import translate as _

DEFAULT_DRAWS = 2000
DEFAULT_SEED = 1

FEWEST_DRAWS = 2
MOST_DRAWS = 1_000_000
LARGEST_SEED = 2**64 - 1
MOST_PATIENTS = 100_000_000
MOST_WORKERS = 256


def check_sample(
    *,
    draws: object,
    seed: object,
    workers: object = 1,
    patients: object = 1,
    none_allowed: bool = False,
) -> None:
    """Refuse a sample that cannot be drawn, or that says nothing of uncertainty.

    Parameters
    ----------
    draws
        From `FEWEST_DRAWS` to `MOST_DRAWS`: a single draw has no spread.
    seed
        From 0 to `LARGEST_SEED`.
    workers, patients
        At least 1.
    none_allowed
        Whether no draws at all, the base case alone, will do.

    Raises
    ------
    FieldError, SeveralErrors
        Naming all that are no whole numbers in their range.
    """
    mistakes = Mistakes()
    if not (none_allowed and _is_whole(draws, 0, 0)):
        example = f"draws {DEFAULT_DRAWS}"
        fix = _("write e.g. {example}", example=example)
        if none_allowed:
            fix = _("write e.g. {example}, or 0 for the base case alone", example=example)
        with mistakes.noted():
            _require_whole("draws", draws, FEWEST_DRAWS, MOST_DRAWS, fix=fix)
    for name, value, low, high in (
        ("seed", seed, 0, LARGEST_SEED), ("workers", workers, 1, MOST_WORKERS),
        ("patients", patients, 1, MOST_PATIENTS),
    ):  # fmt: skip
        with mistakes.noted():
            fix = _("write e.g. {example}", example=f"{name} 1")
            _require_whole(name, value, low, high, fix=fix)
    mistakes.refuse()


def check_scheduler(scheduler: str | None, *, has_work: bool) -> None:
    """Refuse a scheduler that would be left without work, and so unasked.

    Parameters
    ----------
    scheduler
        Its address, if any.
    has_work
        Whether there are draws, or patients whom chance moves.

    Raises
    ------
    FieldError
        If there is nothing to send to it.
    """
    if scheduler is None or has_work:
        return
    raise FieldError(
        _("scheduler {address}: has nothing to do, as this base case is a single run",
          address=repr(scheduler)[:80]),
        fix=_("ask for draws, e.g. {example}, or leave the scheduler out",
              example=f"draws {DEFAULT_DRAWS}"),
    )  # fmt: skip


def _is_whole(value: object, low: int, high: int) -> bool:
    """Return whether a value is a whole number in a range."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        return False
    return low <= int(value) <= high


def _require_whole(name: str, value: object, low: int, high: int, *, fix: str) -> None:
    """Refuse what is no whole number in a range."""
    if not _is_whole(value, low, high):
        raise FieldError(
            _("{name} must be a whole number from {low} to {high}, not {value}",
              name=name, low=low, high=high, value=repr(value)[:80]),
            fix=fix,
        )  # fmt: skip
