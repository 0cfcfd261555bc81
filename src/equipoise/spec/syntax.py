"""What a syntax error of YAML means to somebody who writes a study."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from equipoise.core.errors import Problem
from equipoise.core.translation import mark
from equipoise.core.translation import translate as _

if TYPE_CHECKING:  # files without mistakes do not need it
    from ruamel.yaml.error import MarkedYAMLError

# The first pattern that fits the parser's "context: problem" explains it.
_MEANINGS = (
    (
        r": found unexpected (end of stream|document)",
        mark("the quote opened in line {line} is not closed"),
        mark("close the quote"),
    ),
    (
        r": expected the node content",
        mark("a value is missing before this character"),
        mark("add the value, or put it in quotes"),
    ),
    (
        r"flow (sequence|mapping).*:",
        mark("the bracket opened in line {line} is not closed here"),
        mark("close the bracket, or put a comma between the items"),
    ),
    (
        r": mapping values",
        mark("a second ': ' in one line, or a wrong indentation"),
        mark("put a text that has ': ' in quotes, or line the fields up"),
    ),
    (
        r": could not find expected ':'",
        mark("a ': ' is missing after the field's name"),
        mark("write `name: value`"),
    ),
    (
        r"block scalar.*:",
        mark("the text after | or > begins on the next line"),
        mark("move it there"),
    ),
    (
        r": expected <block end>.*<scalar>",
        mark("more text after the end of the value"),
        mark("put the whole text in one pair of quotes"),
    ),
    (
        r": (expected <block end>|expected '<document|sequence entries)",
        mark("this line does not line up with the lines above"),
        mark("indent the fields of one block by the same number of spaces"),
    ),
    (
        r": found character '\\t'",
        mark("a tab stands where YAML wants spaces"),
        mark("indent with spaces"),
    ),
    (
        r": found character",
        mark("a text cannot begin with this character"),
        mark("put the text in quotes"),
    ),
    (
        r"double-quoted.*:",
        mark("an unknown escape after a backslash"),
        mark("use single quotes, or double the backslash"),
    ),
    (
        r"",
        mark("this is not valid YAML: {reason}"),
        mark("correct the line, or put the text in quotes"),
    ),
)


def explain_syntax(error: "MarkedYAMLError", path: Path) -> Problem:
    """Return the located problem of a file that is not YAML.

    Parameters
    ----------
    error
        As the parser raised it.
    path
        Of the file.
    """
    found = str(error.problem or "")
    text = f"{error.context or ''}: {found}"
    message, fix = next(row[1:] for row in _MEANINGS if re.search(row[0], text))
    marks = [error.problem_mark, error.context_mark]
    begun = error.context_mark.line + 1 if error.context_mark is not None else 1
    # What was never closed or finished shows where it began, not where the file ended.
    if found.startswith(("could not find", "found unexpected end")):
        marks.reverse()
    place = next((one for one in marks if one is not None), None)
    line, column = (place.line + 1, place.column + 1) if place is not None else (1, 1)
    reason = found[:200].replace("\x00", "")
    message = _(message, line=begun, reason=reason or "?")
    return Problem(str(path), line, column, _("file"), message, _(fix))
