"""The base case of a study's disease model, run before all else: all of it must be possible."""

import xarray as xr

from equipoise.clinical import follow, following
from equipoise.core.money import price_book
from equipoise.draws import Sample, base_case
from equipoise.pipeline.model_rehearsal import FEW
from equipoise.pipeline.settings import money_scales
from equipoise.spec.loaded_study import Study


def rehearse(study: Study, base: xr.Dataset | None = None) -> None:
    """Run the base case of a study's disease model, at the ages of its groups.

    Draws may stray beyond what is possible, as normal distributions of published models do; the
    stated values may not, in whatever cycle.

    Parameters
    ----------
    study
        As loaded.
    base
        Stated values of all inputs, if they are at hand.

    Raises
    ------
    SimulationError
        Naming file, line and field of the formula that gave an impossible value.
    """
    if base is None:
        scales = money_scales(study, price_book(study.country.economics))
        base = base_case(study.quantities, joint=study.model.spec.joint, scale=scales)
    ages = sorted({group.age.value for group in study.file.patients.groups.values()})
    follow(
        study.model,
        Sample.of(base, study.model.spec.parameters),
        following(study.model, draws=1, seed=1, ages=len(ages), patients=FEW),
        start_ages=ages,
        discount=(base["economics.discount_cost"], base["economics.discount_health"]),
        strict=True,
    )
