"""What a table of a page is, whatever it tells."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """One cell: text, and perhaps a link, a badge of some kind, or a note in small letters."""

    text: str
    link: str | None = None
    badge: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Grid:
    """One table; the first cell of each row is its heading."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: frozenset[int] = frozenset()
    """Columns set to the right."""
    folded: bool = True
    """Whether the reader opens it."""
    strong: frozenset[int] = frozenset()
    """Rows that stand out."""
    stacks: bool = True
    """Whether a telephone shows each row as a small list; else the table scrolls."""
