"""Stopping for Ctrl-C, a kill or a closed terminal: cleanly, with the code that shells expect."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from equipoise.core.signals import answered_by
from equipoise.core.translation import translate as _

if TYPE_CHECKING:
    from sys import UnraisableHookArgs


class Interruption(BaseException):
    """The program was asked to stop.

    No `KeyboardInterrupt`, which the command line library would answer with a code of its own.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)

    @property
    def code(self) -> int:
        """Return the exit code: 130 after Ctrl-C, 143 after a kill, 129 without a terminal."""
        return 128 + self.number


_asked: list[int] = []
_written: list[Path] = []


def _interrupt(number: int, _frame: FrameType | None) -> None:
    """Note the signal, then interrupt whatever runs."""
    _asked.append(number)
    raise Interruption(number)


def stop_if_asked() -> None:
    """Interrupt again if the program was asked to stop and goes on.

    An interruption inside of what Python calls by itself (a weak reference that dies, a
    destructor) is lost, so it must be asked for at times, and before anything is written.
    """
    if _asked:
        raise Interruption(_asked[0])


def note_written(path: Path) -> None:
    """Remember that the run's result is in place, so that nobody is told otherwise."""
    _written.append(path)


def farewell() -> str:
    """Return what is said to who stops the program."""
    if _written:
        return _("Stopped; already written: {path}", path=_written[-1])
    return _("Stopped; nothing was written.")


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn signals that end the program into an `Interruption`, and let none get lost."""
    _asked.clear()
    _written.clear()
    with ExitStack() as stack:
        stack.callback(setattr, sys, "unraisablehook", sys.unraisablehook)
        sys.unraisablehook = _quietly
        stack.enter_context(answered_by(_interrupt))
        try:
            yield
        finally:
            stop_if_asked()


def _quietly(lost: "UnraisableHookArgs") -> None:
    """Say nothing of a lost interruption, as `stop_if_asked` finds it."""
    if not isinstance(lost.exc_value, Interruption):
        sys.__unraisablehook__(lost)
