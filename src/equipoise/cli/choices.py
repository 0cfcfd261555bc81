"""Words of the command line that an option cannot take: told with all else that is wrong.

The command line library ends at the first of them, in words of its own, and hides what else is
wrong. Here each is noted, another value stands in for it, and the command goes on to check the rest
of what it was asked; `choices_noted` begins its list of mistakes.
"""

import re
from contextvars import ContextVar
from difflib import get_close_matches
from typing import Any

import typer

from equipoise.core.errors import EquipoiseError, FieldError, Mistakes, SeveralErrors
from equipoise.core.translation import translate as _

_OF_CHOICE = re.compile(r"(?:Value error, )?'.*' is not one of (?P<names>.+)\.", re.DOTALL)
"""What the library says of a word that is none of the choices, in all its versions."""

_OF_WHOLE = re.compile(r"integer|valid int\b")
_OF_NUMBER = re.compile(r"number|valid float\b")


class MissingOptionError(FieldError):
    """An option that a command cannot do without: the rest of what it was asked is not checked."""


_noted: ContextVar[dict[str, list[EquipoiseError]]] = ContextVar("noted")


def choices_noted() -> Mistakes:
    """Return a list of mistakes that begins with the options that were given wrong words."""
    mistakes = Mistakes()
    for errors in _noted.get({}).values():
        mistakes.found += errors
    return mistakes


def was_misread(option: str) -> bool:
    """Return whether an option was given a wrong word, so that its value only stands in.

    Parameters
    ----------
    option
        As it is typed, e.g. ``--age``.
    """
    return option in _noted.get({})


def refuse_if_incomplete() -> None:
    """Refuse what was noted if options are missing, for which nothing can stand in.

    Raises
    ------
    EquipoiseError
        With all that was noted.
    """
    mistakes = choices_noted()
    if any(isinstance(error, MissingOptionError) for error in mistakes.found):
        mistakes.refuse()


def forget_choices() -> None:
    """Begin to read another command line."""
    _noted.set({})


def with_choices(error: EquipoiseError) -> EquipoiseError:
    """Return an error together with the wrong words that it does not tell of yet."""
    told = error.errors if isinstance(error, SeveralErrors) else (error,)
    missing = [one for one in choices_noted().found if one not in told]
    return SeveralErrors([*missing, *told]) if missing else error


def note_choices_of(parameter: Any) -> None:  # noqa: ANN401 - its class has no public name
    """Make an option or an argument note words that it cannot take, and go on without them.

    Parameters
    ----------
    parameter
        Of a command.
    """
    read = parameter.process_value
    option = parameter.opts[0] if parameter.opts[0].startswith("-") else parameter.metavar

    def noting(context: Any, value: Any) -> Any:  # noqa: ANN401
        """Return what the words mean, or what stands in for them."""
        try:
            return read(context, value)
        except (typer.BadParameter, EquipoiseError):
            if value is None and not parameter.opts[0].startswith("-"):
                raise  # an argument is missing: the line of usage, which the library says, helps
        if value is None:
            _note(option, MissingOptionError(
                _("{name} is missing", name=option), fix=_("add it; --help tells what it takes")
            ))  # fmt: skip
            return None
        is_one = isinstance(value, str)
        found = []
        for word in [value] if is_one else value:
            try:
                found.append(read(context, word) if is_one else read(context, [word])[0])
            except EquipoiseError as error:
                _note(option, error)
            except typer.BadParameter as error:
                found += _stand_in(option, word, error)
        if is_one:
            return found[0] if found else read(context, parameter.get_default(context))
        return found or None

    parameter.process_value = noting


def _stand_in(option: str, word: str, error: typer.BadParameter) -> list[str]:
    """Note a wrong word, and return the choice that stands in for it, if there are any.

    The nearest one rather than the default, which may be that the option was not given at all: then
    others would be told to be missing it.
    """
    sentence = error.message
    choices = _OF_CHOICE.fullmatch(sentence)
    if choices is not None:
        names = [name.strip(" '") for name in choices["names"].split(",")]
        near = get_close_matches(word, names, n=1)
        message = _("{option} {word}: is not one of: {names}", option=option, word=word,
                    names=", ".join(names))  # fmt: skip
        fix = _("did you mean '{near}'?", near=near[0]) if near else _("use one of these")
        _note(option, FieldError(message, fix=fix))
        return near or names[:1]
    if _OF_WHOLE.search(sentence):
        message = _("{option} {word}: is not a whole number", option=option, word=word)
        _note(option, FieldError(message, fix=_("write digits, e.g. 5")))
    elif _OF_NUMBER.search(sentence):
        message = _("{option} {word}: is not a number", option=option, word=word)
        _note(option, FieldError(message, fix=_("write digits with a point, e.g. 0.25")))
    else:
        raise error
    return []


def _note(option: str, error: EquipoiseError) -> None:
    """Note what is wrong with an option."""
    _noted.get().setdefault(option, []).append(error)
