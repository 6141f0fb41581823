from __future__ import annotations

import math
from pathlib import Path

import pytest

from bot.adapters.embedding import SentenceEmbeddings, bundled_model_is_genuine
from bot.errors import IndexUnavailableError


def test_the_bundled_weights_are_the_published_ones() -> None:
    assert bundled_model_is_genuine()


def test_nothing_is_loaded_before_it_is_needed() -> None:
    SentenceEmbeddings("no-such-model")


@pytest.mark.slow
def test_vectors_have_length_one(embeddings: SentenceEmbeddings) -> None:
    for vector in embeddings.embed_documents(["What is LoRA?", "", "🙂", "a" * 5_000]):
        assert len(vector) == 384
        assert math.fsum(x * x for x in vector) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.slow
def test_a_text_has_the_same_vector_alone_and_in_company(embeddings: SentenceEmbeddings) -> None:
    texts = ["What is LoRA?", "How much data does fine-tuning take in practice, roughly?"]
    together = embeddings.embed_documents(texts)
    alone = [embeddings.embed_query(text) for text in texts]
    for one, other in zip(together, alone, strict=True):
        assert one == pytest.approx(other, abs=1e-5)


@pytest.mark.slow
def test_what_means_the_same_is_near(embeddings: SentenceEmbeddings) -> None:
    asked, same, else_ = embeddings.embed_documents(
        ["price of training a model", "what does training a model cost", "weather in Lisbon"]
    )
    assert sum(a * b for a, b in zip(asked, same, strict=True)) > 0.6
    assert sum(a * b for a, b in zip(asked, else_, strict=True)) < 0.2


@pytest.mark.slow
def test_a_model_that_cannot_be_loaded_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(IndexUnavailableError, match="ADAPTBOT_EMBEDDING_MODEL"):
        SentenceEmbeddings(str(tmp_path)).warm()
