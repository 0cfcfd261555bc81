"""Reading the law of a country, and every mistake of it at once, in its own file."""

import shutil
from pathlib import Path

import pytest

from equipoise.core.errors import NotInLibraryError, SpecError
from equipoise.packs import (
    load_named_cases,
    load_named_law,
    load_named_product,
    load_named_study,
    shared_attributes,
)
from equipoise.spec.jurisdiction import Jurisdiction

DATA = Path(__file__).parents[2] / "data"
LAW = DATA / "law" / "zz"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LAW, tmp_path / "zz"))


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(SpecError) as caught:
        load_named_law(folder)
    return str(caught.value).replace(f"{folder}/", "").splitlines()


def test_a_law_needs_no_money_and_no_payers() -> None:
    law = load_named_law(LAW)
    assert (law.code, list(law.routes)) == ("zz", ["full", "fast", "new", "rare"])
    assert not isinstance(law, Jurisdiction)


def test_the_law_of_a_whole_country_is_read_with_all_of_it() -> None:
    assert isinstance(load_named_law("ru"), Jurisdiction)


def test_everything_wrong_is_told_at_once(copy: Path) -> None:
    tree, routes = copy / "classification.yaml", copy / "routes.yaml"
    changed(tree, "yes: gene_medicine", "yes: gene_medicin")
    changed(tree, "viable_cells and (cultured", "viable_cell and (cultured")
    changed(tree, "condition: made_in_treating_hospital and listed_hospital", "condition: 2 * x")
    changed(tree, ", valid_from: 2024-01-01, last_checked", ", last_checked")
    changed(tree, "for_categories: [cell_product, gene_medicine]", "for_categories: [cells]")
    changed(routes, "for_categories: [gene_medicine]", "for_categories: [gene_medicines]")
    changed(routes, "source: law, status: read}", "source: laws, status: read}")
    changed(routes, "unit: days, source: law, status: read}, evidence: {clause: art. 11",
            "unit: USD@2020, source: law, status: read}, evidence: {clause: art. 11")  # fmt: skip
    changed(copy / "jurisdiction.yaml", "only_if: made_in_treating", "only_if: made_in_treatin")
    told = "\n".join(mistakes(copy))
    for part in (
        "classification.yaml:7:12: classification.questions.genes.yes: 'gene_medicin' is neither",
        "classification.yaml:12:18: classification.questions.cells.condition: 'viable_cell' is not",
        "classification.yaml:18:18: classification.questions.hospital.condition: a condition is",
        "classification.questions.hospital.until_in_force: nobody knows from which day",
        "classification.marks.combined.for_categories.0: 'cells' is not an outcome",
        "routes.fast.for_categories.0: 'gene_medicines' is not an outcome",
        "routes.full.steps.review.statutory.source:",
        "routes.fast.steps.review.statutory",
        "jurisdiction.yaml:6:",
    ):
        assert part in told, f"{part}\n{told}"


def test_working_days_need_a_calendar(copy: Path) -> None:
    changed(copy / "routes.yaml", "owner: regulator", "owner: regulator, working_days: true")
    (told, fix) = mistakes(copy)[:2]
    assert "working days cannot be counted without a calendar" in told
    assert "add `calendar:`" in fix


def test_a_successor_must_not_lead_back(copy: Path) -> None:
    tree = copy / "classification.yaml"
    changed(tree, "Acts by genes., concept: medicine", "-, concept: medicine, once_expired: genes")
    changed(tree, "genes, evidence: {", "genes, evidence: {valid_to: 2030-01-01, ")
    assert "questions lead back to themselves: " in "\n".join(mistakes(copy))


def test_a_study_in_a_country_without_money_says_what_is_missing(tmp_path: Path) -> None:
    mini = Path(shutil.copytree(DATA / "mini", tmp_path / "mini"))
    with pytest.raises(SpecError, match="only the law of this country is known"):
        load_named_study(mini / "study.yaml", country=str(LAW))


def test_a_product_states_facts_that_exist_and_agree(tmp_path: Path) -> None:
    path = tmp_path / "product.yaml"
    path.write_text(
        "product: x\nattributes:\n  cells_or_tissue: true\n  cells_or_tissues: false\n"
        "  cultured: true\n  prevalence: true\n  viable_cells: 2\n  autologous: maybe\n",
        encoding="utf-8",
    )
    with pytest.raises(SpecError) as caught:
        load_named_product(path, shared_attributes())
    assert "autologous" in str(caught.value)
    changed(path, "  autologous: maybe\n", "")
    with pytest.raises(SpecError) as caught:
        load_named_product(path, shared_attributes())
    told = str(caught.value)
    for part in (
        "product.yaml:3:20: attributes.cells_or_tissue: no law asks for a fact 'cells_or_tissue'",
        "product.yaml:5:13: attributes.cultured: cannot be true while 'cells_or_tissues' is false",
        "attributes.prevalence: it is a number, per 10,000 people",
        "attributes.viable_cells: it is a yes or a no",
    ):
        assert part in told, told


def test_cases_stand_beside_the_law() -> None:
    assert len(load_named_cases(LAW, load_named_law(LAW))) == 4
    mini = DATA / "mini" / "xx"
    assert load_named_cases(mini, load_named_law(mini)) == ()
    with pytest.raises(NotInLibraryError):
        load_named_cases("qq", load_named_law(LAW))


def test_everything_wrong_with_cases_is_told_with_its_place(copy: Path) -> None:
    cases = copy / "cases.yaml"
    changed(cases, "outcome: gene_medicine", "outcome: gene_medicin")
    changed(cases, "path: {genes: yes}", "path: {gene: yes}")
    changed(cases, "made_in_treating_hospital]", "made_in_hospital, cultured]")
    changed(cases, "no: [recombinant_nucleic_acid]", "no: [prevalence]")
    with pytest.raises(SpecError) as caught:
        load_named_cases(copy, load_named_law(copy))
    told = str(caught.value)
    for part in (
        "cases.yaml:2:", "cases.0.outcome: 'gene_medicin' is not an outcome",
        "cases.0.path.gene: 'gene' is not a question", "did you mean 'genes'?",
        "cases.yaml:3:", "cases.1.yes.3: no law asks for a fact 'made_in_hospital'",
        "cases.1.yes.4: 'cultured' stands twice", "cases.1.no.0: 'prevalence' is a number",
    ):  # fmt: skip
        assert part in told, told
