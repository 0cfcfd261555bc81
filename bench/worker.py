"""One engine in a process of its own: it gets ready, then answers lines of its standard input.

`python -m bench.worker W1 floor 10000 1`; each answer is one line of JSON. An engine that waits
for its turn takes no time, so engines can take turns and still have their memory to themselves.
"""

import json
import os
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from math import fsum
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np

from bench.workload import Call, Size, workloads


def timed(call: Call, seconds: float) -> dict[str, Any]:
    """Call for about so many seconds, at least once; return medians of seconds per call."""
    walls: list[float] = []
    others, own = fsum(_of_started(_seconds)), process_time()
    while not walls or sum(walls) < seconds:
        start = perf_counter()
        call()
        walls.append(perf_counter() - start)
    cpu = process_time() - own  # before the others are asked, which takes time as well
    cpu += fsum(_of_started(_seconds)) - others
    return {
        "wall": median(walls),
        "least": min(walls),
        "cpu": cpu / len(walls),
        "calls": len(walls),
    }


def peak_memory() -> int:
    """Return the most memory that this process has had, and those it has started, bytes."""
    own = float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    if Path("/proc/self").is_dir():  # the other number counts what the parent had before it
        own = _kilobytes(Path("/proc/self"))
    ended = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return int(1024 * (own + ended + fsum(_of_started(_kilobytes))))


def _of_started(ask: Callable[[Path], float]) -> Iterator[float]:
    """Yield what is asked of each process that was started and has not ended."""
    family = {os.getpid()}
    for process in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        with suppress(FileNotFoundError, ProcessLookupError):  # it may end meanwhile
            if int(_state(process)[1]) in family:
                family.add(int(process.name))
                yield ask(process)


def _state(process: Path) -> list[str]:
    """Return what the system says of a process after its name, which may have spaces."""
    return (process / "stat").read_text("utf-8").rpartition(")")[2].split()


def _seconds(process: Path) -> float:
    """Return the processor time of a process."""
    state = _state(process)
    return (int(state[11]) + int(state[12])) / os.sysconf("SC_CLK_TCK")


def _kilobytes(process: Path) -> float:
    """Return the peak of memory of a process."""
    lines = (process / "status").read_text("utf-8").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def answers(call: Call, orders: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Do what each line asks: `time SECONDS` or `save FILE`."""
    for order in orders:
        word, argument = order.split(maxsplit=1)
        if word == "time":
            yield timed(call, float(argument))
        else:
            memory = peak_memory()
            found = call()
            arrays: dict[str, Any] = {
                f"value {name}": values for name, values in found.values.items()
            }
            arrays |= {f"scatter {name}": values for name, values in found.scatter.items()}
            np.savez(argument.strip(), **arrays)
            yield {"memory": memory}


def main(workload: str, engine: str, draws: str, patients: str) -> None:
    """Prepare an engine, call it once, then do as told."""
    # Whatever an engine prints goes elsewhere.
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    start = perf_counter()
    call = workloads()[workload].engine(engine).prepare(Size(int(draws), int(patients)))
    ready = perf_counter()
    call()
    channel.write(json.dumps({"prepare": ready - start, "first": perf_counter() - ready}) + "\n")
    for answer in answers(call, iter(sys.stdin)):
        channel.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
