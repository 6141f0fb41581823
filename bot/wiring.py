"""The composition root: the one file that names every concrete class."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from bot.adapters.chroma import ChromaIndex, build_lock, embedded_client, server_client
from bot.adapters.content import read_corpus, read_passages, read_synonyms
from bot.adapters.embedding import SentenceEmbeddings
from bot.adapters.extractive import ExtractiveAnswerer
from bot.adapters.guide import load_guide
from bot.adapters.language import language_of
from bot.adapters.lexical import HeadingIndex, LexicalIndex
from bot.adapters.words import Words
from bot.domain.vocabulary import Vocabulary
from bot.errors import SettingsError
from bot.services.answering import Answering
from bot.services.indexing import ensure_built
from bot.services.retrieving import Retriever

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from pydantic import SecretStr

    from bot.domain.answer import Passage, Source
    from bot.domain.flowchart import Guide
    from bot.services.ports import LanguageModel, Progress
    from bot.settings import Settings
    from bot.slack.serving import Running


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
    return ensure_built(index, lock=build_lock(settings.home), progress=progress, rebuild=rebuild)


def answering(settings: Settings, *, progress: Progress) -> Answering:
    """The answering service, its index built where needed."""
    passages = read_passages(settings.knowledge)
    index = vector_index(settings, passages)
    ensure_built(index, lock=build_lock(settings.home), progress=progress)
    words = Words(passages)
    return Answering(
        Retriever(
            vectors=index,
            lexical=LexicalIndex(passages, tokenize=words),
            headings=HeadingIndex(passages, tokenize=words),
            synonyms=read_synonyms(settings.knowledge),
        ),
        vocabulary=Vocabulary(passages, terms=words),
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


def guide(settings: Settings) -> Guide:
    """The decision guide: the embedded one, or `flowchart.yaml` beside other notes."""
    own = settings.knowledge / "flowchart.yaml" if settings.knowledge else None
    return load_guide(own if own and own.is_file() else None)


def sources(settings: Settings) -> dict[str, Source]:
    """Every source of the corpus, by key."""
    return {note.source.key: note.source for note in read_corpus(settings.knowledge)}


def serve(settings: Settings, *, progress: Callable[[], AbstractContextManager[Progress]]) -> None:
    """Run against Slack until told to stop; `progress` shows a bar while the index is built.

    Raises:
        SettingsError: a token is missing or refused; names it.
    """
    from bot.slack.app import web_client
    from bot.slack.serving import check_tokens, serve_http, serve_socket

    token = _needed(settings.slack_bot_token, "SLACK_BOT_TOKEN", "the bot token (xoxb-…)")
    app_token = settings.slack_app_token
    if app_token is None:
        _needed(
            settings.slack_signing_secret,
            "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET",
            "the app token (xapp-…) for Socket Mode, the signing secret for HTTP",
        )
    revealed = app_token.get_secret_value() if app_token else None
    client = web_client(token, base_url=settings.slack_api_url)
    check_tokens(client, app_token=revealed)

    def run() -> Running:
        """Everything is made here: gunicorn forks, and neither torch nor Chroma survives that."""
        with progress() as bar:
            return start(settings, progress=bar)

    if revealed:
        serve_socket(run(), app_token=revealed, host=settings.host, port=settings.port)
    else:
        serve_http(run, host=settings.host, port=settings.port)


def start(settings: Settings, *, progress: Progress) -> Running:
    """The wired Slack app, its index built and its durable work running."""
    from bot.adapters.durable import DurableWork
    from bot.adapters.store import Store
    from bot.slack.app import build_app, web_client
    from bot.slack.flowchart import (
        DIALOG,
        RECOMMENDATION,
        DialogPresses,
        DialogTask,
        RecommendationTask,
    )
    from bot.slack.outbox import Outbox
    from bot.slack.questions import KIND, AnswerTask
    from bot.slack.serving import Running

    settings.home.mkdir(parents=True, exist_ok=True)
    token = _needed(settings.slack_bot_token, "SLACK_BOT_TOKEN", "the bot token (xoxb-…)")
    secret = settings.slack_signing_secret
    client = web_client(token, base_url=settings.slack_api_url)
    outbox, steps, records = Outbox(client), guide(settings), Store(settings.database)
    work = DurableWork(
        database=settings.work_database, replica=settings.replica, workers=settings.workers
    )
    app = build_app(
        client,
        signing_secret=secret.get_secret_value() if secret else "",
        work=work,
        presses=DialogPresses(steps, outbox=outbox, work=work),
        outbox=outbox,
    )
    answers = answering(settings, progress=progress)
    work.start(
        {
            KIND: AnswerTask(answers, records=records, outbox=outbox),
            DIALOG: DialogTask(steps, outbox=outbox),
            RECOMMENDATION: RecommendationTask(
                steps, sources=sources(settings), outbox=outbox, records=records
            ),
        }
    )
    threading.Thread(target=answers.warm, name="warm-up", daemon=True).start()

    def close() -> None:
        work.close()
        records.close()

    return Running(app, close)


def _needed(secret: SecretStr | None, name: str, what: str) -> str:
    if secret is None:
        raise SettingsError(f"{name} is not set: {what}; deploy/settings.env shows every setting")
    return secret.get_secret_value()
