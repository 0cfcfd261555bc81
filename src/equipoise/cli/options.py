"""Options that several commands share, and how their texts are read."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from equipoise.core.errors import FieldError, Mistakes, NotWritableError
from equipoise.core.translation import translate as _

Language = Literal["en", "ru"]

LanguageOption = Annotated[
    Language, typer.Option("--language", help=_("Language of all texts: en or ru."))
]
StudyArgument = Annotated[
    str,
    typer.Argument(metavar=_("study"), help=_("Name in the library, or path of a study.yaml.")),
]
CountryOption = Annotated[str | None, typer.Option("--country", help=_("Two letters, e.g. ru."))]
DrawsOption = Annotated[
    int, typer.Option("--draws", help=_("Joint samples of all inputs, 2 to 1,000,000."))
]
SeedOption = Annotated[
    int, typer.Option("--seed", help=_("Same seed, same results, byte for byte."))
]
EngineOption = Annotated[
    Literal["auto", "cohort", "individuals", "continuous"] | None,
    typer.Option(
        "--engine",
        help=_(
            "Follow a cohort, or patients one by one, by cycles or in continuous time; "
            "by default what the file says."
        ),
    ),
]
PatientsOption = Annotated[
    int | None,
    typer.Option(
        "--patients",
        help=_(
            "How many in each draw, where they differ or are followed one by one; from 20 on "
            "rounded up to a multiple of 20."
        ),
    ),
]
DesignOption = Annotated[
    Literal["plain", "latin_hypercube", "sobol"],
    typer.Option("--design", help=_("How the sample is spread.")),
]
SchedulerOption = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        help=_(
            "Address of a Dask scheduler whose workers run the draws, e.g. tcp://10.0.0.5:8786."
        ),
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help=_("Give an input another value, e.g. --set patients.prevalent=900; repeatable."),
    ),
]


def place_after(option: str) -> Callable[[str], Path]:
    """Return what reads a place for results, as typed: Python takes '' for the folder '.'.

    Parameters
    ----------
    option
        The option that it follows, for the message.

    Examples
    --------
    >>> place_after("--out")("results").as_posix()
    'results'
    """

    def path(text: str) -> Path:
        if not text:
            message = _("{option} '': is no name; name a new file or folder", option=option)
            raise NotWritableError(message)
        return Path(text)

    return path


def pairs(words: Sequence[str], *, option: str, example: str, mistakes: Mistakes) -> dict[str, str]:
    """Read repeated NAME=VALUE words; what is wrong with some does not hide the others.

    Parameters
    ----------
    words
        As the command line gives them.
    option
        The option that they follow, for messages.
    example
        A word that would be right.
    mistakes
        Receives an error for a word without an equals sign, and for a name that stands twice.

    Examples
    --------
    >>> words = ["price=40e6", "contract=instalments(years=5)"]
    >>> pairs(words, option="--policy", example="price=40e6", mistakes=Mistakes())
    {'price': '40e6', 'contract': 'instalments(years=5)'}
    """
    found: dict[str, str] = {}
    for word in words:
        with mistakes.noted():
            name, equals, value = (part.strip() for part in word.partition("="))
            if not equals or not name or not value:
                raise FieldError(
                    _("{option} {word}: not of the form NAME=VALUE", option=option, word=word),
                    fix=_("write e.g. {option} {example}", option=option, example=example),
                )
            if name in found:
                raise FieldError(
                    _("{option} {name}: given twice, {first} and {second}", option=option,
                      name=name, first=found[name], second=value),
                    fix=_("keep one of them"),
                )  # fmt: skip
            found[name] = value
    return found


ProductArgument = Annotated[
    str,
    typer.Argument(
        metavar=_("product"),
        help=_("Name of a therapy in the library, or path of a product.yaml."),
    ),
]
CountriesOption = Annotated[
    str | None,
    typer.Option(
        "--country",
        metavar="CODES",
        help=_("Countries, with commas, e.g. ru,eu,us; by default all of the library."),
    ),
]
TableOrPictureOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="<path>",
        parser=place_after("--out"),
        help=_("A .csv table, a .svg, .png or .html picture, or a folder for all of them."),
    ),
]
