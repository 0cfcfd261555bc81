"""Plain, Latin hypercube and Sobol points."""

import numpy as np
import pytest
from scipy import stats

from equipoise.core.errors import FieldError
from equipoise.draws.designs import Design, points, stratified

DESIGNS: tuple[Design, ...] = ("plain", "latin_hypercube", "sobol")


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("draws", [1, 2, 3, 100, 1024])
def test_points_are_strictly_inside_and_repeatable(design: Design, draws: int) -> None:
    found = points(["b", "a"], draws=draws, seed=5, design=design)
    again = points(["a", "b"], draws=draws, seed=5, design=design)
    assert set(found) == {"a", "b"}
    for name, numbers in found.items():
        assert numbers.shape == (draws,)
        assert ((numbers > 0) & (numbers < 1)).all()
        np.testing.assert_array_equal(numbers, again[name])


@pytest.mark.parametrize("design", DESIGNS)
def test_names_are_independent_and_uniform(design: Design) -> None:
    draws = 4096
    table = np.array(list(points(["a", "b", "c"], draws=draws, seed=5, design=design).values()))
    assert np.abs(np.corrcoef(table) - np.eye(3)).max() < 4.5 / np.sqrt(draws)
    assert min(stats.kstest(row, "uniform").pvalue for row in table) > 0.001


@pytest.mark.parametrize("design", DESIGNS)
def test_another_seed_gives_other_points(design: Design) -> None:
    one = points(["a"], draws=100, seed=5, design=design)["a"]
    two = points(["a"], draws=100, seed=6, design=design)["a"]
    assert not (one == two).any()


@pytest.mark.parametrize("draws", [1, 7, 1000])
def test_latin_hypercube_has_one_number_in_each_stratum(draws: int) -> None:
    for numbers in points(["a", "b"], draws=draws, seed=1, design="latin_hypercube").values():
        np.testing.assert_array_equal(np.sort((numbers * draws).astype(int)), np.arange(draws))


@pytest.mark.parametrize("design", ["plain", "latin_hypercube"])
def test_a_new_name_moves_no_other(design: Design) -> None:
    few = points(["b", "d"], draws=50, seed=1, design=design)
    many = points(["a", "b", "c", "d"], draws=50, seed=1, design=design)
    for name in few:
        np.testing.assert_array_equal(few[name], many[name])


def test_more_plain_and_sobol_draws_keep_the_earlier_ones() -> None:
    for design in ("plain", "sobol"):
        few = points(["a", "b"], draws=100, seed=1, design=design)
        many = points(["a", "b"], draws=1000, seed=1, design=design)
        np.testing.assert_array_equal(few["b"], many["b"][:100])


def test_stratified_keeps_the_order_of_ties_and_ends() -> None:
    found = stratified(np.array([0.5, 0.5, 0.1]), name="a", seed=1)
    assert found[2] < found[0] < found[1]


def test_nothing_to_draw_and_unknown_designs() -> None:
    for design in DESIGNS:
        assert points([], draws=3, seed=1, design=design) == {}
    with pytest.raises(FieldError, match="not a design"):
        points(["a"], draws=3, seed=1, design="halton")  # type: ignore[arg-type]


def test_even_designs_reduce_the_error_of_a_mean() -> None:
    """On a smooth function of three inputs, over twenty seeds."""
    names = ["a", "b", "c"]
    truth = (np.e - 1) ** 3

    def error(design: Design) -> float:
        errors = []
        for seed in range(20):
            found = points(names, draws=1024, seed=seed, design=design)
            errors.append(np.exp(sum(found[name] for name in names)).mean() - truth)
        return float(np.sqrt(np.mean(np.square(errors))))

    plain = error("plain")
    assert error("latin_hypercube") < plain / 2
    assert error("sobol") < plain / 20
