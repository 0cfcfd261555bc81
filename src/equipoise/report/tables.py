"""Tidy tables of a finished run, and the same as files."""

import json
from collections.abc import Collection
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from equipoise.core.files import write_text
from equipoise.report.does_it_fit import blockers_first
from equipoise.report.reading import (
    Number,
    Reading,
    mean_of,
    means_by_year,
    median_of,
    read,
    share_never,
)
from equipoise.spec.record import EvidenceRecord
from equipoise.spec.text import Text, shown

Rows = list[dict[str, Any]]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With one of these a cell of text would run as a formula in a spreadsheet."""


TABLE_NAMES = (
    "access", "reach", "budget", "payments", "totals", "incremental", "policies", "balance",
    "evppi", "evidence", "checklist", "acceptability",
)  # fmt: skip
"""Every table that `tables` returns; each is a file of a run's folder."""


def tables(tree: xr.DataTree) -> dict[str, pd.DataFrame]:
    """Return tidy tables of a run: one row for each thing, one column for each fact.

    Parameters
    ----------
    tree
        Result of `pipeline.assess` or `open_archive`.

    Returns
    -------
    dict
        access (dates, years since the decision), reach (patients by year), budget (impact by payer
        and year), payments (by world, payer, item), totals (present values), incremental, policies,
        balance, evppi, evidence, checklist, acceptability. Money is in the run's money; `low` and
        `high` hold 90 % of the draws; columns keep their names in every language.
    """
    reading = read(tree)
    rows = {
        "access": _access(reading),
        "reach": _reach(reading),
        "budget": _budget(reading),
        "payments": _payments(reading),
        "totals": _totals(reading),
        "incremental": _incremental(reading),
        "policies": _policies(reading),
        "balance": _balance(reading),
        "evppi": _evppi(reading),
        "evidence": _evidence(reading),
        "checklist": _checklist(reading),
        "acceptability": _acceptability(reading),
    }
    return {name: pd.DataFrame(found) for name, found in rows.items()}


def write_tables(
    tree: xr.DataTree, folder: Path, *, formats: Collection[str] = ("csv", "json")
) -> list[Path]:
    """Write every table to a folder, one file for each table and format.

    Parameters
    ----------
    tree
        Result of `pipeline.assess` or `open_archive`.
    folder
        Made if needed.
    formats
        csv, json or both.

    Returns
    -------
    list of pathlib.Path
        What was written.
    """
    written = []
    for name, table in tables(tree).items():
        if "csv" in formats:
            text = _harmless(table).to_csv(index=False, lineterminator="\n")
            written.append(write_text(folder / f"{name}.csv", text))
        if "json" in formats:
            records = json.loads(table.to_json(orient="records", double_precision=15))
            text = json.dumps(records, ensure_ascii=False, indent=1) + "\n"
            written.append(write_text(folder / f"{name}.json", text))
    return written


def _harmless(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with no text that a spreadsheet would run."""

    def safe(cell: object) -> object:
        return "'" + cell if isinstance(cell, str) and cell.startswith(_FORMULA) else cell

    return table.map(safe)


def _spread(number: Number, name: str = "mean") -> dict[str, float]:
    """Return a number as columns."""
    return {name: number.value, "low": number.low, "high": number.high}


def _access(reading: Reading) -> Rows:
    """Return when each step ends and each payer begins to buy, years since the decision."""
    access = reading.group("access")
    rows: Rows = []
    for step in reading.record.steps:
        end = access["step_end"].sel(step=step.name)
        start = median_of(access["step_start"].sel(step=step.name), "years").value
        rows.append(
            {"kind": "step", "name": step.name, "label": shown(step.label), "owner": step.owner,
             "median_start": start, **_spread(median_of(end, "years"), "median"),
             "share_never": share_never(end), "clause": shown(step.clause), "address": step.address}
        )  # fmt: skip
    for payer in reading.record.payers:
        funded = access["funded"].sel(payer=payer.name)
        rows.append(
            {"kind": "funding", "name": payer.name, "label": shown(payer.label),
             "owner": "payer", **_spread(median_of(funded, "years"), "median"),
             "share_never": share_never(funded)}
        )  # fmt: skip
    return rows


def _reach(reading: Reading) -> Rows:
    """Return patients by year."""
    reach = reading.group("reach")
    names = ("arrived", "treated", "left", "died", "waiting", "capacity")
    return [
        {"quantity": name, "year": year, "period": reading.period(year),
         **_spread(number)}
        for name in names
        for year, number in means_by_year(reach[name], "patients").items()
    ]  # fmt: skip


def _budget(reading: Reading) -> Rows:
    """Return the undiscounted budget impact by payer and year."""
    impact = reading.group("value")["budget_impact"]
    return [
        {"payer": str(payer), "label": reading.payer(str(payer)), "year": year,
         "period": reading.period(year), "money": reading.record.money, **_spread(number)}
        for payer in impact["payer"].values
        for year, number in means_by_year(impact.sel(payer=payer), "money").items()
    ]  # fmt: skip


def _payments(reading: Reading) -> Rows:
    """Return expected payments within and after the horizon, and their present value."""
    payment = reading.group("payment")
    sums = {
        "within_horizon": payment["amount"].sum("year").mean("draw"),
        "later": payment["amount_later"].mean("draw"),
        "present_value": payment["amount_present"].mean("draw"),
    }
    places = ("world", "payer", "item")
    found = zip(*(data.transpose(*places).values.flat for data in sums.values()), strict=True)
    labels = product(*(payment[dim].values.tolist() for dim in places))
    return [
        {**dict(zip(places, place, strict=True)), **dict(zip(sums, map(float, row), strict=True)),
         "money": reading.record.money}
        for place, row in zip(labels, found, strict=True)
    ]  # fmt: skip


def _totals(reading: Reading) -> Rows:
    """Return present values for all patients by world, and for one patient by strategy."""
    value = reading.group("value")
    rows: Rows = []
    for name, unit in (("cost_present", reading.record.money), ("qaly_present", "QALY")):
        for world in value["world"].values:
            number = mean_of(value[name].sel(world=world), unit)
            rows.append({"of": "all patients", "name": str(world), "quantity": name, "unit": unit,
                         **_spread(number)})  # fmt: skip
    money = reading.record.money
    units = {"patient_cost": money, "patient_cost_present": money, "patient_qaly": "QALY",
             "patient_qaly_present": "QALY", "patient_life_years": "year"}  # fmt: skip
    for name, unit in units.items():
        for strategy in value["strategy"].values:
            number = mean_of(value[name].sel(strategy=strategy), unit)
            rows.append({"of": "one patient", "name": str(strategy), "quantity": name,
                         "unit": unit, **_spread(number)})  # fmt: skip
    return rows


def _incremental(reading: Reading) -> Rows:
    """Return cost and health that the therapy adds at present value, and the cost of one QALY."""
    value, record = reading.group("value"), reading.record
    pairs = {
        "all patients": tuple(
            value[name].sel(world="with") - value[name].sel(world="without")
            for name in ("cost_present", "qaly_present")
        ),
        "one patient": tuple(
            value[name].sel(strategy=record.new) - value[name].sel(strategy=record.current)
            for name in ("patient_cost_present", "patient_qaly_present")
        ),
    }
    rows: Rows = []
    for of, (cost, health) in pairs.items():
        more_cost, more_health = mean_of(cost, record.money), mean_of(health, "QALY")
        ratio = more_cost.value / more_health.value if more_health.value != 0.0 else None
        rows.append(
            {"of": of, "more_cost": more_cost.value, "more_cost_low": more_cost.low,
             "more_cost_high": more_cost.high, "more_health": more_health.value,
             "more_health_low": more_health.low, "more_health_high": more_health.high,
             "cost_per_qaly": ratio, "threshold": record.conventions.threshold,
             "money": record.money}
        )  # fmt: skip
    return rows


def _policies(reading: Reading) -> Rows:
    """Return each policy with its levers, expected criteria, net benefit and budget impact."""
    data, balance = reading.group("policies"), reading.group("balance")
    criteria = data["criterion_value"].mean("draw").transpose("policy", "criterion").values
    benefit = data["net_benefit"].mean("draw").values
    budget = data["budget_impact"].sum(("payer", "year")).mean("draw").values
    names = data["criterion"].values.tolist()
    rows: Rows = []
    for number, policy in enumerate(reading.record.policies):
        values = dict(zip(names, criteria[number].tolist(), strict=True))
        rows.append(
            {"policy": number, "chosen": number == reading.record.chosen, **policy.model_dump(),
             **values, "expected_net_benefit": float(benefit[number]),
             "budget_impact": float(budget[number]), "on_front": number in reading.front,
             "nash_product": float(balance["nash_product"].values[number]),
             "maximum_regret": float(balance["maximum_regret"].values[number])}
        )  # fmt: skip
    return rows


def _balance(reading: Reading) -> Rows:
    """Return the score and regret of each policy for each side."""
    balance = reading.group("balance")
    score, regret = (
        balance[k].transpose("policy", "stakeholder").values for k in ("score", "regret")
    )
    nothing = balance["status_quo_score"].values
    return [
        {"policy": number, "stakeholder": side, "score": float(score[number, k]),
         "status_quo_score": float(nothing[k]), "regret": float(regret[number, k])}
        for number in range(len(reading.record.policies))
        for k, side in enumerate(reading.sides)
    ]  # fmt: skip


def _evppi(reading: Reading) -> Rows:
    """Return what knowing each input is worth, the largest first."""
    data = reading.group("information")
    rows: Rows = [
        {"parameter": str(name), "label": reading.parameter(str(name)),
         "status": reading.status(str(name)), "evppi": float(value),
         "standard_error": float(error), "money": reading.record.money}
        for name, value, error in zip(
            data["parameter"].values, data["evppi"].values, data["evppi_standard_error"].values,
            strict=True,
        )
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row["evppi"], row["parameter"]))


def _evidence(reading: Reading) -> Rows:
    """Return every input with its evidence."""
    return [
        {**entry.model_dump(),
         **{field: shown(text) if text else None for field, text in _texts(entry).items()},
         "label": shown(entry.label) if entry.label else entry.name}
        for entry in reading.record.evidence
    ]  # fmt: skip


def _texts(entry: EvidenceRecord) -> dict[str, Text | None]:
    """Return what is said of an input in words, by column."""
    return {"source": entry.source, "place": entry.place, "note": entry.note,
            "converted": entry.converted}  # fmt: skip


def _checklist(reading: Reading) -> Rows:
    """Return what treatment needs, blockers first."""
    return [
        {**need.model_dump(), "label": shown(need.label),
         "note": shown(need.note) if need.note else None}
        for need in blockers_first(reading.record.needs)
    ]  # fmt: skip


def _acceptability(reading: Reading) -> Rows:
    """Return how often the therapy is worth its price, by what a QALY is worth."""
    value = reading.group("value")
    return [
        {"threshold": float(limit), "share_worth_it": float(share), "evpi": float(evpi),
         "money": reading.record.money}
        for limit, share, evpi in zip(
            np.asarray(value["threshold"].values), value["acceptability"].values,
            value["evpi"].values, strict=True,
        )
    ]  # fmt: skip
