"""Every check gets a verdict in time, and no verdict shows a secret."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection

import pytest

from bot.errors import SettingsError
from bot.services.examining import Check, Finding, Verdict, examine, in_order, masked
from bot.terminal import verdict_table

GOOD = Finding("good", "well")


def shouting(error: BaseException) -> Callable[[], Finding]:
    def look() -> Finding:
        raise error

    return look


class PanicError(BaseException):
    """As Chroma's Rust core raises it."""


def test_verdicts_come_in_the_order_of_the_checks() -> None:
    checks = [Check(name, lambda: GOOD) for name in "abc"]
    assert examine(checks) == [Verdict(name, "good", "well") for name in "abc"]


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (SettingsError("the key is missing; set it"), "the key is missing; set it"),
        (RuntimeError("secret words"), "failed (RuntimeError)"),
        (PanicError("secret words"), "failed (PanicError)"),
    ],
)
def test_a_check_that_fails_hides_no_other(error: BaseException, found: str) -> None:
    verdicts = examine([Check("a", shouting(error), "mend it"), Check("b", lambda: GOOD)])
    assert verdicts == [Verdict("a", "bad", found, "mend it"), Verdict("b", "good", "well")]
    assert not in_order(verdicts)


def test_checks_that_hang_are_left_behind_together() -> None:
    end = threading.Event()

    def hang() -> Finding:
        end.wait(30)
        return GOOD

    hanging = [Check(f"{n}", hang, "wait", late="doubtful") for n in range(5)]
    started = time.monotonic()
    verdicts = examine([*hanging, Check("b", lambda: GOOD)], within=0.3)
    assert time.monotonic() - started < 1.5
    end.set()
    late = Verdict("0", "doubtful", "no answer within 0.3 s", "wait")
    assert (verdicts[0], verdicts[-1]) == (late, Verdict("b", "good", "well"))


@pytest.mark.parametrize(
    ("text", "secrets", "shown"),
    [
        ("refused xoxb-12-ab", (), "refused …"),
        ("refused xapp-1-A1-ab and xoxe.xoxp-1-cd", (), "refused … and …"),
        ("at postgresql://me:pass@host/x", (), "at postgresql://…@host/x"),
        ("key sk-1234 is bad", ["sk-1234\n"], "key … is bad"),
        ("a bad one", ["a", ""], "a bad one"),
        ("one\x1b[31m\ntwo", (), "one two"),
        ("copy it (xoxb-…)", (), "copy it (xoxb-…)"),
    ],
)
def test_secrets_are_masked(text: str, secrets: Collection[str], shown: str) -> None:
    assert masked(text, secrets) == shown
    [verdict] = examine([Check("a", lambda: Finding("bad", text, text))], secrets=secrets)
    assert (verdict.found, verdict.remedy) == (shown, shown)


def test_the_table_shows_markup_as_it_is() -> None:
    from rich.console import Console  # noqa: PLC0415

    console = Console(width=100)
    with console.capture() as shown:
        console.print(verdict_table([Verdict("a", "bad", "found [bold]x[/bold]", "do [this]")]))
    assert "bad" in shown.get()
    assert "found [bold]x[/bold]" in shown.get()
    assert "→ do [this]" in shown.get()
