"""The one tree of errors that users can meet, and the located problem of a user's file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as part

from equipoise.core.translation import translate, translate_plural


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a user's file: where it is, what is wrong and how to mend it."""

    file: str
    line: int
    column: int
    field: str
    message: str
    fix: str
    and_more: bool = part(default=False, compare=False)
    """Whether there were more problems, and the listing was cut after this one."""

    def __str__(self) -> str:
        """Return the two lines a user sees; an editor can jump to the first."""
        place = f"{self.file}:{self.line}:{self.column}"
        label = translate("fix")  # out of the braces, where the catalogue cannot see it
        return f"{place}: {self.field}: {self.message}\n    {label}: {self.fix}"


class EquipoiseError(Exception):
    """Base of every error that Equipoise raises on purpose."""


class SpecError(EquipoiseError):
    """Everything wrong with a user's files, at once."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        lines = [str(problem) for problem in self.problems]
        if any(problem.and_more for problem in problems):
            lines.append(translate("and more; mend these first"))
        super().__init__("\n".join(lines))


class FieldError(EquipoiseError, ValueError):
    """A wrong value of one field, with its fix; readers turn it into a `Problem`.

    Parameters
    ----------
    message
        What was found and why it is wrong.
    fix
        What to write instead.
    column
        Offset inside the field's text at which the mistake stands, if known.
    """

    def __init__(self, message: str, *, fix: str, column: int | None = None) -> None:
        self.message = message
        self.fix = fix
        self.column = column
        super().__init__(message)
        self.add_note(f"{translate('fix')}: {fix}")  # for who calls from Python: tracebacks show it


class SeveralErrors(EquipoiseError):
    """Several mistakes of one request, each with its own fix.

    Parameters
    ----------
    errors
        Two or more.
    """

    def __init__(self, errors: Sequence[EquipoiseError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(explained(error) for error in self.errors))


def explained(error: EquipoiseError) -> str:
    """Return an error with its fix, as a person reads it."""
    if isinstance(error, FieldError):
        return f"{error}\n    {translate('fix')}: {error.fix}"
    return str(error)


def number_of_problems_text(n: int) -> str:
    """Return the last line of a listing of problems.

    Examples
    --------
    >>> number_of_problems_text(4)
    '4 problems; nothing ran.'
    """
    return translate_plural("{n} problem; nothing ran.", "{n} problems; nothing ran.", n)


class Mistakes:
    """Collects errors, so that a person reads of all mistakes at once.

    Examples
    --------
    >>> mistakes = Mistakes()
    >>> with mistakes.noted():
    ...     raise FieldError("no such lever", fix="use price")
    >>> len(mistakes.found)
    1
    """

    def __init__(self) -> None:
        self.found: list[EquipoiseError] = []

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note an error instead of letting it end the work."""
        try:
            yield
        except SeveralErrors as error:
            self.found += error.errors
        except EquipoiseError as error:
            self.found.append(error)

    def refuse(self) -> None:
        """Raise what was noted, if anything was: alone as it is, or together.

        Raises
        ------
        EquipoiseError
            The one error, or `SeveralErrors`.
        """
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            raise SeveralErrors(self.found)


class UnitError(FieldError):
    """A unit that is unknown, or two units that do not fit together."""


class FormulaError(FieldError):
    """A formula that is not in the language, or is too large to be safe."""


class MoneyError(FieldError):
    """An amount that cannot be converted with the index and rates at hand."""


class LabelError(EquipoiseError):
    """A labelled array that breaks a promise of the vocabulary."""


class SimulationError(EquipoiseError):
    """A model whose numbers left their possible range while it ran.

    Parameters
    ----------
    message
        What was found, for which strategy, draw and time; or the whole text of a located problem.
    fix
        How to mend it.
    place
        Keys from the top of the file to the field to blame; empty if the text says it already.
    """

    def __init__(self, message: str, *, fix: str = "", place: tuple[str | int, ...] = ()) -> None:
        self.message = message
        self.fix = fix
        self.place = place
        super().__init__(f"{message}\n    {translate('fix')}: {fix}" if fix else message)


class RuleNotInForceError(EquipoiseError):
    """A legal rule asked for a day before its first known value."""


class RuleStaleError(EquipoiseError):
    """A legal rule asked for a day too long after it was last checked."""


class NotInLibraryError(EquipoiseError):
    """A name that is neither a file nor an entry of the library."""


class NotWritableError(EquipoiseError):
    """A place that results cannot be written to; nothing there was changed."""


class ArchiveError(EquipoiseError):
    """A results file that cannot be read, or was written by another version."""
