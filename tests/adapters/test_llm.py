from __future__ import annotations

import pytest

from bot.adapters.llm import ChatModel, connect
from bot.adapters.prompts import read_prompt
from bot.errors import ModelUnavailableError, SettingsError
from tests.fakes import CORPUS
from tests.openai_server import Fails, Hangs, Malformed, OpenAIServer, Reply, Says

KEY = "sk-test-not-a-key"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def chat(server: OpenAIServer, *, timeout: float = 20.0) -> ChatModel:
    return connect(
        "openai:gpt-4o-mini", base_url=server.url, prompt=read_prompt("answer"), timeout=timeout
    )


def asked(server: OpenAIServer, question: str = "What is LoRA?", *, timeout: float = 20.0) -> str:
    return chat(server, timeout=timeout).write(question, passages=CORPUS, hits=[])


def test_what_the_model_writes_comes_back_as_it_is() -> None:
    with OpenAIServer([Says("LoRA trains matrices [3].\n")]) as server:
        assert asked(server) == "LoRA trains matrices [3].\n"


def test_the_model_reads_the_question_and_the_numbered_passages() -> None:
    with OpenAIServer([Says("…")]) as server:
        asked(server, "What is {LoRA}?")
    [prompt] = server.prompts
    assert "Question: What is {LoRA}?" in prompt
    assert "[1] Part 1, Cost of pre-training: Llama 2 70B took 1,720,320 GPU hours" in prompt
    assert "[3] Hu 2021, What LoRA trains: LoRA trains two small low-rank matrices" in prompt


def test_the_model_is_asked_for_the_same_answer_every_time() -> None:
    with OpenAIServer([Says("…")]) as server:
        asked(server)
    assert server.requests[0]["model"] == "gpt-4o-mini"
    assert server.requests[0]["temperature"] == 0.0


def test_a_fault_that_passes_is_waited_out() -> None:
    with OpenAIServer([Fails(500), Says("LoRA [3].")]) as server:
        assert asked(server) == "LoRA [3]."
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "reply",
    [Fails(401), Fails(404), Malformed(), Malformed("{}"), Malformed("[]"), Malformed("")],
    ids=str,
)
def test_a_model_that_does_not_answer_is_an_error_of_ours(reply: Reply) -> None:
    with OpenAIServer([reply]) as server, pytest.raises(ModelUnavailableError) as caught:
        asked(server)
    assert str(caught.value).startswith("openai:gpt-4o-mini: ")
    assert KEY not in str(caught.value)


def test_a_server_that_is_gone_is_an_error_of_ours() -> None:
    with OpenAIServer([Says("…")]) as server:
        pass
    with pytest.raises(ModelUnavailableError):
        asked(server)


@pytest.mark.slow
def test_a_model_that_fails_again_and_again_is_given_up_after_three_tries() -> None:
    with OpenAIServer([Fails(500)]) as server, pytest.raises(ModelUnavailableError):
        asked(server)
    assert len(server.requests) == 3


@pytest.mark.slow
def test_a_model_that_hangs_is_given_up() -> None:
    with OpenAIServer([Hangs()]) as server, pytest.raises(ModelUnavailableError):
        asked(server, timeout=0.2)


@pytest.mark.parametrize("setting", ["gpt-4o-mini", ":gpt-4o-mini", "openai:", ":", " "])
def test_a_setting_that_names_no_provider_and_model_is_refused(setting: str) -> None:
    with pytest.raises(SettingsError, match="write provider:model"):
        connect(setting, base_url=None, prompt=read_prompt("answer"))


@pytest.mark.parametrize(
    ("setting", "remedy"),
    [
        ("mistralai:mistral-large", "install LangChain's package for 'mistralai'"),
        ("nobody:model", "check the provider's name"),
    ],
)
def test_a_provider_that_is_not_there_is_named_with_a_remedy(setting: str, remedy: str) -> None:
    with pytest.raises(SettingsError, match=remedy):
        connect(setting, base_url=None, prompt=read_prompt("answer"))


def test_a_missing_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        connect("openai:gpt-4o-mini", base_url=None, prompt=read_prompt("answer"))
