r"""From a printed Kaplan-Meier curve back to single patients.

Between two times with printed numbers at risk, :math:`n_0` and :math:`n_1`, a number :math:`c` of
patients leaves at even distances without an event. Of those at risk the curve keeps

.. math:: n(c) = R(t_1) \, \bigl( n_0 - \textstyle\sum_{j \le c} 1 / R(t_j) \bigr),

with :math:`R(t)` the share read off at :math:`t` to that of the patients reconstructed so far.
Whoever else is missing had an event. Of the :math:`c` for which :math:`n(c)` is about :math:`n_1`,
the one is taken whose whole numbers of events give the points back best.

References
----------
Guyot, Ades, Ouwens, Welton (2012), BMC Med Res Methodol 12:9,
https://doi.org/10.1186/1471-2288-12-9: numbers at risk, events in all, censoring at even distances,
the rate of it carried on where no number is printed. They round the events at each point; here
their running total is rounded, so that numbers at risk are met.
Liu, Zhou, Lee (2021), BMC Med Res Methodol 21:111, https://doi.org/10.1186/s12874-021-01308-8:
cleaning of points, and how well a reconstruction gives them back.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.core.translation import translate as _
from equipoise.evidence.curves.data import SurvivalData, at_risk, kaplan_meier
from equipoise.evidence.curves.digitised import DigitisedCurve

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

_FAR = 0.05
"""Difference from the points from which on a reconstruction is doubtful."""

_PIXELS = 0.003
"""How far beside a step a point of it is read, as a share of the time axis."""

_NONE = 1e-12
"""A share that nobody is left of."""

_LATE = 3
"""Power of the share of events so far with which their sum is made a whole number."""

_LEAST_PUSH, _MOST_PUSH = 1e-3, 10.0
"""Squares of patients that one event more or less may cost, if events in all are known."""


@dataclass(frozen=True)
class Reconstruction:
    """Patients that a printed curve may have been drawn from, and how well they give it back.

    Parameters
    ----------
    data
        The patients, by time.
    curve
        What was read.
    at_risk
        How many of these patients are at risk where numbers are printed; dims (printed).
    largest_difference
        Of the share without an event, from the points that were read; a point on the drop of a
        step, or two pixels beside it, is not apart from it.
    mean_difference
        Root of the mean square of these differences.
    doubts
        What was not printed and had to be assumed, or does not fit.
    """

    data: SurvivalData
    curve: DigitisedCurve
    at_risk: Floats
    largest_difference: float
    mean_difference: float
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Stretch:
    """The curve between two times at which numbers at risk are known, or after the last."""

    start: float
    end: float
    time: Floats
    """Of its points, from the start to before the end."""
    kept: Floats
    """Of those at risk at the start, the share without an event at each point."""
    patients: int

    def leaving(self, count: int) -> Floats:
        """Return the times at which so many leave without an event."""
        return self.start + (self.end - self.start) * np.arange(1, count + 1) / (count + 1)

    def gone(self, count: int) -> Numbers:
        """Return how many of them have left before each point."""
        return np.searchsorted(self.leaving(count), self.time, side="left")

    def remaining(self, count: int) -> Floats:
        """Return how many are at risk after each point; below 0 if so many cannot leave."""
        kept = np.append(1.0, self.kept)
        place = np.searchsorted(self.time, self.leaving(count), side="right")
        # Who leaves stands for as many at the start as were needed to bring one so far.
        stand_for = np.append(0.0, np.cumsum(1.0 / np.maximum(kept[place], _NONE)))
        return np.asarray(self.kept * (self.patients - stand_for[self.gone(count)]))

    def with_event(self, count: int) -> Floats:
        """Return how many had an event up to each point, not rounded."""
        found = self.patients - self.gone(count) - np.maximum(self.remaining(count), 0.0)
        return np.asarray(np.maximum.accumulate(found))

    def when(self, events: Numbers, *, between: bool) -> Floats:
        """Return the times of so many events at each point."""
        if not between:
            return np.repeat(self.time, events)
        before = np.append(self.start, self.time)[:-1]
        order = np.arange(events.sum()) - np.repeat(np.cumsum(events) - events, events)
        share = (order + 0.5) / np.repeat(events, events)
        return np.asarray(np.repeat(before, events) + share * np.repeat(self.time - before, events))

    def given_back(self, count: int, events: Numbers) -> Floats:
        """Return the share that whole numbers of events leave, at each point."""
        at_risk = self.patients - self.gone(count) - np.cumsum(events) + events
        return np.asarray(np.cumprod(1.0 - events / np.maximum(at_risk, 1)))

    def misfit(self, count: int, events: Numbers) -> float:
        """Return how far these are from what was read: a mean square, in patients."""
        apart = self.patients * (self.given_back(count, events) - self.kept)
        return float((apart**2).mean()) if apart.size else 0.0

    def left(self, count: int) -> float:
        """Return how many are at risk at the end; below 0 if so many cannot leave."""
        if not self.time.size:
            return float(self.patients - count)
        return float(self.remaining(count)[-1] - (count - self.gone(count)[-1]))

    def events(self, count: int) -> float:
        """Return how many had an event by the end, not rounded."""
        return float(self.with_event(count)[-1]) if self.time.size else 0.0


def reconstruct(curve: DigitisedCurve, *, between: bool = False) -> Reconstruction:
    """Return patients whose Kaplan-Meier curve is a printed one.

    Parameters
    ----------
    curve
        Points read off it, and the numbers printed below.
    between
        Whether events happened evenly between points instead of at them: for points read at even
        distances, which miss the corners of steps.

    Examples
    --------
    >>> curve = DigitisedCurve(
    ...     np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.8, 0.8, 0.4, 0.4]),
    ...     risk_times=np.array([0.0, 2.0]), at_risk=np.array([10.0, 6.0]),
    ... )
    >>> found = reconstruct(curve)
    >>> found.data.patients, found.data.events, found.at_risk.tolist()
    (10.0, 4.0, [10.0, 6.0])
    """
    happened, left = _patients(curve, between=between, push=0.0)
    if curve.events is not None and curve.at_risk.size > 1:
        # Events in all decide between numbers that give the curve back almost as well.
        wanted, size = curve.events, _LEAST_PUSH
        while happened.size != wanted and size < _MOST_PUSH:
            other = _patients(
                curve, between=between, push=np.copysign(size, wanted - happened.size)
            )
            if abs(other[0].size - wanted) < abs(happened.size - wanted):
                happened, left = other
            size *= 1.5
    return _judged(curve, happened, left)


def _patients(curve: DigitisedCurve, *, between: bool, push: float) -> tuple[Floats, Floats]:
    """Return times of events, and of those who leave; a push is for more events at a worse fit."""
    time, share = curve.steps()
    times, numbers, end = _printed(curve, time, share)
    happened: list[Floats] = []
    left: list[Floats] = []
    survival, patients = 1.0, int(numbers[0])
    for start, until, known in zip(times, [*times[1:], end], [*numbers[1:], None], strict=True):
        inside = (time > 0) & (time >= start) & ((time < until) | (known is None))
        kept = np.minimum(share[inside] / max(survival, _NONE), 1.0)
        stretch = _Stretch(float(start), float(until), time[inside], kept, patients)
        if known is None:
            so_far = sum(map(len, happened)), sum(map(len, left))
            counts = [_leaving_at_the_end(stretch, curve.events, *so_far)]
        else:
            counts = _near(stretch, int(known))
        solutions = [_solution(stretch, count, known) for count in counts]
        count, events = min(solutions, key=lambda one: stretch.misfit(*one) - push * one[1].sum())
        happened.append(stretch.when(events, between=between))
        left.append(stretch.leaving(count))
        survival *= float(stretch.given_back(count, events)[-1]) if events.size else 1.0
        patients -= count + int(events.sum())
    left.append(np.full(patients, end))
    return np.concatenate(happened), np.concatenate(left)


def _printed(curve: DigitisedCurve, time: Floats, share: Floats) -> tuple[Floats, Floats, float]:
    """Return numbers at risk with their times, and the end of observation."""
    times, numbers = curve.risk_times, curve.at_risk
    if share[-1] > 0:
        # The curve is level from its last point to the last number.
        return times, numbers, max(float(time[-1]), float(times[-1]))
    nobody = float(time[np.argmax(share == 0)])
    return times[times <= nobody], numbers[times <= nobody], nobody


def _leaving_at_the_end(stretch: _Stretch, printed: int | None, events: int, left: int) -> int:
    """Return how many leave before the end of the curve, after the last printed number."""
    if not stretch.end > stretch.start:
        return 0
    most = _last(lambda count: stretch.left(count) >= 0, stretch.patients)
    rate = left / stretch.start if stretch.start > 0 else 0.0
    usual = min(round(rate * (stretch.end - stretch.start)), most)
    if printed is None:
        return usual
    # Of all numbers that give the printed events, the one nearest to the usual.
    wanted = printed - events
    lowest = _last(lambda count: stretch.events(count) > wanted + 0.5, most) + 1
    highest = _last(lambda count: stretch.events(count) >= wanted - 0.5, most)
    return int(np.clip(usual, min(lowest, most), max(highest, 0)))


def _near(stretch: _Stretch, known: int) -> list[int]:
    """Return how many may leave for about a known number to be at risk at the end."""
    most = stretch.patients - known
    if not stretch.time.size:
        return [most]
    high = _last(lambda count: stretch.left(count) >= known, most)
    return [count for count in range(high - 1, high + 3) if 0 <= count <= most]


def _solution(stretch: _Stretch, count: int, known: float | None) -> tuple[int, Numbers]:
    """Return how many leave, and the events at each point."""
    most = stretch.patients - count
    total = min(round(stretch.events(count)), most) if known is None else most - int(known)
    return count, _rounded(stretch.with_event(count), total)


def _last(holds: Callable[[int], bool], most: int) -> int:
    """Return the last number up to a limit for which something holds, as for all before; or -1."""
    low, high = -1, most
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _rounded(upto: Floats, total: int) -> Numbers:
    """Return whole numbers of events at each point, of a known sum."""
    if not total:
        return np.zeros(upto.size, dtype=np.int64)
    # What the sum is more or less than the curve says comes late, so that it is followed till then.
    late = (upto / max(float(upto[-1]), _NONE)) ** _LATE
    sums = np.clip(np.floor(upto + (total - upto[-1]) * late + 0.5), 0, total).astype(np.int64)
    sums[-1] = total
    return np.diff(np.maximum.accumulate(sums), prepend=0)


def _judged(curve: DigitisedCurve, happened: Floats, left: Floats) -> Reconstruction:
    """Return patients with how well they give back what was read."""
    time = np.concatenate([happened, left])
    event = np.arange(time.size) < happened.size
    order = np.lexsort((~event, time))
    data = SurvivalData(time[order], event[order])
    found = kaplan_meier(data)
    share = np.clip(curve.survival, 0.0, 1.0)
    beside = _PIXELS * float(time.max())
    before, after = found.at(curve.time - beside), found.at(curve.time + beside)
    apart = np.maximum(np.maximum(share - before, after - share), 0.0)[curve.time > 0]
    known = at_risk(data, curve.risk_times)
    largest = float(apart.max())
    doubts = tuple(_doubts(curve, data, known, largest))
    return Reconstruction(data, curve, known, largest, float(np.sqrt((apart**2).mean())), doubts)


def _doubts(
    curve: DigitisedCurve, data: SurvivalData, known: Floats, largest: float
) -> Iterator[str]:
    """Yield what had to be assumed, and what does not fit."""
    last, end = float(curve.risk_times[-1]), float(data.time.max())
    if curve.events is None and end > last:
        if last > 0:
            yield _("after {time:g} no number at risk is printed, nor events in all: as many leave "
                    "without an event as before", time=last)  # fmt: skip
        else:
            yield _("neither numbers at risk nor events in all are printed: nobody leaves without "
                    "an event before {time:g}", time=end)  # fmt: skip
    for time, printed, found in zip(curve.risk_times, curve.at_risk, known, strict=True):
        if printed != found:
            yield _("{found:.0f} are at risk at {time:g}, {printed:.0f} are printed",
                    found=float(found), time=float(time), printed=float(printed))  # fmt: skip
    if curve.events is not None and curve.events != data.events:
        yield _("there are {found:.0f} events, {printed} are printed",
                found=data.events, printed=curve.events)  # fmt: skip
    if largest > _FAR:
        yield _("the curve of the patients is up to {apart:.3f} apart from the points",
                apart=largest)  # fmt: skip
