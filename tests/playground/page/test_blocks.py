"""Block Kit as HTML: each type, the bot's own messages and views, and attacks on all of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.playground.block_rules import RULES
from bot.playground.controls import controls, find_control
from bot.playground.element_rules import ACCESSORIES, FEEDBACK, INPUTS, INTERACTIVE
from bot.playground.limits import check_blocks, check_view
from bot.playground.page.blocks import Names, blocks_html, text_html, view_html
from tests.playground.page.parsed import Parsed, Tag
from tests.playground.page.samples import (
    ASK,
    EVERY_BLOCK,
    EVERY_INPUT,
    GROUPS,
    NAMES,
    PICTURE,
    RUNS,
    THUMBS,
    TRASH,
    Json,
    asked,
    bullets,
    button,
    field,
    menu,
    messages,
    modal,
    mrkdwn,
    option,
    plain,
    rich,
    runs,
    views,
)
from tests.slack.rendered import parts


def parsed(*blocks: Json, names: Names = NAMES) -> Parsed:
    return Parsed(blocks_html(blocks, names))


def viewed(*blocks: Json, errors: dict[str, str] | None = None) -> Parsed:
    return Parsed(view_html(modal(*blocks), NAMES, errors))


def accessory(element: Json) -> Parsed:
    return parsed({"type": "section", "text": plain("a"), "accessory": element})


def pressed(page: Parsed) -> list[str]:
    """The keys of everything that can be pressed, in order."""
    named = [tag for tag in page.tags if tag.attributes.get("name") == "control"]
    options = [tag for tag in page.all("option") if tag.attributes.get("value")]
    found = {id(tag): tag["value"] for tag in [*named, *options] if tag.name != "select"}
    return [found[id(tag)] for tag in page.tags if id(tag) in found]


def test_a_text_without_blocks_is_mrkdwn() -> None:
    page = Parsed(text_html("*a*\nb", NAMES))
    assert (page.one("strong").text, page.text) == ("a", "a\nb")


@pytest.mark.parametrize("block", EVERY_BLOCK, ids=lambda block: block["type"])
def test_every_block_that_the_local_slack_takes_is_shown(block: Json) -> None:
    check_blocks([block])
    page = parsed(block)
    shown = [page.text, *(value for tag in page.tags for value in tag.attributes.values())]
    unknown = [tag.text for tag in page.classed("b-unknown")]
    assert all("datepicker" in text or "news" in text for text in unknown)
    for part in parts(block):
        words = part.get("text")
        if isinstance(words, str) and block["type"] != "markdown":
            assert any(words.strip("*") in each for each in shown), words
    assert "b-block" in page.tags[0].classes


def test_no_type_that_the_local_slack_takes_was_forgotten() -> None:
    shown = {block["type"] for block in EVERY_BLOCK}
    assert shown | {"input"} == set(RULES)
    assert {block["element"]["type"] for block in EVERY_INPUT} == set(INPUTS)
    for kind in {*INTERACTIVE, *ACCESSORIES, *FEEDBACK} - {*INPUTS}:
        assert f'"type": "{kind}"' in json.dumps(EVERY_BLOCK), kind


def test_what_is_unknown_is_said_to_be() -> None:
    page = parsed({"type": "video<b>"}, {"type": "divider"}, {"type": None})
    assert [tag.text for tag in page.classed("b-unknown")] == [
        "This playground cannot show a video<b> block.",
        "This playground cannot show a None block.",
    ]
    assert accessory(field("datepicker")).classed("b-unknown")[0].text == (
        "This playground cannot show a datepicker here."
    )


@pytest.mark.parametrize("name", messages())
def test_the_bots_messages_are_shown_whole(name: str) -> None:
    for said in messages()[name]:
        page = parsed(*said["blocks"])
        assert not page.classed("b-unknown")
        assert pressed(page) == [control.key for control in controls(said["blocks"])]
        for control in controls(said["blocks"]):
            shown = [tag for tag in page.all("button") if tag["value"] == control.key]
            assert control.label in [shown[0].text, shown[0].attributes.get("title")]


@pytest.mark.parametrize("name", views())
def test_the_bots_views_are_shown_whole(name: str) -> None:
    view = views()[name]
    check_view(view, "modal", "home")
    page = Parsed(view_html(view, NAMES))
    assert not page.classed("b-unknown")
    for tag in page.all("button"):
        assert tag["formaction"] == "/do/press-view"
        assert "formnovalidate" in tag.attributes
        assert find_control(view["blocks"], tag["value"]).key == tag["value"]
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    assert [tag["data-block"] for tag in page.classed("b-input")] == [b["block_id"] for b in inputs]


def test_an_answers_sources_are_folded_up_and_its_marks_link_to_them() -> None:
    [said] = messages()["answer"]
    page = parsed(*said["blocks"])
    details = page.one("details")
    assert "open" not in details.attributes
    assert page.one("summary").text.strip() == "2 sources"
    assert {tag.text for tag in page.classed("b-mark")} == {"[1]", "[2]"}
    table = page.one("table")
    assert [th.text for th in page.all("th")] == ["Method", "Memory", "Quality"]
    assert "b-table" in table.inside[-1].classes


def test_a_container_that_is_open_or_does_not_fold() -> None:
    inner = {"child_blocks": [{"type": "divider"}], "title": plain("t"), "type": "container"}
    assert "open" in parsed(inner | {"is_collapsible": True}).one("details").attributes
    assert not parsed(inner | {"default_collapsed": True}).all("details")


def test_a_button_carries_its_style_its_label_and_its_question() -> None:
    page = accessory(button("Go & <b>", style="danger", confirm=ASK, accessibility_label="Do it"))
    tag = page.one("button")
    assert tag.classes == {"b-button", "b-button--danger"}
    assert (tag.text, tag["type"], tag["name"], tag["value"]) == (
        "Go & <b>",
        "submit",
        "control",
        "go#0",
    )
    assert tag["aria-label"] == "Do it"
    asks = {
        name: value for name, value in tag.attributes.items() if name.startswith("data-confirm")
    }
    assert asks == {
        "data-confirm-title": "Sure?",
        "data-confirm-text": "Really",
        "data-confirm-confirm": "Y",
        "data-confirm-deny": "N",
    }


def test_a_button_with_an_address_is_a_link_if_the_address_is_of_the_web() -> None:
    assert accessory(button(url="https://a.example")).one("a")["href"] == "https://a.example"
    page = accessory(button(url="javascript:alert(1)"))
    assert not page.all("a")
    assert page.one("button")["value"] == "go#0"


def test_a_button_for_others_is_not_shown() -> None:
    assert not accessory(button(visible_to_user_ids=["U1BEN"])).all("button")
    assert accessory(button(visible_to_user_ids=["U1BEN", "U1ANA"])).all("button")


def test_thumbs_say_what_they_mean_and_whether_they_are_pressed() -> None:
    page = parsed({"type": "context_actions", "elements": [THUMBS, TRASH]})
    up, down, trash = page.all("button")
    assert [tag["value"] for tag in (up, down, trash)] == ["feedback#0", "feedback#1", "trash#0"]
    assert [tag["aria-label"] for tag in (up, down, trash)] == ["It helped", "Bad", "Delete"]
    assert up["aria-pressed"] == down["aria-pressed"] == "false"
    assert "aria-pressed" not in trash.attributes


def test_menus_press_the_option_that_is_chosen() -> None:
    element = menu(
        "static_select", option_groups=GROUPS, initial_option=option("c"), placeholder=plain("Pick")
    )
    page = accessory(element)
    select = page.one("select")
    assert (select["name"], select["aria-label"]) == ("control", "Pick")
    assert "data-press" in select.attributes
    assert "data-formaction" not in select.attributes
    assert [tag["label"] for tag in page.all("optgroup")] == ["One", "Two"]
    assert [tag["value"] for tag in page.all("option")] == ["", "menu#0", "menu#1", "menu#2"]
    assert [tag.text for tag in page.all("option", where=is_selected)] == ["C"]
    inside = viewed({"type": "section", "text": plain("a"), "accessory": element})
    assert inside.one("select")["data-formaction"] == "/do/press-view"


def is_selected(tag: Tag) -> bool:
    return "selected" in tag.attributes


@pytest.mark.parametrize("kind", ["radio_buttons", "checkboxes"])
def test_choices_press_what_is_chosen(kind: str) -> None:
    page = accessory(menu(kind, options=[option("a", description=plain("more"))]))
    choice = page.one("input")
    assert (choice["name"], choice["value"]) == ("control", "menu#0")
    assert choice["type"] == {"radio_buttons": "radio", "checkboxes": "checkbox"}[kind]
    assert "data-press" in choice.attributes
    assert page.one("label").text == "Amore"


def test_an_overflow_menu_holds_buttons_and_links() -> None:
    page = accessory(menu("overflow", options=[option("a"), option("b", url="https://a.example")]))
    assert page.one("summary")["aria-label"] == "More actions"
    assert (page.one("button")["value"], page.one("a").text) == ("menu#0", "B")


def test_elements_of_one_action_are_told_apart_by_their_keys() -> None:
    blocks: list[Json] = [
        {"type": "section", "text": plain("a"), "accessory": button("One", value="1")},
        {"type": "actions", "elements": [button("Other", "o")]},
        {"type": "container", "title": plain("t"), "child_blocks": [
            {"type": "actions", "elements": [button("Two", value="2")]}]},
        {"type": "card", "actions": [button("Three", value="3")]},
    ]  # fmt: skip
    assert pressed(parsed(*blocks)) == ["go#0", "o#0", "go#1", "go#2"]
    found = [find_control(blocks, f"go#{n}").action["value"] for n in range(3)]
    assert found == ["1", "2", "3"]


def test_a_key_comes_before_a_label_that_looks_like_one() -> None:
    blocks = [{"type": "actions", "elements": [button("b#0", "a"), button("True one", "b")]}]
    assert find_control(blocks, "b#0").action_id == "b"


def test_a_picture_from_elsewhere_is_never_loaded() -> None:
    page = parsed(PICTURE)
    assert not page.all("img")
    assert page.one("a")["href"] == "https://a.example/x.png"
    assert "A chart" in page.text
    assert "a.example" in page.one("a").text
    assert not parsed(PICTURE | {"image_url": "javascript:alert(1)"}).all("a")


@pytest.mark.parametrize(
    ("file", "src"),
    [
        ({"id": "F1"}, "/w/ana/files/F1/picture"),
        ({"url": "http://127.0.0.1:1/files-pri/T1-F2/the%20path.png"},
         "/w/ana/files/F2/the%2520path.png"),
        ({"id": "../../x?y"}, "/w/ana/files/..%2F..%2Fx%3Fy/picture"),
    ],
)  # fmt: skip
def test_a_file_of_the_apps_is_shown(file: Json, src: str) -> None:
    page = parsed({"type": "image", "alt_text": 'A "chart"', "slack_file": file})
    assert (page.one("img")["src"], page.one("img")["alt"]) == (src, 'A "chart"')


def test_rich_text_shows_every_kind_of_run() -> None:
    page = parsed(rich(runs(*RUNS)))
    assert page.text.strip() == (
        "wordsx@ana#llm-adaptation@S1👋2023-11-14@here#ff0000(news cannot be shown here)"
    )
    assert page.one("strong").text == page.all("code")[0].text == "words"
    assert page.one("em").text == "x"
    assert "you" in page.classed("mention")[0].classes


def test_lists_nest_as_they_are_indented_and_go_on_with_their_numbers() -> None:
    ordered: dict[str, Any] = {"style": "ordered"}
    page = parsed(
        rich(
            bullets("a", **ordered),
            bullets("a1", "a2", indent=1),
            bullets("deep", indent=3),
            bullets("b", **ordered, offset=1),
            bullets("nine", **ordered, offset=8),
            runs("after"),
            bullets("far", indent=2),
        )
    )
    lists = [tag for tag in page.tags if tag.name in ("ul", "ol")]
    assert [(tag.name, tag.attributes.get("start")) for tag in lists] == [
        ("ol", "1"), ("ul", None), ("ul", None), ("ol", "9"), ("ul", None),
    ]  # fmt: skip
    depths = [(li.text, sum(tag.name == "li" for tag in li.inside)) for li in page.all("li")]
    assert depths == [
        ("aa1a2deep", 0), ("a1", 1), ("a2deep", 1), ("deep", 2), ("b", 0), ("nine", 0), ("far", 0),
    ]  # fmt: skip
    assert "b-indent-1" in lists[2].classes
    assert "b-indent-2" in lists[4].classes


def test_a_list_without_points_loses_nothing_below_it() -> None:
    page = parsed(rich(bullets(), bullets("x", indent=1), bullets("y", indent=1)))
    assert [li.text for li in page.all("li")] == ["x", "y"]


def test_rows_that_are_too_short_are_filled_up() -> None:
    page = parsed(next(block for block in EVERY_BLOCK if block["type"] == "table"))
    assert [len([td for td in page.all("td") if tr in td.inside]) for tr in page.all("tr")] == [
        0,
        2,
        2,
    ]
    [region] = page.classed("b-table")
    assert region["aria-label"] == "Table, 2 columns, 2 rows"
    assert "b-right" in page.all("td")[0].classes


@pytest.mark.parametrize("block", EVERY_INPUT, ids=lambda block: block["element"]["type"])
def test_every_input_has_a_name_a_label_a_hint_and_a_place_for_its_error(block: Json) -> None:
    page = viewed(block, errors={"b": "Wrong <b>."})
    fields = [tag for tag in page.tags if tag.attributes.get("name")]
    assert {tag["name"] for tag in fields} == {f"b/{block['element']['action_id']}"}
    [holder] = [tag for tag in page.tags if "aria-describedby" in tag.attributes]
    labels = [tag.attributes.get("for") for tag in page.classed("b-label")]
    assert labels == [holder["id"]] or page.one("legend").text == "Your answer"
    described = [tag.text for tag in page.tags if tag.attributes.get("id") in
                 holder["aria-describedby"].split()]  # fmt: skip
    assert described == ["Hint", "Wrong <b>."]
    assert all(tag["aria-invalid"] == "true" for tag in fields)
    assert not {"hidden"} & set(page.classed("b-error")[0].attributes)
    ids = [tag["id"] for tag in page.tags if "id" in tag.attributes]
    assert len(ids) == len(set(ids))


def test_an_input_without_an_error_keeps_a_place_for_one() -> None:
    page = viewed(asked(field("plain_text_input"), optional=True))
    assert "hidden" in page.classed("b-error")[0].attributes
    assert "aria-invalid" not in page.one("input").attributes
    assert "required" not in page.one("input").attributes
    assert "(optional)" in page.one("label").text
    assert "required" in viewed(asked(field("plain_text_input"))).one("input").attributes


def test_an_input_carries_its_limits() -> None:
    tag = viewed(asked(field("plain_text_input", min_length=2, max_length=9))).one("input")
    assert (tag["minlength"], tag["maxlength"]) == ("2", "9")
    assert viewed(asked(field("number_input"))).one("input")["inputmode"] == "numeric"
    assert "autofocus" in viewed(EVERY_INPUT[0]).one("textarea").attributes


def test_menus_of_people_and_conversations_name_them() -> None:
    page = viewed(asked(field("users_select")))
    assert [tag.text for tag in page.all("option")] == ["Choose", "ana", "ben", "adaptbot"]
    assert [t.text for t in viewed(asked(field("channels_select"))).all("option")][1:] == [
        "#llm-adaptation"
    ]


ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onclick='alert(1)",
    "</textarea></select></form><script>",
    "&lt;script&gt;",
    "&amp;lt;b&amp;gt;",
    "{{ 7 * 7 }}{% raw %}",
    "<!-- ",
    "javascript:alert(1)",
    "\x00\x0b\ud800\u202e",
    "<https://a.example|<script>>",
)


def attacked(value: Any, attack: str) -> Any:
    """The value with the attack in place of every string, but for the types."""
    if isinstance(value, dict):
        fixed = ("type", "style") if value.get("type") != "task_card" else ("type", "status")
        return {k: v if k in fixed else attacked(v, attack) for k, v in value.items()}
    if isinstance(value, list):
        return [attacked(each, attack) for each in value]
    return attack if isinstance(value, str) else value


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_of_a_block_gets_out_of_its_place(attack: str) -> None:
    names = Names({"U1ANA": attack, attack: attack}, {"C1ADAPT": attack}, "U1ANA")
    for block in [*EVERY_BLOCK, *EVERY_INPUT]:
        blocks = [attacked(block, attack)]
        made = [blocks_html(blocks, names), view_html({"id": attack, "blocks": blocks}, names)]
        made.append(view_html({"id": attack, "blocks": blocks}, names, {attack: attack}))
        for html in made:
            Parsed(html)
            assert "49" not in html


def test_what_is_escaped_is_escaped_once() -> None:
    text = "a < b & c > \"d\" 'e'"
    for block in (
        {"type": "header", "text": plain(text)},
        {"type": "section", "text": plain(text)},
        {"type": "section", "text": mrkdwn("a &lt; b &amp; c &gt; \"d\" 'e'")},
        {"type": "actions", "elements": [button(text)]},
        rich(runs(text)),
        {"type": "markdown", "text": text},
    ):
        assert parsed(block).text.strip() == text
    assert accessory(button(accessibility_label=text)).one("button")["aria-label"] == text
