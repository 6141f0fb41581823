"""Answers a question from the corpus, or says why it cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from bot.domain import refusal
from bot.domain.answer import Answer, Cited, NotFound, Passage, Question, Turn
from bot.domain.asking import is_question, is_small_talk, questions_in
from bot.domain.choosing import about_method
from bot.domain.citation import cite
from bot.domain.suggestion import STARTERS
from bot.domain.text import clean, has_words, without_markup
from bot.domain.trace import Trace
from bot.errors import ModelUnavailableError
from bot.services.checking import Checker
from bot.services.follow_up import FollowUps
from bot.services.judging import Shortfall, Sufficiency, unwritten
from bot.services.patience import ENDLESS, Patience
from bot.services.ports import LanguageModel
from bot.services.retrieving import Query, Retrieval, Retriever
from bot.services.suggesting import Suggestions
from bot.services.tracing import Tracing
from bot.telemetry import ANSWER_SECONDS, QUESTIONS, logger

OFFERED_TOKENS = 1_500
"""Of the passages that a writer gets to read."""
CHARACTERS_PER_TOKEN = 4
"""A rule of thumb for English text; a budget needs no more."""
_OTHERWISE = "That is not what my sources say; they say instead:"
PARTS = 5
"""Questions within a refused message that are tried by themselves; each costs a search."""
NEAREST = 3
"""Sections offered when there is no answer."""

InEnglish = Callable[[str], tuple[str, str]]
"""Of a text: the English name of its language, and the text in English words."""

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a question is to be answered."""

    patience: Patience
    only_if_sure: bool
    notes: Tracing
    """What becomes of it."""


class Explained(NamedTuple):
    """An answer, and how it came about."""

    answer: Answer
    found: Retrieval | None
    """All that was retrieved for it; None where nothing was looked for."""
    trace: Trace


class Answering:
    """The one way from a question to an answer, for every surface.

    The first of `writers` that is reachable and says something supported is heard; the last one is
    the extractive answerer, which always is.
    """

    def __init__(
        self,
        retriever: Retriever,
        *,
        follow_ups: FollowUps,
        sufficiency: Sufficiency,
        checker: Checker,
        writers: Sequence[LanguageModel],
        in_english: InEnglish = lambda text: ("English", text),
    ) -> None:
        self._retriever = retriever
        self._follow_ups = follow_ups
        self._sufficiency = sufficiency
        self._writers = writers
        self._checker = checker
        self._in_english = in_english
        self._suggestions = Suggestions(retriever, sufficiency)

    def answer(
        self, question: Question, *, patience: Patience = ENDLESS, only_if_sure: bool = False
    ) -> Answer:
        """A cited answer, or the reason why there is none.

        `only_if_sure` is for what nobody addressed to the bot: a refusal costs little there, and an
        answer beside the point much. It takes something asked, a judge who is sure, and the writer
        of choice; nothing is suggested.

        Raises:
            IndexUnavailableError: the index cannot be read.
            StoppedError: somebody stopped the work.
            OutOfTimeError: the asker's time is up.
        """
        return self.explained(question, patience=patience, only_if_sure=only_if_sure).answer

    def explained(
        self, question: Question, *, patience: Patience = ENDLESS, only_if_sure: bool = False
    ) -> Explained:
        """The same, with what was retrieved for it and what the check said of each sentence.

        Raises:
            IndexUnavailableError: the index cannot be read.
            StoppedError: somebody stopped the work.
            OutOfTimeError: the asker's time is up.
        """
        notes = Tracing()
        with ANSWER_SECONDS.time(), notes.stage("whole"):
            answer = self._answer(question, _Manner(patience, only_if_sure, notes))
        trace = notes.trace(answer)
        QUESTIONS.labels(trace.outcome).inc()
        return Explained(answer, notes.found, trace)

    def warm(self) -> None:
        """Load what the first question would otherwise wait for."""
        self._retriever.retrieve("warm-up")

    def _answer(self, question: Question, manner: _Manner) -> Answer:
        text = clean(question.text)
        if unreadable := _unreadable(text):
            return unreadable
        text = without_markup(text) or text
        with manner.notes.stage("language"):
            language, english = self._in_english(text)
        if manner.only_if_sure and not (is_question(text) or is_question(english)):
            return NotFound("empty", refusal.empty())
        manner.patience.check()
        with manner.notes.stage("language"):
            history = tuple(self._readable(question.history))
        translated = language != "English"
        query, found, short = self._found(english, history, manner, translated=translated)
        manner.notes.asked, manner.notes.found = query.text, found
        if not short:
            with manner.notes.stage("premise"):
                denied = self._checker.denied(english, found)
            found = manner.notes.found = found.led_by(denied) if denied else found
            if answer := self._written(query.text, found, manner):
                lead = refusal.answered_in_english(language) or (_OTHERWISE if denied else "")
                return replace(answer, lead=lead)
            short = unwritten(english)
        refused = replace(_refused(short, language, found), about_method=about_method(english))
        with manner.notes.stage("suggestions"):
            return self._with_suggestions(refused, query, found, manner)

    def _found(
        self, text: str, history: tuple[Turn, ...], manner: _Manner, *, translated: bool
    ) -> tuple[Query, Retrieval, Shortfall | None]:
        """What was found for `text`, or else for a question within it; and whether it suffices."""
        notes = manner.notes
        with notes.stage("retrieval"):
            query = self._follow_ups.stand_alone(Question(text, history))
            found = self._retriever.retrieve(query)
        loosely, sure = translated or bool(query.variants), manner.only_if_sure
        with notes.stage("judging"):
            short = self._sufficiency.shortfall(query.text, found, read_loosely=loosely, sure=sure)
        for part in questions_in(text)[:PARTS] if short else ():
            with notes.stage("retrieval"):
                other = self._retriever.retrieve(part)
            with notes.stage("judging"):
                lacks = self._sufficiency.shortfall(part, other, sure=sure)
            if not lacks:
                return Query(part), other, None
        return query, found, short

    def _with_suggestions(
        self, refused: NotFound, query: Query, found: Retrieval, manner: _Manner
    ) -> NotFound:
        """Nothing near is held on what is off the topic; a demand for keys is met with no offer."""
        if manner.only_if_sure or refused.reason == "off_topic":
            return refused
        return replace(refused, suggestions=self._suggestions.near(query.text, found))

    def _readable(self, history: Iterable[Turn]) -> Iterable[Turn]:
        """The turns that were questions, made safe to read as the question itself was."""
        for turn in history:
            text = clean(without_markup(turn.question))
            if has_words(text) and len(text) <= refusal.MAX_CHARACTERS:
                yield Turn(self._in_english(text)[1], turn.reply)

    def _written(self, asked: str, found: Retrieval, manner: _Manner) -> Cited | None:
        """What the first writer says that is supported; who has to be sure hears no other one."""
        for writer in self._writers[:1] if manner.only_if_sure else self._writers:
            manner.patience.check()
            if answer := self._checked(writer, asked, found, manner):
                return answer
        if manner.only_if_sure:
            return None
        raise AssertionError("the extractive answerer marks every sentence")

    def _checked(
        self, writer: LanguageModel, asked: str, found: Retrieval, manner: _Manner
    ) -> Cited | None:
        passages = _affordable(found)
        offered = {passage.id for passage in passages}
        hits = [hit for hit in found.hits if hit.passage.id in offered]
        notes, patience = manner.notes, manner.patience
        notes.offered = passages
        try:
            with notes.stage("writing"):
                text = writer.write(asked, passages=passages, hits=hits, patience=patience)
        except ModelUnavailableError as error:
            _log.warning("chat model unavailable", model=writer.name, problem=str(error))
            return None
        with notes.stage("checking"):
            checked = self._checker.checked(text, passages, writer=writer.name)
        notes.judged.extend(checked.judged)
        text, references = cite(checked.text, passages)
        if not references:
            _log.warning("answer without a supported sentence", model=writer.name)
            return None
        return Cited(text, references, model=writer.name)


def _unreadable(text: str) -> NotFound | None:
    """The refusal of a text in which no question is looked for."""
    if not has_words(text) or is_small_talk(text):
        return NotFound("empty", refusal.empty(), suggestions=STARTERS)
    if len(text) > refusal.MAX_CHARACTERS:
        words = refusal.too_long(len(text))
        return NotFound("too_long", words, about_method=about_method(text))
    return None


def _affordable(found: Retrieval) -> tuple[Passage, ...]:
    """The best passages that fit into the token budget; the first one always."""
    passages: list[Passage] = []
    left = OFFERED_TOKENS * CHARACTERS_PER_TOKEN
    for passage in found.passages:
        left -= sum(len(sentence) for sentence in passage.sentences)
        if passages and left < 0:
            break
        passages.append(passage)
    return tuple(passages)


def _refused(short: Shortfall, language: str, found: Retrieval) -> NotFound:
    text = refusal.in_language(short.reason, language) or short.words
    return NotFound(short.reason, text, nearest=found.passages[:NEAREST])
