"""The model file: states or none, attributes, transitions, costs, events, strategies."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from equipoise.core.errors import FieldError
from equipoise.core.translation import mark
from equipoise.core.translation import translate as _
from equipoise.core.units import MeasureField, UnitField
from equipoise.spec.base import SpecModel
from equipoise.spec.discount import Discount
from equipoise.spec.distribution import DistributionField
from equipoise.spec.formula import Formula, FormulaField
from equipoise.spec.quantity import Correlation, Joint, Name, Quantity, Source
from equipoise.spec.text import Text
from equipoise.spec.time_to import TimeTo

Method = Literal["none", "end_of_cycle", "half_cycle", "life_table", "simpson", "simpson_tutorial"]
"""How occupancy inside a cycle is counted; see `clinical.weights`."""

METHODS: dict[str, str] = {
    "life_table": mark("life-table method"),
    "half_cycle": mark("half-cycle correction"),
    "simpson": mark("Simpson's rule"),
    "simpson_tutorial": mark("Simpson's rule, as in the tutorial"),
    "end_of_cycle": mark("counted at the end of each cycle"),
    "none": mark("no correction"),
}
"""Methods in words."""

EngineChoice = Literal["auto", "cohort", "individuals", "continuous"]
"""How patients are followed: `cohort` computes what is expected of them, `individuals` lets chance
decide for each in each cycle, `continuous` lets it say when each moves, without cycles; `auto`
takes the cohort unless what happens depends on a patient's own course."""

FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")]
"""A plain file name in the folder of the model file: never a path."""


class Time(SpecModel):
    """The model's own clock: time since each patient's start."""

    start_age: MeasureField | None = None
    cycle: MeasureField
    horizon: MeasureField
    start_year: Annotated[int, Field(ge=1900, le=2200)] | None = None
    """Calendar year in which patients start, for formulas that use `calendar_year`."""
    method: Method = "half_cycle"
    """Who counts in a cycle: those at its start (`none`), at its end, or half of both, each half
    discounted at its own point (`half_cycle`) or at the start (`life_table`). What a state brings
    holds for the cycle; only Simpson's rule reads it at points of time."""
    correct_transitions: bool = False
    """Weight one-off effects of transitions like states (a published convention), instead of
    counting them in full."""


class TableArgument(SpecModel):
    """One argument of a table: a number to look up, or a code for a category."""

    column: str
    unit: UnitField | None = None
    codes: Mapping[str, float] | None = None
    """Category in the file -> number in formulas, e.g. {male: 1, female: 0}."""


class Table(SpecModel):
    """A function given by its points, e.g. a life table, called by name in formulas."""

    source: str | None = None
    place: Text | None = None
    unit: UnitField | None = None
    lookup: Literal["step", "linear"] = "step"
    """`step`: the last point at or below the argument; outside the range the end values hold."""
    points: Mapping[str, float] | None = None
    """One argument, written here: {0: 0.0059, 1: 0.0004}."""
    argument: UnitField | None = None
    """Unit of the argument of `points`."""
    file: FileName | None = None
    arguments: Mapping[Name, TableArgument] | None = None
    value: str | None = None
    """Column of the file that holds the value."""
    from_country: bool = False
    """Take the table of this name from the study's country."""
    below_zero: Text | None = None
    """Reason why a value of this unit can be negative, e.g. that it is a change."""


class Subgroup(SpecModel):
    """Patients who share values of some variables; results are averaged by weight."""

    weight: FormulaField
    values: Mapping[Name, float] = {}


class Attribute(SpecModel):
    """A number that each patient carries and that can change from cycle to cycle."""

    start: FormulaField | None = None
    """Value on the first day, where a formula gives it."""
    distribution: DistributionField | None = None
    """How patients differ on the first day, in `unit`: each is given a value of their own."""
    each_cycle: FormulaField | None = None
    """Value at the start of the next cycle, from the values at the start of this one; omitted, it
    stays."""
    unit: UnitField

    @model_validator(mode="after")
    def begins_once(self) -> Self:
        """Refuse an attribute without a value on the first day, or with two."""
        if (self.start is None) == (self.distribution is None):
            raise FieldError(
                _("an attribute has either a `start` or a `distribution`"),
                fix=_("write `start` for a formula, `distribution` for what differs by patient"),
            )
        return self


Share = Annotated[Literal["rest"] | FormulaField, Field(union_mode="left_to_right")]
"""A share of the cohort, or the word `rest`."""


class State(SpecModel):
    """A health state with its cost per year and its utility."""

    start: FormulaField | None = None
    """Share that begins here; omitted is none."""
    share: Share | None = None
    """Share of the cohort that is here at any time, from survival curves; one state can be the
    `rest`. If states have shares, all have one, and there are neither `start` nor transitions."""
    cost: FormulaField | Mapping[Name, FormulaField] | None = None
    """Money per year in this state, or {item: money per year}."""
    utility: FormulaField | None = None
    alive: bool | None = None
    """Whether time here counts as life; by default all but a state named `dead`."""


class TransitionEffect(SpecModel):
    """A one-off cost or health effect on moving between states."""

    leaving: Name | Sequence[Name] | None = None
    entering: Name | Sequence[Name] | None = None
    """With transitions both are needed. With shares one of both: the effect counts their fall, or
    their rise, over a cycle."""
    cost: FormulaField | Mapping[Name, FormulaField] | None = None
    qaly: FormulaField | None = None

    @property
    def left(self) -> tuple[str, ...]:
        """States that are left."""
        return _names(self.leaving)

    @property
    def entered(self) -> tuple[str, ...]:
        """States that are entered."""
        return _names(self.entering)


def _names(names: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return one name, several or none."""
    return (names,) if isinstance(names, str) else tuple(names or ())


Move = Annotated[Literal["rest"] | TimeTo | FormulaField, Field(union_mode="left_to_right")]
"""A probability or rate, a distribution of the time to the move, or the word `rest`."""

Row = Mapping[Name, Literal["rest"] | Formula]
"""Of one state: where its patients move, by probability or rate."""


Rows = Mapping[Name, Mapping[Name, Move]]
"""From -> to -> move."""


class Copy(SpecModel):
    """One use of a sub-model: its states once more, with values of its own."""

    set: Mapping[Name, FormulaField] = {}
    """Name that the sub-model's formulas read -> its value here; all copies set the same names."""
    start: Mapping[Name, FormulaField] = {}
    """State of the sub-model -> share of the cohort that begins there; omitted is none."""


class Submodel(SpecModel):
    """A course that several parts of a model share, e.g. a disease under two treatments."""

    copies: Annotated[Mapping[Name, Copy], Field(min_length=1, max_length=100)]
    """Each has all the states: state `mild` of the copy `lost` is the model's state `lost_mild`."""
    states: Annotated[Mapping[Name, State], Field(min_length=1)]
    """As the model's, without `start` and `share`."""
    transitions: Rows = {}
    """Between these states, or from them to a state of the model that is in no sub-model. Moves
    from copy to copy stand with the model's."""

    @model_validator(mode="before")
    @classmethod
    def holds_no_other(cls, data: object) -> object:
        """Refuse a sub-model inside a sub-model."""
        if isinstance(data, Mapping) and "submodels" in data:
            raise FieldError(
                _("a sub-model holds no other sub-models"),
                fix=_("write the inner states out, or make each a sub-model of the model"),
            )
        return data


class Event(SpecModel):
    """A one-off cost or health effect for everyone alive when the condition holds."""

    when: FormulaField
    cost: FormulaField | Mapping[Name, FormulaField] | None = None
    qaly: FormulaField | None = None


class Model(SpecModel):
    """A disease model as data; one file runs on every engine."""

    model: Text
    """Title."""
    source: str | None = None
    description: Text | None = None
    sources: Mapping[str, Source] = {}
    labels: Mapping[str, Text] = {}
    """Names for people of strategies, states, items and parameters."""
    money: UnitField
    """Currency and price year of all results, e.g. USD@2019."""
    engine: EngineChoice = "auto"
    patients: Annotated[int, Field(ge=1, le=100_000_000)] = 10_000
    """How many patients are followed in each draw, where patients differ or are followed one by
    one."""
    time: Time | None = None
    """Omit for a decision without a course in time (a decision tree)."""
    discount: Discount | None = None
    willingness_to_pay: MeasureField | None = None
    strategies: Annotated[Mapping[Name, Mapping[Name, float]], Field(min_length=1, max_length=50)]
    """Name -> variables that formulas use; every strategy sets the same variables."""
    subgroups: Mapping[Name, Subgroup] = {}
    parameters: Mapping[Name, Quantity] = {}
    joint: Mapping[Name, Joint] = {}
    correlations: Sequence[Correlation] = ()
    """Between two parameters, or between two attributes in which patients differ."""
    tables: Mapping[Name, Table] = {}
    let: Mapping[Name, FormulaField] = {}
    """Named intermediate values, in any order."""
    attributes: Mapping[Name, Attribute] = {}
    submodels: Annotated[Mapping[Name, Submodel], Field(max_length=50)] = {}
    """Courses whose states are copied; a loaded model has the copies among its `states`."""
    states: Mapping[Name, State] = {}
    """Omit where nobody changes state and nobody dies."""
    transitions: Rows = {}
    """From -> to -> probability per cycle (unit 1) or rate (unit 1/year); `rest` takes what is
    left, otherwise what is not sent elsewhere stays. From a copy of a sub-model is from each of its
    states, and from copy to copy is to the same state there."""
    transition_effects: Sequence[TransitionEffect] = ()
    events: Mapping[Name, Event] = {}
    waivers: Mapping[Name, Text] = {}
    """Check of `equipoise verify` -> reason why this model need not pass it, and who says so."""
    track: Mapping[Name, FormulaField] = {}
    """Values to follow over time as averages of those alive, e.g. response or bleeds."""

    @property
    def parameter_correlations(self) -> tuple[Correlation, ...]:
        """Return the correlations between what is uncertain."""
        return tuple(p for p in self.correlations if set(p.parameters) <= self.parameters.keys())

    @property
    def attribute_correlations(self) -> tuple[Correlation, ...]:
        """Return the correlations between what differs by patient."""
        return tuple(p for p in self.correlations if set(p.parameters) <= self.attributes.keys())

    @property
    def is_partitioned(self) -> bool:
        """Whether curves say who is where (partitioned survival), and not transitions."""
        return any(state.share is not None for state in self.states.values())

    @property
    def moves(self) -> Mapping[str, Row]:
        """Return the transitions, with distributions of times as rates of a cycle."""
        return {
            origin: {
                target: move.rate if isinstance(move, TimeTo) else move
                for target, move in row.items()
            }
            for origin, row in self.transitions.items()
        }
