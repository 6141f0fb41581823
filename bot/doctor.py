"""Everything that `adaptbot doctor` looks at, put together over the settings."""

from __future__ import annotations

import logging
import os
import re
from urllib.parse import unquote

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError

from bot import telemetry
from bot.adapters.examination import Parts, part_checks
from bot.adapters.surroundings import settings_read, surrounding_checks
from bot.errors import SettingsError
from bot.services.examining import Check, Finding, Verdict, examine
from bot.services.setting_up import next_thing
from bot.settings import Settings, read_settings
from bot.slack.examination import Keys, slack_checks

RUNNING = "a running adaptbot answers"
"""How what is found at the port begins where the bot runs already."""


def verdicts() -> list[Verdict]:
    """One verdict on every setting and connection, and a last one, "next", on what to do now.

    A wrong setting hides no other check.
    """
    settings, problem = _settings_or_defaults()
    telemetry.configure(settings.log_level, json_lines=settings.log_json)
    logging.getLogger().setLevel(logging.CRITICAL)  # what libraries complain of is in the table
    found = examine(_checks(settings, problem), secrets=_secrets(settings))
    running = any(each.name == "port" and each.found.startswith(RUNNING) for each in found)
    return [*found, next_thing(found, running=running)]


def _checks(settings: Settings, problem: str) -> list[Check]:
    """Everything that `doctor` looks at, in the order in which it is shown."""

    def seen() -> Finding:
        names = (name.upper() for name in Settings.model_fields)
        known = {name if name.startswith("SLACK_") else f"ADAPTBOT_{name}" for name in names}
        given = set(os.environ) if problem else {*os.environ, *dotenv_values(".env")}
        return settings_read(problem, given=given, known=known)

    return [
        Check("settings", seen),
        *surrounding_checks(
            home=settings.home,
            host=settings.host,
            port=settings.port,
            api_url=settings.slack_api_url,
            environment=os.environ,
        ),
        *part_checks(
            Parts(
                database=settings.database,
                work_database=settings.work_database,
                index_directory=settings.index_directory,
                knowledge=settings.knowledge,
                embedding_model=settings.embedding_model,
                chroma_url=settings.chroma_url,
                model=settings.model,
                model_base_url=settings.model_base_url,
            )
        ),
        *slack_checks(
            Keys(
                api_url=settings.slack_api_url,
                bot_token=_revealed(settings.slack_bot_token),
                app_token=_revealed(settings.slack_app_token),
                signing_secret=_revealed(settings.slack_signing_secret),
                config_token=_revealed(settings.slack_config_token),
            )
        ),
    ]


def _settings_or_defaults() -> tuple[Settings, str]:
    """The settings, each wrong one at its default, and what is wrong."""
    try:
        return read_settings(), ""
    except SettingsError as error:
        try:
            Settings()
        except ValidationError as wrong:
            fields = {str(e["loc"][0]) for e in wrong.errors()}
        by_name = {name: Settings.model_fields[name.lower()].default for name in fields}
        return Settings(**by_name), str(error)
    except (OSError, UnicodeDecodeError):
        problem = "the file .env in this folder cannot be read as UTF-8"
        return Settings(_env_file=None), problem


def _secrets(settings: Settings) -> set[str]:
    """What must not be shown: every secret setting, every password in an address, every key."""
    hidden = ("_API_KEY", "_TOKEN", "_SECRET", "_PASSWORD")
    keys = {value for name, value in os.environ.items() if name.endswith(hidden)}
    addresses = (settings.database_url, settings.chroma_url, settings.model_base_url)
    passwords = re.findall(r"://[^\s/:@]*:([^\s@]*)@", " ".join(filter(None, addresses)))
    kept = {_revealed(value) for _, value in settings if isinstance(value, SecretStr)}
    return keys | kept | {*passwords, *map(unquote, passwords)}


def _revealed(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
