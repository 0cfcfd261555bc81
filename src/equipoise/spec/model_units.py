"""Units in a model: every formula must measure what its field holds."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from equipoise.core.errors import FieldError
from equipoise.core.translation import mark
from equipoise.core.translation import translate as _
from equipoise.core.units import DIMENSIONLESS, Unit, parse_unit
from equipoise.spec.clock import CLOCK
from equipoise.spec.discount import check_discount
from equipoise.spec.findings import Finding, finding
from equipoise.spec.formula import FUNCTIONS, Formula, TableSignature, unit_of
from equipoise.spec.formula.tree import Number
from equipoise.spec.loaded import TableData
from equipoise.spec.model import Model
from equipoise.spec.model_formulas import PlacedFormula, Role, formulas
from equipoise.spec.model_place import TIME_IN_STATE, state_words
from equipoise.spec.unit_rules import (
    PER_YEAR,
    YEAR,
    in_money,
    one_money,
    possible_age,
    unit_must_fit,
)

Units = dict[str, Unit]

_WORDS: Mapping[Role, str] = {
    "attribute": mark("this attribute"),
    "attribute_start": mark("this attribute"),
    "cost": mark("a one-off cost"),
    "cost_per_year": mark("the cost of a state"),
    "qaly": mark("a one-off health effect"),
    "weight": mark("a weight"),
    "start": mark("a share"),
    "share": mark("a share"),
    "utility": mark("a utility"),
    "when": mark("a condition"),
}


def check_units(
    model: Model, tables: Mapping[str, TableData], *, any_money: bool = False
) -> Iterator[Finding]:
    """Yield every formula and number of a model whose unit does not fit its field.

    Parameters
    ----------
    model
        The model as written.
    tables
        Its tables; formulas that call others are not looked at.
    any_money
        Take all money for the model's, because a study converts it.
    """
    yield from one_money(("money",), model.money)
    yield from _clock(model)
    if len(model.money.money) == 1:
        yield from _Inference(model, tables, any_money=any_money).findings()


def _clock(model: Model) -> Iterator[Finding]:
    """Check the units of the model's fixed numbers."""
    if model.time is not None:
        for name in ("start_age", "cycle", "horizon"):
            measure = getattr(model.time, name)
            if measure is not None:
                yield from unit_must_fit(("time", name), measure.unit, YEAR)
    if model.discount is not None:
        yield from check_discount(model.discount)
    yield from _clock_values(model)
    if model.willingness_to_pay is not None:
        wanted = parse_unit(f"{model.money}/QALY")
        yield from unit_must_fit(("willingness_to_pay",), model.willingness_to_pay.unit, wanted)


def _clock_values(model: Model) -> Iterator[Finding]:
    """Check the sizes of the model's fixed numbers; its cycle and horizon are checked elsewhere."""
    price = model.willingness_to_pay
    if price is not None and price.value < 0:
        message = _("a value of {value:g} is below zero", value=price.value)
        yield finding(("willingness_to_pay",), message, fix=_("correct the number"))
    if model.time is not None and model.time.start_age is not None:
        yield from possible_age(("time", "start_age"), model.time.start_age)


def rows_of_rates(
    model: Model, tables: Mapping[str, TableData], *, any_money: bool = False
) -> frozenset[str]:
    """Return the states whose transitions are in 1/year; parameters as of `check_units`."""
    return _Inference(model, tables, any_money=any_money).rows_of_rates()


class _Inference:
    """Infers the unit of every formula of one model."""

    def __init__(self, model: Model, tables: Mapping[str, TableData], *, any_money: bool) -> None:
        self.model = model
        self.any_money = any_money
        self.money = Unit(((model.money.money[0], 1.0),))
        self.tables = {
            name: TableSignature(
                tuple(self._taken(unit) for unit in table.argument_units),
                self._taken(table.unit or DIMENSIONLESS),
            )
            for name, table in tables.items()
        }
        self.units = self._given()

    def _taken(self, unit: Unit) -> Unit:
        """Return a unit as formulas see it."""
        return in_money(unit, self.money) if self.any_money else unit

    def _given(self) -> Units:
        """Return the units of all names that are not made by formulas."""
        model = self.model
        plain = [name for values in model.strategies.values() for name in values]
        plain += [name for group in model.subgroups.values() for name in group.values]
        found: Units = dict.fromkeys(plain, DIMENSIONLESS)
        found |= {name: self._taken(p.unit) for name, p in model.parameters.items()}
        found |= {name: self._taken(a.unit) for name, a in model.attributes.items()}
        if model.time is not None:
            found |= CLOCK
            if model.states:
                found |= {TIME_IN_STATE: YEAR, **dict.fromkeys(state_words(model), DIMENSIONLESS)}
        return found

    def findings(self) -> Iterator[Finding]:
        """Yield what does not fit, intermediate values first."""
        yield from self._let()
        rows: dict[str, Unit] = {}
        for placed in formulas(self.model):
            if placed.role == "let" or not self._can_infer(placed.formula):
                continue
            try:
                unit = unit_of(placed.formula, self.units, self.tables)
            except FieldError as error:
                yield Finding(placed.place, error)
                continue
            if _is_zero(placed.formula):
                continue
            if placed.role == "transition":
                yield from self._move(placed, unit, rows)
            else:
                yield from self._fits(placed, unit)

    def rows_of_rates(self) -> frozenset[str]:
        """Return the states whose transitions are in 1/year."""
        list(self._let())  # notes the units of intermediate values
        return frozenset(
            str(placed.place[1])
            for placed in formulas(self.model)
            if placed.role == "transition" and self._can_infer(placed.formula)
            if unit_of(placed.formula, self.units, self.tables).fits(PER_YEAR)
        )

    def _let(self) -> Iterator[Finding]:
        """Infer the units of intermediate values, each after what it is made of."""
        let = self.model.let
        graph = {name: formula.names & let.keys() for name, formula in let.items()}
        try:
            order = list(TopologicalSorter(graph).static_order())
        except CycleError:
            return
        for name in order:
            if name not in self.units and self._can_infer(let[name]):
                try:
                    self.units[name] = unit_of(let[name], self.units, self.tables)
                except FieldError as error:
                    yield Finding(("let", name), error)

    def _can_infer(self, formula: Formula) -> bool:
        """Return whether all parts are known; what is unknown has been reported already."""
        functions = formula.functions - FUNCTIONS.keys()
        return formula.names <= self.units.keys() and functions <= self.tables.keys()

    def _wanted(self, placed: PlacedFormula) -> Unit | None:
        """Return the unit that a field holds; None is any."""
        attributes = self.model.attributes
        match placed.role:
            case "attribute" | "attribute_start":
                return self._taken(attributes[str(placed.place[1])].unit)
            case "cost":
                return self.money
            case "cost_per_year":
                return self.money / YEAR
            case "qaly":
                return YEAR
            case "weight" | "start" | "share" | "utility" | "when":
                return DIMENSIONLESS
            case _:
                return None

    def _fits(self, placed: PlacedFormula, unit: Unit) -> Iterator[Finding]:
        """Check one formula against its field."""
        wanted = self._wanted(placed)
        if wanted is not None and not unit.fits(wanted):
            message = _("this is in {unit}, but {what} must be in {wanted}",
                        unit=unit.describe(), what=_(_WORDS[placed.role]),
                        wanted="QALY" if placed.role == "qaly" else wanted.describe())  # fmt: skip
            yield finding(placed.place, message, fix=_fix(unit, wanted))

    def _move(self, placed: PlacedFormula, unit: Unit, rows: dict[str, Unit]) -> Iterator[Finding]:
        """Check one transition, and that its row holds one kind."""
        if not unit.is_dimensionless and not unit.fits(PER_YEAR):
            message = _("this is in {unit}, but a transition is a probability (unit 1) or a rate "
                        "(unit 1/year)", unit=unit.describe())  # fmt: skip
            yield finding(placed.place, message, fix=_fix(unit, PER_YEAR))
            return
        first = rows.setdefault(str(placed.place[1]), unit)
        if not first.fits(unit):
            message = _("a row holds either probabilities or rates, not both")
            fix = _("turn rates into probabilities: probability(rate, cycle)")
            yield finding(placed.place, message, fix=fix)


def _is_zero(formula: Formula) -> bool:
    """Return whether a formula is a literal 0, which fits any unit."""
    return isinstance(formula.tree, Number) and formula.tree.value == 0.0


def _fix(unit: Unit, wanted: Unit) -> str:
    """Return how to come from one unit to another."""
    if (unit / YEAR).fits(wanted):
        return _("divide by a span of time, e.g. by `cycle` or `year`")
    if (unit * YEAR).fits(wanted):
        return _("multiply by a span of time, e.g. by `cycle` or `year`")
    if unit.is_dimensionless:
        return _("use a parameter that has this unit")
    return _("correct the formula, or the units of the parameters in it")
