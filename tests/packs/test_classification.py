"""Cases of the countries' decision trees: V36. The YAML files beside this are for lawyers."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from equipoise.core import errors
from equipoise.packs import find_jurisdiction, load_named_study
from equipoise.rules import classify
from equipoise.spec.jurisdiction import Classification
from equipoise.spec.reader import read_document

FILES = {
    path.stem: read_document(path).data
    for path in sorted((Path(__file__).parent / "cases").glob("*-classification.yaml"))
}
CASES = [
    pytest.param(name, case, id=f"{name}: {case['case']}")
    for name, file in FILES.items()
    for case in file["cases"]
]


def tree_of(country: str) -> Classification:
    path = find_jurisdiction(country) / "classification.yaml"
    return Classification.model_validate(read_document(path).data["classification"])


TREES = {name: tree_of(file["country"]) for name, file in FILES.items()}


def product(name: str, case: dict[str, Any]) -> dict[str, bool]:
    facts = FILES[name]["facts"]
    unknown = [fact for fact in case["yes"] if fact not in facts]
    assert not unknown, f"no such facts: {unknown}"
    return {fact: fact in case["yes"] for fact in facts}


@pytest.mark.parametrize(("name", "case"), CASES)
def test_case(name: str, case: dict[str, Any]) -> None:
    attributes = product(name, case)
    if "raises" in case:
        with pytest.raises(getattr(errors, case["raises"])):
            classify(TREES[name], attributes, day=date.fromisoformat(case["day"]))
        return
    found = classify(TREES[name], attributes, day=date.fromisoformat(case["day"]))
    assert found.outcome == case["outcome"]
    if "path" in case:
        answers = {answer.question: "yes" if answer.yes else "no" for answer in found.path}
        assert answers == case["path"]
    assert all(evidence.clause and evidence.source for evidence in found.evidence)


@pytest.mark.parametrize("name", FILES)
def test_every_answer_and_every_outcome_is_reached_by_a_case(name: str) -> None:
    tree = TREES[name]
    reached, outcomes = set(), set()
    for case in FILES[name]["cases"]:
        if "outcome" in case:
            found = classify(tree, product(name, case), day=date.fromisoformat(case["day"]))
            reached |= {(answer.question, answer.yes) for answer in found.path}
            outcomes.add(found.outcome)
    assert reached == {(question, yes) for question in tree.questions for yes in (True, False)}
    assert outcomes == set(tree.outcomes)


@pytest.mark.parametrize("name", FILES)
def test_the_cases_know_exactly_the_facts_that_the_law_asks_about(name: str) -> None:
    asked = {fact for branch in TREES[name].questions.values() for fact in branch.condition.names}
    assert set(FILES[name]["facts"]) == asked


def test_the_haemophilia_therapy_is_what_its_route_is_for() -> None:
    study = load_named_study("haemophilia-b-gene-therapy", country="ru")
    found = classify(
        study.country.classification, study.product.attributes, day=study.file.decision_date
    )
    assert found.outcome == "gene_therapy_medicine"
    assert found.outcome in study.route.for_categories
