"""The reference pages are those that scripts/reference.py makes, and every page is in the menu."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "reference.py"


def test_the_reference_pages_are_those_of_the_code() -> None:
    # A process of its own: help texts are built in the language of the first import.
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"run scripts/reference.py\n{done.stdout}{done.stderr}"


def test_every_page_is_in_the_menu() -> None:
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    listed = set(re.findall(r"^(?!\s*#).*?([\w/-]+\.md)$", menu, re.MULTILINE))
    docs = ROOT / "docs"
    assert listed == {path.relative_to(docs).as_posix() for path in docs.rglob("*.md")}
