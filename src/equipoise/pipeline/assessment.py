"""From a study to its answers: sample, run all draws in chunks, weigh, and say what is unknown."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import xarray as xr

from equipoise.balance import weigh
from equipoise.clinical import following
from equipoise.core.limits import overflow_explained
from equipoise.core.progress import Progress
from equipoise.draws import Design
from equipoise.pipeline.chunks import chunks_of, in_threads, on_cluster
from equipoise.pipeline.law import lawful
from equipoise.pipeline.policies import Plan, course_of_disease, run_chunk
from equipoise.pipeline.provenance import record_of
from equipoise.pipeline.rehearsal import rehearse
from equipoise.pipeline.sample_size import DEFAULT_DRAWS, DEFAULT_SEED, check_sample
from equipoise.pipeline.settings import (
    Policy,
    Sampled,
    policies_of,
    policy_of,
    sample_inputs,
    start_ages,
)
from equipoise.pipeline.strays import require_possible_draws
from equipoise.spec.loaded_study import Study
from equipoise.spec.problems import blaming
from equipoise.value import (
    of_the_decision,
    over_draws,
    reference_threshold,
    thresholds,
    value_of_information,
)

CHUNK = 500
"""Draws that run together; results do not depend on it, memory and time do.

Smaller chunks pay more for each step than for its numbers, larger ones leave the processor's cache.
"""


def assess(
    study: Study,
    *,
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
    design: Design = "latin_hypercube",
    policy: Policy | None = None,
    progress: Progress | None = None,
    workers: int = 1,
    chunk: int = CHUNK,
    scheduler: str | None = None,
) -> xr.DataTree:
    """Answer the five questions of a study with one joint simulation.

    Parameters
    ----------
    study
        From `packs.load_named_study`.
    draws
        Joint samples of every uncertain input.
    seed
        Same seed, same bytes, whatever the workers and chunks.
    design
        How the sample is spread: plain, latin_hypercube or sobol.
    policy
        The setting of the levers that the answers are about; omitted is the study's own. All
        combinations of the study's levers are compared in any case.
    progress
        Hears how far the run is, and can cancel it.
    workers
        Threads. The steps are small and share the interpreter, so that a second thread takes
        twice the memory and gains little.
    chunk
        Draws that run together.
    scheduler
        Address of a Dask scheduler whose workers run the chunks instead of threads here.

    Returns
    -------
    xarray.DataTree
        Groups inputs, access, course, reach, payment, value, policies, balance, information; the
        attributes hold the provenance.

    Raises
    ------
    RuleNotInForceError, RuleStaleError, SeveralErrors, WrongRouteError
        If the law the study rests on does not hold on its date; nothing has run then.
    FieldError
        If draws, seed or workers are out of their range; see `sample_size.check_sample`.
    SimulationError
        If a number leaves its possible range or outgrows a float; names file, line and field.
    """
    check_sample(draws=draws, seed=seed, workers=workers)
    lawful(study)
    progress = progress or Progress()
    chosen = policy or policy_of(study.file.policy)
    inputs = {name: one.value for name, one in study.quantities.items()} | {"price": chosen.price}
    with (
        overflow_explained(inputs),
        xr.set_options(arithmetic_join="exact", keep_attrs=False),  # type: ignore[no-untyped-call]
        blaming(study.path),
    ):
        with progress.stage("draws"):
            sampled = sample_inputs(study, draws=draws, seed=seed, design=design)
        with progress.stage("clinical"):
            rehearse(study, sampled.base)
        require_possible_draws(study, sampled.inputs)
        plan = plan_of(study, sampled, chosen, seed)
        _compile(plan, sampled.inputs, progress)
        chunks = chunks_of(sampled.inputs, chunk)
        progress.expect(plan.steps * len(chunks) * 1.1)
        work = _ChunkWork(plan, inputs)
        if scheduler is None:
            parts = in_threads(work, chunks, progress, workers=workers)
        else:
            units = float(plan.steps)
            parts = on_cluster(work, chunks, progress, scheduler=scheduler, units=units)
        groups = {name: _joined(name, parts) for name in parts[0]}
        return _finish(plan, sampled, groups, progress, design)


def _compile(plan: Plan, inputs: xr.Dataset, progress: Progress) -> None:
    """Make the engine ready before threads ask for it, on the first two draws."""
    if plan.following.engine == "machine_code":
        with progress.stage("compile"):
            course_of_disease(plan, inputs.isel(draw=slice(0, 2)))


def warm_up(study: Study) -> None:
    """Compile what a study needs, so that its first large run is as fast as later ones.

    Parameters
    ----------
    study
        As loaded.

    Raises
    ------
    SimulationError
        As `assess`.
    """
    lawful(study)
    with blaming(study.path):
        sampled = sample_inputs(study, draws=2, seed=DEFAULT_SEED, design="plain")
        plan = plan_of(study, sampled, policy_of(study.file.policy), DEFAULT_SEED)
        how = replace(plan.following, engine="machine_code")
        run_chunk(replace(plan, following=how), sampled.inputs, Progress())


def plan_of(study: Study, sampled: Sampled, chosen: Policy, seed: int) -> Plan:
    """Return what every chunk needs."""
    reference = reference_threshold(sampled.base)
    ages = start_ages(study)
    draws = sampled.inputs.sizes["draw"]
    return Plan(
        study=study,
        chosen=chosen,
        policies=policies_of(study, chosen),
        ages=ages,
        seed=seed,
        following=following(study.model, draws=draws, seed=seed, ages=len(ages)),
        reference=reference,
        grid=thresholds(sampled.inputs, reference),
    )


@dataclass(frozen=True)
class _ChunkWork:
    """Everything of one chunk; it can be sent to another process."""

    plan: Plan
    values: Mapping[str, float]

    def __call__(self, inputs: xr.Dataset, *, progress: Progress) -> dict[str, xr.Dataset]:
        """Return what comes of some draws."""
        with overflow_explained(self.values), blaming(self.plan.study.path):
            return run_chunk(self.plan, inputs, progress)


def _joined(name: str, parts: list[dict[str, xr.Dataset]]) -> xr.Dataset:
    """Put the chunks of one group together along the draws."""
    if len(parts) == 1:
        return parts[0][name]
    return xr.concat(
        [part[name] for part in parts], dim="draw", data_vars="minimal", coords="minimal",
        compat="override", join="exact",
    )  # fmt: skip


def _finish(
    plan: Plan,
    sampled: Sampled,
    groups: dict[str, xr.Dataset],
    progress: Progress,
    design: str,
) -> xr.DataTree:
    """Add what needs all draws at once, and the provenance."""
    with progress.stage("value"):
        groups["value"] = over_draws(groups["value"])
    with progress.stage("balance"):
        groups["balance"] = weigh(
            groups["policies"]["criterion_value"],
            groups["policies"]["status_quo_value"],
            weights=plan.study.file.criteria,
        )  # fmt: skip
    with progress.stage("information"):
        benefit = groups["value"]["net_benefit"]
        groups["information"] = value_of_information(benefit, of_the_decision(sampled.inputs))
        draws = sampled.inputs.sizes["draw"]
        record = record_of(plan, sampled, draws=draws, design=design, benefit=benefit)
    order = ("access", "course", "reach", "payment", "value", "policies", "balance", "information")
    tree = {"inputs": sampled.inputs, **{name: groups[name] for name in order}}
    progress.advance(plan.steps)
    return xr.DataTree(
        children={name: xr.DataTree(data) for name, data in tree.items()},
        dataset=xr.Dataset(attrs={"record": record.model_dump_json()}),
        name="equipoise",
    )
