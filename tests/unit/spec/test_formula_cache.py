"""A formula is parsed once for each text, so nobody may change it."""

from equipoise.spec.formula import parse_formula
from equipoise.spec.time_to import TimeTo


def test_what_a_formula_reads_cannot_be_changed() -> None:
    move = TimeTo.model_validate({"time_to": "weibull(shape=a, scale=2 * year)"})
    for formula in (parse_formula("price * year"), move.rate):
        assert isinstance(formula.names, frozenset)
        assert isinstance(formula.functions, frozenset)
    assert parse_formula("price * year").names == {"price"}
    assert parse_formula("price * year") is parse_formula("price * year")
