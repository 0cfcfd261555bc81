"""Texts whose numbers have the decimal mark of the user's language."""

from babel import numbers

from equipoise.core.translation import LOCALES, language, translate


class _Local(float):
    """A number that a text formats with the decimal mark of its language."""

    def __format__(self, spec: str, /) -> str:
        """Return the number by a specification as of `format`."""
        text = super().__format__(spec)
        local = text.replace(".", numbers.get_decimal_symbol(LOCALES[language()]))
        is_percent = spec.endswith("%")
        return translate("{number}%", number=local[:-1]) if is_percent else local


def translate_with_numbers(message: str, /, **values: object) -> str:
    """Return a text like `translate`, its fractional numbers as the language writes them.

    For texts that people read; what somebody is to type into a file keeps its point.

    Parameters
    ----------
    message
        As of `translate`.
    **values
        What stands in the braces.

    Raises
    ------
    KeyError
        If the text names a value that was not given.

    Examples
    --------
    >>> from equipoise.core.translation import use_language
    >>> with use_language("ru"):
    ...     translate_with_numbers("{share:.3g}", share=0.1234)
    '0,123'
    """
    local = {
        name: _Local(value) if isinstance(value, float) else value for name, value in values.items()
    }
    return translate(message, **local)
