"""The Web API: who may call which method, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.playground.arguments import Arguments, unpacked
from bot.playground.calls import Call
from bot.playground.errors import RefusedError
from bot.playground.methods.manifest import config_token
from bot.playground.methods.table import METHODS

if TYPE_CHECKING:
    from bot.playground.calls import Calls, Fault
    from bot.playground.methods.table import Method, TokenKind
    from bot.playground.site import Site
    from bot.playground.workspace import Json


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer over HTTP; `drop` cuts the connection instead."""

    body: Json
    status: int = 200
    retry_after: int = 0
    drop: bool = False


class WebApi:
    """Answers calls, lets faults happen, and records both."""

    def __init__(self, site: Site, calls: Calls) -> None:
        self._site = site
        self._calls = calls

    def answer(self, method: str, given: Json, *, token: str) -> Answer:
        """Do what a call asks, and say what Slack would."""
        fault = self._calls.next_fault(method)
        body = self._body(method, given, token) if fault is None or fault.applied else {}
        answer = failed(fault) if fault else Answer(body)
        self._calls.record(Call(method, token, given, answer.body, answer.status))
        self._site.workspace.touch()
        return answer

    def _body(self, name: str, given: Json, token: str) -> Json:
        try:
            method = METHODS.get(name)
            if method is None:
                raise RefusedError("unknown_method", req_method=name)  # noqa: TRY301
            self._authorize(method, token)
            return {"ok": True, **method.run(self._site, Arguments(unpacked(given)))}
        except RefusedError as refused:
            return refused.as_json()

    def _authorize(self, method: Method, token: str) -> None:
        app = self._site.app
        if not token:
            raise RefusedError("not_authed")
        kinds: dict[str, TokenKind] = {
            app.bot_token: "bot",
            app.app_token: "app",
            config_token(app): "configuration",
        }
        if token not in kinds:
            raise RefusedError("invalid_auth")
        if kinds[token] != method.takes:
            raise RefusedError("not_allowed_token_type")
        if method.scope and method.scope not in app.scopes:
            provided = ",".join(sorted(app.scopes))
            raise RefusedError("missing_scope", needed=method.scope, provided=provided)


def failed(fault: Fault) -> Answer:
    """What comes of a call that goes wrong as asked for."""
    code = fault.error or {429: "ratelimited"}.get(fault.status, "internal_error")
    body = {"ok": False, "error": "connection dropped" if fault.drop else code}
    return Answer(body, fault.status or 200, fault.retry_after, fault.drop)
