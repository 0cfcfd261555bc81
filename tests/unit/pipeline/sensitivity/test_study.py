"""One-way analysis of a study: equal to an assessment in which only one input is elsewhere."""

import pytest

import equipoise
from equipoise.core.errors import FieldError
from equipoise.pipeline.sensitivity.study_one_way import LUCKS, study_one_way
from equipoise.spec.replace import replace_values


def stated(study) -> dict[str, str]:
    """Return every input that can be fixed alone at its stated value."""
    return {
        name: repr(one.value)
        for name, one in study.quantities.items()
        if one.distribution is not None and name not in study.replaced_by_price
    }


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_bar_is_an_assessment_of_the_changed_study(mini, place):
    found = study_one_way(mini)
    bar = found.bars[place]
    for value, benefit in ((bar.span.low, bar.low), (bar.span.high, bar.high)):
        fixed = replace_values(mini, stated(mini) | {bar.span.name: repr(value)})
        run = equipoise.assess(fixed, draws=LUCKS, design="plain")
        wanted = float(run.tree["value"]["net_benefit"].mean())
        assert benefit == pytest.approx(wanted, rel=1e-9)


def test_the_base_is_that_of_stated_values(mini):
    run = equipoise.assess(replace_values(mini, stated(mini)), draws=LUCKS, design="plain")
    found = equipoise.one_way_of_study(mini)
    assert found.base == pytest.approx(float(run.tree["value"]["net_benefit"].mean()), rel=1e-9)
    widths = [bar.width(found.base) for bar in found.bars]
    assert widths == sorted(widths, reverse=True)
    assert "economics.willingness_to_pay" not in found.table()["input"].tolist()


def test_the_policy_moves_the_base(mini):
    cheaper = equipoise.one_way_of_study(mini, policy={"price": 1.0}, inputs=["patients.prevalent"])
    assert cheaper.base > equipoise.one_way_of_study(mini, inputs=["patients.prevalent"]).base


def test_unknown_inputs_are_refused(mini):
    with pytest.raises(FieldError, match="not an input"):
        study_one_way(mini, names=["patients.prevalen"])
