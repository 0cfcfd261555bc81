"""The formula language: a safe subset of Python expressions with several translations."""

from equipoise.spec.formula.dimension import TableSignature, unit_of
from equipoise.spec.formula.evaluate import Array, Scope, evaluate
from equipoise.spec.formula.parse import (
    CONSTANTS,
    FUNCTIONS,
    Formula,
    FormulaField,
    parse_formula,
    unknown_name,
)
from equipoise.spec.formula.tree import Node, children, renamed, to_text, walk

__all__ = [
    "CONSTANTS",
    "FUNCTIONS",
    "Array",
    "Formula",
    "FormulaField",
    "Node",
    "Scope",
    "TableSignature",
    "children",
    "evaluate",
    "parse_formula",
    "renamed",
    "to_text",
    "unit_of",
    "unknown_name",
    "walk",
]
