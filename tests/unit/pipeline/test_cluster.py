"""A Dask cluster gives the same bytes as this process, and its mistakes arrive whole."""

from collections.abc import Iterator
from pathlib import Path

import dask
import numpy as np
import pytest
import xarray as xr
from distributed import LocalCluster

from equipoise.core.errors import FieldError, SimulationError
from equipoise.core.progress import CancelledError, Progress
from equipoise.packs.find import library_folder
from equipoise.packs.named import load_named_study
from equipoise.pipeline import assess, run_model
from equipoise.spec.load import load_model
from equipoise.spec.loaded import LoadedModel


def of_workers(count: int) -> LocalCluster:
    return LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=":0")


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with of_workers(3) as found:
        yield found


def model(name: str = "sick-sicker-history") -> LoadedModel:
    return load_model(library_folder() / "models" / f"{name}.yaml")


def test_a_model_gives_the_same_bytes_on_a_cluster(cluster: LocalCluster) -> None:
    here = run_model(model("sick-sicker"), draws=60, seed=3, engine="individuals", patients=300)
    shares: list[float] = []
    there = run_model(
        model("sick-sicker"), draws=60, seed=3, engine="individuals", patients=300,
        scheduler=cluster.scheduler_address, progress=shares.append,
    )  # fmt: skip
    assert here.drawn is not None
    assert there.drawn is not None
    xr.testing.assert_identical(here.drawn, there.drawn)
    xr.testing.assert_identical(here.base, there.base)
    with of_workers(1) as alone:
        again = run_model(
            model("sick-sicker"), draws=60, seed=3, engine="individuals", patients=300,
            scheduler=alone.scheduler_address,
        )  # fmt: skip
    assert again.drawn is not None
    xr.testing.assert_identical(here.drawn, again.drawn)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_study_gives_the_same_bytes_on_a_cluster(cluster: LocalCluster) -> None:
    study = load_named_study("haemophilia-b-gene-therapy", country="ru")
    here = assess(study, draws=8, chunk=8)
    there = assess(study, draws=8, chunk=3, scheduler=cluster.scheduler_address)
    for name, group in here.children.items():
        for variable, values in group.data_vars.items():
            np.testing.assert_array_equal(
                there[name][variable].values, values.values, str(variable)
            )


def test_what_goes_wrong_on_a_cluster_says_where(cluster: LocalCluster, tmp_path: Path) -> None:
    text = (library_folder() / "models" / "sick-sicker.yaml").read_text("utf-8")
    path = tmp_path / "broken.yaml"
    path.write_text(text.replace("dead: p_dead_sicker\n", "dead: p_dead_sicker * hr_b * 80\n"))
    wrong = load_model(path)
    with pytest.raises(SimulationError, match=r"broken\.yaml:\d+:\d+: transitions\.sicker") as here:
        run_model(wrong, draws=60, seed=1)
    with pytest.raises(SimulationError) as there:
        run_model(wrong, draws=60, seed=1, scheduler=cluster.scheduler_address)
    assert str(there.value) == str(here.value)


def test_an_interruption_takes_the_work_back(cluster: LocalCluster) -> None:
    progress = Progress()

    def stop(share: float) -> None:
        progress.cancel()

    progress.listen(stop)
    study = load_named_study("haemophilia-b-gene-therapy", country="ru")
    with pytest.raises(CancelledError):
        assess(study, draws=20, chunk=4, progress=progress, scheduler=cluster.scheduler_address)


def test_nobody_at_the_address_is_said_plainly() -> None:
    with pytest.raises(FieldError, match="no Dask scheduler answers"):
        run_model(model(), draws=2, seed=1, patients=20, scheduler="tcp://127.0.0.1:9")
    with pytest.raises(FieldError, match="no Dask scheduler answers"):
        run_model(model(), draws=2, seed=1, patients=20, scheduler="nonsense://x")


def test_a_scheduler_without_work_is_refused_and_not_left_unasked() -> None:
    with pytest.raises(FieldError, match="has nothing to do") as caught:
        run_model(model("sick-sicker"), draws=0, seed=1, scheduler="nonsense://x")
    assert caught.value.fix == "ask for draws, e.g. draws 2000, or leave the scheduler out"
    with pytest.raises(FieldError, match="no Dask scheduler answers"):
        run_model(model(), draws=0, seed=1, patients=20, scheduler="nonsense://x")


def test_a_cluster_leaves_nothing_behind_in_this_process(cluster: LocalCluster) -> None:
    """Xarray takes the locks of files from the default client, were there one."""
    with pytest.raises(FieldError, match="no Dask scheduler answers"):
        run_model(model(), draws=2, seed=1, patients=20, scheduler="nonsense://x")
    assert dask.config.get("scheduler", None) is None
    run_model(model(), draws=2, seed=1, patients=20, scheduler=cluster.scheduler_address)
    assert dask.config.get("scheduler", None) is None
