"""Texts of files are shown as they stand: no console reads them as markup."""

import re
from pathlib import Path

import equipoise

CONSOLE = re.compile(r"\b(?:Console|TextColumn)\([^)]*\)")


def test_no_console_reads_markup() -> None:
    found = [
        f"{path.name}: {one}"
        for path in Path(equipoise.__file__).parent.rglob("*.py")
        for one in CONSOLE.findall(path.read_text(encoding="utf-8"))
        if "markup=False" not in one
    ]
    assert found == []
