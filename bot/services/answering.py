"""Answers a question from the corpus, or says why it cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bot.domain.answer import Answer, Cited, NotFound, Question, Reason, Turn
from bot.domain.citation import cite
from bot.domain.sufficiency import shortfall, support
from bot.domain.text import clean, has_words
from bot.domain.vocabulary import Vocabulary
from bot.errors import ModelUnavailableError
from bot.services.follow_up import stand_alone
from bot.services.ports import LanguageModel
from bot.services.retrieving import Retrieval, Retriever
from bot.telemetry import ANSWER_SECONDS, QUESTIONS, logger

MAX_CHARACTERS = 4_000
"""Of a question: far beyond any question, and no work for somebody who pastes a book."""
OFFERED = 6
"""Passages a chat model gets to read."""
NEAREST = 3
"""Sections offered when there is no answer."""

_log = logger(__name__)

_WORDS: dict[Reason, str] = {
    "empty": (
        "I don't see a question there. Ask me about adapting large language models, for instance "
        "when to use RAG, what LoRA trains, or how much data fine-tuning takes."
    ),
    "too_long": (
        "That is too long for me to read as one question ({length:,} characters; I take "
        f"{MAX_CHARACTERS:,}). Please ask the question itself, without the document."
    ),
    "off_topic": (
        "I can't help with that: my sources only cover adapting large language models "
        "(prompting, RAG, fine-tuning, pre-training)."
    ),
    "not_covered": (
        "I could not find an answer to that in my sources, so I would rather not guess."
    ),
    "insufficient": (
        "My sources touch on this, but they don't contain the answer, so I would rather not guess."
    ),
}


class Answering:
    """The one way from a question to an answer, for every surface."""

    def __init__(
        self,
        retriever: Retriever,
        *,
        vocabulary: Vocabulary,
        extractive: LanguageModel,
        writer: LanguageModel | None = None,
        language_of: Callable[[str], str] = lambda _text: "English",
    ) -> None:
        self._retriever = retriever
        self._vocabulary = vocabulary
        self._extractive = extractive
        self._writer = writer
        self._language_of = language_of

    def answer(self, question: Question) -> Answer:
        """A cited answer, or the reason why there is none.

        Raises:
            IndexUnavailableError: the index cannot be read.
        """
        with ANSWER_SECONDS.time():
            answer = self._answer(question)
        outcome = "answered" if isinstance(answer, Cited) else answer.reason
        QUESTIONS.labels(outcome).inc()
        return answer

    def warm(self) -> None:
        """Load what the first question would otherwise wait for."""
        self._retriever.retrieve("warm-up")

    def _answer(self, question: Question) -> Answer:
        text = clean(question.text)
        if not has_words(text):
            return NotFound("empty", _WORDS["empty"])
        if len(text) > MAX_CHARACTERS:
            return NotFound("too_long", _WORDS["too_long"].format(length=len(text)))
        asked = stand_alone(Question(text, _readable(question.history)), self._vocabulary)
        found = self._retriever.retrieve(asked)
        if reason := self._shortfall(asked, found):
            return self._refusal(reason, text, found)
        return self._written(asked, found)

    def _shortfall(self, asked: str, found: Retrieval) -> Reason | None:
        return shortfall(
            support(asked, found.hits, similarity=found.similarity, vocabulary=self._vocabulary)
        )

    def _refusal(self, reason: Reason, text: str, found: Retrieval) -> NotFound:
        language = self._language_of(text)
        words = _WORDS[reason]
        if language != "English":
            words = (
                f"Your question looks like {language}; I read English best, and could not find an "
                "answer in my sources. Please ask it again in English."
            )
        return NotFound(reason, words, nearest=found.passages[:NEAREST])

    def _written(self, asked: str, found: Retrieval) -> Cited:
        if self._writer and (answer := self._checked(self._writer, asked, found)):
            return answer
        answer = self._checked(self._extractive, asked, found)
        if answer is None:
            raise AssertionError("the extractive answerer marks every sentence")
        return answer

    def _checked(self, writer: LanguageModel, asked: str, found: Retrieval) -> Cited | None:
        passages = found.passages[:OFFERED]
        offered = {passage.id for passage in passages}
        hits = [hit for hit in found.hits if hit.passage.id in offered]
        try:
            text = writer.write(asked, passages=passages, hits=hits)
        except ModelUnavailableError as error:
            _log.warning("chat model unavailable", model=writer.name, problem=str(error))
            return None
        text, references = cite(text, passages)
        if not references:
            _log.warning("answer without a valid mark", model=writer.name)
            return None
        return Cited(text, references, model=writer.name)


def _readable(history: Iterable[Turn]) -> tuple[Turn, ...]:
    """The turns that were questions, made safe to read as the question itself was."""
    turns = (Turn(clean(turn.question), turn.reply) for turn in history)
    return tuple(
        turn for turn in turns if has_words(turn.question) and len(turn.question) <= MAX_CHARACTERS
    )
