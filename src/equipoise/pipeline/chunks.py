"""Running chunks of draws: on threads of this process, or on a Dask cluster."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from importlib import import_module
from typing import Protocol, TypeVar, cast

import xarray as xr

from equipoise.core.errors import FieldError
from equipoise.core.progress import Progress
from equipoise.core.translation import language, use_language
from equipoise.core.translation import translate as _

R_co = TypeVar("R_co", covariant=True)
R = TypeVar("R")

LEAST_SECONDS = 0.25
"""Of work in one chunk on a cluster, whose own cost is about 2 ms for each."""


class Work(Protocol[R_co]):
    """What is done with some draws; it can be sent to another process."""

    def __call__(self, inputs: xr.Dataset, *, progress: Progress) -> R_co:
        """Return what comes of these draws."""


def chunks_of(inputs: xr.Dataset, size: int) -> list[xr.Dataset]:
    """Return the draws in chunks of at least two.

    Sums over other dims round differently where the draws are a single one.

    Parameters
    ----------
    inputs
        Dims include ``(draw)``.
    size
        Draws in each.

    Examples
    --------
    >>> import numpy as np
    >>> found = chunks_of(xr.Dataset({"x": ("draw", np.arange(5.0))}), 2)
    >>> [one.sizes["draw"] for one in found]
    [2, 3]
    """
    draws = inputs.sizes["draw"]
    starts = [k for k in range(0, draws, max(size, 2)) if draws - k > 1 or k == 0]
    ends = [*starts[1:], draws]
    return [inputs.isel(draw=slice(k, end)) for k, end in zip(starts, ends, strict=True)]


def in_threads(
    work: Work[R], chunks: Sequence[xr.Dataset], progress: Progress, *, workers: int
) -> list[R]:
    """Run the chunks on threads; an interruption stops them all.

    Parameters
    ----------
    work
        What to do with each.
    chunks
        Draws.
    progress
        Hears how far the run is, and can cancel it.
    workers
        Threads.
    """
    with ThreadPoolExecutor(max_workers=workers) as pool:
        # Each with the language of this thread, for what may be wrong.
        futures = [pool.submit(copy_context().run, _called, work, one, progress) for one in chunks]
        try:
            return [future.result() for future in futures]
        except BaseException:
            progress.cancel()
            for future in futures:
                future.cancel()
            raise


def on_cluster(
    work: Work[R], chunks: Sequence[xr.Dataset], progress: Progress, *, scheduler: str, units: float
) -> list[R]:
    """Run the chunks on the workers of a Dask cluster; an interruption takes them back.

    Each chunk gives what it gives here, to the last bit on like machines, and only that comes back.

    Parameters
    ----------
    work, chunks, progress
        As of `in_threads`.
    scheduler
        Address of the cluster's scheduler, e.g. ``tcp://10.0.0.5:8786``.
    units
        Of progress, for each chunk.

    Raises
    ------
    FieldError
        If the extra `cluster` is not installed, or nobody answers at the address.
    """
    cluster = _cluster(scheduler)
    try:
        everywhere = cluster.scatter([work], broadcast=True)[0]
        futures = [
            cluster.submit(_remote, everywhere, one, language(), pure=False) for one in chunks
        ]
        try:
            for _done in import_module("distributed").as_completed(futures, loop=cluster.loop):
                progress.advance(units)
            return cast("list[R]", cluster.gather(futures))
        except BaseException:
            cluster.cancel(futures)
            raise
    finally:
        cluster.close()


class _Cluster(Protocol):
    """What is used of a Dask client."""

    loop: object

    def scatter(self, data: list[object], *, broadcast: bool) -> list[object]:
        """Send data to the workers; return what stands for them."""

    def submit(self, work: object, *arguments: object, pure: bool) -> object:
        """Ask for work; return what stands for its result."""

    def gather(self, futures: list[object]) -> list[object]:
        """Return results in the order in which they were asked for."""

    def cancel(self, futures: list[object]) -> None:
        """Take work back."""

    def close(self) -> None:
        """Leave the cluster, which goes on."""


def _called(work: Work[R], inputs: xr.Dataset, progress: Progress) -> R:
    """Call the work with its progress."""
    return work(inputs, progress=progress)


def _remote(work: Work[R], inputs: xr.Dataset, words: str) -> R:
    """Do the work in another process, where nobody watches."""
    strict = xr.set_options(arithmetic_join="exact", keep_attrs=False)  # type: ignore[no-untyped-call]
    with use_language(words), strict:
        return work(inputs, progress=Progress())


def _cluster(scheduler: str) -> _Cluster:
    """Return a connection to a cluster.

    Raises
    ------
    FieldError
        If there is none.
    """
    try:
        dask = import_module("distributed")  # an optional extra
    except ImportError:
        message = _("--scheduler {address}: needs Dask, which is not installed", address=scheduler)
        raise FieldError(message, fix=_("install it: pip install equipoise[cluster]")) from None
    try:
        # One that fails would stay the default, and be asked for the lock of every later file.
        found: _Cluster = dask.Client(scheduler, timeout=5, set_as_default=False)
    except (OSError, ValueError, TypeError):
        message = _("--scheduler {address}: no Dask scheduler answers there", address=scheduler)
        fix = _("start one with `dask scheduler`, and name its address, e.g. tcp://127.0.0.1:8786")
        raise FieldError(message, fix=fix) from None
    return found
