"""Weights of the points of time."""

from typing import get_args

import numpy as np
import pytest

from equipoise.clinical.weights import CONVENTIONS, point_weights
from equipoise.core.errors import SimulationError
from equipoise.spec.model import Method


@pytest.mark.parametrize("method", get_args(Method))
def test_every_method_has_weights_and_words(method: Method) -> None:
    assert point_weights(method, 4).shape == (5,)
    assert CONVENTIONS[method]


@pytest.mark.parametrize("method", ["none", "end_of_cycle", "half_cycle", "life_table", "simpson"])
def test_weights_add_up_to_the_number_of_cycles(method: Method) -> None:
    assert point_weights(method, 8).sum() == pytest.approx(8)


def test_simpson_integrates_a_cubic_exactly() -> None:
    time = np.arange(7.0)
    assert point_weights("simpson", 6) @ time**3 == pytest.approx(6**4 / 4)


def test_the_tutorial_exchanges_the_weights_of_simpson() -> None:
    found = 3 * point_weights("simpson_tutorial", 75)
    np.testing.assert_allclose(found[:5], [1, 2, 4, 2, 4])
    np.testing.assert_allclose(found[-3:], [2, 4, 1])


def test_simpson_refuses_an_odd_number_of_cycles() -> None:
    with pytest.raises(SimulationError, match="even number"):
        point_weights("simpson", 75)
