"""Ctrl-C, a kill and a closed terminal: the right exit code, and nothing half done."""

import os
import signal
import subprocess
import sys
import time
import weakref
from pathlib import Path

import pytest

from equipoise.api import results, studies
from equipoise.cli import folders, output
from equipoise.cli.app import main
from equipoise.core.signals import held_back

MINI = str(Path(__file__).parents[2] / "data" / "mini" / "study.yaml")
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run `assess` into `deep/here` of an empty folder; return exit code and error text."""
    monkeypatch.chdir(tmp_path)
    # The page takes longer than all the rest, and its charts do not matter here.
    monkeypatch.setattr(output, "write_html", lambda _tree, path: path.write_text("page"))
    monkeypatch.setattr(
        "sys.argv", ["equipoise", "assess", MINI, "--draws", "20", "--out", "deep/here"]
    )
    earlier = {number: signal.signal(number, signal.default_int_handler) for number in CODES}

    def call() -> tuple[int, str]:
        with pytest.raises(SystemExit) as stop:
            main()
        return (stop.value.code or 0), capsys.readouterr().err

    yield call
    for number, handler in earlier.items():
        signal.signal(number, handler)


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }


def before(monkeypatch, owner: object, name: str, act) -> None:
    """Let something happen at the call of a function, before it works."""
    plain = getattr(owner, name)

    def acting(*args, **options):
        act()
        return plain(*args, **options)

    monkeypatch.setattr(owner, name, acting)


@pytest.mark.parametrize(
    ("number", "owner", "name", "again"),
    [
        (signal.SIGINT, studies, "run_assessment", False),
        (signal.SIGHUP, folders, "mkdtemp", False),
        (signal.SIGTERM, results, "save", False),
        (signal.SIGTERM, output, "write_html", True),
        (signal.SIGINT, output, "write_tables", True),
    ],
)
def test_a_signal_leaves_what_was_there(run, tmp_path, monkeypatch, number, owner, name, again):
    if again:
        assert run()[0] == 0
    old = everything(tmp_path)
    before(monkeypatch, owner, name, lambda: signal.raise_signal(number))
    code, err = run()
    assert code == CODES[number]
    assert err.strip() == "Stopped; nothing was written."
    assert everything(tmp_path) == old


def test_a_signal_while_results_are_put_in_place_acts_after_it(run, tmp_path, monkeypatch):
    assert run()[0] == 0
    old = everything(tmp_path)
    before(monkeypatch, folders, "_put_in_place", lambda: signal.raise_signal(signal.SIGINT))
    code, err = run()
    assert code == 130
    assert err.strip() == "Stopped; already written: deep/here"
    assert everything(tmp_path).keys() == old.keys()


def test_an_interruption_that_python_swallows_still_stops_the_run(run, tmp_path, monkeypatch):
    """What is raised while a weak reference dies, Python reports and forgets."""

    class Thing:
        pass

    def swallowed() -> None:
        thing = Thing()
        reference = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
        del thing
        assert reference() is None

    before(monkeypatch, studies, "run_assessment", swallowed)
    code, err = run()
    assert code == 130
    assert err.strip() == "Stopped; nothing was written."
    assert not list(tmp_path.iterdir())


def test_an_ignored_signal_stays_ignored(run, monkeypatch):
    """As `nohup` wants it."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    before(monkeypatch, output, "write_html", lambda: signal.raise_signal(signal.SIGHUP))
    assert run()[0] == 0


def test_a_process_that_is_killed_while_it_writes_leaves_nothing(tmp_path):
    """The same without any help of the test inside the process, again and again until it ends."""
    command = [sys.executable, "-c", "from equipoise.cli.app import main; main()", "assess", MINI,
               "--draws", "20", "--out", "here"]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    end = time.monotonic() + 120
    while not list(tmp_path.iterdir()) and time.monotonic() < end:
        time.sleep(0.01)
    while process.poll() is None:
        os.kill(process.pid, signal.SIGTERM)
        time.sleep(0.05)
    # The last signal may come when all is done and nothing of ours answers any more.
    assert process.returncode in {143, -signal.SIGTERM}
    assert b"Traceback" not in process.communicate()[1]
    assert not list(tmp_path.iterdir())


def test_what_is_held_back_acts_at_the_end_and_only_once():
    """For programs that use the library with signal handlers of their own."""
    seen = []
    earlier = signal.signal(signal.SIGINT, lambda number, _frame: seen.append(number))
    try:
        with held_back():
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            assert seen == []
        assert seen == [signal.SIGINT]
        signal.raise_signal(signal.SIGINT)
        assert seen == [signal.SIGINT, signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, earlier)
