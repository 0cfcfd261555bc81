"""A first result waits for the imports that it needs, and for no others."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

MINI = Path(__file__).parents[2] / "data" / "mini" / "study.yaml"

# An ordinary installation has no Dask; where it is, xarray imports it at once, and much with it.
LOADED = """
import contextlib, io, json, sys
sys.modules["dask"] = None
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
{run}
print(json.dumps(sorted(sys.modules)))
"""

MODEL = "import equipoise; equipoise.run_model('sick-sicker', draws=20).increments()"
COMMAND = "import sys; sys.argv[1:] = {words}; from equipoise.cli.app import main; main()"
MODEL_COMMAND = COMMAND.format(words=["model", "run", "sick-sicker", "--draws", "20"])
BASE_COMMAND = COMMAND.format(words=["model", "run", "sick-sicker"])
STUDY = f"import equipoise; equipoise.assess({str(MINI)!r}, draws=20)"
CHECK = COMMAND.format(words=["check", str(MINI)])
HELP = COMMAND.format(words=["--help"])

LABELS = ("pandas", "xarray")
"""They take most of a second."""

ARRAYS = ("numpy", *LABELS)
CHARTS = ("altair", "jinja2", "jsonschema", "narwhals", "vl_convert")
READERS = ("pydantic", "yaml")
FILES = ("h5netcdf", "h5py", "ruamel")
SLOW = ("numba", "scipy.stats", "scipy.sparse", "matplotlib", "sklearn")
SCREEN = ("rich", "typer")
OF_A_STUDY = (
    "equipoise.api.results", "equipoise.balance", "equipoise.delivery", "equipoise.payment",
    "equipoise.pipeline.assessment", "equipoise.report", "equipoise.rules",
    "equipoise.spec.jurisdiction", "equipoise.spec.study",
)  # fmt: skip


@pytest.mark.parametrize(
    ("run", "needed", "idle"),
    [
        (MODEL, (*READERS, "numpy"), (*LABELS, *CHARTS, *FILES, *SLOW, *SCREEN, *OF_A_STUDY)),
        (BASE_COMMAND, SCREEN, (*LABELS, *CHARTS, *FILES, *SLOW, *OF_A_STUDY)),
        (MODEL_COMMAND, (*ARRAYS, *SCREEN), (*CHARTS, *FILES, *SLOW, *OF_A_STUDY)),
        (STUDY, ARRAYS, (*CHARTS, *FILES, *SLOW[1:])),
        (CHECK, (*ARRAYS, *SCREEN), (*CHARTS, *FILES, *SLOW[1:])),
        (HELP, SCREEN, (*READERS, *ARRAYS, *CHARTS, *FILES, *SLOW, *OF_A_STUDY)),
    ],
    ids=["model", "base case command", "model command", "study", "check", "help"],
)
def test_what_is_imported(run: str, needed: tuple[str, ...], idle: tuple[str, ...]) -> None:
    code = LOADED.format(run=f"    {run}")
    command = [sys.executable, "-c", code]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    loaded = set(json.loads(answer))
    assert loaded.issuperset(needed)
    assert loaded.isdisjoint(idle), sorted(loaded.intersection(idle))
