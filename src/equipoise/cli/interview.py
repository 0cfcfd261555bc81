"""`equipoise classify --ask`: the facts that are still needed, one question after another."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from math import inf
from pathlib import Path

import yaml
from rich.console import Console
from rich.padding import Padding

from equipoise.core.errors import FieldError
from equipoise.core.files import check_ordinary, check_parent, write_text
from equipoise.core.translation import translate as _
from equipoise.pipeline.surveys import survey
from equipoise.spec.attributes import Attribute, Fact
from equipoise.spec.formula import parse_formula
from equipoise.spec.law import Law
from equipoise.spec.study import Product
from equipoise.spec.text import shown


def interview(
    product: Product,
    laws: Sequence[Law],
    *,
    attributes: Mapping[str, Attribute],
    day: date,
    console: Console,
) -> Product:
    """Ask until every country has one answer, or the user does not know the rest.

    Parameters
    ----------
    product
        As far as it is known.
    laws, attributes, day
        As of `pipeline.survey`.
    console
        Where to ask.
    """
    known = {**attributes, **{n: a for law in laws for n, a in law.attributes.items()}}
    unanswered: set[str] = set()
    while True:
        needed = _next(survey(product, laws, attributes=attributes, day=day).needed, unanswered)
        if needed is None:
            return product
        try:
            answer = _asked(needed, known[needed], console)
        except EOFError:  # nobody is there to answer
            console.print()
            return product
        if answer is None:
            unanswered.add(needed)
        else:
            facts = {**product.attributes, needed: answer}
            product = product.model_copy(update={"attributes": facts})


def _next(needed: Sequence[str], unanswered: set[str]) -> str | None:
    """Return the next fact to ask for."""
    for part in needed:
        for name in parse_formula(part).names:
            if name not in unanswered:
                return name
    return None


def _asked(name: str, attribute: Attribute, console: Console) -> Fact | None:
    """Ask for one fact; return None if the user does not know it."""
    console.print()
    console.print(shown(attribute.ask), style="bold")
    console.print(Padding(shown(attribute.rule), (0, 0, 0, 2)), style="dim")
    prompt = (
        _("{name} (y, n, or ? if you do not know): ", name=name)
        if attribute.unit is None
        else _("{name}, {unit} (or ? if you do not know): ", name=name, unit=attribute.unit)
    )
    while True:
        text = console.input(prompt, markup=False).strip().lower()
        if text in {"?", ""}:
            return None
        found = _read(text, attribute)
        if found is not None:
            return found
        console.print(_("This is no answer."), style="red")


def _read(text: str, attribute: Attribute) -> Fact | None:
    """Return what an answer says; None if it says nothing."""
    if attribute.unit is not None:
        with suppress(ValueError):
            number = float(text.replace(",", "."))
            return number if 0.0 <= number < inf else None
        return None
    words = {"y": True, "yes": True, "д": True, "да": True,
             "n": False, "no": False, "н": False, "нет": False}  # fmt: skip
    return words.get(text)


def may_write_product(path: Path, *, asked: bool) -> None:
    """Refuse a place for a product that is none, or where there is nothing to write.

    Raises
    ------
    FieldError, NotWritableError
        If the ending is not .yaml, nothing is asked, or the place cannot be written.
    """
    if path.suffix not in {".yaml", ".yml"}:
        message = _("--out: a product is a .yaml file, not '{name}'", name=path.name[:60])
        raise FieldError(message, fix=_("end it with .yaml"))
    if not asked:
        message = _("--out keeps the answers that --ask asks for")
        raise FieldError(message, fix=_("add --ask, or leave out --out"))
    check_parent(path)
    check_ordinary(path)
    if path.exists():
        message = _("--out {path}: there is a file already", path=path)
        raise FieldError(message, fix=_("name a new file; nothing there was touched"))


def write_product(product: Product, path: Path, console: Console) -> None:
    """Write a product with its facts as a file."""
    data = product.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    write_text(path, yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=100))
    console.print(_("Written: {path}", path=path))
