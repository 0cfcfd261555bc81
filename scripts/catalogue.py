"""Compare the texts of the program with its translations.

python scripts/catalogue.py            list what is missing or obsolete; exit 1 if anything is
python scripts/catalogue.py --update   add what is missing, with an empty translation
python scripts/catalogue.py --prune    remove what is obsolete
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "equipoise"
CATALOGUE = SOURCE / "translations" / "ru.po"
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "translate": None,
    "mark": None,
    "translate_plural": (1, 2),
}
TEMPLATES = {".html", ".j2", ".jinja", ".md", ".svg", ".txt", ".xml"}

# Ours instead of Babel's, which would name nobody and change with every run.
HEADER = r"""# Russian texts of Equipoise; `python scripts/catalogue.py --update` adds new ones.
msgid ""
msgstr ""
"Language: ru\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || "
"n%100>=20) ? 1 : 2);\n"

"""

Text = str | tuple[str, ...]
"""A text, or its forms for one and for many."""


@dataclass(frozen=True)
class Comparison:
    """What separates the catalogue from the source."""

    missing: dict[Text, str]
    """Text without translation -> its first place in the source."""
    obsolete: tuple[Text, ...]
    """Texts of the catalogue that the source no longer has."""
    broken: tuple[str, ...]
    """Texts whose braces cannot be filled, or are not those of the translation."""

    @property
    def report(self) -> str:
        """Return one line for each difference; empty if there is none."""
        lines = [f"missing: {text!r} ({place})" for text, place in self.missing.items()]
        lines += [f"obsolete: {text!r}" for text in self.obsolete]
        lines += [f"broken: {text}" for text in self.broken]
        return "\n".join(lines)


def source_files() -> Iterator[tuple[str, Path]]:
    """Yield every file with texts, and Babel's name of its language."""
    for path in sorted(SOURCE.rglob("*.py")):
        yield "python", path
    for path in sorted((SOURCE / "report").rglob("*")):
        if path.is_file() and path.suffix in TEMPLATES:
            yield "jinja2", path


def source_texts() -> dict[Text, str]:
    """Return every text of the program with its first place."""
    found: dict[Text, str] = {}
    for method, path in source_files():
        options = {"encoding": "utf-8", "silent": "false"} if method == "jinja2" else {}
        for line, text, _comments, _context in extract_from_file(
            method, path, keywords=KEYWORDS, options=options
        ):
            if text:
                found.setdefault(text, f"{path.relative_to(ROOT)}:{line}")
    return found


def read_catalogue(path: Path = CATALOGUE) -> Catalog:
    """Return the Russian catalogue."""
    with path.open("rb") as stream:
        return read_po(stream, locale="ru", abort_invalid=True)


def entries(catalogue: Catalog) -> dict[Text, Message]:
    """Return the messages of a catalogue without its header."""
    return {_text(message.id): message for message in catalogue if message.id}


def _text(text: str | list[str] | tuple[str, ...]) -> Text:
    """Return a text in the form that is a key."""
    return text if isinstance(text, str) else tuple(text)


def _forms(text: Text | list[str] | None) -> tuple[str, ...]:
    """Return all forms of a text."""
    if text is None:
        return ()
    return (text,) if isinstance(text, str) else tuple(text)


def _names(text: str) -> set[str]:
    """Return the names in the braces of a text."""
    return {name for _literal, name, _format, _conversion in Formatter().parse(text) if name}


def _faults(text: Text, message: Message | None) -> Iterator[str]:
    """Yield what would go wrong when a text or its translation is filled."""
    try:
        names = set().union(*(_names(form) for form in _forms(text)))
        translations = _forms(message.string) if message is not None else ()
        for form in translations:
            # One form may leave out the number that another needs.
            if form and (_names(form) - {"n"}) != (names - {"n"}):
                yield f"{text!r}: other names in braces than in {form!r}"
    except ValueError as error:
        yield f"{text!r}: {error} (double each brace that is only a brace)"


def compare(texts: dict[Text, str], catalogue: Catalog) -> Comparison:
    """Compare the texts of the source with a catalogue."""
    known = entries(catalogue)
    missing = {
        text: place
        for text, place in texts.items()
        if text not in known or known[text].fuzzy or not all(_forms(known[text].string) or [""])
    }
    faults = tuple(fault for text in texts for fault in _faults(text, known.get(text)))
    return Comparison(missing, tuple(text for text in known if text not in texts), faults)


def write_catalogue(catalogue: Catalog, path: Path = CATALOGUE) -> None:
    """Write a catalogue sorted by text, so that additions do not move the rest."""
    content = BytesIO()
    write_po(content, catalogue, width=100, no_location=True, sort_output=True, omit_header=True)
    path.write_text(HEADER + content.getvalue().decode(), encoding="utf-8")


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Compare the texts with their translations.")
    parser.add_argument("--update", action="store_true", help="add missing texts, untranslated")
    parser.add_argument("--prune", action="store_true", help="remove obsolete texts")
    options = parser.parse_args()
    texts, catalogue = source_texts(), read_catalogue()
    difference = compare(texts, catalogue)
    if options.update:
        for text in difference.missing.keys() - entries(catalogue).keys():
            catalogue.add(text)
    if options.prune:
        for text in difference.obsolete:
            catalogue.delete(_forms(text)[0])
    if options.update or options.prune:
        write_catalogue(catalogue)
        difference = compare(texts, catalogue)
    if difference.report:
        sys.stdout.write(difference.report + "\n")
    return 1 if difference.report else 0


if __name__ == "__main__":
    sys.exit(main())
