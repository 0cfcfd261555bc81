"""Models that look odd and are right: none may be refused."""

from pathlib import Path

import pytest

from equipoise.spec.load import load_model

MODEL = """\
model: Right, though it looks odd
sources:
  invented: {{title: Invented for tests, address: https://example.org, read: 2026-01-01}}
money: EUR@2024
time: {{start_age: 40 years, cycle: 1 year, horizon: 10 years, method: {method}}}
strategies:
  usual: {{treated: 0}}
  therapy: {{treated: 1}}
parameters:
  price: {{value: 1e9, unit: EUR@2024, source: invented, status: read}}
  pension: {{value: 500, unit: EUR@2024, source: invented, status: read}}
  change: {{value: -0.01, unit: "1", source: invented, status: read}}
states:
  well: {{start: 1, {well}}}
  ill: {{}}
  dead: {{}}
transitions:
  well: {{dead: change if change > 0 else 0}}
  ill: {{dead: 0.5}}
{more}
"""


@pytest.mark.parametrize(
    ("method", "well", "more"),
    [
        ("none", "utility: 0.8", ""),
        ("none", "cost: (pension - price) / year", ""),
        ("none", "cost: price * (1 - 0.9 - 0.1) / year", ""),
        ("none", "utility: 0.8", "events: {refund: {when: time == 0, cost: -0.5 * price}}"),
        ("none", "utility: 0.8",
         "transition_effects: [{leaving: well, entering: dead, cost: -pension}]"),
        ("none", "utility: 0.8",
         "transition_effects: [{leaving: ill, entering: dead, qaly: 150 * year - 50 * time}]"),
        ("none", "utility: 0.8",
         "events: {infusion: {when: treated, qaly: 0 * year if treated else -982 * year}}"),
        ("none", "utility: 'by_sex(age, male)'",  # no table knows 0.95 of a man
         "tables: {by_sex: {source: invented, unit: '1', file: sex.csv, value: utility,"
         " arguments: {age: {column: age, unit: year},"
         " sex: {column: sex, codes: {man: 1, woman: 0}}}}}\n"
         "attributes: {male: {unit: '1', distribution: "
         "'empirical(values=[0, 1], weights=[1, 19])'}}"),
    ],
)  # fmt: skip
def test_what_is_legal_is_accepted(tmp_path: Path, method: str, well: str, more: str) -> None:
    table = "age,sex,utility\n0,man,0.8\n0,woman,0.9\n"
    (tmp_path / "sex.csv").write_text(table, encoding="utf-8")
    path = tmp_path / "model.yaml"
    path.write_text(MODEL.format(method=method, well=well, more=more), encoding="utf-8")
    assert load_model(path).spec.states["well"].start is not None
