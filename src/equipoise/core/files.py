"""Writing a file whole or not at all."""

from pathlib import Path
from tempfile import NamedTemporaryFile


def write_bytes(path: Path, content: bytes) -> Path:
    """Write beside the target, then rename, so that no reader ever meets half a file.

    Parameters
    ----------
    path
        Target; its folder is made if needed.
    content
        The whole file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as made:
        made.write(content)
    temporary = Path(made.name)
    temporary.chmod(0o644)
    temporary.replace(path)
    return path


def write_text(path: Path, content: str) -> Path:
    """Write a text as UTF-8, whole or not at all."""
    return write_bytes(path, content.encode("utf-8"))
