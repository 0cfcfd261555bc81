"""How far a long run is, how long each stage took, and a way to stop it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock
from time import perf_counter

from equipoise.core.errors import EquipoiseError


class CancelledError(EquipoiseError):
    """The run was asked to stop; nothing was written."""


class Progress:
    """Counts work done by several threads and the seconds that each stage took.

    Parameters
    ----------
    on_change
        Called with the share of the work done, between 0 and 1, from whichever thread did it.
    """

    def __init__(self, on_change: Callable[[float], None] | None = None) -> None:
        self._on_change = on_change
        self._on_stage: Callable[[str], None] | None = None
        self._lock = Lock()
        self._cancelled = Event()
        self._total = 1.0
        self._done = 0.0
        self.seconds: dict[str, float] = {}

    def listen(
        self,
        on_change: Callable[[float], None],
        *,
        on_stage: Callable[[str], None] | None = None,
    ) -> None:
        """Name who hears how far the run is, and which stage any thread begins."""
        self._on_change = on_change
        self._on_stage = on_stage

    def expect(self, units: float) -> None:
        """Say how many units of work there are in all."""
        self._total = max(units, 1e-9)

    def advance(self, units: float = 1.0) -> None:
        """Count work as done.

        Raises
        ------
        CancelledError
            If the run was asked to stop meanwhile.
        """
        if self._cancelled.is_set():
            raise CancelledError
        with self._lock:
            self._done += units
            share = min(self._done / self._total, 1.0)
            if self._on_change is not None:
                self._on_change(share)

    def tell(self, _share: float) -> None:
        """Look whether the run was asked to stop, inside of a step whose share is told.

        Raises
        ------
        CancelledError
            If it was.
        """
        if self._cancelled.is_set():
            raise CancelledError

    def cancel(self) -> None:
        """Ask all threads to stop at their next step."""
        self._cancelled.set()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time spent inside to a stage's seconds."""
        if self._on_stage is not None:
            self._on_stage(name)
        begun = perf_counter()
        try:
            yield
        finally:
            with self._lock:
                self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - begun
