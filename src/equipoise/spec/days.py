"""Days on which somebody did something, which cannot lie in the future."""

from datetime import date, timedelta
from typing import Annotated

from pydantic import AfterValidator

from equipoise.core.errors import FieldError
from equipoise.core.translation import translate as _

WRITTEN = date(2026, 11, 27)
"""The day of this version: a clock that shows an earlier one is wrong."""


def _not_in_future(day: date) -> date:
    """Refuse a day that has not come anywhere on Earth."""
    today = max(date.today(), WRITTEN)
    if day > today + timedelta(days=1):
        message = _("{day} lies in the future", day=day)
        raise FieldError(message, fix=_("write the day on which the text was read"))
    return day


PastDay = Annotated[date, AfterValidator(_not_in_future)]
"""The day of something that has been done."""
