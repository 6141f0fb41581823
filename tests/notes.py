"""Content files as tests write them."""

from __future__ import annotations

from pathlib import Path

LORA_HEAD = """\
---
key: lora
title: "LoRA: Low-Rank Adaptation"
authors: [Edward Hu]
year: 2021
url: https://arxiv.org/abs/2106.09685
kind: reference
label: Hu 2021
evidence: original
---
"""


def written(text: str | bytes, folder: Path, *, file: str = "references/lora.md") -> Path:
    """The path of `text` in a folder of content."""
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path
