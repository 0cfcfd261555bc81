"""The formula language: a safe subset of Python expressions with several translations."""

from equipoise.spec.formula.dimension import TableSignature, unit_of
from equipoise.spec.formula.evaluate import CERTAIN, Array, Scope, evaluate
from equipoise.spec.formula.parse import (
    CALLS,
    CONSTANTS,
    FUNCTIONS,
    Formula,
    FormulaField,
    formula_of,
    parse_formula,
    unknown_name,
)
from equipoise.spec.formula.tree import Node, children, renamed, substituted, to_text, walk

__all__ = [
    "CERTAIN",
    "CONSTANTS",
    "CALLS",
    "FUNCTIONS",
    "Array",
    "Formula",
    "FormulaField",
    "Node",
    "Scope",
    "TableSignature",
    "children",
    "evaluate",
    "formula_of",
    "parse_formula",
    "renamed",
    "substituted",
    "to_text",
    "unit_of",
    "unknown_name",
    "walk",
]
