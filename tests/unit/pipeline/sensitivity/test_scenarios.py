"""Scenarios: equal to a run of the changed file, and every mistake at its line."""

import pytest

from equipoise.core.errors import SpecError
from equipoise.packs import load_named_model
from equipoise.pipeline.sensitivity import Recalculator, completed, run_scenarios
from equipoise.spec.scenarios import load_scenarios

FILE = """scenarios: {en: What if, ru: А если}
cases:
  dear:
    label: A dearer treatment
    parameters: {c_treatment_b: 20000 USD@2019/year, hr_b: 0.7}
  monthly:
    cycle: 1 month
    method: half_cycle
    horizon: 600 months
  undiscounted: {discount: {cost: 0 %/year, health: {0 years: 3 %/year, 20 years: 1 %/year}}}
  old: {start_age: 60 years, horizon: 40 years}
"""

CHANGED = {
    "dear": {
        "    value: 13000\n    unit: USD@2019/year\n"
        "    distribution: gamma(shape=86.2, scale=150.8)\n":
            "    value: 20000\n    unit: USD@2019/year\n",
        'hr_b: {value: 0.6, unit: "1", distribution: "lognormal(log_mean=log(0.6), log_sd=0.02)",':
            'hr_b: {value: 0.7, unit: "1",',
    },
    "monthly": {
        "cycle: 1 year, horizon: 75 years, method: simpson_tutorial":
            "cycle: 1 month, horizon: 50 years, method: half_cycle",
    },
    "undiscounted": {
        "discount: {cost: 3 %/year, health: 3 %/year}":
            "discount: {cost: 0 %/year, health: {0 years: 3 %/year, 20 years: 1 %/year}}",
    },
    "old": {"start_age: 25 years, cycle: 1 year, horizon: 75 years":
            "start_age: 60 years, cycle: 1 year, horizon: 40 years"},
}  # fmt: skip


@pytest.fixture
def written(tmp_path):
    def write(text: str):
        path = tmp_path / "scenarios.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_scenario_is_a_run_of_the_changed_file(sick_sicker, written, recomputed):
    found = run_scenarios(sick_sicker, load_scenarios(written(FILE), sick_sicker.model))
    pair = {"strategy": found.comparison.strategy, "against": found.comparison.against}
    assert [one.name for one in found.results] == ["base", *CHANGED]
    for one in found.results[1:]:
        cost, qaly = recomputed("sick-sicker", CHANGED[one.name], **pair)
        assert one.outcome.more_cost == pytest.approx(cost, rel=1e-9)
        assert one.outcome.more_health == pytest.approx(qaly, rel=1e-9)
        assert one.outcome.net_benefit == pytest.approx(qaly * 100_000 - cost, rel=1e-9)
    table = found.table().set_index("scenario")
    more = table.loc["dear", "net_benefit"] - table.loc["base", "net_benefit"]
    assert table.loc["dear", "difference_net_benefit"] == pytest.approx(more)
    assert table.loc["base", "difference_cost"] == 0.0


def test_shares_of_a_whole_follow(linear, written):
    text = "scenarios: x\ncases: {worse: {parameters: {fatal: 40 %}}}\n"
    found = run_scenarios(Recalculator(linear), load_scenarios(written(text), linear))
    values = completed(linear.spec, {"fatal": 0.4})
    cost = 9000 - 4000 - 0.5 * (values["severe"] * 6000 + 0.4 * 9000)
    assert found.comparison.strategy == "new"
    assert found.results[1].outcome.more_cost == pytest.approx(cost)


MISTAKES = """scenarios: x
cases:
  one: {parameters: {c_treatmnt_b: 1, hr_b: 3 USD@2019, u_sick: 1.2}}
  two: {horizon: 1 week}
  three: {parameters: {hr_b: many}}
  four: {label: nothing}
  five: {horizn: 3 years}
"""


def test_every_mistake_has_its_line(sick_sicker, written):
    with pytest.raises(SpecError) as caught:
        load_scenarios(written(MISTAKES), sick_sicker.model)
    lines = str(caught.value)
    assert ":5:" in lines
    assert ":7:" in lines
    assert "did you mean 'horizon'?" in lines
    right = "".join(MISTAKES.splitlines(keepends=True)[:4]) + "  four: {label: nothing}\n"
    with pytest.raises(SpecError) as caught:
        load_scenarios(written(right), sick_sicker.model)
    lines = str(caught.value)
    assert ":3:36:" in lines
    assert "did you mean 'c_treatment_b'?" in lines
    assert "cases.one.parameters.hr_b" in lines
    assert ":4:" in lines
    assert "horizon is shorter than one cycle" in lines
    assert "changes nothing" in lines


def test_one_mistake_hides_no_other(sick_sicker, written):
    text = """scenarios: x
cases:
  one: {parameters: {hr_bb: 1, c_sick: 3 GBP@2019, u_sick: 3}}
  two: {parameters: {hr_b: many, u_sicker: 2}, horizon: 1 week}
  three: {horizn: 3 years, start_age: 60 years, parameters: {u_healthy: 2}}
"""
    with pytest.raises(SpecError) as caught:
        load_scenarios(written(text), sick_sicker.model)
    fields = {problem.field for problem in caught.value.problems}
    assert fields == {
        "cases.one.parameters.hr_bb", "cases.one.parameters.c_sick", "cases.one.parameters.u_sick",
        "cases.two.parameters.hr_b", "cases.two.parameters.u_sicker", "cases.two.horizon",
        "cases.three.horizn", "cases.three.parameters.u_healthy",
    }  # fmt: skip


def test_what_a_parameter_cannot_be_is_refused_at_its_line(sick_sicker, written):
    text = "scenarios: x\ncases:\n  one:\n    parameters:\n      hr_b: 0.5\n      u_sick: 1.2\n"
    with pytest.raises(SpecError, match=r"6:\d+: cases.one.parameters.u_sick"):
        load_scenarios(written(text), sick_sicker.model)


def test_a_decision_without_time_has_no_horizon(written):
    model = load_named_model("tegaderm")
    with pytest.raises(SpecError, match="no course in time"):
        load_scenarios(written("scenarios: x\ncases: {a: {horizon: 1 year}}\n"), model)


def test_nothing_in_the_file_is_run(written, sick_sicker):
    text = "scenarios: !!python/object/apply:os.system [ls]\ncases: &a {a: *a}\n"
    with pytest.raises(SpecError):
        load_scenarios(written(text), sick_sicker.model)
