"""What `equipoise classify` prints."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from equipoise.core.errors import explained
from equipoise.core.translation import format_date, mark
from equipoise.core.translation import translate as _
from equipoise.pipeline.surveys import Survey, Verdict
from equipoise.rules import Flip, Path, Possible, Road
from equipoise.spec.attributes import Attribute
from equipoise.spec.law import Evidence, Law, Standing
from equipoise.spec.text import shown

CONCEPTS = {
    "medicine": mark("medicine"),
    "cell_product": mark("cell product"),
    "regenerative_product": mark("regenerative product"),
    "hospital_made": mark("hospital-made product"),
    "transplant": mark("transplant, blood or gamete"),
    "technology": mark("medical technology or method"),
    "device": mark("medical device"),
    "outside": mark("outside these laws"),
}
STANDING_WORDS: Mapping[Standing, str] = {
    "read": mark("read"),
    "inference": mark("inference"),
    "background": mark("not read"),
    "assumption": mark("assumption"),
}
STANDING_STYLES = {"read": "green", "inference": "yellow", "background": "red", "assumption": "red"}


def print_survey(found: Survey, console: Console, *, brief: bool) -> None:
    """Print what each country says of a product, then all side by side."""
    console.print(shown(found.product.product), style="bold")
    if not brief:
        for verdict in found.verdicts.values():
            console.print()
            _print_verdict(verdict, console)
    for code, error in found.refused.items():
        console.print()
        console.print(f"{code}: {explained(error)}", style="red")
    if len(found.verdicts) > 1 or (brief and found.verdicts):
        console.print()
        _print_side_by_side(found, console)


def _print_verdict(verdict: Verdict, console: Console) -> None:
    """Print what one country says."""
    title = _("{country}, law of {day}", country=shown(verdict.law.jurisdiction),
              day=format_date(verdict.day))  # fmt: skip
    console.rule(Text(title, style="bold"), align="left")
    several = len(verdict.found.possible) > 1
    common = _common(verdict.found.possible) if several else ()
    if several:
        console.print(_("Not all facts are known; it may be any of these."), style="yellow")
        console.print(Padding(_questions(verdict.law, common), (0, 0, 0, 2)))
    for number, possible in enumerate(verdict.found.possible, start=1):
        _print_possible(verdict, possible, number if several else None, len(common), console)
    _print_flips(verdict, console)
    known = verdict.law.known_from
    if known is not None and verdict.day < known.day:
        text = _("This law is known from {day} on, so that the answer may be wrong: {note}",
                 day=format_date(known.day), note=shown(known.note))  # fmt: skip
        console.print(text, style="red")
    _print_cautions(verdict, console)


def _common(possible: Sequence[Possible]) -> Path:
    """Return the questions that all categories have in common, and answer alike."""
    known = [[answer for answer in one.path if not answer.supposed] for one in possible]
    common = []
    for answers in zip(*known, strict=False):
        if len({(answer.question, answer.yes) for answer in answers}) > 1:
            break
        common.append(answers[0])
    return tuple(common)


def _print_possible(
    verdict: Verdict, possible: Possible, number: int | None, known: int, console: Console
) -> None:
    """Print one category: its name, the questions on the way after those known, its roads."""
    outcome = verdict.law.classification.outcomes[possible.outcome]
    name = Text(f"{number}. " if number else "")
    name.append(shown(outcome.label), style="bold")
    name.append(f" ({_(CONCEPTS[outcome.concept])})")
    console.print(name)
    if possible.alternatives[0]:
        either = [changes_in_words(one, verdict.attributes) for one in possible.alternatives]
        text = _("if {changes}", changes=_("; or if ").join(either))
        console.print(Padding(text, (0, 0, 0, 2)), style="yellow")
    way = _questions(verdict.law, possible.path[known:], possible.outcome)
    console.print(Padding(way, (0, 0, 0, 2)))
    for mark_, yes in verdict.marks[possible.outcome]:
        text = shown(mark_.label) if yes else _("perhaps {label}", label=shown(mark_.label))
        console.print(Padding(f"+ {text} ({shown(mark_.evidence.clause)})", (0, 0, 0, 2)))
    _print_roads(verdict.roads[possible.outcome], verdict.attributes, console)


def _questions(law: Law, path: Path, outcome: str | None = None) -> Table:
    """Return the way through the tree, or a part of it, as a table; perhaps with its end."""
    table = Table(show_edge=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(_("Question"), ratio=5)
    table.add_column(_("Answer"))
    table.add_column(_("Clause"), ratio=3)
    table.add_column(_("Its text"), no_wrap=True)
    for answer in path:
        yes = _("yes") if answer.yes else _("no")
        yes = _("{answer}?", answer=yes) if answer.supposed else yes
        evidence = answer.branch.evidence
        table.add_row(shown(answer.branch.ask), yes, shown(evidence.clause), _standing(evidence))
    if outcome is not None:
        end = law.classification.outcomes[outcome]
        clause = shown(end.evidence.clause)
        table.add_row(f"→ {shown(end.label)}", "", clause, _standing(end.evidence))
    return table


def _standing(evidence: Evidence) -> Text:
    """Return how well a clause is known, in its colour."""
    return Text(_(STANDING_WORDS[evidence.status]), style=STANDING_STYLES[evidence.status])


def _print_roads(
    roads: Sequence[Road], attributes: Mapping[str, Attribute], console: Console
) -> None:
    """Print the roads to patients, the open ones first."""
    if not roads:
        console.print(Padding(_("No road to patients is known."), (0, 0, 0, 2)), style="red")
        return
    words = {True: _("open"), None: _("depends"), False: _("closed")}
    styles = {True: "green", None: "yellow", False: "dim"}
    table = Table(show_edge=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(_("Road"), ratio=4)
    table.add_column("", no_wrap=True)
    table.add_column(_("Because of"), ratio=4)
    for road in roads:
        why = ", ".join(
            _("“{question}”", question=part_in_words(part, attributes)) for part in road.because
        )
        why = why if road.is_law else _("no law of that day is written down")
        table.add_row(shown(road.route.label), Text(words[road.open], style=styles[road.open]), why)
    console.print(Padding(table, (0, 0, 0, 2)))


def _print_flips(verdict: Verdict, console: Console) -> None:
    """Print what would change the answer, and which of it leaves the product as it is."""
    outcomes = verdict.law.classification.outcomes
    like = {one.outcome for one in verdict.twins}
    if verdict.flips:
        console.print(_("It would be otherwise"), style="bold")
    for flip in verdict.flips:
        text = _("{label}: if {changes}", label=shown(outcomes[flip.outcome].label),
                 changes=flip_in_words(flip, verdict.attributes))  # fmt: skip
        if flip.outcome in like and all(
            name in verdict.attributes and verdict.attributes[name].about != "product"
            for name in flip.changes
        ):
            text += " " + _("(the product itself stays the same)")
        console.print(Padding(f"- {text}", (0, 0, 0, 2)))


def _print_cautions(verdict: Verdict, console: Console) -> None:
    """Print the gaps of the law on the way, and clauses that are old or that nobody has read."""
    outcomes = verdict.law.classification.outcomes
    gaps = [answer.branch.gap for one in verdict.found.possible for way in one.ways
            for answer in way.path]  # fmt: skip
    gaps += [outcomes[one.outcome].gap for one in verdict.found.possible]
    for gap in dict.fromkeys(shown(gap) for gap in gaps if gap is not None):
        console.print(_("Gap in the law: {gap}", gap=gap), style="yellow")
    if verdict.granted:
        names = ", ".join(verdict.granted)
        console.print(_("Taken for granted, as nobody said otherwise: {names}", names=names))
    unread = [shown(e.clause) for one in verdict.found.possible for e in one.unread]
    if unread:
        names = "; ".join(dict.fromkeys(unread))
        text = _("Rests on clauses that nobody has read in their text: {names}", names=names)
        console.print(text, style="yellow")
    for evidence in verdict.stale:
        text = _("Last checked on {day}, read it again: {clause}",
                 day=format_date(evidence.last_checked), clause=shown(evidence.clause))  # fmt: skip
        console.print(text, style="red")


def _print_side_by_side(found: Survey, console: Console) -> None:
    """Print what the product is in all countries, where they part, and where one parts itself."""
    table = Table(title=_("Side by side"), title_justify="left", show_lines=True)
    table.add_column(_("Country"), ratio=2)
    table.add_column(_("In law"), ratio=3)
    table.add_column(_("That is"), ratio=2)
    table.add_column(_("Open roads"), ratio=4)
    for verdict in found.verdicts.values():
        outcomes = verdict.law.classification.outcomes
        names = [shown(outcomes[one.outcome].label) for one in verdict.found.possible]
        opened = [shown(road.route.label) for one in verdict.found.possible
                  for road in verdict.roads[one.outcome] if road.open]  # fmt: skip
        table.add_row(
            shown(verdict.law.jurisdiction), _join_or(names),
            _join_or([_(CONCEPTS[one]) for one in verdict.concepts]),
            "\n".join(f"- {name}" for name in dict.fromkeys(opened)),
        )  # fmt: skip
    console.print(table)
    _print_parted(found, console)
    _print_twins(found, console)


def _print_parted(found: Survey, console: Console) -> None:
    """Print whether all countries take the product for the same thing."""
    every = found.parted
    if len(found.verdicts) == 1:
        return
    if len(every) == 1:
        console.print(_("All take it for the same thing."), style="green")
        return
    console.print(_("They do not take it for the same thing:"), style="yellow")
    for concept, codes in every.items():
        names = ", ".join(shown(found.verdicts[code].law.jurisdiction) for code in codes)
        console.print(Padding(f"- {_(CONCEPTS[concept])}: {names}", (0, 0, 0, 2)))


def _print_twins(found: Survey, console: Console) -> None:
    """Print where one law gives another name to a like product, and when."""
    rows = [(verdict, twin) for verdict in found.verdicts.values() for twin in verdict.twins
            if twin.concept not in {*verdict.concepts, "outside"}]  # fmt: skip
    if rows:
        text = _("Within one law, the same product would be another thing:")
        console.print(text, style="yellow")
    for verdict, twin in rows:
        label = shown(verdict.law.classification.outcomes[twin.outcome].label)
        changes = flip_in_words(twin.flip, verdict.attributes)
        text = _("{country}: {label}, if {changes}", country=shown(verdict.law.jurisdiction),
                 label=label, changes=changes)  # fmt: skip
        console.print(Padding(f"- {text}", (0, 0, 0, 2)))


def _join_or(names: Sequence[str]) -> str:
    """Return names of which one holds."""
    return _(" or ").join(dict.fromkeys(names))


def changes_in_words(changes: Mapping[str, bool], attributes: Mapping[str, Attribute]) -> str:
    """Return facts with the answers that they would need."""
    texts = []
    for name, yes in changes.items():
        words = part_in_words(name, attributes)
        texts.append(
            _("“{question}” yes", question=words) if yes else _("“{question}” no", question=words)
        )
    return "; ".join(texts)


def flip_in_words(flip: Flip, attributes: Mapping[str, Attribute]) -> str:
    """Return the facts that would change, and what would have to hold besides."""
    text = changes_in_words(flip.changes, attributes)
    if not flip.also:
        return text
    return _("{changes}, and of what is not known {also}", changes=text,
             also=changes_in_words(flip.also, attributes))  # fmt: skip


def part_in_words(part: str, attributes: Mapping[str, Attribute]) -> str:
    """Return a fact as its question; a comparison as the law writes it."""
    return shown(attributes[part].ask) if part in attributes else part
