"""Measuring the engines of one workload side by side, taking turns."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from bench.workload import FOLDER, Answer, Difference, Engine, Size, Workload, difference


@dataclass(frozen=True)
class Settings:
    """How long to measure, and where other packages live."""

    tiny: bool = False
    """Hardly any draws, and machine code that may lie ready."""
    rounds: int = 9
    seconds: float = 0.2
    """Of each engine in each round."""
    peers: Path | None = None
    """A Python with other packages; without it they are left out."""

    def size(self, workload: Workload) -> Size:
        """Return the size to run."""
        return workload.tiny if self.tiny else workload.size


@dataclass(frozen=True)
class Row:
    """What was measured of one engine; seconds and bytes."""

    workload: str
    engine: str
    wall: float
    """Of one call, median over rounds."""
    least: float
    cpu: float
    ratio: float
    """To the workload's first engine, median over rounds of both in turn."""
    cpu_ratio: float
    """The same of processor time, which other work on the machine disturbs less."""
    memory: int
    compile: float | None
    """The very first call where nothing has been compiled, less a later one."""
    start: float
    """From the start of a process, with all compiled before, to its first answer."""
    extrapolated: int
    agreement: Difference | None


class _Worker:
    """A process that holds one engine."""

    def __init__(self, workload: Workload, engine: Engine, settings: Settings, cache: Path) -> None:
        python = str(settings.peers) if engine.is_peer else sys.executable
        size = settings.size(workload)
        draws = max(size.draws // engine.part, 2)
        command = [python, "-m", "bench.worker", workload.name, engine.name]
        self._start = perf_counter()
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [*command, str(draws), str(size.patients)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=FOLDER.parent,
            env=None if settings.tiny else _environment(cache),
        )  # fmt: skip
        self.name = f"{workload.name} {engine.name}"

    def __enter__(self) -> "_Worker":
        self.first = self._read()
        self.first["start"] = perf_counter() - self._start
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._process.stdin is not None  # noqa: S101 - it was asked for
        assert self._process.stdout is not None  # noqa: S101
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def ask(self, order: str) -> dict[str, Any]:
        """Give an order; return the answer."""
        assert self._process.stdin is not None  # noqa: S101
        self._process.stdin.write(order + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        """Return the next line of the process."""
        assert self._process.stdout is not None  # noqa: S101
        line = self._process.stdout.readline()
        if not line:
            message = f"{self.name} ended with code {self._process.wait()}; see above"
            raise RuntimeError(message)
        found: dict[str, Any] = json.loads(line)
        return found


def _environment(cache: Path) -> Mapping[str, str]:
    """Return the environment of a worker: machine code is kept apart from the user's."""
    own = {"EQUIPOISE_CACHE": str(cache / "equipoise"), "NUMBA_CACHE_DIR": str(cache / "numba")}
    return os.environ | own


@contextmanager
def _workers(
    workload: Workload, engines: Sequence[Engine], settings: Settings, cache: Path
) -> Iterator[list[tuple[_Worker, float | None]]]:
    """Start a worker for each engine, one after another, after one that compiles."""
    with ExitStack() as stack:
        found = []
        for engine in engines:
            compiling = None
            if engine.compiles and not settings.tiny:
                with _Worker(workload, engine, settings, cache) as cold:
                    compiling = cold.first["first"] - cold.ask("time 0")["wall"]
            worker = stack.enter_context(_Worker(workload, engine, settings, cache))
            found.append((worker, compiling))
        yield found


def measure(workload: Workload, settings: Settings) -> list[Row]:
    """Measure all engines of a workload that can run here."""
    engines = [e for e in workload.engines if settings.peers is not None or not e.is_peer]
    with (
        TemporaryDirectory(prefix="equipoise-bench-") as folder,
        _workers(workload, engines, settings, Path(folder)) as workers,
    ):
        rounds = [
            [worker.ask(f"time {settings.seconds}") for worker, _ in workers]
            for _ in range(settings.rounds)
        ]
        saved = [_saved(worker, Path(folder) / "answer.npz") for worker, _ in workers]
    rows = []
    for k, engine in enumerate(engines):
        turns = [turn[k] for turn in rounds]
        answer, memory = saved[k]
        rows.append(
            Row(
                workload=workload.name,
                engine=engine.name,
                wall=engine.part * median(turn["wall"] for turn in turns),
                least=engine.part * min(turn["least"] for turn in turns),
                cpu=engine.part * median(turn["cpu"] for turn in turns),
                ratio=engine.part * median(turn[k]["wall"] / turn[0]["wall"] for turn in rounds),
                cpu_ratio=engine.part * median(turn[k]["cpu"] / turn[0]["cpu"] for turn in rounds),
                memory=memory,
                compile=workers[k][1],
                start=workers[k][0].first["start"],
                extrapolated=engine.part,
                agreement=difference(answer, saved[0][0], limit=workload.agreement) if k else None,
            )
        )
    return rows


def _saved(worker: _Worker, path: Path) -> tuple[Answer, int]:
    """Return what an engine finds, and its peak of memory."""
    memory = int(worker.ask(f"save {path}")["memory"])
    with np.load(path) as arrays:
        parts: dict[str, dict[str, Any]] = {"value": {}, "error": {}}
        for name, values in arrays.items():
            kind, label = name.split(maxsplit=1)
            parts[kind][label] = values
    return Answer(parts["value"], parts["error"]), memory
