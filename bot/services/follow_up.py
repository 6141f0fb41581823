"""Makes a follow-up question stand alone."""

from __future__ import annotations

import re
from functools import reduce

from bot.domain.answer import Question
from bot.domain.vocabulary import Vocabulary

_REFERS = re.compile(
    r"\b(it|its|that|this|they|them|their|those|these|same|ones?|former|latter|other)\b"
    r"|^(and|n|but|so|or|what about|how about|why|really)\b",
    re.IGNORECASE,
)


def stand_alone(question: Question, vocabulary: Vocabulary) -> str:
    """`question` with the subject it takes from the questions before it in the thread.

    A question that names its own subject, and points back at nothing, is left as it is.
    """
    asked = [turn.question for turn in question.history] + [question.text]
    return reduce(lambda before, text: _joined(before, text, vocabulary), asked)


def _joined(before: str, text: str, vocabulary: Vocabulary) -> str:
    own_subject = vocabulary.names_in(text) and not _REFERS.search(text)
    return text if own_subject else f"{before} {text}"
