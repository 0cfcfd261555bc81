"""A Kaplan-Meier curve as somebody read it off a printed figure, with what is printed below it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.translation import translate as _

Floats = NDArray[np.float64]

MOST_PATIENTS = 200_000

_BESIDE = 0.02
"""How far beside the axes a click may fall, as a share of them; it is moved onto them."""

_MISREAD = 0.04
"""How far two shares may be misread together, before the numbers below the curve are doubted."""


class PlacedError(FieldError):
    """What is wrong with one value of a curve, or with all of a kind.

    Parameters
    ----------
    message, fix
        As of `FieldError`.
    of
        ``time`` or ``survival`` of points, or ``risk_times`` or ``at_risk``.
    place
        Which of them, from 0.
    """

    def __init__(self, message: str, *, fix: str, of: str, place: int = 0) -> None:
        self.of, self.place = of, place
        super().__init__(message, fix=fix)


@dataclass(frozen=True)
class DigitisedCurve:
    """Points read off one printed curve, in any order, and the numbers below it.

    Parameters
    ----------
    time
        Of each point, in any unit; dims (point).
    survival
        The share without an event there, 0 to 1; dims (point).
    risk_times
        At which numbers at risk are printed, rising from 0; dims (printed).
    at_risk
        Those numbers, at least the first; dims (printed).
    events
        How many there were in all, if printed.

    Raises
    ------
    FieldError, SeveralErrors
        With all that is wrong.
    """

    time: Floats
    survival: Floats
    risk_times: Floats
    at_risk: Floats
    events: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be, at once."""
        mistakes = Mistakes()
        wrong = (
            *wrong_points(self.time, self.survival),
            *wrong_numbers(self.risk_times, self.at_risk, self.events),
        )
        for error in wrong:
            with mistakes.noted():
                raise error
        if not mistakes.found:  # else the curve could not be compared with the numbers
            for error in _apart(self):
                with mistakes.noted():
                    raise error
        mistakes.refuse()

    def steps(self) -> tuple[Floats, Floats]:
        """Return the times and shares of a curve that starts at 1 and never rises.

        Times and shares are sorted each on their own: where shares rise, which is noise of the
        reading, this comes nearer to any curve that falls, and a stray point moves to its height.

        References
        ----------
        Chernozhukov, Fernandez-Val, Galichon (2009), Biometrika 96(3):559-575,
        https://doi.org/10.1093/biomet/asp030.
        """
        order = np.argsort(self.time)
        time, share = self.time[order], np.clip(self.survival[order], 0.0, 1.0)
        # Whatever was read at the start, all are without an event there.
        time, share = time[time > 0], share[time > 0]
        last = np.append(time[1:] > time[:-1], True)
        return np.append(0.0, time[last]), np.append(1.0, -np.sort(-share)[last])


def wrong_points(time: Floats, share: Floats) -> Iterator[FieldError]:
    """Yield what is wrong with points of a curve."""
    if time.shape != share.shape or time.ndim != 1:
        message = _("there are {times} times and {shares} shares of points",
                    times=time.size, shares=share.size)  # fmt: skip
        yield FieldError(message, fix=_("give one share for each time"))
        return
    if not (np.isfinite(time).all() and np.isfinite(share).all()):
        message = _("a point of the curve is not finite")
        yield FieldError(message, fix=_("remove it, or read it again"))
        return
    if not (time > 0).any():
        message = _("no point of the curve is later than the start")
        yield FieldError(message, fix=_("read the whole curve, some 100 points"))
        return
    if time.min() < -_BESIDE * time.max():
        message = _("a point stands at the time {time:g}", time=float(time.min()))
        fix = _("times are 0 or later; check the axis")
        yield PlacedError(message, fix=fix, of="time", place=int(np.argmin(time)))
    if np.median(share) > 1.0 + _BESIDE and share.max() > 2.0:
        place = int(np.argmax(share > 1.0 + _BESIDE))
        message = _("a share of {share:g} is a percentage", share=float(share[place]))
        fix = _("divide all shares by 100")
        yield PlacedError(message, fix=fix, of="survival", place=place)
        return
    for place in np.flatnonzero((share > 1.0 + _BESIDE) | (share < -_BESIDE)).tolist():
        message = _("a share of {share:g} is not between 0 and 1", share=float(share[place]))
        fix = _("check the axis, and read the points again")
        yield PlacedError(message, fix=fix, of="survival", place=place)


def wrong_numbers(times: Floats, numbers: Floats, events: int | None) -> Iterator[FieldError]:
    """Yield what is wrong with numbers at risk and of events."""
    if times.shape != numbers.shape or times.ndim != 1 or not times.size:
        message = _("there are {times} times and {numbers} numbers at risk",
                    times=times.size, numbers=numbers.size)  # fmt: skip
        yield FieldError(message, fix=_("give one number for each time, at least that at 0"))
        return
    if times[0] != 0 or not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        wrong = ~np.isfinite(times) | (np.diff(times, prepend=-1.0) <= 0)
        place = 0 if times[0] != 0 else int(np.argmax(wrong))
        message = _("the times of numbers at risk do not rise from 0")
        fix = _("give them in order, the first is 0")
        yield PlacedError(message, fix=fix, of="risk_times", place=place)
    not_whole = ~np.isfinite(numbers) | (numbers < 0) | (numbers % 1 != 0)
    for place in np.flatnonzero(not_whole).tolist():
        message = _("a number at risk of {number:g} cannot be: patients are counted",
                    number=float(numbers[place]))  # fmt: skip
        fix = _("write the whole numbers as they are printed, 0 or more")
        yield PlacedError(message, fix=fix, of="at_risk", place=place)
    if not_whole.any():
        return
    if not 1 <= numbers[0] <= MOST_PATIENTS:
        message = _("{number:.0f} patients at the start", number=float(numbers[0]))
        yield PlacedError(message, fix=_("use 1 to {most}", most=MOST_PATIENTS), of="at_risk")
    for place in (np.flatnonzero(np.diff(numbers) > 0) + 1).tolist():
        message = _("the number at risk rises to {number:.0f}", number=float(numbers[place]))
        fix = _("check it; who enters late cannot be told from such a curve")
        yield PlacedError(message, fix=fix, of="at_risk", place=place)
    if events is not None and not 0 <= events <= numbers[0]:
        message = _("{events} events of {patients:.0f} patients",
                    events=events, patients=float(numbers[0]))  # fmt: skip
        yield FieldError(message, fix=_("give the events of this curve alone, or none"))


def _apart(curve: DigitisedCurve) -> Iterator[FieldError]:
    """Yield numbers at risk that are more than the curve leaves, as those of another curve are."""
    time, share = curve.steps()
    before = share[np.maximum(np.searchsorted(time, curve.risk_times, side="left") - 1, 0)]
    for number in range(1, curve.at_risk.size):
        first, left = curve.at_risk[number - 1], before[number]
        kept = left / before[number - 1] if before[number - 1] > 0 else 0.0
        if curve.at_risk[number] > first * min(kept + _MISREAD, 1.0) + 1.0:
            message = _(
                "{found:.0f} are at risk at {time:g}, of {first:.0f} before, of whom the curve "
                "leaves {left:.0f}",
                found=float(curve.at_risk[number]), time=float(curve.risk_times[number]),
                first=float(first), left=float(first * kept),
            )  # fmt: skip
            fix = _("check that the numbers are those of this curve")
            yield PlacedError(message, fix=fix, of="at_risk", place=number)
            return
