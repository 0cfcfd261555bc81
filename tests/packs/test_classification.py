"""Laws of the library before the cases that stand beside them: V36. Those files are for lawyers."""

from collections.abc import Mapping
from datetime import date
from itertools import product

import pytest

from equipoise.core.errors import RuleNotInForceError
from equipoise.packs import (
    library,
    load_named_cases,
    load_named_law,
    load_named_study,
    shared_attributes,
)
from equipoise.pipeline import decided
from equipoise.rules import certain
from equipoise.rules.condition import asked, parts, truth
from equipoise.rules.force import in_force
from equipoise.spec.law import Law

COUNTRIES = [entry.name for entry in library() if entry.kind == "country"]
LAWS = {name: load_named_law(name) for name in COUNTRIES}
TODAY = date(2026, 11, 28)


def test_the_library_knows_these_laws() -> None:
    assert set(COUNTRIES) >= {"ru", "eaeu", "eu", "uk", "us", "jp", "kz"}


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_case_is_met_or_says_why_not(country: str) -> None:
    found = decided(LAWS[country], load_named_cases(country, LAWS[country]), shared_attributes())
    unexplained = [
        (one.case.case, one.agreement, [p.outcome for p in one.possible], dict(one.wrong_path))
        for one in found
        if not one.is_explained
    ]
    assert not unexplained


def test_how_many_decisions_are_met() -> None:
    # As printed by `equipoise law`: met, open because facts are unknown, differing.
    counts = {}
    for country in COUNTRIES:
        found = decided(
            LAWS[country], load_named_cases(country, LAWS[country]), shared_attributes()
        )
        real = [one.agreement for one in found if one.case.source is not None]
        if real:
            counts[country] = [real.count(kind) for kind in ("agrees", "open", "differs")]
    assert counts == {"eu": [24, 1, 0], "jp": [2, 0, 0], "ru": [5, 0, 0], "us": [5, 0, 0]}


def reached(law: Law, day: date) -> tuple[set[tuple[str, bool]], set[str]]:
    """Answers and outcomes that some product can reach on a day."""
    tree = law.classification
    answers: set[tuple[str, bool]] = set()
    outcomes: set[str] = set()
    seen: set[tuple[str, frozenset[tuple[str, bool]]]] = set()

    def go(place: str, settled: Mapping[str, bool]) -> None:
        try:
            place = in_force(tree, place, day)
        except RuleNotInForceError:  # nobody has written down the law of that day
            return
        if (place, frozenset(settled.items())) in seen:
            return
        seen.add((place, frozenset(settled.items())))
        if place in tree.outcomes:
            outcomes.add(place)
            return
        branch = tree.questions[place]
        names = [asked(part) for part in parts(branch.condition.tree)]
        free = [name for name in names if name not in settled]
        for values in product((True, False), repeat=len(free)):
            now = {**settled, **dict(zip(free, values, strict=True))}
            yes = truth(branch.condition.tree, {}, now)
            assert yes is not None
            answers.add((place, yes))
            go(branch.yes if yes else branch.no, now)

    go(tree.first, {})
    return answers, outcomes


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_answer_and_every_category_can_be_reached(country: str) -> None:
    tree = LAWS[country].classification
    answers, outcomes = reached(LAWS[country], TODAY)
    for more in (date(2005, 1, 1), date(2028, 1, 1)):  # some categories are of other days
        try:
            then = reached(LAWS[country], more)
        except Exception:
            continue
        answers |= then[0]
        outcomes |= then[1]
    assert answers == {(question, yes) for question in tree.questions for yes in (True, False)}
    assert outcomes == set(tree.outcomes)


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_category_has_a_road_or_is_none_for_medicines(country: str) -> None:
    law = LAWS[country]
    served = {name for route in law.routes.values() for name in route.for_categories}
    for name, outcome in law.classification.outcomes.items():
        if outcome.concept in {"medicine", "cell_product", "regenerative_product"}:
            if name in {"other_medicine", "drug", "drug_or_other_biologic"}:
                continue  # no cell or gene product: its roads are not asked for here
            assert name in served, name


def test_the_haemophilia_therapy_is_what_its_route_is_for() -> None:
    study = load_named_study("haemophilia-b-gene-therapy", country="ru")
    found = certain(study.country.classification, study.facts, day=study.file.decision_date)
    assert found.outcome == "gene_therapy_medicine"
    assert found.outcome in study.route.for_categories
