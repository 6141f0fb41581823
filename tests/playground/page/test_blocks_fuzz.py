"""Whatever blocks the local Slack takes, the page shows."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.playground.block_rules import block_problems
from bot.playground.controls import controls, find_control
from bot.playground.page.blocks import blocks_html, view_html
from bot.playground.page.forms import values_of
from tests.playground.page.parsed import Parsed
from tests.playground.page.samples import EVERY_BLOCK, EVERY_INPUT, NAMES, Json

HOSTILE = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        """<script> "onclick="x </div> javascript:x https://a.example/ *a* ` <@U1ANA> &lt;
        <https://a.example|x> rich_text_section image \x00 \ud800""".split()
    ),
)
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), HOSTILE),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.one_of(
                st.sampled_from(["type", "text", "value", "options", "elements", "url"]), HOSTILE
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
Place = tuple[Any, Any]


def places(value: Any) -> Iterator[Place]:
    """Every holder with each of its keys."""
    if isinstance(value, (dict, list)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield value, key
            yield from places(inner)


def accepted(block: Json) -> bool:
    return not any(True for _ in block_problems(block, ""))


@st.composite
def blocks(draw: st.DrawFn, *, of: list[Json]) -> Json:
    """One of the samples with a few of its parts replaced or added, as far as Slack takes that."""
    block = copy.deepcopy(draw(st.sampled_from(of)))
    for _ in range(draw(st.integers(1, 4))):
        changed = copy.deepcopy(block)
        found = [*places(changed)]
        holder, key = found[draw(st.integers(0, len(found) - 1))]
        holder[key] = draw(ANYTHING)
        if isinstance(holder, dict) and draw(st.booleans()):
            holder[draw(HOSTILE)] = draw(ANYTHING)
        if accepted(changed):
            block = changed
    return block


def test_the_samples_are_what_the_local_slack_takes() -> None:
    assert all(map(accepted, [*EVERY_BLOCK, *EVERY_INPUT]))


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(blocks(of=EVERY_BLOCK), min_size=1, max_size=3))
def test_any_message_is_well_nested_harmless_html(found: list[Json]) -> None:
    page = Parsed(blocks_html(found, NAMES))
    keys = {control.key for control in controls(found)}
    for tag in page.all("button"):
        if "\ufffd" not in tag["value"]:
            assert tag["value"] in keys


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(blocks(of=[*EVERY_BLOCK, *EVERY_INPUT]), min_size=1, max_size=3), HOSTILE)
def test_any_view_is_well_nested_harmless_html_and_can_be_posted(
    found: list[Json], text: str
) -> None:
    view = {"id": text, "type": "modal", "blocks": found}
    page = Parsed(view_html(view, NAMES, {"b": text}))
    names = [tag["name"] for tag in page.tags if tag.attributes.get("name")]
    values_of(view, {name: [text] for name in names})


@settings(deadline=None)
@given(st.lists(blocks(of=EVERY_BLOCK), min_size=1, max_size=3))
def test_every_key_names_one_control(found: list[Json]) -> None:
    every = [*controls(found)]
    keys = [control.key for control in every]
    assert len(keys) == len(set(keys))
    for control in every:
        assert find_control(found, control.key) == control
