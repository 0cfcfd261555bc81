"""Screens and pipes that are full, closed or know few letters."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from equipoise.cli.letters import accept_all_letters, plain

FULL = Path("/dev/full")


def start(*words: str, **options) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from equipoise.cli.app import main; main()", *words]
    return subprocess.run(command, stderr=subprocess.PIPE, timeout=300, check=False, **options)


@pytest.mark.skipif(not FULL.exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_one_sentence():
    with FULL.open("wb") as full:
        done = start("library", stdout=full)
    assert done.returncode == 1
    assert done.stderr.decode().splitlines() == [
        "The output cannot be written (No space left on device)."
    ]


def test_a_terminal_that_knows_only_ascii_gets_it_all():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    done = start("library", "therapies", "--language", "ru", stdout=subprocess.PIPE,
                 env=environment)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert "Gennaya terapiya gemofilii" in done.stdout.decode("ascii")


def test_what_an_encoding_has_is_kept(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1", write_through=True)
    monkeypatch.setattr("sys.stdout", stream)
    accept_all_letters()
    stream.write("naïve – 5 €, \udcff")
    assert stream.buffer.getvalue().decode("latin-1") == "naïve - 5 EUR, \\udcff"


@pytest.mark.parametrize(
    ("text", "ascii_text"),
    [
        ("Щука и Ёж", "Shchuka i Yozh"),
        ("1.2×10²⁸ – 3×10⁻⁵", "1.2x10^28 - 3x10^-5"),
        (" ▁▄█·", " 14#."),
        ("中", "\\u4e2d"),
    ],
)
def test_plain_letters(text, ascii_text):
    assert plain(text) == ascii_text
