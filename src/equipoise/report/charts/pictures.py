"""One chart as a file of its own: SVG, PNG, or a page, each marked as ours."""

import json
import struct
import zlib
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import altair as alt

from equipoise.core.translation import language
from equipoise.report.charts.svg import converter

PIXELS = 2.0
"""Pixels of a PNG for each of a screen, so that print is sharp."""

MARK = "Made by Equipoise"
"""Stands near the beginning of each picture, so that only our own are ever replaced."""

ENDINGS = (".svg", ".png", ".html")

_SEEN = 400
"""Bytes in which the mark stands."""

_PNG_HEAD = 33
"""Bytes of the signature and the first chunk, whose length is fixed."""


def picture(chart: alt.LayerChart, ending: str) -> bytes:
    """Return a chart as the content of a file.

    Parameters
    ----------
    chart
        Any of this package.
    ending
        One of `ENDINGS`.
    """
    if ending == ".png":
        return _png(chart)
    with converter() as to_svg:
        svg = to_svg(chart).result()
    if ending == ".svg":
        return f"<!-- {MARK} -->\n{svg}\n".encode()
    return _page(svg, title=_title(chart)).encode()


def is_own_picture(path: Path) -> bool:
    """Return whether a file is a picture that `picture` made."""
    with path.open("rb") as file:
        return MARK.encode() in file.read(_SEEN)


def _png(chart: alt.LayerChart) -> bytes:
    """Return a chart as PNG on white."""
    import vl_convert  # noqa: PLC0415 - takes a quarter of a second

    # The converter's letters lack the sign of the rouble, and would draw its lines in others.
    text = json.dumps(chart.to_dict(validate=False), ensure_ascii=False)
    text = text.replace("₽.", "₽").replace("₽", "руб.")
    spec: dict[str, Any] = json.loads(text)
    spec["config"]["background"] = "white"
    made: bytes = vl_convert.vegalite_to_png(
        spec, scale=PIXELS, allowed_base_urls=[],
        format_locale="ru-RU" if language() == "ru" else "en-GB",
    )  # fmt: skip
    words = b"tEXtSoftware\0" + MARK.encode()
    chunk = struct.pack(">I", len(words) - 4) + words + struct.pack(">I", zlib.crc32(words))
    return made[:_PNG_HEAD] + chunk + made[_PNG_HEAD:]


def _page(svg: str, *, title: str) -> str:
    """Return an SVG as a page that loads nothing."""
    return (
        f'<!doctype html>\n<!-- {MARK} -->\n<html lang="{language()}">\n<head>\n'
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n</head>\n"
        '<body style="margin: 1.5rem auto; max-width: 60rem; padding: 0 1rem">\n'
        f"{svg}\n</body>\n</html>\n"
    )


def _title(chart: alt.LayerChart) -> str:
    """Return the title of a chart as one line."""
    spec: Mapping[str, Any] = chart.to_dict(validate=False)
    return " ".join(spec["title"]["text"])
