from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock, Timeout

from bot.adapters import chroma
from bot.adapters.chroma import (
    PREFIX,
    ChromaIndex,
    build_lock,
    embedded_client,
    fingerprint,
    server_client,
)
from bot.domain.answer import Passage
from bot.errors import IndexUnavailableError
from bot.services.indexing import ensure_built
from tests.chroma_server import chroma_client, chroma_server, free_port
from tests.fakes import CORPUS, LORA, passage
from tests.word_embeddings import WordEmbeddings

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

MANY = [
    passage(LORA, f"Section {n}", *(f"LoRA fact {n} {m}." for m in range(10))) for n in range(20)
]


def silent(_done: int, _of_all: int) -> None:
    """Show nothing."""


def index_of(
    client: ClientAPI,
    *,
    passages: Sequence[Passage] = CORPUS,
    embeddings: WordEmbeddings | None = None,
    model: str = "words",
    shared: bool = False,
) -> ChromaIndex:
    return ChromaIndex(
        passages,
        embeddings=embeddings or WordEmbeddings(),
        model=model,
        client=client,
        shared=shared,
    )


def ensure(index: ChromaIndex, home: Path, *, rebuild: bool = False) -> bool:
    return ensure_built(index, lock=build_lock(home), progress=silent, rebuild=rebuild)


def collections(client: ClientAPI) -> set[str]:
    return {collection.name for collection in client.list_collections()}


@pytest.fixture
def client(tmp_path: Path) -> ClientAPI:
    return embedded_client(tmp_path / "index")


def test_an_index_is_built_once(client: ClientAPI, tmp_path: Path) -> None:
    embeddings = WordEmbeddings()
    assert ensure(index_of(client, embeddings=embeddings), tmp_path)
    assert embeddings.documents == 5
    assert not ensure(index_of(client, embeddings=embeddings), tmp_path)
    assert embeddings.documents == 5


def test_an_index_outlives_its_process_untouched(tmp_path: Path) -> None:
    """Another client stands for another process: both read the same directory."""
    ensure(index_of(embedded_client(tmp_path / "index")), tmp_path)
    again = index_of(embedded_client(tmp_path / "index"))
    assert not ensure(again, tmp_path)
    assert again.search("LoRA matrices", limit=1)[0].passage.source == LORA


def test_a_relative_directory_is_the_one_of_the_folder_worked_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        index = index_of(embedded_client(Path("index")))
        assert not index.ready(), name
        index.build(silent)
        assert (tmp_path / name / "index" / "chroma.sqlite3").exists()


CHANGED = [replace(CORPUS[0], sentences=("Llama 2 70B took long.",)), *CORPUS[1:]]
RENAMED = [replace(CORPUS[0], section="Price of pre-training"), *CORPUS[1:]]


@pytest.mark.parametrize(
    ("passages", "model", "splitter"),
    [
        (CHANGED, "words", chroma.SPLITTER),
        (RENAMED, "words", chroma.SPLITTER),
        (CORPUS[1:], "words", chroma.SPLITTER),
        (tuple(reversed(CORPUS)), "words", chroma.SPLITTER),
        (CORPUS, "other-words", chroma.SPLITTER),
        (CORPUS, "words", "another-splitter/1"),
    ],
    ids=["sentence", "heading", "fewer", "order", "model", "splitter"],
)
def test_an_index_is_rebuilt_when_what_it_was_built_from_changes(
    client: ClientAPI,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    passages: Sequence[Passage],
    model: str,
    splitter: str,
) -> None:
    old = index_of(client)
    ensure(old, tmp_path)
    monkeypatch.setattr(chroma, "SPLITTER", splitter)
    new = index_of(client, passages=passages, model=model)
    assert not new.ready()
    assert ensure(new, tmp_path)
    assert new.ready()
    assert collections(client) == {new.name}
    assert new.name != old.name


def test_a_source_that_is_only_relabelled_needs_no_rebuild() -> None:
    relabelled = [replace(p, source=replace(p.source, label="Other")) for p in CORPUS]
    assert fingerprint(relabelled, model="words") == fingerprint(CORPUS, model="words")


def test_an_index_can_be_rebuilt_on_demand_while_another_process_searches(
    client: ClientAPI, tmp_path: Path
) -> None:
    searching = index_of(client)
    ensure(searching, tmp_path)
    assert searching.search("LoRA matrices", limit=1)
    assert ensure(index_of(client), tmp_path, rebuild=True)
    assert searching.search("LoRA matrices", limit=1)[0].passage.source == LORA


def test_a_build_that_was_cut_off_leaves_the_old_index_and_is_made_anew(
    client: ClientAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma, "BATCH", 64)
    old = index_of(client)
    ensure(old, tmp_path)
    cut_off = index_of(client, passages=MANY, embeddings=WordEmbeddings(breaks_after=64))
    with pytest.raises(IndexUnavailableError, match="the power went out"):
        ensure(cut_off, tmp_path)
    assert collections(client) == {old.name, cut_off.name}
    assert old.search("LoRA matrices", limit=1)
    assert not cut_off.ready()

    embeddings = WordEmbeddings()
    whole = index_of(client, passages=MANY, embeddings=embeddings)
    assert ensure(whole, tmp_path)
    assert embeddings.documents == 200
    assert collections(client) == {whole.name}


def test_old_collections_are_there_until_the_new_one_is_complete(
    client: ClientAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma, "BATCH", 64)
    old = index_of(client)
    old.build(silent)
    new = index_of(client, passages=MANY)
    seen: list[tuple[int, set[str]]] = []
    new.build(lambda done, _of_all: seen.append((done, collections(client))))
    assert seen == [(done, {old.name, new.name}) for done in (64, 128, 192, 200)]
    assert collections(client) == {new.name}


@pytest.mark.parametrize(("shared", "dropped"), [(False, True), (True, False)])
def test_outdated_collections_are_dropped_but_not_from_a_shared_server(
    client: ClientAPI, *, shared: bool, dropped: bool
) -> None:
    other = index_of(client, passages=CORPUS[1:])
    other.build(silent)
    index = index_of(client, shared=shared)
    index.build(silent)
    assert index.ready()
    assert (other.name not in collections(client)) is dropped
    index.build(silent)
    assert other.ready() is not dropped


def test_collections_of_others_are_left_alone(client: ClientAPI) -> None:
    client.create_collection("somebody-elses")
    index_of(client).build(silent)
    assert "somebody-elses" in collections(client)


def test_a_collections_name_shows_whose_it_is(client: ClientAPI) -> None:
    assert index_of(client).name.startswith(PREFIX)


def test_a_search_before_the_build_is_an_error_and_makes_nothing(client: ClientAPI) -> None:
    index = index_of(client)
    with pytest.raises(IndexUnavailableError, match="cannot be searched"):
        index.search("LoRA", limit=1)
    with pytest.raises(IndexUnavailableError, match="cannot be searched"):
        index.nearest(index.embed("LoRA"), limit=1)
    assert collections(client) == set()


def test_a_search_is_for_what_is_nearest_to_the_questions_vector(client: ClientAPI) -> None:
    index = index_of(client)
    index.build(silent)
    assert index.embed("LoRA matrices") == WordEmbeddings().embed_query("LoRA matrices")
    nearest = index.nearest(index.embed("LoRA matrices"), limit=3)
    assert index.search("LoRA matrices", limit=3) == nearest


ASKED = (
    replace(CORPUS[0], asked=(("price of a llama", "what a llama costs"), ())),
    *CORPUS[1:],
)


def test_a_sentence_is_found_by_a_question_that_it_answers(client: ClientAPI) -> None:
    plain, index = index_of(client, shared=True), index_of(client, passages=ASKED, shared=True)
    for each in (plain, index):
        each.build(silent)
    question = "what a llama costs"
    [hit] = index.search(question, limit=1)
    assert hit.id == f"{CORPUS[0].id}/0"
    assert hit.text == CORPUS[0].sentences[0]
    assert hit.score == pytest.approx(1.0, abs=1e-5)
    assert plain.search(question, limit=1)[0].score < 0.9


def test_a_sentence_that_several_entries_find_comes_once_with_the_best_score(
    client: ClientAPI,
) -> None:
    index = index_of(client, passages=ASKED)
    index.build(silent)
    found = index.search("price of a llama", limit=5)
    ids = [hit.id for hit in found]
    assert ids[0] == f"{CORPUS[0].id}/0"
    assert len(ids) == len(set(ids))
    assert found[0].score == pytest.approx(1.0, abs=1e-5)
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_questions_beside_sentences_do_not_crowd_out_the_limit(
    client: ClientAPI, limit: int
) -> None:
    index = index_of(client, passages=ASKED)
    index.build(silent)
    assert len(index.search("price of a llama", limit=limit)) == limit


def test_an_index_holds_each_sentence_and_each_of_its_questions(client: ClientAPI) -> None:
    embeddings = WordEmbeddings()
    index = index_of(client, passages=ASKED, embeddings=embeddings)
    index.build(silent)
    assert embeddings.documents == 5 + 2
    assert index.ready()
    assert fingerprint(ASKED, model="words") != fingerprint(CORPUS, model="words")


def test_a_vector_of_another_model_is_an_error_of_ours(client: ClientAPI) -> None:
    index = index_of(client)
    index.build(silent)
    with pytest.raises(IndexUnavailableError, match="cannot be searched"):
        index.nearest([1.0, 0.0], limit=1)


def test_the_score_is_the_cosine_similarity(client: ClientAPI) -> None:
    index = index_of(client)
    index.build(silent)
    hit = index.search("LoRA matrices", limit=1)[0]
    embeddings = WordEmbeddings()
    expected = math.fsum(
        a * b
        for a, b in zip(
            embeddings.embed_query("LoRA matrices"),
            embeddings.embed_query(chroma.embedded_text(hit)),
            strict=True,
        )
    )
    assert hit.score == pytest.approx(expected, abs=1e-5)


def contents(directory: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(directory)): path.read_bytes() if path.is_file() else None
        for path in directory.rglob("*")
    }


def no_database(_database: bytes) -> bytes:
    return b"this is no database " * 500


def half(database: bytes) -> bytes:
    return database[: len(database) // 2]


def one_page_lost(database: bytes) -> bytes:
    return database[:4096] + b"\xff" * 4096 + database[8192:]


def all_but_the_header_lost(database: bytes) -> bytes:
    return database[:100] + b"\xff" * (len(database) - 100)


@pytest.mark.parametrize("damage", [no_database, half, one_page_lost, all_but_the_header_lost])
def test_a_damaged_index_is_named_and_left_as_it_is(
    tmp_path: Path, client: ClientAPI, damage: object
) -> None:
    index_of(client).build(silent)
    directory = tmp_path / "damaged"
    directory.mkdir()
    database = (tmp_path / "index" / "chroma.sqlite3").read_bytes()
    assert callable(damage)
    (directory / "chroma.sqlite3").write_bytes(damage(database))
    (directory / "notes.txt").write_text("mine", encoding="utf-8")
    before = contents(directory)
    for _ in range(2):
        with pytest.raises(IndexUnavailableError, match=str(directory)) as caught:
            embedded_client(directory)
        assert "move it away" in str(caught.value)
        assert contents(directory) == before


def test_a_file_in_the_place_of_the_index_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "index"
    file.write_bytes(b"mine")
    with pytest.raises(IndexUnavailableError, match=str(file)):
        embedded_client(file)
    assert file.read_bytes() == b"mine"


def test_a_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_bytes(b"mine")
    with pytest.raises(IndexUnavailableError, match="ADAPTBOT_HOME"):
        build_lock(home)
    with pytest.raises(IndexUnavailableError, match=str(home)):
        embedded_client(home / "index")


def test_braces_in_a_path_are_no_holes(tmp_path: Path) -> None:
    file = tmp_path / "{odd}"
    file.write_bytes(b"mine")
    with pytest.raises(IndexUnavailableError, match=r"\{odd\}"):
        embedded_client(file)


def test_a_server_that_does_not_answer_is_named() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(IndexUnavailableError, match=f"{url}; check ADAPTBOT_CHROMA_URL"):
        server_client(url)


def test_one_process_at_a_time_builds(tmp_path: Path) -> None:
    with build_lock(tmp_path), pytest.raises(Timeout):
        FileLock(str(tmp_path / "index.lock"), timeout=0).acquire()


@pytest.mark.slow
def test_a_server_that_went_away_is_an_error_of_ours(tmp_path: Path) -> None:
    with ExitStack() as clients:
        with chroma_server(tmp_path / "server") as url:
            index = index_of(clients.enter_context(chroma_client(url)))
            assert ensure(index, tmp_path)
            assert not ensure(index, tmp_path)
        for attempt in (
            index.ready,
            lambda: index.build(silent),
            lambda: index.search("a", limit=1),
            lambda: index.nearest(index.embed("a"), limit=1),
        ):
            with pytest.raises(IndexUnavailableError):
                attempt()


@pytest.mark.slow
def test_an_index_on_a_server_is_not_rebuilt_after_a_restart_of_it(tmp_path: Path) -> None:
    for built in (True, False):
        with chroma_server(tmp_path / "server") as url, chroma_client(url) as client:
            assert ensure(index_of(client), tmp_path) is built
