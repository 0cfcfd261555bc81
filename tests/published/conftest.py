"""What tests of published results share."""

from collections.abc import Callable

import numpy as np
import pytest

from equipoise.evidence.curves import SurvivalData


@pytest.fixture
def hazard_ratio() -> Callable[[SurvivalData, SurvivalData], tuple[float, float, float]]:
    """Return ``hazard_ratio(control, treated)``: Cox's ratio with its interval."""
    return cox


def cox(control: SurvivalData, treated: SurvivalData) -> tuple[float, float, float]:
    """Cox's ratio with its 95 % interval, ties by Efron."""
    time, event = (np.concatenate([getattr(one, part) for one in (control, treated)])
                   for part in ("time", "event"))  # fmt: skip
    arm = np.repeat([0.0, 1.0], [control.time.size, treated.time.size])
    beta = information = 0.0
    for _round in range(25):
        slope = information = 0.0
        weight = np.exp(beta * arm)
        for when in np.unique(time[event]):
            now, later = event & (time == when), time >= when
            share = np.arange(now.sum()) / now.sum()
            total = weight[later].sum() - share * weight[now].sum()
            mean = ((weight * arm)[later].sum() - share * (weight * arm)[now].sum()) / total
            slope += arm[now].sum() - mean.sum()
            information += (mean * (1.0 - mean)).sum()
        beta += slope / information
    wide = 1.959964 / np.sqrt(information)
    return float(np.exp(beta)), float(np.exp(beta - wide)), float(np.exp(beta + wide))
