"""What every LanguageModel does: the fake and the real ones alike."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.adapters.extractive import ExtractiveAnswerer
from bot.adapters.llm import connect
from bot.adapters.prompts import read_prompt
from bot.domain.citation import cite
from bot.errors import ModelUnavailableError, OutOfTimeError, StoppedError
from bot.services.patience import Patience
from bot.services.ports import LanguageModel
from tests.fakes import CORPUS, ScriptedModel, WordIndex
from tests.openai_server import Fails, Hangs, OpenAIServer, Says

QUESTION = "Which matrices does LoRA train?"
ANSWER = "LoRA trains two small low-rank matrices [3]."


@pytest.fixture(params=["ScriptedModel", "ExtractiveAnswerer", "ChatModel"])
def model(request: pytest.FixtureRequest) -> Iterator[LanguageModel]:
    match request.param:
        case "ScriptedModel":
            yield ScriptedModel(ANSWER)
        case "ExtractiveAnswerer":
            yield ExtractiveAnswerer()
        case _:
            with OpenAIServer([Says(ANSWER)]) as server:
                yield chat_model(request, server)


@pytest.fixture(params=["ScriptedModel", "ChatModel"])
def down(request: pytest.FixtureRequest) -> Iterator[LanguageModel]:
    if request.param == "ScriptedModel":
        yield ScriptedModel(None)
        return
    with OpenAIServer([Fails(401)]) as server:
        yield chat_model(request, server)


@pytest.fixture(params=["ScriptedModel", "ChatModel"])
def late(request: pytest.FixtureRequest) -> Iterator[LanguageModel]:
    if request.param == "ScriptedModel":
        yield ScriptedModel(ANSWER, seconds=60)
        return
    with OpenAIServer([Hangs()]) as server:
        yield chat_model(request, server)


def chat_model(request: pytest.FixtureRequest, server: OpenAIServer) -> LanguageModel:
    request.getfixturevalue("monkeypatch").setenv("OPENAI_API_KEY", "sk-test-not-a-key")
    return connect("openai:gpt-4o-mini", base_url=server.url, prompt=read_prompt("answer"))


def test_a_model_has_a_name(model: LanguageModel) -> None:
    assert model.name.strip()


def test_marks_name_passages_by_their_position(model: LanguageModel) -> None:
    text = model.write(QUESTION, passages=CORPUS, hits=WordIndex().search(QUESTION, limit=5))
    shown, references = cite(text, CORPUS)
    assert "LoRA trains two small low-rank matrices" in shown
    assert references[0].source.key == "lora"


def test_a_model_may_be_asked_again(model: LanguageModel) -> None:
    hits = WordIndex().search(QUESTION, limit=5)
    first = model.write(QUESTION, passages=CORPUS, hits=hits)
    assert model.write(QUESTION, passages=CORPUS, hits=hits) == first


def test_a_model_that_is_down_says_so(down: LanguageModel) -> None:
    with pytest.raises(ModelUnavailableError):
        down.write(QUESTION, passages=CORPUS, hits=[])


def test_a_model_that_takes_its_time_is_not_waited_for_longer_than_patience(
    late: LanguageModel,
) -> None:
    for patience, error in [
        (Patience(0.1), OutOfTimeError),
        (Patience(stopped=lambda: True), StoppedError),
    ]:
        with pytest.raises(error):
            late.write(QUESTION, passages=CORPUS, hits=[], patience=patience)
