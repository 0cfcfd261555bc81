from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr

from equipoise.core.translation import use_language
from equipoise.report import Answer, answers, html_page
from equipoise.report.reading import Number, read
from equipoise.report.who_pays import verdict
from equipoise.report.words import patients

MakeTree = Callable[..., xr.DataTree]


def by_name(tree: xr.DataTree) -> dict[str, Answer]:
    return {answer.name: answer for answer in answers(tree)}


def test_five_questions_in_their_order(tree: xr.DataTree) -> None:
    found = answers(tree)
    assert [answer.name for answer in found] == ["soon", "pays", "fits", "balanced", "unknown"]
    assert found[0].question == "How soon?"
    with use_language("ru"):
        assert answers(tree)[1].question == "Кто платит?"


def test_no_sentence_is_left_untranslated(tree: xr.DataTree) -> None:
    english = answers(tree)
    with use_language("ru"):
        russian = answers(tree)
    for one, other in zip(english, russian, strict=True):
        assert one.headline != other.headline
        assert len(one.details) == len(other.details)
        assert not set(one.details) & set(other.details)
        assert repr(one.numbers) == repr(other.numbers)


def test_numbers_are_those_of_the_arrays(tree: xr.DataTree) -> None:
    found = by_name(tree)
    reach, value = tree["reach"].to_dataset(), tree["value"].to_dataset()
    treated = reach["treated"].sum("year")
    assert found["soon"].numbers["treated"].value == pytest.approx(float(treated.mean()))
    assert found["soon"].numbers["treated"].low == pytest.approx(float(treated.quantile(0.05)))
    funded = tree["access"]["funded"].sel(payer="federal_programme").values
    median = np.median(funded[np.isfinite(funded)])
    assert found["soon"].numbers["funded.federal_programme"].value == pytest.approx(median)
    assert found["soon"].numbers["never_funded.federal_programme"].value == pytest.approx(0.05)
    total = value["budget_impact"].sum(("payer", "year"))
    assert found["pays"].numbers["budget_impact"].value == pytest.approx(float(total.mean()))
    parts = [n.value for k, n in found["pays"].numbers.items() if k.startswith("budget_impact.")]
    assert sum(parts) == pytest.approx(float(total.mean()))
    assert found["pays"].numbers["worth_it"].value == float((value["net_benefit"] > 0).mean())
    waiting = reach["waiting"].isel(year=-1).mean()
    assert found["fits"].numbers["waiting_at_end"].value == pytest.approx(float(waiting))
    benefit = value["net_benefit"].values
    perfect = np.maximum(benefit, 0.0).mean() - max(benefit.mean(), 0.0)
    assert found["unknown"].numbers["evpi"].value == pytest.approx(perfect)


def test_the_supported_price_is_where_the_expected_net_benefit_is_zero(tree: xr.DataTree) -> None:
    price = by_name(tree)["pays"].numbers["supported_price"].value
    weight = float(tree["payment"]["price_weight"].mean())
    lost = (price - 40e6) * weight
    assert float(tree["value"]["net_benefit"].mean()) - lost == pytest.approx(0.0, abs=1.0)


def test_only_payers_that_owe_the_product_are_dated(tree: xr.DataTree) -> None:
    soon = by_name(tree)["soon"]
    dated = [name for name in soon.numbers if name.startswith("funded.")]
    assert dated == ["funded.circle_of_kindness", "funded.federal_programme"]
    text = " ".join(soon.details)
    assert "never in 5% of simulated futures" in text
    assert "Its owner: " in text


def test_nobody_treated_is_said_plainly(make_tree: MakeTree) -> None:
    found = by_name(make_tree(treated=0.0))
    assert found["soon"].headline == "Nobody is likely to be treated within 10 years."
    assert found["pays"].headline == "Nobody pays more, because nobody is treated."
    assert not any("supports a price" in text for text in found["pays"].details)


def test_never_funded_is_said_plainly(make_tree: MakeTree) -> None:
    soon = by_name(make_tree(never=1.0))["soon"]
    assert "Federal programme: never buys it." in soon.details
    assert soon.headline == "Nobody is likely to be treated within 10 years."


def test_likely_never_is_no_promise(make_tree: MakeTree) -> None:
    soon = by_name(make_tree(never=0.7))["soon"]
    assert soon.headline.startswith("More likely than not nobody is treated; on average")


@pytest.mark.parametrize(
    ("knobs", "kind", "words"),
    [
        ({"saved": 60e6}, "dominant", "gives more health and saves money"),
        ({"health": -1.0}, "dominated", "costs more: not worth any of its price"),
        ({"health": 10.0}, "worth it", "at 40 million RUB it is worth its price"),
        ({"health": 1.0}, "too dear", "at 40 million RUB it is not worth its price"),
        ({"health": -1.0, "saved": 60e6}, "worse but cheaper", "less health but saves money"),
        ({"treated": 0.0}, "nobody treated", "nobody is treated"),
    ],
)
def test_the_verdict_has_its_words(
    make_tree: MakeTree, knobs: dict[str, float], kind: str, words: str
) -> None:
    run = make_tree(spread=0.1, **knobs)
    assert verdict(read(run)) == kind
    assert words in by_name(run)["pays"].headline


def test_an_unsure_verdict_says_so(make_tree: MakeTree) -> None:
    pays = by_name(make_tree(health=4.6, spread=2.0))["pays"]
    share = pays.numbers["worth_it"].value
    assert 0.05 < share < 0.95
    assert "on average" in pays.headline
    assert "of simulated futures" in pays.headline


def test_dominance_is_words_not_a_negative_ratio(make_tree: MakeTree) -> None:
    pays = by_name(make_tree(saved=60e6, spread=0.1))["pays"]
    assert any("adds" in text and "saves" in text for text in pays.details)
    assert not any("One more QALY costs" in text for text in pays.details)


def test_savings_are_phrased_without_a_minus(make_tree: MakeTree) -> None:
    pays = by_name(make_tree(saved=60e6, spread=0.1))["pays"]
    assert pays.headline.startswith("It saves payers ")
    line = next(text for text in pays.details if text.startswith("Federal programme"))
    assert "saves" in line
    assert "-" not in line


def test_blockers_come_first(tree: xr.DataTree, make_tree: MakeTree) -> None:
    fits = by_name(tree)["fits"]
    assert fits.headline.startswith("Not yet: 1 of 3 things that treatment needs is missing")
    states = [text for text in fits.details if "the payer" in text]
    assert states == ["Missing: Tariff (the payer).", "Partly in place: Register (the payer)."]
    ready = [{**need.model_dump(), "state": "ready"} for need in read(tree).record.needs]
    fits = by_name(make_tree(needs=ready))["fits"]
    assert fits.headline == "All that treatment needs is in place; the centres have room."


def test_full_centres_are_called_full(make_tree: MakeTree) -> None:
    assert by_name(make_tree(treated=58.0))["fits"].headline.endswith("the centres are full.")


def test_a_fair_bargain_is_described(tree: xr.DataTree) -> None:
    balanced = by_name(tree)["balanced"]
    reading = read(tree)
    nash, least = reading.compromises
    score = tree["balance"].to_dataset()
    front = np.flatnonzero(score["on_front"].values)
    assert nash.policy == front[score["nash_product"].values[front].argmax()]
    assert least.policy == front[score["maximum_regret"].values[front].argmin()]
    assert balanced.headline.startswith("A fair bargain exists: 20 million RUB")
    assert "Patients: best with 10 centres, whatever the rest." in balanced.details
    assert any("No side would lose by moving to" in text for text in balanced.details)


def test_no_fair_bargain_is_said_plainly(make_tree: MakeTree) -> None:
    balanced = by_name(make_tree(status_quo=(-0.5, 0.2, 1.03)))["balanced"]
    assert balanced.headline == (
        "No policy is better than doing nothing for all. Always worse off: the state."
    )
    assert "nash.patient" not in balanced.numbers
    mixed = by_name(make_tree(status_quo=(0.9, 0.55, 0.7)))["balanced"]
    assert "each leaves some side worse off" in mixed.headline


def test_the_weightiest_input_is_named(tree: xr.DataTree) -> None:
    unknown = by_name(tree)["unknown"]
    assert unknown.headline.endswith("first find out: “Input price”.")
    assert any("today it is read in the source" in text for text in unknown.details)


def test_chance_findings_are_not_named(make_tree: MakeTree) -> None:
    run = make_tree()
    error = run["information"]["evppi_standard_error"]
    run["information"]["evppi_standard_error"] = error * 100.0
    unknown = by_name(run)["unknown"]
    assert "no single input stands out" in unknown.headline


@pytest.mark.parametrize(("health", "words"), [(30.0, "every"), (0.1, "no")])
def test_a_clear_verdict_is_clear_but_not_certain(
    make_tree: MakeTree, health: float, words: str
) -> None:
    run = make_tree(health=health, spread=0.05, never=0.0, evppi=(0.0, 0.0, 0.0, 0.0))
    unknown = by_name(run)["unknown"]
    assert f"in {words} simulated future" in unknown.headline
    assert any("not certain" in text for text in unknown.details)


def test_a_handful_of_draws_is_no_verdict(make_tree: MakeTree) -> None:
    knobs = {"health": 30.0, "spread": 0.05, "never": 0.0, "evppi": (0.0, 0.0, 0.0, 0.0)}
    few, enough = (make_tree(**knobs, draws=draws) for draws in (99, 100))
    assert "clear" not in by_name(few)["unknown"].headline
    assert "cannot be told" in by_name(few)["unknown"].headline
    assert "clear" in by_name(enough)["unknown"].headline
    assert "99 simulated futures: a first look" in html_page(few)
    assert "a first look" not in html_page(enough)


def test_futures_without_treatment_are_named_beside_the_share_that_is_worth_it(
    make_tree: MakeTree,
) -> None:
    # 40 of 200 draws are never funded, and all others are worth it.
    pays = by_name(make_tree(health=30.0, spread=0.05, never=0.2))["pays"]
    line = next(text for text in pays.details if "worth its price in" in text)
    assert "in 80% of simulated futures" in line
    assert "the 20% in which nobody is treated" in line


def test_what_nobody_gets_is_not_judged(make_tree: MakeTree) -> None:
    found = by_name(make_tree(never=1.0))
    assert found["unknown"].headline.startswith("Nobody is treated in any simulated future")
    assert not any("rests" in text or "spread" in text for text in found["unknown"].details)


def test_a_mean_outside_its_range_is_called_a_mean() -> None:
    assert (
        patients(Number(2.3, 0.0, 1.0, ""))
        == "2 patients on average (0 to 1 in 90% of the futures)"
    )
