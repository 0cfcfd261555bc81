"""Verification of the library, and how many seeded mistakes it notices."""

import csv
import re
from pathlib import Path

import pytest

import equipoise
from equipoise.core.errors import FieldError
from equipoise.core.translation import use_language
from equipoise.packs import load_named_model
from equipoise.packs.find import library_folder
from equipoise.report import LOG_COLUMNS, write_log_page, write_log_table
from equipoise.report.checks import margin_text
from equipoise.verification import CHECKS, log_of, verify
from equipoise.verification.seeded import catch_rate

MODELS = sorted(path.stem for path in (library_folder() / "models").glob("*.yaml"))


@pytest.mark.parametrize("name", MODELS)
def test_models_of_the_library_pass(name: str) -> None:
    found = verify(load_named_model(name))
    assert [(check.name, found.found[check].seen) for check in found.failed] == []
    waived = [check.name for check, one in found.found.items() if one.verdict == "waived"]
    assert all(found.found[check].reason for check in found.found if check.name in waived)
    assert len(found.found) == len(CHECKS)


def test_the_study_passes() -> None:
    found = equipoise.verify("haemophilia-b-gene-therapy")
    assert [(check.name, found.found[check].seen) for check in found.failed] == []


def test_nine_of_ten_seeded_mistakes_are_noticed() -> None:
    """One place of each kind; docs/guides/verify.md has the rates of three places by model."""
    rate = catch_rate(load_named_model("sick-sicker"), places=1)
    assert rate.kinds >= 40
    assert rate.rate >= 0.9
    missed = {one.name for one in rate.found if one.caught and not one.noticed}
    assert missed <= {"ten_times_both", "twice_as_likely", "exchanged_costs", "exchanged_targets"}


def test_draws_that_cannot_be_are_no_fault_of_the_model() -> None:
    with pytest.raises(FieldError, match="draws"):
        verify(load_named_model("tegaderm"), draws=0)


@pytest.mark.parametrize("name", ["tegaderm", "sick-sicker"])
def test_the_log_writes_numbers_as_its_language_does(name: str) -> None:
    with use_language("ru"):
        log = log_of(verify(load_named_model(name), draws=60))
    texts = [text for row in log.rows for text in (row.expected, row.seen)]
    assert any(re.search(r"\d,\d", text) for text in texts)
    assert [text for text in texts if re.search(r"\d\.\d", text)] == []


@pytest.mark.parametrize(
    ("margin", "text"),
    [
        (None, ""), (1.2, "100%"), (1.0, "100%"), (0.25, "25%"), (0.0, "0%"), (-1e-9, "-1%"),
        (-0.35, "-35%"), (-10.0, "-1,000%"), (-11.0, "beyond"), (-2.86e8, "beyond"),
    ],
)  # fmt: skip
def test_a_margin_is_a_share_of_what_is_allowed(margin: float | None, text: str) -> None:
    assert margin_text(margin) == text


def test_the_table_has_the_margins_of_the_page(tmp_path: Path) -> None:
    log = log_of(verify(load_named_model("sick-sicker"), draws=60))
    path = write_log_table(log, tmp_path / "log.csv")
    rows = {row["check"]: row for row in csv.DictReader(path.read_text("utf-8").splitlines())}
    assert rows["V12"]["margin"] == "beyond"
    assert rows["V08"]["margin"] == "100%"
    assert rows["V14"]["margin"] == ""
    assert {row["margin"][-1:] for row in rows.values()} <= {"%", "", "d"}


def test_the_log_is_a_table_and_a_page(tmp_path: Path) -> None:
    log = log_of(verify(load_named_model("tegaderm"), draws=60))
    path = write_log_table(log, tmp_path / "log.csv")
    rows = list(csv.reader(path.read_text("utf-8").splitlines()))
    assert tuple(rows[0]) == LOG_COLUMNS
    assert len(rows) == 1 + len(CHECKS)
    page = write_log_page(log, tmp_path / "log.html").read_text("utf-8")
    assert "Tegaderm" in page
    assert all(check.name in page for check in CHECKS)
    assert "<script" not in page
