"""What a person does on the page: each a POST that answers in JSON, or sends a plain form back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from bot.playground.controls import controls
from bot.playground.errors import CannotDoError, RefusedError
from bot.playground.page.forms import values_of
from bot.playground.page.look import Look
from bot.playground.page.posted import Did, Given, answered
from bot.playground.payloads import mentions

if TYPE_CHECKING:
    from starlette.requests import Request

    from bot.playground.person import Outcome, Person
    from bot.playground.server import LocalSlack
    from bot.playground.workspace import Message

ERRORS = {
    "operation_timeout": "{app} did not answer in time. Slack would say the same.",
    "dispatch_failed": "{app} is not connected right now, so that did not reach it.",
}
CHANGED = "that is not there any more; the message has changed"
IN_THREAD = "{command} cannot be used in a thread; Slack offers no commands there."
UNKNOWN = "{command} is no command here. What begins with / is taken for one; there is /adapt."


class Doing:
    """The verbs of the page."""

    def __init__(self, slack: LocalSlack) -> None:
        self._slack = slack

    def routes(self) -> list[Route]:
        """POST /do/{verb}."""
        verbs: dict[str, Callable[[Given, Person], Did]] = {
            "say": self._say,
            "press": self._press,
            "press-view": self._press_view,
            "submit": self._submit,
            "close": self._close,
            "shortcut": self._shortcut,
            "stop": self._stop,
            "edit": self._edit,
            "delete": self._delete,
        }
        return [
            Route(f"/do/{name}", self._route(verb), methods=["POST"])
            for name, verb in verbs.items()
        ]

    def _route(self, verb: Callable[[Given, Person], Did]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            given = await Given.of(request)
            did = await run_in_threadpool(self._done, verb, given)
            return answered(request, given, did)

        return answer

    def _done(self, verb: Callable[[Given, Person], Did], given: Given) -> Did:
        try:
            return verb(given, self._slack.user(given.text("person")))
        except (CannotDoError, RefusedError) as error:
            return {"error": _sentence(str(error))}

    def _say(self, given: Given, person: Person) -> Did:
        look, text = given.look, given.text("text").strip()
        if text.startswith("/"):
            return self._command(look, person, text)
        message = person.say(look.place, text, thread_ts=look.thread or None)
        opens = self._asked(message, person) and not look.thread
        return {"open": look.opened(message.ts).address} if opens else {}

    def _asked(self, message: Message, person: Person) -> bool:
        """Whether a message speaks to the app where it hears it; guests are told in the channel."""
        app, place = self._slack.app.bot_user_id, self._slack.workspace.channel(message.channel)
        spoken = message.channel == person.dm or app in mentions(message.text)
        hears = place is not None and app in place.members
        return spoken and hears and not person.user.is_restricted

    def _command(self, look: Look, person: Person, text: str) -> Did:
        command, _, rest = text.partition(" ")
        if look.thread:
            return {"error": IN_THREAD.format(command=command)}
        if command not in self._slack.app.commands:
            return {"error": UNKNOWN.format(command=command)}
        return self._came_of(person.command(command, rest.strip(), channel=look.place))

    def _press(self, given: Given, person: Person) -> Did:
        message, wanted = self._message(given), given.text("control")
        if all(control.key != wanted for control in controls(message.blocks)):
            raise CannotDoError(CHANGED)
        return self._came_of(person.press(message, wanted))

    def _press_view(self, given: Given, person: Person) -> Did:
        view = self._slack.site.surfaces.views.get(given.text("view"), {})
        values, _ = values_of(view, given.fields)
        pressed = person.press_view(given.text("view"), given.text("control"), values)
        return self._came_of(pressed)

    def _submit(self, given: Given, person: Person) -> Did:
        view = self._slack.site.surfaces.views.get(given.text("view"))
        if view is None:
            raise CannotDoError("this dialog is closed already")
        values, errors = values_of(view, given.fields)
        if errors:
            return {"errors": errors}
        outcome = person.submit(view["id"], values)
        answer: Mapping[str, Any] = outcome.answer or {}
        if answer.get("response_action") == "errors":
            return {"errors": answer.get("errors", {})}
        return self._came_of(outcome)

    def _close(self, given: Given, person: Person) -> Did:
        surfaces, view_id = self._slack.site.surfaces, given.text("view")
        if surfaces.modals.get(person.id) == view_id:
            surfaces.close_modal(view_id)
            self._slack.workspace.touch()
        return {}

    def _shortcut(self, given: Given, person: Person) -> Did:
        message = self._message(given)
        did = self._came_of(person.shortcut(given.text("callback"), message))
        opened = given.look.opened(message.thread).address
        return did or {"open": opened}

    def _stop(self, given: Given, person: Person) -> Did:
        person.stop(self._message(given))
        return {}

    def _edit(self, given: Given, person: Person) -> Did:
        person.edit(self._message(given), given.text("text"))
        return {}

    def _delete(self, given: Given, person: Person) -> Did:
        person.delete(self._message(given))
        return {}

    def _message(self, given: Given) -> Message:
        message = self._slack.workspace.message(given.text("channel"), given.text("ts"))
        if message is None:
            raise CannotDoError("that message is gone")
        return message

    def _came_of(self, outcome: Outcome) -> Did:
        if not outcome.error:
            return {}
        words = ERRORS.get(outcome.error, "{app} could not do that.")
        return {"error": words.format(app=self._slack.app.name)}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
