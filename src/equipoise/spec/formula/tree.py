"""The formula tree: what every translation of the language walks over.

Nodes are equal if they mean the same, wherever they stand in their text. A new translation
(machine code, a spreadsheet) is one function with a `match` on the node.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
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
    """Return the nodes directly below, in the order of the text.

    Examples
    --------
    >>> children(Negative(Name("x")))
    (Name(name='x', column=0),)
    """
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


def rebuilt(node: Node, parts: tuple[Node, ...]) -> Node:
    """Return a node of the same kind with other nodes directly below.

    Parameters
    ----------
    node
        Any.
    parts
        As many as `children` returns, in the same order.

    Examples
    --------
    >>> to_text(rebuilt(Negative(Name("x")), (Name("y"),)))
    '-y'
    """
    match node:
        case Number() | Name():
            return node
        case Negative() | Not():
            return replace(node, operand=parts[0])
        case Binary():
            return replace(node, left=parts[0], right=parts[1])
        case Comparison() | Logic():
            return replace(node, operands=parts)
        case Choice():
            return replace(node, condition=parts[0], then=parts[1], otherwise=parts[2])
        case Call():
            return replace(node, arguments=parts)
        case _:
            assert_never(node)


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all below it, each before its children.

    Examples
    --------
    >>> [type(node).__name__ for node in walk(Negative(Name("x")))]
    ['Negative', 'Name']
    """
    yield node
    for child in children(node):
        yield from walk(child)


def renamed(node: Node, names: Mapping[str, str]) -> Node:
    """Return a tree in which some names are others.

    Parameters
    ----------
    node
        Any tree.
    names
        Name -> what it becomes.

    Examples
    --------
    >>> to_text(renamed(Binary("*", Name("share"), Name("cost")), {"cost": "cost_now"}))
    'share * cost_now'
    """
    if isinstance(node, Name):
        return replace(node, name=names.get(node.name, node.name))
    return rebuilt(node, tuple(renamed(child, names) for child in children(node)))


def substituted(node: Node, values: Mapping[str, Name | Number]) -> Node:
    """Return a tree in which some names are other names or numbers, in their old places.

    Parameters
    ----------
    node
        Any tree.
    values
        Name -> what stands for it; nothing is put into that again.

    Examples
    --------
    >>> to_text(substituted(Binary("*", Name("p"), Name("effect")), {"effect": Number(0.2)}))
    'p * 0.2'
    """
    if isinstance(node, Name) and node.name in values:
        return replace(values[node.name], column=node.column)
    return rebuilt(node, tuple(substituted(child, values) for child in children(node)))


_CHOICE, _OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(10)
"""How strongly a kind of node holds together, as in Python's grammar."""

_OPERATOR_STRENGTH = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "**": _POWER}


def to_text(node: Node) -> str:
    """Write a tree as a formula that parses to the same tree, with no more brackets than needed.

    Parameters
    ----------
    node
        Any tree of the parser.

    Examples
    --------
    >>> total = Binary("+", Name("drug"), Name("care"))
    >>> to_text(Binary("*", total, Number(2.0)))
    '(drug + care) * 2'
    """
    match node:
        case Number(value=value):
            text = _digits(value)
        case Name(name=name):
            text = name
        case Negative(operand=operand):
            text = f"-{_inside(operand, _SIGN)}"
        case Binary():
            text = _operation(node)
        case Comparison(relations=relations, operands=operands):
            first, *others = (_inside(operand, _SUM) for operand in operands)
            links = zip(relations, others, strict=True)
            text = " ".join([first, *(f"{relation} {other}" for relation, other in links)])
        case Logic(operator=operator, operands=operands):
            least = _strength(node) + 1
            text = f" {operator} ".join(_inside(operand, least) for operand in operands)
        case Not(operand=operand):
            text = f"not {_inside(operand, _NOT)}"
        case Choice(condition=condition, then=then, otherwise=otherwise):
            head = f"{_inside(then, _OR)} if {_inside(condition, _OR)}"
            text = f"{head} else {to_text(otherwise)}"
        case Call(function=function, arguments=arguments):
            text = f"{function}({', '.join(to_text(argument) for argument in arguments)})"
        case _:
            assert_never(node)
    return text


def _inside(node: Node, least: int) -> str:
    """Write a node, in brackets if it would fall apart where it stands."""
    return to_text(node) if _strength(node) >= least else f"({to_text(node)})"


def _strength(node: Node) -> int:
    """Return how strongly the parts of a node hold together."""
    match node:
        case Choice():
            return _CHOICE
        case Logic(operator=operator):
            return _OR if operator == "or" else _AND
        case Not():
            return _NOT
        case Comparison():
            return _COMPARISON
        case Binary(operator=operator):
            return _OPERATOR_STRENGTH[operator]
        case _:
            below_zero = isinstance(node, Number) and node.value < 0.0
            return _SIGN if below_zero or isinstance(node, Negative) else _ATOM


def _operation(node: Binary) -> str:
    """Write arithmetic; powers bind to the right, all else to the left."""
    own = _strength(node)
    left, right = (_ATOM, _SIGN) if node.operator == "**" else (own, own + 1)
    return f"{_inside(node.left, left)} {node.operator} {_inside(node.right, right)}"


def _digits(value: float) -> str:
    """Write a number so that it is read back without loss."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
