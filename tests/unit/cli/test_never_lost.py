"""Nothing that was there before is ever lost: every kind of place that --out can name.

Only temporary files, links and pipes are used here; a real device must never be a test's target.
"""

import os
import stat
from pathlib import Path

import pytest
import xarray as xr

import equipoise
from equipoise.api import results
from equipoise.cli import output
from equipoise.cli.app import main
from equipoise.core.errors import NotWritableError
from equipoise.core.files import write_text
from equipoise.pipeline import TABLES
from equipoise.report import TABLE_NAMES

MINI = str(Path(__file__).parents[2] / "data" / "mini" / "study.yaml")


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the command in an empty folder; return exit code and error text."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["equipoise", *words])
        with pytest.raises(SystemExit) as stop:
            main()
        err = capsys.readouterr().err
        assert "Traceback" not in err
        return (stop.value.code or 0), err

    return call


def assess(run, out: str) -> tuple[int, str]:
    return run("assess", MINI, "--draws", "20", "--out", out)


def model(run, out: str) -> tuple[int, str]:
    return run("model", "run", "tegaderm", "--out", out)


@pytest.mark.parametrize("command", [assess, model])
def test_a_pipe_stays_a_pipe(run, tmp_path, command):
    os.mkfifo(tmp_path / "pipe")
    code, _err = command(run, "pipe")
    assert code == 2
    assert stat.S_ISFIFO((tmp_path / "pipe").lstat().st_mode)
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


@pytest.mark.parametrize("command", [assess, model])
def test_a_link_stays_a_link(run, tmp_path, command):
    (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to("target")
    code, _err = command(run, "link")
    assert code == 2
    assert (tmp_path / "link").is_symlink()
    assert not list((tmp_path / "target").iterdir())


@pytest.mark.parametrize("option", ["--out", "--trace"])
def test_an_empty_name_is_shown_as_typed(run, tmp_path, option):
    code, err = run("model", "run", "sick-sicker", option, "")
    assert (code, err) == (2, f"{option} '': is no name; name a new file or folder\n")
    assert assess(run, "") == (2, "--out '': is no name; name a new file or folder\n")
    assert model(run, ".")[1].startswith("--out .: is no name of a folder")
    assert not list(tmp_path.iterdir())


def test_notes_beside_earlier_results_are_kept(run, tmp_path):
    assert assess(run, "here")[0] == 0
    (tmp_path / "here" / "my-notes.txt").write_text("dear")
    (tmp_path / "here" / "tables" / "mine.csv").write_text("a,b")
    before = (tmp_path / "here" / "results.nc").read_bytes()
    code, err = assess(run, "here")
    assert code == 2
    assert "my-notes.txt" in err
    assert "tables/mine.csv" in err
    assert (tmp_path / "here" / "my-notes.txt").read_text() == "dear"
    assert (tmp_path / "here" / "results.nc").read_bytes() == before


def test_a_file_that_appears_while_it_runs_is_kept(run, tmp_path, monkeypatch):
    assert assess(run, "here")[0] == 0
    plain = output.write_html

    def meanwhile(tree, path):
        (tmp_path / "here" / "late.txt").write_text("dear")
        return plain(tree, path)

    monkeypatch.setattr(output, "write_html", meanwhile)
    code, err = assess(run, "here")
    assert code == 2
    assert "late.txt" in err
    assert (tmp_path / "here" / "late.txt").read_text() == "dear"
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


@pytest.mark.parametrize(
    ("owner", "name"),
    [(results, "save"), (output, "write_html"), (output, "write_tables")],
)
def test_a_part_that_fails_leaves_what_was_there(run, tmp_path, monkeypatch, owner, name):
    """The archive is written beside the rest, so an error of either must surface."""
    assert assess(run, "here")[0] == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    def full(*_args: object, **_options: object) -> None:
        raise OSError(28, "disk full")

    monkeypatch.setattr(owner, name, full)
    code, err = assess(run, "here")
    assert code == 2
    assert "cannot be written (disk full)" in err
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert after == before
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


def test_a_text_of_the_users_is_not_taken_for_a_table(run, tmp_path):
    (tmp_path / "diary.txt").write_text("dear diary")
    code, err = model(run, "diary.txt")
    assert code == 2
    assert "ends as a file of another kind" in err
    assert (tmp_path / "diary.txt").read_text() == "dear diary"


def test_an_earlier_table_is_replaced(run, tmp_path):
    assert model(run, "table.csv")[0] == 0
    first = (tmp_path / "table.csv").read_bytes()
    assert model(run, "table.csv")[0] == 0
    assert (tmp_path / "table.csv").read_bytes() == first


def test_a_folder_named_as_a_table_is_refused_without_a_leftover(run, tmp_path):
    (tmp_path / "full.csv").mkdir()
    assert model(run, "full.csv")[0] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["full.csv"]


def test_earlier_tables_are_replaced_whole_and_notes_beside_them_kept(run, tmp_path):
    assert run("model", "run", "sick-sicker", "--draws", "10", "--out", "here")[0] == 0
    names = {path.name for path in (tmp_path / "here").iterdir()}
    assert names == {f"{name}.csv" for name in TABLES}
    assert model(run, "here")[0] == 0
    assert not (tmp_path / "here" / "draws.csv").exists()
    (tmp_path / "here" / "draws.csv").write_text("my,own\n")
    code, err = model(run, "here")
    assert code == 2
    assert "draws.csv" in err
    assert (tmp_path / "here" / "draws.csv").read_text() == "my,own\n"
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


def test_a_trace_replaces_traces_only(run, tmp_path):
    words = ("model", "run", "sick-sicker", "--trace")
    assert run(*words, "trace.csv")[0] == 0
    first = (tmp_path / "trace.csv").read_bytes()
    assert first.count(b"\n") == 1 + 4 * 76
    assert run(*words, "trace.csv")[0] == 0
    assert (tmp_path / "trace.csv").read_bytes() == first
    (tmp_path / "mine.csv").write_text("strategy,point\n")
    code, err = run(*words, "mine.csv")
    assert code == 2
    assert "--trace mine.csv: is a file that Equipoise has not written" in err
    assert (tmp_path / "mine.csv").read_text() == "strategy,point\n"


def test_one_file_cannot_hold_the_table_and_the_trace(run, tmp_path):
    code, err = run("model", "run", "sick-sicker", "--out", "a.csv", "--trace", "./a.csv")
    assert code == 2
    assert "--out" in err
    assert not list(tmp_path.iterdir())


def test_what_has_no_trace_is_refused_before_anything_runs(run, tmp_path):
    code, err = run("model", "run", "tegaderm", "--trace", "trace.csv", "--out", "here")
    assert code == 2
    assert "has no trace" in err
    assert "fix: " in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("out", ["", "file.txt/x", "/proc/equipoise"])
@pytest.mark.parametrize("command", [assess, model])
def test_an_impossible_place_is_one_sentence(run, tmp_path, command, out):
    (tmp_path / "file.txt").write_text("dear")
    code, err = command(run, out)
    assert code == 2
    assert err.strip()
    assert [path.name for path in tmp_path.iterdir()] == ["file.txt"]


@pytest.mark.parametrize("command", [assess, model])
def test_no_folder_is_made_only_to_be_left_again(run, tmp_path, command):
    assert command(run, "nowhere/../x")[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_failed_write_takes_its_folders_away(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(NotWritableError):
        write_text(tmp_path / "a" / "b" / "c.txt", "text")
    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(NotWritableError, match="full"):
        write_text(tmp_path / "a.txt", "text")
    assert not list(tmp_path.iterdir())


def test_every_table_of_a_run_is_known_by_name():
    results = equipoise.assess(equipoise.load(MINI), draws=20)
    assert tuple(results.tables()) == TABLE_NAMES


def marks(path: Path) -> tuple[int, ...]:
    """What changes with a file; reading it moves its time of access only."""
    found = path.stat()
    return found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def test_what_only_has_the_name_of_our_archive_is_kept(run, tmp_path):
    """A folder, a text and a foreign file named results.nc were once replaced."""
    for name, make in (
        ("folder", lambda path: (path.mkdir(), (path / "thesis.txt").write_text("thesis"))),
        ("text", lambda path: path.write_text("hello")),
        ("foreign", lambda path: xr.Dataset({"x": 1.0}).to_netcdf(path, engine="h5netcdf")),
    ):
        (tmp_path / name).mkdir()
        archive = tmp_path / name / "results.nc"
        make(archive)
        before = marks(archive)
        code, err = assess(run, name)
        assert code == 2
        assert "results.nc" in err
        assert marks(archive) == before
        assert [path.name for path in (tmp_path / name).iterdir()] == ["results.nc"]
