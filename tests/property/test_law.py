"""Laws of the walk through decision trees, on trees that nobody chose."""

from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.rules import certain, classify, flips
from equipoise.spec.attributes import Attribute
from equipoise.spec.law import Classification

DAY = date(2026, 1, 1)
EVIDENCE = {"clause": "art. 1", "source": "law", "status": "read", "last_checked": DAY}
FACTS = ("a", "b", "c", "d")
ATTRIBUTES = {name: Attribute(ask=name, rule="-", about="product") for name in FACTS}
CONDITIONS = (
    "a", "b", "c", "d", "not a", "a and b", "b or c", "not (c and d)", "a and not d or b",
    "(a or d) and (b or not c)", "a and a", "b or not b",
)  # fmt: skip


@st.composite
def trees(draw: Any) -> Classification:
    count = draw(st.integers(1, 6))
    outcomes = [f"o{number}" for number in range(draw(st.integers(2, 4)))]
    questions = {}
    for number in range(count):
        later = [f"q{other}" for other in range(number + 1, count)]
        where = st.sampled_from([*later, *outcomes])
        questions[f"q{number}"] = {
            "ask": "?",
            "condition": draw(st.sampled_from(CONDITIONS)),
            "yes": draw(where),
            "no": draw(where),
            "evidence": EVIDENCE,
        }
    return Classification.model_validate(
        {
            "first": "q0",
            "questions": questions,
            "outcomes": {
                name: {"label": name, "definition": name, "concept": "medicine",
                       "evidence": EVIDENCE}
                for name in outcomes
            },
        }
    )  # fmt: skip


known = st.fixed_dictionaries({name: st.booleans() for name in FACTS})
partly = st.fixed_dictionaries({name: st.sampled_from([True, False, None]) for name in FACTS})


def by_hand(tree: Classification, facts: dict[str, bool]) -> str:
    place = tree.first
    while place in tree.questions:
        branch = tree.questions[place]
        yes = eval(branch.condition.text, {"__builtins__": {}}, dict(facts))
        place = branch.yes if yes else branch.no
    return place


@given(trees(), known)
def test_known_facts_lead_to_one_category(tree: Classification, facts: dict[str, bool]) -> None:
    assert certain(tree, facts, day=DAY).outcome == by_hand(tree, facts)


@given(trees(), partly)
def test_unknown_facts_lead_to_what_their_values_can_lead_to(
    tree: Classification, facts: dict[str, bool | None]
) -> None:
    free = [name for name, fact in facts.items() if fact is None]
    every = {
        by_hand(tree, {**facts, **dict(zip(free, values, strict=True))})  # type: ignore[dict-item]
        for values in product((True, False), repeat=len(free))
    }
    found = classify(tree, facts, day=DAY)
    assert {one.outcome for one in found.possible} == every
    assert (found.needed is None) == (found.only is not None)


@given(trees(), partly)
def test_what_is_supposed_leads_there(tree: Classification, facts: dict[str, bool | None]) -> None:
    for one in classify(tree, facts, day=DAY).possible:
        now = {**facts, **one.alternatives[0]}
        assert one.outcome in {again.outcome for again in classify(tree, now, day=DAY).possible}


@given(trees(), known)
def test_no_fewer_changes_lead_to_another_category(
    tree: Classification, facts: dict[str, bool]
) -> None:
    fewest: dict[str, int] = {}
    for values in product((True, False), repeat=len(FACTS)):
        other = dict(zip(FACTS, values, strict=True))
        outcome = by_hand(tree, other)
        differing = sum(facts[name] != other[name] for name in FACTS)
        fewest[outcome] = min(differing, fewest.get(outcome, 9))
    found = flips(tree, facts, ATTRIBUTES, day=DAY)
    assert {flip.outcome: len(flip.changes) for flip in found} == {
        outcome: count for outcome, count in fewest.items() if 0 < count <= 3
    }
    for flip in found:
        assert by_hand(tree, {**facts, **flip.changes}) == flip.outcome


@pytest.mark.parametrize("missing", FACTS)
def test_asking_what_is_needed_ends_with_one_category(missing: str) -> None:
    tree = Classification.model_validate(
        {
            "first": "q",
            "questions": {"q": {"ask": "?", "condition": missing, "yes": "x", "no": "y",
                                "evidence": EVIDENCE}},
            "outcomes": {name: {"label": name, "definition": name, "concept": "medicine",
                                "evidence": EVIDENCE} for name in "xy"},
        }
    )  # fmt: skip
    found = classify(tree, {}, day=DAY)
    assert found.needed == missing
    assert classify(tree, {missing: True}, day=DAY).only is not None
