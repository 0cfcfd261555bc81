"""Loading whole studies, and setting inputs to other values."""

import math
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from equipoise.core.errors import FieldError, SpecError
from equipoise.packs import shared_attributes
from equipoise.spec.load_study import country_of, load_study
from equipoise.spec.loaded_study import Study
from equipoise.spec.replace import replace_values
from equipoise.spec.text import shown

MINI = Path(__file__).resolve().parents[2] / "data" / "mini"


def load(folder: Path = MINI) -> Study:
    return load_study(
        folder / "study.yaml", jurisdiction_folder=folder / "xx", attributes=shared_attributes()
    )


@pytest.fixture(scope="module")
def study() -> Study:
    return load()


@pytest.fixture
def mini(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MINI, tmp_path / "mini"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_study_is_read_with_all_its_files(study: Study) -> None:
    assert study.file.decision_date == date(2026, 1, 12)
    assert study.product.attributes["contains_genes"] is True
    assert study.country.code == "xx"
    assert list(study.route.steps) == ["review", "funding"]
    assert set(study.sources) == {"invented", "label", "law", "statistics"}


def test_the_model_uses_the_tables_of_the_country(study: Study) -> None:
    mortality = study.model.tables["mortality"]
    assert mortality is study.country_tables["mortality"]
    ages, sexes = np.array([20.0, 39.9, 200.0]), np.array([0.0, 1.0, 1.0])
    assert mortality(ages, sexes).tolist() == [0.0004, 0.001, 0.45]


def test_the_digest_is_of_every_byte_of_every_file(mini: Path) -> None:
    digests = {load(mini).digest}
    files = sorted(path for path in mini.rglob("*.*") if path.is_file())
    for path in files:
        path.write_bytes(path.read_bytes() + b"\n")
        digests.add(load(mini).digest)
    assert len(digests) == 1 + len(files)
    assert len(files) == 8


def test_the_digest_does_not_depend_on_the_folder(mini: Path, study: Study) -> None:
    assert load(mini).digest == study.digest


def test_another_country_than_the_file_names_is_the_one_used(mini: Path) -> None:
    edit(mini / "study.yaml", "country: xx", "country: yy")
    assert country_of(mini / "study.yaml") == "yy"
    assert load(mini).file.country == "xx"


def test_a_country_may_be_one_file(mini: Path, study: Study) -> None:
    country = mini / "xx"
    for name in ("payers", "routes", "classification"):
        part = country / f"{name}.yaml"
        whole = country / "jurisdiction.yaml"
        whole.write_text(whole.read_text("utf-8") + part.read_text("utf-8"), encoding="utf-8")
        part.unlink()
    assert load(mini).country == study.country


def test_a_mistake_in_a_condition_points_into_its_own_file(mini: Path) -> None:
    edit(mini / "xx" / "classification.yaml", "contains_cells and doses >= 1", "doses >= in")
    with pytest.raises(SpecError) as caught:
        load(mini)
    (problem,) = caught.value.problems
    assert problem.file == str(mini / "xx" / "classification.yaml")
    assert (problem.line, problem.field) == (12, "classification.questions.cells.condition")


def test_a_missing_country_says_so(mini: Path) -> None:
    with pytest.raises(SpecError, match="there is no such file"):
        load_study(
            mini / "study.yaml", jurisdiction_folder=mini / "zz", attributes=shared_attributes()
        )


def test_a_link_to_another_folder_is_refused(mini: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    (mini / "product.yaml").rename(outside)
    (mini / "product.yaml").symlink_to(outside)
    with pytest.raises(SpecError, match="link to another folder"):
        load(mini)


def test_a_link_of_a_table_to_another_folder_is_refused(mini: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    (mini / "xx" / "mortality.csv").rename(outside)
    (mini / "xx" / "mortality.csv").symlink_to(outside)
    with pytest.raises(SpecError, match="link to another folder"):
        load(mini)


@pytest.mark.parametrize("content", ["", "[]", "3", "study: x", "country: 5", "country: no"])
def test_a_study_that_is_no_study_is_refused(mini: Path, content: str) -> None:
    (mini / "study.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(SpecError):
        load(mini)


@pytest.mark.parametrize("content", ["", "[]", "3", "study: x", "country: 5"])
def test_a_study_without_a_country_says_so(mini: Path, content: str) -> None:
    (mini / "study.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(SpecError):
        country_of(mini / "study.yaml")


# --- values set for one run --------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("patients.prevalent", "900", 900.0),
        ("patients.prevalent", "900 patients", 900.0),
        ("patients.diagnosed", "50 %", 0.5),
        ("patients.diagnosed", "52/104", 0.5),
        ("patients.groups.young", "0.9", 0.9),
        ("patients.eligible.antibodies", "1", 1.0),
        ("care.ready_after", "3 months", 0.25),
        ("access.review.statutory", "100 days", 100.0),
        ("access.review", "0.1", 0.1),
        ("access.funding", "2 years", 2.0),
        ("access.review.refusal", "0", 0.0),
        ("access.review.pause", "1 month", 1 / 12),
        ("economics.discount_cost", "5 %/year", 0.05),
        ("economics.willingness_to_pay", "60000 CRN@2025/QALY", 60000.0),
        ("loss_rate", "0.1", 0.1),
        # 1,000 crowns of 2025 are 100 euros of 2024 with the index 110/105 and the rate 10.
        ("cost_care", "1000 CRN@2025/year", 1000 / (110 / 105) / 10),
        ("cost_trip", "1e2", 100.0),
        ("cost_trip", "10 EUR@2024", 100.0),
        # Some live in a state worse than death, and a therapy can do harm.
        ("utility_usual", "-0.4", -0.4),
        ("utility_gain", "-0.1", -0.1),
    ],
)
def test_a_value_is_fixed_in_the_unit_of_its_input(
    study: Study, name: str, text: str, value: float
) -> None:
    changed = replace_values(study, {name: text})
    quantity = changed.quantities[name]
    assert math.isclose(quantity.value, value, rel_tol=1e-12)
    assert quantity.unit == study.quantities[name].unit
    assert quantity.distribution is None
    assert changed.digest != study.digest
    others = {key: q for key, q in changed.quantities.items() if key != name}
    assert others == {key: q for key, q in study.quantities.items() if key != name}


def test_every_input_but_the_price_of_the_product_can_be_set(study: Study) -> None:
    assert study.replaced_by_price == {"price"}
    for name, quantity in study.quantities.items():
        if name == "price":
            continue
        changed = replace_values(study, {name: repr(quantity.value)})
        assert changed.quantities[name].value == quantity.value


def test_a_value_that_was_set_is_no_longer_evidence(study: Study) -> None:
    quantity = replace_values(study, {"patients.prevalent": "900"}).quantities["patients.prevalent"]
    assert (quantity.status, quantity.source) == ("assumption", None)
    assert quantity.note is not None
    assert shown(quantity.note) == "Set for this run; the study has 120."


def test_the_order_of_values_does_not_matter(study: Study) -> None:
    one = replace_values(study, {"loss_rate": "0.1", "effect": "0.6"})
    other = replace_values(study, {"effect": "0.6", "loss_rate": "0.1"})
    assert one.digest == other.digest
    assert one.quantities == other.quantities


def test_nothing_to_set_changes_nothing(study: Study) -> None:
    assert replace_values(study, {}) == study


@pytest.mark.parametrize(
    ("name", "text", "message", "fix"),
    [
        ("patients.prevalnt", "1", "not an input", "did you mean 'patients.prevalent'?"),
        ("patients.diagnosed", "1.5", "above 1", "correct"),
        ("patients.prevalent", "-1", "below zero", "correct"),
        ("patients.prevalent", "nan", "not a finite number", "finite"),
        ("patients.prevalent", "1e999", "not a finite number", "finite"),
        ("patients.prevalent", "1e51", "too large: the limit is", "smaller"),
        ("loss_rate", "-1e300", "too large: the limit is", "smaller"),
        ("patients.prevalent", "many", "not a number", "write"),
        ("patients.prevalent", "3 years", "does not fit", "patients"),
        ("cost_care", "3 CRN@2025", "does not fit", "EUR@2024/year"),
        ("cost_care", "3 USD@2001/year", "no exchange rate of USD for 2001", "exchange_rates"),
        ("cost_care", "3 EUR/year", "needs its price year", "EUR@2025"),
        ("economics.discount_cost", "5 %", "does not fit", "1/year"),
        ("loss_rate", "__import__('os')", "not a number", "write"),
        ("loss_rate", "1/0", "no finite value", ""),
        ("loss_rate", "", "1 to 2000 characters", ""),
        ("loss_rate", "-0.1", "no negative values", "correct"),
        ("cost_trip", "-5", "amount of money", "below_zero"),
        ("price", "7e5", "part of the policy", "--policy price=7e5"),
        ("effect", "1.2", "not between 0 and 1", "correct"),
        ("utility_usual", "7", "a utility", "correct"),
        ("utility_usual", "-1.2", "a utility", "correct"),
    ],
)
def test_a_value_that_cannot_be_is_refused(
    study: Study, name: str, text: str, message: str, fix: str
) -> None:
    with pytest.raises(FieldError, match=message) as caught:
        replace_values(study, {name: text})
    assert fix in caught.value.fix


def test_a_difference_may_be_set_below_zero_if_its_file_says_so(mini: Path) -> None:
    edit(mini / "model.yaml", "cost_trip: {", "cost_trip: {below_zero: A difference., ")
    changed = replace_values(load(mini), {"cost_trip": "-5"})
    assert changed.quantities["cost_trip"].value == -5.0


def test_values_that_are_possible_alone_but_not_together_are_refused(study: Study) -> None:
    with pytest.raises(SpecError, match="states.alive.utility: 1.1 is not between") as caught:
        replace_values(study, {"utility_usual": "0.6", "utility_gain": "0.5"})
    (problem,) = caught.value.problems
    assert (Path(problem.file).name, problem.line) == ("model.yaml", 59)
    with pytest.raises(FieldError, match="no group has a weight"):
        replace_values(study, {"patients.groups.young": "0", "patients.groups.adult": "0"})


JOINT = """joint:
  care_and_gain:
    distribution: multivariate_normal
    parameters: [{names}]
    covariance: {covariance}
tables:"""


def with_joint(mini: Path, names: str, covariance: str) -> Study:
    """Return the mini study with some parameters drawn together."""
    path = mini / "model.yaml"
    edit(path, "tables:", JOINT.format(names=names, covariance=covariance))
    edit(path, "    distribution: beta(mean=0.5, sd=0.05)\n", "")
    edit(path, ', distribution: "beta(mean=0.7, sd=0.03)"', "")
    edit(path, ', distribution: "beta(mean=0.2, sd=0.03)"', "")
    return load(mini)


def test_a_fixed_parameter_leaves_its_joint_distribution(mini: Path) -> None:
    study = with_joint(mini, "effect, utility_usual, utility_gain", "[[1], [2, 9], [3, 4, 25]]")
    once = replace_values(study, {"utility_usual": "0.6"})
    joint = once.model.spec.joint["care_and_gain"]
    assert list(joint.parameters) == ["effect", "utility_gain"]
    assert joint.model_dump()["covariance"] == [[1.0, 3.0], [3.0, 25.0]]
    twice = replace_values(once, {"effect": "0.5"})
    assert twice.model.spec.joint == {}
    left = twice.model.spec.parameters["utility_gain"].distribution
    assert left is not None
    assert (left.kind, left.mean, left.sd) == ("normal", 0.2, 5.0)


def test_one_of_several_shares_cannot_be_fixed_alone(mini: Path) -> None:
    path = mini / "model.yaml"
    shares = """joint:
  shares: {distribution: dirichlet, parameters: [utility_usual, utility_gain], counts: [7, 2]}
tables:"""
    edit(path, "tables:", shares)
    edit(path, ', distribution: "beta(mean=0.7, sd=0.03)"', ", mean_differs: Invented.")
    edit(path, ', distribution: "beta(mean=0.2, sd=0.03)"', ", mean_differs: Invented.")
    with pytest.raises(FieldError, match="'utility_usual' adds up to one with utility_gain"):
        replace_values(load(mini), {"utility_usual": "0.5"})


def test_a_fixed_parameter_leaves_its_correlations(mini: Path) -> None:
    pair = "correlations:\n  - {parameters: [effect, loss_rate], coefficient: -0.5}\ntables:"
    edit(mini / "model.yaml", "tables:", pair)
    study = replace_values(load(mini), {"effect": "0.4"})
    assert list(study.model.spec.correlations) == []
