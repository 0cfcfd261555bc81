"""How the results of a model move with what goes in."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from equipoise.api.given import path_or_name
from equipoise.api.studies import load
from equipoise.core.progress import Progress
from equipoise.packs import load_named_model
from equipoise.pipeline import DEFAULT_SEED, parse_policy
from equipoise.pipeline.sensitivity import (
    Companions,
    Measure,
    OneWay,
    Precise,
    PreciseMeasure,
    Recalculator,
    ScenarioRun,
    Switching,
    TwoWay,
    run_scenarios,
    run_until_precise,
    switching_values,
)
from equipoise.pipeline.sensitivity import one_way as try_one_by_one
from equipoise.pipeline.sensitivity import two_way as try_two_at_once
from equipoise.pipeline.sensitivity.study_one_way import StudyOneWay, study_one_way
from equipoise.spec.loaded_study import Study
from equipoise.spec.model import EngineChoice
from equipoise.spec.scenarios import load_scenarios

__all__ = [
    "OneWay", "Precise", "ScenarioRun", "StudyOneWay", "Switching", "TwoWay",
    "draws_until_precise", "one_way", "one_way_of_study", "scenarios", "threshold_values",
    "two_way",
]  # fmt: skip

Heard = Callable[[float], None] | None


def one_way(
    name: str | Path,
    *,
    measure: Measure | None = None,
    strategy: str | None = None,
    against: str | None = None,
    threshold: float | None = None,
    share: float | None = None,
    parameters: Sequence[str] = (),
    together: Companions = "base",
    seed: int = DEFAULT_SEED,
    engine: EngineChoice | None = None,
    patients: int | None = None,
    progress: Heard = None,
) -> OneWay:
    """Try each parameter of a model low and high, all others at their stated values.

    Parameters
    ----------
    name
        Name in the library or path of a model file.
    measure
        ``nmb``, ``icer``, ``cost`` or ``qaly``: by which the bars are sorted.
    strategy, against
        Who is compared; omitted is the best with the cheapest.
    threshold
        What a QALY is worth in the model's money; omitted is what the file says.
    share
        Relative change on both sides, e.g. 0.1; omitted are the quantiles 2.5 % and 97.5 %.
    parameters
        Which ones; omitted are all that are uncertain, or with a share all.
    together
        ``base``: the others of a joint normal distribution stay; ``expected``: they follow.
    seed, engine, patients, progress
        As of `run_model`; where chance moves patients their luck is the same in all runs.

    Examples
    --------
    >>> import equipoise
    >>> found = equipoise.one_way("sick-sicker")
    >>> found.bars[0].span.name
    'c_treatment_b'
    """
    return try_one_by_one(
        _recalculator(name, seed, engine, patients, together), measure=measure,
        strategy=strategy, against=against, threshold=threshold, share=share, names=parameters,
        progress=progress,
    )  # fmt: skip


def one_way_of_study(
    study: Study | str | Path,
    *,
    inputs: Sequence[str] = (),
    policy: Mapping[str, object] | None = None,
    seed: int = DEFAULT_SEED,
    progress: Progress | None = None,
) -> StudyOneWay:
    """Try each uncertain input of a study low and high, through all its stages.

    Parameters
    ----------
    study
        From `load`, or the name or path that `load` takes.
    inputs
        Which ones; omitted are all that are uncertain but the worth of a QALY, which is a choice.
    policy
        Levers to set, as in `assess`.
    seed, progress
        As of `assess`; the luck of the route is the same under all changes.
    """
    loaded = study if isinstance(study, Study) else load(study)
    chosen = parse_policy(loaded, {} if policy is None else policy)
    return study_one_way(loaded, names=inputs, policy=chosen, seed=seed, progress=progress)


def two_way(
    name: str | Path,
    first: str,
    second: str,
    *,
    limits: Mapping[str, tuple[float, float]] | None = None,
    points: int = 11,
    strategy: str | None = None,
    against: str | None = None,
    threshold: float | None = None,
    together: Companions = "base",
    seed: int = DEFAULT_SEED,
    engine: EngineChoice | None = None,
    patients: int | None = None,
    progress: Heard = None,
) -> TwoWay:
    """Try all pairs of values of two parameters.

    Parameters
    ----------
    first, second
        The parameters.
    limits
        Of either: lowest and highest value in its own unit.
    points
        Evenly spread values of each; the stated value is tried with them.
    name, strategy, against, threshold, together, seed, engine, patients, progress
        As of `one_way`.

    Examples
    --------
    >>> import equipoise
    >>> found = equipoise.two_way("sick-sicker", "c_treatment_b", "hr_b", points=3)
    >>> found.best[0][0]
    'treatment_b'
    """
    return try_two_at_once(
        _recalculator(name, seed, engine, patients, together), first, second, limits=limits,
        points=points, strategy=strategy, against=against, threshold=threshold, progress=progress,
    )  # fmt: skip


def threshold_values(
    name: str | Path,
    parameter: str,
    *,
    low: float | None = None,
    high: float | None = None,
    others: Sequence[float] = (),
    strategy: str | None = None,
    against: str | None = None,
    threshold: float | None = None,
    together: Companions = "base",
    seed: int = DEFAULT_SEED,
    engine: EngineChoice | None = None,
    patients: int | None = None,
    progress: Heard = None,
) -> Switching:
    """Find the values of a parameter, such as a price, at which the net benefit is zero.

    Parameters
    ----------
    parameter
        Which one.
    low, high
        Range in its own unit.
    others
        Further worths of a QALY to answer for.
    name, strategy, against, threshold, together, seed, engine, patients, progress
        As of `one_way`.

    Examples
    --------
    >>> import equipoise
    >>> found = equipoise.threshold_values("sick-sicker", "c_treatment_b")
    >>> [round(root.value) for root in found.thresholds[0].roots]
    [16987]
    """
    return switching_values(
        _recalculator(name, seed, engine, patients, together), parameter, low=low, high=high,
        others=others, strategy=strategy, against=against, threshold=threshold, progress=progress,
    )  # fmt: skip


def scenarios(
    name: str | Path,
    file: str | Path,
    *,
    strategy: str | None = None,
    against: str | None = None,
    threshold: float | None = None,
    seed: int = DEFAULT_SEED,
    engine: EngineChoice | None = None,
    patients: int | None = None,
    progress: Heard = None,
) -> ScenarioRun:
    """Run the base case of a model under each scenario of a file.

    Parameters
    ----------
    file
        Path of a file of scenarios.
    name, strategy, against, threshold, seed, engine, patients, progress
        As of `one_way`.

    Raises
    ------
    SpecError
        With every mistake of the file.
    """
    given = _recalculator(name, seed, engine, patients, "base")
    wanted = load_scenarios(Path(path_or_name(file, example='"scenarios.yaml"')), given.model)
    return run_scenarios(
        given, wanted, strategy=strategy, against=against, threshold=threshold, progress=progress
    )


def draws_until_precise(
    name: str | Path,
    *,
    precision: float,
    relative: bool = False,
    measure: PreciseMeasure = "nmb",
    confidence: float = 0.95,
    most: int = 256_000,
    strategy: str | None = None,
    against: str | None = None,
    threshold: float | None = None,
    seed: int = DEFAULT_SEED,
    engine: EngineChoice | None = None,
    patients: int | None = None,
    progress: Heard = None,
) -> Precise:
    """Draw until the mean of a measure is as precise as asked for.

    Parameters
    ----------
    precision
        Half-width of the confidence interval of the mean; a share of the mean if `relative`.
    relative
        See `precision`.
    measure
        ``nmb``, ``cost`` or ``qaly``, as a difference of the two strategies.
    confidence
        With which the true mean is within the half-width.
    most
        Draws at most.
    name, strategy, against, threshold, seed, engine, patients, progress
        As of `one_way`.

    Examples
    --------
    >>> import equipoise
    >>> found = equipoise.draws_until_precise("sick-sicker", precision=2000)
    >>> found.reached, found.result.draws
    (True, 1000)
    """
    return run_until_precise(
        _recalculator(name, seed, engine, patients, "base"), precision=precision,
        relative=relative, measure=measure, confidence=confidence, most=most, strategy=strategy,
        against=against, threshold=threshold, progress=progress,
    )  # fmt: skip


def _recalculator(
    name: str | Path,
    seed: int,
    engine: EngineChoice | None,
    patients: int | None,
    together: Companions,
) -> Recalculator:
    """Return a model, ready to be run under any changes."""
    return Recalculator(
        load_named_model(path_or_name(name, example='"sick-sicker"')), seed=seed, engine=engine,
        patients=patients, companions=together,
    ).rehearsed()  # fmt: skip
