"""What the command line library says itself, in our languages: usage, headings, its errors."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from equipoise.cli.choices import (
    choices_noted,
    forget_choices,
    note_choices_of,
    refuse_if_incomplete,
    with_choices,
)
from equipoise.core.errors import EquipoiseError
from equipoise.core.translation import language, mark
from equipoise.core.translation import translate as _

OPTIONS = _("[OPTIONS]")
COMMAND = _("COMMAND [ARGS]...")

# Its heading or remark -> ours; the names are those of `typer.rich_utils`.
_REMARKS = {
    "ARGUMENTS_PANEL_TITLE": mark("Arguments"),
    "OPTIONS_PANEL_TITLE": mark("Options"),
    "COMMANDS_PANEL_TITLE": mark("Commands"),
    "ERRORS_PANEL_TITLE": mark("Error"),
    "REQUIRED_LONG_STRING": mark("[required]"),
    "ABORTED_TEXT": mark("Aborted."),
}

# What it says -> what we say; a sentence that is not here stays as it is.
_SENTENCES = (
    (r"Missing argument '(?P<name>.+)'\.", mark("'{name}' is missing")),
    (r"Missing command\.", mark("a command is missing")),
    (
        r"No such command '(?P<name>.+?)'\. Did you mean (?P<near>.+)\?",
        mark("there is no command '{name}'; did you mean {near}?"),
    ),
    (r"No such command '(?P<name>.+?)'\.", mark("there is no command '{name}'")),
    (
        r"No such option: (?P<name>\S+) (?:\(Possible options: |Did you mean )(?P<near>.+)[)?]",
        mark("there is no option {name}; did you mean {near}?"),
    ),
    (r"No such option: (?P<name>\S+)", mark("there is no option {name}")),
    (
        r"Got unexpected extra arguments?(?:\(s\))? \((?P<words>.+)\)",
        mark("too many words: {words}"),
    ),
    (r"Option '(?P<name>.+)' requires an argument\.", mark("{name} needs a value")),
    (r"Option '(?P<name>.+)' does not take a value\.", mark("{name} takes no value")),
)


def said(sentence: str) -> str:
    """Return a sentence of the command line library in the current language.

    Examples
    --------
    >>> from equipoise.core.translation import use_language
    >>> with use_language("ru"):
    ...     said("Option '--draws' requires an argument.")
    'Для --draws нужно значение'
    """
    if language() == "en":
        return sentence
    for pattern, ours in _SENTENCES:
        found = re.fullmatch(pattern, sentence, re.DOTALL)
        if found:
            words = {name: word.replace("'", "") for name, word in found.groupdict().items()}
            text = _(ours, **words)
            return text[:1].upper() + text[1:]
    return sentence


def _speak() -> None:
    """Give the command line library's headings the language of the context."""
    # Imported where it is used: most commands end without help or wrong usage.
    from typer import rich_utils

    for name, text in _REMARKS.items():
        setattr(rich_utils, name, _(text))
    rich_utils.DEFAULT_STRING = _("[default: {{}}]")
    rich_utils.RICH_HELP = _("Try [blue]'{{command_path}} {{help_option}}'[/] for help.")


# Its module has another name in other versions of the library.
_UsageError: Any = typer.BadParameter.__base__


@contextmanager
def _spoken() -> Iterator[None]:
    """Say wrong usage in the current language."""
    try:
        yield
    except (typer.Abort, EOFError, KeyboardInterrupt):
        _speak()
        raise
    except _UsageError as error:
        _speak()
        sentence = error.format_message()
        ours = said(sentence)
        if ours == sentence:
            raise
        raise _UsageError(ours, ctx=error.ctx) from None


class _Speaking:
    """What groups and commands say beside their own help."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write the help."""
        _speak()
        super().format_help(ctx, formatter)  # type: ignore[misc]

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write the line of usage."""
        pieces = " ".join(self.collect_usage_pieces(ctx))  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, pieces, prefix=_("Usage: "))

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401
        """Return `--help` with what it does."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = _("Show this message and exit.")
        return option

    def make_context(self, *words: Any, **settings: Any) -> Any:  # noqa: ANN401
        """Read the words of the command line."""
        with _spoken():
            return super().make_context(*words, **settings)  # type: ignore[misc]

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        """Run what was asked for."""
        with _spoken():
            return super().invoke(ctx)  # type: ignore[misc]


class Command(_Speaking, TyperCommand):
    """A command that speaks the user's language and refuses wrong words of all its options."""

    def make_context(self, *words: Any, **settings: Any) -> Any:  # noqa: ANN401
        """Read the words of the command line."""
        forget_choices()
        for parameter in self.params:
            note_choices_of(parameter)
        return super().make_context(*words, **settings)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        """Run what was asked for."""
        choices_noted().refuse()
        return super().invoke(ctx)


class CheckingCommand(Command):
    """A command that itself refuses wrong words, together with all else that is wrong.

    Its list of mistakes begins as `choices_noted`, and is refused before any work.
    """

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        """Run what was asked for; an error that comes before the list tells of wrong words too."""
        refuse_if_incomplete()
        try:
            return super(Command, self).invoke(ctx)
        except EquipoiseError as error:
            raise with_choices(error) from None


class Group(_Speaking, TyperGroup):
    """A group of commands that speaks the user's language."""
