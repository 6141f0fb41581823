"""Forms that the page posts, and how they are answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.playground.page.look import Look

if TYPE_CHECKING:
    from starlette.requests import Request

FORM = "application/x-www-form-urlencoded"

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
    """JSON for the page's script; the plain form of a browser is sent back to its window."""
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(did.get("open") or given.look.address, HTTPStatus.SEE_OTHER)
    return JSONResponse(did, status)
