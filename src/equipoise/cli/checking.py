"""`equipoise check`: is the file right, and what would run."""

from functools import partial

from rich.console import Console

from equipoise.balance import CRITERIA
from equipoise.cli.model_screen import followed_in_words, time_in_words
from equipoise.cli.warning import say_warnings
from equipoise.clinical import following
from equipoise.core.translation import format_date, format_number, mark
from equipoise.core.translation import translate as _
from equipoise.core.unit_words import money_in_words
from equipoise.evidence import life_expectancy
from equipoise.packs import find_study_or_model, load_named_model, load_named_study
from equipoise.pipeline import (
    DEFAULT_DRAWS,
    in_whole_parts,
    lawful,
    policies_of,
    policy_of,
    rehearse,
    rehearse_model,
    straying,
)
from equipoise.spec.loaded import Floats, LoadedModel, TableData
from equipoise.spec.loaded_study import Study
from equipoise.spec.model_place import living_states
from equipoise.spec.quantity import STATUSES
from equipoise.spec.text import shown

_STATUSES = (mark("read"), mark("computed"), mark("inference"), mark("assumption"))
_SEXES = (mark("male"), mark("female"))
"""With `_STATUSES`: words of the files, named here so that the catalogue has them."""


def check_file(name: str, *, country: str | None, console: Console) -> None:
    """Load the file and say what would run.

    Raises
    ------
    SpecError
        With everything wrong in it.
    NotInLibraryError
        If there is no such file or entry.
    SimulationError
        If its base case gives an impossible value in some cycle.
    """
    kind, path = find_study_or_model(name)
    if kind == "model":
        _say_model(load_named_model(path), console)
    else:
        _say_study(load_named_study(path, country=country, criteria=CRITERIA), console)


def _say_model(model: LoadedModel, console: Console) -> None:
    """Print what a model would run."""
    rehearse_model(model)
    spec = model.spec
    console.print(_("ok: {title}", title=shown(spec.model)), style="bold")
    strategies = ", ".join(shown(spec.labels.get(name, name)) for name in spec.strategies)
    console.print(_("Strategies: {names}", names=strategies))
    if spec.states:
        living = living_states(spec)
        names = [
            shown(label) if name in living else _("{state} (not alive)", state=shown(label))
            for name, label in ((name, spec.labels.get(name, name)) for name in spec.states)
        ]
        console.print(_("States: {names}", names=", ".join(names)))
    how = in_whole_parts(following(model, draws=1, seed=1))
    followed = [followed_in_words(how)]
    if spec.time is not None:
        followed.append(time_in_words(model, spec.time, how))
    console.print(_("Followed: {how}", how="; ".join(followed)), highlight=False)
    uncertain = sum(q.distribution is not None for q in spec.parameters.values())
    uncertain += sum(len(joint.parameters) for joint in spec.joint.values())
    console.print(
        _("Parameters: {count}, uncertain: {uncertain}",
          count=len(spec.parameters), uncertain=uncertain)
    )  # fmt: skip
    say_warnings(model, console)
    _say_straying(model, console)


def _say_straying(source: LoadedModel | Study, console: Console) -> None:
    """Print which draws can be impossible; a warning, since published models have such draws."""
    names = straying(source)
    if names:
        text = _("Warning: distributions reach beyond what is possible: {names}",
                 names=", ".join(names))  # fmt: skip
        console.print(text, style="yellow", highlight=False)


def _say_study(study: Study, console: Console) -> None:
    """Print what a study would run."""
    file = study.file
    found = lawful(study)
    rehearse(study)
    console.print(_("ok: {title}", title=shown(file.study)), style="bold")
    console.print(
        _("{country}, law of {day}, money: {money}",
          country=shown(study.country.jurisdiction), day=format_date(file.decision_date),
          money=money_in_words(file.money))
    )  # fmt: skip
    outcome = study.country.classification.outcomes[found.outcome]
    console.print(
        _("In law: {label} ({clause}); route: {route}", label=shown(outcome.label),
          clause=shown(outcome.evidence.clause), route=shown(study.route.label))
    )  # fmt: skip
    policies = policies_of(study, policy_of(file.policy))
    console.print(
        _("Would run: {draws} draws of {policies} policies, {years:g} years",
          draws=format_number(DEFAULT_DRAWS), policies=len(policies),
          years=file.horizon.value)
    )  # fmt: skip
    counts = dict.fromkeys(STATUSES, 0)
    for name, quantity in study.quantities.items():
        if name not in study.replaced_by_price:
            counts[quantity.status] += 1
    parts = ", ".join(f"{_(status)} {count}" for status, count in counts.items())
    console.print(_("Inputs by evidence: {parts}", parts=parts))
    for line in _life_lines(study):
        console.print(line)
    say_warnings(study.model, console)
    _say_straying(study, console)


def _life_lines(study: Study) -> list[str]:
    """Return the life expectancy at birth by category of the country's life table."""
    table = study.country_tables.get("mortality")
    if table is None:
        return []
    spec = study.country.tables["mortality"].arguments or {}
    codes = next((one.codes for one in spec.values() if one.codes), {})
    parts = [
        f"{_(name)} {format_number(life_expectancy(partial(_rate, table, code)), 1)}"
        for name, code in codes.items()
    ]
    return [_("Life expectancy at birth in the life table, years: {parts}", parts=", ".join(parts))]


def _rate(table: TableData, code: float, age: Floats) -> Floats:
    """Return the death rate at an age for one category, whichever argument comes first."""
    return table(age, code) if table.order == 0 else table(code, age)
