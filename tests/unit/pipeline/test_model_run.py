"""A run of a model file: how exact it is, and its tables."""

import numpy as np
import pytest

import equipoise
from equipoise.pipeline import TABLES


@pytest.fixture(scope="module")
def drawn() -> equipoise.ModelRun:
    return equipoise.run_model("sick-sicker", draws=200)


@pytest.fixture(scope="module")
def followed() -> equipoise.ModelRun:
    return equipoise.run_model("sick-sicker", engine="individuals", patients=400, draws=40)


def test_errors_of_the_mean_fall_with_the_draws(followed: equipoise.ModelRun) -> None:
    alone = equipoise.run_model("sick-sicker", engine="individuals", patients=400)
    once = alone.monte_carlo_errors("both")
    for measure, error in followed.monte_carlo_errors("both").items():
        assert error == pytest.approx(once[measure] / 40**0.5)
    assert followed.monte_carlo_errors("both", "both")["cost"] == 0


@pytest.mark.parametrize(("asked", "followed"), [(1, 1), (19, 19), (20, 20), (50, 60)])
def test_as_many_are_followed_as_the_run_says(asked: int, followed: int) -> None:
    """The base case has 20 equal parts, so their number is rounded up, also in the draws."""
    found = equipoise.run_model("sick-sicker", engine="individuals", patients=asked, draws=3)
    other = equipoise.run_model("sick-sicker", engine="individuals", patients=followed, draws=3)
    assert found.following.patients == followed
    assert len(found.of_base.draws) == min(followed, 20)
    np.testing.assert_array_equal(*(run.drawn_totals("cost", "both") for run in (found, other)))
    for measure, error in found.monte_carlo_errors("both").items():
        assert error == other.monte_carlo_errors("both")[measure] or followed == 1


def test_patients_of_a_cohort_are_not_counted() -> None:
    assert equipoise.run_model("sick-sicker", patients=50).following.patients == 0


def test_a_cohort_has_no_monte_carlo_error(drawn: equipoise.ModelRun) -> None:
    assert drawn.monte_carlo_errors("both") == {}
    assert drawn.share_of_chance("cost") is None


def test_the_share_of_chance_is_what_single_patients_add_to_the_variance(
    drawn: equipoise.ModelRun, followed: equipoise.ModelRun
) -> None:
    share = followed.share_of_chance("qaly")
    assert share is not None
    parameters = drawn.drawn_totals("qaly", "standard_care").var(ddof=1)
    both = followed.drawn_totals("qaly", "standard_care").var(ddof=1)
    assert float(both / parameters) == pytest.approx(1 / (1 - share), rel=0.4)


def test_differences_are_taken_draw_by_draw(drawn: equipoise.ModelRun) -> None:
    own, other = (drawn.drawn_totals("cost", name) for name in ("both", "standard_care"))
    found = drawn.drawn_totals("cost", "both", "standard_care")
    np.testing.assert_array_equal(found, own - other)


def test_without_draws_there_are_none_to_look_at() -> None:
    with pytest.raises(ValueError, match="draws=1000"):
        equipoise.run_model("tegaderm").drawn_totals("cost", "tegaderm")


def test_tables_have_the_columns_that_are_promised(drawn: equipoise.ModelRun) -> None:
    found = drawn.tables()
    assert list(found) == list(TABLES)
    for name, columns in TABLES.items():
        assert tuple(found[name].columns[: len(columns)]) == columns
    assert set(found["parameters"].columns) == {"draw", *drawn.model.spec.parameters}


def test_one_row_for_each_draw_and_strategy(drawn: equipoise.ModelRun) -> None:
    rows = drawn.tables()["draws"]
    assert len(rows) == 200 * 4
    assert drawn.drawn is not None
    one = rows.query("draw == 17 and strategy == 'Strategy AB'").squeeze()
    for measure in ("cost", "qaly", "life_years"):
        values = drawn.drawn.sel(strategy="both", draw=17)
        assert one[measure] == float(values[measure])
        assert one[f"discounted_{measure}"] == float(values[f"{measure}_present"])


def test_totals_and_costs_agree_with_the_draws(drawn: equipoise.ModelRun) -> None:
    tables = drawn.tables()
    rows = tables["draws"].set_index("strategy")["discounted_cost"]
    total = tables["totals"].query(
        "strategy == 'Strategy AB' and result == 'cost' and discounted == 'yes'"
    )
    values = rows.loc["Strategy AB"].to_numpy()
    assert total["value"].item() == pytest.approx(values.mean())
    assert total["low"].item() == np.quantile(values, 0.025)
    more = values - rows.loc["Standard of care"].to_numpy()
    assert total["difference_high"].item() == pytest.approx(np.quantile(more, 0.975))
    parts = tables["costs"].query("strategy == 'Strategy AB' and discounted == 'yes'")
    assert parts["value"].sum() == pytest.approx(values.mean())


def test_without_draws_tables_have_no_intervals() -> None:
    found = equipoise.run_model("sick-sicker").tables()
    assert list(found) == ["increments", "totals", "costs"]
    assert found["totals"]["low"].isna().all()
    assert found["totals"]["value"].notna().all()
