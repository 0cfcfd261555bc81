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
    longest: float = 10.0
    """Seconds of all its turns after which an engine takes no more."""
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
    draws: int
    """How many it did, of how many patients each."""
    patients: int
    extrapolated: float
    """What its time was multiplied by, to stand for all draws and patients."""
    agreement: Difference | None


class _Worker:
    """A process that holds one engine."""

    def __init__(self, workload: Workload, engine: Engine, settings: Settings, cache: Path) -> None:
        python = str(settings.peers) if engine.is_peer else sys.executable
        size = workload.done(engine, settings.size(workload))
        command = [python, "-m", "bench.worker", workload.name, engine.name]
        self._start = perf_counter()
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [*command, str(size.draws), str(size.patients)],
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
        turns = _in_turn([worker for worker, _ in workers], settings)
        saved = [_saved(worker, Path(folder) / "answer.npz") for worker, _ in workers]
    return [
        _row(
            workload, engine, settings, saved=saved[k], expected=saved[0][0],
            turns=turns[k], compiling=workers[k][1], start=workers[k][0].first["start"],
        )
        for k, engine in enumerate(engines)
    ]  # fmt: skip


Turn = Mapping[str, float]


def _in_turn(workers: Sequence[_Worker], settings: Settings) -> list[list[tuple[Turn, Turn]]]:
    """Let engines take turns; return those of each, with the first engine's in the same round."""
    found: list[list[tuple[Turn, Turn]]] = [[] for _ in workers]
    for _ in range(settings.rounds):
        first: Turn = {}
        for worker, turns in zip(workers, found, strict=True):
            if sum(own["wall"] * own["calls"] for own, _ in turns) > settings.longest:
                continue
            own = worker.ask(f"time {settings.seconds}")
            first = first or own
            turns.append((own, first))
    return found


def _row(
    workload: Workload,
    engine: Engine,
    settings: Settings,
    *,
    turns: Sequence[tuple[Turn, Turn]],
    saved: tuple[Answer, int],
    expected: Answer,
    compiling: float | None,
    start: float,
) -> Row:
    """Return what was measured of an engine; `turns` are its own and those of the first engine."""
    answer, memory = saved
    asked = settings.size(workload)
    done = workload.done(engine, asked)
    factor = asked.draws * asked.patients / (done.draws * done.patients)
    agreement = None
    if engine is not workload.engines[0]:
        patients = (done.patients, asked.patients)
        agreement = difference(answer, expected, limit=workload.agreement, patients=patients)
    return Row(
        workload=workload.name,
        engine=engine.name,
        wall=factor * median(own["wall"] for own, _ in turns),
        least=factor * min(own["least"] for own, _ in turns),
        cpu=factor * median(own["cpu"] for own, _ in turns),
        ratio=factor * median(own["wall"] / first["wall"] for own, first in turns),
        cpu_ratio=factor * median(own["cpu"] / first["cpu"] for own, first in turns),
        memory=memory,
        compile=compiling,
        start=start,
        draws=done.draws,
        patients=done.patients,
        extrapolated=factor,
        agreement=agreement,
    )


def _saved(worker: _Worker, path: Path) -> tuple[Answer, int]:
    """Return what an engine finds, and its peak of memory."""
    memory = int(worker.ask(f"save {path}")["memory"])
    with np.load(path) as arrays:
        parts: dict[str, dict[str, Any]] = {"value": {}, "scatter": {}}
        for name, values in arrays.items():
            kind, label = name.split(maxsplit=1)
            parts[kind][label] = values
    return Answer(parts["value"], parts["scatter"]), memory
