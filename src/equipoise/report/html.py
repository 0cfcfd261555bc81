"""The report as one page that works offline, on paper and on a telephone."""

from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import xarray as xr

from equipoise.core.files import write_text
from equipoise.core.translation import language, translate, translate_plural

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def template(name: str) -> "Template":
    """Return a page's template; every text it is given is escaped.

    Parameters
    ----------
    name
        Of its file among the templates.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("equipoise.report", "templates"), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    # The template's own strings are translated at each use, in the language of that moment.
    environment.globals.update(_=translate, translate_plural=translate_plural, language=language)
    return environment.get_template(name)


def html_page(tree: xr.DataTree, *, embedded: bool = False) -> str:
    """Return the report of a run as one page in the current language.

    The page holds its charts and style, asks nothing from the network and runs no script.

    Parameters
    ----------
    tree
        Result of `pipeline.assess` or `open_archive`.
    embedded
        Wrapped in a frame, so that a notebook can show it without a clash of styles.
    """
    from equipoise.report.page import page_of

    whole = template("report.html.j2").render(page=page_of(tree))
    if not embedded:
        return whole
    title = escape(translate("Report"))
    return (
        f'<iframe title="{title}" sandbox="allow-popups" srcdoc="{escape(whole)}" '
        'style="width:100%;height:85vh;border:1px solid #d5dbe0"></iframe>'
    )


def write_html(tree: xr.DataTree, path: Path) -> Path:
    """Write the report of a run as one self-contained page, whole or not at all.

    Parameters
    ----------
    tree
        Result of `pipeline.assess` or `open_archive`.
    path
        Target; replaced if it exists.

    Returns
    -------
    pathlib.Path
        The path.
    """
    return write_text(path, html_page(tree))
