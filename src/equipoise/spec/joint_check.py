"""Checks of parameters that are drawn together."""

from collections.abc import Iterator, Sequence
from math import isclose
from typing import assert_never

import numpy as np

from equipoise.core.translation import translate as _
from equipoise.spec.findings import Finding, Place, did_you_mean, finding
from equipoise.spec.loaded import Floats
from equipoise.spec.model import Model
from equipoise.spec.quantity import JointDirichlet, JointNormal

_ROUNDING = 1e-9
_PRINTED_DIGITS = 0.02


def check_joint(model: Model) -> Iterator[Finding]:
    """Yield every mistake of the model's `joint` and `correlations`."""
    owner: dict[str, str] = {}
    for name, joint in model.joint.items():
        place: Place = ("joint", name)
        for index, member in enumerate(joint.parameters):
            yield from _member(model, (*place, "parameters", index), member)
            if owner.setdefault(member, f"{name}.{index}") != f"{name}.{index}":
                message = _("'{name}' is drawn twice", name=member)
                fix = _("name each parameter in one place only")
                yield finding((*place, "parameters", index), message, fix=fix)
        match joint:
            case JointNormal():
                yield from _normal(place, joint)
            case JointDirichlet():
                yield from _dirichlet(model, place, joint)
            case _:
                assert_never(joint)
    yield from _correlations(model, owner)


def _member(model: Model, place: Place, name: str) -> Iterator[Finding]:
    """Check one parameter that is drawn with others."""
    if name not in model.parameters:
        message = _("'{name}' is not a parameter", name=name)
        yield finding(place, message, fix=did_you_mean(name, model.parameters))
    elif model.parameters[name].distribution is not None:
        message = _("'{name}' is drawn jointly and has a distribution of its own", name=name)
        yield finding(("parameters", name, "distribution"), message, fix=_("remove one of them"))


def covariance_matrix(joint: JointNormal) -> Floats | None:
    """Return the full covariance matrix, or None if its rows do not make a square.

    Examples
    --------
    >>> joint = JointNormal.model_validate({"distribution": "multivariate_normal",
    ...     "parameters": ["a", "b"], "covariance": [[1.0], [0.5, 2.0]]})
    >>> covariance_matrix(joint).tolist()
    [[1.0, 0.5], [0.5, 2.0]]
    """
    size, rows = len(joint.parameters), joint.covariance
    lengths = [len(row) for row in rows]
    if lengths == [size] * size:
        matrix = np.array(rows, dtype=np.float64)
        return _repaired(matrix) if joint.rounded else matrix
    if lengths != list(range(1, size + 1)):
        return None
    lower = np.zeros((size, size))
    for index, row in enumerate(rows):
        lower[index, : index + 1] = row
    matrix = lower + np.tril(lower, -1).T
    return _repaired(matrix) if joint.rounded else matrix


def _repaired(matrix: Floats) -> Floats:
    """Return the matrix with its slightly negative eigenvalues, on the correlation scale, at zero.

    More than rounding cannot explain is left for the check to find.
    """
    spread = np.sqrt(np.clip(np.diag(matrix), 1e-300, None))
    values, vectors = np.linalg.eigh(matrix / np.outer(spread, spread))
    if not -_PRINTED_DIGITS <= values[0] < 0.0:
        return matrix
    possible = (vectors * np.clip(values, 0.0, None)) @ vectors.T
    scale = spread / np.sqrt(np.diag(possible))
    return np.asarray(possible * np.outer(scale, scale))


def _normal(place: Place, joint: JointNormal) -> Iterator[Finding]:
    """Check shape, symmetry and definiteness of a covariance matrix."""
    field = (*place, "covariance")
    matrix = covariance_matrix(joint)
    if matrix is None:
        message = _("the covariance does not have one row per parameter")
        fix = _("write the full matrix, or its lower triangle row by row")
        yield finding(field, message, fix=fix)
        return
    scale = float(np.abs(matrix).max())
    if not np.allclose(matrix, matrix.T, rtol=1e-6, atol=_ROUNDING * scale):
        message = _("the covariance is not symmetric")
        yield finding(field, message, fix=_("write its lower triangle only"))
    elif not _positive(matrix):
        message = _("the covariance is not positive semi-definite: no such distribution exists")
        yield finding(field, message, fix=_("check the signs and sizes against the source"))


def _positive(matrix: Floats) -> bool:
    """Tell whether a symmetric matrix is positive semi-definite, up to rounding."""
    spread = np.sqrt(np.abs(np.diag(matrix)))
    if bool((np.diag(matrix) < 0).any()):
        return False
    scale = np.where(spread > 0, spread, 1.0)
    smallest = float(np.linalg.eigvalsh(matrix / np.outer(scale, scale))[0])
    return smallest >= -1e-6


def _dirichlet(model: Model, place: Place, joint: JointDirichlet) -> Iterator[Finding]:
    """Check counts against the parameters and their values."""
    counts = joint.counts
    if len(counts) != len(joint.parameters) or min(counts) <= 0:
        message = _("a Dirichlet distribution needs one count above zero per parameter")
        yield finding((*place, "counts"), message, fix=_("correct the list"))
        return
    for name, count in zip(joint.parameters, counts, strict=True):
        parameter = model.parameters.get(name)
        mean = count / sum(counts)
        if parameter is None or parameter.mean_differs is not None:
            continue
        if not isclose(parameter.value, mean, rel_tol=0.01, abs_tol=1e-12):
            message = _(
                "the mean of its counts {mean:.6g} is not the value {value:.6g}",
                mean=mean, value=parameter.value,
            )  # fmt: skip
            fix = _("correct one of them, or add `mean_differs: <reason>`")
            yield finding(("parameters", name, "value"), message, fix=fix)


def _correlations(model: Model, owner: dict[str, str]) -> Iterator[Finding]:
    """Check the names of the correlations, and that together they are possible."""
    sound = True
    seen: set[frozenset[str]] = set()
    for index, pair in enumerate(model.correlations):
        place: Place = ("correlations", index, "parameters")
        for found in _correlated(model, place, pair.parameters, owner):
            sound = False
            yield found
        names = frozenset(pair.parameters)
        if names in seen or len(names) < 2:
            sound = False
            message = _("a correlation needs two different parameters, each pair once")
            yield finding(place, message, fix=_("remove one of them"))
        seen.add(names)
    if sound and model.correlations and not _positive(_correlation_matrix(model)):
        message = _("the correlations contradict each other: no such distribution exists")
        fix = _("make them weaker, or state the missing ones")
        yield finding(("correlations",), message, fix=fix)


def _correlated(
    model: Model, place: Place, names: Sequence[str], owner: dict[str, str]
) -> Iterator[Finding]:
    """Check that what is correlated exists, is of one kind, and has distributions of its own."""
    known = model.attributes if names[0] in model.attributes else model.parameters
    for position, name in enumerate(names):
        if name not in known:
            what = _("an attribute") if known is model.attributes else _("a parameter")
            message = _("'{name}' is not {what}", name=name, what=what)
            yield finding((*place, position), message, fix=did_you_mean(name, known))
        elif name in owner:
            message = _("'{name}' is already drawn jointly", name=name)
            yield finding((*place, position), message, fix=_("put it into the covariance"))
        elif known[name].distribution is None:
            message = _("'{name}' has no distribution", name=name)
            yield finding((*place, position), message, fix=_("add one, or remove the pair"))


def _correlation_matrix(model: Model) -> Floats:
    """Return the matrix of all stated correlations; pairs not stated have none."""
    names = sorted({name for pair in model.correlations for name in pair.parameters})
    matrix = np.eye(len(names))
    for pair in model.correlations:
        row, column = (names.index(name) for name in pair.parameters)
        matrix[row, column] = matrix[column, row] = pair.coefficient
    return matrix
