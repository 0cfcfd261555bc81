"""How patients are followed: as a cohort or one by one, by which engine, and how many."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from equipoise.clinical.courses import follow_cohort, follow_in_time, follow_individuals
from equipoise.clinical.discounting import Rates
from equipoise.clinical.engines import Engine, engine_for
from equipoise.clinical.followed import Followed
from equipoise.clinical.plan import plan
from equipoise.clinical.readings import readings_in
from equipoise.clinical.sampled import differs
from equipoise.draws import Sample
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import EngineChoice

_WORTH_A_KERNEL = 20_000
"""Patients in all draws from which on continuous time is machine code, which is one for all models.
"""


@dataclass(frozen=True)
class Following:
    """How the patients of one run are followed.

    The same for all parts of a run, so that results do not depend on how it is split.
    """

    kind: Literal["cohort", "individuals", "continuous"]
    engine: Engine
    patients: int
    """How many in each draw; 0 where all are alike and a cohort tells what is expected."""
    seed: int

    @property
    def one_by_one(self) -> bool:
        """Return whether chance decides for each patient."""
        return self.kind != "cohort"

    def divided(self, parts: int) -> "Following":
        """Return the same with so many fewer patients in each draw, at least one."""
        return replace(self, patients=-(-self.patients // parts))


def following(
    model: LoadedModel,
    *,
    draws: int,
    seed: int,
    ages: int = 1,
    choice: EngineChoice | None = None,
    patients: int | None = None,
) -> Following:
    """Return how a run follows its patients.

    Parameters
    ----------
    model
        A checked model.
    draws, ages
        Of the whole run.
    seed
        Of the patients' luck.
    choice
        What the user wants; omitted is what the model's file says.
    patients
        How many in each draw; omitted is what the file says.

    Examples
    --------
    >>> from equipoise.packs.find import library_folder
    >>> from equipoise.spec.load import load_model
    >>> model = load_model(library_folder() / "models" / "sick-sicker.yaml")
    >>> following(model, draws=1, seed=1)
    Following(kind='cohort', engine='numpy', patients=0, seed=1)
    >>> following(model, draws=1, seed=1, choice="individuals").patients
    10000
    """
    wanted = choice or model.spec.engine
    if wanted == "auto":
        wanted = "individuals" if plan(model).individual else "cohort"
    people = model.spec.patients if patients is None else patients
    if wanted == "cohort" and not differs(model):
        people = 0
    engine: Engine
    if wanted == "continuous":
        work = draws * people * readings_in(model)
        engine = "machine_code" if work >= _WORTH_A_KERNEL else "numpy"
    else:
        engine = engine_for(
            model, draws=draws * max(people, 1), ages=ages, one_by_one=wanted == "individuals"
        )
    return Following(wanted, engine, people, seed)


def follow(
    model: LoadedModel,
    sample: Sample,
    how: Following,
    *,
    start_ages: Sequence[float] | None = None,
    discount: tuple[Rates, Rates] | None = None,
    progress: Callable[[float], None] | None = None,
    strict: bool = False,
    by_year: bool = True,
) -> Followed:
    """Follow patients in the way that was decided; see `run.run_cohort` and `run_individuals`.

    Parameters
    ----------
    sample
        Of the model's parameters.
    how
        From `following`.
    model, start_ages, discount, progress, strict, by_year
        As of `run_cohort`; `strict` has no meaning one by one.
    """
    if how.one_by_one:
        run = follow_in_time if how.kind == "continuous" else follow_individuals
        return run(
            model, sample, start_ages=start_ages, discount=discount, progress=progress,
            engine=how.engine, by_year=by_year, patients=how.patients, seed=how.seed,
        )  # fmt: skip
    return follow_cohort(
        model, sample, start_ages=start_ages, discount=discount, progress=progress,
        strict=strict, engine=how.engine, by_year=by_year, patients=how.patients or None,
        seed=how.seed,
    )  # fmt: skip
