"""`equipoise fit`: fit, show, write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from equipoise.cli.bar import with_bar
from equipoise.cli.choices import choices_noted, was_misread
from equipoise.cli.fitting_files import ENDINGS, Files, PictureName, is_picture, model_place
from equipoise.cli.fitting_screen import show_fits
from equipoise.cli.options import pairs
from equipoise.cli.stopping import note_written, stop_if_asked
from equipoise.cli.unused import Use, note_unused, uses_of_curves, uses_of_part
from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.files import straight, write_text
from equipoise.core.signals import held_back
from equipoise.core.translation import translate as _
from equipoise.evidence.curves.asked import SPLINE
from equipoise.evidence.curves.compare import wanted_curves
from equipoise.evidence.curves.cure import Cure
from equipoise.evidence.curves.fragment import UNITS, Placing
from equipoise.evidence.curves.splines import SplineScale
from equipoise.pipeline.fitting import (
    CurveFits,
    Population,
    Source,
    fit_curves,
    read_life_table,
    read_rates,
)
from equipoise.spec.quantity import Status


@dataclass(frozen=True)
class Patients:
    """Where patients come from, as typed."""

    file: Path | None
    points: Path | None
    at_risk: Path | None
    events: Sequence[str]
    is_traced: bool

    def source(self, mistakes: Mistakes) -> Source:
        """Return it, with what is wrong noted."""
        found: dict[str, int] = {}
        for word in self.events:
            group, equals, text = word.rpartition("=")
            with mistakes.noted():
                if not text.strip().isdigit() or (equals and not group.strip()):
                    raise FieldError(
                        _("--events {word}: not a whole number", word=word),
                        fix=_("write e.g. --events 37, or --events placebo=37 for a group"),
                    )
                found[group.strip()] = int(text)
        if self.events and self.points is None:
            with mistakes.noted():
                raise FieldError(
                    _("--events: the file of patients has its own events"),
                    fix=_("leave it out, or name --digitised"),
                )
        return Source(self.file, self.points, self.at_risk, found, self.is_traced)


@dataclass(frozen=True)
class InModel:
    """What goes into a model file, as typed."""

    path: Path | None
    name: str
    source: str | None
    status: Status

    def require(self, unit: str | None, mistakes: Mistakes) -> None:
        """Note what is missing, and refuse a place that is not free."""
        if self.path is None:
            return
        if self.source is None:
            with mistakes.noted():
                raise FieldError(
                    _("--model-yaml: every number of a model needs a source"),
                    fix=_("name its key in the model file, e.g. --source trial"),
                )
        if unit is None:
            with mistakes.noted():
                raise FieldError(
                    _("--model-yaml: the times have no unit"),
                    fix=_("say which, e.g. --time-unit month"),
                )
        with mistakes.noted():
            Placing(self.name, unit or UNITS[0], self.source or "source", self.status)
        with mistakes.noted():
            model_place(self.path)


@dataclass(frozen=True)
class Asked:
    """All that is asked, as typed."""

    patients: Patients
    families: Sequence[str]
    cure: Cure | None
    cure_link: str
    knots: Sequence[int]
    spline_scale: SplineScale
    covariates: Sequence[str]
    by: str | None
    unit: str | None
    landmarks: Sequence[float]
    out: Path | None
    picture: PictureName
    curve: str | None
    model: InModel
    external: Path | None
    life_table: Path | None
    age: float | None
    typed: frozenset[str] = frozenset()
    """Options that stand on the command line."""

    def uses(self) -> Iterator[Use]:
        """Yield what the options are for that may have nothing to do."""
        yield from uses_of_curves(
            has_cure=self.cure is not None, has_spline=not self.families or SPLINE in self.families
        )
        yield from uses_of_part(is_written=self.model.path is not None)
        yield Use("--traced", self.patients.points is not None,
                  _("the file of patients is no curve that was traced"),
                  _("leave it out, or name --digitised"))  # fmt: skip
        if self.out is None:
            reason = _("no picture is written")
            fix = _("leave it out, or name a picture, e.g. --out {name}.svg", name=self.picture)
        else:
            reason = _("a folder has all pictures")
            fix = _("leave it out, or let --out end with {endings}", endings=", ".join(ENDINGS))
        is_one = self.out is not None and is_picture(self.out)
        yield Use("--picture", is_one, reason, fix)

    def population(self, mistakes: Mistakes) -> Population | None:
        """Return the general population, if it is asked for."""
        if (self.life_table is None) != (self.age is None) and not was_misread("--age"):
            with mistakes.noted():
                raise FieldError(
                    _("--life-table and --age need each other"),
                    fix=_("name both, or neither"),
                )
        if self.life_table is None:
            return None
        if self.unit is None:
            with mistakes.noted():
                raise FieldError(
                    _("--life-table: the times have no unit"),
                    fix=_("say which, e.g. --time-unit month"),
                )
        found: list[Population] = []
        with mistakes.noted():
            if self.age is None:
                read_rates(self.life_table)
            else:
                found.append(read_life_table(self.life_table, age=self.age))
        return found[0] if found else None


def run_fit(asked: Asked, console: Console) -> None:
    """Fit curves; show and write what comes of it."""
    mistakes = choices_noted()
    source = asked.patients.source(mistakes)
    population = asked.population(mistakes)
    asked.model.require(asked.unit, mistakes)
    covariates, moved = _covariates(asked.covariates, mistakes)
    files = None
    with mistakes.noted():
        files = None if asked.out is None else Files(straight(asked.out), asked.picture)
        if files is not None:
            files.require_free(is_by_group=asked.by is not None)
    with mistakes.noted():
        _require_spline(asked)
    note_unused(asked.typed, asked.uses(), mistakes)
    wanted = wanted_curves(
        asked.families, cure=asked.cure, cure_link=asked.cure_link, knots=asked.knots,
        scale=asked.spline_scale,
    )  # fmt: skip
    found = with_bar(_("Fitting curves"), lambda heard: fit_curves(
        source, wanted, covariates=covariates, moved=moved, by=asked.by, at=asked.landmarks,
        unit=asked.unit, external=asked.external, population=population,
        curve=asked.curve, mistakes=mistakes,
        progress=heard,
    ))  # fmt: skip
    show_fits(console, found)
    _write_model(asked.model, found, console)
    if files is not None:
        stop_if_asked()
        with Console(stderr=True, markup=False).status(Text(_("Writing {path}", path=files.out))):
            files.write(found, population)
        console.print(_("Written: {path}", path=files.out), highlight=False)
    elif asked.life_table is not None:
        console.print(_("--life-table is drawn in pictures only: name --out."))


def _require_spline(asked: Asked) -> None:
    """Refuse knots where no curve has any.

    Raises
    ------
    FieldError
        Saying so.
    """
    if asked.knots and asked.families and SPLINE not in asked.families:
        raise FieldError(
            _("--knots: none of the curves is a spline"),
            fix=_("leave it out, or add --family spline"),
        )


def _covariates(words: Sequence[str], mistakes: Mistakes) -> tuple[list[str], dict[str, list[str]]]:
    """Return covariates of the location, and those of other parameters by parameter."""
    plain = [word.strip() for word in words if "=" not in word]
    moved: dict[str, list[str]] = {}
    for word in words:
        if "=" in word:
            (pair,) = pairs(
                [word], option="--covariate", example="shape=arm", mistakes=mistakes
            ).items() or (("", ""),)
            moved.setdefault(pair[0], []).append(pair[1])
    return plain, moved


def _write_model(asked: InModel, found: CurveFits, console: Console) -> None:
    """Write the part of a model file, if it is asked for."""
    if asked.path is None or asked.source is None:
        return
    text = found.model_yaml(name=asked.name, source=asked.source, status=asked.status)
    write_model_part(asked, text, console)


def write_model_part(asked: InModel, text: str, console: Console) -> None:
    """Write a part of a model file, whole or not at all."""
    if asked.path is None:
        return
    with held_back():
        model_place(asked.path)
        write_text(asked.path, text)
        note_written(asked.path)
    console.print(_("Written: {path}", path=asked.path), highlight=False)
