"""The walk through a decision tree: V35 and V36. Real law is tested in tests/packs."""

from datetime import date
from typing import Any

import pytest

from equipoise.core.errors import RuleNotInForceError
from equipoise.rules import OpenFactsError, certain, classify
from equipoise.spec.law import Classification

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
    found = certain(tree, product, day=DAY)
    assert found.outcome == outcome
    assert [(answer.question, answer.yes) for answer in found.path] == path
    assert [item.clause for item in found.evidence] == clauses


def test_what_nobody_read_is_named(tree: Classification) -> None:
    assert [item.clause for item in certain(tree, NEITHER, day=DAY).unread] == ["art. 9"]
    assert certain(tree, CELLS, day=DAY).unread == ()


def test_only_clauses_on_the_way_must_be_in_force(tree: Classification) -> None:
    tree = dated(tree, cells=OLD, cell_product=NEW)
    assert certain(tree, GENES, day=DAY).outcome == "gene_therapy"
    with pytest.raises(RuleNotInForceError, match="art. 8"):
        classify(tree, CELLS, day=DAY)


def test_an_outcome_that_is_not_yet_law_is_refused(tree: Classification) -> None:
    tree = dated(tree, cell_product=NEW)
    assert certain(tree, CELLS, day=date(2024, 1, 1)).outcome == "cell_product"
    with pytest.raises(RuleNotInForceError, match="art. 8"):
        classify(tree, CELLS, day=date(2023, 12, 31))


def test_a_clause_nobody_checked_lately_is_marked(tree: Classification) -> None:
    tree = dated(tree, genes={"last_checked": date(2024, 1, 1)})
    assert [item.clause for item in certain(tree, GENES, day=DAY).stale(DAY)] == ["art. 7"]
    assert certain(tree, GENES, day=date(2024, 12, 31)).stale(date(2024, 12, 31)) == ()


def test_unknown_facts_leave_every_category_that_they_can_lead_to(tree: Classification) -> None:
    found = classify(tree, {"contains_genes": None, "contains_cells": True}, day=DAY)
    assert {one.outcome: dict(one.alternatives[0]) for one in found.possible} == {
        "gene_therapy": {"contains_genes": True},
        "cell_product": {"contains_genes": False, "doses >= 1": True},
        "medicine": {"contains_genes": False, "doses >= 1": False},
    }
    assert found.needed == "contains_genes"
    assert found.only is None
    with pytest.raises(OpenFactsError, match="contains_genes"):
        certain(tree, {"contains_cells": True}, day=DAY)


def test_what_makes_no_difference_is_not_asked(tree: Classification) -> None:
    no_cells = {"contains_genes": False, "contains_cells": False}
    found = classify(tree, no_cells, day=DAY)
    assert found.needed is None
    assert found.only is not None
    assert (found.only.outcome, found.only.alternatives) == ("medicine", ({},))


def test_a_question_whose_answers_come_to_the_same_is_not_supposed(tree: Classification) -> None:
    cells = tree.questions["cells"].model_copy(update={"yes": "medicine"})
    tree = tree.model_copy(update={"questions": {**tree.questions, "cells": cells}})
    found = classify(tree, {"contains_genes": False}, day=DAY)
    assert found.only is not None
    assert found.only.alternatives == ({},)


def test_the_law_of_an_earlier_day_goes_another_way(tree: Classification) -> None:
    cells = tree.questions["cells"].model_copy(update={"until_in_force": "medicine"})
    tree = tree.model_copy(update={"questions": {**tree.questions, "cells": cells}})
    tree = dated(tree, cells=NEW)
    assert certain(tree, CELLS, day=date(2024, 1, 1)).outcome == "cell_product"
    assert certain(tree, CELLS, day=date(2023, 12, 31)).outcome == "medicine"


def test_an_expired_outcome_gives_way_to_its_successor(tree: Classification) -> None:
    product = tree.outcomes["cell_product"].model_copy(update={"once_expired": "medicine"})
    tree = tree.model_copy(update={"outcomes": {**tree.outcomes, "cell_product": product}})
    tree = dated(tree, cell_product=OLD)
    assert certain(tree, CELLS, day=date(2023, 12, 31)).outcome == "cell_product"
    assert certain(tree, CELLS, day=date(2024, 1, 1)).outcome == "medicine"
