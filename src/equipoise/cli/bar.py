"""The bar of a long run: on the error stream, and gone when it is done."""

from collections.abc import Callable
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from equipoise.cli.stopping import stop_if_asked

T = TypeVar("T")


def with_bar(text: str, work: Callable[[Callable[[float], None]], T]) -> T:
    """Do some work with a bar on the error stream; Ctrl-C stops at the next step.

    Parameters
    ----------
    text
        What is being done, as it stands before the bar.
    work
        Is given what hears the share that is done, between 0 and 1.
    """
    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True, markup=False), transient=True) as bar:
        task = bar.add_task(text, total=1.0)

        def heard(share: float) -> None:
            bar.update(task, completed=share)
            stop_if_asked()

        return work(heard)
