"""The five answers of a finished run, in plain words."""

import xarray as xr

from equipoise.report.answer import Answer
from equipoise.report.does_it_fit import does_it_fit
from equipoise.report.how_soon import how_soon
from equipoise.report.reading import Reading, read
from equipoise.report.what_is_balanced import what_is_balanced
from equipoise.report.what_is_unknown import what_is_unknown
from equipoise.report.who_pays import who_pays


def answers(tree: xr.DataTree) -> tuple[Answer, ...]:
    """Answer the five questions in the current language.

    Parameters
    ----------
    tree
        Result of `pipeline.assess` or `open_archive`.

    Returns
    -------
    tuple of Answer
        How soon, who pays, does it fit, what is balanced, what don't we know. Money is undiscounted
        unless the sentence says otherwise; counts and money are means over draws, dates are
        medians, and ranges hold 90 % of the draws.
    """
    return answers_of(read(tree))


def answers_of(reading: Reading) -> tuple[Answer, ...]:
    """Answer the five questions of a run that is already read."""
    return (
        how_soon(reading),
        who_pays(reading),
        does_it_fit(reading),
        what_is_balanced(reading),
        what_is_unknown(reading),
    )
