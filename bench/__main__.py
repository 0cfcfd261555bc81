"""The command: measure, print a table, write it, and fail if engines disagree."""

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict
from pathlib import Path

from bench.measure import Row, Settings, measure
from bench.workload import FOLDER, Size, workloads

PEERS = FOLDER.parent / ".venv-peers" / "bin" / "python"

_HEAD = (
    f"{'engine':<26} {'one call':>10} {'CPU':>10} {'ratio':>9} {'of CPU':>9} {'memory':>8} "
    f"{'compile':>8} {'start':>7}  agreement"
)


def _arguments(given: list[str]) -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="workloads, e.g. W1; omitted are all")
    parser.add_argument("--json", type=Path, help="write what was measured to a file")
    parser.add_argument("--rounds", type=int, default=9, help="turns of each engine")
    parser.add_argument("--seconds", type=float, default=0.2, help="of each turn")
    parser.add_argument("--tiny", action="store_true", help="hardly any draws, to try it out")
    parser.add_argument("--peers", action="store_true", help="other packages too")
    return parser.parse_args(given)


def _shown(seconds: float | None) -> str:
    """Return seconds with a unit that suits them."""
    if seconds is None:
        return ""
    return f"{seconds * 1e3:.2f} ms" if seconds < 0.1 else f"{seconds:.2f} s"


def _line(row: Row) -> str:
    """Return a row of the table."""
    mark = "*" if row.extrapolated > 1 else " "
    return (
        f"{row.engine:<26} {_shown(row.wall):>9}{mark} {_shown(row.cpu):>10} {row.ratio:>9.2f} "
        f"{row.cpu_ratio:>9.2f} "
        f"{row.memory / 1e6:>5.0f} MB {_shown(row.compile):>8} {row.start:>5.2f} s  "
        f"{'' if row.agreement is None else row.agreement}"
    )


def _part(row: Row, asked: Size) -> str:
    """Return a line on what an engine did, where it did not do all."""
    counted = [(row.draws, asked.draws, "draws"), (row.patients, asked.patients, "patients")]
    done = " and ".join(f"{n:,} of {most:,} {what}" for n, most, what in counted if most > 1)
    return f"* {row.engine}: did {done}; its time is multiplied by {row.extrapolated:,g}"


def machine() -> dict[str, str | int | None]:
    """Return what numbers of time depend on."""
    names = ("numpy", "numba", "xarray")
    versions = {name: sys.modules[name].__version__ for name in names if name in sys.modules}
    return {
        "processors": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        **versions,
    }


def main(given: list[str]) -> int:
    """Measure the workloads asked for; return 1 if answers disagree."""
    arguments = _arguments(given)
    settings = Settings(
        tiny=arguments.tiny, rounds=arguments.rounds, seconds=arguments.seconds,
        peers=PEERS if arguments.peers else None,
    )  # fmt: skip
    known = workloads()
    if unknown := [name for name in arguments.names if name not in known]:
        print(f"no workload {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    if not arguments.peers:
        print("Other packages are left out; ./dev bench --peers has them too.")
    elif not PEERS.is_file():
        print(f"there is no {PEERS}; ./dev peers makes it", file=sys.stderr)
        return 2
    rows: list[Row] = []
    for workload in (known[name] for name in arguments.names or known):
        size = settings.size(workload)
        steps = workload.steps(size)
        print(f"\n{workload.name}: {workload.title}; {steps / 1e6:.2f} million steps\n{_HEAD}")
        found = measure(workload, settings)
        rows += found
        parts = [_part(row, size) for row in found if row.extrapolated > 1]
        print("\n".join([*map(_line, found), *parts]), flush=True)
    if arguments.json:
        data = {"machine": machine(), "rows": [asdict(row) for row in rows]}
        arguments.json.write_text(json.dumps(data, indent=2) + "\n", "utf-8")
    wrong = [row for row in rows if row.agreement is not None and not row.agreement.is_fine]
    for row in wrong:
        print(f"{row.workload}: {row.engine} disagrees: {row.agreement}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
