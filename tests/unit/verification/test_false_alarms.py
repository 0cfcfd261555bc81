"""Sound models that strangers wrote, of which a check complained, and the mistake it is for."""

from pathlib import Path

import pytest

from equipoise.packs import load_named_model
from equipoise.verification import CHECKS
from equipoise.verification.mistakes import exchanged_utilities
from equipoise.verification.subject import Subject
from equipoise.verification.verify import answer

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
