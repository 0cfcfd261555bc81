"""What becomes of parameters that are drawn together when one of them is moved."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from equipoise.core.errors import FieldError
from equipoise.core.translation import mark
from equipoise.core.translation import translate as _
from equipoise.spec.joint_check import covariance_matrix
from equipoise.spec.model import Model
from equipoise.spec.quantity import JointDirichlet, JointNormal
from equipoise.spec.text import in_every_language

Changes = Mapping[str, float]
"""Parameter -> value in its own unit; all others have their stated values."""

Companions = Literal["base", "expected"]
"""What the others of a joint normal distribution do when one is moved: stay, or follow."""

_HAIR = 1e-12
_REASON = mark("the value is that of a scenario")


def stating(model: Model, changes: Changes, *, companions: Companions = "base") -> Model:
    """Return a model whose file states other values.

    Distributions stay, for what is correlated with them; only the values are used.

    Parameters
    ----------
    model, changes, companions
        As of `completed`.

    Raises
    ------
    FieldError
        If shares that are set leave no room for the others.
    """
    parameters = dict(model.parameters)
    reason = in_every_language(lambda: _(_REASON))
    for name, value in completed(model, changes, companions=companions).items():
        update = {"value": value, "mean_differs": reason}
        parameters[name] = parameters[name].model_copy(update=update)
    return model.model_copy(update={"parameters": parameters})


def completed(model: Model, changes: Changes, *, companions: Companions = "base") -> Changes:
    r"""Return changes with those that they bring about in parameters drawn together.

    Of shares that add up to one the others keep their proportions, which is also what a Dirichlet
    distribution expects of them. The others of a joint normal distribution stay, as in the usual
    one-way analysis, or follow to

    .. math:: E[x_j | x_i] = m_j + \frac{c_{ji}}{c_{ii}} (x_i - m_i)

    Correlated parameters with distributions of their own always stay.

    Parameters
    ----------
    model
        A checked model.
    changes
        Parameter -> value in its own unit.
    companions
        ``base``: those of a joint normal distribution stay; ``expected``: they follow.

    Raises
    ------
    FieldError
        If shares that are set leave no room for the others.

    References
    ----------
    Briggs, Claxton, Sculpher (2006), Decision Modelling for Health Economic Evaluation, chapter 4.
    """
    found = dict(changes)
    for joint in model.joint.values():
        moved = [name for name in joint.parameters if name in changes]
        if not moved:
            continue
        if isinstance(joint, JointDirichlet):
            found |= _rescaled(model, joint, changes, moved)
        elif companions == "expected":
            found |= _followed(model, joint, changes, moved)
    return found


def _rescaled(
    model: Model, joint: JointDirichlet, changes: Changes, moved: Sequence[str]
) -> dict[str, float]:
    """Return the other shares of one whole, in their proportions."""
    factors = {name: model.parameters[name].unit.factor for name in joint.parameters}
    left = 1.0 - sum(changes[name] * factors[name] for name in moved)
    others = [name for name in joint.parameters if name not in moved]
    stated = {name: model.parameters[name].value * factors[name] for name in others}
    whole = sum(stated.values())
    if left < -_HAIR or (whole <= 0.0 and abs(left) > _HAIR):
        raise FieldError(
            _("{names}: shares of one whole cannot be {values}", names=", ".join(moved),
              values=", ".join(f"{changes[name]:g}" for name in moved)),
            fix=_("choose values that leave the others a share between 0 and 1"),
        )  # fmt: skip
    return {
        name: max(left, 0.0) * share / whole / factors[name] if whole > 0.0 else 0.0
        for name, share in stated.items()
    }


def _followed(
    model: Model, joint: JointNormal, changes: Changes, moved: Sequence[str]
) -> dict[str, float]:
    """Return what is expected of the other members of a joint normal distribution."""
    matrix = covariance_matrix(joint)
    assert matrix is not None  # noqa: S101 - loading has checked it
    names = list(joint.parameters)
    given = [names.index(name) for name in moved]
    others = [place for place, name in enumerate(names) if name not in moved]
    shift = np.array([changes[name] - model.parameters[name].value for name in moved])
    # A member without variance tells nothing of the others: the pseudo-inverse leaves them.
    weights = matrix[np.ix_(others, given)] @ np.linalg.pinv(matrix[np.ix_(given, given)])
    return {
        names[place]: model.parameters[names[place]].value + float(step)
        for place, step in zip(others, weights @ shift, strict=True)
    }
