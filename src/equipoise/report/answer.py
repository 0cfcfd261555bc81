"""One answer in plain words, with the numbers it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass

from equipoise.report.reading import Number


@dataclass(frozen=True)
class Answer:
    """One of the five questions, answered.

    Parameters
    ----------
    name
        Short code: soon, pays, fits, balanced or unknown.
    question
        The question in the current language.
    headline
        One sentence that a hurried reader can take away.
    details
        Further sentences, the weightiest first.
    numbers
        Name -> value with the range that holds 90 % of the draws, and its unit.
    """

    name: str
    question: str
    headline: str
    details: tuple[str, ...]
    numbers: Mapping[str, Number]
