"""Sound models that strangers wrote, of which a check complained, and the mistake it is for."""

from pathlib import Path

import pytest

from equipoise.packs import load_named_model
from equipoise.verification import CHECKS
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
