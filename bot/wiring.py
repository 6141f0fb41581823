"""The composition root: the one file that names every concrete class."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.adapters.calibration import read_judge, read_weights, shipped
from bot.adapters.chroma import ChromaIndex, build_lock, embedded_client, server_client
from bot.adapters.content import read_corpus
from bot.adapters.embedding import SentenceEmbeddings
from bot.adapters.extractive import ExtractiveAnswerer
from bot.adapters.guide import guide_text, load_guide, parse_guide
from bot.adapters.language import language_of
from bot.adapters.lexical import HeadingIndex, LexicalIndex
from bot.adapters.translation import load_lexicons
from bot.adapters.words import Words
from bot.domain.sufficiency import written
from bot.domain.synonyms import Synonyms
from bot.domain.vocabulary import Vocabulary, sentences
from bot.errors import SettingsError
from bot.services.answering import Answering
from bot.services.checking import Checker
from bot.services.consulting import Consulting
from bot.services.editions import Editions
from bot.services.evaluating import Adaptbot
from bot.services.follow_up import FollowUps
from bot.services.indexing import ensure_built
from bot.services.judging import SimpleJudge, Sufficiency
from bot.services.reading import Reading
from bot.services.retrieving import Retriever, WordSearch
from bot.telemetry import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from importlib.resources.abc import Traversable

    from pydantic import SecretStr
    from slack_sdk import WebClient

    from bot.domain.answer import Passage, Source
    from bot.domain.dialog import Dialog
    from bot.domain.flowchart import Guide
    from bot.domain.question_set import Asked
    from bot.domain.trace import Trace
    from bot.services.ports import (
        DescriptionReader,
        GuideTexts,
        Judge,
        LanguageModel,
        Progress,
        Records,
        Reranker,
        System,
        Task,
        Work,
    )
    from bot.settings import Settings
    from bot.slack.app import Part
    from bot.slack.guarded import Errand
    from bot.slack.origin import Identity
    from bot.slack.outbox import Outbox
    from bot.slack.serving import Running


def vector_index(
    settings: Settings,
    passages: Sequence[Passage],
    *,
    embeddings: SentenceEmbeddings | None = None,
) -> ChromaIndex:
    """The vector index over `passages`, not yet built; with a model of its own unless given one."""
    client = (
        server_client(settings.chroma_url)
        if settings.chroma_url
        else embedded_client(settings.index_directory)
    )
    return ChromaIndex(
        passages,
        embeddings=embeddings or SentenceEmbeddings(settings.embedding_model),
        model=settings.embedding_model,
        client=client,
        shared=settings.chroma_url is not None,
    )


def build_index(settings: Settings, *, progress: Progress, rebuild: bool = False) -> bool:
    """Build the index where needed; returns whether it was built."""
    index = vector_index(settings, read_corpus(settings.knowledge).passages())
    return ensure_built(index, lock=build_lock(settings.home), progress=progress, rebuild=rebuild)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The corpus, indexed and ready to be searched."""

    passages: Sequence[Passage]
    vectors: ChromaIndex
    words: WordSearch
    vocabulary: Vocabulary

    def retriever(
        self, weights: Mapping[str, float], *, reranker: Reranker | None = None
    ) -> Retriever:
        """Searches it, and puts what it finds in order by `weights`."""
        return Retriever(
            vectors=self.vectors,
            words=self.words,
            vocabulary=self.vocabulary,
            weights=weights,
            reranker=reranker,
        )

    def sufficiency(self, judge: Judge) -> Sufficiency:
        """Decides by `judge` whether what is found answers a question."""
        held = written(sentences(self.passages))
        return Sufficiency(judge, vocabulary=self.vocabulary, written=held)


def knowledge(
    settings: Settings, *, progress: Progress, embeddings: SentenceEmbeddings | None = None
) -> Knowledge:
    """The corpus, its index built where needed."""
    corpus = read_corpus(settings.knowledge)
    passages = corpus.passages()
    index = vector_index(settings, passages, embeddings=embeddings)
    ensure_built(index, lock=build_lock(settings.home), progress=progress)
    words = Words(passages)
    search = WordSearch(
        LexicalIndex(passages, tokenize=words),
        headings=HeadingIndex(passages, tokenize=words),
        synonyms=Synonyms.of(corpus.synonyms),
    )
    aliases = (phrase for phrases in corpus.synonyms.values() for phrase in phrases)
    vocabulary = Vocabulary(passages, terms=words, aliases=aliases)
    return Knowledge(passages, index, search, vocabulary)


def answering(
    settings: Settings, *, progress: Progress, embeddings: SentenceEmbeddings | None = None
) -> Answering:
    """The answering service, its index built where needed."""
    held = knowledge(settings, progress=progress, embeddings=embeddings)
    fitted = calibration_folder(settings)
    judge = None
    if settings.knowledge is None or fitted != shipped():  # a judge knows the notes it was made for
        judge = read_judge(fitted, model=settings.embedding_model)
    return Answering(
        held.retriever(read_weights(fitted), reranker=reranker(settings)),
        follow_ups=FollowUps(held.passages, vocabulary=held.vocabulary),
        sufficiency=held.sufficiency(judge or SimpleJudge()),
        checker=Checker(held.vocabulary),
        writers=writers(settings),
        in_english=in_english,
    )


def calibration_folder(settings: Settings) -> Traversable:
    """Where what was fitted lies: beside other notes where they have it, else as shipped."""
    own = settings.knowledge / "calibration" if settings.knowledge else None
    return own if own and own.is_dir() else shipped()


def calibration_rates(settings: Settings) -> Mapping[str, float] | None:
    """The cross-validated rates of the judge in use; None where nothing was fitted."""
    from bot.adapters.calibration import read_rates

    return read_rates(calibration_folder(settings), model=settings.embedding_model)


def calibrate(
    settings: Settings, *, asked: Sequence[Asked], labelled: Sequence[Asked], progress: Progress
) -> Mapping[str, float]:
    """Fit ranking and judge, and keep them; returns the judge's cross-validated rates."""
    from bot.adapters.calibration import fit_judge, fit_weights, write
    from bot.services.calibrating import ranking_examples, sufficiency_examples

    held = knowledge(settings, progress=progress)
    by_fusion = held.retriever({"fused": 1.0})
    weights = fit_weights(
        list(ranking_examples(asked, by_fusion, vocabulary=held.vocabulary, progress=progress))
    )
    examples = sufficiency_examples(
        [*asked, *labelled],
        held.retriever(weights),
        held.sufficiency(SimpleJudge()),
        progress=progress,
    )
    judge, rates = fit_judge(list(examples))
    folder = settings.knowledge / "calibration" if settings.knowledge else Path(str(shipped()))
    write(folder, model=settings.embedding_model, weights=weights, judge=judge, rates=rates)
    return rates


def calibrate_reader(settings: Settings, *, progress: Progress) -> Mapping[str, float]:
    """Fit the reader of descriptions, and keep it; returns the rates that were measured.

    Without labelled descriptions in tests/descriptions below the working directory, nothing is.
    """
    from bot.adapters import description_files as files
    from bot.adapters.reader import EmbeddedReader
    from bot.adapters.reader_fitting import acceptable, fit_reader, write_fitted

    root, held, embeddings = Path(), guide(settings), embedding_model(settings)
    if not files.training_files(root):
        return {}
    fitted = fit_reader(
        held,
        described=files.read_descriptions(files.training_files(root)),
        phrases=files.read_phrases(files.phrase_files(root)),
        embed=embeddings.vectors,
        progress=progress,
    )
    reader = EmbeddedReader(held, embed=embeddings.vectors, fitted=fitted)
    rates: dict[str, float] = {}
    for file in files.measured_files(root):
        described = files.read_descriptions([file])
        rates[f"{file.stem}_descriptions"] = len(described)
        rates[f"{file.stem}_acceptable"] = round(acceptable(held, described, reader), 4)
    folder = settings.knowledge / "calibration" if settings.knowledge else Path(str(shipped()))
    write_fitted(folder, model=settings.embedding_model, fitted=fitted, rates=rates)
    return rates


def reranker(settings: Settings) -> Reranker | None:
    """The cross-encoder that is set, if any."""
    if settings.reranker is None:
        return None
    from bot.adapters.reranking import CrossEncoderReranker

    return CrossEncoderReranker(settings.reranker)


def in_english(text: str) -> tuple[str, str]:
    """The language of `text`, and `text` in English words where there is a lexicon for it."""
    language = language_of(text)
    lexicon = load_lexicons().get(language)
    return language, lexicon.translated(text) if lexicon else text


def embedding_model(settings: Settings) -> SentenceEmbeddings:
    """The embedding model, for systems that are to share one."""
    return SentenceEmbeddings(settings.embedding_model)


def adaptbot(settings: Settings, *, embeddings: SentenceEmbeddings, progress: Progress) -> System:
    """The bot as people talk to it, warm, to be measured."""
    answers = answering(settings, progress=progress, embeddings=embeddings)
    answers.warm()
    return Adaptbot(answers)


def plain_pipeline(
    settings: Settings, *, embeddings: SentenceEmbeddings, progress: Progress
) -> System:
    """What the bot is measured beside: the same notes and model, the usual way."""
    from bot.adapters.plain import PlainPipeline

    corpus = read_corpus(settings.knowledge)
    return PlainPipeline(corpus, embeddings=embeddings, progress=progress)


def writers(settings: Settings) -> list[LanguageModel]:
    """Who writes answers, in order of preference."""
    chosen = chat_model(settings)
    return [chosen, ExtractiveAnswerer()] if chosen else [ExtractiveAnswerer()]


def chat_model(settings: Settings) -> LanguageModel | None:
    """The chat model that is set, if any."""
    if settings.model is None:
        return None
    from bot.adapters.llm import connect
    from bot.adapters.prompts import read_prompt

    return connect(settings.model, base_url=settings.model_base_url, prompt=read_prompt("answer"))


def guide(settings: Settings) -> Guide:
    """The decision guide: the embedded one, or `flowchart.yaml` beside other notes."""
    return load_guide(guide_file(settings))


def guide_file(settings: Settings) -> Path | None:
    """The file of a guide beside other notes; None for the embedded one."""
    own = settings.knowledge / "flowchart.yaml" if settings.knowledge else None
    return own if own and own.is_file() else None


def editions(settings: Settings, texts: GuideTexts) -> Editions:
    """The guide of today, kept from now on, and those that were kept before."""
    file = guide_file(settings)
    text = guide_text(file)
    held = Editions(
        parse_guide(text, file=str(file or "knowledge/flowchart.yaml")),
        text,
        texts=texts,
        parse=partial(parse_guide, file="an earlier guide"),
    )
    held.keep()
    return held


def reading(
    settings: Settings, guide: Guide, *, embeddings: SentenceEmbeddings | None = None
) -> Reading:
    """Reads descriptions of projects: by the chat model where one is set, else by example."""
    from bot.adapters.reader import EmbeddedReader, read_fitted

    fitted = read_fitted(calibration_folder(settings), model=settings.embedding_model)
    embed = (embeddings or embedding_model(settings)).vectors
    readers: list[DescriptionReader] = [EmbeddedReader(guide, embed=embed, fitted=fitted)]
    if settings.model is not None:
        from bot.adapters.llm_reading import connect_reader
        from bot.adapters.prompts import read_prompt

        prompt = read_prompt("reading")
        base_url = settings.model_base_url
        readers.insert(0, connect_reader(settings.model, guide, base_url=base_url, prompt=prompt))
    return Reading(readers)


def picture(settings: Settings, dialog: Dialog) -> bytes:
    """The guide with the path that a dialog took, as PNG."""
    os.environ.setdefault("MPLCONFIGDIR", str(settings.home / "matplotlib"))  # a list of fonts
    from bot.adapters.picture import draw

    return draw(dialog.guide, taken=dialog, form="png", theme="light")


def sources(settings: Settings) -> dict[str, Source]:
    """Every source of the corpus, by key."""
    return read_corpus(settings.knowledge).sources


def traces(settings: Settings) -> Callable[[str], Trace | None]:
    """Looks up how work was answered, by its id, in the records of a bot with these settings.

    Nothing is opened before the first question, and nothing made: None where nothing is kept yet.
    """

    def kept(work_id: str) -> Trace | None:
        from bot.adapters.kept_traces import kept_trace

        return kept_trace(settings.database, work_id)

    return kept


def serve(settings: Settings, *, progress: Callable[[], AbstractContextManager[Progress]]) -> None:
    """Run against Slack until told to stop; `progress` shows a bar while the index is built.

    Raises:
        SettingsError: a token is missing or refused; names it.
    """
    from bot.slack.clients import web_client
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
    identity = check_tokens(client, app_token=revealed)

    def run() -> Running:
        """Everything is made here: gunicorn forks, and neither torch nor Chroma survives that."""
        with progress() as bar:
            return start(settings, identity, progress=bar)

    if revealed:
        serve_socket(run(), app_token=revealed, host=settings.host, port=settings.port)
    else:
        serve_http(run, host=settings.host, port=settings.port)


def start(settings: Settings, identity: Identity, *, progress: Progress) -> Running:
    """The wired Slack app, its index built and its durable work running."""
    from bot.adapters.durable import DurableWork
    from bot.adapters.store import Store
    from bot.services.retention import Retention
    from bot.slack.app import build_app
    from bot.slack.clients import web_client
    from bot.slack.serving import Running

    settings.home.mkdir(parents=True, exist_ok=True)
    token = _needed(settings.slack_bot_token, "SLACK_BOT_TOKEN", "the bot token (xoxb-…)")
    secret = settings.slack_signing_secret
    client = web_client(token, base_url=settings.slack_api_url)
    records = Store(settings.database)
    work = DurableWork(
        database=settings.work_database, replica=settings.replica, workers=settings.workers
    )
    embeddings = embedding_model(settings)
    answers = answering(settings, progress=progress, embeddings=embeddings)
    guides = editions(settings, records)
    corpus = read_corpus(settings.knowledge)
    services = Services(
        answers,
        guides,
        reading=reading(settings, guides.current, embeddings=embeddings),
        passages=corpus.passages(),
        sources=corpus.sources,
        records=records,
        work=work,
        draw=partial(picture, settings),
    )
    slack = slack_parts(settings, identity, client, services)
    app = build_app(
        client,
        signing_secret=secret.get_secret_value() if secret else "",
        identity=identity,
        outbox=slack.outbox,
        parts=slack.parts,
    )
    work.start(slack.tasks)
    retention = Retention([records.purge, work.purge], days=settings.retention_days)
    retention.start()
    threading.Thread(target=_warm, args=(answers,), name="warm-up", daemon=True).start()

    def close() -> bool:
        retention.close()
        ended = work.close()
        if ended:
            records.close()
        return ended

    return Running(app, close)


def _warm(answers: Answering) -> None:
    """Load what the first question needs; that question tells of whatever fails here."""
    try:
        answers.warm()
    except Exception as error:  # noqa: BLE001 - the process may just be ending
        logger(__name__).info("the warm-up was cut short", problem=type(error).__name__)


@dataclass(frozen=True, slots=True)
class Services:
    """What the Slack edge stands on."""

    answers: Answering
    editions: Editions
    reading: Reading
    passages: Sequence[Passage]
    sources: Mapping[str, Source]
    records: Records
    work: Work
    draw: Callable[[Dialog], bytes]
    """The guide with the path that a dialog took, as PNG."""


@dataclass(frozen=True, slots=True)
class SlackParts:
    """The Slack edge: what listens, and what does the work."""

    outbox: Outbox
    parts: Sequence[Part]
    tasks: Mapping[str, Task]


def slack_parts(
    settings: Settings, identity: Identity, client: WebClient, services: Services
) -> SlackParts:
    """Everything that listens and answers, over whatever keeps the records and does the work."""
    from bot.services.admission import Admission
    from bot.slack.access import Access, People, Permissions
    from bot.slack.afterwards import REMINDER, Afterwards, ReminderTask
    from bot.slack.commands import Commands
    from bot.slack.feedback import Feedback
    from bot.slack.flowchart import DIALOG, DialogTask
    from bot.slack.guarded import Guarded, Rules
    from bot.slack.home import Home
    from bot.slack.intake import NOTICE, Intake, NoticeTask
    from bot.slack.messages import HELP_KIND, HelpTask, Messages
    from bot.slack.outbox import Outbox
    from bot.slack.presses import SHARE, Presses, ShareTask
    from bot.slack.questions import KIND, AnswerTask
    from bot.slack.recommendations import (
        ESTIMATE,
        FILES,
        EstimateTask,
        FilesTask,
        RecommendationTask,
    )
    from bot.slack.scheduling import Scheduling
    from bot.slack.sessions import Sessions
    from bot.slack.statuses import Statuses
    from bot.slack.steps import RECOMMENDATION, STEP, DialogPresses, StepTask
    from bot.slack.uploads import Uploads

    outbox, records, work = Outbox(client), services.records, services.work
    uploads = Uploads(client)
    consulting = Consulting(services.editions, records=records, sources=services.sources)
    permissions = Permissions(
        channels=settings.allowed_channels,
        users=settings.allowed_users,
        guests=settings.allow_guests,
        shared=settings.allow_shared,
    )
    access = Access(permissions, people=People(client), identity=identity)
    admission = Admission(
        per_user=settings.user_limit,
        per_channel=settings.channel_limit,
        queue=settings.queue_limit,
        waiting=work.waiting,
    )
    intake = Intake(work, admission=admission)
    statuses = Statuses(outbox, work=work)
    rules = Rules(
        access,
        records,
        statuses,
        deadline=settings.deadline_seconds,
        policy=settings.thread_policy,
    )
    errands: dict[str, Errand] = {
        KIND: AnswerTask(services.answers, records=records, outbox=outbox),
        DIALOG: DialogTask(consulting, reading=services.reading, outbox=outbox, work=work),
        STEP: StepTask(consulting, outbox=outbox, work=work),
        RECOMMENDATION: RecommendationTask(consulting, records=records, work=work),
        FILES: FilesTask(consulting, draw=services.draw, uploads=uploads),
        ESTIMATE: EstimateTask(consulting, uploads=uploads),
        REMINDER: ReminderTask(consulting, scheduling=Scheduling(client)),
        HELP_KIND: HelpTask(),
        SHARE: ShareTask(records=records, outbox=outbox),
    }
    slow = {KIND} if settings.model else set()
    tasks: dict[str, Task] = {
        kind: Guarded(
            errand,
            rules=rules,
            outbox=outbox,
            slow=kind in slow,
            tells=kind not in (RECOMMENDATION, FILES),  # the step that leads to them tells already
        )
        for kind, errand in errands.items()
    }
    parts: list[Part] = [
        Messages(
            intake,
            memory=records,
            statuses=statuses,
            watched=settings.watched_channels,
            stale_seconds=settings.stale_minutes * 60.0,
        ),
        Commands(intake),
        DialogPresses(consulting, outbox=outbox, work=work, policy=settings.thread_policy),
        Afterwards(
            consulting,
            passages=services.passages,
            access=access,
            outbox=outbox,
            work=work,
            policy=settings.thread_policy,
        ),
        Presses(intake, records=records, outbox=outbox),
        Sessions(records, outbox=outbox),
        Home(
            services.editions.current,
            sources=list(services.sources.values()),
            retention_days=settings.retention_days,
            records=records,
            intake=intake,
            outbox=outbox,
        ),
        Feedback(records, outbox=outbox),
    ]
    return SlackParts(outbox, parts, {**tasks, NOTICE: NoticeTask(outbox)})


def _needed(secret: SecretStr | None, name: str, what: str) -> str:
    if secret is None:
        raise SettingsError(f"{name} is not set: {what}; deploy/settings.env shows every setting")
    return secret.get_secret_value()
