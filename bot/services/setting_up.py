"""The way to a real workspace: its five steps, and which thing is to be done next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from bot.services.examining import Finding, Verdict

GUIDE = "docs/slack-setup.md"
STEPS = {
    1: "create the app",
    2: "the app-level token",
    3: "the bot token",
    4: "start the bot",
    5: "ask it in Slack",
}
"""What each is about, as the headings of the guide say it."""
FIRST = ("settings", "proxies", "delivery", "bot token", "scopes", "event subscriptions")
"""Checks in the order in which what they find bad is to be put right; any other comes later."""
CREATE = "create it from deploy/slack/manifest.yaml at api.slack.com/apps, and make your .env"
START = "run adaptbot serve, and leave it running"
ASK = "in a channel: /invite @adaptbot, then @adaptbot What does LoRA train?"


def where(step: int) -> str:
    """Where the guide describes a step."""
    return f"step {step} of {GUIDE}"


def guided(finding: Finding, step: int) -> Finding:
    """The same, its remedy naming the step; as it is where there is nothing to be done."""
    if finding.state in ("good", "doubtful"):
        return finding
    return replace(finding, remedy=f"{finding.remedy} ({where(step)})", step=step)


def next_thing(verdicts: Sequence[Verdict], *, running: bool) -> Verdict:
    """The single next thing to do, as a row called "next".

    Args:
        verdicts: what is known of everything that Slack and adaptbot need.
        running: whether an adaptbot answers on this machine.
    """
    bad = sorted((each for each in verdicts if each.state == "bad"), key=_rank)
    if bad:
        return _put_right(bad[0])
    states = {each.name: each.state for each in verdicts}
    if states.get("delivery") == states.get("bot token") == "off":
        return _step(1, CREATE, state="off")
    return _step(5, ASK) if running else _step(4, START)


def _rank(verdict: Verdict) -> int:
    return FIRST.index(verdict.name) if verdict.name in FIRST else len(FIRST)


def _put_right(verdict: Verdict) -> Verdict:
    remedy = verdict.remedy or "do what its row says"
    heading = _heading(verdict.step) if verdict.step else f"put right the {verdict.name}"
    return replace(verdict, name="next", found=f"{heading}: {verdict.found}", remedy=remedy)


def _step(step: int, remedy: str, *, state: Literal["good", "off"] = "good") -> Verdict:
    return Verdict("next", state, _heading(step), f"{remedy} ({where(step)})", step)


def _heading(step: int) -> str:
    return f"step {step} of {len(STEPS)}, {STEPS[step]}"
