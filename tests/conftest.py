"""What all tests share."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the top folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def need() -> Callable[..., str]:
    """Return ``need(program, ...)``: the path of the first of these programs that is installed.

    Where none is, the test skips and says why; with CI set it fails, so that a
    missing browser can never turn CI green.
    """
    return needed


def needed(*programs: str) -> str:
    for program in programs:
        if found := shutil.which(program):
            return found
    reason = f"needs {' or '.join(programs)}, which is not installed"
    if os.environ.get("CI"):
        pytest.fail(f"{reason}; CI must not skip it")
    pytest.skip(reason)
