"""Where laws part over one product, and where one law names like products differently."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from equipoise.rules.classify import Classified
from equipoise.rules.condition import Facts
from equipoise.rules.flips import Flip, flips
from equipoise.spec.attributes import Attribute
from equipoise.spec.law import Concept, Law


@dataclass(frozen=True)
class Twin:
    """A like product, the same in substance, that the same law names differently."""

    outcome: str
    concept: Concept
    flip: Flip
    """What differs, none of which is about what the product is made of or how it acts."""


def concepts(law: Law, found: Classified) -> tuple[Concept, ...]:
    """Return what a product may be in the words that all countries share, each once."""
    outcomes = law.classification.outcomes
    return tuple(dict.fromkeys(outcomes[one.outcome].concept for one in found.possible))


def twins(
    law: Law, facts: Facts, attributes: Mapping[str, Attribute], *, day: date
) -> tuple[Twin, ...]:
    """Return the other names that like products have in one law.

    Like are products that differ in the claim, in where and for whom they are made, or in how they
    are used, but not in what they are.

    Parameters
    ----------
    law
        Of the country.
    facts
        As the product states them.
    attributes
        What the facts mean.
    day
        Whose law is applied.
    """
    outcomes = law.classification.outcomes
    found = flips(
        law.classification, facts, attributes, day=day,
        may_change=lambda name: name in attributes and attributes[name].about != "product",
    )  # fmt: skip
    return tuple(Twin(flip.outcome, outcomes[flip.outcome].concept, flip) for flip in found)


def parted(found: Mapping[str, tuple[Concept, ...]]) -> dict[Concept, tuple[str, ...]]:
    """Return which countries take a product for what; more than one key is divergence.

    Parameters
    ----------
    found
        By country, as of `concepts`.

    Examples
    --------
    >>> parted({"ru": ("medicine",), "jp": ("regenerative_product",), "eu": ("medicine",)})
    {'medicine': ('ru', 'eu'), 'regenerative_product': ('jp',)}
    """
    every: dict[Concept, list[str]] = {}
    for country, names in found.items():
        for name in names:
            every.setdefault(name, []).append(country)
    return {name: tuple(countries) for name, countries in every.items()}
