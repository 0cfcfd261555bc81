"""What compiled code is told in few words means what it means in Python."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.core.kernels import ready

TEXT = """
from equipoise.core.lean import span
from equipoise.core.machine_code import called, fused

@called
def total(given, first, last):
    found = 0.0
    for k in span(first, last):
        for j in span(0, k):
            if j == given.most:
                break
            found += given.values[k]
    return found

@fused
def kernel(given, other, out):
    for k in span(0, out.size):
        out[k] = total(given, k, other.most)
"""


class Given(NamedTuple):
    most: int
    values: NDArray[np.float64]


class Other(NamedTuple):
    before: int
    most: int


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EQUIPOISE_CACHE", str(tmp_path))


@pytest.mark.parametrize("last", [-3, 0, 1, 6])
def test_loops_and_records(last: int) -> None:
    values, out = np.array([1.0, 10.0, 100.0, 1e3, 1e4, 1e5]), np.full(8, np.nan)
    ready(TEXT, Given(2, values), Other(0, last), out, sources=Path(__file__))(
        Given(2, values), Other(-1, last), out
    )
    expected = [sum(values[k] * min(k, 2) for k in range(first, last)) for first in range(out.size)]
    np.testing.assert_array_equal(out, expected)


def test_records_of_other_fields_make_another_kernel() -> None:
    class Given(NamedTuple):
        values: NDArray[np.float64]
        most: int

    values, out = np.arange(4.0), np.zeros(1)
    for given in (Given(values, 9), globals()["Given"](9, values)):
        ready(TEXT, given, Other(0, 4), out, sources=Path(__file__))(given, Other(0, 4), out)
        assert out == sum(k * k for k in range(4))
