"""The text form of distributions and constants: what is accepted, refused and said."""

from math import exp, inf, log, nan, sqrt

import pytest
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from equipoise.core.errors import FieldError
from equipoise.spec.distribution import (
    ConstantField,
    Distribution,
    DistributionField,
    constant,
    parse_distribution,
)
from equipoise.spec.distribution_arguments import natural_parameters
from equipoise.spec.distribution_kinds import ARGUMENT_SETS, PARAMETRIC_KINDS, usage
from equipoise.spec.distribution_moments import moments

Z95 = 1.959963984540054

ACCEPTED = [  # text, frozen SciPy distribution of the same meaning
    ("normal(mean=3, sd=2)", stats.norm(3, 2)),
    ("normal(mean=3, se=2)", stats.norm(3, 2)),
    ("normal(mean=3, low=3-3.92, high=3+3.92)", stats.norm(3, 2)),
    ("normal(low=3-3.92, high=3+3.92)", stats.norm(3, 2)),
    ("lognormal(log_mean=log(0.6), log_sd=0.02)", stats.lognorm(0.02, scale=0.6)),
    (
        "lognormal(mean=4, sd=3)",
        stats.lognorm(sqrt(log(25 / 16)), scale=4 / 1.25),
    ),
    ("lognormal(mean=4, se=3)", stats.lognorm(sqrt(log(25 / 16)), scale=4 / 1.25)),
    (
        "lognormal(median=2, low=2*exp(-1.96), high=2*exp(1.96))",
        stats.lognorm(1, scale=2),
    ),
    ("lognormal(low=2*exp(-1.96), high=2*exp(1.96))", stats.lognorm(1, scale=2)),
    ("beta(alpha=2, beta=6)", stats.beta(2, 6)),
    ("beta(mean=0.25, sd=sqrt(0.25*0.75/9))", stats.beta(2, 6)),
    ("beta(mean=0.25, se=sqrt(0.25*0.75/9))", stats.beta(2, 6)),
    ("beta(mean=0.5, low=0.5-0.392, high=0.5+0.392)", stats.beta(2.625, 2.625)),
    ("gamma(shape=30, rate=200)", stats.gamma(30, scale=1 / 200)),
    ("gamma(shape=30, scale=2)", stats.gamma(30, scale=2)),
    ("gamma(mean=4000, sd=2000)", stats.gamma(4, scale=1000)),
    ("gamma(mean=4000, se=2000)", stats.gamma(4, scale=1000)),
    ("gamma(mean=4000, low=80, high=80+3.92*2000)", stats.gamma(4, scale=1000)),
    ("uniform(low=-1, high=3)", stats.uniform(-1, 4)),
    ("triangular(low=1, mode=2, high=5)", stats.triang(0.25, loc=1, scale=4)),
    ("triangular(low=1, mode=1, high=5)", stats.triang(0, loc=1, scale=4)),
    ("pert(low=1, mode=2, high=5)", stats.beta(2, 4, loc=1, scale=4)),
    ("weibull(shape=1.5, scale=3)", stats.weibull_min(1.5, scale=3)),
    ("exponential(rate=0.25)", stats.expon(scale=4)),
    ("exponential(mean=4)", stats.expon(scale=4)),
    (
        "truncated_normal(mean=36, sd=15, lowest=18, highest=110)",
        stats.truncnorm(-1.2, 74 / 15, loc=36, scale=15),
    ),
    ("truncated_normal(mean=0, sd=2, lowest=-18, highest=-10)", stats.truncnorm(-9, -5, scale=2)),
]


@pytest.mark.parametrize(("text", "expected"), ACCEPTED, ids=[text for text, _ in ACCEPTED])
def test_each_argument_set_has_the_moments_of_scipy(text: str, expected) -> None:
    found = parse_distribution(text)
    assert found.text == text
    assert found.mean == pytest.approx(expected.mean(), rel=1e-12)
    assert found.sd == pytest.approx(expected.std(), rel=1e-12)


def test_every_argument_set_is_tested() -> None:
    """Each documented set stands in the list above."""
    tested = set()
    for text, _ in ACCEPTED:
        kind, inside = text[:-1].split("(", 1)
        names = tuple(part.split("=")[0].strip() for part in inside.split(", "))
        tested.add((kind, names))
    documented = {(kind, names) for kind in PARAMETRIC_KINDS for names in ARGUMENT_SETS[kind]}
    assert tested == documented


@pytest.mark.parametrize("kind", PARAMETRIC_KINDS)
def test_natural_parameters_do_not_change_when_normalised_again(kind) -> None:
    text = next(text for text, _ in ACCEPTED if text.startswith(kind))
    natural = dict(parse_distribution(text).arguments)
    assert natural_parameters(kind, natural) == natural
    assert moments(kind, natural) == pytest.approx(moments(kind, natural_parameters(kind, natural)))


def test_interval_is_the_central_95_percent() -> None:
    ratio = parse_distribution("lognormal(median=0.6, low=0.4, high=0.9)")
    spread = ratio.arguments["log_sd"] * Z95
    assert exp(ratio.arguments["log_mean"] - spread) == pytest.approx(0.4, rel=1e-4)
    assert exp(ratio.arguments["log_mean"] + spread) == pytest.approx(0.9, rel=1e-4)


def test_empirical_is_sorted_merged_and_weighted() -> None:
    found = parse_distribution("empirical(values=[3, -1, 3.0, 8], weights=[1, 2, 1, 0])")
    assert found.values == (-1.0, 3.0)
    assert found.weights == (0.5, 0.5)
    assert (found.mean, found.sd) == (1.0, 2.0)
    assert found.describe() == "empirical, mean 1, SD 2 (2 values)"


def test_empirical_takes_ten_thousand_numbers() -> None:
    listed = ", ".join(f"{k * 1.2345678901234567:.17g}" for k in range(10_000))
    found = parse_distribution(f"empirical(values=[{listed}])")
    assert len(found.values) == 10_000
    with pytest.raises(FieldError, match="list of 1 to 10000 numbers"):
        parse_distribution(f"empirical(values=[{listed}, 1])")


def test_text_may_stand_on_several_lines() -> None:
    found = parse_distribution("gamma(\n  mean=2,\n  sd=1/2)\n")
    assert (found.mean, found.sd) == (2.0, 0.5)


REFUSED = [  # text, part of the message, part of the fix
    ("gama(mean=1, sd=1)", "'gama' is not a distribution", "did you mean 'gamma'"),
    ("norm(mean=1, sd=1)", "'norm' is not a distribution", "did you mean 'normal'"),
    ("zzz(mean=1)", "'zzz' is not a distribution", "use one of normal, lognormal"),
    ("dirichlet(a=1)", "'dirichlet' is not a distribution", "`joint`"),
    ("multivariate_normal(a=1)", "is not a distribution", "`joint`"),
    ("fixed(value=1)", "is not a distribution", "omit"),
    ("lognormal(meanlog=1, sdlog=1)", "no argument 'meanlog'", "did you mean 'log_mean'"),
    ("gamma(mean=1, sdd=1)", "no argument 'sdd'", "did you mean 'sd'"),
    ("uniform(min=1, max=2)", "no argument 'min'", "did you mean 'low'"),
    ("gamma(mean=1, zzzz=1)", "no argument 'zzzz'", "use gamma(shape, rate) or"),
    ("gamma(mean=1)", "cannot be made from mean", "gamma(mean, sd)"),
    ("gamma()", "cannot be made from no arguments", "gamma(mean, sd)"),
    ("gamma(mean=1, sd=1, shape=1)", "cannot be made from", "gamma(mean, sd)"),
    ("gamma(mean=1, sd=1, sd=2)", "'sd' of gamma stands twice", "keep one"),
    ("beta(130, 45)", "every argument of beta needs its name", "beta(alpha, beta)"),
    ("gamma(**{'mean': 1})", "needs its name", "name=value"),
    ("gamma(mean=4, sd=0)", "sd of gamma must be above 0, not 0", "omit the distribution"),
    ("normal(mean=4, se=-1)", "se of normal must be above 0", "omit the distribution"),
    ("beta(alpha=0, beta=1)", "alpha of beta must be above 0", "correct"),
    ("gamma(mean=-4, sd=1)", "mean of gamma must be above 0", "correct"),
    ("lognormal(mean=0, sd=1)", "mean of lognormal must be above 0", "correct"),
    ("beta(mean=1.5, sd=0.1)", "must be between 0 and 1", "gamma or lognormal"),
    ("beta(mean=0.5, sd=0.5)", "sd 0.5 is too large", "sqrt(mean*(1-mean)) = 0.5"),
    ("uniform(low=2, high=2)", "low 2 of uniform must be below high 2", "swap"),
    ("normal(low=3, high=2)", "must be below high", "swap"),
    ("pert(low=1, mode=9, high=3)", "mode 9 of pert is outside low 1 to high 3", "three"),
    ("lognormal(median=5, low=1, high=2)", "median 5 of lognormal is outside", "three"),
    ("lognormal(low=0, high=2)", "low 0 is impossible", "normal"),
    ("gamma(mean=1, low=-1, high=2)", "low -1 is impossible", "normal"),
    ("beta(mean=0.9, low=0.5, high=1.1)", "high 1.1 is impossible", "gamma or normal"),
    ("lognormal(log_mean=5000, log_sd=1)", "too large or too small", "unit"),
    ("weibull(shape=0.001, scale=1)", "too large or too small", "unit"),
    ("gamma(mean=log(-1), sd=1)", "mean", ""),
    ("gamma(mean=1/0, sd=1)", "mean", ""),
    ("gamma(mean=x, sd=1)", "'x' is a name", "value"),
    ("gamma(mean=3*month, sd=1)", "'month' is a name", "value"),
    ("gamma(mean=first(1), sd=1)", "mean: ", ""),
    ("gamma(mean=mortality(1), sd=1)", "mean: ", ""),
    ("gamma(mean=9**9**9**9, sd=1)", "mean: ", ""),
    ("gamma(mean=4 sd=3)", "cannot be read", "gamma(mean=4000, sd=300)"),
    ("gamma", "is not a distribution", "gamma(mean=4000, sd=300)"),
    ("", "cannot be read", "gamma(mean=4000, sd=300)"),
    ("3", "is not a distribution", "gamma(mean=4000, sd=300)"),
    ("gamma(mean=1, sd=1) + 1", "is not a distribution", "gamma(mean=4000, sd=300)"),
    ("os.system(low=1)", "is not a distribution", "gamma(mean=4000, sd=300)"),
    ("gamma(mean=__import__('os'), sd=1)", "mean", ""),
    ("gamma(mean=[1], sd=1)", "mean", ""),
    ("gamma(mean=" + "(" * 300 + "1" + ")" * 300 + ", sd=1)", "characters", "shorten"),
    ("gamma(mean=" + "(" * 220 + "1" + ")" * 220 + ", sd=1)", "", ""),
    ("gamma(mean=1\0, sd=1)", "cannot be read", "gamma"),
    ("empirical(values=3)", "must be a list", "[1.5, 2, 4]"),
    ("empirical(values=[])", "must be a list", "[1.5, 2, 4]"),
    ("empirical(values=[1, 'a'])", "not a number", "numbers only"),
    ("empirical(values=[1, True])", "not a number", ""),
    ("empirical(values=[1, 2+3])", "not a number", "numbers only"),
    ("empirical(values=[1, 1])", "two different values", "omit"),
    ("empirical(values=[1, 2], weights=[1])", "2 values but 1 weights", "one weight"),
    ("empirical(values=[1, 2], weights=[1, -1])", "weights of empirical", "correct"),
    ("empirical(values=[1, 2], weights=[0, 0])", "weights of empirical", "correct"),
    ("empirical(values=[1e308, -1e308])", "no finite value", ""),
    ("empirical(values=[1e999, 1])", "no finite value", ""),
]


@pytest.mark.parametrize(("text", "message", "fix"), REFUSED, ids=[row[0][:40] for row in REFUSED])
def test_mistakes_are_answered_with_their_fix(text: str, message: str, fix: str) -> None:
    with pytest.raises(FieldError) as caught:
        parse_distribution(text)
    assert message in caught.value.message
    assert fix in caught.value.fix
    assert caught.value.fix


def test_an_argument_mistake_has_its_column() -> None:
    text = "gamma(mean=4, sd=3*sigma_b)"
    with pytest.raises(FieldError) as caught:
        parse_distribution(text)
    assert caught.value.message.startswith("sd: ")
    assert caught.value.column is not None
    assert caught.value.column >= text.index("3*")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (3, 3.0),
        (2.5, 2.5),
        ("52/54", 52 / 54),
        (" 8506*0.617+1 ", 8506 * 0.617 + 1),
        ("17.4/sqrt(25)", 3.48),
        ("-3", -3.0),
        ("1e6", 1e6),
    ],
)
def test_constants(given, expected: float) -> None:
    found = constant(given)
    assert type(found) is float
    assert found == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    "given", [True, None, inf, nan, "a", "1/0", "log(0)", "", "1;2", "month", 10**400]
)
def test_no_constants(given) -> None:
    with pytest.raises(FieldError):
        constant(given)


def test_constant_field_in_a_model() -> None:
    adapter = TypeAdapter(ConstantField)
    assert adapter.validate_python("1/4") == 0.25
    assert adapter.dump_python(0.25) == 0.25
    kinds = adapter.json_schema()["anyOf"]
    assert kinds == [{"type": "number"}, {"type": "string"}]
    for wrong in (True, [1], None, {"a": 1}):
        with pytest.raises(ValidationError):
            adapter.validate_python(wrong)


def test_distribution_field_in_a_model() -> None:
    adapter = TypeAdapter(DistributionField)
    found = adapter.validate_python("gamma(mean=4000, sd=300)")
    assert isinstance(found, Distribution)
    assert adapter.validate_python(found) is found
    assert adapter.dump_python(found) == "gamma(mean=4000, sd=300)"
    assert adapter.dump_json(found) == b'"gamma(mean=4000, sd=300)"'
    assert adapter.validate_json(adapter.dump_json(found)) == found
    assert hash(adapter.validate_json(adapter.dump_json(found))) == hash(found)
    schema = adapter.json_schema()
    assert schema["type"] == "string"
    assert all(usage(kind) in schema["description"] for kind in ARGUMENT_SETS)
    for wrong in (3, None, ["gamma"], "gama(mean=1, sd=1)"):
        with pytest.raises(ValidationError):
            adapter.validate_python(wrong)


def test_field_error_keeps_its_fix_inside_pydantic() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(DistributionField).validate_python("gama(mean=1, sd=1)")
    error = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(error, FieldError)
    assert error.fix == "did you mean 'gamma'?"
