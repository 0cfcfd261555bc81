"""The formula tree: what every translation of the language walks over.

Nodes are equal if they mean the same, wherever they stand in their text. A new translation
(machine code, a spreadsheet) is one function with a `match` on the node.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, assert_never

Operator = Literal["+", "-", "*", "/", "**"]
Relation = Literal["<", "<=", ">", ">=", "==", "!="]


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A value that the scope holds."""

    name: str
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Negative:
    """A change of sign."""

    operand: "Node"
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic on two operands."""

    operator: Operator
    left: "Node"
    right: "Node"
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A chain such as a < b <= c."""

    relations: tuple[Relation, ...]
    operands: tuple["Node", ...]
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Logic:
    """All or any of several conditions."""

    operator: Literal["and", "or"]
    operands: tuple["Node", ...]
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    operand: "Node"
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """`then if condition else otherwise`."""

    condition: "Node"
    then: "Node"
    otherwise: "Node"
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the language, or a table."""

    function: str
    arguments: tuple["Node", ...]
    column: int = field(default=0, compare=False)


Node = Number | Name | Negative | Binary | Comparison | Logic | Not | Choice | Call


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below."""
    match node:
        case Number() | Name():
            return ()
        case Negative(operand=operand) | Not(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return (left, right)
        case Comparison(operands=operands) | Logic(operands=operands):
            return operands
        case Choice(condition=condition, then=then, otherwise=otherwise):
            return (condition, then, otherwise)
        case Call(arguments=arguments):
            return arguments
        case _:
            assert_never(node)


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def to_text(node: Node) -> str:
    """Write a tree as a formula that parses to the same tree."""
    match node:
        case Number(value=value):
            return repr(value)
        case Name(name=name):
            return name
        case Negative(operand=operand):
            return f"(-{to_text(operand)})"
        case Binary(operator=operator, left=left, right=right):
            return f"({to_text(left)} {operator} {to_text(right)})"
        case Comparison(relations=relations, operands=operands):
            tail = "".join(f" {r} {to_text(o)}" for r, o in zip(relations, operands[1:], strict=True))
            return f"({to_text(operands[0])}{tail})"
        case Logic(operator=operator, operands=operands):
            return "(" + f" {operator} ".join(to_text(operand) for operand in operands) + ")"
        case Not(operand=operand):
            return f"(not {to_text(operand)})"
        case Choice(condition=condition, then=then, otherwise=otherwise):
            return f"({to_text(then)} if {to_text(condition)} else {to_text(otherwise)})"
        case Call(function=function, arguments=arguments):
            return f"{function}({', '.join(to_text(argument) for argument in arguments)})"
        case _:
            assert_never(node)
