"""What stands for a file in the interface: a name or a path."""

from pathlib import Path

from equipoise.core.errors import FieldError
from equipoise.core.translation import translate as _


def path_or_name(given: object, *, example: str) -> str | Path:
    """Refuse what is neither the name of something nor a path.

    Parameters
    ----------
    given
        What the caller gave.
    example
        Of what could be given, for the message.

    Raises
    ------
    FieldError
        If it is something else.

    Examples
    --------
    >>> path_or_name("sick-sicker", example='"tegaderm"')
    'sick-sicker'
    """
    if isinstance(given, str | Path):
        return given
    raise FieldError(
        _("neither a name nor a path: {value}", value=repr(given)[:80]),
        fix=_("write e.g. {example}", example=example),
    )
