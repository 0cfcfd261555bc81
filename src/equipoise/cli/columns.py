"""Tables whose columns are never narrower than their words; as many of them as a screen needs."""

import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.table import Table

_LONGEST = 16
"""Letters of a name that is kept whole; longer ones are broken where their words meet."""

_WIDEST = 24
"""Letters of the widest column that is never made narrower."""

_FRAME = 3
"""Letters between two columns; one more begins the first."""


def broken(name: str) -> str:
    """Return a name with new lines where a long one may be broken: after underscores.

    Examples
    --------
    >>> broken("half_the_price_and_twice_the_effect").splitlines()
    ['half_the_price_', 'and_twice_the_', 'effect']
    >>> broken("half the price")
    'half the price'
    """
    return " ".join("\n".join(_pieces(word)) for word in name.split(" "))


def _pieces(word: str) -> Iterator[str]:
    """Yield the pieces of a word, each as long as it may be."""
    piece = ""
    for part in re.findall("[^_]*_|[^_]+", word):
        if piece and len(piece + part) > _LONGEST:
            yield piece
            piece = ""
        piece += part
    yield piece


def tables_of_columns(
    names: Sequence[str],
    columns: Sequence[Sequence[str]],
    *,
    width: int,
) -> list[Table]:
    """Return tables of columns of numbers, each beside the names of the rows.

    A line is drawn below the first row, the base of the others.

    Parameters
    ----------
    names
        The first column: its heading, then a name for each row.
    columns
        The others: a heading and a cell for each row.
    width
        Of the screen, in letters.
    """
    return _tables([names], columns, width=width, end=0)


def tables_of_rows(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    width: int,
    names: int = 1,
    end: int | None = None,
) -> list[Table]:
    """Return tables of rows, the first cells of which are names that each table has.

    Parameters
    ----------
    headings
        Of the columns.
    rows
        A cell for each heading.
    width
        Of the screen, in letters; where it has no room for the names beside anything else, they
        stand in one column.
    names
        How many cells of a row are its name.
    end
        Place of the row below which a line is drawn.
    """
    columns = [list(column) for column in zip(headings, *rows, strict=True)]
    first = [[broken(cell) for cell in column] for column in columns[:names]]
    if sum(map(_needed, first)) + max(map(_needed, columns[names:]), default=0) >= width:
        first = [[", ".join(filter(None, cells)) for cells in zip(*first, strict=True)]]
    return _tables(first, columns[names:], width=width, end=end)


def _tables(
    names: Sequence[Sequence[str]],
    columns: Sequence[Sequence[str]],
    *,
    width: int,
    end: int | None,
) -> list[Table]:
    """Return tables of as many columns as there is room for, each beside all the names."""
    left = width - 1 - sum(map(_needed, names))
    parts: list[list[Sequence[str]]] = [[]]
    room = left
    for column in columns:
        needed = _needed(column)
        if needed > room and parts[-1]:
            parts.append([])
            room = left
        parts[-1].append(column)
        room -= needed
    return [_table([*names, *part], width, names=len(names), end=end) for part in parts]


def _needed(column: Sequence[str]) -> int:
    """Return how many letters a column needs with what parts it from the next."""
    return _widest(column) + _FRAME


def _table(columns: Sequence[Sequence[str]], width: int, *, names: int, end: int | None) -> Table:
    """Return one table, whose first columns have the names of the rows."""
    table = Table(title_justify="left", caption_justify="left")
    for place, (own, column) in enumerate(zip(_widths(columns, width), columns, strict=True)):
        is_amount = place >= names and any(s.isdigit() for cell in column[1:] for s in cell[:2])
        table.add_column(column[0], justify="right" if is_amount else "left", overflow="fold",
                         width=own)  # fmt: skip
    for row in range(1, len(columns[0])):
        table.add_row(*(column[row] for column in columns), end_section=row - 1 == end)
    return table


def _widths(columns: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the widths of columns: what their words need, and of the rest as much as helps.

    What is left goes first to those that need least to stand in one line.
    """
    found = [_widest(column) for column in columns]
    lacks = [max(cell_len(line) for cell in column for line in cell.split("\n")) - own
             for column, own in zip(columns, found, strict=True)]  # fmt: skip
    room = max(width - 1 - sum(found) - _FRAME * len(found), 0)
    for place in sorted(range(len(found)), key=lacks.__getitem__):
        more = min(lacks[place], room)
        found[place] += more
        room -= more
    return found


def _widest(cells: Sequence[str]) -> int:
    """Return how wide a column must be for its words; one that is enormous is broken."""
    words = (word for cell in cells for word in re.split("[ \n]", cell))
    return min(max(map(cell_len, words)), _WIDEST)
