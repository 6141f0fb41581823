"""The vector index: sentences in a Chroma collection, embedded directory or server."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from filelock import FileLock

from bot.domain.answer import Hit, Passage
from bot.domain.vocabulary import sentences
from bot.errors import AdaptbotError, IndexUnavailableError
from bot.services.ports import Progress

if TYPE_CHECKING:
    from chromadb import Collection, QueryResult
    from chromadb.api import ClientAPI
    from langchain_chroma import Chroma
    from langchain_core.embeddings import Embeddings

SPLITTER = "sentence-with-heading-and-questions/2"
"""Changes whenever the text that is embedded for a sentence does."""
PREFIX = "adaptbot-"
BATCH = 512
"""Sentences that are embedded at once; those of one length go together."""


class ChromaIndex:
    """Finds sentences by the similarity of their vectors to the question's.

    Every state of (content, model, splitter) has a collection of its own, so a search never sees a
    half-built index, and a build that was cut off is simply made anew. Outdated collections are
    dropped, but not from a `shared` server, where they may be another bot's.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        *,
        embeddings: Embeddings,
        model: str,
        client: ClientAPI,
        shared: bool = False,
    ) -> None:
        self._entries = list(_entries(passages))
        self._hits = {entry.id: entry.hit for entry in self._entries}
        self._entries_a_sentence = 2 if any(passage.asked for passage in passages) else 1
        self._embeddings = embeddings
        self._client = client
        self._shared = shared
        self.name = PREFIX + fingerprint(passages, model=model)
        self._asked: Collection | None = None

    def ready(self) -> bool:
        """Whether the collection of this very content, model and splitter is complete.

        Raises:
            IndexUnavailableError: Chroma does not answer.
        """
        with _unavailable("the index cannot be read ({error}); see adaptbot index"):
            names = {collection.name for collection in self._client.list_collections()}
            if self.name not in names:
                return False
            return self._client.get_collection(self.name).count() == len(self._entries)

    def build(self, progress: Progress) -> None:
        """Embed every sentence and its questions into a fresh collection, then drop outdated ones.

        Raises:
            IndexUnavailableError: Chroma does not answer, or the embedding model cannot be loaded.
        """
        with _unavailable("the index cannot be built ({error}); see adaptbot index"):
            self._build(progress)

    def _build(self, progress: Progress) -> None:
        if self.name in {collection.name for collection in self._client.list_collections()}:
            self._client.delete_collection(self.name)
        fresh = self._new_collection()
        for start in range(0, len(self._entries), BATCH):
            batch = self._entries[start : start + BATCH]
            fresh.add_texts([entry.text for entry in batch], ids=[entry.id for entry in batch])
            progress(min(start + BATCH, len(self._entries)), len(self._entries))
        if self._shared:
            return
        for collection in self._client.list_collections():
            if collection.name.startswith(PREFIX) and collection.name != self.name:
                self._client.delete_collection(collection.name)

    def search(self, question: str, *, limit: int) -> list[Hit]:
        """The sentences nearest in meaning; the score is the cosine similarity, -1 to 1.

        Raises:
            IndexUnavailableError: Chroma does not answer.
        """
        return self.nearest(self.embed(question), limit=limit)

    def embed(self, text: str) -> list[float]:
        """The vector of `text`, of length 1."""
        return self._embeddings.embed_query(text)

    def nearest(self, vector: Sequence[float], *, limit: int) -> list[Hit]:
        """The sentences nearest to `vector`, with their cosine similarity.

        Chroma is asked for names and distances only: reading the texts back, as LangChain's search
        does, takes three times as long, and the sentences are in memory already.

        Raises:
            IndexUnavailableError: Chroma does not answer.
        """
        with _unavailable("the index cannot be searched ({error}); see adaptbot index"):
            found = self._nearest(vector, limit * self._entries_a_sentence)
        names, distances = found["ids"][0], (found["distances"] or [[]])[0]
        nearest: dict[str, Hit] = {}
        for name, distance in zip(names, distances, strict=True):
            if name in self._hits:
                hit = self._hits[name]
                nearest.setdefault(hit.id, hit.scored(1.0 - distance))
        return list(nearest.values())[:limit]

    def _nearest(self, vector: Sequence[float], limit: int) -> QueryResult:
        from chromadb.errors import NotFoundError  # noqa: PLC0415 - a second to import

        def ask(collection: Collection) -> QueryResult:
            return collection.query(
                query_embeddings=[vector], n_results=limit, include=["distances"]
            )

        try:
            self._asked = self._asked or self._client.get_collection(self.name)
            return ask(self._asked)
        except NotFoundError:  # another process has built the collection anew meanwhile
            self._asked = self._client.get_collection(self.name)
            return ask(self._asked)

    def _new_collection(self) -> Chroma:
        from langchain_chroma import Chroma  # noqa: PLC0415 - a second to import

        return Chroma(
            self.name,
            embedding_function=self._embeddings,
            client=self._client,
            collection_configuration={"hnsw": {"space": "cosine"}},
        )


class _Entry(NamedTuple):
    """What is embedded: a sentence, or a question that it answers."""

    id: str
    text: str
    hit: Hit


def _entries(passages: Sequence[Passage]) -> Iterator[_Entry]:
    for hit in sentences(passages):
        yield _Entry(hit.id, embedded_text(hit), hit)
        for number, question in enumerate(hit.asked):
            yield _Entry(f"{hit.id}?{number}", question, hit)


def embedded_text(hit: Hit) -> str:
    """What is embedded for a sentence: its heading gives it the context it was written in."""
    return f"{hit.passage.section}: {hit.text}"


def fingerprint(passages: Sequence[Passage], *, model: str) -> str:
    """A short name of what an index was built from."""
    content = [[p.id, p.section, *p.sentences, *chain(*p.asked)] for p in passages]
    state = json.dumps([SPLITTER, model, content], ensure_ascii=False)
    return hashlib.sha256(state.encode()).hexdigest()[:24]


def embedded_client(directory: Path) -> ClientAPI:
    """A Chroma that lives in `directory`.

    Within a process Chroma knows its directories by name: the same relative name, after the working
    directory has changed, would open the earlier one. So it is given the whole path.

    Raises:
        IndexUnavailableError: the directory cannot be used; nothing in it was touched.
    """
    import chromadb  # noqa: PLC0415 - a second to import
    from chromadb.config import Settings  # noqa: PLC0415

    with _unavailable(
        f"the index directory {directory} cannot be used ({{error}}). Nothing in it was changed: "
        "move it away, or set ADAPTBOT_HOME to another folder, and start again"
    ):
        directory.mkdir(parents=True, exist_ok=True)
        _check(directory / "chroma.sqlite3")
        client = chromadb.PersistentClient(
            str(directory.absolute()), settings=Settings(anonymized_telemetry=False)
        )
        client.list_collections()
        return client


def server_client(url: str) -> ClientAPI:
    """A Chroma server.

    Raises:
        IndexUnavailableError: no Chroma answers at `url`.
    """
    import chromadb  # noqa: PLC0415
    from chromadb.config import Settings  # noqa: PLC0415

    parts = urlsplit(url)
    with _unavailable(f"no Chroma server answers at {url}; check ADAPTBOT_CHROMA_URL"):
        return chromadb.HttpClient(
            host=parts.hostname or "",
            port=parts.port or (443 if parts.scheme == "https" else 8000),
            ssl=parts.scheme == "https",
            settings=Settings(anonymized_telemetry=False),
        )


def build_lock(home: Path) -> FileLock:
    """Held while an index is built, so that two processes do not build it twice.

    Raises:
        IndexUnavailableError: `home` is no folder and cannot be made one.
    """
    with _unavailable(f"the folder {home} cannot be used ({{error}}); check ADAPTBOT_HOME"):
        home.mkdir(parents=True, exist_ok=True)
    return FileLock(str(home / "index.lock"))


def _check(database: Path) -> None:
    """Read `database` through without writing; Chroma itself writes to a damaged one.

    A journal beside it means that a writer is at work, or was cut off: SQLite sets that right.
    """
    if not database.exists() or database.with_name(f"{database.name}-journal").exists():
        return
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as opened:
        problem = opened.execute("PRAGMA quick_check(1)").fetchone()[0]
    if problem != "ok":
        raise sqlite3.DatabaseError(problem)


@contextmanager
def _unavailable(problem: str) -> Iterator[None]:
    """Turns whatever Chroma raises into `problem`, its `{error}` filled in.

    A panic of Chroma's Rust core is no `Exception`, and what it is cannot be imported.
    """
    try:
        yield
    except (AdaptbotError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise IndexUnavailableError(problem.replace("{error}", type(error).__name__)) from error
