"""Reproduce https://doi.org/10.1007/s41669-024-00480-z, the base case: patients who differ.

Meier et al. (2024), PharmacoEconomics Open: etranacogene dezaparvovec against prophylaxis, 10,000
patients. Read in NiklausMeier/HB_CE_microsimulation: `deterministic_20231114`, `scenarios_20231114`
and `probabilistic_20231116`. All printed totals, items, scenarios and means of the draws agree
within three Monte Carlo standard errors, theirs and ours together. For that is a loose bound, the
same patients are also followed by hand, in NumPy: there nothing differs in the twelfth digit.

What the numbers showed of the authors' conventions, in the model file:

- Joint surgery comes in the first cycle with a Pettersson score of exactly 28; who starts above
  it, or passes it within one cycle, has none.
- Those in whom the therapy fails pay for prophylaxis in the first cycle, but its infusions cost
  them utility only from the second one on.
- The scenario "5x costs per day in ICU" has 6,000 EUR of 2022, which is 4.1 times the base case.
- The scenarios of losing 20 and 30 % a year are those of 25 and 35 %: their table takes the fifth
  and seventh entry of 5, 10, 15 ... %. With 20 % the gain would be 0.52 QALYs, with 30 % 0.49.
- Without sharing of vials a bleed takes the expected amount, doses per bleed included, rounded up.
- In scenarios the authors keep their patients, but decide anew in whom the therapy works: of the
  therapy, differences between scenarios hold more chance than those of prophylaxis.

The printed means of the draws carry a mistake that the authors' code had until August 2025: of each
20 draws, the bleeding of all followed who had success in the first, the treatment who had it in the
draw itself. So some bled without factor, and some were given it in vain. With the mistake put back,
all printed means come out; without it the gain is 0.62 QALYs instead of 0.50.

Departures in the draws, each too small for the printed means to tell: the spread of bleeding rates
among patients is proportional to their mean (the authors keep 17.4 a year), the share of women is
not uncertain, and the coefficients of utility are correlated (the authors' code draws them
independently: R's `chol` reads the upper triangle, theirs is the lower one).
"""

from collections.abc import Mapping
from csv import DictReader
from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from equipoise.clinical import run_cohort, totals
from equipoise.clinical.patients import Patients, starting_values
from equipoise.draws import base_case
from equipoise.packs.find import library_folder
from equipoise.pipeline import ModelRun, run_model
from equipoise.spec.formula import parse_formula
from equipoise.spec.load import load_model
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Attribute

Floats = NDArray[np.float64]

MODELS = library_folder() / "models"
ARMS = ("gene_therapy", "prophylaxis")
THEIR_PATIENTS = 10_000
SCENARIO_PATIENTS = 5_000

BASE_CASE = {  # of the therapy and of prophylaxis; the last digit is rounded
    "life_years": ((34.40, 33.56), 0.005),
    "qaly": ((28.34, 27.36), 0.005),
    "cost": ((9_211_920, 10_838_802), 0.5),
    "life_years_present": ((20.39, 19.90), 0.005),
    "qaly_present": ((17.17, 16.57), 0.005),
    "cost_present": ((5_223_105, 6_444_970), 0.5),
}
ITEMS = {
    "cost_by_item": {
        "product": (1_500_000, 0), "factor": (7_202_197, 10_148_127),
        "bleeds": (448_284.3, 607_092.5), "hospital": (61_242.11, 83_181.57),
        "surgery": (196.19, 400.44),
    },
    "cost_by_item_present": {
        "product": (1_500_000, 0), "factor": (3_457_338, 6_029_393),
        "bleeds": (233_834.7, 365_433.5), "hospital": (31_840.27, 49_931.47),
        "surgery": (92.39, 212.61),
    },
}  # fmt: skip
AGAIN = {  # the authors' model re-implemented in NumPy with 100,000 patients
    "life_years_present": ((20.329, 19.832), 0.0005),
    "qaly_present": ((17.104, 16.493), 0.0005),
    "cost_present": ((5_209_710, 6_420_002), 0.5),
}
MORE = {  # of QALYs, cost and net benefit: printed; standard error of as many patients
    "printed": ((0.60, -1_221_865, 1_251_956), THEIR_PATIENTS),
    "again": ((0.6112, -1_210_293, 50_000 * 0.6112 + 1_210_293), 100_000),
}
SCENARIOS: dict[str, tuple[dict[str, float], tuple[float, float, float]]] = {
    # parameters to change; more QALYs, more cost, net benefit
    "base case again": ({}, (0.60, -1_224_395.0, 1_254_553.5)),
    "7 days of a bleed": ({"days_bleed": 7}, (0.70, -1_220_322.6, 1_255_200.8)),
    "costly intensive care": (
        {"cost_intensive_day": 6000 / 1.161164},
        (0.60, -1_284_488.1, 1_314_728.6),
    ),
    "no switching": ({"switch_abr": 1e6}, (-2.11, -3_820_967.3, 3_715_684.5)),
    "no sharing of vials": ({"vial": 500}, (0.60, -1_408_901.3, 1_438_996.7)),
    "age 18": ({"same_age": 18}, (0.32, -1_214_186.1, 1_230_379.6)),
    "age 60": ({"same_age": 60}, (1.06, -798_866.8, 851_759.9)),
    "German utility": ({"german_utility": 1}, (0.63, -1_220_342.5, 1_251_899.7)),
    "full effect 20 years": ({"full_effect": 20}, (0.94, -2_763_515.2, 2_810_683.7)),
    "full effect 30 years": ({"full_effect": 30}, (1.21, -3_721_009.5, 3_781_355.7)),
    "loss 25 % a year": ({"loss_per_year": 0.25}, (0.49, -1_085_733.5, 1_110_341.2)),
    "loss 35 % a year": ({"loss_per_year": 0.35}, (0.47, -1_058_803.8, 1_082_413.8)),
}
AGAINST_BASE = {  # QALYs and cost of prophylaxis, which the authors' scenarios have in common
    "7 days of a bleed": (16.3 - 16.57, 0, 0.055),  # printed with one digit
    "costly intensive care": (0, 6_597_443 - 6_444_970, 0.01),
    "no switching": (0, 0, 0.01),
    "no sharing of vials": (0, 6_902_192 - 6_444_970, 0.01),
    "age 18": (23.20 - 16.57, 8_283_696 - 6_444_970, 0.01),
    "age 60": (9.14 - 16.57, 3_881_889 - 6_444_970, 0.01),
    "German utility": (17.12 - 16.57, 0, 0.01),
}
DRAWN = {  # means over 2,000 draws of 100 patients
    "life_years_present": ((20.23, 19.87), 0.005),
    "qaly_present": ((17.01, 16.51), 0.005),
    "cost_present": ((5_247_830, 6_427_660), 0.5),
}
MORE_DRAWN = (0.50, -1_179_829, 1_204_840)
ITEMS_DRAWN = {
    "product": (1_500_000, 0), "factor": (3_458_966, 6_012_764), "bleeds": (253_946.8, 364_564.0),
    "hospital": (34_779.41, 50_103.55), "surgery": (138.29, 227.70),
}  # fmt: skip
THEIR_DRAWS, DRAWS = 2000, 600
SHARED = (0.0536 * 0.9464 / 10_000 + 0.0299**2 / 100) ** 0.5 / 0.0536
"""Relative error of the share of failures among their first draws of 20, which all 20 have."""
ROUNDED = (0.005, 0.5, 0.5)
YEARS = np.arange(369) / 4
DAYS = 365.25 / 4


@cache
def model_with(**values: float) -> LoadedModel:
    """Return the model with some parameters changed, in their own units."""
    model = load_model(MODELS / "haemophilia-b-germany-patients.yaml")
    known = model.spec.parameters
    changed = {n: known[n].model_copy(update={"value": float(v)}) for n, v in values.items()}
    spec = model.spec.model_copy(update={"parameters": {**known, **changed}})
    return replace(model, spec=spec)


@cache
def scenario(name: str) -> ModelRun:
    """Return one scenario of the same patients as all others."""
    model = model_with(**SCENARIOS[name][0])
    return run_model(model, draws=0, seed=3, patients=SCENARIO_PATIENTS)


@pytest.fixture(scope="module")
def expected() -> ModelRun:
    return run_model(model_with(), draws=0, seed=1)


@pytest.fixture(scope="module")
def by_chance() -> ModelRun:
    return run_model(model_with(), draws=0, seed=2, engine="individuals")


def parts(run: ModelRun) -> xr.Dataset:
    """Return the totals of parts of the patients."""
    assert run.batches is not None
    return run.batches


def error_of(batches: xr.DataArray) -> float:
    """Return the Monte Carlo standard error of a mean over batches."""
    return float(batches.std(ddof=1)) / batches.sizes["batch"] ** 0.5


def more(data: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray]:
    """Return what the therapy gives more: QALYs, cost, net benefit."""
    difference = data.sel(strategy="gene_therapy") - data.sel(strategy="prophylaxis")
    qaly, cost = difference["qaly_present"], difference["cost_present"]
    return qaly, cost, 50_000 * qaly - cost


def assert_near(
    found: xr.DataArray, value: float, *, ours: int, theirs: int, rounded: float
) -> None:
    """Compare a mean over batches with one of others' patients.

    Patients differ as much there as here, so that one error tells the other.
    """
    bound = 3 * error_of(found) * (1 + ours / theirs) ** 0.5
    assert float(found.mean()) == pytest.approx(value, abs=bound + rounded)


@pytest.mark.parametrize("way", ["expected", "by_chance"])
def test_totals_and_items_match(way: str, request: pytest.FixtureRequest) -> None:
    run: ModelRun = request.getfixturevalue(way)
    assert run.following.patients == 100_000
    assert run.following.one_by_one == (way == "by_chance")
    for arm in range(2):
        data = parts(run).sel(strategy=ARMS[arm])
        for name, (values, rounded) in BASE_CASE.items():
            assert_near(data[name], values[arm], ours=100_000, theirs=10_000, rounded=rounded)
        for name, (values, rounded) in AGAIN.items():
            assert_near(data[name], values[arm], ours=100_000, theirs=100_000, rounded=rounded)
        for name, items in ITEMS.items():
            for item, costs in items.items():
                found = data[name].sel(item=item)
                assert_near(found, costs[arm], ours=100_000, theirs=10_000, rounded=0.5)


@pytest.mark.parametrize("way", ["expected", "by_chance"])
@pytest.mark.parametrize("printed", MORE)
def test_what_the_therapy_gives_more_matches(
    way: str, printed: str, request: pytest.FixtureRequest
) -> None:
    run: ModelRun = request.getfixturevalue(way)
    values, theirs = MORE[printed]
    for found, value, rounded in zip(more(parts(run)), values, ROUNDED, strict=True):
        assert_near(found, value, ours=100_000, theirs=theirs, rounded=rounded)


def test_chance_and_expectation_agree(expected: ModelRun, by_chance: ModelRun) -> None:
    for name in BASE_CASE:
        for arm in ARMS:
            one, other = (parts(run)[name].sel(strategy=arm) for run in (expected, by_chance))
            error = (error_of(one) ** 2 + error_of(other) ** 2) ** 0.5
            assert float(one.mean()) == pytest.approx(float(other.mean()), abs=3 * error)


def test_our_errors_are_those_of_as_many_patients(expected: ModelRun) -> None:
    qaly, cost, _benefit = more(parts(expected))
    assert error_of(qaly) == pytest.approx(0.0013, rel=0.5)
    assert error_of(cost) == pytest.approx(2_032, rel=0.5)


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenarios_match(name: str) -> None:
    values = SCENARIOS[name][1]
    for found, value, rounded in zip(more(parts(scenario(name))), values, ROUNDED, strict=True):
        assert_near(found, value, ours=SCENARIO_PATIENTS, theirs=THEIR_PATIENTS, rounded=rounded)


@pytest.mark.parametrize("name", AGAINST_BASE)
def test_prophylaxis_of_the_same_patients_changes_as_printed(name: str) -> None:
    changed, base = parts(scenario(name)), parts(scenario("base case again"))
    difference = (changed - base).sel(strategy="prophylaxis")
    qaly, cost, rounded = AGAINST_BASE[name]
    ours, theirs = SCENARIO_PATIENTS, THEIR_PATIENTS
    assert_near(difference["qaly_present"], qaly, ours=ours, theirs=theirs, rounded=rounded)
    assert_near(difference["cost_present"], cost, ours=ours, theirs=theirs, rounded=1)


def with_their_mistake() -> LoadedModel:
    """Return the model with the therapy once more, as the authors' code of 2023 drew it.

    There, in 19 of 20 draws, another patient's luck decides on bleeding than on the treatment.
    """
    model = model_with()
    spec = model.spec
    let = {
        "takes": "treated and (other_luck if mistaken else luck) < success",
        "left": "left_with_gene_therapy if takes else (left_with_prophylaxis if treated else 1)",
        "abr_without_factor": "abr_own * left",
        "switched": "works and abr_without_factor > switch_abr",
        "on_factor": "not works or switched",
        "abr": "abr_own * left_with_prophylaxis * (left_with_gene_therapy if switched else 1)"
        " if switched or not treated else abr_without_factor",
    }
    changed = {
        "strategies": {
            **{name: {**one, "mistaken": 0} for name, one in spec.strategies.items()},
            "mistaken": {"treated": 1, "mistaken": 1},
        },
        "attributes": {**spec.attributes, "other_luck": spec.attributes["luck"]},
        "let": {**spec.let, **{name: parse_formula(text) for name, text in let.items()}},
    }
    return replace(model, spec=spec.model_copy(update=changed))


@pytest.fixture(scope="module")
def drawn() -> xr.Dataset:
    run = run_model(with_their_mistake(), draws=DRAWS, seed=4, patients=30)
    assert run.drawn is not None
    return run.drawn.rename(draw="batch")


def as_printed(drawn: xr.Dataset) -> xr.Dataset:
    """Return the therapy of the authors' draws, of which one in 20 is free of the mistake."""
    right, wrong = drawn.sel(strategy="gene_therapy"), drawn.sel(strategy="mistaken")
    both = ((right + 19 * wrong) / 20).assign_coords(strategy="gene_therapy")
    return xr.concat([both, drawn.sel(strategy="prophylaxis")], "strategy")


def assert_drawn(found: xr.DataArray, value: float, *, rounded: float, shared: float = 0) -> None:
    """Compare means over draws; `shared` is an error of theirs that draws have in common."""
    error = (error_of(found) ** 2 * (1 + DRAWS / THEIR_DRAWS) + shared**2) ** 0.5
    assert float(found.mean()) == pytest.approx(value, abs=3 * error + rounded)


def test_means_of_the_draws_match(drawn: xr.Dataset) -> None:
    printed = as_printed(drawn)
    wrong = (drawn.sel(strategy="mistaken") - drawn.sel(strategy="gene_therapy")).mean("batch")
    for arm, common in zip(ARMS, (SHARED, 0), strict=True):
        data = printed.sel(strategy=arm)
        for name, (values, rounded) in DRAWN.items():
            shared = abs(common * float(wrong[name]))
            value = values[ARMS.index(arm)]
            assert_drawn(data[name], value, rounded=rounded, shared=shared)
        for item, costs in ITEMS_DRAWN.items():
            found = data["cost_by_item_present"].sel(item=item)
            shared = abs(common * float(wrong["cost_by_item_present"].sel(item=item)))
            assert_drawn(found, costs[ARMS.index(arm)], rounded=0.5, shared=shared)
    qaly, cost = float(wrong["qaly_present"]), float(wrong["cost_present"])
    for found, value, rounded, one in zip(
        more(printed), MORE_DRAWN, ROUNDED, (qaly, cost, 50_000 * qaly - cost), strict=True
    ):
        assert_drawn(found, value, rounded=rounded, shared=abs(SHARED * one))


def test_without_the_mistake_the_draws_say_what_the_base_case_says(drawn: xr.Dataset) -> None:
    qaly, cost, benefit = (one.mean() for one in more(drawn))
    assert float(qaly) == pytest.approx(0.620, abs=0.02)
    assert float(cost) == pytest.approx(-1_120_000, abs=60_000)
    assert float(benefit) == pytest.approx(1_150_000, abs=60_000)


def test_the_average_man_is_the_cohort_version() -> None:
    model = model_with(same_age=36.3, success=1)
    alike = {
        name: Attribute(start=parse_formula("1"), unit=model.spec.attributes[name].unit)
        for name in ("male", "bleeding", "luck", "own_age")
    }
    alike["luck"] = Attribute(start=parse_formula("0"), unit=model.spec.attributes["luck"].unit)
    attributes = {**model.spec.attributes, **alike}
    same = replace(model, spec=model.spec.model_copy(update={"attributes": attributes}))
    cohort = load_model(MODELS / "haemophilia-b-germany.yaml")
    one, other = (
        totals(run_cohort(m, base_case(m.spec.parameters, joint=m.spec.joint)))
        for m in (same, cohort)
    )
    xr.testing.assert_allclose(one, other.sel(strategy=one["strategy"]), rtol=1e-12)
    assert one["cost_present"].values.ravel() == pytest.approx([5_559_866, 7_003_264], abs=0.5)


def by_age(file: str, column: str, male: Floats, ages: Floats) -> Floats:
    """Read a table of the model at the ages of men and women, dims (patient, cycle)."""
    found = {"male": np.zeros(111), "female": np.zeros(111)}
    with (MODELS / file).open(encoding="utf-8") as text:
        for row in DictReader(text):
            found[row["sex"]][int(row["age"])] = float(row[column])
    place = np.minimum(ages, 110).astype(int)
    return np.where(male == 1, found["male"][place], found["female"][place])


def bleeds_by_hand(
    p: SimpleNamespace, who: Mapping[str, Floats], *, treated: bool
) -> tuple[Floats, Floats, Floats]:
    """Return bleeds a year, who is given factor, and who loses utility by it."""
    rate = who["bleeding"] * p.abr_untreated * np.ones_like(YEARS)
    prophylaxis = p.abr_prophylaxis / p.abr_trial
    if not treated:
        always = np.ones_like(rate)
        return rate * prophylaxis, always, always
    works = (who["luck"] < p.success) * np.ones_like(rate)
    left = p.abr_gene_therapy / p.abr_trial + p.loss_per_year * np.clip(
        YEARS - p.full_effect, 0, None
    )
    alone = rate * np.where(works, np.minimum(left, 1), 1)
    factor = np.where(works, alone > p.switch_abr, True)
    felt = factor.copy()
    felt[:, 0] &= works[:, 0] == 1
    return alone * np.where(factor, prophylaxis, 1), factor, felt


def utility_by_hand(p: SimpleNamespace, male: Floats, ages: Floats) -> Floats:
    """Return the utility of the general population."""
    if not p.german_utility:
        square = p.u_age_squared * ages**2
        return np.asarray(p.u_constant + p.u_male * male + p.u_age * ages + square)
    steps = {25: (1, 2), 35: (1, 4), 45: (3, 2), 55: (2, 0), 65: (1, 1), 75: (2, 8)}
    lost = [(ages >= age) * np.where(male, *hundredths) for age, hundredths in steps.items()]
    return np.asarray(0.94 - sum(lost) / 100)


def course_by_hand(
    p: SimpleNamespace, who: Mapping[str, Floats], *, treated: bool
) -> dict[str, Floats]:
    """Return life years, QALYs and costs in each cycle, dims (patient, cycle)."""
    start = p.same_age or who["own_age"]
    ages = start + YEARS * np.ones_like(who["own_age"])
    abr, factor, felt = bleeds_by_hand(p, who, treated=treated)
    before = np.cumsum(abr, axis=1) - abr
    joint = p.share_joint * (start * who["bleeding"] * p.abr_history + before / 4)
    score = np.minimum(joint // p.bleeds_per_point, 78)
    surgery = (score == 28) & (np.cumsum(score == 28, axis=1) == 1)
    yearly = 1 - by_age("germany-life-table-2017.csv", "qx", who["male"], ages)
    stay = yearly ** ((1 + (p.smr - 1) * abr / p.abr_history) / 4)
    alive = np.cumprod(np.hstack([np.ones_like(start * stay[:, :1]), stay]), axis=1)
    years = (alive[:, :-1] + alive[:, 1:]) / 8 * (YEARS < 92)

    kilograms = by_age("germany-weight.csv", "kg", who["male"], ages)
    week, bleed = 40 * kilograms, 40 * 148 / 190 * kilograms
    if p.vial:
        week, bleed = (np.ceil(dose / p.vial) * p.vial for dose in (week, bleed))
    price = p.price_factor
    day, ward = (p.inflation * cost for cost in (p.cost_intensive_day, p.cost_ward_day))
    lost = 0.03 * (score >= 14) + 0.07 * (score >= 22) + 0.0156 * felt
    lost = lost + (abr / 4 * 0.2 * p.days_bleed + surgery * 0.18 * 27) / DAYS
    return {
        "life_years": years,
        "qaly": years * (utility_by_hand(p, who["male"], ages) - lost),
        "factor": years * 365.25 / 7 * factor * week * price,
        "bleeds": years * abr * bleed * price,
        "hospital": years * (abr * 50 / 180 * 1.5 * day + surgery * 4 * 27 * ward),
        "surgery": years * 4 * surgery * (p.cost_surgery * p.inflation + 40 * kilograms * price),
    }


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_same_patients_by_hand_agree_to_the_last_digits(name: str) -> None:
    model = model_with(**SCENARIOS[name][0])
    values = starting_values(model.spec, Patients(5, 0, 100, 1), np.zeros(1, dtype=np.int64))
    who = {attribute: value[:, 0, :] for attribute, value in values.items()}
    numbers = SimpleNamespace(**{n: q.value for n, q in model.spec.parameters.items()})
    inputs = base_case(model.spec.parameters, joint=model.spec.joint)
    found = totals(run_cohort(model, inputs, patients=100, seed=5)).squeeze("draw")
    for arm in ARMS:
        course = course_by_hand(numbers, who, treated=arm == "gene_therapy")
        for ending, discount in (("", 1.0), ("_present", 1.03**-YEARS)):
            for measure, values_by_hand in course.items():
                known = measure in ("life_years", "qaly")
                data = found[measure + ending if known else "cost_by_item" + ending]
                ours = data if known else data.sel(item=measure)
                hand = float((values_by_hand * discount).sum(axis=1).mean())
                assert float(ours.sel(strategy=arm)) == pytest.approx(hand, rel=1e-11)
