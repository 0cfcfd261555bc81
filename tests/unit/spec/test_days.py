"""Days that have been, whatever the clock of the computer shows."""

from datetime import date

import pytest
from pydantic import ValidationError

from equipoise.spec import days
from equipoise.spec.quantity import Source


@pytest.mark.parametrize(
    ("today", "read", "possible"),
    [
        ("2030-05-01", "2030-04-30", True),
        # It is tomorrow already in Kamchatka.
        ("2030-05-01", "2030-05-02", True),
        ("2030-05-01", "2030-05-03", False),
        # A clock that stands before this version was written is wrong, and our files are right.
        ("2001-01-01", "2026-11-23", True),
        ("2001-01-01", "2027-01-01", False),
    ],
)
def test_nobody_reads_in_the_future(
    monkeypatch: pytest.MonkeyPatch, today: str, read: str, possible: bool
) -> None:
    class Clock(date):
        @classmethod
        def today(cls) -> date:
            return date.fromisoformat(today)

    monkeypatch.setattr(days, "date", Clock)
    source = {"title": "Text", "address": "https://example.org", "read": read}
    if possible:
        assert Source.model_validate(source).read == date.fromisoformat(read)
    else:
        with pytest.raises(ValidationError, match="lies in the future"):
            Source.model_validate(source)
