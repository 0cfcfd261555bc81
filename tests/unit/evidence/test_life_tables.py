"""Life tables against closed forms and against the published life expectancy of Russia."""

import numpy as np
import pytest

from equipoise.clinical import run_cohort
from equipoise.draws import sample
from equipoise.evidence import life_expectancy, survival
from equipoise.packs import load_named_study


def test_constant_rate_has_the_exponential_law():
    rate = 0.5
    curve = survival(lambda age: np.full(age.shape, rate))
    np.testing.assert_allclose(curve[:20], np.exp(-rate * np.arange(20)))
    assert life_expectancy(lambda age: np.full(age.shape, rate)) == pytest.approx(1 / rate)


def test_nobody_dies_without_a_rate():
    assert life_expectancy(lambda age: np.zeros(age.shape), age=30) == 100


@pytest.mark.parametrize(("code", "low", "high"), [(1.0, 64.0, 69.5), (0.0, 75.0, 79.5)])
def test_russian_table_has_a_plausible_life_expectancy(code, low, high):
    # RusFMD publishes 65.48 (2021) to 68.27 (2019) for men, 74.41 to 78.21 for women; the table
    # here is the UN's for 2020-2025, which holds the pandemic and the years after it.
    table = load_named_study("haemophilia-b-gene-therapy").country_tables["mortality"]

    def rate(age):
        return table(age, code)

    assert low < life_expectancy(rate) < high


def test_patients_never_outlive_the_population_in_any_draw():
    # V11: with a mortality ratio above one, survival stays below that of men of the same age.
    study = load_named_study("haemophilia-b-gene-therapy")
    spec = study.model.spec
    inputs = sample(spec.parameters, joint=spec.joint, correlations=(), draws=50, seed=3)
    alive = run_cohort(study.model, inputs, start_ages=[37.0])["alive"].sel(age=37.0)
    table = study.country_tables["mortality"]
    general = survival(lambda age: table(age, 1.0), age=37.0)[: alive.sizes["year"]]
    assert (alive.transpose("strategy", "draw", "year").values <= general + 1e-9).all()
