"""One engine in a process of its own: it gets ready, then answers lines of its standard input.

`python -m bench.worker W1 floor 10000 1`; each answer is one line of JSON. An engine that waits
for its turn takes no time, so engines can take turns and still have their memory to themselves.
"""

import json
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np

from bench.workload import Call, Size, workloads


def timed(call: Call, seconds: float) -> dict[str, Any]:
    """Call for about so many seconds, at least once; return medians of seconds per call."""
    walls: list[float] = []
    cpu = process_time()
    while not walls or sum(walls) < seconds:
        start = perf_counter()
        call()
        walls.append(perf_counter() - start)
    return {
        "wall": median(walls),
        "least": min(walls),
        "cpu": (process_time() - cpu) / len(walls),
        "calls": len(walls),
    }


def peak_memory() -> int:
    """Return the most memory that this process has had, and any process it has started, bytes."""
    status = Path("/proc/self/status")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if status.is_file():  # the other number counts what the parent had before it
        lines = status.read_text("utf-8").splitlines()
        own = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return 1024 * (own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


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
            arrays |= {f"error {name}": values for name, values in found.errors.items()}
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
