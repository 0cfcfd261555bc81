"""`equipoise sensitivity`: run, show, write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, TypeVar

from rich.console import Console
from rich.table import Table
from rich.text import Text

from equipoise.cli.bar import with_bar
from equipoise.cli.choices import choices_noted
from equipoise.cli.options import pairs
from equipoise.cli.sensitivity_files import Place, place_of
from equipoise.cli.sensitivity_screen import (
    one_way_tables,
    precise_tables,
    scenario_tables,
    switching_tables,
    told,
    two_way_tables,
)
from equipoise.cli.stopping import stop_if_asked
from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.translation import translate as _
from equipoise.packs import load_named_model
from equipoise.pipeline import sensitivity as analyses
from equipoise.pipeline.sample_size import (
    DEFAULT_DRAWS,
    DEFAULT_SEED,
    LARGEST_SEED,
    MOST_PATIENTS,
    check_sample,
)
from equipoise.pipeline.sensitivity import sentences
from equipoise.spec.distribution import constant
from equipoise.spec.model import EngineChoice
from equipoise.spec.scenarios import load_scenarios
from equipoise.spec.text import shown

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

T = TypeVar("T")


class Pair(TypedDict):
    """Arguments that all analyses have."""

    strategy: str | None
    against: str | None
    threshold: float | None


@dataclass(frozen=True)
class Asked:
    """What all analyses are asked, as typed."""

    model: str
    strategy: str | None
    against: str | None
    threshold: float | None
    seed: int
    engine: EngineChoice | None
    patients: int | None
    out: Path | None
    companions: analyses.Companions = "base"

    @property
    def pair(self) -> Pair:
        """Return who is compared, and what a QALY is worth."""
        return {"strategy": self.strategy, "against": self.against, "threshold": self.threshold}

    def checked(self, mistakes: Mistakes) -> Asked:
        """Return the same with numbers that can be in the place of those that cannot.

        What cannot be is noted here, by its option.
        """
        seed = checked_whole("--seed", self.seed, (0, LARGEST_SEED), mistakes)
        patients, worth = self.patients, self.threshold
        if patients is not None:
            patients = checked_whole("--patients", patients, (1, MOST_PATIENTS), mistakes)
        if worth is not None:
            worth = checked_worth("--threshold", worth, mistakes)
        return replace(self, seed=seed, patients=patients, threshold=worth)

    def recalculator(self, mistakes: Mistakes) -> analyses.Recalculator:
        """Return the model, ready to be run under any changes; what is wrong is noted.

        Raises
        ------
        EquipoiseError
            With all that was noted, if there is no model in which the rest could be looked up.
        """
        found: list[analyses.Recalculator] = []
        with mistakes.noted():
            found.append(analyses.Recalculator(
                load_named_model(self.model), seed=self.seed, engine=self.engine,
                patients=self.patients, companions=self.companions,
            ))  # fmt: skip
        if not found:
            mistakes.refuse()
        (given,) = found
        before = len(mistakes.found)
        with mistakes.noted():
            patients = 1 if self.patients is None else self.patients
            check_sample(draws=DEFAULT_DRAWS, seed=self.seed, patients=patients)
            given.rehearsed()
        # How it is to be run may be wrong; names and ranges can be looked up all the same.
        plain = replace(given, seed=DEFAULT_SEED, engine=None, patients=None)
        return given if len(mistakes.found) == before else plain

    def place(self, name: str, columns: tuple[str, ...], mistakes: Mistakes) -> Place | None:
        """Return where to write, if anywhere; a place that is not free is noted."""
        free: list[Place | None] = []
        with mistakes.noted():
            free.append(place_of(self.out, name, columns))
        return free[0] if free else None


def checked_whole(option: str, value: int, ends: tuple[int, int], mistakes: Mistakes) -> int:
    """Return a whole number, or 1 in its place if it is beyond the ends, which is noted."""
    if ends[0] <= value <= ends[1]:
        return value
    message = _("{option} {value}: is not from {low} to {high}",
                option=option, value=value, low=ends[0], high=ends[1])  # fmt: skip
    fix = _("write e.g. {option} {example}", option=option, example=1)
    mistakes.found.append(FieldError(message, fix=fix))
    return 1


def checked_worth(option: str, value: float, mistakes: Mistakes) -> float:
    """Return what a QALY is worth, or something in its place if it cannot be, which is noted."""
    if isfinite(value) and value >= 0.0:
        return value
    message = _("{option} {value:g}: a QALY cannot be worth that", option=option, value=value)
    fix = _("write an amount of money per QALY, 0 or more, e.g. {option} 50000", option=option)
    mistakes.found.append(FieldError(message, fix=fix))
    return 1.0


def run_one_way(
    asked: Asked,
    console: Console,
    *,
    measure: analyses.Measure | None,
    share: float | None,
    names: Sequence[str],
) -> None:
    """Try each parameter low and high; show and write what comes of it."""
    mistakes = choices_noted()
    asked = asked.checked(mistakes)
    place = asked.place("one-way", analyses.ONE_WAY_COLUMNS, mistakes)
    given = asked.recalculator(mistakes)
    found = _with_bar(asked, lambda heard: analyses.one_way(
        given, measure=measure, share=share, names=names, mistakes=mistakes, progress=heard,
        **asked.pair,
    ))  # fmt: skip
    _show(console, found, sentences.of_one_way(found), one_way_tables(found))
    _write(place, found, console)


def run_two_way(
    asked: Asked,
    console: Console,
    *,
    parameters: tuple[str, str],
    limits: Sequence[str],
    points: int,
) -> None:
    """Try all pairs of values of two parameters; show and write what comes of it."""
    mistakes = choices_noted()
    asked = asked.checked(mistakes)
    place = asked.place("two-way", (*parameters, "best"), mistakes)
    ends = _limits(limits, mistakes)
    given = asked.recalculator(mistakes)
    found = _with_bar(asked, lambda heard: analyses.two_way(
        given, *parameters, limits=ends, points=points, mistakes=mistakes, progress=heard,
        **asked.pair,
    ))  # fmt: skip
    _show(console, found, sentences.of_two_way(found), two_way_tables(found))
    _write(place, found, console)


def run_threshold(
    asked: Asked,
    console: Console,
    *,
    parameter: str,
    ends: tuple[float | None, float | None],
    others: Sequence[float],
) -> None:
    """Find where the net benefit is zero; show and write what comes of it."""
    mistakes = choices_noted()
    asked = asked.checked(mistakes)
    place = asked.place("threshold", analyses.SWITCHING_COLUMNS, mistakes)
    given = asked.recalculator(mistakes)
    others = [checked_worth("--also", one, mistakes) for one in others]
    found = _with_bar(asked, lambda heard: analyses.switching_values(
        given, parameter, low=ends[0], high=ends[1], others=others, mistakes=mistakes,
        progress=heard, **asked.pair,
    ))  # fmt: skip
    _show(console, found, sentences.of_switching(found), switching_tables(found))
    _write(place, found, console)


def run_scenario_file(asked: Asked, console: Console, *, file: Path) -> None:
    """Run the base case under each scenario of a file; show and write what comes of it."""
    mistakes = choices_noted()
    asked = asked.checked(mistakes)
    place = asked.place("scenarios", analyses.SCENARIO_COLUMNS, mistakes)
    given = asked.recalculator(mistakes)
    with mistakes.noted():
        analyses.require_comparable(given.model, **asked.pair)
    with mistakes.noted():
        scenarios = load_scenarios(file, given.model)
    mistakes.refuse()
    found = _with_bar(asked, lambda heard: analyses.run_scenarios(
        given, scenarios, progress=heard, **asked.pair,
    ))  # fmt: skip
    _show(
        console, found, sentences.of_scenarios(found), scenario_tables(found, width=console.width)
    )
    _write(place, found, console)


def run_draws(
    asked: Asked,
    console: Console,
    *,
    precision: str,
    measure: analyses.PreciseMeasure,
    confidence: float,
    most: int,
) -> None:
    """Draw until the mean is precise; show and write what comes of it."""
    mistakes = choices_noted()
    asked = asked.checked(mistakes)
    place = asked.place("draws", analyses.LOOK_COLUMNS, mistakes)
    size, relative = 1.0, False
    with mistakes.noted():
        size, relative = _precision(precision)
    given = asked.recalculator(mistakes)
    first = min(analyses.FIRST_LOOK, most)
    found = _with_bar(asked, lambda heard: analyses.run_until_precise(
        given, precision=size, relative=relative, measure=measure, confidence=confidence,
        most=most, first=first, mistakes=mistakes, progress=heard, **asked.pair,
    ))  # fmt: skip
    _show(console, found, sentences.of_precise(found), precise_tables(found))
    _write(place, found, console)


def _show(
    console: Console,
    found: analyses.Result,
    sentence: str,
    tables: Sequence[Table],
) -> None:
    """Print the model, the answer, who is compared, and the tables."""
    console.print(shown(found.model.spec.model), style="bold")
    console.print(sentence, highlight=False)
    console.print(told(found), highlight=False)
    for table in tables:
        console.print(table)


def _write(place: Place | None, found: analyses.Result, console: Console) -> None:
    """Write the table and the picture of an analysis of a model where they are asked for."""

    def chart() -> alt.LayerChart:
        from equipoise.pipeline.sensitivity.pictures import chart_of

        return chart_of(found)

    write(place, found.table, chart, console)


def write(
    place: Place | None,
    table: Callable[[], pd.DataFrame],
    chart: Callable[[], alt.LayerChart],
    console: Console,
) -> None:
    """Write table and picture where they are asked for."""
    if place is None:
        return
    stop_if_asked()
    with Console(stderr=True, markup=False).status(Text(_("Writing {path}", path=place.out))):
        place.write(table(), chart)
    console.print(_("Written: {path}", path=place.out), highlight=False)


def _with_bar(asked: Asked, work: Callable[[Callable[[float], None]], T]) -> T:
    """Run an analysis of a model with a bar."""
    return with_bar(_("Running {name}", name=asked.model), work)


def _precision(text: str) -> tuple[float, bool]:
    """Return a precision as typed, and whether it is a share of the mean.

    Raises
    ------
    FieldError
        If it is no number.
    """
    relative = text.strip().endswith("%")
    try:
        number = _number("--precision", text.strip().removesuffix("%"))
    except FieldError:
        raise FieldError(
            _("{option} {word}: is not a number", option="--precision", word=text[:40]),
            fix=_("write an amount, e.g. 1000, or a share of the mean, e.g. 5%"),
        ) from None
    return (number / 100.0, True) if relative else (number, False)


def _limits(words: Sequence[str], mistakes: Mistakes) -> dict[str, tuple[float, float]]:
    """Return the limits of parameters from NAME=LOW:HIGH words, and note the others."""
    example = "price=1000:5000"
    found: dict[str, tuple[float, float]] = {}
    texts = pairs(words, option="--limits", example=example, mistakes=mistakes)
    for name, text in texts.items():
        with mistakes.noted():
            low, colon, high = text.partition(":")
            if not colon:
                raise FieldError(
                    _("{option} {word}: not of the form NAME=LOW:HIGH", option="--limits",
                      word=f"{name}={text}"),
                    fix=_("write e.g. {option} {example}", option="--limits", example=example),
                )  # fmt: skip
            ends = []
            for end in (low, high):
                with mistakes.noted():
                    ends.append(_number(f"--limits {name}", end))
            if len(ends) > 1:
                found[name] = ends[0], ends[1]
    return found


def _number(option: str, text: str) -> float:
    """Return a number as typed, or constant arithmetic such as 52/54.

    Raises
    ------
    FieldError
        Naming the option.
    """
    try:
        return float(text)
    except ValueError:
        pass
    if not any(sign.isdigit() for sign in text):
        raise FieldError(
            _("{option}: '{word}' is not a number", option=option, word=text[:40]),
            fix=_("write digits with a point, e.g. 0.25"),
        )
    try:
        return constant(text)
    except FieldError as error:
        message = f"{option}: {error.message}"
        raise FieldError(message, fix=error.fix) from None
