"""Questions that the corpus answers, to be offered where it does not answer the one asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from bot.domain.answer import Hit
from bot.domain.asking import is_gap
from bot.domain.text import content_terms

STARTERS = (
    "What is the difference between RAG and fine-tuning?",
    "How does LoRA work?",
    "What makes a good fine-tuning dataset?",
)
"""For somebody who asked nothing yet."""
MAX_CHARACTERS = 200
OFTEN = 2
"""How often a capitalised word has to stand in what was found, to be a name."""

_QUESTION = re.compile(
    r"(?:what|which|who|whose|how|why|when|where|is|are|was|were|does|do|did|can|could|should|would"
    r"|will)\b",
    re.IGNORECASE,
)
_DANGLING = re.compile(
    r"\b(?:it|its|it's|they|them|their|this|that one|those|these|he|she|his|her|both|here|there|you"
    r"|your)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_I = {"i": "I"}


def candidates(question: str, hits: Sequence[Hit]) -> Iterator[tuple[str, Hit]]:
    """Questions near to `question`, one a passage, each with the sentence that answers it.

    Best first, as `hits` are. Left out are questions that lean on something unsaid, what the bot
    says about itself, and sentences that say what the corpus lacks.
    """
    spelling = _spelling(hits)
    wanted = set(content_terms(question))
    taken, offered = {_folded(question)}, set[str]()
    for hit in hits:
        if hit.passage.id in offered or hit.passage.source.kind == "about" or is_gap(hit.text):
            continue
        asked = [_written(text, spelling) for text in hit.asked if _stands_alone(text)]
        fresh = [text for text in asked if _folded(text) not in taken]
        if fresh:
            best = max(fresh, key=lambda text: len(wanted & set(content_terms(text))))
            offered.add(hit.passage.id)
            taken.add(_folded(best))
            yield best, hit


def _stands_alone(text: str) -> bool:
    long = len(text) >= MAX_CHARACTERS
    return not long and _QUESTION.match(text) is not None and not _DANGLING.search(text)


def _written(text: str, spelling: dict[str, str]) -> str:
    """`text` with names spelled as the corpus has them, from a capital to a question mark."""
    text = _WORD.sub(lambda word: spelling.get(word[0].lower(), word[0]), text.rstrip(" ?.!"))
    return f"{text[:1].upper()}{text[1:]}?"


def _spelling(hits: Sequence[Hit]) -> dict[str, str]:
    """How names are spelled that the corpus hardly writes in small letters: LoRA, A100, Google."""
    texts = [_WORD.findall(hit.text) for hit in hits]
    words = Counter(word for text in texts for word in text[1:])
    words.update(text[0] for text in texts if text and _is_marked(text[0]))
    best = {word.lower(): word for word, _ in reversed(words.most_common())}
    return _I | {
        low: word
        for low, word in best.items()
        if low not in (word, "part") and (_is_marked(word) or words[word] >= OFTEN)
    }


def _is_marked(word: str) -> bool:
    return any(each.isupper() or each.isdigit() for each in word[1:])


def _folded(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))
