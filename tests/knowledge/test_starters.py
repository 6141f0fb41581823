from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.embedding import SentenceEmbeddings
from bot.domain.answer import Cited, NotFound, Question
from bot.domain.suggestion import STARTERS
from bot.services.answering import Answering
from bot.settings import Settings
from bot.wiring import answering

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bot(built_home: Path, embeddings: SentenceEmbeddings) -> Answering:
    settings = Settings(_env_file=None, home=built_home)
    return answering(settings, progress=lambda *_: None, embeddings=embeddings)


@pytest.mark.parametrize("question", STARTERS)
def test_the_questions_to_start_with_are_answered_even_where_the_bot_has_to_be_sure(
    bot: Answering, question: str
) -> None:
    answer = bot.answer(Question(question), only_if_sure=True)
    assert isinstance(answer, Cited)


@pytest.mark.parametrize(
    "question",
    [
        "is LoRA patented",
        "which vector database is fastest for RAG",
        "does GaLore beat LoRA on GLUE",
        "what accuracy did our RAG bot reach last week",
    ],
)
def test_what_a_refusal_suggests_is_answered(bot: Answering, question: str) -> None:
    refused = bot.answer(Question(question))
    assert isinstance(refused, NotFound)
    assert refused.suggestions
    for text in refused.suggestions:
        assert isinstance(bot.answer(Question(text)), Cited)


def test_the_weather_is_met_with_no_suggestion(bot: Answering) -> None:
    refused = bot.answer(Question("what is the weather in Lisbon"))
    assert isinstance(refused, NotFound)
    assert refused.suggestions == ()
