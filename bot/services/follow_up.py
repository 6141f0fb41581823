"""Makes a follow-up question stand alone."""

from __future__ import annotations

from functools import reduce

from bot.domain.answer import Question
from bot.domain.vocabulary import Vocabulary


def stand_alone(question: Question, vocabulary: Vocabulary) -> str:
    """`question` with the subject it takes from the questions before it in the thread.

    A question that names its own subject is left as it is.
    """
    asked = [turn.question for turn in question.history] + [question.text]
    return reduce(lambda before, text: _joined(before, text, vocabulary), asked)


def _joined(before: str, text: str, vocabulary: Vocabulary) -> str:
    own = vocabulary.names_in(text)
    return text if own else f"{before} {text}"
