"""What the playground's bot gets of the settings, and what people are told of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import dotenv_values

from bot.playground.tenant import surroundings

if TYPE_CHECKING:
    from bot.settings import Settings

EMBEDDED = (
    "All of it is embedded: no key is needed, and nothing leaves this machine. A setting in the\n"
    "environment or in .env replaces each part:"
)
WITH_OWN = (
    "Some parts are yours, by your settings; the others are embedded and send nothing anywhere.\n"
    "A setting in the environment or in .env replaces each part:"
)
WITH_MODEL = (
    "A chat model writes the answers: questions and passages go to where it runs. A setting in\n"
    "the environment or in .env replaces each part:"
)
PARTS = (
    ("answers", "sentences of the notes, with sources", "model"),
    ("notes", "those that come with adaptbot", "knowledge"),
    ("embeddings", "MiniLM, bundled in a package", "embedding_model"),
    ("ranking", "a calibrated linear one", "reranker"),
    ("index", "a Chroma directory", "chroma_url"),
)
"""What is embedded, and the setting that replaces it."""
FIXED = (
    ("database", "SQLite, begun anew at each start", "ADAPTBOT_DATABASE_URL, for adaptbot serve"),
    ("Slack", "this workspace", "SLACK_BOT_TOKEN …, for adaptbot serve"),
)
"""The same for what the playground always brings itself."""
STARTING = "Starting the bot …"

REACHING = frozenset(
    {
        "model",
        "model_base_url",
        "embedding_model",
        "reranker",
        "knowledge",
        "chroma_url",
        "workers",
        "deadline_seconds",
        "user_limit",
        "channel_limit",
        "queue_limit",
        "stale_minutes",
        "retention_days",
        "thread_policy",
        "log_level",
        "log_json",
    }
)
"""Settings that are meant for the playground's bot as well: how it answers, and how it logs."""
WITHHELD = frozenset(
    {
        "slack_bot_token",
        "slack_app_token",
        "slack_signing_secret",
        "slack_config_token",
        "slack_api_url",
        "home",
        "database_url",
        "host",
        "port",
        "replica",
        "allowed_channels",
        "allowed_users",
        "allow_guests",
        "allow_shared",
        "watched_channels",
    }
)
"""Settings of a bot in production, which are about its workspace, its work and its machine."""


def environment(settings: Settings) -> dict[str, str]:
    """Every variable that the bot gets, but for those that lead it to the workspace.

    `.env` is read here, since the bot has a working directory of its own; for the same reason
    relative paths are made absolute.
    """
    filed = {name: value for name, value in dotenv_values(".env").items() if value}
    outside = {n: value for n, value in os.environ.items() if value or n not in filed}
    given = settings.model_fields_set & REACHING
    return {
        "ADAPTBOT_LOG_LEVEL": "WARNING",
        **surroundings({**filed, **outside}),
        **_import_path(),
        **{f"ADAPTBOT_{name.upper()}": _written(getattr(settings, name)) for name in given},
    }


def _import_path() -> dict[str, str]:
    """Where Python found this program, where that hangs on the working directory."""
    here = Path.cwd()
    entries = [str(here / entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    if not os.environ.get("PYTHONPATH"):
        entries = []
    if Path(__file__).parents[1] == here:
        entries.insert(0, str(here))
    return {"PYTHONPATH": os.pathsep.join(entries)} if entries else {}


def _written(value: object) -> str:
    """A setting as its variable holds it; names of models may be folders."""
    if isinstance(value, Path) or (isinstance(value, str) and Path(value).is_dir()):
        return str(Path(value).absolute())
    return str(value)


def embedded(settings: Settings) -> str:
    """What the bot is made of, and the setting that replaces each part."""
    fields = type(settings).model_fields
    yours = {name for name, field in fields.items() if getattr(settings, name) != field.default}
    lines = [
        "adaptbot playground: a small Slack workspace on this machine, with the bot in it.",
        "",
    ]
    lines += [_opening(yours & {name for *_, name in PARTS}), ""]
    lines += [_row(part, own, name, yours=name in yours) for part, own, name in PARTS]
    lines += [f"  {part:<11} {own:<38} {where}" for part, own, where in FIXED]
    return "\n".join([*lines, "", STARTING])


def _opening(yours: set[str]) -> str:
    if not yours:
        return EMBEDDED
    return WITH_MODEL if "model" in yours else WITH_OWN


def _row(part: str, own: str, name: str, *, yours: bool) -> str:
    return f"  {part:<11} {'yours' if yours else own:<38} ADAPTBOT_{name.upper()}"
