"""Survival functions as statements: what does not change with the draw stays outside its loop.

Shapes and times enter as logarithms, so that a draw costs two exponentials and no power.
"""

from collections.abc import Callable, Mapping, Sequence

from equipoise.clinical.compiled.statements import Statements, Value
from equipoise.spec.formula.survival import STEADY

Write = Callable[[Statements, Value, Sequence[Value]], Value]
"""From the statements, the time since the start and the other arguments to a value."""


def survival(statements: Statements, name: str, arguments: Sequence[Value]) -> Value:
    """Write the share that is alive, as `spec.formula.survival` has it.

    Parameters
    ----------
    statements
        Where to write.
    name
        Of the function.
    arguments
        Its arguments, in the order of a formula.
    """
    if name in _LOGARITHMS:
        return statements.set("exp({0})", log_survival(statements, name, arguments))
    return _SHARES[name](statements, _since_start(statements, arguments[0]), arguments[1:])


def has_logarithm(name: str) -> bool:
    """Return whether the logarithm of a function comes before the function itself."""
    return name in _LOGARITHMS


def log_survival(statements: Statements, name: str, arguments: Sequence[Value]) -> Value:
    """Write the logarithm of the share that is alive, where `has_logarithm`."""
    return _LOGARITHMS[name](statements, _since_start(statements, arguments[0]), arguments[1:])


def _since_start(statements: Statements, t: Value) -> Value:
    """Return the time; 0 before the start."""
    return statements.set("(0.0 if {0} < 0.0 else {0})", t)


def _guarded(statements: Statements, value: Value, condition: str, *others: Value) -> Value:
    """Return a parameter, or no number where there is no such distribution."""
    return statements.set(f"({{0}} if {condition} else np.nan)", value, *others)


def _exponential(statements: Statements, t: Value, others: Sequence[Value]) -> Value:
    """Return the logarithm of an exponential share."""
    rate = _guarded(statements, others[0], "{0} >= 0.0")
    return statements.set("(-{0} * {1})", rate, t)


def _weibull(statements: Statements, t: Value, others: Sequence[Value]) -> Value:
    """Return the logarithm of a Weibull share."""
    return statements.set("(-exp({0}))", _log_of_power(statements, t, others))


def _log_of_power(statements: Statements, t: Value, others: Sequence[Value]) -> Value:
    """Return the logarithm of (t / scale) ** shape."""
    shape, scale = others
    guarded = _guarded(statements, shape, "({0} > 0.0) & ({1} > 0.0)", scale)
    logs = [statements.set("log({0})", value) for value in (t, scale)]
    return statements.set("({0} * ({1} - {2}))", guarded, *logs)


def _gompertz(statements: Statements, t: Value, others: Sequence[Value]) -> Value:
    """Return the logarithm of a Gompertz share, exponential where the hazard all but rests."""
    shape, rate = others
    guarded = _guarded(statements, rate, "({0} >= 0.0) & ({1} == {1})", shape)
    ratio = statements.set("({0} / {1})", guarded, shape)
    growth = statements.set("({0} * {1})", shape, t)
    risen = statements.set("({0} * least(expm1({1}), 1e300))", ratio, growth)
    steady = statements.set("({0} * {1})", guarded, t)
    return statements.set(
        f"(-({{0}} if np.abs({{1}}) >= {STEADY!r} else {{2}}))", risen, growth, steady
    )


def _lognormal(statements: Statements, t: Value, others: Sequence[Value]) -> Value:
    """Return a lognormal share."""
    w = _standardised(statements, t, *others)
    return statements.set("normal_tail({0})", w)


def _standardised(statements: Statements, t: Value, mean: Value, sd: Value) -> Value:
    """Return how many deviations the logarithm of a time lies above its mean."""
    guarded = _guarded(statements, sd, "({0} > 0.0) & ({1} == {1})", mean)
    per_sd = statements.set("(1.0 / {0})", guarded)
    logarithm = statements.set("log({0})", t)
    return statements.set("(({0} - {1}) * {2})", logarithm, mean, per_sd)


def _loglogistic(statements: Statements, t: Value, others: Sequence[Value]) -> Value:
    """Return a log-logistic share."""
    odds = _log_of_power(statements, t, others)
    return statements.set("(1.0 / (1.0 + exp({0})))", odds)


def _gamma(statements: Statements, t: Value, others: Sequence[Value]) -> Value:
    """Return a gamma share, as that of a generalised gamma."""
    shape, rate = others
    guarded = _guarded(statements, shape, "({0} > 0.0) & ({1} > 0.0)", rate)
    root = statements.set("np.sqrt({0})", guarded)
    per_mean = statements.set("({1} / {0})", guarded, rate)
    w = statements.set("(log({0} * {1}) * {2})", t, per_mean, root)
    q = statements.set("(1.0 / {0})", root)
    norm = statements.set("gamma_norm({0})", guarded)
    return statements.set("gamma_tail({0}, {1}, {2}, {3})", w, q, guarded, norm)


def _generalised_gamma(statements: Statements, t: Value, others: Sequence[Value]) -> Value:
    """Return a generalised gamma share."""
    mu, sigma, q = others
    w = _standardised(statements, t, mu, sigma)
    shape = statements.set("(1.0 / ({0} * {0}))", q)
    norm = statements.set("gamma_norm({0})", shape)
    return statements.set("gamma_tail({0}, {1}, {2}, {3})", w, q, shape, norm)


_LOGARITHMS: Mapping[str, Write] = {
    "exponential_survival": _exponential,
    "weibull_survival": _weibull,
    "gompertz_survival": _gompertz,
}
_SHARES: Mapping[str, Write] = {
    "lognormal_survival": _lognormal,
    "loglogistic_survival": _loglogistic,
    "gamma_survival": _gamma,
    "generalised_gamma_survival": _generalised_gamma,
}
