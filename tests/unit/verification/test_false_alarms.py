"""Sound models that strangers wrote, of which a check complained, and the mistake it is for."""

from pathlib import Path

import pytest

from equipoise.packs import load_named_model
from equipoise.spec.formula import parse_formula
from equipoise.verification import CHECKS
from equipoise.verification.changes import with_parts
from equipoise.verification.mistakes import exchanged_utilities
from equipoise.verification.subject import Subject
from equipoise.verification.verify import answer, verify
from equipoise.verification.worth import exchanged_names

BY_NAME = {check.name: check for check in CHECKS}

SOUND = Path(__file__).parent / "sound"


@pytest.fixture
def subject(tmp_path: Path):
    """Return a model to verify, with a word of its file exchanged."""

    def made(name: str, word: str = "", other: str = "") -> Subject:
        path = tmp_path / "model.yaml"
        text = (SOUND / name).read_text(encoding="utf-8")
        assert word in text
        path.write_text(text.replace(word, other) if word else text, encoding="utf-8")
        return Subject(load_named_model(str(path)), draws=30, seed=1)

    return made


def test_moves_within_one_cycle_are_no_longer_life(subject) -> None:
    found = answer(BY_NAME["V11"], subject("slow.yaml"))
    assert found.verdict == "passed"
    assert "with half the cycle" in found.seen
    for factor in ("0.9", "0.5"):
        less = subject("slow.yaml", "dead: mortality(age)}", f"dead: mortality(age) * {factor}}}")
        assert answer(BY_NAME["V11"], less).verdict == "failed"


def test_nobody_is_left_to_live_longer(subject) -> None:
    assert answer(BY_NAME["V21"], subject("steep.yaml")).verdict == "passed"


def test_a_joint_distribution_is_uncertain(subject) -> None:
    found = answer(BY_NAME["V03"], subject("steep.yaml"))
    assert found.verdict == "not applicable"
    assert found.seen == "no uncertain input is of a kind whose spread can be judged"


def test_a_dangerous_state_may_be_painless(subject) -> None:
    found = answer(BY_NAME["V17"], subject("painless.yaml"))
    assert found.verdict == "passed"
    assert "more die from 'silent', worth 0.8, than from 'painful', worth 0.7" in found.reason
    as_usual = subject("painless.yaml", "utility: u_silent", "utility: u_silent / 2")
    assert answer(BY_NAME["V17"], as_usual).reason == ""


def test_utilities_named_after_each_others_states_are_exchanged(subject) -> None:
    model = subject("painless.yaml").model
    wrong = next(iter(exchanged_utilities(model)))
    found = answer(BY_NAME["V17"], Subject(wrong, draws=30, seed=1))
    assert found.verdict == "failed"
    assert "V17_exchanged: 'painful' has the utility of 'silent'" in found.seen


@pytest.mark.parametrize(
    ("utilities", "found"),
    [
        ({"b": "u_c", "c": "u_b"}, [("b", "c")]),
        ({"b": "u_b", "c": "u_c"}, []),
        ({"b": "c_b", "c": "c_c"}, []),  # the letter before all of them is a state as well
        ({"ill": "u_very_ill", "very_ill": "u_ill"}, [("ill", "very_ill")]),
        ({"ill": "u_ill", "very_ill": "u_very_ill"}, []),
        ({"ill": "u_well", "well": "u_well"}, []),
        ({"ill": "u_ill", "well": "u_ill + gain"}, []),
        ({"ill": "u_well - loss_ill", "well": "u_ill + gain_well"}, []),
    ],
)
def test_both_names_must_be_exchanged(
    subject, utilities: dict[str, str], found: list[tuple[str, str]]
) -> None:
    model = subject("painless.yaml").model
    states = {
        name: model.spec.states["silent"].model_copy(update={"utility": parse_formula(text)})
        for name, text in utilities.items()
    }
    assert list(exchanged_names(with_parts(model, states=states).spec)) == found


def test_a_rebate_is_subtracted_from_a_price(subject) -> None:
    found = answer(BY_NAME["V19"], subject("rebate.yaml"))
    assert found.verdict == "passed"
    assert found.reason == "Is it a rebate, to be subtracted: 'rebate'?"


@pytest.mark.parametrize(
    ("word", "other", "seen"),
    [
        ("price - rebate", "price - rebate * -1", "V19_rebate: 'rebate': raises costs"),
        ("price - rebate", "-(price - rebate)", "V19_price: 'price': lowers costs"),
        ("price - rebate", "price - 7 * rebate", "V19_negative"),
        ("price - rebate", "price - rebate * 0", "V19_rebate: 'rebate': lowers none"),
        ("care: c_care", "care: -c_care", "V19_c_care: 'c_care': lowers costs"),
    ],
)
def test_what_is_no_rebate_still_fails_v19(subject, word: str, other: str, seen: str) -> None:
    found = answer(BY_NAME["V19"], subject("rebate.yaml", word, other))
    assert found.verdict == "failed"
    assert seen in found.seen


def test_a_rebate_above_the_price_fails_v19_in_a_tree_too() -> None:
    tree = load_named_model("tegaderm")
    event = tree.spec.events["catheter"]
    for price, verdict in (("price_tegaderm", "passed"), ("price_tegaderm / 5", "failed")):
        cost = {"dressing": parse_formula(f"dressings * ({price} - price_standard)")}
        less = with_parts(tree, events={"catheter": event.model_copy(update={"cost": cost})})
        parts = BY_NAME["V19"].ask(Subject(less, draws=5, seed=1))
        assert next(one for one in parts if one.part == "negative").verdict == verdict


@pytest.mark.parametrize("check", ["V19", "V26"])
def test_what_a_file_has_switched_off_may_move_nothing(subject, check: str) -> None:
    found = answer(BY_NAME[check], subject("switched-off.yaml"))
    assert found.verdict == "passed"
    assert "'c_again' (retreated = 0)" in found.reason
    assert ("'per_sign' (signs = 0)" in found.reason) == (check == "V26")
    on = subject("switched-off.yaml", "treated: 1, retreated: 0", "treated: 1, retreated: 1")
    assert "c_again" not in answer(BY_NAME[check], on).reason


def test_what_nothing_names_is_not_switched_off(subject) -> None:
    for other in ("0 * c_again * retreated", "c_drug * retreated"):
        idle = subject("switched-off.yaml", "c_again * retreated", other)
        found = answer(BY_NAME["V26"], idle)
        assert found.verdict == "failed"
        assert "V26_c_again: 'c_again': moves nothing" in found.seen


def test_a_number_that_is_certainly_0_is_a_switch(subject) -> None:
    spell = "parameters:\n  spell: {value: 0, unit: year, source: trial, status: read}\n"
    path = subject("switched-off.yaml", "parameters:\n", spell).model.path
    text = path.read_text("utf-8").replace("* retreated", "* (spell / year) * treated")
    path.write_text(text, "utf-8")
    found = answer(BY_NAME["V26"], Subject(load_named_model(str(path)), draws=5, seed=1))
    assert found.verdict == "passed"
    assert "'c_again' (spell = 0)" in found.reason


def test_two_switches_may_be_off_at_once(subject) -> None:
    both = subject("switched-off.yaml", "c_again * retreated", "c_again * retreated * signs")
    found = answer(BY_NAME["V26"], both)
    assert found.verdict == "passed"
    assert "'c_again' (retreated = 0, signs = 0)" in found.reason


@pytest.mark.parametrize("shape", ["1", "0.5", "1.5", "2"])
def test_a_rate_may_be_counted_from_one_event(subject, shape: str) -> None:
    counted = f"shape={shape}, rate={shape} * 40"
    found = answer(BY_NAME["V03"], subject("one-event.yaml", "shape=1, rate=40", counted))
    assert found.verdict == "passed"


@pytest.mark.parametrize(
    "other",
    [
        "mean=1/40, sd=1/40",  # so differ times of single patients
        "shape=(0.8)**2, rate=(0.8)**2 * 40",  # from a mean and a deviation
        "shape=0.01, rate=0.4",
    ],
)
def test_a_deviation_written_for_a_rate_still_fails_v03(subject, other: str) -> None:
    found = answer(BY_NAME["V03"], subject("one-event.yaml", "shape=1, rate=40", other))
    assert found.verdict == "failed"
    assert "V03_r_relapse" in found.seen


def test_amounts_are_not_counted(subject) -> None:
    vague = subject("one-event.yaml", "gamma(mean=2000, sd=200)", "gamma(shape=1, scale=2000)")
    assert "V03_c_infection" in answer(BY_NAME["V03"], vague).seen


@pytest.mark.parametrize("patients", [2, 3, 25, 1000])
def test_a_share_may_be_counted_from_one_event(subject, patients: int) -> None:
    counted = f'value: 1/{patients}, unit: "1", distribution: "beta(alpha=1, beta={patients - 1})"'
    word = 'value: 1/25, unit: "1", distribution: "beta(alpha=1, beta=24)"'
    assert answer(BY_NAME["V03"], subject("one-event.yaml", word, counted)).verdict == "passed"


RATIO = 'value: 2.5, unit: "1", distribution: "lognormal(mean=2.5, sd=0.3)"'
INVERTED = 'value: 0.4, unit: "1", distribution: "lognormal(mean=0.4, sd=0.05)"'
DIVIDED = "r_progression / (usual_to_therapy if treated else 1)"


def test_a_ratio_may_divide_if_it_was_printed_the_other_way_round(subject) -> None:
    found = answer(BY_NAME["V06"], subject("divided.yaml"))
    assert found.verdict == "passed"
    assert found.reason.startswith("Was 'usual_to_therapy', by which the file divides, printed")
    times = subject("divided.yaml", "/ (usual", "* (usual")
    assert answer(BY_NAME["V06"], times).reason == ""


def test_a_ratio_that_divides_and_does_harm_still_fails_v06(subject) -> None:
    found = answer(BY_NAME["V06"], subject("divided.yaml", RATIO, INVERTED))
    assert found.verdict == "failed"
    assert "V06_usual_to_therapy" in found.seen


@pytest.mark.parametrize(
    ("ratio", "formula", "verdict"),
    [
        # What the therapy was measured in, and usual care by a ratio of therapy to usual care.
        (INVERTED, "r_progression / (1 if treated else usual_to_therapy)", "passed"),
        (RATIO, "r_progression / (1 if treated else usual_to_therapy)", "failed"),
        # A risk that all have: of those without it to those with it, and upside down.
        (INVERTED, "r_progression / usual_to_therapy", "passed"),
        (RATIO, "r_progression / usual_to_therapy", "failed"),
    ],
)
def test_who_is_better_for_a_ratio_decides_v06(
    subject, ratio: str, formula: str, verdict: str
) -> None:
    path = subject("divided.yaml", RATIO, ratio).model.path
    text = path.read_text("utf-8")
    assert DIVIDED in text
    path.write_text(text.replace(DIVIDED, formula), "utf-8")
    model = load_named_model(str(path))
    assert answer(BY_NAME["V06"], Subject(model, draws=5, seed=1)).verdict == verdict


@pytest.mark.parametrize(("exponent", "verdict"), [("2.5", "passed"), ("0.4", "failed")])
def test_a_curve_to_the_power_of_a_divided_ratio(subject, exponent: str, verdict: str) -> None:
    model = subject("divided.yaml", *((RATIO, INVERTED) if exponent == "0.4" else ())).model
    share = "weibull_survival(time, 1.2, 9 * year) ** (1 / usual_to_therapy if treated else 1)"
    stable = model.spec.states["stable"].model_copy(
        update={"start": None, "share": parse_formula(share)}
    )
    dead = model.spec.states["dead"].model_copy(update={"share": "rest"})
    curve = with_parts(model, states={"stable": stable, "dead": dead}, transitions={})
    found = answer(BY_NAME["V06"], Subject(curve, draws=5, seed=1))
    assert found.verdict == verdict
    assert found.reason.startswith("Was '" if verdict == "passed" else "fix: multiply by")


def test_where_nothing_is_uncertain_no_mean_moves(subject) -> None:
    """What is the same in all draws differs by rounding, which is no standard error."""
    model = subject("divided.yaml").model
    certain = {
        name: one.model_copy(update={"distribution": None})
        for name, one in model.spec.parameters.items()
    }
    found = answer(BY_NAME["V31"], Subject(with_parts(model, parameters=certain), draws=60, seed=1))
    assert (found.verdict, found.seen) == ("not applicable", "nothing is uncertain")


@pytest.mark.parametrize("draws", [100, 200])
def test_an_increment_that_is_certain_comes_to_rest(subject, draws: int) -> None:
    model = subject("certain-increment.yaml").model
    found = answer(BY_NAME["V31"], Subject(model, draws=draws, seed=1))
    assert (found.verdict, found.margin) == ("passed", 1.0)


@pytest.mark.parametrize("name", sorted(path.name for path in SOUND.glob("*.yaml")))
def test_sound_models_fail_nothing(subject, name: str) -> None:
    found = verify(subject(name).model, draws=60)
    assert [(check.name, found.found[check].seen) for check in found.failed] == []
