"""What laws ask about products: one list of facts for all countries, and how to code them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from equipoise.spec.base import SpecModel
from equipoise.spec.problems import validate
from equipoise.spec.quantity import Name
from equipoise.spec.reader import read_document
from equipoise.spec.text import Text

About = Literal["product", "claim", "making", "use"]
"""What a fact is about: what the product is made of and how it acts; what is claimed of it; where
and for whom it is made; how it is used. Two products that differ in the last three only are alike.
"""

Fact = bool | float
"""How a product answers: yes, no, or a number where the attribute has a unit."""


class Attribute(SpecModel):
    """One fact about a product that laws ask for."""

    ask: Text
    """The question, for those who fill in a product."""
    rule: Text
    """How to answer it from a description of the product, before any outcome is looked at."""
    about: About
    only_if: Name | None = None
    """Another fact without which this one is a no."""
    unless_said: bool | None = None
    """What is taken for granted of a product that says nothing of it, as for what is rare; omitted,
    it is unknown then. Whoever writes `unknown` is believed."""
    unit: str | None = None
    """Of a number; omitted, the answer is yes or no."""


class Vocabulary(SpecModel):
    """The file of the library that lists the facts of all countries."""

    attributes: Mapping[Name, Attribute]


def read_attributes(path: Path) -> Mapping[str, Attribute]:
    """Return the facts that a file lists.

    Raises
    ------
    SpecError
        With every mistake of the file.
    """
    return validate(Vocabulary, read_document(path)).attributes


def completed(
    facts: Mapping[str, Fact | None], attributes: Mapping[str, Attribute]
) -> dict[str, Fact | None]:
    """Return facts with those that follow: what a yes needs is a yes, what needs a no is a no.

    And in between with what is taken for granted of a product that says nothing of it.

    Parameters
    ----------
    facts
        Of a product; None where nobody knows.
    attributes
        What the facts mean.

    Examples
    --------
    >>> cultured = Attribute(ask="Grown?", rule="...", about="product", only_if="cells")
    >>> cells = Attribute(ask="Cells?", rule="...", about="product")
    >>> organ = Attribute(ask="Organ?", rule="...", about="product", unless_said=False)
    >>> completed({"cells": False}, {"cells": cells, "cultured": cultured, "organ": organ})
    {'cells': False, 'organ': False, 'cultured': False}
    """
    found = dict(facts)
    _follow(found, attributes, True)
    for name, one in attributes.items():
        if one.unless_said is not None:
            found.setdefault(name, one.unless_said)
    _follow(found, attributes, False)
    return found


def _follow(
    found: dict[str, Fact | None], attributes: Mapping[str, Attribute], value: bool
) -> None:
    """Add what follows: what a yes needs is a yes, and what needs a no is a no."""
    changed = True
    while changed:
        changed = False
        for name, attribute in attributes.items():
            if attribute.only_if is None:
                continue
            known, open_one = (name, attribute.only_if) if value else (attribute.only_if, name)
            if found.get(known) is value and found.get(open_one) is None:
                found[open_one], changed = value, True
