from __future__ import annotations

from typing import get_args

import pytest

from bot.adapters.guide import load_guide
from bot.domain.dialog import Answered, replay, start
from bot.domain.flowchart import Guide, Method
from bot.domain.recommendation import Point, Recommendation, recommend
from bot.errors import DialogError

RAG = "prompting=falls_short facts=yes change=often behaviour=nothing team=all"
PEFT = (
    "prompting=falls_short facts=no sources=no behaviour=style examples=more team=all "
    "full_or_peft=no"
)
HYBRID = (
    "prompting=falls_short facts=yes change=often behaviour=style examples=more team=all "
    "full_or_peft=no"
)
DATA_RULES = ["D1", "D2", "D3"]


@pytest.fixture(scope="module")
def guide() -> Guide:
    return load_guide()


def result(guide: Guide, answers: str) -> Recommendation:
    return recommend(replay(guide, [Answered(*pair.split("=")) for pair in answers.split()]))


def ids(points: tuple[Point, ...]) -> list[str | None]:
    return [point.id for point in points]


SCENARIOS = [
    (
        "a support bot over a wiki that changes daily",
        "prompting=falls_short facts=yes change=often behaviour=nothing team=all",
        "rag",
    ),
    ("a classifier that few-shot prompts solve", "prompting=meets", "in_context_learning"),
    (
        "an idea that nobody has tried yet, on general knowledge",
        "prompting=untried facts=no sources=no behaviour=nothing",
        "in_context_learning",
    ),
    (
        "a brand voice with 2,000 edited texts",
        ("prompting=falls_short facts=no sources=no behaviour=style examples=more team=all "
        "full_or_peft=no"),
        "peft",
    ),
    (
        "a brand voice with a dozen edited texts",
        "prompting=falls_short facts=no sources=no behaviour=style examples=hardly_any",
        "in_context_learning",
    ),
    (
        "a large model that is right but too dear, with logged outputs",
        "prompting=too_costly examples=more team=all full_or_peft=no",
        "peft",
    ),
    (
        "a large model that is right but too dear, and nobody to tune",
        "prompting=too_costly examples=more team=neither",
        "in_context_learning",
    ),
    (
        "one high-volume extraction task with compute to spare",
        ("prompting=falls_short facts=no sources=no behaviour=accuracy examples=more team=all "
        "full_or_peft=yes"),
        "full_fine_tuning",
    ),
    (
        "legal advice that must cite, in legal language, with labelled cases",
        ("prompting=falls_short facts=yes change=sometimes behaviour=language raw_text=no "
        "examples=more team=all full_or_peft=no"),
        "rag_plus_fine_tuning",
    ),
    (
        "the same without labelled cases",
        ("prompting=falls_short facts=yes change=sometimes behaviour=language raw_text=no "
        "examples=hardly_any team=all"),
        "rag",
    ),
    (
        "the same with a search team only",
        ("prompting=falls_short facts=yes change=sometimes behaviour=language raw_text=no "
        "examples=more team=search"),
        "rag",
    ),
    (
        "the same with a tuning team only",
        ("prompting=falls_short facts=yes change=sometimes behaviour=language raw_text=no "
        "examples=more team=tuning full_or_peft=no"),
        "peft",
    ),
    (
        "medical answers from general knowledge that must show sources",
        "prompting=falls_short facts=no sources=yes behaviour=nothing team=all",
        "rag",
    ),
    (
        "a startup that wants to train from scratch for a language",
        ("prompting=untried facts=no sources=no behaviour=language raw_text=from_scratch "
        "examples=some team=all full_or_peft=no"),
        "peft",
    ),
    (
        "a new language with large data and compute",
        ("prompting=falls_short facts=no sources=no behaviour=language raw_text=new_language "
        "examples=more team=all full_or_peft=yes"),
        "full_fine_tuning",
    ),
    (
        "a product manual that hardly ever changes",
        "prompting=untried facts=yes change=hardly_ever behaviour=nothing team=all",
        "rag",
    ),
    (
        "a manual, and nobody who could run a search system",
        "prompting=untried facts=yes change=hardly_ever behaviour=nothing team=neither",
        "in_context_learning",
    ),
    (
        "facts that change and JSON that must be exact, quality above all",
        ("prompting=falls_short facts=yes change=often behaviour=style examples=more team=all "
        "full_or_peft=yes"),
        "rag_plus_fine_tuning",
    ),
    ("RAG was built and the tone is off", (f"{RAG} goals=no error_source=behaviour_wrong "
     "examples=some team=all full_or_peft=no"), "rag_plus_fine_tuning"),
    ("RAG was built and search misses", (f"{RAG} goals=no error_source=passage_missed "
     "goals=yes"), "rag"),
    ("a tuned model lacks facts", (f"{PEFT} goals=no error_source=facts_missing team=all "
     "full_or_peft=no"), "rag_plus_fine_tuning"),
    ("prompting met the goals until it got dear", ("prompting=meets goals=no "
     "error_source=too_costly examples=more team=all full_or_peft=no"), "peft"),
    ("full tuning cost other skills", PEFT.replace("peft=no", "peft=yes")
     + " goals=no error_source=skills_lost goals=yes", "peft"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "method"),
    [pytest.param(answers, method, id=name) for name, answers, method in SCENARIOS],
)
def test_a_project_gets_its_method(guide: Guide, answers: str, method: str) -> None:
    assert result(guide, answers).method == method


def test_an_unfinished_dialog_has_no_recommendation(guide: Guide) -> None:
    with pytest.raises(DialogError, match="'prompting' is still to be answered"):
        recommend(start(guide))


@pytest.mark.parametrize("answers", [answers for _, answers, _ in SCENARIOS])
def test_every_other_method_is_ruled_out_with_a_reason(guide: Guide, answers: str) -> None:
    recommendation = result(guide, answers)
    out = [ruled.method for ruled in recommendation.ruled_out]
    assert recommendation.method not in out
    assert {recommendation.method, *out} == {
        *get_args(Method),
        "pre_training",
        "continued_pre_training",
    }
    assert all(ruled.reason.text for ruled in recommendation.ruled_out)


def test_the_answer_that_ruled_a_method_out_is_named(guide: Guide) -> None:
    ruled = {out.method: out for out in result(guide, RAG).ruled_out}
    peft, prompting = ruled["peft"].by, ruled["in_context_learning"].by
    assert peft is not None
    assert prompting is not None
    assert (peft.step, peft.choice) == ("behaviour", "nothing")
    assert (prompting.step, prompting.choice) == ("facts", "yes")
    assert ruled["pre_training"].by is None
    assert ruled["pre_training"].reason.cite == ("part1", "llama2")


def test_reasons_carry_their_sources_and_support(guide: Guide) -> None:
    reasons = result(guide, RAG).reasons
    assert [(reason.support, reason.cite) for reason in reasons] == [
        ("secondary", ("part2",)),
        ("original", ("part1",)),
        ("original", ("part1",)),
    ]


def test_a_need_that_was_put_off_gives_a_warning_and_no_reason(guide: Guide) -> None:
    answers = HYBRID.replace("team=all", "team=tuning")
    recommendation = result(guide, answers)
    assert recommendation.method == "peft"
    assert recommendation.deferred == ("R",)
    assert "Retrieval is put off" in recommendation.warnings[0].text
    assert not any("retrieval brings" in reason.text for reason in recommendation.reasons)


def test_the_next_rung_takes_up_what_was_put_off(guide: Guide) -> None:
    few = result(guide, PEFT.split(" examples", maxsplit=1)[0] + " examples=hardly_any")
    assert few.deferred == ("B",)
    assert few.next_rung.method == "peft"
    assert result(guide, RAG).next_rung.method == "rag_plus_fine_tuning"


def test_the_top_of_the_ladder_has_no_next_rung(guide: Guide) -> None:
    rung = result(guide, HYBRID.replace("peft=no", "peft=yes")).next_rung
    assert rung.method is None
    assert "top of the ladder" in rung.text


@pytest.mark.parametrize(
    ("answers", "todos"),
    [
        ("prompting=meets", []),
        (RAG, ["A1"]),
        (RAG.replace("falls_short", "untried"), ["A1", "A2"]),
        (
            PEFT.split(" examples", maxsplit=1)[0] + " examples=hardly_any",
            ["A1", "A3", *DATA_RULES],
        ),
        (PEFT, ["A1", *DATA_RULES]),
        (f"{PEFT} goals=no error_source=tuned_wrong", ["A4", *DATA_RULES]),
        (f"{PEFT} goals=no error_source=tuned_wrong goals=yes", []),
    ],
)
def test_todos_are_gathered_along_the_path(guide: Guide, answers: str, todos: list[str]) -> None:
    assert ids(result(guide, answers).todos) == todos


def test_a_todo_known_to_be_done_is_left_out(guide: Guide) -> None:
    dialog = replay(guide, [Answered(*pair.split("=")) for pair in RAG.split()])
    assert recommend(dialog, done={"A1"}).todos == ()


@pytest.mark.parametrize(
    ("choice", "notice"), [("from_scratch", "X1"), ("continued", "X2"), ("new_language", "X2e")]
)
def test_training_on_raw_text_gets_a_notice_and_the_dialog_goes_on(
    guide: Guide, choice: str, notice: str
) -> None:
    answers = HYBRID.replace("behaviour=style", f"behaviour=language raw_text={choice}")
    assert ids(result(guide, answers).notices) == [notice]


def test_what_was_said_unasked_is_not_passed_over(guide: Guide) -> None:
    known = [Answered("raw_text", "from_scratch", "from zero"), Answered("prompting", "meets")]
    dialog = start(guide, known)
    assert [answer.step for answer in dialog.path] == ["prompting"]
    assert ids(recommend(dialog).notices) == ["X1"]


def test_what_was_dropped_by_a_change_is_not_noted(guide: Guide) -> None:
    path = "prompting=falls_short facts=no sources=no behaviour=ability raw_text=from_scratch "
    path += "examples=more team=all full_or_peft=no"
    dialog = replay(guide, [Answered(*pair.split("=")) for pair in path.split()])
    assert ids(recommend(dialog).notices) == ["X1"]
    assert ids(recommend(dialog.change(3, "style")).notices) == []


def test_what_was_answered_later_is_not_unsure_any_more(guide: Guide) -> None:
    path = "prompting=falls_short facts=unsure sources=no behaviour=style examples=unsure "
    path += "goals=no error_source=behaviour_wrong examples=more team=all full_or_peft=unsure"
    found = {each.step: each.otherwise for each in result(guide, path).unsure}
    assert list(found) == ["facts", "full_or_peft"]
    assert found["facts"] is None, "something was measured since"
    assert found["full_or_peft"]


def test_a_small_stable_corpus_gets_the_caveat_that_the_series_lacks(guide: Guide) -> None:
    caveats = result(guide, RAG.replace("often", "hardly_ever")).caveats
    assert caveats[0].id == "small_corpus"
    assert "200,000 tokens" in caveats[0].text


def test_cost_as_the_motive_is_warned_about(guide: Guide) -> None:
    recommendation = result(guide, "prompting=too_costly examples=more team=all full_or_peft=no")
    assert ids(recommendation.warnings) == ["cost_motive"]


def test_the_path_is_told_in_the_words_that_were_shown(guide: Guide) -> None:
    last = result(guide, RAG).path[-1]
    assert last.question == "Can the team build and run a search system over your documents?"
    assert last.label == "Yes"
    assert (last.support, last.cite, last.basis) == ("derived", ("part1",), "our inference")


def test_every_unsure_step_is_listed_with_what_is_assumed(guide: Guide) -> None:
    recommendation = recommend(start(guide).assume())
    assert [each.step for each in recommendation.unsure] == [
        "prompting",
        "facts",
        "sources",
        "behaviour",
    ]
    assert all(each.text.startswith("We assume") for each in recommendation.unsure)


def test_sources_are_gathered_once_each(guide: Guide) -> None:
    cited = result(guide, HYBRID).cited
    assert len(cited) == len(set(cited))
    assert {"part1", "part2", "part3", "llama2"} <= set(cited)
