"""Progress: who is told what, and the seconds of each stage."""

import pytest

from equipoise.core.progress import CancelledError, Progress


def test_listeners_hear_the_share_done_and_each_stage_begun() -> None:
    shares: list[float] = []
    stages: list[str] = []
    progress = Progress()
    progress.listen(shares.append, on_stage=stages.append)
    progress.expect(4.0)
    for name in ("first", "second", "first"):
        with progress.stage(name):
            progress.advance()
    assert stages == ["first", "second", "first"]
    assert shares == [0.25, 0.5, 0.75]
    assert progress.seconds.keys() == {"first", "second"}


def test_a_cancelled_run_stops_at_its_next_step() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(CancelledError):
        progress.advance()
