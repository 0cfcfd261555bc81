"""Each check of the catalogue: a model, or a calculation, that must fail it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from equipoise.packs import load_named_model
from equipoise.spec.distribution import parse_distribution
from equipoise.spec.formula import parse_formula
from equipoise.spec.loaded import LoadedModel
from equipoise.value import incremental_table
from equipoise.verification import ADVISHE, CHECKS, TECH_VER, inputs, mistakes, slips, totals
from equipoise.verification import uncertainty as uncertain
from equipoise.verification.changes import with_cycle, with_horizon, with_parts
from equipoise.verification.runs import Results, reference
from equipoise.verification.subject import Subject
from equipoise.verification.verify import answer, verify

DRAWS = 60
BY_NAME = {check.name: check for check in CHECKS}


@cache
def loaded(name: str) -> LoadedModel:
    return load_named_model(name)


def verdict(name: str, subject: Subject) -> str:
    return answer(BY_NAME[name], subject).verdict


def first(models: Iterator[LoadedModel]) -> LoadedModel:
    return next(iter(models))


MISTAKEN = [
    ("V01", "sick-sicker", mistakes.risen),
    ("V02", "sick-sicker", mistakes.no_source),
    ("V03", "sick-sicker", mistakes.deviation_for_error),
    ("V05", "sick-sicker", mistakes.logarithm_forgotten),
    ("V06", "sick-sicker", mistakes.upside_down),
    ("V07", "sick-sicker", mistakes.rate_as_probability),
    ("V09", "sick-sicker-by-age", mistakes.ageless),
    ("V11", "sick-sicker-by-age", mistakes.ageless),
    ("V12", "sick-sicker", mistakes.undying),
    ("V12", "sick-sicker", mistakes.wrong_sign),
    ("V15", "sick-sicker", mistakes.too_few),
    ("V17", "sick-sicker", mistakes.worth_when_dead),
    ("V17", "sick-sicker", mistakes.worth_too_much),
    ("V17", "sick-sicker", mistakes.exchanged_utilities),
    ("V17", "sick-sicker-by-residence", mistakes.health_gained),
    ("V17", "car-t-lymphoma", mistakes.health_gained),
    ("V18", "sick-sicker", mistakes.discounted_twice),
    ("V18", "total-hip-replacement", mistakes.discounted_twice),
    ("V19", "sick-sicker", mistakes.negative_cost),
    ("V19", "sick-sicker", mistakes.price_of_nothing),
    ("V19", "sick-sicker", mistakes.cost_when_dead),
    ("V22", "sick-sicker", mistakes.cost_by_cycle),
    ("V24", "sick-sicker", mistakes.corrected_effects),
    ("V26", "sick-sicker", mistakes.price_of_nothing),
]


@pytest.mark.parametrize(
    ("check", "name", "seed"), MISTAKEN, ids=lambda one: getattr(one, "__name__", one)
)
def test_a_mistake_in_a_file_fails_it(
    check: str, name: str, seed: Callable[[LoadedModel], Iterator[LoadedModel]]
) -> None:
    model = loaded(name)
    assert verdict(check, Subject(model, draws=DRAWS, seed=1)) in {"passed", "waived"}
    assert verdict(check, Subject(first(seed(model)), draws=DRAWS, seed=1)) == "failed"


SLIPPED = [
    ("V08", "sick-sicker", "leaking"),
    ("V08", "sick-sicker", "one_late"),
    ("V13", "sick-sicker", "leaking"),
    ("V16", "sick-sicker", "one_arm_short"),
    ("V16", "sick-sicker", "names_mixed_up"),
    ("V18", "sick-sicker", "year_late"),
    ("V18", "sick-sicker", "half_cycle_early"),
    ("V18", "sick-sicker", "health_as_it_is"),
    ("V20", "sick-sicker", "item_lost"),
    ("V20", "sick-sicker", "one_too_many"),
    ("V21", "sick-sicker", "whole_horizon"),
    ("V29", "sick-sicker", "lost_draw"),
    ("V30", "sick-sicker", "new_luck"),
    ("V32", "sick-sicker-by-residence", "drawn_apart"),
]


@pytest.mark.parametrize(("check", "name", "slip"), SLIPPED)
def test_a_slip_of_calculation_fails_it(check: str, name: str, slip: str) -> None:
    model = loaded(name)
    one = next(known for known in slips.SLIPS if known.name == slip)
    engine = one.engine(model)
    assert engine is not None
    wrong = Subject(model, draws=DRAWS, seed=1, engine=engine, sampler=one.sampler)
    assert verdict(check, Subject(model, draws=DRAWS, seed=1)) == "passed"
    assert verdict(check, wrong) == "failed"


def treated_curve(exponent: str) -> LoadedModel:
    """Sick-Sicker as a curve that a treatment raises."""
    model = loaded("sick-sicker")
    share = f"weibull_survival(time, 1.2, 9 * year) ** ({exponent} if b else 1)"
    states = {
        "well": model.spec.states["healthy"].model_copy(
            update={"start": None, "share": parse_formula(share)}
        ),
        "dead": model.spec.states["dead"].model_copy(update={"share": "rest"}),
    }
    return with_parts(model, states=states, transitions={}, track={}, events={})


def test_a_curve_to_the_power_of_a_ratio_upside_down_fails_v06() -> None:
    assert verdict("V06", Subject(treated_curve("hr_b"), draws=5, seed=1)) == "passed"
    found = answer(BY_NAME["V06"], Subject(treated_curve("1 / hr_b"), draws=5, seed=1))
    assert found.verdict == "failed"
    assert "V06_hr_b" in found.seen


def test_a_ratio_upside_down_in_a_tree_fails_v06() -> None:
    tree = loaded("tegaderm")
    assert verdict("V06", Subject(tree, draws=5, seed=1)) == "passed"
    for wrong in mistakes.upside_down(tree):
        assert verdict("V06", Subject(wrong, draws=5, seed=1)) == "failed"


def spread(model: LoadedModel, name: str, text: str) -> LoadedModel:
    one = model.spec.parameters[name].model_copy(update={"distribution": parse_distribution(text)})
    return with_parts(model, parameters={**model.spec.parameters, name: one})


@pytest.mark.parametrize(
    ("parameter", "as_patients_differ", "as_their_mean_is_known"),
    [
        ("u_sick", "beta(mean=0.75, sd=0.15)", "beta(mean=0.75, sd=0.15/sqrt(20))"),
        ("c_sick", "gamma(mean=4000, sd=2800)", "gamma(mean=4000, sd=2800/sqrt(20))"),
        ("c_sick", "normal(mean=4000, sd=3000)", "normal(mean=4000, sd=3000/sqrt(20))"),
        ("r_sick", "gamma(mean=0.15, sd=0.12)", "gamma(mean=0.15, sd=0.1)"),
    ],
)
def test_spread_of_patients_fails_v03(
    parameter: str, as_patients_differ: str, as_their_mean_is_known: str
) -> None:
    wide = spread(loaded("sick-sicker"), parameter, as_patients_differ)
    found = answer(BY_NAME["V03"], Subject(wide, draws=5, seed=1))
    assert found.verdict == "failed"
    assert f"V03_{parameter}" in found.seen
    narrow = spread(loaded("sick-sicker"), parameter, as_their_mean_is_known)
    assert verdict("V03", Subject(narrow, draws=5, seed=1)) == "passed"


def test_a_share_vaguer_than_after_no_event_fails_v03() -> None:
    model = spread(loaded("tegaderm"), "p_dermatitis", "beta(mean=1/476, sd=0.02)")
    found = answer(BY_NAME["V03"], Subject(model, draws=5, seed=1))
    assert "V03_p_dermatitis" in found.seen
    assert found.verdict == "failed"


def test_what_somebody_assumed_may_be_wide() -> None:
    model = spread(loaded("sick-sicker"), "c_sick", "gamma(mean=4000, sd=2800)")
    one = model.spec.parameters["c_sick"].model_copy(update={"status": "assumption"})
    assumed = with_parts(model, parameters={**model.spec.parameters, "c_sick": one})
    assert verdict("V03", Subject(assumed, draws=5, seed=1)) == "passed"


def spoilt(name: str, spoil: Callable[[LoadedModel, Results], Results]) -> Subject:
    def engine(model, sample, how, asked):  # type: ignore[no-untyped-def]
        return spoil(model, reference(model, sample, how, asked))

    return Subject(loaded(name), draws=DRAWS, seed=1, engine=engine)


def more_cost(found: Results, factor: object) -> Results:
    values = {**found.totals.values, "cost": found.of("cost") * factor,
              "cost_present": found.of("cost_present") * factor}  # fmt: skip
    return replace(found, added=replace(found.totals, values=values))


def test_curves_that_cross_fail_v10() -> None:
    model = loaded("sick-sicker")
    states = {
        "well": model.spec.states["healthy"].model_copy(
            update={"start": None, "share": parse_formula("1 - time / 60")}
        ),
        "ill": model.spec.states["sick"].model_copy(
            update={"share": parse_formula("0.5 - (1 - time / 60)")}
        ),
        "dead": model.spec.states["dead"].model_copy(update={"share": "rest"}),
    }
    crossing = with_parts(model, states=states, transitions={})
    assert verdict("V10", Subject(crossing, draws=5, seed=1)) == "failed"
    assert verdict("V10", Subject(model, draws=5, seed=1)) == "not applicable"


def test_a_crossing_that_a_formula_hides_fails_v10() -> None:
    model = loaded("sick-sicker")
    lower = "min(1 - time / 40, exp(-time / (30 * year)))"
    states = {
        "well": model.spec.states["healthy"].model_copy(
            update={"start": None, "share": parse_formula(lower)}
        ),
        "dead": model.spec.states["dead"].model_copy(update={"share": "rest"}),
    }
    hidden = with_parts(with_horizon(model, 30.0), states=states, transitions={})
    found = answer(BY_NAME["V10"], Subject(hidden, draws=5, seed=1))
    assert found.verdict == "failed"
    assert "cross after" in found.seen


def with_time_on_treatment(cost: str) -> LoadedModel:
    """Sick-Sicker as a curve of survival, with a drug that stops earlier."""
    model = loaded("sick-sicker")
    let = {"alive": "exp(-time / (12 * year))", "on_treatment": "exp(-time / (4 * year))",
           "too_long": "exp(-time / (20 * year))"}  # fmt: skip
    states = {
        "well": model.spec.states["healthy"].model_copy(
            update={"start": None, "share": parse_formula("alive"), "cost": parse_formula(cost)}
        ),
        "dead": model.spec.states["dead"].model_copy(update={"share": "rest"}),
    }
    named = {name: parse_formula(text) for name, text in let.items()}
    curve = with_parts(model, let=named, states=states, transitions={}, events={}, track={})
    return with_horizon(curve, 30.0)


def test_time_on_treatment_above_survival_fails_v10() -> None:
    right = with_time_on_treatment("c_treatment_a * on_treatment / alive")
    assert verdict("V10", Subject(right, draws=5, seed=1)) == "passed"
    capped = with_time_on_treatment("c_treatment_a * min(too_long, alive) / alive")
    assert verdict("V10", Subject(capped, draws=5, seed=1)) == "passed"
    whole = with_time_on_treatment("c_treatment_a * alive * too_long / alive")
    assert verdict("V10", Subject(whole, draws=5, seed=1)) == "passed"
    wrong = with_time_on_treatment("c_treatment_a * too_long / alive")
    found = answer(BY_NAME["V10"], Subject(wrong, draws=5, seed=1))
    assert found.verdict == "failed"
    assert "V10_treatment: c_treatment_a * too_long / alive" in found.seen


def test_a_difference_of_curves_that_a_formula_keeps_above_0_fails_v10() -> None:
    model = with_time_on_treatment("c_treatment_a")
    well = model.spec.states["well"]
    for on, verdict_of_it in (("on_treatment", "passed"), ("too_long", "failed")):
        states = {
            "treated": well.model_copy(update={"share": parse_formula(f"min({on}, alive)")}),
            "well": well.model_copy(update={"share": parse_formula(f"max(alive - {on}, 0)")}),
            "dead": model.spec.states["dead"],
        }
        assert verdict("V10", Subject(with_parts(model, states=states), draws=5, seed=1)) == (
            verdict_of_it
        )


def test_what_is_right_in_weeks_passes_v18() -> None:
    weekly = with_horizon(with_cycle(loaded("sick-sicker"), 1 / 52), 2.0)
    assert verdict("V18", Subject(weekly, draws=5, seed=1)) == "passed"


def test_a_state_without_any_way_out_fails_v12() -> None:
    model = loaded("sick-sicker")
    rows = {origin: row for origin, row in model.spec.transitions.items() if origin != "sicker"}
    found = answer(BY_NAME["V12"], Subject(with_parts(model, transitions=rows), draws=5, seed=1))
    assert found.verdict == "failed"
    assert "V12_deadly" in found.seen


def test_a_certain_number_that_nothing_uses_fails_v26() -> None:
    model = loaded("sick-sicker")
    idle = model.spec.parameters["hr_b"].model_copy(update={"distribution": None})
    more = with_parts(model, parameters={**model.spec.parameters, "idle": idle})
    found = answer(BY_NAME["V26"], Subject(more, draws=5, seed=1))
    assert found.verdict == "failed"
    assert "V26_idle" in found.seen


def test_a_model_that_cannot_run_is_told_once() -> None:
    model = loaded("sick-sicker")
    broken = first(mistakes.too_few(model))
    found = verify(broken, draws=5)
    assert [check.name for check in found.failed] == ["V01"]
    others = [one.verdict for check, one in found.found.items() if check.name != "V01"]
    assert set(others) == {"not applicable"}


def test_effects_of_what_never_happens_fail_v25() -> None:
    def spoil(model: LoadedModel, found: Results) -> Results:
        return more_cost(found, 1.0 + 0.01 * len(model.spec.transition_effects))

    assert verdict("V25", spoilt("sick-sicker-by-age", lambda _m, found: found)) == "passed"
    assert verdict("V25", spoilt("sick-sicker-by-age", spoil)) == "failed"


def test_draws_far_from_the_base_case_fail_v27() -> None:
    def spoil(_model: LoadedModel, found: Results) -> Results:
        return more_cost(found, 1.0 if len(found.totals.draws) == 1 else 1.5)

    assert verdict("V27", spoilt("sick-sicker", spoil)) == "failed"


def with_more(found: Results, name: str, part: float) -> Results:
    """Results in which the second strategy has more by a part of the first's total."""
    own = found.of(name)
    more = np.zeros_like(own)
    more[1] = part * own[0].mean()
    values = {**found.totals.values, name: own + more}
    return replace(found, added=replace(found.totals, values=values))


def test_an_increment_far_from_the_base_case_fails_v27() -> None:
    def spoil(_model: LoadedModel, found: Results) -> Results:
        return found if len(found.totals.draws) == 1 else with_more(found, "cost_present", 0.09)

    found = answer(BY_NAME["V27"], spoilt("total-hip-replacement", spoil))
    assert found.verdict == "failed"
    assert "V27_increments" in found.seen
    assert "V27_totals" not in found.seen


def test_an_increment_that_the_cycle_decides_fails_v22() -> None:
    def spoil(model: LoadedModel, found: Results) -> Results:
        assert model.spec.time is not None
        whole = model.spec.time.cycle.value == 1.0
        return found if whole else with_more(found, "qaly_present", 0.02)

    found = answer(BY_NAME["V22"], spoilt("sick-sicker", spoil))
    assert found.verdict == "failed"
    assert "V22_increments" in found.seen
    assert "V22_totals" not in found.seen


def test_a_mean_that_drifts_fails_v31() -> None:
    def spoil(_model: LoadedModel, found: Results) -> Results:
        drift = np.linspace(0.0, 3.0, len(found.totals.draws)) ** 6
        only_later = np.arange(len(found.strategies))[:, None] * drift
        return more_cost(found, 1.0 + only_later)

    assert verdict("V31", spoilt("sick-sicker", lambda _m, found: found)) == "passed"
    assert verdict("V31", spoilt("sick-sicker", spoil)) == "failed"


def test_parts_of_the_program_that_are_wrong_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """V04, V07, V23 and V28 ask functions, which a file cannot spoil."""
    subject = Subject(loaded("sick-sicker"), draws=DRAWS, seed=1)
    for name in ("V04", "V07", "V23", "V28"):
        assert verdict(name, subject) == "passed"
    right = inputs.survival.weibull_survival
    monkeypatch.setattr(inputs.survival, "weibull_survival", lambda t, a, b: right(t, a * 1.01, b))
    assert verdict("V04", subject) == "failed"
    monkeypatch.setattr(inputs, "rate", lambda p, t: p / t)
    assert verdict("V07", subject) == "failed"
    monkeypatch.setattr(
        totals, "incremental_table",
        lambda both: [replace(row, standing="frontier", icer=-float(k))
                      for k, row in enumerate(incremental_table(both))],
    )  # fmt: skip
    assert verdict("V23", subject) == "failed"
    monkeypatch.setattr(uncertain, "acceptability", lambda benefit: benefit.mean("draw") * 0.0)
    assert verdict("V28", subject) == "failed"


def test_v14_says_why_it_asks_nothing() -> None:
    found = answer(BY_NAME["V14"], Subject(loaded("sick-sicker"), draws=5, seed=1))
    assert found.verdict == "not applicable"
    assert "no tunnel states" in found.seen


def test_each_check_stands_under_known_headings() -> None:
    assert [check.name for check in CHECKS] == [f"V{number:02}" for number in range(1, 33)]
    assert {check.tech_ver for check in CHECKS} <= set(TECH_VER)
    assert {check.advishe for check in CHECKS} <= set(ADVISHE)
    tripped = {check for check, *_rest in (*MISTAKEN, *SLIPPED)}
    others = {"V04", "V07", "V10", "V14", "V23", "V25", "V27", "V28", "V31"}
    assert tripped | others == set(BY_NAME)


def test_a_waiver_holds_for_its_part_alone() -> None:
    model = loaded("sick-sicker")
    assert model.spec.waivers.keys() == {"V09_lifetime", "V12_immortal"}
    found = answer(BY_NAME["V12"], Subject(model, draws=DRAWS, seed=1))
    assert found.verdict == "waived"
    assert "Simpson" in found.reason
    undying = first(mistakes.undying(model))
    assert verdict("V12", Subject(undying, draws=DRAWS, seed=1)) == "failed"
