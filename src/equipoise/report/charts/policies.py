"""The policies on one map: what each side thinks of each."""

from typing import Any

import altair as alt
import xarray as xr

from equipoise.core.translation import translate as _
from equipoise.report.charts.theme import (
    BLUE,
    GREY,
    INK,
    QUIET,
    RED,
    WIDE,
    finished,
    values,
)
from equipoise.report.reading import Reading, read
from equipoise.report.words import RULES, SIDES, points, policy_in_words, word

HEIGHT = 380
MARGIN = 12.0
"""Points beyond 0 and 100 that the map shows."""


def policy_map(tree: xr.DataTree, *, width: int = WIDE) -> alt.LayerChart:
    """Return each policy's score for patients and the state; size is the professionals' score.

    Parameters
    ----------
    tree
        A finished run.
    width
        Pixels.
    """
    reading = read(tree)
    scale = alt.Scale(domain=[-MARGIN, 100 + MARGIN], nice=False)
    ticks = alt.Axis(values=[0, 25, 50, 75, 100], grid=True)
    x = alt.X("patient:Q", scale=scale, axis=ticks, title=_("score for patients"))
    y = alt.Y("state:Q", scale=scale, axis=ticks, title=_("score for the state"))
    size = alt.Size("profession:Q", scale=alt.Scale(domain=[0, 100], range=[30, 420]), legend=None)
    base = alt.Chart(values(_rows(reading))).encode(x=x, y=y)
    plain = base.transform_filter("!datum.front").mark_point(
        filled=True, opacity=0.45, color=GREY, shape="circle"
    )
    front = base.transform_filter("datum.front").mark_point(
        filled=True, opacity=0.9, color=BLUE, shape="diamond", stroke="white"
    )
    named = _named(reading)
    marks = alt.Chart(values(named)).encode(x=x, y=y)
    return finished(
        *_nothing_lines(reading, x, y),
        plain.encode(size=size), front.encode(size=size),
        marks.mark_point(shape="circle", size=640, color=RED, strokeWidth=1.6, filled=False,
                         opacity=1),
        marks.mark_text(dx=19, dy=-12, fontSize=14, fontWeight="bold", color=INK).encode(
            text=alt.Text("letter:N")),
        title=_title(reading), notes=[*_notes(reading), *(row["name"] for row in named)],
        width=width, height=HEIGHT,
    )  # fmt: skip


def _rows(reading: Reading) -> list[dict[str, Any]]:
    """Return one row for each policy, scores in points."""
    scores = reading.group("balance")["score"].transpose("policy", "stakeholder").values
    return [
        {"front": number in reading.front,
         **{side: 100.0 * float(score) for side, score in zip(reading.sides, row, strict=True)}}
        for number, row in enumerate(scores)
    ]  # fmt: skip


def _named(reading: Reading) -> list[dict[str, Any]]:
    """Return the policies that carry a name; several names of one policy stand together."""
    names: dict[int, list[str]] = {}
    for compromise in reading.compromises:
        if compromise.policy is not None:
            names.setdefault(compromise.policy, []).append(word(RULES, compromise.rule))
    names.setdefault(reading.record.chosen, []).append(_("these answers"))
    rows = _rows(reading)
    found = []
    for letter, (policy, texts) in zip("ABC", names.items(), strict=False):
        levers = policy_in_words(reading, reading.record.policies[policy])
        name = _("{letter} · {rules}: {policy}", letter=letter, rules=", ".join(texts),
                 policy=levers)  # fmt: skip
        found.append({**rows[policy], "letter": letter, "name": name})
    return found


def _nothing(reading: Reading) -> dict[str, float]:
    """Return the scores of doing nothing, in points."""
    status = reading.group("balance")["status_quo_score"]
    return {side: 100.0 * float(status.sel(stakeholder=side)) for side in reading.sides}


def _nothing_lines(reading: Reading, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Return dashed lines at the scores of doing nothing, where they are on the map."""
    nothing = _nothing(reading)
    lines = []
    for side, channel in (("patient", x), ("state", y)):
        if -MARGIN <= nothing[side] <= 100 + MARGIN:
            rule = alt.Chart(values([{side: nothing[side]}])).mark_rule(
                strokeDash=[5, 4], color=QUIET, strokeWidth=1.4
            )
            lines.append(rule.encode(x=channel) if side == "patient" else rule.encode(y=channel))
    return lines


def _title(reading: Reading) -> str:
    """Return whether there is a policy for all."""
    if reading.compromises[0].policy is None:
        return _("No policy is better than doing nothing for all sides")
    return _("A policy exists that is better for all sides than doing nothing")


def _notes(reading: Reading) -> list[str]:
    """Return how to read the map."""
    nothing = ", ".join(
        _("{side} {points}", side=word(SIDES, side), points=points(score / 100.0))
        for side, score in _nothing(reading).items()
    )
    return [
        _("Up and right is better; larger is better for professionals. Blue diamonds: no policy "
          "beats them."),
        _("Doing nothing, dashed where it is on the map: {scores}.", scores=nothing),
    ]  # fmt: skip
