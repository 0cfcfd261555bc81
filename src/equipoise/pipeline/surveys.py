"""One product before the laws of several countries: what it is, its roads, what would change."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from equipoise.core.errors import EquipoiseError, FieldError, RuleNotInForceError
from equipoise.core.translation import translate as _
from equipoise.rules import (
    Classified,
    Flip,
    Road,
    Twin,
    classify,
    concepts,
    flips,
    marks,
    parted,
    roads,
    twins,
)
from equipoise.spec.attributes import Attribute, Fact, completed
from equipoise.spec.law import Concept, Evidence, Law, Mark
from equipoise.spec.study import Product


@dataclass(frozen=True)
class Verdict:
    """What the law of one country says of a product on a day."""

    law: Law
    day: date
    stated: Mapping[str, Fact | None]
    """Facts of the product as it states them."""
    facts: Mapping[str, Fact | None]
    """Of the product, with those that follow from them."""
    attributes: Mapping[str, Attribute]
    """What they mean."""
    found: Classified
    roads: Mapping[str, Sequence[Road]]
    """By category that the product may have."""
    marks: Mapping[str, Sequence[tuple[Mark, bool | None]]]
    flips: Sequence[Flip]
    twins: Sequence[Twin]

    @property
    def concepts(self) -> tuple[Concept, ...]:
        """Return what the product may be in the words that all countries share."""
        return concepts(self.law, self.found)

    @property
    def granted(self) -> tuple[str, ...]:
        """Return the facts on the way that are taken for granted, as nobody said anything."""
        names = dict.fromkeys(
            name for possible in self.found.possible for way in possible.ways
            for answer in way.path for name in sorted(answer.branch.condition.names)
        )  # fmt: skip
        plain = {name: one.model_copy(update={"unless_said": None})
                 for name, one in self.attributes.items()}  # fmt: skip
        known = completed(self.stated, plain)
        return tuple(
            name for name in names
            if name not in known and self.attributes[name].unless_said is not None
        )  # fmt: skip

    @property
    def stale(self) -> tuple[Evidence, ...]:
        """Return the clauses that were last checked too long before the day, each once."""
        every = (one for possible in self.found.possible for one in possible.stale(self.day))
        return tuple({id(one): one for one in every}.values())


@dataclass(frozen=True)
class Survey:
    """What several countries say of one product."""

    product: Product
    day: date
    verdicts: Mapping[str, Verdict]
    """By the code of the country, in the order in which they were asked for."""
    refused: Mapping[str, EquipoiseError] = field(default_factory=dict)
    """Countries whose law of that day is not known, with the reason."""

    @property
    def parted(self) -> dict[Concept, tuple[str, ...]]:
        """Return which countries take the product for what; more than one key is divergence."""
        return parted({code: verdict.concepts for code, verdict in self.verdicts.items()})

    @property
    def needed(self) -> tuple[str, ...]:
        """Return the facts that would settle most to know next, each once."""
        every = (verdict.found.needed for verdict in self.verdicts.values())
        return tuple(dict.fromkeys(name for name in every if name is not None))


def require_own_codes(laws: Sequence[Law]) -> None:
    """Refuse countries that cannot be told apart.

    Raises
    ------
    FieldError
        If two have the same code.
    """
    for code, count in Counter(law.code for law in laws).items():
        if count > 1:
            message = _("two countries have the code '{code}'", code=code)
            fix = _("change `code:` in the jurisdiction.yaml of one of them")
            raise FieldError(message, fix=fix)


def survey(
    product: Product,
    laws: Sequence[Law],
    *,
    attributes: Mapping[str, Attribute],
    day: date,
) -> Survey:
    """Ask the laws of several countries what a product is.

    Parameters
    ----------
    product
        Its facts, checked.
    laws
        Of the countries.
    attributes
        Facts that every country's law may ask for.
    day
        Whose law is applied.
    """
    verdicts: dict[str, Verdict] = {}
    refused: dict[str, EquipoiseError] = {}
    for law in laws:
        try:
            verdicts[law.code] = verdict(product, law, attributes=attributes, day=day)
        except RuleNotInForceError as error:
            refused[law.code] = error
    return Survey(product, day, verdicts, refused)


def verdict(
    product: Product, law: Law, *, attributes: Mapping[str, Attribute], day: date
) -> Verdict:
    """Ask the law of one country what a product is.

    Parameters
    ----------
    product, attributes, day
        As of `survey`.
    law
        Of the country.

    Raises
    ------
    RuleNotInForceError
        If a clause on the way is not in force on that day and nothing stands in its place.
    """
    known = {**attributes, **law.attributes}
    facts = completed(product.facts, known)
    found = classify(law.classification, facts, day=day)
    return Verdict(
        law, day, product.facts, facts, known, found,
        roads={one.outcome: roads(law, one, facts, day=day) for one in found.possible},
        marks={one.outcome: marks(law, one, facts, day=day) for one in found.possible},
        flips=flips(law.classification, product.facts, known, day=day),
        twins=twins(law, product.facts, known, day=day),
    )  # fmt: skip
