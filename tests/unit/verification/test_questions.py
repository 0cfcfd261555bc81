"""Mistakes that outside testers made, and what the log says of them: failures and questions."""

from pathlib import Path

import pytest

from equipoise.packs import load_named_model
from equipoise.spec.formula import parse_formula
from equipoise.verification import CHECKS, Outcome
from equipoise.verification.changes import with_horizon, with_parts
from equipoise.verification.mistakes import (
    corrected_effects,
    deviation_for_error,
    discounted_twice,
    health_gained,
    upside_down,
)
from equipoise.verification.subject import Subject
from equipoise.verification.verify import answer

BY_NAME = {check.name: check for check in CHECKS}
SOUND = Path(__file__).parent / "sound"


@pytest.fixture
def found(tmp_path: Path):
    """Return what a check says of a sound model, with words of its file exchanged."""

    def asked(check: str, name: str, *exchanged: tuple[str, str], draws: int = 5) -> Outcome:
        path = tmp_path / "model.yaml"
        text = (SOUND / name).read_text(encoding="utf-8")
        for word, other in exchanged:
            assert word in text
            text = text.replace(word, other)
        path.write_text(text, encoding="utf-8")
        return answer(BY_NAME[check], Subject(load_named_model(str(path)), draws=draws, seed=1))

    return asked


@pytest.mark.parametrize(
    "factor",
    [
        "* 1.03 ** (-time / year)",
        "/ 1.03 ** (time / year)",
        "/ (1 + 0.03) ** floor(time / year)",
        "* exp(-log(1.03) * time / year)",
        "* (1 / 1.03) ** ((age - 60 * year) / year)",
    ],
)
@pytest.mark.parametrize("field", ["utility: u_stable}", "care: c_care"])
def test_what_the_file_discounts_is_not_discounted_in_formulas(found, factor, field) -> None:
    model = "divided.yaml" if field.startswith("utility") else "rebate.yaml"
    end = "}" if field.endswith("}") else ""
    again = found("V18", model, (field, f"{field.removesuffix('}')} {factor}{end}"))
    assert again.verdict == "failed"
    assert "V18_twice: discounted twice" in again.seen
    assert again.reason.startswith("fix: take the factor out of the formulas")
    undiscounted = found("V18", model, (field, f"{field.removesuffix('}')} {factor}{end}"),
                         ("cost: 3 %/year, health: 3 %/year", "cost: 0 %/year, health: 0 %/year"),
                         )  # fmt: skip
    assert (undiscounted.verdict, undiscounted.reason) == ("passed", "")


@pytest.mark.parametrize(
    ("factor", "asked"),
    [
        ("* 1.05 ** (-time / year)", True),  # discounting by another rate, or prices that fall
        ("* exp(-0.03 * time / year)", True),
        ("* exp(-0.3 * time / year)", False),  # who stops a drug
        ("* 0.6 ** (time / year)", False),
        ("* 1.03 ** (time / year)", False),  # prices that rise
        ("* (0.5 if time > 3 * year else 1)", False),
    ],
)
def test_what_falls_like_a_discount_is_asked_about(found, factor: str, asked: bool) -> None:
    field = "utility: u_stable}"
    fallen = found("V18", "divided.yaml", (field, f"utility: u_stable {factor}}}"))
    assert fallen.verdict == "passed"
    assert ("Does this discount what the file discounts already" in fallen.reason) == asked


def test_curves_are_discounted_twice_as_well() -> None:
    model = load_named_model("car-t-lymphoma")
    for wrong in discounted_twice(model):
        assert answer(BY_NAME["V18"], Subject(wrong, draws=5, seed=1)).verdict == "failed"
    assert answer(BY_NAME["V18"], Subject(model, draws=5, seed=1)).reason == ""


def test_rates_in_steps_are_the_files_own(found) -> None:
    steps = ("health: 3 %/year", "health: {0 years: 4 %/year, 10 years: 2 %/year}")
    field = "utility: u_stable}"
    as_costs = (field, "utility: u_stable * 1.03 ** (-time / year)}")
    assert found("V18", "divided.yaml", steps, as_costs).verdict == "failed"
    as_neither = (field, "utility: u_stable * 1.04 ** (-time / year)}")
    other = found("V18", "divided.yaml", steps, as_neither)
    assert (other.verdict, bool(other.reason)) == ("passed", True)


WRONG_ARM = ("usual_to_therapy if treated else 1", "1 if treated else usual_to_therapy")


def test_less_health_than_the_first_strategy_is_asked_about(found) -> None:
    assert found("V23", "divided.yaml").reason == ""
    worse = found("V23", "divided.yaml", WRONG_ARM)
    assert worse.verdict == "passed"
    assert "'therapy' gives" in worse.reason
    assert "QALYs less than 'usual', the first strategy" in worse.reason
    no_utilities = [("utility: u_stable / 2", ""), ("utility: u_stable", "")]
    worse = found("V23", "divided.yaml", WRONG_ARM, *no_utilities)
    assert "life years less than 'usual'" in worse.reason


def test_less_health_is_asked_once_for_each_strategy(found) -> None:
    third = ("  therapy: {treated: 1}", "  therapy: {treated: 1}\n  other: {treated: 1}")
    worse = found("V23", "divided.yaml", WRONG_ARM, third)
    assert worse.reason.count("the first strategy") == 2
    assert worse.reason.count("Is it right") == 1


def test_health_of_a_tree_with_the_wrong_sign_is_asked_about(found) -> None:
    wrong = found("V23", "certain-increment.yaml", ("qaly: -p * loss", "qaly: p * loss"))
    assert "'antibiotic' gives 0.004" in wrong.reason
    assert found("V23", "certain-increment.yaml").reason == ""


def curve(share: str):
    """Sick-Sicker as a curve of survival over 30 years."""
    model = load_named_model("sick-sicker")
    states = {
        "well": model.spec.states["healthy"].model_copy(
            update={"start": None, "share": parse_formula(share)}
        ),
        "dead": model.spec.states["dead"].model_copy(update={"share": "rest"}),
    }
    return with_horizon(with_parts(model, states=states, transitions={}, track={}, events={}), 30.0)


def test_a_curve_that_never_ends_is_asked_about() -> None:
    for share, asked in (
        ("exp(-time / (12 * year))", False),
        ("max(exp(-time / (12 * year)), 0.2)", True),
        ("0.2 + 0.8 * exp(-time / (12 * year))", True),
    ):
        one = answer(BY_NAME["V09"], Subject(curve(share), draws=5, seed=1))
        assert one.verdict == "passed"
        assert ("20% would be alive at the age of 110" in one.reason) == asked
    assert answer(BY_NAME["V09"], Subject(load_named_model("car-t-lymphoma"), draws=5, seed=1)
                  ).reason == ""  # fmt: skip


@pytest.mark.parametrize(
    ("check", "name", "seed", "seen", "fix"),
    [
        (
            "V06",
            "sick-sicker",
            upside_down,
            "'hr_b' a tenth higher: 2.40% less often",
            "multiply by",
        ),
        ("V03", "sick-sicker", deviation_for_error, "times as widely as that", "sd / sqrt(n)"),
        ("V24", "sick-sicker", corrected_effects, "it rises by", "'correct_transitions'"),
        ("V17", "sick-sicker-by-residence", health_gained, "a gain of", "losses, below 0"),
    ],
)
def test_a_failure_says_what_to_do(check, name, seed, seen, fix) -> None:
    model = next(iter(seed(load_named_model(name))))
    one = answer(BY_NAME[check], Subject(model, draws=30, seed=1))
    assert one.verdict == "failed"
    assert seen in one.seen
    assert one.reason.startswith("fix: ")
    assert fix in one.reason


def test_what_spreads_has_a_margin() -> None:
    model = load_named_model("sick-sicker")
    for check in ("V02", "V03"):
        passed = answer(BY_NAME[check], Subject(model, draws=5, seed=1))
        assert 0.0 <= (passed.margin or -1.0) <= 1.0
    wrong = next(iter(deviation_for_error(model)))
    failed = answer(BY_NAME["V03"], Subject(wrong, draws=5, seed=1))
    assert (failed.margin or 0.0) < 0.0
