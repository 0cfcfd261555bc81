"""The walk through a decision tree: V35 and V36. Real law is tested in tests/packs."""

from datetime import date
from typing import Any

import pytest

from equipoise.core.errors import RuleNotInForceError, RuleStaleError
from equipoise.rules import classify
from equipoise.spec.jurisdiction import Classification

OLD = {"valid_from": date(2010, 1, 1), "valid_to": date(2023, 12, 31)}
NEW = {"valid_from": date(2024, 1, 1), "valid_to": None}
GENES = {"contains_genes": True, "contains_cells": True, "doses": 1}
CELLS = {"contains_genes": False, "contains_cells": True, "doses": 2}
NEITHER = {"contains_genes": False, "contains_cells": True, "doses": 0}
DAY = date(2026, 1, 12)


def dated(tree: Classification, **dates: dict[str, Any]) -> Classification:
    """Return the tree with other dates for some questions and outcomes."""
    parts = {}
    for name in ("questions", "outcomes"):
        rows = dict(getattr(tree, name))
        for key in rows.keys() & dates.keys():
            evidence = rows[key].evidence.model_copy(update=dates[key])
            rows[key] = rows[key].model_copy(update={"evidence": evidence})
        parts[name] = rows
    return tree.model_copy(update=parts)


@pytest.fixture(scope="session")
def tree(mini: Any) -> Classification:
    return mini.country.classification


@pytest.mark.parametrize(
    ("product", "outcome", "path", "clauses"),
    [
        (GENES, "gene_therapy", [("genes", True)], ["art. 7", "art. 7"]),
        (
            CELLS,
            "cell_product",
            [("genes", False), ("cells", True)],
            ["art. 7", "art. 8", "art. 8"],
        ),
        (NEITHER, "medicine", [("genes", False), ("cells", False)], ["art. 7", "art. 8", "art. 9"]),
    ],
)
def test_every_branch_has_its_answers_and_clauses(
    tree: Classification, product: dict[str, float], outcome: str, path: Any, clauses: list[str]
) -> None:
    found = classify(tree, product, day=DAY)
    assert found.outcome == outcome
    assert [(answer.question, answer.yes) for answer in found.path] == path
    assert [item.clause for item in found.evidence] == clauses


def test_what_nobody_read_is_named(tree: Classification) -> None:
    assert [item.clause for item in classify(tree, NEITHER, day=DAY).unread] == ["art. 9"]
    assert classify(tree, CELLS, day=DAY).unread == ()


def test_only_clauses_on_the_way_must_be_in_force(tree: Classification) -> None:
    tree = dated(tree, cells=OLD, cell_product=NEW)
    assert classify(tree, GENES, day=DAY).outcome == "gene_therapy"
    with pytest.raises(RuleNotInForceError, match="art. 8"):
        classify(tree, CELLS, day=DAY)


def test_an_outcome_that_is_not_yet_law_is_refused(tree: Classification) -> None:
    tree = dated(tree, cell_product=NEW)
    assert classify(tree, CELLS, day=date(2024, 1, 1)).outcome == "cell_product"
    with pytest.raises(RuleNotInForceError, match="art. 8"):
        classify(tree, CELLS, day=date(2023, 12, 31))


def test_a_clause_nobody_checked_lately_is_refused(tree: Classification) -> None:
    tree = dated(tree, genes={"last_checked": date(2024, 1, 1)})
    with pytest.raises(RuleStaleError, match="art. 7"):
        classify(tree, GENES, day=DAY)
