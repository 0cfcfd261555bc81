"""Options that several commands share, and how their texts are read."""

from collections.abc import Sequence
from typing import Annotated, Literal

import typer

from equipoise.core.errors import FieldError
from equipoise.core.translation import translate as _

Language = Literal["en", "ru"]

LanguageOption = Annotated[
    Language, typer.Option("--language", help=_("Language of all texts: en or ru."))
]
DrawsOption = Annotated[
    int, typer.Option("--draws", help=_("Joint samples of all inputs, 2 to 1,000,000."))
]
SeedOption = Annotated[
    int, typer.Option("--seed", help=_("Same seed, same results, byte for byte."))
]
DesignOption = Annotated[
    Literal["plain", "latin_hypercube", "sobol"],
    typer.Option("--design", help=_("How the sample is spread.")),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help=_("Give an input another value, e.g. --set patients.prevalent=900; repeatable."),
    ),
]


def pairs(words: Sequence[str] | None, *, option: str) -> dict[str, str]:
    """Read repeated NAME=VALUE words.

    Raises
    ------
    FieldError
        If a word has no equals sign.

    Examples
    --------
    >>> pairs(["price=40e6", "contract=instalments(years=5)"], option="--policy")
    {'price': '40e6', 'contract': 'instalments(years=5)'}
    """
    found = {}
    for word in words or ():
        name, equals, value = word.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise FieldError(
                _("{option} {word}: not of the form NAME=VALUE", option=option, word=word),
                fix=_("write e.g. {option} price=40e6", option=option),
            )
        found[name.strip()] = value.strip()
    return found
