"""Whether strategies give less health than the first, as one with a mistake would."""

import numpy as np

from equipoise.core.local_numbers import translate_with_numbers as _
from equipoise.core.translation import mark
from equipoise.verification.checks import HAIR
from equipoise.verification.subject import Subject

_TEXTS = {
    "qaly_present": mark("'{one}' gives {less:.3g} QALYs less than '{first}', the first strategy"),
    "life_years_present": mark(
        "'{one}' gives {less:.3g} life years less than '{first}', the first strategy"
    ),
}


def less_health(subject: Subject) -> str:
    """Return what to ask about strategies with less health than the first; nothing if none has.

    Health is QALYs at their present value in the base case, or life years where there are none. No
    law says which strategy is the better, and a ratio that acts on the wrong one is a sound model.

    Parameters
    ----------
    subject
        The model; nothing is asked where so few patients are followed that luck may decide.
    """
    if subject.is_by_chance:
        return ""
    names = subject.base.strategies
    for total, text in _TEXTS.items():
        own = subject.base.of(total).mean(axis=1)
        scale = float(np.abs(own).max())
        if scale == 0.0:
            continue
        pairs = [
            _(text, one=name, first=names[0], less=float(own[0] - mean))
            for name, mean in zip(names[1:], own[1:], strict=True)
            if own[0] - mean > HAIR * scale
        ]
        if not pairs:
            return ""
        return _("Is it right that {pairs}? A ratio in the wrong arm or upside down and a wrong "
                 "sign give such results, too.", pairs="; ".join(pairs))  # fmt: skip
    return ""
