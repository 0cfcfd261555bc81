"""Importing in a process of our own, all of which is there to its end."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from equipoise.core.on_demand import collecting_later


@contextmanager
def loading() -> Iterator[None]:
    """Import what a command needs, and never look through it for garbage.

    It would be looked through several times, which takes longer than many a command itself.
    """
    with collecting_later():
        yield
    gc.freeze()
