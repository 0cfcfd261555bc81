"""What only machine code needs is loaded when machine code runs, not before."""

import subprocess
import sys

LOADS = "import sys, {module}; print('numba' in sys.modules)"


def loads_numba(module: str) -> bool:
    command = [sys.executable, "-c", LOADS.format(module=module)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout == "True\n"


def test_numba_is_imported_where_a_loop_is_compiled_and_nowhere_before() -> None:
    assert not loads_numba("equipoise.cli.app, equipoise.cli.checking, equipoise.api")
    assert loads_numba("equipoise.delivery.first_come")
