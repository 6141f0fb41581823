"""Guides and dialogs to draw pictures of."""

from __future__ import annotations

from dataclasses import replace

from bot.adapters.guide import load_guide
from bot.domain.dialog import Answered, Dialog, replay
from bot.domain.flowchart import Branch, Choice, Guide, NotSure, Step, Variant

GUIDE = load_guide()
HYBRID = (
    "prompting=falls_short facts=yes change=often behaviour=style examples=more team=all "
    "full_or_peft=no"
)
PATHS = {
    "nothing": "",
    "first": "prompting=meets",
    "open": "prompting=too_costly examples=more",
    "raw text": "prompting=untried facts=no sources=no behaviour=language raw_text=continued "
    "examples=hardly_any",
    "hybrid": HYBRID,
    "all weights": HYBRID.replace("full_or_peft=no", "full_or_peft=yes"),
    "round": "prompting=falls_short facts=yes change=often behaviour=nothing team=all goals=no "
    "error_source=behaviour_wrong examples=some team=all full_or_peft=unsure goals=yes",
    "circle": f"{HYBRID} goals=no error_source=passage_missed goals=no error_source=unsure "
    "goals=no",
}


def dialog(path: str, guide: Guide = GUIDE) -> Dialog:
    return replay(guide, [Answered(*pair.split("=")) for pair in path.split()])


def question(name: str, targets: list[str], text: str = "What now?") -> Step:
    choices = tuple(
        Choice(
            id=f"c{i}",
            label=(Variant(text=f"Answer number {i}, in some more words"),),
            next=(Branch(to=target),),
        )
        for i, target in enumerate(targets)
    )
    unsure = NotSure(because="", next=(Branch(to=targets[0]),))
    return Step(
        id=name,
        question=(Variant(text=text),),
        why="",
        choices=choices,
        not_sure=(unsure,),
        support="derived",
    )


def longer(*, side_by_side: int, in_a_row: int) -> Guide:
    """A guide that opens with that many parallel questions and goes on with a row of others."""
    ways = [f"way{i}" for i in range(side_by_side)]
    chain = [f"next{i}" for i in range(in_a_row)]
    after = [*chain[1:], GUIDE.start]
    steps = (
        question("fork", ways, "Which of " + "very " * 60 + "many ways?"),
        *(question(way, [chain[0], "rag"], f"Way {way}?") for way in ways),
        *(
            question(name, [target, "peft", "full"])
            for name, target in zip(chain, after, strict=True)
        ),
    )
    return replace(GUIDE, start="fork", steps=(*steps, *GUIDE.steps))


GUIDES = {
    "shipped": GUIDE,
    "one more": longer(side_by_side=1, in_a_row=1),
    "wide": longer(side_by_side=7, in_a_row=1),
    "long": longer(side_by_side=2, in_a_row=14),
}
