"""Entry point of the `equipoise` command: language, commands, errors as exit codes."""

import os
import sys

from equipoise.core.errors import EquipoiseError, SeveralErrors, SpecError, explained
from equipoise.core.translation import LANGUAGES, use_language
from equipoise.spec.problems import number_of_problems_text

LANGUAGE_VARIABLE = "EQUIPOISE_LANGUAGE"
EXIT_WRONG_INPUT = 2


def asked_language(arguments: list[str]) -> str:
    """Return the language of help and answers: `--language xx`, else the environment's, else en.

    It must be known before the commands are built, because their help is text like any other.
    """
    for place, word in enumerate(arguments):
        if word.startswith("--language="):
            return word.partition("=")[2]
        if word == "--language" and place + 1 < len(arguments):
            return arguments[place + 1]
    return os.environ.get(LANGUAGE_VARIABLE, "en")


def explain(error: EquipoiseError) -> str:
    """Return what a user reads of an error: every problem, what was found, how to mend it."""
    several = error.errors if isinstance(error, SeveralErrors) else (error,)
    count = sum(len(one.problems) if isinstance(one, SpecError) else 1 for one in several)
    text = "\n".join(explained(one) for one in several)
    counted = count > 1 or isinstance(error, SpecError)
    return f"{text}\n{number_of_problems_text(count)}" if counted else text


def main() -> None:
    """Run the command line; wrong input ends with exit code 2."""
    language = asked_language(sys.argv[1:])
    with use_language(language if language in LANGUAGES else "en"):
        _run()


def _run() -> None:
    """Build the commands in the language of the context and run the one asked for."""
    from equipoise.cli.commands import app

    try:
        app()
    except EquipoiseError as error:
        sys.stderr.write(explain(error) + "\n")
        sys.exit(EXIT_WRONG_INPUT)
