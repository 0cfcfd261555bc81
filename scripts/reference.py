"""Write the reference pages of the documentation from the code.

python scripts/reference.py           write docs/reference/*.md
python scripts/reference.py --check   list the pages that differ from the code; exit 1 if any does
"""

import argparse
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from typer.models import ArgumentInfo

from equipoise.balance import CRITERIA
from equipoise.cli.commands import app
from equipoise.core.units import MeasureField, UnitField, known_units, parse_unit
from equipoise.core.vocabulary import DIMENSIONS, VARIABLES
from equipoise.payment import contract_from
from equipoise.spec.clock import CLOCK
from equipoise.spec.contracts import Contract, ContractField, contract_text
from equipoise.spec.distribution import ConstantField, DistributionField, parse_distribution
from equipoise.spec.distribution_kinds import ARGUMENT_SETS, PARAMETRIC_KINDS
from equipoise.spec.formula import CALLS, CONSTANTS, FUNCTIONS, FormulaField
from equipoise.spec.formula.guard import DEEPEST, LONGEST
from equipoise.spec.formula.parse import LARGEST, LONGEST_NAME, MOST_NODES
from equipoise.spec.formula.survival import SURVIVAL
from equipoise.spec.formula.tree import Operator, Relation
from equipoise.spec.model import FileName, Move, Share
from equipoise.spec.model_check import LARGEST as MOST_ENTRIES
from equipoise.spec.model_check import MAX_CYCLES
from equipoise.spec.model_place import TIME_IN_STATE
from equipoise.spec.quantity import Name
from equipoise.spec.reader import MAX_DEPTH, MAX_NODES
from equipoise.spec.scenarios import ScenarioValue
from equipoise.spec.schema import KINDS, describe
from equipoise.spec.source_text import MAX_BYTES
from equipoise.spec.text import ShortText, Text

Function = Callable[..., Any]

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
NOTICE = "<!-- Made from the code by scripts/reference.py; edit the code, then run it. -->"

GROUPS = {
    "access": "When every step of the route begins and ends, and when each payer begins to buy.",
    "clinical": "One patient, by age at start and time since the start; not kept in the archive.",
    "trace": "One patient of a model file, point by point, as `ModelRun.trace` returns it.",
    "delivery": "The queue, month by month; not kept in the archive.",
    "reach": "The queue of the chosen policy, by calendar year.",
    "course": "The mean patient of today's groups, by year since the start.",
    "payment": "The ledger of the chosen policy.",
    "impact": "What a policy changes in the ledger; not kept in the archive.",
    "value": "Cost-effectiveness, budget and price of the chosen policy.",
    "policies": "What is kept of every policy.",
    "balance": "Scores of every policy for each side.",
    "information": "What is worth finding out, for the chosen policy.",
}

FUNCTION_TEXTS = {
    "exp": ("e to the power of a plain number", "1"),
    "log": ("natural logarithm of a plain number", "1"),
    "sqrt": ("square root", "root of the unit of x"),
    "floor": ("largest whole number not above x", "unit of x"),
    "ceil": ("smallest whole number not below x", "unit of x"),
    "abs": ("x without its sign", "unit of x"),
    "min": ("smallest of 2 to 20 values in one unit", "their unit"),
    "max": ("largest of 2 to 20 values in one unit", "their unit"),
    "probability": (
        "chance of at least one event: 1 - exp(-rate * duration); rate in 1/year, duration a time",
        "1",
    ),
    "rate": (
        "constant rate behind a chance: -log(1 - probability) / duration; behind certainty 745 / "
        "duration, which nobody survives",
        "1/year",
    ),
    "first": (
        "1 in the first cycle in which the condition holds for a patient, else 0",
        "1",
    ),
}
SURVIVAL_TEXTS = {
    "exponential_survival": "`exp(-rate * t)`",
    "weibull_survival": "`exp(-(t / scale) ** shape)`",
    "gompertz_survival": "`exp(-rate / shape * (exp(shape * t) - 1))`; the shape can have any "
    "sign, and 0 is exponential",
    "lognormal_survival": "the logarithm of years is normal",
    "loglogistic_survival": "`1 / (1 + (t / scale) ** shape)`",
    "gamma_survival": "upper incomplete gamma function of `shape` at `rate * t`",
    "generalised_gamma_survival": "Prentice's; `q` is of any sign, 0 is lognormal, 1 Weibull",
}
CLOCK_TEXTS = {
    "time": "years since the patient's start, at the beginning of the cycle; in costs and "
    "utilities of states, at the point of time that the method counts",
    "cycle": "length of a cycle",
    "age": "age at the beginning of the cycle",
    "calendar_year": "`start_year` plus the years since the patient's start, at the beginning of "
    "the cycle: a plain number such as 2026.5",
}
PLACE_ROWS = (
    (
        f"`{TIME_IN_STATE}`",
        "years since the patient came into the state; 0 in the first cycle there",
    ),
    ("the name of a state", "true for those who are there, unless something else has the name"),
)
OPERATOR_TEXTS = {
    "+": "sum of like units", "-": "difference of like units, or a sign", "*": "product",
    "/": "quotient", "**": "power; binds to the right",
}  # fmt: skip

KIND_TEXTS = {
    "normal": "any number", "lognormal": "ratios and other skewed values above 0",
    "beta": "shares and utilities between 0 and 1", "gamma": "costs and rates above 0",
    "uniform": "nothing known but two limits", "triangular": "limits and the likeliest value",
    "pert": "limits and the likeliest value, smoother", "weibull": "times and other values above 0",
    "exponential": "times above 0",
    "truncated_normal": "a normal cut at both ends; mean and sd are those of the uncut one",
    "empirical": "a list of values, with weights if they differ",
}  # fmt: skip
KIND_EXAMPLES = {
    "normal": "normal(mean=78, sd=4)", "lognormal": "lognormal(median=0.37, low=0.18, high=0.76)",
    "beta": "beta(alpha=46, beta=91)", "gamma": "gamma(mean=4000, sd=300)",
    "uniform": "uniform(low=5, high=15)", "triangular": "triangular(low=60, mode=210, high=720)",
    "pert": "pert(low=60, mode=210, high=720)", "weibull": "weibull(shape=2, scale=10)",
    "exponential": "exponential(mean=8)",
    "truncated_normal": "truncated_normal(mean=36, sd=15, lowest=18, highest=110)",
    "empirical": "empirical(values=[0.6, 0.9], weights=[1, 3])",
}  # fmt: skip

FILES = {
    "model": "Model file (`models/<name>.yaml`, or `model.yaml` of a study)",
    "study": "Study file (`study.yaml`)",
    "product": "Product file (`product.yaml`)",
    "jurisdiction": "Country (`jurisdiction.yaml`, `payers.yaml`, `routes.yaml`, "
    "`classification.yaml`; together they hold these fields)",
    "scenarios": "Scenarios (of one model, for `equipoise sensitivity scenarios`)",
}
KNOWN_TYPES = (
    (FormulaField, "formula"), (UnitField, "unit"), (MeasureField, "number with unit"),
    (DistributionField, "distribution"), (ConstantField, "number or arithmetic"),
    (ContractField, "contract"), (Text, "text, or one per language"), (ShortText, "text"),
    (Name, "name"), (FileName, "file name"), (Move, "formula or `rest`"),
    (Share, "formula or `rest`"), (ScenarioValue, "number, or number with unit"),
)  # fmt: skip
PLAIN_TYPES = {"str": "text", "float": "number", "int": "whole number", "bool": "true or false",
               "date": "date", "Path": "path"}  # fmt: skip


def cell(text: object) -> str:
    """Return a text in one line of a table."""
    return " ".join(str(text).split()).replace("``", "`").replace("|", r"\|")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell(part) for part in line)} |" for line in lines)


def page(title: str, *parts: str) -> str:
    """Return a whole page."""
    return "\n\n".join([NOTICE, f"# {title}", *parts]) + "\n"


def summary(thing: object) -> str:
    """Return the first paragraph of a docstring."""
    return (inspect.getdoc(thing) or "").split("\n\n")[0]


def complete(texts: Mapping[str, object], wanted: Iterable[str], what: str) -> None:
    """Refuse to write a page that leaves something out."""
    odd = sorted(set(texts) ^ set(wanted))
    if odd:
        message = f"scripts/reference.py: {what} out of date: {', '.join(odd)}"
        raise SystemExit(message)


# --- arrays ---------------------------------------------------------------------------------


def vocabulary() -> str:
    """Return the page of dimensions and arrays."""
    complete(GROUPS, (row.group for row in VARIABLES), "GROUPS")
    parts = [
        "The closed list of dimensions, and what each stage promises. A stage's result is checked "
        "against these rows where it leaves the stage: names, order of dimensions, range. A group "
        "of a finished run is `results.tree[group]`.",
        "## Dimensions",
        table(("dimension", "meaning"), ((f"`{k}`", v) for k, v in DIMENSIONS.items())),
    ]
    for group, meaning in GROUPS.items():
        rows = [
            (f"`{v.name}`", ", ".join(v.dims), v.unit, f"{v.low:g} to {v.high:.6g}", v.meaning)
            for v in VARIABLES
            if v.group == group
        ]
        head = ("array", "dims", "unit", "range", "meaning")
        parts += [f"## {group}", meaning, table(head, rows)]
    return page("Arrays", *parts)


# --- the formula language --------------------------------------------------------------------


def functions() -> str:
    """Return the page of the formula language."""
    complete(FUNCTION_TEXTS, FUNCTIONS.keys() - SURVIVAL.keys(), "FUNCTION_TEXTS")
    complete(SURVIVAL_TEXTS, SURVIVAL, "SURVIVAL_TEXTS")
    complete(CLOCK_TEXTS, CLOCK, "CLOCK_TEXTS")
    complete(OPERATOR_TEXTS, get_args(Operator), "OPERATOR_TEXTS")
    relations = ", ".join(f"`{one}`" for one in get_args(Relation))
    constants = ((f"`{name}`", f"{value:.10g} years") for name, value in CONSTANTS.items())
    entries = ((f"`{name}`", most) for name, most in MOST_ENTRIES.items())
    return page(
        "Formula language",
        "How to use it: [formulas and model files](../concepts/language.md).",
        "## Functions",
        table(("write", "value", "unit"), function_rows()),
        "Survival functions: the share still alive, or free of an event, `t` years after the "
        "start. They are 1 at and before the start, and no number where there is no such "
        "distribution. The value has unit 1.",
        table(("write", "value", "units of the arguments"), survival_rows()),
        "A name under `tables` is a function too: `mortality(age)`, `mortality(age, male)`.",
        "## Operators",
        table(("operator", "meaning"), ((f"`{k}`", v) for k, v in OPERATOR_TEXTS.items())),
        f"Comparisons: {relations}; they may be chained, `0 < x <= 1`. Conditions: `and`, `or`, "
        "`not`. Choice: `x if condition else y`. A condition counts as 1 or 0 in arithmetic; all "
        "but 0 is true.",
        "## Names that every formula has",
        table(("name", "value"), constants),
        "In a model with `time` also:",
        table(("name", "value"), ((f"`{name}`", CLOCK_TEXTS[name]) for name in CLOCK)),
        "If it has states, too:",
        table(("name", "value"), PLACE_ROWS),
        "## Limits",
        table(
            ("limit", "value"),
            [
                ("characters of a formula", LONGEST),
                ("parts of a formula", MOST_NODES),
                ("depth of brackets and of nesting", DEEPEST),
                ("size of a number", f"{LARGEST:g}"),
                ("characters of a name", LONGEST_NAME),
                ("cycles of a model", MAX_CYCLES),
                ("bytes of a file", MAX_BYTES),
                ("keys and values of a file", MAX_NODES),
                ("depth of a file", MAX_DEPTH),
            ],
        ),
        "Most entries of each field of a model:",
        table(("field", "entries"), entries),
    )


def function_rows() -> Iterable[tuple[str, str, str]]:
    """Yield the rows of the table of functions."""
    for name, (value, unit) in FUNCTION_TEXTS.items():
        yield f"`{CALLS[name]}`", value, unit


def survival_rows() -> Iterable[tuple[str, str, str]]:
    """Yield the rows of the table of survival functions."""
    for name, one in SURVIVAL.items():
        call = f"`{CALLS[name]}`"
        yield call, SURVIVAL_TEXTS[name], ", ".join(one.arguments.values())


def distributions() -> str:
    """Return the page of distributions."""
    complete(KIND_TEXTS, ARGUMENT_SETS, "KIND_TEXTS")
    complete(KIND_EXAMPLES, ARGUMENT_SETS, "KIND_EXAMPLES")
    rows = []
    for kind, sets in ARGUMENT_SETS.items():
        example = parse_distribution(KIND_EXAMPLES[kind])
        ways = "; ".join(f"`{', '.join(names)}`" for names in sets)
        mean = f"mean {example.mean:.4g}, SD {example.sd:.4g}"
        rows.append((f"`{kind}`", KIND_TEXTS[kind], ways, f"`{example.text}`: {mean}"))
    limited = ", ".join(k for k in PARAMETRIC_KINDS if ARGUMENT_SETS[k][0][0] == "low")
    return page(
        "Distributions",
        "A distribution is written as a call with named arguments, each a number or arithmetic "
        "such as `17.4/sqrt(25)`, in the unit of the parameter.",
        table(("kind", "for", "arguments, any one set", "example"), rows),
        "- `sd` and `se` mean the same: the standard deviation of what is uncertain. For the mean "
        "of a sample that is its standard error.\n"
        f"- `low` and `high` are the limits of {limited}. Elsewhere they are a 95 % interval: its "
        "width over 3.92 is the standard deviation, of the value or, for lognormal, of its "
        "logarithm.\n"
        "- `mean` with `sd` is matched by the method of moments.\n"
        "- The mean must be the parameter's `value` within 1 %, unless `mean_differs` says why.",
        "## Several parameters together",
        "`joint` of a model file draws parameters from a `multivariate_normal` with a covariance "
        "matrix, or from a `dirichlet` with counts (shares that add up to one). `correlations` "
        "joins two parameters with distributions of their own by a Gaussian copula. The fields "
        "stand under [files](files.md).",
    )


def units() -> str:
    """Return the page of units."""
    rows = []
    for name in known_units():
        unit = parse_unit(name)
        rows.append((f"`{name}`", unit.describe(), f"{unit.factor:.10g}"))
    return page(
        "Units",
        "A closed list. Plurals are accepted. Units combine by `*`, `/` and whole powers up to "
        "`^4`: `IU/kg/week`, `1/year^2`, `EUR@2022/EUR@2014`; each `/` divides by the one unit "
        "behind it. A number may stand in front: `1000 catheter*day`.",
        "Money is a currency with its price year, `RUB@2025`. Without the year it is refused, and "
        "money of two years or currencies is never added without an explicit conversion.",
        table(("unit", "canonical", "factor"), rows),
        "Inside a run all values are canonical: years, fractions, and money as written. A QALY and "
        "a life year are years, so that a utility (unit 1) times a time gives QALYs.",
    )


# --- what can be chosen ------------------------------------------------------------------------


def contracts() -> str:
    """Return the page of contracts."""
    samples: dict[str, dict[str, Any]] = {
        "upfront": {}, "instalments": {"years": 5}, "rebate_on_loss": {"share": 0.8, "years": 6},
    }  # fmt: skip
    kinds = get_args(get_args(Contract)[0])
    complete(samples, (kind.model_fields["kind"].default for kind in kinds), "samples")
    parts = []
    for kind in kinds:
        sample = kind(**samples[kind.model_fields["kind"].default])
        rows = [row for row in field_rows(kind) if row[0] != "`kind`"]
        parts += [f"## `{contract_text(sample)}`", summary(kind)]
        how = inspect.getdoc(type(contract_from(sample))) or ""
        rest = how.split("\n\n", 1)
        if len(rest) > 1:
            parts.append(rest[1].replace("``", "`"))
        if rows:
            parts.append(table(("argument", "type", "default", "meaning"), rows))
    return page(
        "Contracts",
        "How the maker is paid. A study names a contract under `policy` and tries several under "
        "`levers`; the command line takes `--policy contract='instalments(years=5)'`. Formulas: "
        "[method](../concepts/method.md#contracts).",
        *parts,
    )


def criteria() -> str:
    """Return the page of criteria."""
    rows = [
        (f"`{c.name}`", c.stakeholder, c.title, c.unit, c.better, inspect.getdoc(c.measure) or "")
        for c in CRITERIA.values()
    ]
    return page(
        "Criteria",
        "What each side judges a policy by. A study weighs them under `criteria`; how they are "
        "scaled and put together: [method](../concepts/method.md#balance).",
        table(("name", "side", "title", "unit", "better", "measured in every draw"), rows),
    )


# --- the command line ---------------------------------------------------------------------------


def cli() -> str:
    """Return the page of commands."""
    parts = [
        "Wrong input ends with exit code 2 and the list of everything that is wrong; an "
        "interruption with 130 (Ctrl-C), 143 (SIGTERM) or 129 (SIGHUP). A file or folder is "
        "written whole or not at all; of a command that writes two, such as `fit` with "
        "`--model-yaml` and `--out`, the first may be there then, and the last line names it. An "
        "output that the system does not take ends with 1. `EQUIPOISE_LANGUAGE` sets the "
        "language of all texts, `--language` of one call."
    ]
    for name, help_text, callback in command_list("equipoise", app):
        parts += [f"## `{name}`", help_text]
        if callback is not None:
            rows = parameter_rows(callback)
            parts.append(table(("argument or option", "values", "default", "meaning"), rows))
    return page("Commands", *parts)


def command_list(name: str, group: typer.Typer) -> list[tuple[str, str, Function | None]]:
    """Return a group of commands, its commands and its groups: full name, help, function."""
    own = group.registered_callback
    found: list[tuple[str, str, Function | None]] = [
        (name, str(group.info.help), own.callback if own is not None else None)
    ]
    for one in group.registered_commands:
        word = one.name or (one.callback.__name__ if one.callback else "")
        found.append((f"{name} {word}", one.help or "", one.callback))
    for below in group.registered_groups:
        if below.typer_instance is not None:
            found += command_list(f"{name} {below.name}", below.typer_instance)
    return found


def parameter_rows(callback: Function) -> list[tuple[str, str, str, str]]:
    """Return the arguments and options of a command."""
    defaults = inspect.signature(callback).parameters
    rows = []
    for name, hint in get_type_hints(callback, include_extras=True).items():
        if name == "return" or hint is typer.Context:
            continue
        kind, about = get_args(hint)
        given = defaults[name].default
        default = "needed" if given is inspect.Parameter.empty else f"`{given}`"
        # Inside Annotated, typer keeps the first name of an option where its default would be.
        names = [str(one) for one in (about.default, *(about.param_decls or ()))]
        written = next((one for one in names if one.startswith("--")), name.upper())
        rows.append(
            (
                f"`{written}`",
                value_text(kind, about),
                "" if given is None or given is False else default,
                about.help or "",
            )
        )
    return rows


def value_text(kind: Any, about: Any) -> str:  # noqa: ANN401 - any type hint, typer's own
    """Return what an argument or option can be."""
    # That of an argument is its name in the language of the user.
    if about.metavar and not isinstance(about, ArgumentInfo):
        return str(about.metavar).strip("<>")
    if kind is bool:
        return "on or off"
    limits = [str(limit) for limit in (about.min, about.max) if limit is not None]
    if limits:
        return " to ".join(limits) if len(limits) == 2 else f"{limits[0]} or more"
    return type_text(kind)


# --- files --------------------------------------------------------------------------------------


def files() -> str:
    """Return the page of the fields of all files."""
    parts = [
        "Every field of every file. An unknown field is an error with a suggestion; a field "
        "without a default is needed. Schemas for editors: [model](schemas/model.json), "
        "[study](schemas/study.json), [product](schemas/product.json), "
        "[country](schemas/jurisdiction.json)."
    ]
    done: set[type[BaseModel]] = set()
    complete(FILES, KINDS, "FILES")
    for name, title in FILES.items():
        parts.append(f"## {title}")
        for kind in blocks(KINDS[name]):
            if kind in done:
                continue
            done.add(kind)
            rows = field_rows(kind)
            if kind is not KINDS[name]:
                parts.append(f"### {kind.__name__}")
            parts += [summary(kind), table(("field", "type", "default", "meaning"), rows)]
    return page("Files", *parts)


def blocks(kind: type[BaseModel]) -> list[type[BaseModel]]:
    """Return a kind of block and all kinds inside it, each once, in the order of the file."""
    found = [kind]
    for hint in get_type_hints(kind, include_extras=True).values():
        for inner in inside(hint):
            found += [one for one in blocks(inner) if one not in found]
    return found


def inside(hint: Any) -> list[type[BaseModel]]:  # noqa: ANN401 - any type hint
    """Return the blocks that a type hint mentions."""
    if any(hint is known for known, _text in KNOWN_TYPES):
        return []
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return [hint]
    return [block for part in get_args(hint) for block in inside(part)]


def field_rows(kind: type[BaseModel]) -> list[tuple[str, str, str, str]]:
    """Return the fields of one kind of block."""
    describe()
    hints = get_type_hints(kind, include_extras=True)
    return [
        (f"`{name}`", type_text(hints[name]), default_text(field), field.description or "")
        for name, field in kind.model_fields.items()
    ]


def default_text(field: FieldInfo) -> str:
    """Return a field's default as a file would have it."""
    if field.default is PydanticUndefined:
        return "needed"
    if field.default is None:
        return "none"
    if field.default in ({}, ()):
        return "empty"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def type_text(hint: Any) -> str:  # noqa: ANN401, PLR0911 - any type hint, one return for each kind
    """Return a type in words."""
    for known, text in KNOWN_TYPES:
        if hint == known:
            return text
    arguments = get_args(hint)
    origin = get_origin(hint)
    if origin is Annotated:
        return type_text(arguments[0]) + bounds(hint.__metadata__)
    if origin is Literal:
        return ", ".join(f"`{one}`" for one in arguments)
    if origin in (Union, UnionType):
        return " or ".join(type_text(one) for one in arguments if one is not NoneType)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"{{{type_text(arguments[0])}: {type_text(arguments[1])}}}"
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return f"list of {type_text(arguments[0])}"
    if issubclass(hint, BaseModel):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    return PLAIN_TYPES[hint.__name__]


def bounds(metadata: Iterable[object]) -> str:
    """Return the limits that a type carries."""
    marks = [m for one in metadata for m in (getattr(one, "metadata", None) or [one])]
    words = {"gt": "above {}", "ge": "from {}", "lt": "below {}", "le": "to {}"}
    found = [
        text.format(value)
        for word, text in words.items()
        for mark in marks
        if (value := getattr(mark, word, None)) is not None
    ]
    return f", {' '.join(found)}" if found else ""


# --- all ------------------------------------------------------------------------------------------

PAGES = {
    "vocabulary.md": vocabulary, "functions.md": functions, "distributions.md": distributions,
    "units.md": units, "contracts.md": contracts, "criteria.md": criteria, "cli.md": cli,
    "files.md": files,
}  # fmt: skip


def main() -> int:
    """Write or check the pages."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing")
    check = parser.parse_args().check
    different = 0
    for name, make in PAGES.items():
        path, text = FOLDER / name, make()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        different += 1
        if not check:
            path.write_text(text, encoding="utf-8")
        print(f"docs/reference/{name}: {'differs from the code' if check else 'written'}")
    return int(check and different > 0)


if __name__ == "__main__":
    sys.exit(main())
