"""The numbers of an estimate, given in a modal; over sockets and HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.errors import StoreUnavailableError
from bot.playground.calls import Fault
from bot.playground.person import Outcome, Person
from bot.playground.server import LocalSlack
from bot.playground.workspace import Message
from bot.services.ports import Consultation
from bot.slack.recommendations import ESTIMATE, RECORD_AGAIN
from bot.slack.report_blocks import CHANGE_NUMBERS
from bot.slack.steps import STALE
from tests.fakes import MemoryRecords
from tests.slack.bots import Bot
from tests.slack.conftest import WAYS
from tests.slack.desk import MEETS, PEFT, RAG, Desk, desk_at, pressed_stale, tampered
from tests.slack.parts import modals
from tests.slack.running import told
from tests.slack.said import everything, no_trace, shown


@pytest.fixture(params=sorted(WAYS))
def desk(request: pytest.FixtureRequest, slack: LocalSlack) -> Iterator[Desk]:
    with desk_at(slack, WAYS[request.param]) as made:
        yield made


@pytest.fixture
def over_http(slack: LocalSlack) -> Iterator[Desk]:
    """For what does not depend on the way."""
    with desk_at(slack, WAYS["http"]) as made:
        yield made


def background(desk: Desk, person: Person, path: str) -> Message:
    """The message with the estimate, at the end of a path."""
    dialog = desk.walked(person, desk.mentioned(person), path)
    return desk.recommended(dialog)[1]


def submitted(person: Person, view: Mapping[str, Any], **numbers: str | None) -> Outcome:
    """What came of a modal with these numbers, the other fields left empty, as Slack sends it."""
    fields = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    values = {name: {"number": {"value": numbers.get(name)}} for name in fields}
    outcome = person.submit(view["id"], values)
    assert outcome.acked
    return outcome


def fields(view: Mapping[str, Any]) -> list[str]:
    return [block["block_id"] for block in view["blocks"] if block["type"] == "input"]


def errors(outcome: Outcome) -> dict[str, str]:
    assert outcome.answer is not None
    assert outcome.answer["response_action"] == "errors"
    found: dict[str, str] = outcome.answer["errors"]  # type: ignore[assignment]
    return found


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        (RAG, ["requests_per_day", "retrieved_tokens", "token_price"]),
        (
            PEFT,
            [
                "parameters",
                "examples",
                "tokens_per_example",
                "passes",
                "teraflops",
                "gpu_hour_price",
            ],
        ),
        (
            "prompting=meets",
            ["tokens_per_example", "requests_per_day", "shown_examples", "token_price"],
        ),
    ],
)
def test_the_modal_asks_for_what_the_method_uses(
    desk: Desk, ana: Person, path: str, asked: list[str]
) -> None:
    view = desk.modal(ana, background(desk, ana, path), CHANGE_NUMBERS)
    assert fields(view) == asked
    assert not any("initial_value" in str(block) for block in view["blocks"])


def test_the_numbers_change_the_estimate_and_the_record(
    desk: Desk, slack: LocalSlack, ana: Person
) -> None:
    message = background(desk, ana, RAG)
    assert "about 60.8 million tokens a month" in shown(message)
    assert "Price" not in shown(message), "no price is assumed"
    view = desk.modal(ana, message, CHANGE_NUMBERS)
    submitted(ana, view, requests_per_day="200", token_price="0.5")
    desk.done()
    after = desk.now(message)
    assert modals(slack) == [], "it closes"
    assert "about 12.2 million tokens a month" in shown(after)
    assert "Price of these tokens: about 6.08 in your currency, a month" in shown(after)
    assert "Given by you: requests a day 200 (requests); price of a million" in shown(after)
    assert "Assumed, and yours to change: retrieved tokens a request 2,000" in shown(after)
    [_, again] = [m for m in desk.beside(message) if m.files]
    assert again.text.startswith(RECORD_AGAIN)
    [file] = ana.files(again)
    assert file.name.endswith(".md")
    assert "12.2 million tokens a month" in file.content.decode()


def test_what_was_given_is_there_again_and_goes_when_it_is_emptied(desk: Desk, ana: Person) -> None:
    message = background(desk, ana, RAG)
    submitted(ana, desk.modal(ana, message, CHANGE_NUMBERS), requests_per_day="200")
    desk.done()
    view = desk.modal(ana, message, CHANGE_NUMBERS)
    given = {b["block_id"]: b["element"].get("initial_value") for b in view["blocks"][1:]}
    assert given == {"requests_per_day": "200", "retrieved_tokens": None, "token_price": None}
    submitted(ana, view, retrieved_tokens="100")
    desk.done()
    assert "about 3.04 million tokens a month" in shown(desk.now(message))
    [(kept, _)] = desk.bot.records.consultations.values()
    assert kept.inputs == {"retrieved_tokens": 100}


def test_numbers_that_another_end_asks_for_are_kept(desk: Desk, ana: Person) -> None:
    dialog = desk.walked(ana, desk.asked(ana), RAG)
    view = desk.modal(ana, desk.recommended(dialog)[1], CHANGE_NUMBERS)
    submitted(ana, view, requests_per_day="200")
    desk.done()
    dialog = desk.pressed(ana, dialog, "guide:change:0")
    dialog = desk.pressed(ana, dialog, MEETS)
    last = [m for m in desk.beside(dialog) if not m.files][-1]
    assert "requests a day 200 (requests)" in shown(last)
    submitted(ana, desk.modal(ana, last, CHANGE_NUMBERS), requests_per_day="200")
    desk.done()
    [(kept, _)] = desk.bot.records.consultations.values()
    assert kept.inputs == {"requests_per_day": 200}


@pytest.mark.parametrize(
    "typed",
    ["0", "-3", "1e11", "1e400", "nan", "inf", "-inf", "ten", "1,000.5", "<!channel>", "1 000"],
)
def test_a_wrong_number_is_named_at_its_field_and_nothing_changes(
    over_http: Desk, slack: LocalSlack, ana: Person, typed: str
) -> None:
    message = background(over_http, ana, "prompting=meets")
    view = over_http.modal(ana, message, CHANGE_NUMBERS)
    outcome = submitted(ana, view, requests_per_day=typed, shown_examples="7")
    [(field, words)] = errors(outcome).items()
    assert field == "requests_per_day"
    assert words in ("Not a number.", "Requests a day: a number above 0 up to 10,000,000,000")
    assert [each["id"] for each in modals(slack)] == [view["id"]], "it stays open"
    over_http.done()
    assert over_http.now(message) == message
    assert over_http.work.of(ESTIMATE) == []
    assert not submitted(ana, view, requests_per_day="7").answer
    no_trace(slack)


def test_a_submission_that_comes_twice_is_one(desk: Desk, slack: LocalSlack, ana: Person) -> None:
    message = background(desk, ana, RAG)
    submitted(ana, desk.modal(ana, message, CHANGE_NUMBERS), requests_per_day="200")
    assert slack.redeliver(slack.deliveries("interactive")[-1]).acked
    desk.done()
    assert len(desk.work.of(ESTIMATE)) == 1
    assert len([m for m in desk.beside(message) if m.files]) == 2


def test_two_submissions_are_two_records_each_once(desk: Desk, ana: Person) -> None:
    message = background(desk, ana, RAG)
    for number in ("200", "300"):
        submitted(ana, desk.modal(ana, message, CHANGE_NUMBERS), requests_per_day=number)
        desk.done()
    posted = [m for m in desk.beside(message) if m.files]
    assert len(posted) == 3
    names = [file.name for each in posted for file in ana.files(each)]
    assert len(set(names)) == len(names) == 4


def test_nobody_else_changes_the_numbers(
    desk: Desk, slack: LocalSlack, ana: Person, ben: Person
) -> None:
    message = background(desk, ana, RAG)
    assert ben.press(message, CHANGE_NUMBERS).acked
    desk.tells(ben, 1)
    assert "belongs to <@U1ANA>" in told(slack, ben)[0]
    assert modals(slack) == []


@pytest.mark.parametrize("value", ["", '{"v":"1999","o":"U1ANA","p":"prompting=meets"}'])
def test_a_tampered_button_is_refused_politely(
    over_http: Desk, slack: LocalSlack, ana: Person, value: str
) -> None:
    message = background(over_http, ana, RAG)
    with capture_logs() as logs:
        other = tampered(message, CHANGE_NUMBERS, value=value)
        assert pressed_stale(ana, other, CHANGE_NUMBERS).acked
        over_http.tells(ana, 1)
    assert told(slack, ana) == [STALE]
    assert "failure" not in [entry["event"] for entry in logs]


class Breaking(MemoryRecords):
    """Records that keep no consultation once they are told to break."""

    broken = False

    def keep_consultation(self, consultation: Consultation) -> None:
        if self.broken:
            raise StoreUnavailableError("disk full at /secret/place")
        super().keep_consultation(consultation)


@pytest.mark.parametrize("way", sorted(WAYS))
def test_where_numbers_cannot_be_kept_the_person_is_told(
    slack: LocalSlack, ana: Person, way: str
) -> None:
    records = Breaking()
    with desk_at(slack, WAYS[way], bot=Bot(slack, records=records)) as desk:
        message = background(desk, ana, RAG)
        view = desk.modal(ana, message, CHANGE_NUMBERS)
        records.broken = True
        with capture_logs() as logs:
            assert not submitted(ana, view, requests_per_day="200").answer
            desk.done()
        [reference] = [e["reference"] for e in logs if e["event"] == "failure"]
        assert "Something went wrong on my side" in everything(slack)
        assert reference in everything(slack)
        assert "secret" not in everything(slack)
        assert "12.2 million" not in shown(desk.now(message))


@pytest.mark.parametrize("held", ["", "nonsense", "{}"])
def test_a_modal_that_carries_nothing_keeps_what_was_typed(
    over_http: Desk, slack: LocalSlack, ana: Person, held: str
) -> None:
    view = over_http.modal(ana, background(over_http, ana, RAG), CHANGE_NUMBERS)
    slack.site.surfaces.views[view["id"]]["private_metadata"] = held
    with capture_logs():
        found = errors(submitted(ana, view, requests_per_day="200"))
    assert "Something went wrong" in next(iter(found.values()))
    no_trace(slack)


def test_where_the_message_cannot_be_changed_the_estimate_comes_in_a_new_one(
    desk: Desk, slack: LocalSlack, ana: Person
) -> None:
    message = background(desk, ana, RAG)
    view = desk.modal(ana, message, CHANGE_NUMBERS)
    slack.fail_next("chat.update", Fault(error="edit_window_closed"))
    submitted(ana, view, requests_per_day="200")
    desk.done()
    assert desk.now(message) == message
    [new] = [m for m in desk.beside(message) if "12.2 million" in shown(m)]
    assert new.thread_ts == message.thread_ts
