"""Roads to patients, marks, and like products under other names, on a small law of its own."""

from datetime import date
from pathlib import Path

import pytest

from equipoise.packs import load_named_law, shared_attributes
from equipoise.rules import classify, flips, marks, parted, roads, twins
from equipoise.spec.attributes import Fact, completed
from equipoise.spec.law import Law

DAY = date(2026, 6, 1)
VECTOR: dict[str, Fact | None] = {
    "recombinant_nucleic_acid": True, "effect_by_sequence": True, "cells_or_tissues": False,
}  # fmt: skip
CELLS: dict[str, Fact | None] = {
    "recombinant_nucleic_acid": False, "cells_or_tissues": True, "viable_cells": True,
    "cultured": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def law() -> Law:
    return load_named_law(Path(__file__).parents[2] / "data" / "law" / "zz")


def whole(law: Law, facts: dict[str, Fact | None]) -> dict[str, Fact | None]:
    return completed(facts, {**shared_attributes(), **law.attributes})


def found_roads(law: Law, facts: dict[str, Fact | None], day: date = DAY) -> dict[str, object]:
    facts = whole(law, facts)
    (category,) = classify(law.classification, facts, day=day).possible
    return {road.name: (road.open, road.because) for road in roads(law, category, facts, day=day)}


def test_open_roads_come_first_the_best_known_before_others(law: Law) -> None:
    found = found_roads(law, {**VECTOR, "serious_condition": True, "unmet_need": True})
    assert list(found) == ["fast", "new", "full"]
    assert all(is_open is True for is_open, _because in found.values())


def test_a_road_tells_what_it_depends_on_or_what_closes_it(law: Law) -> None:
    assert found_roads(law, VECTOR)["fast"] == (None, ("serious_condition", "unmet_need"))
    half = found_roads(law, {**VECTOR, "serious_condition": True})
    assert half["fast"] == (None, ("unmet_need",))
    shut = found_roads(law, {**VECTOR, "serious_condition": True, "unmet_need": False})
    assert shut["fast"] == (False, ("unmet_need",))
    assert list(shut)[-1] == "fast"
    both = {**VECTOR, "serious_condition": False, "unmet_need": False}
    assert found_roads(law, both)["fast"] == (False, ("serious_condition", "unmet_need"))


def test_numbers_open_roads(law: Law) -> None:
    assert found_roads(law, {**CELLS, "prevalence": 5.0})["rare"] == (True, ())
    assert found_roads(law, {**CELLS, "prevalence": 5.1})["rare"] == (False, ("prevalence <= 5",))
    assert found_roads(law, CELLS)["rare"] == (None, ("prevalence <= 5",))


def test_a_road_whose_law_had_not_begun_is_not_known_to_be_open(law: Law) -> None:
    facts = whole(law, VECTOR)
    for day, expected in ((date(2024, 12, 31), (None, False)), (date(2025, 1, 1), (True, True))):
        (category,) = classify(law.classification, facts, day=day).possible
        found = {road.name: road for road in roads(law, category, facts, day=day)}
        assert (found["new"].open, found["new"].is_law) == expected


def test_marks_hold_or_may_hold(law: Law) -> None:
    for fact, expected in ((True, [True]), (None, [None]), (False, [])):
        facts = whole(law, {**VECTOR, "device_integral": fact})
        (category,) = classify(law.classification, facts, day=DAY).possible
        assert [yes for _mark, yes in marks(law, category, facts, day=DAY)] == expected


def test_the_hospital_names_like_cells_otherwise(law: Law) -> None:
    attributes = {**shared_attributes(), **law.attributes}
    found = classify(law.classification, whole(law, CELLS), day=DAY)
    assert [one.outcome for one in found.possible] == ["cell_product"]
    (twin,) = twins(law, CELLS, attributes, day=DAY)
    assert (twin.outcome, twin.concept) == ("hospital_product", "hospital_made")
    assert dict(twin.flip.changes) == {"made_in_treating_hospital": True, "listed_hospital": True}
    # To act by genes it would have to be another product, as nothing else is without cells.
    others = {one.outcome: dict(one.changes) for one in
              flips(law.classification, CELLS, attributes, day=DAY)}  # fmt: skip
    assert others["other"] == {"viable_cells": False}
    assert others["gene_medicine"] == {
        "recombinant_nucleic_acid": True, "effect_by_sequence": True,
    }  # fmt: skip


def test_no_fact_changes_without_the_one_that_it_needs(law: Law) -> None:
    attributes = {**shared_attributes(), **law.attributes}
    found = {one.outcome: dict(one.changes) for one in
             flips(law.classification, VECTOR, attributes, day=DAY)}  # fmt: skip
    assert "cell_product" not in found  # four facts would have to change, cells among them
    assert len(found["other"]) == 1


def test_before_the_list_all_grown_cells_were_cell_products(law: Law) -> None:
    facts = whole(law, {**CELLS, "made_in_treating_hospital": True, "listed_hospital": True})
    now = classify(law.classification, facts, day=date(2024, 1, 1))
    then = classify(law.classification, facts, day=date(2023, 12, 31))
    assert [one.outcome for one in now.possible] == ["hospital_product"]
    assert [one.outcome for one in then.possible] == ["cell_product"]


def test_countries_part_by_concept() -> None:
    found = parted({"a": ("medicine",), "b": ("medicine", "hospital_made"), "c": ("device",)})
    assert found == {"medicine": ("a", "b"), "hospital_made": ("b",), "device": ("c",)}
