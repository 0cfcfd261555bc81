"""Fitted curves from files to tables, pictures and a part of a model."""

from pathlib import Path

import numpy as np
import pytest

import equipoise
from equipoise.core.errors import FieldError, SeveralErrors
from equipoise.evidence import life_tables
from equipoise.evidence.curves import SurvivalData, read_patients
from equipoise.evidence.curves.rates import seen_rates
from equipoise.pipeline.fitting import COLUMNS, Population
from equipoise.pipeline.fitting import pictures as drawn

DATA = Path(__file__).resolve().parents[2] / "data" / "survival"
MELANOMA = DATA / "melanoma.csv"
FIGURE = {
    "points": DATA / "head-and-neck-points.csv",
    "at_risk": DATA / "head-and-neck-at-risk.csv",
}


@pytest.fixture(scope="module")
def arms():
    return equipoise.fit_curves(MELANOMA, families=["weibull", "gompertz"],
                                covariates=["interferon"], time_unit="year")  # fmt: skip


@pytest.fixture(scope="module")
def one_arm():
    return equipoise.fit_curves(MELANOMA, families=["gompertz", "exponential"], time_unit="year")


def rows_of(chart) -> list[dict[str, object]]:
    """All rows of data of a chart, after a look at its grammar."""
    spec = chart.to_dict(validate=True)
    own = spec.get("datasets", {})
    found: list[dict[str, object]] = []
    for layer in spec["layer"]:
        data = layer["data"]
        found += own.get(data.get("name"), data.get("values", ()))
    return found


def texts_of(chart) -> str:
    title = chart.to_dict(validate=False)["title"]
    return " ".join([*title["text"], *title["subtitle"]])


def test_tables_have_their_columns_and_numbers_of_the_fits(arms):
    tables = arms.tables()
    columns = {name: own for name, own in COLUMNS.items() if name != "external"}
    assert {name: tuple(table.columns) for name, table in tables.items()} == columns
    fits = tables["fits"].set_index("curve")
    assert fits.loc["gompertz", "aic_difference"] == 0.0
    assert fits.loc["weibull", "log_likelihood"] == pytest.approx(-411.526, abs=1e-3)
    shares = tables["landmarks"].set_index(["patients", "curve", "time"])["survival"]
    fit = arms.groups[0].named("weibull").fit
    assert shares["interferon 1", "weibull", 2.0] == fit.survival(np.array([2.0]), interferon=1.0)
    assert shares["interferon 0", "kaplan_meier", 1.0] == pytest.approx(0.4857, abs=1e-4)


def test_a_figure_is_one_curve_with_the_group_as_covariate_or_one_for_each():
    apart = equipoise.fit_curves(**FIGURE, families=["weibull_ph"], time_unit="month")
    assert [group.group for group in apart.groups] == ["radiotherapy",
                                                       "radiotherapy plus cetuximab"]  # fmt: skip
    together = equipoise.fit_curves(**FIGURE, families=["weibull_ph"], covariates=["group"])
    (group,) = together.groups
    (effect,) = (row for row in together.tables()["effects"].to_dict("records"))
    assert group.data.patients == 424
    assert set(together.reconstructions) == {"radiotherapy", "radiotherapy plus cetuximab"}
    assert 0.6 < effect["ratio"] < 0.8  # 0.717 by Cox, see docs/replications/digitised-curves.md


def test_names_that_are_none_are_refused():
    for given, text in (({"by": "arm"}, "no column 'arm'"), ({"landmarks": [0.0]}, "a landmark"),
                        ({"time_unit": "hour"}, "'hour' is no unit")):  # fmt: skip
        with pytest.raises(FieldError, match=text):
            equipoise.fit_curves(MELANOMA, families=["exponential"], **given)
    found = equipoise.fit_curves(MELANOMA, families=["exponential"])
    with pytest.raises(FieldError, match="in which unit"):
        found.model_yaml(name="os", source="trial")
    with pytest.raises(FieldError, match="no curve 'weibull'"):
        found.chosen("weibull")


def test_groups_become_curves_of_one_part_of_a_model(tmp_path):
    found = equipoise.fit_curves(DATA / "colon.csv", by="arm", time_unit="year",
                                 families=["weibull", "exponential"])  # fmt: skip
    part = found.model_yaml(name="os", source="trial", curve="weibull")
    head = (
        "model: Three arms\nmoney: EUR@2025\n"
        "time: {start_age: 60 years, cycle: 1 month, horizon: 5 years, method: none}\n"
        "discount: {cost: 0 %/year, health: 0 %/year}\n"
        "willingness_to_pay: 1 EUR@2025/QALY\nstrategies:\n"
        "  observation: {lev: 0, both: 0}\n  levamisole: {lev: 1, both: 0}\n"
        "  both: {lev: 0, both: 1}\n"
        "sources:\n  trial: {title: A trial, address: 'https://doi.org/10.1056/NEJM199002083220602'"
        ", read: 2026-11-28}\n"
        "states:\n  alive: {share: os_lev_5fu if both else (os_lev if lev else os_obs), utility: 1}"
        "\n  dead: {share: rest}\n"
    )
    path = tmp_path / "model.yaml"
    path.write_text(head + part, encoding="utf-8")
    share = equipoise.run_model(path).trace()["share"].sel(state="alive")
    by_name = {group.group: group.named("weibull").fit for group in found.groups}
    for strategy, group in (("observation", "Obs"), ("levamisole", "Lev"), ("both", "Lev+5FU")):
        times = share["time"].values
        np.testing.assert_allclose(share.sel(strategy=strategy), by_name[group].survival(times),
                                   rtol=1e-9)  # fmt: skip


def test_rates_seen_add_up_to_the_events_and_hold_late_entry():
    data = read_patients(DATA / "heart.csv")
    rates = seen_rates(data)
    entry = data.entry
    assert entry is not None
    low, high = rates.edges[:-1, None], rates.edges[1:, None]
    exposure = np.clip(np.minimum(data.time, high) - np.maximum(entry, low), 0, None).sum(axis=1)
    assert (rates.rate * exposure).sum() == pytest.approx(data.events)
    assert exposure.sum() == pytest.approx(data.exposure)
    assert (rates.low < rates.rate).all()
    assert (rates.rate < rates.high).all()


def test_the_interval_of_a_rate_is_that_of_r():
    """poisson.test(10, 100)$conf.int of R 4.2.2."""
    time = np.append(np.full(10, 5.0), np.full(5, 10.0))
    rates = seen_rates(SurvivalData(time, np.arange(15) < 10))
    assert rates.rate.tolist() == [0.1]
    assert rates.low == pytest.approx([0.04795389], abs=1e-8)
    assert rates.high == pytest.approx([0.1839036], abs=1e-7)


def test_the_population_is_that_of_its_life_table():
    ages = np.arange(40.0, 111.0)
    rates = 0.0001 * 1.09**ages
    found = Population(47.0, ages, rates)
    years = np.arange(0.0, found.years_left)
    own = life_tables.survival(lambda age: np.interp(age, ages, rates), age=47.0)
    np.testing.assert_allclose(found.survival(years), own[: years.size], rtol=1e-12)


@pytest.mark.parametrize("width", [880, 340])
def test_pictures_keep_the_grammar_on_a_page_and_a_telephone(arms, one_arm, width):
    for found in (arms, one_arm):
        group = found.groups[0]
        for draw in (drawn.survival_picture, drawn.hazard_picture, drawn.log_log_picture,
                     drawn.lifetime_picture, drawn.landmark_picture):  # fmt: skip
            assert rows_of(draw(found, group, width=width))


def test_the_numbers_at_risk_stand_below_the_curve(arms):
    texts = [row["text"] for row in rows_of(drawn.survival_picture(arms, arms.groups[0]))
             if "text" in row]  # fmt: skip
    assert texts[:3] == ["At risk", "interferon 0", "interferon 1"]
    assert {"140", "144", "68", "88"} <= set(texts)


def test_a_curve_above_the_general_population_is_named(one_arm):
    ages = np.arange(40.0, 111.0)
    population = Population(47.0, ages, 0.0001 * 1.09**ages)
    text = texts_of(drawn.lifetime_picture(one_arm, one_arm.groups[0], population))
    assert "above the general population" in text
    assert "Gompertz" in text.partition("by itself:")[2]
    assert "exponential" not in text.partition("by itself:")[2]


@pytest.fixture(scope="module")
def relative():
    """Half of the patients are cured, and die as the population does."""
    generator = np.random.default_rng(5)
    count = 400
    ill = np.where(generator.random(count) < 0.5, np.inf, generator.exponential(1.0, count))
    other = generator.exponential(50.0, count)
    time = np.minimum(np.minimum(ill, other), 6.0)
    data = SurvivalData(time, time < 6.0, background=np.full(count, 0.02))
    return equipoise.fit_curves(data, families=["exponential"], cure="mixture", time_unit="year")


def lines_of(chart, name: str) -> tuple[np.ndarray, np.ndarray]:
    rows = [row for row in rows_of(chart) if row.get("name") == name]
    return np.array([row["x"] for row in rows]), np.array([row["y"] for row in rows])


def test_a_lifetime_of_relative_survival_is_that_of_all_deaths_with_a_life_table(relative):
    ages = np.arange(40.0, 111.0)
    population = Population(60.0, ages, 0.0001 * 1.09**ages)
    chart = drawn.lifetime_picture(relative, relative.groups[0], population)
    times, shares = lines_of(chart, "exponential, a share is cured")
    fit = relative.groups[0].best.fit
    np.testing.assert_allclose(shares, fit.survival(times) * population.survival(times), atol=2e-6)
    assert shares[-1] < 0.01  # relative survival stays near a half
    assert "multiplied with that of the general population" in texts_of(chart)
    assert "have no event" in texts_of(chart)


def test_relative_survival_is_called_so_without_a_life_table(relative):
    chart = drawn.lifetime_picture(relative, relative.groups[0])
    times, shares = lines_of(chart, "exponential, a share is cured")
    np.testing.assert_allclose(shares, relative.groups[0].best.fit.survival(times), atol=2e-6)
    assert "relative survival is about" in texts_of(chart)
    assert "have no event" not in texts_of(chart)
    assert "Relative survival; steps" in str(chart.to_dict(validate=False))
    hazard = texts_of(drawn.hazard_picture(relative, relative.groups[0]))
    assert "smooth is the excess hazard" in hazard


def test_parameters_are_those_of_the_fit_with_the_interval_of_their_link(relative):
    (cured, rate) = relative.tables()["parameters"].to_dict("records")
    fit = relative.groups[0].best.fit
    assert (cured["parameter"], cured["unit"], rate["unit"]) == ("cured", "1", "1/year")
    assert cured["estimate"] == fit.parameters()["cured"]
    ends = fit.coefficients[0] + np.array([-1.0, 1.0]) * 1.959963985 * fit.standard_errors[0]
    assert [cured["low"], cured["high"]] == pytest.approx(1 / (1 + np.exp(-ends)))


def test_parameters_are_told_for_each_kind_of_patients():
    found = equipoise.fit_curves(MELANOMA, families=["weibull"], covariates=["interferon"])
    table = found.tables()["parameters"].set_index(["patients", "parameter"])
    fit = found.groups[0].best.fit
    one = table.loc[("interferon 1", "scale")]
    assert one["estimate"] == pytest.approx(fit.parameters(interferon=1.0)["scale"])
    row = np.array([0.0, 1.0, 1.0])  # shape, scale, scale of interferon
    error = np.sqrt(row @ fit.covariance @ row)
    assert np.log(one["high"] / one["estimate"]) == pytest.approx(1.959963985 * error)
    assert one["unit"] == "time"


def test_of_many_kinds_of_patients_the_cured_share_is_an_average():
    data = read_patients(MELANOMA)
    age = np.arange(data.time.size) % 12 / 10.0
    data = SurvivalData(data.time, data.event, columns={"age": age})
    found = equipoise.fit_curves(data, families=["weibull"], cure="mixture", covariates=["age"])
    table = found.tables()["parameters"].set_index("parameter")
    fit = found.groups[0].best.fit
    shares = [fit.parameters(age=float(one))["cured"] for one in age]
    assert table.loc["cured", "estimate"] == pytest.approx(np.mean(shares))
    assert table.loc["cured", "low"] < np.mean(shares) < table.loc["cured", "high"]


def test_a_curve_that_is_asked_for_is_drawn_alone():
    found = equipoise.fit_curves(MELANOMA, families=["weibull", "gompertz"], curve="weibull",
                                 covariates=["interferon"], time_unit="year")  # fmt: skip
    chart = drawn.survival_picture(found, found.groups[0])
    fit = found.groups[0].named("weibull").fit
    rows = [row for row in rows_of(chart) if row.get("name") == "interferon 1" and "low" not in row]
    times = np.array([row["x"] for row in rows])
    np.testing.assert_allclose(
        [row["y"] for row in rows], fit.survival(times, interferon=1.0), atol=2e-6
    )
    assert "Smooth: Weibull." in texts_of(chart)


def test_curves_that_the_data_do_not_tell_apart_are_drawn_for_each_arm():
    found = equipoise.fit_curves(DATA / "leukaemia.csv", covariates=["mercaptopurine"],
                                 families=["weibull", "weibull_ph", "gamma"])  # fmt: skip
    chart = drawn.lifetime_picture(found, found.groups[0])
    styles = {row["style"] for row in rows_of(chart) if "style" in row}
    assert styles == {"gamma", "Weibull"}  # that by hazards is the same curve
    assert "by kind of patients and curve" in texts_of(chart)


def test_weibull_by_hazards_is_another_curve_only_with_its_shape_moved():
    words = {"families": ["weibull", "weibull_ph"], "covariates": ["interferon"]}
    group = equipoise.fit_curves(MELANOMA, **words).groups[0]
    assert [one.wanted.key for one in group.different] == ["weibull"]
    moved = equipoise.fit_curves(MELANOMA, **words, moved={"shape": ["interferon"]}).groups[0]
    assert not moved.repeated


def test_the_title_of_hazards_is_of_the_arms_that_are_drawn(arms):
    text = texts_of(drawn.hazard_picture(arms, arms.groups[0]))
    for label, profile in zip(("interferon 0", "interferon 1"), arms.profiles(arms.groups[0]),
                              strict=True):  # fmt: skip
        first = seen_rates(profile.data).rate[0]
        assert f"{label}: {first:.2g}→" in text


def test_what_cannot_be_asked_is_said_before_any_fit():
    heard: list[float] = []
    with pytest.raises(SeveralErrors) as error:
        equipoise.fit_curves(MELANOMA, families=["weibull"], covariates=["nope"], by="nada",
                             curve="foo", progress=heard.append)  # fmt: skip
    assert len(error.value.errors) == 3
    assert not heard


def _domain_of(chart) -> float:
    """Return where the axis of time ends."""
    layers = chart.to_dict(validate=True)["layer"]
    return max(layer["encoding"]["x"]["scale"]["domain"][1] for layer in layers
               if "scale" in layer["encoding"].get("x", {}))  # fmt: skip


def test_a_lifetime_ends_where_nobody_is_left_or_the_life_table_does():
    patients = np.random.default_rng(3)
    time = patients.exponential(1.0, 300)
    data = SurvivalData(np.minimum(time, 3.0), time < 3.0)
    population = Population(60.0, np.arange(60.0, 111.0), np.full(51, 0.02))
    for followed, families, cure, ends in (
        (3.0, ["exponential"], None, (9.0, 9.0)),  # below 1 % after 4.6, but 3 times as far as seen
        (0.7, ["exponential"], None, (4.0, 6.0)),
        (3.0, ["weibull"], "mixture", (51.0, 51.0)),
    ):
        own = SurvivalData(np.minimum(data.time, followed), data.event & (data.time < followed))
        if cure:  # a tenth is cured
            own = SurvivalData(np.append(own.time, np.full(40, followed)),
                               np.append(own.event, np.zeros(40, dtype=bool)))  # fmt: skip
        found = equipoise.fit_curves(own, families=families, cure=cure, time_unit="year")
        chart = drawn.lifetime_picture(found, found.groups[0], population)
        assert ends[0] - 1e-6 <= _domain_of(chart) <= ends[1] + 1e-6
    short = Population(104.0, np.arange(104.0, 111.0), np.full(7, 0.4))
    found = equipoise.fit_curves(data, families=["exponential"], time_unit="year")
    assert _domain_of(drawn.lifetime_picture(found, found.groups[0], short)) == pytest.approx(7.0)


def test_the_population_has_a_line_of_its_own_and_the_end_of_follow_up_its_place(arms):
    population = Population(60.0, np.arange(60.0, 111.0), np.full(51, 0.02))
    chart = drawn.lifetime_picture(arms, arms.groups[0], population)
    assert "Grey, dashes and dots: the general population of age 60." in texts_of(chart)
    assert "Dashed" not in texts_of(chart)
    spec = chart.to_dict(validate=True)
    marks = [layer["mark"] for layer in spec["layer"]]
    styles = [layer["encoding"]["strokeDash"]["scale"]["range"] for layer in spec["layer"]
              if "strokeDash" in layer["encoding"]]  # fmt: skip
    (own,) = [mark["strokeDash"] for mark in marks if "strokeDash" in mark]
    assert all(own not in used for used in styles)
    label, *_same = [row for row in rows_of(chart) if row.get("text") == "end of follow-up"]
    lines = [(row["x"], row[side]) for row in rows_of(chart) for side in ("y", "low", "high")
             if side in row and "name" in row]  # fmt: skip
    beside = [y for x, y in lines if label["x"] <= x <= label["x"] + 0.1 * _domain_of(chart)]
    assert beside
    assert min(abs(y - label["y"]) for y in beside) > 0.04


def test_two_legends_stand_below_each_other(arms):
    spec = drawn.survival_picture(arms, arms.groups[0]).to_dict(validate=True)
    assert "direction: 'vertical'" in spec["config"]["legend"]["layout"]["expr"]
