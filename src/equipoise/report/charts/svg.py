"""How a chart becomes SVG that any browser shows alike."""

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from hashlib import sha256
from html import escape
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from typing import Any, Protocol

import altair as alt

from equipoise.core.translation import language

_PROGRAM = Path(__file__).with_name("conversion.py")


class ToSvg(Protocol):
    """What turns charts into SVG, one after the other, while its caller goes on."""

    def __call__(self, chart: alt.LayerChart, *, label: str = "") -> "Future[str]":
        """Return one `svg` element, later; see `converter`."""
        ...


@contextmanager
def converter() -> Iterator[ToSvg]:
    """Start what turns charts into SVG; it ends with the block, when all charts are done.

    It is a process of its own, as the library that converts lets no other thread of Python run
    meanwhile.

    Yields
    ------
    ToSvg
        Takes a chart of this package, and what it shows for those who cannot see it (omitted is
        its title). Returns an `svg` element with a role and a label that scales to the width of
        its place; its ids are its own, so that several can stand in one page.
    """
    with _process() as process, ThreadPoolExecutor(max_workers=1) as beside:

        def to_svg(chart: alt.LayerChart, *, label: str = "") -> Future[str]:
            # The tests of the charts check them against the grammar; here that would double the
            # time.
            spec = chart.to_dict(validate=False)
            locale = "ru-RU" if language() == "ru" else "en-GB"
            return beside.submit(_converted, process, spec, locale, label or _title_of(spec))

        try:
            yield to_svg
        except BaseException:
            beside.shutdown(wait=False, cancel_futures=True)
            raise


@contextmanager
def _process() -> Iterator["Popen[bytes]"]:
    """Start the process; it ends when its input does, so not even a killed run leaves it behind."""
    # Ctrl-C must not reach it: whoever waits for its answers decides whether to stop.
    with Popen(  # noqa: S603 - our own program
        [sys.executable, "-P", str(_PROGRAM)], stdin=PIPE, stdout=PIPE, stderr=DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None  # noqa: S101 - it was asked for
        try:
            yield process
        finally:
            with suppress(BrokenPipeError):
                process.stdin.close()


def _converted(process: "Popen[bytes]", spec: Mapping[str, Any], locale: str, label: str) -> str:
    """Return a chart as SVG."""
    assert process.stdin is not None  # noqa: S101 - both were asked for
    assert process.stdout is not None  # noqa: S101
    line = b""
    with suppress(BrokenPipeError):
        process.stdin.write(json.dumps([spec, locale]).encode() + b"\n")
        process.stdin.flush()
        line = process.stdout.readline()
    answer = json.loads(line or b'{"error": "the converter of charts ended too early"}')
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return _adapted(answer["svg"], label)


def _title_of(spec: Mapping[str, Any]) -> str:
    """Return the title of a chart as one line."""
    title = spec.get("title", {})
    parts = title.get("text", []) if isinstance(title, Mapping) else title
    return parts if isinstance(parts, str) else " ".join(parts)


def _adapted(svg: str, label: str) -> str:
    """Give the SVG its label, its own ids, and the freedom to scale."""
    key = "c" + sha256(svg.encode()).hexdigest()[:8]
    svg = re.sub(r'\bid="', f'id="{key}-', svg)
    svg = re.sub(r"url\(#", f"url(#{key}-", svg)
    svg = re.sub(r'href="#', f'href="#{key}-', svg)
    head, rest = svg.split(">", 1)
    # The label says all; those of the parts are English and unheard below a role of image.
    rest = re.sub(r'\saria-(label|roledescription)="[^"]*"', "", rest)
    size = re.search(r'viewBox="0 0 (\d+)', head)
    head = re.sub(r'\s(width|height|style|role|class)="[^"]*"', "", head)
    wide = f' style="max-width:{size[1]}px"' if size else ""
    safe = escape(label)
    return (
        f'{head} role="img" aria-label="{safe}" width="100%"{wide} focusable="false">'
        f"<title>{safe}</title>{rest}"
    )
