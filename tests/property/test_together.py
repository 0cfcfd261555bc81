"""Laws of parameters that are drawn together, when one of them is moved."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.packs import load_named_model
from equipoise.pipeline.sensitivity import Recalculator, completed, switching_values
from equipoise.spec.load import load_model
from equipoise.spec.loaded import LoadedModel

LINEAR = load_model(Path(__file__).parents[1] / "data" / "sensitivity" / "linear.yaml")
HIP = load_named_model("total-hip-replacement")
SHARES = ("mild", "severe", "fatal")


@given(st.sampled_from(SHARES), st.floats(0, 1))
def test_shares_always_make_a_whole_and_the_others_keep_their_ratio(
    name: str, value: float
) -> None:
    found = completed(LINEAR.spec, {name: value})
    assert set(found) == set(SHARES)
    assert found[name] == value
    assert sum(found.values()) == pytest.approx(1.0, abs=1e-12)
    one, two = (other for other in SHARES if other != name)
    stated = LINEAR.spec.parameters
    assert found[one] * stated[two].value == pytest.approx(
        found[two] * stated[one].value, abs=1e-12
    )


def joint_of(model: LoadedModel) -> tuple[str, ...]:
    (joint,) = model.spec.joint.values()
    return tuple(joint.parameters)


@given(st.sampled_from(joint_of(HIP)), st.floats(-3, 3))
def test_what_follows_moves_in_a_straight_line(name: str, step: float) -> None:
    base = {one: HIP.spec.parameters[one].value for one in joint_of(HIP)}
    found = completed(HIP.spec, {name: base[name] + step}, companions="expected")
    unit = completed(HIP.spec, {name: base[name] + 1.0}, companions="expected")
    for one, stated in base.items():
        wanted = stated + step * (unit[one] - stated)
        assert found[one] == pytest.approx(wanted, rel=1e-9, abs=1e-9)


@settings(deadline=None)  # the first search imports the solver
@given(st.floats(0.0, 60_000.0))
def test_a_higher_worth_of_a_qaly_never_lowers_the_highest_price(worth: float) -> None:
    found = switching_values(Recalculator(LINEAR), "price", others=[worth, worth + 1000.0])
    lower, higher = (one.roots[0].value for one in found.thresholds[1:])
    gained = 0.4 - np.exp(-2.5 + 0.32)
    assert higher - lower == pytest.approx(1000.0 * gained, rel=1e-6)
