"""Every setting, read once from the environment (and from `.env` in the working directory)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AliasChoices,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import SettingsError


def _slack(name: str) -> AliasChoices:
    return AliasChoices(name)


def _split(given: object) -> object:
    return given.replace(",", " ").split() if isinstance(given, str) else given


Ids = Annotated[frozenset[str], NoDecode, BeforeValidator(_split)]
"""Slack's ids, as C0123ABCD; separated by commas or blanks."""


class Settings(BaseSettings):
    """One field a setting; deploy/settings.env shows each with an example."""

    model_config = SettingsConfigDict(
        env_prefix="ADAPTBOT_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    slack_bot_token: SecretStr | None = Field(None, validation_alias=_slack("SLACK_BOT_TOKEN"))
    slack_app_token: SecretStr | None = Field(None, validation_alias=_slack("SLACK_APP_TOKEN"))
    slack_signing_secret: SecretStr | None = Field(
        None, validation_alias=_slack("SLACK_SIGNING_SECRET")
    )
    slack_config_token: SecretStr | None = Field(
        None, validation_alias=_slack("SLACK_CONFIG_TOKEN")
    )
    """An app configuration token, with which `adaptbot doctor` reads the app's own settings."""
    slack_api_url: str = Field("https://slack.com/api/", validation_alias=_slack("SLACK_API_URL"))

    model: str | None = None
    """A chat model as provider:model; without it answers are extractive."""
    model_base_url: str | None = Field(None, repr=False)
    """Of an OpenAI-compatible server."""
    embedding_model: str = "all-MiniLM-L6-v2"
    reranker: str | None = None
    """A cross-encoder of sentence-transformers that reads the best sentences again."""
    home: Path = Path.home() / ".adaptbot"
    """Where the index and the SQLite database live."""
    knowledge: Path | None = None
    """Another folder of notes instead of the embedded corpus."""
    database_url: str | None = Field(None, repr=False)
    """postgresql://…; without it, SQLite in `home`."""
    chroma_url: str | None = Field(None, repr=False)
    """Of a Chroma server; without it, a directory in `home`."""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 3000
    workers: Annotated[int, Field(ge=1, le=64)] = 4
    """Questions answered at the same time."""
    replica: str | None = None
    """This process's own name when several share one database; found by itself where not set."""
    deadline_seconds: Annotated[float, Field(gt=0, le=600)] = 90
    """How long an answer may take."""
    user_limit: Annotated[int, Field(ge=1)] = 20
    """Questions that one person may ask in a minute."""
    channel_limit: Annotated[int, Field(ge=1)] = 60
    """Questions that may be asked in one channel in a minute; Slack takes as many posts."""
    queue_limit: Annotated[int, Field(ge=1)] = 200
    """Questions that wait before further ones are told that the bot is busy."""
    stale_minutes: Annotated[int, Field(ge=1)] = 30
    """Events that Slack delivers later than that are not answered any more."""
    retention_days: Annotated[int, Field(ge=1)] = 30
    """How long questions, answers and all that goes with them are kept."""
    allowed_channels: Ids = frozenset()
    """Where the bot answers, besides direct messages; everywhere if none is named."""
    allowed_users: Ids = frozenset()
    """Whom it answers; everybody if none is named."""
    allow_guests: bool = False
    """Whether guests of the workspace are answered."""
    allow_shared: bool = False
    """Whether it answers in channels shared with other organisations, and people from there."""
    watched_channels: Ids = frozenset()
    """Where questions are answered that do not mention the bot, if the answer is sure."""
    thread_policy: Literal["owner", "anyone"] = "owner"
    """Who may stop an answer and press a dialog's buttons: who asked, or anyone in the thread."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_json: bool = False

    @field_validator("slack_api_url")
    @classmethod
    def _ends_in_slash(cls, url: str) -> str:
        if not url.endswith("/"):
            raise ValueError("must end in '/' (Slack's is https://slack.com/api/)")
        return url

    @field_validator("database_url")
    @classmethod
    def _postgresql(cls, url: str | None) -> str | None:
        if url and not url.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
            raise ValueError("must begin with postgresql:// (leave it out for SQLite)")
        return url

    @field_validator(
        "slack_bot_token", "slack_app_token", "slack_signing_secret", "slack_config_token"
    )
    @classmethod
    def _not_blank(cls, secret: SecretStr | None) -> SecretStr | None:
        return secret if secret and secret.get_secret_value().strip() else None

    @property
    def index_directory(self) -> Path:
        """Of the embedded Chroma."""
        return self.home / "index"

    @property
    def database(self) -> str:
        """The database's address for SQLAlchemy."""
        return self._address("adaptbot.sqlite")

    @property
    def work_database(self) -> str:
        """The address of what DBOS keeps: a SQLite file of its own, or the same PostgreSQL."""
        return self._address("work.sqlite")

    def _address(self, file: str) -> str:
        if self.database_url is None:
            return f"sqlite:///{self.home / file}"
        scheme, _, rest = self.database_url.partition("://")
        return (
            f"postgresql+psycopg://{rest}" if scheme.startswith("postgres") else self.database_url
        )


def read_settings() -> Settings:
    """The settings of this process.

    Raises:
        SettingsError: names each setting that is wrong, never its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(f"{_name(e['loc'][0])}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"please correct these settings: {wrong}") from None


def _name(field: object) -> str:
    text = str(field).upper()
    return text if text.startswith(("SLACK_", "ADAPTBOT_")) else f"ADAPTBOT_{text}"
