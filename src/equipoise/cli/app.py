"""Entry point of the `equipoise` command: language, commands, errors as exit codes."""

import gc
import os
import sys
from contextlib import suppress

from equipoise.cli.letters import accept_all_letters
from equipoise.cli.loading import loading
from equipoise.cli.stopping import Interruption, farewell, stoppable
from equipoise.core.errors import (
    EquipoiseError,
    SeveralErrors,
    SpecError,
    explained,
    number_of_problems_text,
)
from equipoise.core.translation import LANGUAGES, use_language
from equipoise.core.translation import translate as _

LANGUAGE_VARIABLE = "EQUIPOISE_LANGUAGE"
EXIT_REFUSED = 1
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
    """Run the command line.

    Exit codes: 2 for wrong input, 1 where the system refuses, 128 and the signal's number where
    somebody stops the program.
    """
    accept_all_letters()
    language = asked_language(sys.argv[1:])
    with use_language(language if language in LANGUAGES else "en"):
        code = _run()
    _end_output()
    gc.freeze()  # Python would look through everything for garbage before it throws it away
    sys.exit(code)


def _run() -> int | str | None:
    """Run the command that was asked for and return its exit code."""
    try:
        with stoppable():
            return _command()
    except Interruption as stop:
        _tell("\n" + farewell())
        return stop.code
    except EquipoiseError as error:
        _tell(explain(error))
        return EXIT_WRONG_INPUT
    except BrokenPipeError:  # the reader has seen enough
        return EXIT_REFUSED
    except OSError as error:
        _tell(_refusal(error))
        return EXIT_REFUSED


def _command() -> int | str | None:
    """Build the commands in the language of the context and run the one asked for."""
    with loading():
        from equipoise.cli.commands import app

    code = None
    try:
        app()
    except SystemExit as end:
        code = end.code
    if sys.stdout is not None:
        sys.stdout.flush()  # here, where a full disk can still be told
    return code


def _refusal(error: OSError) -> str:
    """Return what the system refused, in one line."""
    reason = error.strerror or type(error).__name__
    if error.filename is None:
        return _("The output cannot be written ({reason}).", reason=reason)
    return _("{path}: {reason}", path=error.filename, reason=reason)


def _tell(text: str) -> None:
    """Write to the error stream, if there still is one."""
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def _end_output() -> None:
    """Write what is left, or give it up, as Python would complain of it at its end."""
    with suppress(OSError, ValueError, AttributeError):
        try:
            sys.stdout.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
