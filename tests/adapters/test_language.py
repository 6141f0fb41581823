from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How much does it cost to fine-tune a model?", "English"),
        ("wat is lora", "English"),
        ("LoRA vs QLoRA", "English"),
        ("rag?", "English"),
        ("", "English"),
        ("12345", "English"),
        ("Wann lohnt sich das Feintuning eines Sprachmodells für uns?", "German"),
        ("¿Cuánto cuesta entrenar un modelo de lenguaje desde cero?", "Spanish"),
        ("Combien coûte l'entraînement d'un modèle de langue ?", "French"),
        ("Quanto custa treinar um modelo de linguagem do zero? Não sei.", "Portuguese"),
        ("微调一个大型语言模型需要多少数据?", "Chinese"),
        ("ファインチューニングにはどのくらいのデータが必要ですか", "Japanese"),
        ("मॉडल को प्रशिक्षित करने में कितना खर्च आता है?", "Hindi"),
    ],
)
def test_a_language_is_named_only_when_it_is_clear(text: str, language: str) -> None:
    assert language_of(text) == language


@given(st.text(max_size=60))
def test_any_text_has_a_language_with_a_name(text: str) -> None:
    assert language_of(text).istitle()
