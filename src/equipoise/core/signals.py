"""Holding back the signals that end a program until a short piece of work is whole."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import current_thread, main_thread
from types import FrameType

STOPPING: tuple[int, ...] = tuple(
    int(getattr(signal, name))
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if hasattr(signal, name)  # Windows has no SIGHUP
)
"""Ctrl-C, a polite kill, and the end of the terminal."""


Answer = Callable[[int, FrameType | None], None]


@contextmanager
def answered_by(answer: Answer) -> Iterator[None]:
    """Answer the signals that end a program in another way until the block is left.

    A signal that is ignored, as under `nohup`, stays ignored. Outside the main thread nothing
    changes, as no signal interrupts the code there.
    """
    with ExitStack() as stack:
        if current_thread() is main_thread():
            for number in STOPPING:
                earlier = signal.getsignal(number)
                if earlier not in {signal.SIG_IGN, None}:
                    stack.callback(signal.signal, number, earlier)
                    signal.signal(number, answer)
        yield


@contextmanager
def held_back() -> Iterator[Callable[[], None]]:
    """Let signals that end the program act only after the block, so that none tears it apart.

    Yields
    ------
    Callable
        A pause: called between two steps, it leaves the block if a signal has come meanwhile.

    Examples
    --------
    >>> with held_back() as pause:
    ...     pause()
    """
    arrived: list[int] = []

    def hold(number: int, _frame: FrameType | None) -> None:
        arrived.append(number)

    def pause() -> None:
        if arrived:
            raise KeyboardInterrupt  # only to leave the block: the signal itself acts next

    with ExitStack() as stack:
        stack.callback(_release, arrived)  # called last
        stack.enter_context(answered_by(hold))
        yield pause


def _release(arrived: list[int]) -> None:
    """Let the first signal that came act as it would have."""
    if arrived:
        signal.raise_signal(arrived[0])
