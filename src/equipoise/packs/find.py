"""Finding studies, countries and models by name or path."""

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Literal

from equipoise.core.errors import NotInLibraryError, SpecError
from equipoise.core.translation import translate as _
from equipoise.spec.reader import read_document
from equipoise.spec.text import shown

Kind = Literal["therapy", "country", "model"]

_TITLE_FIELD: dict[Kind, str] = {"therapy": "study", "country": "jurisdiction", "model": "model"}


@dataclass(frozen=True, order=True)
class Entry:
    """One pack of the library."""

    kind: Kind
    name: str
    title: str
    path: Path


def library_folder() -> Path:
    """Return the folder of the packs that came with this installation."""
    return Path(str(files("equipoise"))) / "library"


def _packs(kind: Kind) -> dict[str, Path]:
    """Return the files that stand for the packs of one kind, by name."""
    root = library_folder()
    match kind:
        case "therapy":
            found = {path.parent.name: path for path in root.glob("therapies/*/study.yaml")}
        case "country":
            found = {p.parent.name: p for p in root.glob("jurisdictions/*/jurisdiction.yaml")}
        case "model":
            found = {path.stem: path for path in root.glob("models/*.yaml")}
    return dict(sorted(found.items()))


def _title(path: Path, kind: Kind) -> str:
    """Return a pack's title in the user's language, or its name if the file cannot be read."""
    try:
        title = read_document(path).data[_TITLE_FIELD[kind]]
        return shown(title)
    except (SpecError, KeyError, TypeError):
        return path.stem if kind == "model" else path.parent.name


def library() -> tuple[Entry, ...]:
    """Return every pack of the library: therapies, then countries, then models."""
    kinds: tuple[Kind, ...] = ("therapy", "country", "model")
    return tuple(
        Entry(kind, name, _title(path, kind), path)
        for kind in kinds
        for name, path in _packs(kind).items()
    )


def _not_found(message: str, name: str, known: Collection[str]) -> NotInLibraryError:
    """Return the error that says what is missing, what was perhaps meant and what exists."""
    near = get_close_matches(name[:100], known, n=1)
    hint = _("Did you mean '{near}'?", near=near[0]) + " " if near else ""
    listing = ", ".join(known) or _("nothing")
    tail = _("The library has: {names}.", names=listing)
    return NotInLibraryError(f"{message}\n    {_('fix')}: {hint}{tail}")


def _what_is_wrong(name: str, otherwise: str) -> str:
    """Return that a folder lacks its study, or else what is wrong with a name."""
    is_folder = False
    with suppress(OSError, ValueError):
        is_folder = bool(name) and Path(name).is_dir()
    return _("'{name}' is a folder without a study.yaml.", name=name) if is_folder else otherwise


def _is_file(path: Path) -> bool:
    """Tell whether there is such a file; no file has a name that the system refuses."""
    try:
        return path.is_file()
    except OSError:
        return False


def find_study(name_or_path: str | Path) -> Path:
    """Return the path of a study file.

    Parameters
    ----------
    name_or_path
        A file, a folder with a study.yaml, or the name of a therapy of the library.

    Raises
    ------
    NotInLibraryError
        If it is none of these.
    """
    return _therapy_file(
        name_or_path, "study.yaml",
        lambda name: _("'{name}' is neither a study file nor a therapy of the library.", name=name),
    )  # fmt: skip


def find_product(name_or_path: str | Path) -> Path:
    """Return the path of a product file.

    Parameters
    ----------
    name_or_path
        A file, a folder with a product.yaml, or the name of a therapy of the library.

    Raises
    ------
    NotInLibraryError
        If it is none of these.
    """
    return _therapy_file(
        name_or_path, "product.yaml",
        lambda name: _("'{name}' is neither a product file nor a therapy of the library.",
                       name=name),
    )  # fmt: skip


def _therapy_file(
    name_or_path: str | Path, file_name: str, otherwise: Callable[[str], str]
) -> Path:
    """Return a file as given, in a folder, or of a therapy of the library."""
    path = Path(name_or_path)
    if _is_file(path):
        return path
    if _is_file(path / file_name):
        return path / file_name
    name, known = str(name_or_path), _packs("therapy")
    if name in known:
        return known[name].parent / file_name
    raise _not_found(_what_is_wrong(name, otherwise(name[:100])), name, known)


def find_model(name_or_path: str | Path) -> Path:
    """Return the path of a model file: a path, or the name of a model of the library.

    Raises
    ------
    NotInLibraryError
        If it is neither.
    """
    path = Path(name_or_path)
    if _is_file(path):
        return path
    name, known = str(name_or_path), _packs("model")
    if name in known:
        return known[name]
    message = _("'{name}' is neither a model file nor a model of the library.", name=name[:100])
    raise _not_found(message, name, known)


def find_study_or_model(name_or_path: str | Path) -> tuple[Kind, Path]:
    """Return what a name or path means, a study or a model, and its file.

    Raises
    ------
    NotInLibraryError
        If it is neither.
    """
    path = Path(name_or_path)
    if not _is_file(path):
        finders: tuple[tuple[Kind, Callable[[str | Path], Path]], ...]
        finders = (("therapy", find_study), ("model", find_model))
        for kind, find in finders:
            with suppress(NotInLibraryError):
                return kind, find(name_or_path)
        name = str(name_or_path)
        message = _("'{name}' is neither a file nor a study or model of the library.",
                    name=name[:100])  # fmt: skip
        wrong = _what_is_wrong(name, message)
        raise _not_found(wrong, name, [*_packs("therapy"), *_packs("model")])
    data = read_document(path).data
    is_model = isinstance(data, dict) and "model" in data and "study" not in data
    return ("model" if is_model else "therapy"), path


def find_jurisdiction(code_or_folder: str | Path, *, beside: Path | None = None) -> Path:
    """Return the folder of a country.

    Parameters
    ----------
    code_or_folder
        The code of a country of the library, or a folder with a jurisdiction.yaml.
    beside
        A study file: a country that the library lacks may stand in a folder next to it.

    Raises
    ------
    NotInLibraryError
        If there is no such country.
    """
    code, known = str(code_or_folder).strip(), _packs("country")
    if not code:
        raise _not_found(_("The country is left empty."), code, known)
    if code in known:
        return known[code].parent
    folders = [Path(code_or_folder)] + ([beside.parent / code] if beside is not None else [])
    for folder in folders:
        if _is_file(folder / "jurisdiction.yaml"):
            return folder
    if code.lower() in known:  # RU is how passports and banks write it
        return known[code.lower()].parent
    message = _(
        "'{name}' is neither a country of the library nor the folder of one.", name=code[:100]
    )
    raise _not_found(message, code, known)
