"""`equipoise verify`: what is wrong with the request is told at once, before anything runs."""

import pytest

from equipoise.cli.app import main


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the command in an empty folder; return exit code and error text."""

    def call(*words: str) -> tuple[int, str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("sys.argv", ["equipoise", "verify", *words])
        with pytest.raises(SystemExit) as stop:
            main()
        code = stop.value.code
        return (code if isinstance(code, int) else 0), capsys.readouterr().err

    return call


def test_all_mistakes_of_a_command_are_told_at_once(run):
    code, err = run("nofile.yaml", "--draws", "1", "--seed", "-3", "--country", "zz",
                    "--out", "foo.txt", "--language", "fr")  # fmt: skip
    assert code == 2
    for told in (
        "--language fr: is not one of", "--out foo.txt: a log is a page or a table",
        "draws must be a whole number", "seed must be a whole number", "'nofile.yaml' is neither",
        "'zz' is neither a country", "6 problems",
    ):  # fmt: skip
        assert told in err


def test_mistakes_of_a_file_are_told_with_those_of_the_options(run, tmp_path):
    (tmp_path / "m.yaml").write_text("model: x\nmoney: EUR\nstrategies: {a: {}}\n", "utf-8")
    code, err = run("m.yaml", "--draws", "many", "--out", "log.pdf")
    assert code == 2
    for told in ("--draws many: is not a whole number", "--out log.pdf", "m.yaml:2:8: money"):
        assert told in err


def test_a_wrong_country_does_not_hide_what_is_wrong_with_a_study(run, tmp_path):
    (tmp_path / "study.yaml").write_text("study: x\ncountry: ru\nroute: 5\n", "utf-8")
    code, err = run("study.yaml", "--country", "zz")
    assert code == 2
    assert "'zz' is neither a country" in err
    assert "study.yaml:3:8: route" in err
