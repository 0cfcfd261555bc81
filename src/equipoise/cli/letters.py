"""Text for terminals and pipes that know few letters: nothing is lost, and nothing fails."""

import codecs
import io
import re
import sys
from unicodedata import normalize

_HANDLER = "equipoise.plain"

_SIGNS = str.maketrans(
    {
        "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "\N{THIN SPACE}": " ",
        "–": "-", "—": "-", "−": "-", "‑": "-", "•": "*", "·": ".", "…": "...", "×": "x",
        "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "„": '"',
        "∞": "inf", "≤": "<=", "≥": ">=", "≈": "~", "±": "+-", "№": "No.", "§": "par. ",
        "→": "->", "€": "EUR", "₽": "RUB", "£": "GBP",
        "━": "-", "╸": "-", "╺": "-",
        **dict(zip("▁▂▃▄▅▆▇█", "1234567#", strict=True)),
    }
)  # fmt: skip
"""Signs of our texts in plain letters; blocks of a chart become digits."""

_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        # A list would take a line for each letter.
        "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch ' y ' e yu ya".split(),  # noqa: SIM905
        strict=True,
    )
)

_RAISED = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")


def plain(text: str) -> str:
    r"""Return a text in ASCII: signs by their likes, Cyrillic in Latin, all else by its code.

    Examples
    --------
    >>> plain("«Круг добра»: 1,5·10²⁸ ₽")
    '"Krug dobra": 1,5.10^28 RUB'
    >>> plain("naïve 中")
    'naive \\u4e2d'
    """
    text = _RAISED.sub(lambda found: "^" + normalize("NFKC", found[0]).replace("−", "-"), text)
    return "".join(_letter(sign) for sign in text.translate(_SIGNS))


def _letter(sign: str) -> str:
    """Return one letter in ASCII."""
    if sign.isascii():
        return sign
    if sign.lower() in _CYRILLIC:
        latin = _CYRILLIC[sign.lower()]
        return latin if sign.islower() else latin.capitalize()
    bare = normalize("NFKD", sign).encode("ascii", "ignore").decode("ascii")
    return bare or sign.encode("ascii", "backslashreplace").decode("ascii")


def _replaced(error: UnicodeError) -> tuple[str, int]:
    """Return what stands in place of the letters that a stream does not know."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return plain(error.object[error.start : error.end]), error.end


def accept_all_letters() -> None:
    """Make the standard streams write plain letters for those that their encoding lacks."""
    codecs.register_error(_HANDLER, _replaced)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)
