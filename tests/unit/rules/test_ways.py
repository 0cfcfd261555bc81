"""Several ways to one category, facts that follow, and numbers that cannot be."""

from datetime import date
from typing import Any

import pytest

from equipoise.rules import classify, flips, roads, twins
from equipoise.rules.condition import is_consistent
from equipoise.spec.attributes import Attribute, completed
from equipoise.spec.law import Law

DAY = date(2026, 6, 1)


def attribute(about: str = "product", **more: Any) -> Attribute:
    return Attribute.model_validate({"ask": "?", "rule": "-", "about": about, **more})


ATTRIBUTES = {
    "grown": attribute(only_if="cells"),
    "alive": attribute(only_if="cells"),
    "cells": attribute(unless_said=False),
    "claimed": attribute("claim"),
    "sold": attribute("making"),
    "prevalence": attribute("use", unit="per 10,000"),
}


def evidence(status: str = "read") -> dict[str, Any]:
    return {"clause": f"art. {status}", "source": "law", "status": status, "last_checked": DAY}


def law(questions: dict[str, tuple[str, str, str]], *, weak: str = "", **route: Any) -> Law:
    ends = {name for _c, yes, no in questions.values() for name in (yes, no)} - questions.keys()
    tree = {
        "first": next(iter(questions)),
        "questions": {
            name: {"ask": name, "condition": condition, "yes": yes, "no": no,
                   "evidence": evidence("background" if name == weak else "read")}
            for name, (condition, yes, no) in questions.items()
        },
        "outcomes": {
            name: {"label": name, "definition": name, "concept": "medicine",
                   "evidence": evidence()}
            for name in ends
        },
    }  # fmt: skip
    step = {"label": "s", "owner": "maker", "evidence": evidence()}
    return Law.model_validate(
        {
            "jurisdiction": "T", "code": "tt", "sources": {}, "classification": tree,
            "routes": {"r": {"label": "r", "for_categories": sorted(ends), "steps": {"s": step},
                             **route}},
        }
    )  # fmt: skip


FORKED = law(
    {"q1": ("grown", "q2", "q3"), "q2": ("alive", "A", "B"), "q3": ("alive", "A", "B")},
    weak="q3", condition="grown",
)  # fmt: skip


def test_what_makes_no_difference_is_not_among_the_conditions() -> None:
    found = classify(FORKED.classification, {"cells": True}, day=DAY)
    assert {one.outcome: one.alternatives for one in found.possible} == {
        "A": ({"alive": True},), "B": ({"alive": False},),
    }  # fmt: skip
    assert found.needed == "alive"


def test_all_ways_to_a_category_count_for_its_clauses_and_roads() -> None:
    facts = {"cells": True, "alive": True}
    (one,) = classify(FORKED.classification, facts, day=DAY).possible
    assert one.alternatives == ({},)
    assert [item.clause for item in one.unread] == ["art. background"]
    (road,) = roads(FORKED, one, facts, day=DAY)
    assert (road.open, road.because) == (None, ("grown",))


def test_alternatives_stay_where_either_would_do() -> None:
    tree = law({"q": ("grown or sold", "A", "B")}).classification
    (first, *_rest) = classify(tree, {"cells": True}, day=DAY).possible
    assert first.outcome == "A"
    assert first.alternatives == ({"grown": True}, {"sold": True, "grown": False})


def test_a_yes_needs_what_it_needs() -> None:
    assert completed({"grown": True}, ATTRIBUTES)["cells"] is True
    assert completed({"alive": None}, ATTRIBUTES) == {
        "alive": False, "cells": False, "grown": False,
    }  # fmt: skip


def test_numbers_that_cannot_be_lead_nowhere() -> None:
    tree = law(
        {"q": ("prevalence < 5", "q2", "B"), "q2": ("prevalence > 10", "C", "A")}
    ).classification
    assert {one.outcome for one in classify(tree, {}, day=DAY).possible} == {"A", "B"}
    found = flips(tree, {"prevalence": 20.0}, ATTRIBUTES, day=DAY)
    assert [(flip.outcome, dict(flip.changes)) for flip in found] == [
        ("A", {"prevalence < 5": True, "prevalence > 10": False})
    ]


@pytest.mark.parametrize(
    ("supposed", "expected"),
    [
        ({"prevalence <= 5": True, "prevalence < 5": False}, True),
        ({"prevalence <= 5": True, "prevalence < 1": False, "prevalence > 4": True}, True),
        ({"prevalence <= 5": False, "prevalence <= 6": False, "prevalence < 6": True}, False),
        ({"1 < prevalence <= 5": True, "prevalence == 1": True}, False),
        ({"grown": True}, True),
    ],
)
def test_one_number_answers_all(supposed: dict[str, bool], expected: bool) -> None:
    assert is_consistent(supposed) is expected


def test_a_like_product_is_found_behind_a_nearer_unlike_one() -> None:
    country = law({"q": ("grown or (claimed and sold)", "A", "B")})
    facts = {"cells": True, "grown": False, "claimed": False, "sold": False}
    (flip,) = flips(country.classification, facts, ATTRIBUTES, day=DAY)
    assert dict(flip.changes) == {"grown": True}
    (twin,) = twins(country, facts, ATTRIBUTES, day=DAY)
    assert dict(twin.flip.changes) == {"claimed": True, "sold": True}


def test_a_flip_says_what_else_must_hold_and_clears_what_it_undoes() -> None:
    tree = law({"q": ("cells", "q2", "q3"), "q2": ("alive", "A", "B"), "q3": ("sold", "C", "D")})
    facts = {"cells": True, "alive": True}
    found = flips(tree.classification, facts, ATTRIBUTES, day=DAY)
    assert {flip.outcome: (dict(flip.changes), dict(flip.also)) for flip in found} == {
        "B": ({"alive": False}, {}),
        "C": ({"cells": False}, {"sold": True}),
        "D": ({"cells": False}, {"sold": False}),
    }


def test_a_tree_of_strangers_comes_to_an_end() -> None:
    names = [f"f{number}" for number in range(40)]
    tree = law({"q": (" or ".join(names), "A", "B")}).classification
    found = classify(tree, {}, day=DAY)
    assert {one.outcome for one in found.possible} == {"A", "B"}
    facts = dict.fromkeys(names, False)
    known = {name: attribute() for name in names}
    (flip,) = flips(tree, facts, known, day=DAY)
    assert len(flip.changes) == 1
