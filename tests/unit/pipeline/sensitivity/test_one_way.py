"""One-way analysis: equal to a run of the changed file, and honest about what cannot be."""

from dataclasses import replace

import numpy as np
import pytest
import scipy

import equipoise
from equipoise.core.errors import FieldError, SeveralErrors
from equipoise.packs import find_model, load_named_model
from equipoise.pipeline.sensitivity import (
    Outcome,
    Recalculator,
    Span,
    completed,
    one_way,
    span_of,
)
from equipoise.spec.joint_check import covariance_matrix
from equipoise.spec.load import load_model

PAIR = {"strategy": "treatment_b", "against": "standard_care"}

CHANGED = {
    "hr_b": ('hr_b: {value: 0.6, unit: "1", distribution: "lognormal(log_mean=log(0.6), '
             'log_sd=0.02)",', 'hr_b: {{value: {value!r}, unit: "1",'),
    "r_dead": ('r_dead: {value: 0.002, unit: 1/year, distribution: "gamma(shape=20, rate=10000)",',
               "r_dead: {{value: {value!r}, unit: 1/year,"),
    "u_sicker": ('u_sicker: {value: 0.5, unit: "1", distribution: "beta(alpha=230, beta=230)",',
                 'u_sicker: {{value: {value!r}, unit: "1",'),
    "c_treatment_b": ("    value: 13000\n    unit: USD@2019/year\n"
                      "    distribution: gamma(shape=86.2, scale=150.8)\n",
                      "    value: {value!r}\n    unit: USD@2019/year\n"),
}  # fmt: skip
"""Parameter -> its text in the file, and that of another value without distribution."""


@pytest.mark.parametrize("name", CHANGED)
@pytest.mark.parametrize("share", [None, 0.1])
def test_a_bar_is_a_run_of_the_changed_file(sick_sicker, recomputed, name, share):
    found = one_way(sick_sicker, names=[name], share=share)
    (bar,) = found.bars
    old, new = CHANGED[name]
    for value, one in ((bar.span.low, bar.low), (bar.span.high, bar.high)):
        cost, qaly = recomputed("sick-sicker", {old: new.format(value=value)}, **PAIR)
        assert one.more_cost == pytest.approx(cost, rel=1e-9)
        assert one.more_health == pytest.approx(qaly, rel=1e-9)
        assert one.net_benefit == pytest.approx(qaly * 100_000 - cost, rel=1e-9)
        assert one.icer == pytest.approx(cost / qaly, rel=1e-9)


def test_all_parameters_are_tried_from_the_widest_down(sick_sicker):
    found = one_way(sick_sicker)
    assert {bar.span.name for bar in found.bars} == set(sick_sicker.model.spec.parameters)
    widths = [bar.width("nmb", found.base) for bar in found.bars]
    assert widths == sorted(widths, reverse=True)
    assert found.bars[0].span.name == "c_treatment_b"
    assert len(found.table()) == len(found.bars)


def test_the_base_is_that_of_a_run(sick_sicker):
    found = one_way(sick_sicker).base
    base = equipoise.run_model("sick-sicker").base
    more = base.sel(strategy="treatment_b") - base.sel(strategy="standard_care")
    assert found.more_cost == pytest.approx(float(more["cost_present"]), rel=1e-12)
    assert found.more_health == pytest.approx(float(more["qaly_present"]), rel=1e-12)


def test_quantiles_are_those_of_the_distribution(sick_sicker):
    span = span_of(sick_sicker.model, "r_sick")
    wanted = scipy.stats.gamma(30, scale=1 / 200).ppf([0.025, 0.975])
    assert (span.low, span.high) == pytest.approx(tuple(wanted))


def test_a_utility_ends_at_one_and_the_table_says_so(sick_sicker):
    span = span_of(sick_sicker.model, "u_treatment_a", share=0.1)
    assert (span.low, span.high, span.cut) == (0.95 * 0.9, 1.0, "high")


def test_both_ends_can_be_cut(linear):
    assert span_of(linear, "price", share=1.5).cut == "low"
    assert span_of(linear, "mild", share=3.0) == Span("mild", 0.0, 1.0, "both")


def test_without_a_distribution_only_a_range_will_do(linear):
    with pytest.raises(FieldError, match="no distribution"):
        span_of(linear, "price")
    assert span_of(linear, "price", share=0.1).high == pytest.approx(9900)
    names = [bar.span.name for bar in one_way(Recalculator(linear)).bars]
    assert "price" not in names
    assert "mild" in names
    assert "price" in [bar.span.name for bar in one_way(Recalculator(linear), share=0.1).bars]


def test_shares_of_a_whole_keep_their_proportions(linear):
    found = completed(linear.spec, {"fatal": 0.4})
    assert found == pytest.approx({"fatal": 0.4, "mild": 0.375, "severe": 0.225})
    span = span_of(linear, "fatal")
    assert (span.low, span.high) == pytest.approx(tuple(scipy.stats.beta(2, 8).ppf([0.025, 0.975])))
    bars = {bar.span.name: bar for bar in one_way(Recalculator(linear)).bars}
    cost = 9000 - 4000 - 0.5 * (0.6 * 0.8 / 0.8 * 0)  # without illness
    low = span.low
    severe = (1 - low) * 0.3 / 0.8
    assert bars["fatal"].low.more_cost == pytest.approx(cost - 0.5 * (severe * 6000 + low * 9000))


def test_shares_that_leave_no_room_are_refused(linear):
    with pytest.raises(FieldError, match="shares of one whole"):
        completed(linear.spec, {"mild": 0.7, "fatal": 0.4})


def test_dirichlet_bars_are_runs_of_the_changed_file(recomputed):
    recalculator = Recalculator(load_model(find_model("hiv-lamivudine")))
    (bar,) = one_way(recalculator, names=["p_cd"]).bars
    whole = completed(recalculator.model.spec, {"p_cd": bar.span.high})
    spec = recalculator.model.spec
    assert sum(whole.values()) == pytest.approx(1.0)
    lines = find_model("hiv-lamivudine").read_text(encoding="utf-8").splitlines(keepends=True)
    changed = {}
    for name, value in whole.items():
        (line,) = (one for one in lines if one.lstrip().startswith(f"{name}:"))
        begin, _value, rest = line.partition("value: ")
        changed[line] = f"{begin}value: {value!r}, mean_differs: tried,{rest.partition(',')[2]}"
    names = tuple(spec.strategies)
    found = one_way(recalculator, names=["p_cd"]).comparison
    cost, qaly = recomputed(
        "hiv-lamivudine", changed, strategy=found.strategy, against=found.against
    )
    assert {found.strategy, found.against} == set(names)
    assert bar.high.more_cost == pytest.approx(cost, rel=1e-9)
    assert bar.high.more_health == pytest.approx(qaly, rel=1e-9)


def test_others_of_a_joint_normal_stay_or_follow():
    model = load_named_model("total-hip-replacement")
    (joint,) = (one for one in model.spec.joint.values())
    first, second = joint.parameters[:2]
    value = model.spec.parameters[first].value + 0.1
    assert completed(model.spec, {first: value}) == {first: value}
    followed = completed(model.spec, {first: value}, companions="expected")
    matrix = covariance_matrix(joint)
    slope = matrix[1, 0] / matrix[0, 0]
    assert followed[second] == pytest.approx(model.spec.parameters[second].value + 0.1 * slope)


def test_no_ratio_is_ever_negative():
    assert Outcome(-5.0, 1.0, None).icer is None
    assert Outcome(-5.0, 1.0, None).quadrant == "dominant"
    assert Outcome(5.0, -1.0, None).icer is None
    assert Outcome(5.0, -1.0, None).quadrant == "dominated"
    assert Outcome(-6.0, -2.0, None).icer == 3.0
    assert Outcome(-6.0, -2.0, None).quadrant == "cheaper and worse"
    assert Outcome(6.0, 0.0, None).quadrant == "alike"


def test_the_best_is_compared_even_if_it_is_the_cheapest():
    found = one_way(Recalculator(load_named_model("haemophilia-b-germany")), names=["smr"])
    assert (found.comparison.strategy, found.comparison.against) == ("gene_therapy", "prophylaxis")
    assert found.base.quadrant == "dominant"


def test_single_patients_have_the_same_luck_under_all_changes():
    recalculator = Recalculator(
        load_named_model("sick-sicker"), engine="individuals", patients=200, seed=3
    )
    found = recalculator([{}, {"c_treatment_a": 12000.0}, {"hr_b": 0.5}])
    np.testing.assert_allclose(found.cost[:, 0], found.cost[:, 1], rtol=1e-12)
    run = equipoise.run_model("sick-sicker", engine="individuals", patients=200, seed=3)
    np.testing.assert_allclose(found.cost[:, 0], run.base["cost_present"].values, rtol=1e-12)
    a = found.strategies.index("treatment_a")
    b = found.strategies.index("treatment_b")
    assert found.cost[a, 2] == pytest.approx(found.cost[a, 0], rel=1e-12)
    assert found.cost[b, 2] != pytest.approx(found.cost[b, 0], rel=1e-6)


def test_wrong_words_are_answered(sick_sicker):
    with pytest.raises(SeveralErrors):
        one_way(sick_sicker, names=["hrb", "c_treatmnt_b"])
    with pytest.raises(FieldError, match="not a strategy"):
        one_way(sick_sicker, strategy="treatment")
    with pytest.raises(FieldError, match="itself"):
        one_way(sick_sicker, strategy="both", against="both")
    with pytest.raises(FieldError, match="not possible"):
        one_way(sick_sicker, share=-0.1)


def test_without_a_threshold_there_is_no_net_benefit(linear):
    spec = linear.spec.model_copy(update={"willingness_to_pay": None})
    recalculator = Recalculator(replace(linear, spec=spec))
    assert one_way(recalculator).measure == "icer"
    with pytest.raises(FieldError, match="worth"):
        one_way(recalculator, measure="nmb")


def test_the_bar_moves_while_single_patients_are_followed():
    model = load_named_model("total-hip-replacement")
    seen: list[float] = []
    recalculator = Recalculator(model, engine="individuals", patients=40)
    one_way(recalculator, names=["p_again"], progress=seen.append)
    assert seen == sorted(seen)
    assert len([share for share in seen if 0.1 < share < 0.9]) > 10
    assert seen[-1] == 1.0
