"""Streams depend on seed, decision and draw index, and on nothing else."""

import numpy as np
import pytest
from scipy import stats

from equipoise.core.errors import FieldError
from equipoise.core.random import patient_key, patient_uniforms, philox, uniforms


def test_first_numbers_never_change() -> None:
    """Published results depend on these bits; a new release must not move them."""
    found = uniforms(seed=20260601, decision="parameter cost_care", size=5)
    expected = [
        0.6235957875296992,
        0.24100407963597548,
        0.30388976375748256,
        0.1884631124676196,
        0.132448675974281,
    ]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("first", [0, 1, 2, 3, 4, 5, 7, 8, 97, 996])
@pytest.mark.parametrize("size", [0, 1, 3, 4])
def test_a_chunk_is_the_same_stretch_of_the_whole(first: int, size: int) -> None:
    whole = uniforms(seed=7, decision="a", size=1000)
    chunk = uniforms(seed=7, decision="a", size=size, first=first)
    np.testing.assert_array_equal(chunk, whole[first : first + size])


@pytest.mark.parametrize("size", [1, 2, 5, 999])
def test_more_draws_keep_the_earlier_ones(size: int) -> None:
    few = uniforms(seed=7, decision="a", size=size)
    many = uniforms(seed=7, decision="a", size=1000)
    np.testing.assert_array_equal(few, many[:size])


def test_far_draws_are_reached_at_once() -> None:
    far = uniforms(seed=7, decision="a", size=9, first=10**15 + 1)
    again = uniforms(seed=7, decision="a", size=3, first=10**15 + 4)
    np.testing.assert_array_equal(far[3:6], again)


def test_seeds_and_decisions_are_independent() -> None:
    numbers = [
        uniforms(seed=seed, decision=decision, size=20_000)
        for seed in (0, 1, 2**64 - 1)
        for decision in ("a", "b", "parameter a")
    ]
    correlation = np.corrcoef(numbers) - np.eye(len(numbers))
    assert np.abs(correlation).max() < 4.5 / np.sqrt(20_000)


def test_numbers_are_uniform_and_strictly_inside() -> None:
    numbers = uniforms(seed=3, decision="a", size=200_000)
    assert numbers.dtype == np.float64
    assert numbers.min() > 0.0
    assert numbers.max() < 1.0
    assert stats.kstest(numbers, "uniform").pvalue > 0.001
    assert np.unique(numbers).size == numbers.size


def test_extreme_bits_stay_strictly_inside() -> None:
    """All bits zero, or all one, still give a number between 0 and 1."""
    for bits in (0, 2**64 - 1):
        number = (np.uint64(bits) >> np.uint64(12)) + 0.5
        assert 0.0 < number * 2.0**-52 < 1.0


@pytest.mark.parametrize(
    ("seed", "size", "first"), [(-1, 1, 0), (2**64, 1, 0), (0, -1, 0), (0, 1, -1)]
)
def test_impossible_requests_are_refused(seed: int, size: int, first: int) -> None:
    with pytest.raises(FieldError):
        uniforms(seed=seed, decision="a", size=size, first=first)


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ("00000000 00000000 00000000 00000000", "00000000 00000000",
         "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff",
         "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0",
         "d16cfe09 94fdcceb 5001e420 24126ea1"),
    ],
)  # fmt: skip
def test_philox_gives_the_words_that_its_authors_publish(
    counter: str, key: str, expected: str
) -> None:
    """Known answers of Random123, philox4x32 with 10 rounds."""
    words = tuple(np.uint64(int(word, 16)) for word in counter.split())
    first, second = (int(word, 16) for word in key.split())
    found = philox(words, (first, second))
    assert " ".join(f"{int(word):08x}" for word in found) == expected


def test_luck_of_patients_is_uniform_and_unrelated() -> None:
    key = patient_key(seed=3, decision="transition")
    patients, draws = np.arange(300)[:, None], np.arange(300) + 2**40
    found = [patient_uniforms(key, draws=draws, patients=patients, index=k) for k in (0, 1, 6)]
    for luck in found:
        assert stats.kstest(luck.ravel(), "uniform").pvalue > 1e-3
        assert abs(np.corrcoef(luck[1:].ravel(), luck[:-1].ravel())[0, 1]) < 0.015
        assert abs(np.corrcoef(luck[:, 1:].ravel(), luck[:, :-1].ravel())[0, 1]) < 0.015
    assert abs(np.corrcoef(found[0].ravel(), found[1].ravel())[0, 1]) < 0.015
    assert len({float(value) for luck in found for value in luck.ravel()}) > 269_980
