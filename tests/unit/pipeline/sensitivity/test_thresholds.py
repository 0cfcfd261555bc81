"""Threshold search and two-way maps, against closed forms and runs of changed files."""

import numpy as np
import pytest

import equipoise
from equipoise.core.errors import FieldError, SimulationError
from equipoise.packs import find_model
from equipoise.pipeline.sensitivity import Recalculator, switching_values, two_way
from equipoise.spec.load import load_model

PRICE = ("    value: 13000\n    unit: USD@2019/year\n"
         "    distribution: gamma(shape=86.2, scale=150.8)\n")  # fmt: skip


def priced(value: float) -> dict[str, str]:
    return {PRICE: f"    value: {value!r}\n    unit: USD@2019/year\n"}


@pytest.mark.parametrize("threshold", [50_000.0, 100_000.0, 150_000.0])
def test_at_the_highest_price_the_changed_file_has_no_net_benefit(
    sick_sicker, recomputed, threshold
):
    found = switching_values(sick_sicker, "c_treatment_b", threshold=threshold)
    (root,) = found.thresholds[0].roots
    pair = {"strategy": found.comparison.strategy, "against": found.comparison.against}
    cost, qaly = recomputed("sick-sicker", priced(root.value), **pair)
    assert qaly * threshold - cost == pytest.approx(0.0, abs=1e-9 * cost)
    assert not root.jumps


def test_the_roots_of_a_linear_model_are_those_of_algebra(linear):
    found = switching_values(Recalculator(linear), "price", others=[0.0, 40_000.0])
    gained = 0.4 - np.exp(-2.5 + 0.32)
    for one in found.thresholds:
        wanted = one.threshold * gained + 4000 + 0.5 * (0.3 * 6000 + 0.2 * 9000)
        (root,) = one.roots
        assert root.value == pytest.approx(wanted, rel=1e-12)
        (part,) = one.worth_it
        assert (part.low, part.high) == (0.0, root.value)
        assert (part.low_is_root, part.high_is_root) == (False, True)
        assert one.base == pytest.approx(wanted - 9000)


FORMULAS = """
model: One formula
money: EUR@2025
willingness_to_pay: 1 EUR@2025/QALY
strategies: {{old: {{new: 0}}, new: {{new: 1}}}}
parameters:
  x: {{value: 0.4, unit: "1", distribution: "uniform(low=-1, high=1.8)", status: assumption,
       note: invented}}
  euro: {{value: 1, unit: EUR@2025, status: assumption, note: invented}}
  qaly: {{value: 1, unit: QALY, status: assumption, note: invented}}
events:
  all: {{when: new, cost: euro * ({cost}), qaly: qaly}}
"""


@pytest.mark.parametrize(
    ("cost", "roots", "stretches"),
    [
        # 1 - cost is the net benefit
        ("1 - (x - 0.1) * (x - 0.5) * (x - 0.9)", [0.1, 0.5, 0.9], [(0.1, 0.5), (0.9, 1.0)]),
        ("2 + x * x", [], []),
        ("0 * x", [], [(-1.0, 1.0)]),
        ("1 - x * x", [0.0], [(-1.0, 1.0)]),
    ],
)
def test_all_roots_are_found_and_none_is_said(tmp_path, cost, roots, stretches):
    path = tmp_path / "one.yaml"
    path.write_text(FORMULAS.format(cost=cost), encoding="utf-8")
    found = switching_values(
        Recalculator(load_model(path)), "x", low=-1.0, high=1.0, strategy="new", against="old"
    )
    one = found.thresholds[0]
    assert [root.value for root in one.roots] == pytest.approx(roots, abs=1e-12)
    ends = [end for part in one.worth_it for end in (part.low, part.high)]
    assert ends == pytest.approx([end for pair in stretches for end in pair], abs=1e-12)


def test_a_jump_over_zero_is_called_one(tmp_path):
    path = tmp_path / "one.yaml"
    path.write_text(FORMULAS.format(cost="2 if x < 0.3 else 0"), encoding="utf-8")
    found = switching_values(
        Recalculator(load_model(path)), "x", low=-1.0, high=1.0, strategy="new", against="old"
    )
    (root,) = found.thresholds[0].roots
    assert root.jumps
    assert root.value == pytest.approx(0.3)


def test_the_value_to_blame_is_named(tmp_path):
    path = tmp_path / "one.yaml"
    path.write_text(FORMULAS.format(cost="1 / x"), encoding="utf-8")
    with pytest.raises(SimulationError, match="with x = 0:"):
        Recalculator(load_model(path))([{}, {"x": 1.0}, {"x": 0.0}])


def test_a_range_that_cannot_be_is_refused(sick_sicker):
    with pytest.raises(FieldError, match="empty"):
        switching_values(sick_sicker, "c_treatment_b", low=2.0, high=1.0)
    with pytest.raises(FieldError, match="below zero"):
        switching_values(sick_sicker, "c_treatment_b", low=-2.0, high=1.0)
    with pytest.raises(FieldError, match="did you mean|not a parameter"):
        switching_values(sick_sicker, "c_treatment", low=0.0, high=1.0)


def test_an_end_that_a_file_could_not_state_is_refused():
    # Alone it is a probability, but with the mortality beside it the row has more than one.
    recalculator = Recalculator(load_model(find_model("total-hip-replacement")))
    options = {"threshold": 20_000.0, "points": 3}
    limits = {"p_death_revision": (0.1, 0.99)}
    with pytest.raises(FieldError, match=r"could not state 0.99: .*the probability to 'dead'"):
        two_way(recalculator, "p_death_revision", "p_again", limits=limits, **options)
    with pytest.raises(FieldError, match=r"could not state 0.99"):
        switching_values(recalculator, "p_death_revision", high=0.99, threshold=20_000.0)
    found = two_way(recalculator, "p_death_revision", "p_again",
                    limits={"p_death_revision": (0.1, 0.5)}, **options)  # fmt: skip
    assert found.spans[0].high == 0.5


def test_cells_of_a_map_are_runs_of_the_changed_file(sick_sicker, changed_file):
    found = two_way(sick_sicker, "c_treatment_b", "hr_b", limits={"hr_b": (0.3, 0.9)}, points=5)
    hr = ('hr_b: {value: 0.6, unit: "1", distribution: "lognormal(log_mean=log(0.6), '
          'log_sd=0.02)",')  # fmt: skip
    for i, j in ((0, 0), (0, 4), (2, 3), (4, 1), (5, 4)):
        one, two = found.values[0][i], found.values[1][j]
        path = changed_file(
            "sick-sicker", priced(one) | {hr: f'hr_b: {{value: {two!r}, unit: "1",'}
        )
        base = equipoise.run_model(path).base
        benefit = base["qaly_present"] * 100_000 - base["cost_present"]
        np.testing.assert_allclose(found.benefit[:, i, j], benefit.values, rtol=1e-9)
        assert found.best[i][j] == str(benefit.idxmax("strategy").item())
    assert found.table().shape == (6 * 5, 8), "the stated price too"
    assert sum(found.shares().values()) == pytest.approx(1.0)


def test_cells_beyond_one_whole_are_left_out(linear):
    found = two_way(Recalculator(linear), "severe", "fatal",
                    limits={"severe": (0.0, 1.0), "fatal": (0.0, 1.0)}, points=3)  # fmt: skip
    assert found.values == ((0.0, 0.3, 0.5, 1.0), (0.0, 0.2, 0.5, 1.0))
    assert [[bool(best) for best in row] for row in found.best] == [
        [True, True, True, True], [True, True, True, False], [True, True, True, False],
        [True, False, False, False],
    ]  # fmt: skip
    assert sum(found.shares().values()) == pytest.approx(1.0)
