"""Short texts that a study shows to people, in one or several languages."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from equipoise.core.errors import FieldError
from equipoise.core.translation import LANGUAGES, language, use_language
from equipoise.core.translation import translate as _

ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


def _known_languages(text: str | dict[str, str]) -> str | dict[str, str]:
    if isinstance(text, dict):
        unknown = sorted(set(text) - set(LANGUAGES))
        if unknown or "en" not in text:
            names = ", ".join(LANGUAGES)
            raise FieldError(
                _("languages are {names}, and English must be there", names=names),
                fix=_("write the text itself, or {{en: ..., ru: ...}}"),
            )
    return text


Text = Annotated[ShortText | dict[str, ShortText], AfterValidator(_known_languages)]
"""A text, or one text per language with English always present."""


def shown(text: str | dict[str, str]) -> str:
    """Return the text in the language of the current user, else in English.

    Examples
    --------
    >>> shown({"en": "Factor IX", "ru": "Фактор IX"})
    'Factor IX'
    """
    if isinstance(text, str):
        return text
    return text.get(language(), text["en"])


def in_every_language(write: Callable[[], str]) -> dict[str, str]:
    """Return a text that the program writes, once per language, for a record read by others.

    Parameters
    ----------
    write
        Returns the text in the language of the context.

    Examples
    --------
    >>> in_every_language(language)
    {'en': 'en', 'ru': 'ru'}
    """
    texts = {}
    for name in LANGUAGES:
        with use_language(name):
            texts[name] = write()
    return texts
