"""The text of one model's kernel of single patients: Python that Numba turns into machine code."""

from collections.abc import Sequence
from dataclasses import dataclass

from equipoise.clinical.compiled.context import Reward
from equipoise.clinical.compiled.discount import ONE_RATE, StepCounts
from equipoise.clinical.compiled.formulas import FUNCTIONS
from equipoise.clinical.compiled.individuals.context import PatientContext
from equipoise.clinical.compiled.individuals.course import PatientCourse, begin, indented
from equipoise.clinical.compiled.individuals.results import results
from equipoise.clinical.compiled.individuals.steps import HELD
from equipoise.clinical.compiled.individuals.sums import Sums
from equipoise.clinical.compiled.moves import group_weight
from equipoise.clinical.plan import Plan
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Time

_HEAD = '''"""Made by Equipoise from a model file; changes here are lost."""
import numpy as np

{functions}
from equipoise.clinical.compiled.individuals.luck import refill
from equipoise.core.machine_code import compiled


@compiled
def kernel({arguments}):
'''

ARGUMENTS = (
    "part_number", "part_first", "part_last", "keys", "drawn", "single", "strategies",
    "groups", "ages", "own", "own_length", "targets", "time", "share_from", "share_year",
    "share_weight", "effect_weight", "once_year", "read_from", "read_to", "reward_place",
    "present_place", "reward_step", "out", "years", "width", "failed",
)  # fmt: skip
"""What every kernel is given, before its tables and which parts to do; see `engine`."""


@dataclass(frozen=True)
class PatientSource:
    """A kernel's text, and the order in which it is given its numbers."""

    text: str
    drawn: tuple[str, ...]
    single: tuple[str, ...]
    of_strategy: tuple[str, ...]
    of_group: tuple[str, ...]
    own: tuple[str, ...]
    rewards: tuple[Reward, ...]
    targets: tuple[int, ...]


def patient_source(
    model: LoadedModel,
    plan: Plan,
    time: Time,
    *,
    points: int,
    drawn: Sequence[str],
    steps: StepCounts = ONE_RATE,
) -> PatientSource:
    """Write the kernel of one model.

    Parameters
    ----------
    model
        A checked model.
    plan
        Its order of work.
    time
        Its clock.
    points
        Number of its points of time.
    drawn
        Parameters and discount rates that differ between draws.
    steps
        How many discount rates hold one after another.
    """
    context = PatientContext(model, plan, time, points=points, drawn=drawn, steps=steps)
    sums = Sums(context)
    course = PatientCourse(context, sums)
    columns = [
        f"{part}{k}" for k in range(len(model.tables)) for part in ("grid", "values", "codes")
    ]
    head = _HEAD.format(
        functions=FUNCTIONS, arguments=", ".join([*ARGUMENTS, *columns, "first_part", "last_part"])
    )
    lines = _body(context, course, sums)
    return PatientSource(
        head + "\n".join(indented(lines)) + "\n",
        context.drawn,
        context.single,
        context.of_strategy,
        context.of_group,
        context.own,
        tuple(context.rewards),
        tuple(course.targets),
    )


def _body(context: PatientContext, course: PatientCourse, sums: Sums) -> list[str]:
    """Return the statements of a kernel: parts of a run, strategies, ages, subgroups, patients."""
    weight = group_weight(context, context.first_day)
    begins, cycle = begin(context), course.body()
    patient = [
        f"number = j * {max(len(context.spec.subgroups), 1)} + g",
        *_own(context),
        *begins,
        *(f"{before} = 0.0" for before, for_each in context.now.remembered if for_each),
        *context.now.patient,
        "for k in range(last + 1):",
        *indented(cycle),
    ]
    end = results(context, sums)
    group = _group(context, patient, [f"scale = {weight.text}", *end.cycles])
    strategy = [
        *(f"v{k} = strategies[s * {len(context.of_strategy)} + {k}]"
          for k in range(len(context.of_strategy))),
        *end.places,
        "for a in range(ages.size):",
        f"    for g in range({max(len(context.spec.subgroups), 1)}):",
        *indented(indented(group)),
    ]  # fmt: skip
    part = [
        "draw = part_number[b]",
        *(f"p{k} = drawn[{k} * width + b]" for k in range(len(context.drawn))),
        f"for s in range({len(context.spec.strategies)}):",
        *indented(strategy),
    ]
    return [
        "last = time.size - 1",
        f"w = np.zeros({max(context.table.rows, 1) * context.table.length})",
        f"n = np.zeros({len(context.numbers) * context.table.length})",
        f"x = np.zeros({max(context.sums.rows, 1) * context.sums.length})",
        f"luck = np.zeros({HELD})",
        *(f"q{k} = single[{k}]" for k in range(len(context.single))),
        "for b in range(first_part, last_part):",
        *indented(part),
    ]


def _own(context: PatientContext) -> list[str]:
    """Return the statements that read in what a patient differs from others."""
    count = max(len(context.spec.subgroups), 1)
    place = f"(({{}} * width + b) * {count} + g) * own_length + j - part_first[b]"
    return [f"o{k} = own[{place.format(k)}]" for k in range(len(context.own))]


def _group(context: PatientContext, patient: list[str], end: list[str]) -> list[str]:
    """Return the statements of one group of patients: what they share, their courses, the sums."""
    now, day = context.now, context.first_day
    return [
        "broken = 0",
        *(
            f"u{k} = groups[g * {len(context.of_group)} + {k}]"
            for k in range(len(context.of_group))
        ),
        *now.before,
        *day.before,
        *(f"{before} = 0.0" for before, for_each in now.remembered if not for_each),
        "for k in range(last + 1):",
        "    now = time[k]",
        "    age = ages[a] + now",
        "    then = time[k + 1] if k < last else now",
        *indented([*now.cycle, *now.tabled()]),
        "for i in range(n.size):",
        "    n[i] = 0.0",
        "for i in range(x.size):",
        "    x[i] = 0.0",
        "for j in range(part_first[b], part_last[b]):",
        *indented(patient),
        *end,
        "if broken != 0:",
        "    failed[b] = 1",
    ]
