"""No key of the app's is shown, wherever it stands; everything else is."""

from __future__ import annotations

from typing import Any

import pytest

from bot.playground.page.masking import HIDDEN, masked, secrets_of
from bot.playground.registration import SlackApp


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"token": "legacy"}, {"token": HIDDEN}),
        (
            {"bot_token": "x", "Authorization": "Bearer x"},
            {"bot_token": HIDDEN, "Authorization": HIDDEN},
        ),
        ({"token": ""}, {"token": ""}),
        ({"max_tokens": 5, "authorizations": [{"user_id": "U1"}]}, None),
        ({"trigger_id": "17.1.ab", "text": "tokens are counted"}, None),
        ({"ok": True, "deep": [{"ticket": "t"}]}, {"ok": True, "deep": [{"ticket": HIDDEN}]}),
        ("my token is xoxb-12-ab_c!", f"my token is {HIDDEN}!"),
        ("xapp-1-A1-ff and xoxe.xoxp-1-x", f"{HIDDEN} and {HIDDEN}"),
        ("http://127.0.0.1:1/commands/T1/ab/cd", f"http://127.0.0.1:1/commands/T1/{HIDDEN}"),
        ("https://hooks.slack.com/actions/T1/1/ab", f"https://hooks.slack.com/actions/T1/{HIDDEN}"),
        ("ws://h/link/?ticket=ab&app_id=A1", f"ws://h/link/?ticket={HIDDEN}&app_id=A1"),
        ({"xoxb-1": 1}, {HIDDEN: 1}),
        ([1, None, 2.5, True], None),
    ],
)
def test_keys_are_hidden_by_name_and_by_shape(given: Any, shown: Any) -> None:
    assert masked(given) == (given if shown is None else shown)


def test_the_keys_of_the_app_are_hidden_whatever_their_shape() -> None:
    app = SlackApp(bot_token="plain", app_token="other", signing_secret="third")
    text = "plain, other and third, in (plain)"
    expected = f"{HIDDEN}, {HIDDEN} and {HIDDEN}, in ({HIDDEN})"
    assert masked({"a": [text]}, secrets_of(app)) == {"a": [expected]}
