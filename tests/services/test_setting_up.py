"""The next thing to do is one, and comes from what was found."""

from __future__ import annotations

import pytest

from bot.services.examining import Finding, State, Verdict
from bot.services.setting_up import GUIDE, STEPS, guided, next_thing, where


def found(**states: State) -> list[Verdict]:
    """What is known, "_" standing for a space in the names of checks."""
    return [
        Verdict(name.replace("_", " "), state, f"{name} is {state}", f"mend {name}")
        for name, state in states.items()
    ]


def test_with_nothing_of_slack_it_is_the_first_step() -> None:
    made = next_thing(found(database="good", bot_token="off", delivery="off"), running=False)
    assert (made.name, made.state, made.step) == ("next", "off", 1)
    assert where(1) in made.remedy


@pytest.mark.parametrize(("running", "step"), [(False, 4), (True, 5)])
def test_with_all_in_order_it_is_to_start_and_then_to_ask(*, running: bool, step: int) -> None:
    made = next_thing(found(bot_token="good", delivery="good", index="doubtful"), running=running)
    assert (made.state, made.step) == ("good", step)
    assert made.found == f"step {step} of 5, {STEPS[step]}"
    assert where(step) in made.remedy


def test_what_is_bad_comes_before_every_step() -> None:
    verdicts = found(database="bad", bot_token="off", delivery="off")
    assert next_thing(verdicts, running=False) == Verdict(
        "next", "bad", "put right the database: database is bad", "mend database"
    )


def test_settings_come_first_then_the_steps_in_their_order_then_the_rest() -> None:
    verdicts = found(database="bad", scopes="bad", bot_token="bad", delivery="bad", settings="bad")
    order = []
    while verdicts[0].state == "bad":
        named = next_thing(verdicts, running=False).remedy.removeprefix("mend ").replace("_", " ")
        order.append(named)
        verdicts = [each for each in verdicts if each.name != named] or found(done="good")
    assert order == ["settings", "delivery", "bot token", "scopes", "database"]


def test_a_bad_step_says_its_number_and_what_is_wrong() -> None:
    verdict = Verdict("delivery", "bad", "no token", f"get one ({where(2)})", 2)
    made = next_thing([verdict], running=True)
    assert made.found == "step 2 of 5, the app-level token: no token"
    assert made.remedy == f"get one (step 2 of {GUIDE})"


@pytest.mark.parametrize("state", ["good", "doubtful"])
def test_only_what_is_bad_or_missing_leads_to_a_step(state: State) -> None:
    finding = Finding(state, "x", "y")
    assert guided(finding, 2) is finding
