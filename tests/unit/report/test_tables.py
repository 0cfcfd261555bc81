import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from equipoise.report import tables, write_tables
from equipoise.report.grids import budget_grid, reach_grid
from equipoise.report.grids_policies import policies_grid
from equipoise.report.reading import read

MakeTree = Callable[..., xr.DataTree]
NAMES = {
    "access", "reach", "budget", "payments", "totals", "incremental", "policies", "balance",
    "evppi", "evidence", "checklist", "acceptability",
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tree: xr.DataTree) -> dict[str, pd.DataFrame]:
    return tables(tree)


def test_all_tables_are_there(found: dict[str, pd.DataFrame]) -> None:
    assert set(found) == NAMES
    assert all(len(table) for table in found.values())


def test_budget_adds_up_to_the_arrays(tree: xr.DataTree, found: dict[str, pd.DataFrame]) -> None:
    impact = tree["value"]["budget_impact"].mean("draw")
    budget = found["budget"].pivot_table(index="payer", columns="year", values="mean")
    for payer in impact["payer"].values:
        np.testing.assert_allclose(budget.loc[payer], impact.sel(payer=payer).values)


def test_payments_add_up_to_the_ledger(tree: xr.DataTree, found: dict[str, pd.DataFrame]) -> None:
    payments, books = found["payments"], tree["payment"].to_dataset()
    for world in ("with", "without"):
        own = payments[payments["world"] == world]
        present = books["amount_present"].sel(world=world).sum(("payer", "item")).mean("draw")
        assert own["present_value"].sum() == pytest.approx(float(present))
    more = payments.groupby("world")["within_horizon"].sum()
    impact = found["budget"]["mean"].sum()
    assert more["with"] - more["without"] == pytest.approx(impact)


def test_incremental_is_the_difference_of_totals(found: dict[str, pd.DataFrame]) -> None:
    totals = found["totals"][found["totals"]["of"] == "all patients"]
    means = totals.pivot_table(index="quantity", columns="name", values="mean")
    row = found["incremental"].set_index("of").loc["all patients"]
    cost, health = means.loc["cost_present"], means.loc["qaly_present"]
    assert row["more_cost"] == pytest.approx(cost["with"] - cost["without"])
    assert row["more_health"] == pytest.approx(health["with"] - health["without"])
    assert row["cost_per_qaly"] == pytest.approx(row["more_cost"] / row["more_health"])


def test_patients_by_year(tree: xr.DataTree, found: dict[str, pd.DataFrame]) -> None:
    reach = found["reach"]
    treated = reach[reach["quantity"] == "treated"]["mean"].to_numpy()
    np.testing.assert_allclose(treated, tree["reach"]["treated"].mean("draw").values)
    assert reach["period"].iloc[0] == "2026/27"


def test_policies_carry_their_scores(tree: xr.DataTree, found: dict[str, pd.DataFrame]) -> None:
    assert len(found["policies"]) == tree["balance"].sizes["policy"]
    assert found["policies"]["chosen"].sum() == 1
    score = found["balance"].pivot_table(index="stakeholder", columns="policy", values="score")
    for side in ("patient", "profession", "state"):
        expected = tree["balance"]["score"].sel(stakeholder=side).values
        np.testing.assert_allclose(score.loc[side], expected)


def test_never_is_a_share_and_not_an_infinity(make_tree: MakeTree, tmp_path: Path) -> None:
    access = tables(make_tree(never=1.0))["access"]
    last = access[access["name"] == "programme"].iloc[0]
    assert last["share_never"] == 1.0
    assert np.isnan(last["median"])


def test_files_hold_the_tables(
    tree: xr.DataTree, found: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    written = write_tables(tree, tmp_path / "tables", formats={"csv", "json"})
    assert {path.name for path in written} == {
        f"{n}.{kind}" for n in NAMES for kind in ("csv", "json")
    }
    budget = pd.read_csv(tmp_path / "tables" / "budget.csv")
    np.testing.assert_allclose(budget["mean"], found["budget"]["mean"])
    rows = json.loads((tmp_path / "tables" / "budget.json").read_text(encoding="utf-8"))
    np.testing.assert_allclose([row["mean"] for row in rows], found["budget"]["mean"])
    assert [path.name for path in write_tables(tree, tmp_path / "one", formats={"csv"})] == [
        f"{name}.csv" for name in found
    ]


def test_a_spreadsheet_runs_no_text(make_tree: MakeTree, tmp_path: Path) -> None:
    steps = [
        {**step.model_dump(), "label": "=HYPERLINK(1)"} for step in read(make_tree()).record.steps
    ]
    write_tables(make_tree(steps=steps), tmp_path, formats={"csv"})
    access = pd.read_csv(tmp_path / "access.csv")
    assert access["label"].iloc[0] == "'=HYPERLINK(1)"


def test_the_page_shows_the_same_numbers(tree: xr.DataTree) -> None:
    reading = read(tree)
    impact = tree["value"]["budget_impact"].mean("draw")
    last = budget_grid(reading).rows[-1]
    assert float(last[-1].text.replace(",", "")) == pytest.approx(
        float(impact.sum()) / 1e6, abs=0.06
    )
    treated = [float(row[2].text) for row in reach_grid(reading).rows]
    assert treated == pytest.approx(tree["reach"]["treated"].mean("draw").values.tolist(), abs=0.5)
    assert len(policies_grid(reading).rows) == 27
