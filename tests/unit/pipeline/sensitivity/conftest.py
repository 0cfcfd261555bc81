"""Models whose answers are known, and running a model whose file was changed."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import equipoise
from equipoise.packs import find_model
from equipoise.pipeline.sensitivity import Recalculator
from equipoise.spec.load import load_model
from equipoise.spec.loaded import LoadedModel

LINEAR = Path(__file__).parents[3] / "data" / "sensitivity" / "linear.yaml"
"""Its net benefit is a sum of parameters, so that its mean is that of the distributions' means."""

TRUE_BENEFIT = 20000 * (0.4 - 2.718281828459045 ** (-2.5 + 0.32)) - (
    9000 - 4000 - 0.5 * (0.3 * 6000 + 0.2 * 9000)
)
"""Expected incremental net benefit: means of a beta, a lognormal, a gamma and a Dirichlet."""

Written = Callable[..., Path]


@pytest.fixture
def linear() -> LoadedModel:
    """Return the model of a decision whose expected net benefit is known."""
    return load_model(LINEAR)


@pytest.fixture
def true_benefit() -> float:
    """Return the expected incremental net benefit of that model."""
    return TRUE_BENEFIT


@pytest.fixture
def changed_file(tmp_path: Path) -> Written:
    """Return what writes a model of the library with other texts in its file."""

    def write(name: str, replaced: Mapping[str, str]) -> Path:
        source = find_model(name)
        text = source.read_text(encoding="utf-8")
        for old, new in replaced.items():
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
            text = text.replace(old, new)
        for table in source.parent.glob("*.csv"):
            (tmp_path / table.name).write_bytes(table.read_bytes())
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def recomputed(changed_file: Written) -> Callable[..., tuple[float, float]]:
    """Return what runs such a file and returns what a strategy costs and gives more."""

    def run(
        name: str, replaced: Mapping[str, str], *, strategy: str, against: str, **options: object
    ) -> tuple[float, float]:
        found = equipoise.run_model(changed_file(name, replaced), **options).base
        one, other = (found.sel(strategy=key) for key in (strategy, against))
        more = one - other
        return float(more["cost_present"]), float(more["qaly_present"])

    return run


@pytest.fixture(scope="session")
def sick_sicker() -> Recalculator:
    """Return the tutorial's model, ready to be run under any changes."""
    return Recalculator(load_model(find_model("sick-sicker")))
