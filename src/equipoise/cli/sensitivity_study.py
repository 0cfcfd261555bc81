"""`equipoise sensitivity study`: one input at a time, through all stages of a study."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from equipoise.api import load
from equipoise.cli.bar import with_bar
from equipoise.cli.choices import choices_noted
from equipoise.cli.sensitivity import checked_whole, write
from equipoise.cli.sensitivity_files import place_of
from equipoise.cli.sensitivity_screen import study_tables
from equipoise.core.progress import Progress
from equipoise.core.translation import format_money
from equipoise.core.translation import translate as _
from equipoise.core.unit_words import money_in_words
from equipoise.pipeline.sample_size import LARGEST_SEED
from equipoise.pipeline.sensitivity import sentences
from equipoise.pipeline.sensitivity.study_one_way import STUDY_COLUMNS, study_one_way
from equipoise.spec.text import shown

if TYPE_CHECKING:
    import altair as alt


def run_study(
    name: str,
    console: Console,
    *,
    country: str | None,
    names: Sequence[str],
    seed: int,
    out: Path | None,
) -> None:
    """Try each uncertain input of a study; show and write what comes of it."""
    mistakes = choices_noted()
    seed = checked_whole("--seed", seed, (0, LARGEST_SEED), mistakes)
    place, loaded = None, []
    with mistakes.noted():
        place = place_of(out, "study", STUDY_COLUMNS)
    with mistakes.noted():
        loaded.append(load(name, country=country))
    if not loaded:
        mistakes.refuse()
    (study,) = loaded
    found = with_bar(_("Running {name}", name=name), lambda heard: study_one_way(
        study, names=names, seed=seed, mistakes=mistakes, progress=Progress(heard)
    ))  # fmt: skip
    money = study.file.money
    console.print(shown(study.file.study), style="bold")
    console.print(sentences.of_study(found), highlight=False)
    worth = format_money(found.threshold, money.text.partition("@")[0])
    told = _("for all patients, a QALY worth {worth}; money: {money}", worth=worth,
             money=money_in_words(money))  # fmt: skip
    console.print(told, highlight=False)
    for table in study_tables(found):
        console.print(table)

    def chart() -> alt.LayerChart:
        from equipoise.pipeline.sensitivity.pictures import study_tornado_of

        return study_tornado_of(found)

    write(place, found.table, chart, console)
