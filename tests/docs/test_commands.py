"""Run what the pages tell a reader to type: every `equipoise` command and Python block, as printed.

A page runs from top to bottom in one empty folder: its Python blocks share a
namespace, and its commands see the files that earlier ones wrote. A block with
a title, as in ```yaml title="model.yaml", is saved under it. A ```text
block right below a Python block is what that prints, to the last digit. A ```bash block
runs if its commands are `equipoise` commands; blocks of other commands
(cloning, installing) are for reading.
"""

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SECONDS_PER_BLOCK = 900
FENCE = re.compile(
    r"^(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})(?P<info>[^\n`]*)\n"
    r"(?P<body>.*?)^(?P=indent)(?P=fence)[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
TITLE = re.compile(r'\btitle="(?P<name>[\w.-]+)"')


class Block(NamedTuple):
    """A fenced block: its language, title, text, and the line where its text starts."""

    language: str
    title: str | None
    text: str
    line: int
    printed: str | None = None
    """The text right below, if that is what the block prints."""


def blocks_of(page: str) -> list[Block]:
    """Every fenced block of a page, in order."""
    found_blocks = list(FENCE.finditer(page))
    return [
        Block(
            language=(found["info"].split() or [""])[0],
            title=title["name"] if (title := TITLE.search(found["info"])) else None,
            text=textwrap.dedent(found["body"]),
            line=page.count("\n", 0, found.start("body")) + 1,
            printed=printed_below(page, found, below),
        )
        for found, below in zip_longest(found_blocks, found_blocks[1:])
    ]


def printed_below(page: str, block: re.Match[str], below: re.Match[str] | None) -> str | None:
    """Return the text block right below a block, with nothing between them."""
    if below is None or below["info"].split() != ["text"]:
        return None
    is_next = not page[block.end() : below.start()].strip()
    return textwrap.dedent(below["body"]) if is_next else None


def commands_of(text: str) -> list[str]:
    """Every command of a shell block, without prompts and comments, continued lines joined."""
    joined = text.replace("\\\n", " ")
    lines = (line.strip().removeprefix("$ ") for line in joined.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def script_of(text: str) -> str | None:
    """Return what to run of a shell block, or None if it holds no `equipoise` command."""
    commands = commands_of(text)
    ours = [command for command in commands if re.match(r"equipoise(\s|$)", command)]
    if not ours:
        return None
    others = [command for command in commands if command not in ours]
    assert not others, f"split this block: beside equipoise commands it has {others}"
    return "\n".join(ours)


def run_command(script: str, folder: Path, bash: str) -> None:
    """Run a script as the reader would, with this environment's programs first."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [bash, "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS_PER_BLOCK,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"exit code {done.returncode} of\n{script}\n{done.stdout}{done.stderr}")


def compare(found: str, stated: str, place: str) -> None:
    """Fail if a block has printed something else than the page says; blanks at ends are nothing."""
    both = [[line.rstrip() for line in text.strip("\n").splitlines()] for text in (found, stated)]
    if both[0] != both[1]:
        pytest.fail(f"{place}: the page says\n{stated}\nand the block prints\n{found}")


def run_page(page: str, name: str, folder: Path, bash: str) -> int:
    """Run the blocks of a page in `folder`; return how many ran."""
    names: dict[str, Any] = {"__name__": "__main__"}
    ran = 0
    for block in blocks_of(page):
        if block.title:
            (folder / block.title).write_text(block.text, encoding="utf-8")
        if block.language == "python":
            code = "\n" * (block.line - 1) + block.text  # a traceback shows the page's lines
            with redirect_stdout(StringIO()) as heard:
                exec(compile(code, name, "exec"), names)
            if block.printed is not None:
                compare(heard.getvalue(), block.printed, f"{name}, line {block.line}")
        elif block.language == "bash" and (script := script_of(block.text)):
            run_command(script, folder, bash)
        else:
            continue
        ran += 1
    return ran


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_page_does_what_it_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, need: Callable[..., str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run_page(page.read_text(encoding="utf-8"), str(page), tmp_path, need("bash"))


SAMPLE = """
# Page

```bash
git clone somewhere
```

1. In a list:

    ```python
    from pathlib import Path
    Path("seen.txt").write_text("seen", encoding="utf-8")
    ```

And a text:

~~~text
```python
raise RuntimeError("a block inside a block is text")
```
~~~

```python
assert Path("seen.txt").exists()
```
"""


def test_python_blocks_share_names_and_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_page(SAMPLE, "sample.md", tmp_path, "bash") == 2
    assert (tmp_path / "seen.txt").exists()


def test_a_block_with_a_title_is_saved(tmp_path: Path) -> None:
    page = '# Page\n\n```yaml title="a.yaml"\nx: 1\n```\n'
    assert run_page(page, "sample.md", tmp_path, "bash") == 0
    assert (tmp_path / "a.yaml").read_text(encoding="utf-8") == "x: 1\n"


def test_a_failing_python_block_names_the_line_of_the_page(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        run_page("# Page\n\n```python\na = 1\n1 / 0\n```\n", "sample.md", tmp_path, "bash")
    assert caught.traceback[-1].lineno + 1 == 5


def test_what_a_block_prints_is_compared_with_the_text_below(tmp_path: Path) -> None:
    page = "```python\nprint(round(0.41, 1))\n```\n\n```text\n{}\n```\n"
    assert run_page(page.format("0.4"), "sample.md", tmp_path, "bash") == 1
    with pytest.raises(pytest.fail.Exception, match=r"sample\.md, line 2: the page says\n0\.5"):
        run_page(page.format("0.5"), "sample.md", tmp_path, "bash")


def test_text_after_words_is_not_what_a_block_prints(tmp_path: Path) -> None:
    page = "```python\nprint(1)\n```\n\nA formula:\n\n```text\n2\n```\n"
    assert run_page(page, "sample.md", tmp_path, "bash") == 1


def test_a_failing_command_fails_the_page(tmp_path: Path, need: Callable[..., str]) -> None:
    page = "```bash\n$ equipoise no-such-command\n```\n"
    with pytest.raises(pytest.fail.Exception, match="no-such-command"):
        run_page(page, "sample.md", tmp_path, need("bash"))


def test_commands_are_joined_and_stripped() -> None:
    text = "# first\n$ equipoise assess x \\\n    --country ru\n\nequipoise show\n"
    script = script_of(text)
    assert script is not None
    assert [line.split() for line in script.splitlines()] == [
        ["equipoise", "assess", "x", "--country", "ru"],
        ["equipoise", "show"],
    ]


def test_blocks_of_other_commands_are_only_read() -> None:
    assert script_of("./dev demo\n") is None


def test_a_mixed_block_is_refused() -> None:
    with pytest.raises(AssertionError, match="split this block"):
        script_of("cd results\nequipoise show\n")
