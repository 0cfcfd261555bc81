"""What may not stand in the source, and what must."""

import ast
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SOURCE = ROOT / "src" / "equipoise"
TEXT_KINDS = {
    ".py",
    ".md",
    ".toml",
    ".yml",
    ".yaml",
    ".j2",
    ".html",
    ".css",
    ".js",
    ".po",
    ".cff",
    "",
}
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME)\b")


def our_files() -> list[Path]:
    """Files that git tracks or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive has no git
        return [p for p in (*SOURCE.rglob("*"), *(ROOT / "tests").rglob("*")) if p.is_file()]
    return [p for name in listed.stdout.split("\0") if name and (p := ROOT / name).is_file()]


def test_nothing_is_left_unfinished() -> None:
    places = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in our_files()
        if path.suffix in TEXT_KINDS and path.name != "LICENSE"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert places == []


def test_the_lock_names_no_address_and_pins_every_package_by_hash() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text), path.name
        packages = re.split(r"\n(?=\S)", text.strip())
        bare = [p.splitlines()[0] for p in packages if "--hash=sha256:" not in p]
        assert bare == [], path.name


def test_the_installer_is_the_same_in_both_locks() -> None:
    pins = {
        re.search(r"^uv==\S+", (ROOT / "requirements" / name).read_text(encoding="utf-8"), re.M)[0]
        for name in ("dev.txt", "uv.txt")
    }
    assert len(pins) == 1


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_every_folder_of_code_is_a_package() -> None:
    folders = {path.parent for path in SOURCE.rglob("*.py")}
    assert [str(f.relative_to(SOURCE)) for f in folders if not (f / "__init__.py").exists()] == []


def test_only_the_command_line_prints() -> None:
    prints = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for path in SOURCE.rglob("*.py")
        if path.relative_to(SOURCE).parts[0] != "cli"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert prints == []
