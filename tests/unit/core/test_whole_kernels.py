"""Compiling kernels as a whole, beside functions that Numba compiles as it always does."""

import gc

import numpy as np
import pytest

from equipoise.core.machine_code import called, compiled, object_of
from equipoise.core.object_code import Loaded, packed


@called
def _part(number: float) -> float:
    return 3.0 * number


@compiled
def _also_for_python(number: float) -> float:
    return _part(number) + 1.0


def _kernel(out: list[float], size: int, first: int) -> None:
    out[first] = _also_for_python(out[first]) + _part(float(size))


def test_what_a_kernel_calls_can_be_called_before_and_after() -> None:
    made = object_of(_kernel, ["f8 1", "int"])
    out = np.array([2.0, 5.0])
    Loaded(packed(made.symbol, made.code)).between((out,), ())(1)
    assert out.tolist() == [2.0, 22.0]
    assert _also_for_python(2.0) == 7.0


def test_what_is_no_kernel_leaves_python_as_it_was() -> None:
    def wrong(first: int) -> None:
        first.nothing()  # type: ignore[attr-defined]

    assert gc.isenabled()
    with pytest.raises(Exception, match="nothing"):
        object_of(wrong, ["int"])
    assert gc.isenabled()
    assert _also_for_python(1.0) == 4.0
