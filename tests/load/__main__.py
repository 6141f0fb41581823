"""Load on the real bot, over a local Slack, on this machine only: `make load`.

Exits 1 where something was lost, doubled or out of order, or where memory kept growing; never for
a time, since machines differ. Ends by itself.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import get_args

from rich.console import Console

from bot.settings import read_settings
from tests.commands import run_adaptbot
from tests.load.plan import Database, Plan
from tests.load.report import tables
from tests.load.running import run
from tests.slack.process import Mode

STORIES = 20
"""Shown at most of what went wrong."""
GRACE = 20.0
"""Seconds beyond the limit after which the run is ended from outside."""


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    plan = Plan()
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--questions", type=int, default=plan.questions, help="and dialog steps")
    parser.add_argument("--users", type=int, default=plan.users)
    parser.add_argument("--channels", type=int, default=plan.channels)
    parser.add_argument("--rate", type=float, default=plan.rate, help="questions a second")
    parser.add_argument("--burst", type=int, default=plan.burst, help="questions at once, at last")
    parser.add_argument("--seed", type=int, default=plan.seed)
    parser.add_argument("--mode", choices=get_args(Mode), default="sockets")
    parser.add_argument("--database", choices=get_args(Database), default="sqlite")
    parser.add_argument("--no-kill", dest="kill", action="store_false", help="no power cut")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there")
    parser.add_argument("--log", type=Path, metavar="FILE", help="keep there what the bot logs")
    return parser.parse_args()


def main() -> int:
    """Run, print, and say whether nothing was lost."""
    given = arguments()
    names = ("questions", "users", "channels", "rate", "burst", "seed", "kill")
    plan = Plan(**{name: getattr(given, name) for name in names})
    console = Console()
    built = read_settings().home.resolve()
    console.print(f"index in {built} …")
    indexed = run_adaptbot(["index"], cwd=Path.cwd(), ADAPTBOT_HOME=str(built))
    if indexed.returncode:
        console.print(indexed.stderr, markup=False)
        return 2
    began = time.monotonic()

    def tell(what: str) -> None:
        console.print(f"{time.monotonic() - began:6.1f} s  {what}", markup=False, highlight=False)

    guard = threading.Timer(plan.limit + GRACE, _give_up)
    guard.daemon = True
    guard.start()
    found = run(plan, given.mode, built=built, database=given.database, log=given.log, tell=tell)
    guard.cancel()
    console.print(tables(found))
    for line in found.stories[:STORIES]:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if len(found.stories) > STORIES:
        console.print(f"… and {len(found.stories) - STORIES} more: --json has them all")
    for line in found.failures:
        console.print(line, markup=False, style="bold red")
    if given.json:
        text = json.dumps(dataclasses.asdict(found), indent=2, ensure_ascii=False)
        given.json.write_text(text + "\n", encoding="utf-8")
    return 1 if found.failures else 0


def _give_up() -> None:
    sys.stderr.write("the run did not end in time\n")
    os._exit(2)


if __name__ == "__main__":
    sys.exit(main())
