from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import run_adaptbot

LINES = [
    "how many GPU hours did Llama 2 70B take to pre-train?",
    "/adapt ask what does LoRA stand for?",
    "@adaptbot what is RAG?",
    "77",
    "/weather",
    "/adapt",
    "3",  # the quality falls short
    "1",  # facts are missing
    "/restart",
    "1",  # they change often
    "5",  # nothing else is wrong
    "1",  # the team can build a search system
    "/quit",
]


@pytest.mark.slow
def test_a_person_asks_is_advised_and_kills_the_bot_in_between(
    built_home: Path, tmp_path: Path
) -> None:
    typed = "\n".join(LINES) + "\n"
    made = run_adaptbot(
        ["playground", "--terminal"], cwd=tmp_path, typed=typed, ADAPTBOT_HOME=str(built_home)
    )
    shown = " ".join(made.stdout.split())
    assert made.returncode == 0, made.stderr
    for piece in (
        "1,720,320",
        "LoRA stands for low-rank adaptation",
        "only you see this",
        "RAG stands for retrieval-augmented generation",
        "there is no button 77",
        "/weather is not a valid command",
        "1 of at most 8",
        "The bot was killed",
        "Recommended: Add retrieval (RAG)",
        "Behind this recommendation",
    ):
        assert piece in shown, f"{piece!r} is missing in:\n{made.stdout}"
    assert "Traceback" not in made.stdout + made.stderr
