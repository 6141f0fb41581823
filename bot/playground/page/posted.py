"""Forms that the page posts, and how they are answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, unquote

from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.playground.page.look import Look

if TYPE_CHECKING:
    from starlette.requests import Request

FORM = "application/x-www-form-urlencoded"
TOLD = "told"
"""The cookie that carries words to the window that a plain form is sent back to."""
TOLD_SECONDS = 30
TOLD_CHARACTERS = 320
"""Of any script, quoted, a cookie's 4 kB hold them."""

Did = dict[str, Any]
"""What came of it: "open" is an address to go to, "error" words to show, "errors" words by block,
"said" words that confirm it."""


@dataclass(frozen=True, slots=True)
class Given:
    """The fields of a form, each with its values."""

    fields: Mapping[str, Sequence[str]]

    @classmethod
    async def of(cls, request: Request) -> Given:
        """What a browser sent; nothing where the body is no form."""
        body = (await request.body()).decode("utf-8", "replace")
        is_form = request.headers.get("content-type", "").startswith(FORM)
        return cls(parse_qs(body, keep_blank_values=True) if is_form else {})

    def text(self, name: str) -> str:
        """The first value of a field, "" where it is missing."""
        return next(iter(self.fields.get(name, [])), "")

    @property
    def look(self) -> Look:
        """The window in which it was done."""
        return Look(*map(self.text, ("person", "place", "thread", "inspect")))


def answered(
    request: Request, given: Given, did: Did, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """JSON for the page's script; a plain form is sent back to its window, which tells the words.

    Forms are plain without script, and until it has been loaded.
    """
    if "text/html" not in request.headers.get("accept", ""):
        return JSONResponse(did, status)
    answer = RedirectResponse(did.get("open") or given.look.address, HTTPStatus.SEE_OTHER)
    words = " ".join([*did.get("errors", {}).values(), did.get("error", ""), did.get("said", "")])
    if words.strip():
        carried = quote(words.strip()[:TOLD_CHARACTERS])
        answer.set_cookie(TOLD, carried, max_age=TOLD_SECONDS, samesite="strict", httponly=True)
    return answer


def told(request: Request) -> str:
    """The words that `answered` sent along; "" where there are none."""
    return unquote(request.cookies.get(TOLD, ""))


def forget(answer: Response) -> None:
    """Tell the words of `told` once only."""
    answer.delete_cookie(TOLD, samesite="strict", httponly=True)
