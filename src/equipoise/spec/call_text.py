"""Reading a call such as ``gamma(mean=4000, sd=300)`` from a file's text, which is never run."""

import ast
import warnings

from equipoise.core.errors import FieldError
from equipoise.core.translation import translate as _


def call_of(text: str, *, limit: int, example: str) -> tuple[ast.Call, str]:
    """Return the call that a distribution is written as, and the name that it calls.

    Parameters
    ----------
    text
        As the file has it, without surrounding blanks.
    limit
        Most characters.
    example
        Fix that shows how it should look, not yet translated.

    Raises
    ------
    FieldError
        If the text is too long, or is no call of a name.

    Examples
    --------
    >>> call_of("gamma(mean=1)", limit=100, example="write it like gamma(mean=1)")[1]
    'gamma'
    """
    if len(text) > limit:
        message = _(
            "the distribution has {count} characters; the limit is {limit}",
            count=len(text), limit=limit,
        )  # fmt: skip
        raise FieldError(message, fix=_("shorten it"))
    try:
        with warnings.catch_warnings():  # Python warns of odd spellings such as 1if
            warnings.simplefilter("ignore")
            call = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        message = _("'{text}' cannot be read", text=text[:80])
        raise FieldError(message, fix=_(example)) from None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        message = _("'{text}' is not a distribution", text=text[:80])
        raise FieldError(message, fix=_(example))
    return call, call.func.id
