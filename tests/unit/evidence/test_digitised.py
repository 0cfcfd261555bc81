"""Patients from points read off a printed curve: what is assumed, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from equipoise.core.errors import FieldError, SeveralErrors, SpecError
from equipoise.evidence.curves import (
    DigitisedCurve,
    Reconstruction,
    at_risk,
    kaplan_meier,
    read_curves,
    read_patients,
    reconstruct,
)


def curve(points: dict[float, float], numbers: dict[float, float], events: int | None = None):
    return DigitisedCurve(
        np.array(list(points), dtype=float), np.array(list(points.values()), dtype=float),
        np.array(list(numbers), dtype=float), np.array(list(numbers.values()), dtype=float),
        events=events,
    )  # fmt: skip


def happened(found: Reconstruction) -> list[float]:
    return found.data.time[found.data.event].tolist()


STEPS = {1: 0.9, 2: 0.8, 4: 0.7, 5: 0.7}


def test_nobody_leaves_where_nothing_is_known() -> None:
    found = reconstruct(curve(STEPS, {0: 10}))
    assert happened(found) == [1, 2, 4]
    assert found.data.time[~found.data.event].tolist() == [5] * 7
    assert found.largest_difference < 1e-12
    assert "nobody leaves without an event before 5" in found.doubts[0]


def test_numbers_at_risk_tell_who_leaves() -> None:
    """Of 20, 2 of the 4 who are missing at 2 had the event; the third step is of 14 to 12."""
    found = reconstruct(curve({1: 0.9, 2.5: 0.9, 3: 0.77, 4: 0.77}, {0: 20, 2: 14, 4: 10}))
    assert at_risk(found.data, np.array([0.0, 2.0, 4.0])).tolist() == [20, 14, 10]
    assert happened(found) == [1, 1, 3, 3]
    assert found.data.time[~found.data.event][:4].tolist() == pytest.approx([0.4, 0.8, 1.2, 1.6])


def test_who_leaves_after_the_last_number_goes_on_as_before() -> None:
    found = reconstruct(curve({1: 1.0, 2: 1.0, 4: 1.0}, {0: 20, 2: 16}))
    left = found.data.time
    assert (left < 2).sum() == 4
    assert ((left > 2) & (left < 4)).sum() == 4
    assert (left == 4).sum() == 12
    assert "after 2 no number at risk is printed" in found.doubts[0]


@pytest.mark.parametrize("events", range(6, 11))
def test_events_in_all_tell_who_leaves_at_the_end(events: int) -> None:
    """If nobody leaves, 10 events make the curve; the more leave, the fewer are needed."""
    times = np.linspace(0.5, 10, 20)
    points = dict(zip(times.tolist(), np.exp(-0.07 * times).tolist(), strict=True))
    found = reconstruct(curve(points, {0: 20}, events=events))
    assert found.data.events == events
    assert found.data.patients == 20
    assert found.at_risk.tolist() == [20]
    assert not [doubt for doubt in found.doubts if "printed" in doubt]


def test_events_that_cannot_be_are_a_doubt() -> None:
    found = reconstruct(curve(STEPS, {0: 10}, events=9))
    assert found.data.events == 3
    assert found.doubts == ("there are 3 events, 9 are printed",)


def test_a_curve_that_ends_at_0_leaves_nobody() -> None:
    found = reconstruct(curve({1: 0.5, 3: 0.25, 4: 0.0, 5: 0.0}, {0: 8, 2: 4, 6: 0}))
    assert happened(found) == [1] * 4 + [3] * 2 + [4] * 2
    assert found.data.patients == 8
    assert not found.doubts
    assert kaplan_meier(found.data).survival.tolist() == [0.5, 0.25, 0.0]


def test_a_step_at_the_time_of_a_number_comes_after_it() -> None:
    found = reconstruct(curve({1: 0.9, 2: 0.8, 3: 0.7}, {0: 10, 1: 10, 2: 9, 3: 8}))
    assert happened(found) == [1, 2, 3]
    assert found.at_risk.tolist() == [10, 10, 9, 8]


def test_numbers_later_than_the_curve_extend_it() -> None:
    found = reconstruct(curve({1: 0.9}, {0: 10, 2: 9, 4: 0}))
    assert happened(found) == [1]
    assert found.at_risk.tolist() == [10, 9, 0]
    assert 2 < found.data.time.max() < 4


def test_noise_of_the_reading_is_none_of_the_patients() -> None:
    """In any order, twice, beside the axes, rising by a little, and one of them astray."""
    rough = DigitisedCurve(
        np.array([-0.05, 4.0, 2.0, 1.0, 1.0, 1.0, 2.5, 5.0, 0.0, 3.0]),
        np.array([1.004, 0.7, 0.8, 0.95, 0.9, 0.9, 0.803, 0.7, 0.99, 0.801]),
        np.array([0.0]), np.array([10.0]),
    )  # fmt: skip
    time, share = rough.steps()
    assert time.tolist() == [0, 1, 2, 2.5, 3, 4, 5]
    assert (np.diff(share) <= 0).all()
    assert share[0] == 1
    assert happened(reconstruct(rough)) == [1, 2, 4]


def test_events_between_points() -> None:
    found = reconstruct(curve({2: 0.8, 4: 0.6}, {0: 10}), between=True)
    assert happened(found) == [0.5, 1.5, 2.5, 3.5]


def test_points_that_no_patients_give_are_a_doubt() -> None:
    found = reconstruct(curve({1: 0.75, 2: 0.75}, {0: 2}))
    assert found.largest_difference == pytest.approx(0.25)
    assert "up to 0.250 apart" in found.doubts[-1]


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(SeveralErrors) as caught:
        curve({-1: 100, 2: 80}, {1: 10.5, 0: 8})
    message = str(caught.value)
    for words in ("a share of 100 is a percentage", "divide all shares by 100", "the time -1",
                  "do not rise from 0", "patients are counted"):  # fmt: skip
        assert words in message
    with pytest.raises(SeveralErrors) as caught:
        curve({1: 1.3, 2: 0.8}, {0: 10, 1: 12}, events=20)
    message = str(caught.value)
    for words in ("a share of 1.3 is not between 0 and 1", "rises to 12", "20 events of 10"):
        assert words in message


@pytest.mark.parametrize(
    ("points", "numbers", "words"),
    [
        ({0: 1.0}, {0: 10}, "no point of the curve is later than the start"),
        ({1: np.nan}, {0: 10}, "not finite"),
        ({1: -0.5}, {0: 10}, "a share of -0.5"),
        (STEPS, {}, "0 times and 0 numbers at risk"),
        (STEPS, {0: 0}, "0 patients at the start"),
        (STEPS, {0: 2_000_000}, "2000000 patients at the start"),
        (STEPS, {0: 10, 3: -1}, "patients are counted"),
    ],
)
def test_what_cannot_be_is_refused(points, numbers, words: str) -> None:
    with pytest.raises(FieldError, match=words):
        curve(points, numbers)


def test_as_many_shares_as_times() -> None:
    with pytest.raises(FieldError, match="1 times and 2 shares"):
        DigitisedCurve(np.ones(1), np.ones(2), np.zeros(1), np.ones(1))


def test_numbers_of_another_curve_are_noticed() -> None:
    """Those of the better arm, below the curve of the worse one."""
    with pytest.raises(FieldError, match="143 are at risk at 10, of 211 before, of whom the curve"):
        curve({5: 0.8, 9: 0.615, 11: 0.6}, {0: 211, 10: 143})


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_patients_are_read(tmp_path: Path) -> None:
    data = read_patients(written(
        tmp_path, "patients.csv",
        "time,event,entry,weight,background,sex,age\n2.5,1,0,1,0.01,f,61\n 3 ,0,1,2,0.02,m,70\n",
    ))  # fmt: skip
    assert data.time.tolist() == [2.5, 3.0]
    assert data.event.tolist() == [True, False]
    assert data.entry.tolist() == [0, 1]
    assert data.weight.tolist() == [1, 2]
    assert data.background.tolist() == [0.01, 0.02]
    assert data.columns["sex"].tolist() == ["f", "m"]
    assert data.columns["age"].tolist() == [61.0, 70.0]


def refused(call, *paths: Path) -> list[str]:
    with pytest.raises(SpecError) as caught:
        call(*paths)
    return [f"{one.line}:{one.column}: {one.field}: {one.message}" for one in caught.value.problems]


def test_mistakes_of_patients_are_listed_with_their_places(tmp_path: Path) -> None:
    path = written(
        tmp_path, "patients.csv",
        "time,event,entry,sex\n0,1,0,f\n2,yes,0,m\n2,1,3,\nx,0,0,f\n1,1\n\n3,1,0,m\n",
    )  # fmt: skip
    assert refused(read_patients, path) == [
        "2:1: time: 0 is too small",
        "3:3: event: 'yes' is neither 1 nor 0",
        "4:5: entry: the patient enters when the time is over",
        "4:7: sex: the cell is empty",
        "5:1: time: 'x' is not a number",
        "6:1: line: 2 cells, the header has 4",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("time;event\n1;1\n", "1:1: file: the cells are not separated by commas"),
        ("tme,event\n1,1\n", "1:1: header: the file has no column 'time'"),
        ("time,event,event\n1,1,1\n", "1:6: header: the column 'event' has no name of its own"),
        ("time,event\n", "1:1: file: the file has no rows below its header"),
        ('time,event\n"1,1\n', "a quotation mark is not closed"),
        ("time,event\n1e99,1\n", "2:1: time: '1e99' is not a number"),
        ("time,event\n1_0,1\n", "2:1: time: '1_0' is not a number"),
    ],
)
def test_files_that_are_no_tables_are_refused(tmp_path: Path, text: str, words: str) -> None:
    (found,) = refused(read_patients, written(tmp_path, "patients.csv", text))
    assert words in found


def test_only_so_many_mistakes_are_shown(tmp_path: Path) -> None:
    path = written(tmp_path, "patients.csv", "time,event\n" + "0,1\n" * 200)
    with pytest.raises(SpecError, match="and more; mend these first") as caught:
        read_patients(path)
    assert len(caught.value.problems) == 50


def test_curves_are_read(tmp_path: Path) -> None:
    points = written(tmp_path, "points.csv",
                     "time,survival,group\n1,0.9,a\n2,0.8,a\n1,0.7,b\n")  # fmt: skip
    numbers = written(tmp_path, "numbers.csv", "group,time,at_risk\nb,0,10\na,0,20\na,2,18\n")
    found = read_curves(points, numbers, events={"b": 3})
    assert list(found) == ["a", "b"]
    assert found["a"].at_risk.tolist() == [20, 18]
    assert found["b"].events == 3
    with pytest.raises(FieldError, match="no group 'c'"):
        read_curves(points, numbers, events={"c": 3})


def test_one_curve_needs_no_group(tmp_path: Path) -> None:
    points = written(tmp_path, "points.csv", "time,survival\n1,0.9\n")
    numbers = written(tmp_path, "numbers.csv", "time,at_risk\n0,10\n")
    (found,) = read_curves(points, numbers, events={"": 1}).values()
    assert found.events == 1


def test_mistakes_of_both_files_are_listed(tmp_path: Path) -> None:
    points = written(tmp_path, "a.csv", "time,survival,group\n1,90,a\n2,80,a\n1,0.9,b\n")
    numbers = written(tmp_path, "b.csv", "time,at_risk,group\n1,20,a\n0,10,b\n2,10,b\n3,9.5,a\n")
    assert refused(read_curves, points, numbers) == [
        "2:3: survival: a share of 90 is a percentage",
        "2:1: time: the times of numbers at risk do not rise from 0",
        "5:3: at_risk: a number at risk of 9.5 cannot be: patients are counted",
    ]
    headers = [written(tmp_path, name, "tme,x\n1,1\n") for name in ("c.csv", "d.csv")]
    found = refused(read_curves, *headers)
    assert sum("no column 'time'" in one for one in found) == 2
    other = written(tmp_path, "e.csv", "time,at_risk,group\n0,20,a\n0,10,c\n")
    found = refused(
        read_curves, written(tmp_path, "f.csv", "time,survival,group\n1,0.9,a\n1,1,b\n"), other
    )
    assert [one.split(": ")[-1] for one in found] == [
        "the other file has no group 'c'", "the other file has no group 'b'",
    ]  # fmt: skip


def test_numbers_that_do_not_fit_are_blamed_on_their_file(tmp_path: Path) -> None:
    points = written(tmp_path, "points.csv", "time,survival\n1,0.5\n2,0.5\n")
    numbers = written(tmp_path, "numbers.csv", "time,at_risk\n0,100\n2,90\n")
    with pytest.raises(SpecError) as caught:
        read_curves(points, numbers)
    (problem,) = caught.value.problems
    assert Path(problem.file).name == "numbers.csv"
    assert "90 are at risk at 2" in problem.message


def test_a_wrong_value_is_reported_where_it_stands(tmp_path: Path) -> None:
    points = written(
        tmp_path, "a.csv", "time,survival,group\n1,0.9,a\n2,1.99,a\n3,0.5,a\n1,0.9,b\n2,-1,b\n"
    )
    numbers = written(
        tmp_path, "b.csv", "time,at_risk,group\n0,20,a\n2,10,a\n3,12,a\n0,10,b\n2,9,b\n"
    )
    assert refused(read_curves, points, numbers) == [
        "3:3: survival: a share of 1.99 is not between 0 and 1",
        "6:3: survival: a share of -1 is not between 0 and 1",
        "4:3: at_risk: the number at risk rises to 12",
    ]


def test_a_number_at_risk_that_the_curve_does_not_leave_is_reported_there(tmp_path: Path) -> None:
    points = written(tmp_path, "a.csv", "time,survival\n1,0.5\n2,0.4\n")
    numbers = written(tmp_path, "b.csv", "time,at_risk\n0,100\n2,90\n")
    (found,) = refused(read_curves, points, numbers)
    assert found.startswith("3:3: at_risk: 90 are at risk at 2")
