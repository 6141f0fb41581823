"""A small load on the whole bot, with faults, repeats and a power cut: each is answered once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.load.plan import Plan
from tests.load.running import run
from tests.slack.process import Mode

pytestmark = pytest.mark.slow

SMALL = Plan(
    questions=40, users=8, channels=10, rate=5, idle=3, burst=8, retry_delays=(0.5, 4.0, 8.0)
)


@pytest.mark.parametrize(("mode", "kill"), [("sockets", True), ("http", False)])
def test_a_crowd_is_answered_once_across_faults_and_a_power_cut(
    mode: Mode, built_home: Path, *, kill: bool
) -> None:
    found = run(replace(SMALL, kill=kill), mode, built=built_home)
    assert found.failures == [], found.stories
    assert found.counts.answered_once == found.counts.asked == 44
    assert found.counts.steps == 8
    assert found.faults > 0
    assert found.repeated > 0
    assert (found.unreached > 0) == kill
