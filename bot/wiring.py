"""The composition root: the one file that names every concrete class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.adapters.chroma import ChromaIndex, build_lock, embedded_client, server_client
from bot.adapters.content import read_passages
from bot.adapters.embedding import SentenceEmbeddings
from bot.adapters.extractive import ExtractiveAnswerer
from bot.adapters.language import language_of
from bot.adapters.lexical import LexicalIndex
from bot.domain.vocabulary import Vocabulary
from bot.services.answering import Answering
from bot.services.indexing import ensure_built
from bot.services.retrieving import Retriever

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.answer import Passage
    from bot.services.ports import LanguageModel, Progress
    from bot.settings import Settings


def vector_index(settings: Settings, passages: Sequence[Passage]) -> ChromaIndex:
    """The vector index over `passages`, not yet built."""
    client = (
        server_client(settings.chroma_url)
        if settings.chroma_url
        else embedded_client(settings.index_directory)
    )
    return ChromaIndex(
        passages,
        embeddings=SentenceEmbeddings(settings.embedding_model),
        model=settings.embedding_model,
        client=client,
    )


def build_index(settings: Settings, *, progress: Progress, rebuild: bool = False) -> bool:
    """Build the index where needed; returns whether it was built."""
    index = vector_index(settings, read_passages(settings.knowledge))
    return ensure_built(
        index, lock=build_lock(settings.home), progress=progress, rebuild=rebuild
    )


def answering(settings: Settings, *, progress: Progress) -> Answering:
    """The answering service, its index built where needed."""
    passages = read_passages(settings.knowledge)
    index = vector_index(settings, passages)
    ensure_built(index, lock=build_lock(settings.home), progress=progress)
    return Answering(
        Retriever(vectors=index, lexical=LexicalIndex(passages)),
        vocabulary=Vocabulary(passages),
        extractive=ExtractiveAnswerer(),
        writer=chat_model(settings),
        language_of=language_of,
    )


def chat_model(settings: Settings) -> LanguageModel | None:
    """The chat model that is set, if any."""
    if settings.model is None:
        return None
    from bot.adapters.llm import connect
    from bot.adapters.prompts import read_prompt

    return connect(settings.model, base_url=settings.model_base_url, prompt=read_prompt("answer"))
