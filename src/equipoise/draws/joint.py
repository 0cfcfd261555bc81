"""Parameters that are drawn together: correlations, multivariate normal, Dirichlet."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

import numpy as np
import scipy

from equipoise.core.errors import FieldError
from equipoise.core.random import FloatArray
from equipoise.core.translation import translate as _
from equipoise.draws.designs import strictly_inside
from equipoise.draws.quantiles import normal_scores
from equipoise.spec.joint_check import covariance_matrix
from equipoise.spec.quantity import Correlation, Joint, JointDirichlet, JointNormal, Quantity

_TOLERANCE = 1e-6  # matrices are printed with a few digits


def check_together(
    parameters: Mapping[str, Quantity],
    *,
    joint: Mapping[str, Joint],
    correlations: Sequence[Correlation],
) -> None:
    """Refuse parameters that cannot be drawn together as stated.

    Parameters
    ----------
    parameters
        Every input by name.
    joint, correlations
        Of the model file.

    Raises
    ------
    FieldError
        If a name is unknown or stands twice, a joint member has a distribution
        of its own, a correlated one has none, or a matrix is impossible.

    Examples
    --------
    >>> check_together({}, joint={}, correlations=())
    """
    owner: dict[str, str] = {}
    for group, spec in joint.items():
        for name in spec.parameters:
            _check_member(parameters, name, group=group, owner=owner)
            owner[name] = group
        if isinstance(spec, JointDirichlet):
            _check_dirichlet(parameters, spec, group=group)
        else:
            _covariance_root(spec)
    seen: set[frozenset[str]] = set()
    for pair in correlations:
        names = frozenset(pair.parameters)
        if len(names) < 2 or names in seen:
            message = _(
                "the correlation of {names} is not one of a new pair",
                names=_listed(pair.parameters),
            )
            raise FieldError(message, fix=_("name two different parameters, each pair once"))
        seen.add(names)
        for name in pair.parameters:
            _check_correlated(parameters, name, owner=owner)
    for names_together in correlated_groups(correlations):
        _correlation_root(names_together, correlations)


def correlated_groups(correlations: Sequence[Correlation]) -> list[tuple[str, ...]]:
    """Return the sets of parameters that are linked by correlations, each sorted.

    Examples
    --------
    >>> pairs = [("a", "b"), ("d", "c"), ("b", "e")]
    >>> correlated_groups([Correlation(parameters=p, coefficient=0.1) for p in pairs])
    [('a', 'b', 'e'), ('c', 'd')]
    """
    groups: list[set[str]] = []
    for pair in correlations:
        linked = [group for group in groups if group & set(pair.parameters)]
        groups = [group for group in groups if group not in linked]
        groups.append(set(pair.parameters).union(*linked))
    return sorted(tuple(sorted(group)) for group in groups)


def correlated_points(
    points: Mapping[str, FloatArray], correlations: Sequence[Correlation]
) -> dict[str, FloatArray]:
    """Return the uniform numbers of the correlated parameters, through a Gaussian copula.

    Pairs that are not stated have correlation 0 of their normal scores. The
    first parameter of a linked set, in sorted order, keeps its own numbers.

    Parameters
    ----------
    points
        Name -> independent uniform numbers, shape ``(draws,)``.
    correlations
        Pairs with the correlation of their normal scores.

    Returns
    -------
    dict
        The correlated names only -> uniform numbers, strictly between 0 and 1.

    Raises
    ------
    FieldError
        If the correlations contradict each other; the message names them.

    References
    ----------
    Nelsen (2006), An Introduction to Copulas, section 2.3; the rank correlation
    is ``6/pi * asin(coefficient/2)``.

    Examples
    --------
    >>> pair = Correlation(parameters=("a", "b"), coefficient=0.9)
    >>> found = correlated_points({"a": np.array([0.1]), "b": np.array([0.5])}, [pair])
    >>> found["b"].round(3)
    array([0.124])
    """
    found: dict[str, FloatArray] = {}
    for names in correlated_groups(correlations):
        root = _correlation_root(names, correlations)
        scores = _mixed(root, [normal_scores(points[name]) for name in names])
        for name, score in zip(names, scores, strict=True):
            # Far in the tail the share of a finite score rounds to 1.
            found[name] = strictly_inside(scipy.special.ndtr(score))
        found[names[0]] = points[names[0]]
    return found


def normal_values(
    joint: JointNormal, means: Mapping[str, float], points: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Draw the members of a multivariate normal distribution.

    Parameters
    ----------
    joint
        Members and their covariance, in the members' units.
    means
        Name -> mean in the member's unit.
    points
        Name -> independent uniform numbers, shape ``(draws,)``.

    Returns
    -------
    dict
        Name -> values in the member's unit, shape ``(draws,)``.

    Raises
    ------
    FieldError
        If the covariance is not a symmetric positive semi-definite matrix.

    References
    ----------
    Briggs, Claxton, Sculpher (2006), Decision Modelling for Health Economic
    Evaluation, section 4.4 (Cholesky decomposition).

    Examples
    --------
    >>> joint = JointNormal.model_validate({"distribution": "multivariate_normal",
    ...     "parameters": ["a", "b"], "covariance": [[4.0], [4.0, 4.0]]})
    >>> half = np.array([0.5, 0.9])
    >>> found = normal_values(joint, {"a": 10.0, "b": 20.0}, {"a": half, "b": half})
    >>> found["b"] - found["a"]
    array([10., 10.])
    """
    scores = _mixed(_covariance_root(joint), [normal_scores(points[n]) for n in joint.parameters])
    return {n: means[n] + score for n, score in zip(joint.parameters, scores, strict=True)}


def dirichlet_values(
    joint: JointDirichlet, points: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Draw shares that add up to one.

    Parameters
    ----------
    joint
        Members and their counts.
    points
        Name -> independent uniform numbers, shape ``(draws,)``.

    Returns
    -------
    dict
        Name -> share, unit 1, shape ``(draws,)``.

    References
    ----------
    Devroye (1986), Non-Uniform Random Variate Generation, theorem XI.4.1
    (gamma variates over their sum).

    Examples
    --------
    >>> joint = JointDirichlet(distribution="dirichlet", parameters=("a", "b"), counts=(1.0, 1.0))
    >>> found = dirichlet_values(joint, {"a": np.array([0.5]), "b": np.array([0.5])})
    >>> found["a"]
    array([0.5])
    """
    logs = [
        _log_gamma_quantile(count, points[name])
        for name, count in zip(joint.parameters, joint.counts, strict=True)
    ]
    largest = np.maximum.reduce(logs)
    parts = [np.exp(log - largest) for log in logs]
    total = sum(parts[1:], start=parts[0])
    return {name: part / total for name, part in zip(joint.parameters, parts, strict=True)}


def _log_gamma_quantile(shape: float, u: FloatArray) -> FloatArray:
    """Return the logarithm of a gamma quantile; for tiny ones by the first term of its series."""
    values = scipy.special.gammaincinv(shape, u)
    tiny = (np.log(u) + scipy.special.gammaln(shape + 1)) / shape
    logs: FloatArray = np.where(values > 1e-200, np.log(np.maximum(values, 1e-200)), tiny)
    return logs


def _mixed(root: FloatArray, scores: Sequence[FloatArray]) -> list[FloatArray]:
    """Return ``root @ scores``, added up in one order.

    A matrix product may add in another order for another number of draws, and
    then more draws would not keep the earlier ones bit by bit.
    """
    mixed = []
    for row in root:
        total = np.zeros_like(scores[0])
        for weight, score in zip(row, scores, strict=True):
            if weight != 0:
                total = total + weight * score
        mixed.append(total)
    return mixed


def _covariance_root(joint: JointNormal) -> FloatArray:
    """Return a matrix whose product with its transpose is the covariance."""
    names = _listed(joint.parameters)
    matrix = covariance_matrix(joint)
    if matrix is None:
        message = _("the covariance of {names} lacks rows or columns", names=names)
        raise FieldError(message, fix=_("write the full matrix, or its lower triangle row by row"))
    variances = np.diag(matrix)
    if bool((variances < 0).any()):
        message = _("a variance of {names} is below 0", names=names)
        raise FieldError(message, fix=_("correct the diagonal of the covariance"))
    spread = np.sqrt(variances)
    # Units may differ by orders of magnitude: judge the matrix of correlations.
    scale = np.where(spread > 0, spread, 1.0)
    scaled = matrix / np.outer(scale, scale)
    if not np.allclose(scaled, scaled.T, rtol=0, atol=_TOLERANCE):
        message = _("the covariance of {names} is not symmetric", names=names)
        fix = _("write its lower triangle row by row, as the source has it")
        raise FieldError(message, fix=fix)
    return scale[:, None] * _root(scaled, names=joint.parameters)


def _correlation_root(names: Sequence[str], correlations: Sequence[Correlation]) -> FloatArray:
    """Return the root of the matrix of one linked set of correlations."""
    matrix = np.eye(len(names))
    for pair in correlations:
        if pair.parameters[0] in names:
            row, column = (names.index(name) for name in pair.parameters)
            matrix[row, column] = matrix[column, row] = pair.coefficient
    return _root(matrix, names=names)


def _root(matrix: FloatArray, *, names: Sequence[str]) -> FloatArray:
    """Return the Cholesky factor, or the symmetric root if the matrix is singular."""
    try:
        return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(matrix)
    if values[0] < -_TOLERANCE:
        message = _("the correlations of {names} contradict each other", names=_listed(names))
        fix = _("check signs and sizes against the source; the matrix must be positive definite")
        raise FieldError(message, fix=fix)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    # Setting the smallest values to 0 must not widen any parameter's own distribution.
    size = np.sqrt(np.sum(root**2, axis=1))
    kept = np.sqrt(np.diag(matrix)) / np.where(size > 0, size, 1.0)
    return np.asarray(root * kept[:, None], dtype=np.float64)


def _check_member(
    parameters: Mapping[str, Quantity], name: str, *, group: str, owner: Mapping[str, str]
) -> None:
    """Refuse a joint member that is unknown, drawn twice, or drawn on its own."""
    _check_known(parameters, name)
    if name in owner:
        message = _(
            "'{name}' is drawn twice: in '{first}' and in '{second}'",
            name=name, first=owner[name], second=group,
        )  # fmt: skip
        raise FieldError(message, fix=_("name it in one of them only"))
    if parameters[name].distribution is not None:
        message = _(
            "'{name}' is drawn in '{group}' and has a distribution of its own",
            name=name, group=group,
        )  # fmt: skip
        raise FieldError(message, fix=_("remove one of them"))


def _check_correlated(
    parameters: Mapping[str, Quantity], name: str, *, owner: Mapping[str, str]
) -> None:
    """Refuse a correlated parameter that is unknown or has no distribution of its own."""
    _check_known(parameters, name)
    if name in owner:
        message = _(
            "'{name}' is correlated, but already drawn in '{group}'", name=name, group=owner[name]
        )
        raise FieldError(message, fix=_("put the correlation into the covariance"))
    if parameters[name].distribution is None:
        message = _("'{name}' is correlated, but has no distribution", name=name)
        raise FieldError(message, fix=_("add a distribution, or remove the correlation"))


def _check_known(parameters: Mapping[str, Quantity], name: str) -> None:
    """Refuse a name that is no parameter."""
    if name not in parameters:
        near = get_close_matches(name, parameters, n=1)
        message = _("'{name}' is not a parameter", name=name)
        fix = _("did you mean '{near}'?", near=near[0]) if near else _("remove it")
        raise FieldError(message, fix=fix)


def _check_dirichlet(
    parameters: Mapping[str, Quantity], joint: JointDirichlet, *, group: str
) -> None:
    """Refuse counts that do not fit the members."""
    if len(joint.counts) != len(joint.parameters) or min(joint.counts) <= 0:
        message = _(
            "'{group}' needs one count above 0 for each of {names}",
            group=group, names=_listed(joint.parameters),
        )  # fmt: skip
        raise FieldError(message, fix=_("correct the list of counts"))


def _listed(names: Sequence[str]) -> str:
    """Return the names in quotes."""
    return ", ".join(f"'{name}'" for name in names)
