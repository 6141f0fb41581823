"""The arguments of a Web API call, from JSON, a form or the query."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl

from bot.playground.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.playground.workspace import Json

HOLD_JSON = frozenset(
    {
        "attachments",
        "blocks",
        "chunks",
        "files",
        "loading_messages",
        "message",
        "metadata",
        "prompts",
        "view",
    },
)
"""Arguments that come as a list or an object, or as a string that holds one."""


def read_arguments(body: bytes, *, content_type: str, query: str) -> Json:
    """What a call was given; raises RefusedError("invalid_json") for a body that is none."""
    given: Json = dict(parse_qsl(query, keep_blank_values=True))
    if content_type.startswith("application/json") and body:
        try:
            sent = json.loads(body)
        except ValueError:
            raise RefusedError("invalid_json") from None
        if not isinstance(sent, dict):
            raise RefusedError("json_not_object")
        return given | sent
    return given | dict(parse_qsl(body.decode(), keep_blank_values=True))


def unpacked(given: Mapping[str, Any]) -> Json:
    """The same arguments, with those that hold JSON in a string read."""
    return {name: _unpacked(name, value) for name, value in given.items() if value is not None}


def _unpacked(name: str, value: Any) -> Any:
    if name not in HOLD_JSON or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        code = "invalid_blocks_format" if name == "blocks" else "invalid_arguments"
        raise RefusedError(code) from None


@dataclass(frozen=True, slots=True)
class Arguments:
    """Typed access to what a call was given."""

    given: Mapping[str, Any]

    def has(self, name: str) -> bool:
        """Whether the argument was given at all."""
        return name in self.given

    def text(self, name: str, *, missing: str | None = None) -> str:
        """A string, empty when absent; `missing` is the code to refuse an empty one with."""
        value = str(self.given.get(name, ""))
        if missing and not value:
            raise RefusedError(missing)
        return value

    def flag(self, name: str) -> bool:
        """Truth in any form that Slack takes."""
        return str(self.given.get(name, "")).lower() in {"1", "true"}

    def number(self, name: str, *, default: int) -> int:
        """A whole number."""
        value = str(self.given.get(name, default))
        if not value.isdecimal():
            raise RefusedError("invalid_arguments")
        return int(value)

    def objects(self, name: str, *, invalid: str = "invalid_arguments") -> tuple[Json, ...]:
        """A list of objects, empty when absent."""
        value = self.given.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise RefusedError(invalid)
        return tuple(value)

    def mapping(self, name: str, *, invalid: str = "invalid_arguments") -> Json | None:
        """An object, or None when absent."""
        value = self.given.get(name)
        if value is not None and not isinstance(value, dict):
            raise RefusedError(invalid)
        return cast("Json | None", value)
