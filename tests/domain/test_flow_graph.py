from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.guide import load_guide
from bot.domain.dialog import Answered, Dialog, replay, start
from bot.domain.flow_graph import (
    ALTERNATIVE_LIMIT,
    Edge,
    alternative,
    as_asked,
    flow_graph,
    moves,
)
from bot.domain.flowchart import State

GUIDE = load_guide()
GRAPH = flow_graph(GUIDE)
EDGES = {(edge.source, edge.target): edge for edge in GRAPH.edges}
TO_HYBRID = (
    "prompting=falls_short facts=yes change=often behaviour=style examples=more team=all "
    "full_or_peft=no"
)
ROUND_AGAIN = (
    "prompting=falls_short facts=yes change=often behaviour=nothing team=all goals=no "
    "error_source=behaviour_wrong examples=some team=all full_or_peft=no"
)


def dialog(path: str) -> Dialog:
    return replay(GUIDE, [Answered(*pair.split("=")) for pair in path.split()])


@st.composite
def walks(draw: st.DrawFn) -> tuple[Answered, ...]:
    at = start(GUIDE)
    for pick in draw(st.lists(st.integers(0, 6), max_size=24)):
        at = at.choose(at.step.id, at.options[pick % len(at.options)].id)
    return at.path


def every_hop() -> set[tuple[str, str]]:
    """All hops that choosing finds, each place tried once in each state."""
    hops: set[tuple[str, str]] = set()
    seen: set[tuple[str, State]] = set()
    ahead = [start(GUIDE)]
    while ahead:
        here = ahead.pop()
        if (here.step.id, here.state) in seen:
            continue
        seen.add((here.step.id, here.state))
        for option in here.options:
            then = here.choose(here.step.id, option.id)
            hops.add((here.step.id, then.at.id))
            ahead.append(then)
    return hops


def test_the_nodes_are_the_steps_and_then_the_outcomes() -> None:
    steps = [(step.id, "step", step.loop) for step in GUIDE.steps]
    ends = [(outcome.id, "outcome", False) for outcome in GUIDE.outcomes]
    assert [(node.id, node.kind, node.loop) for node in GRAPH.nodes] == steps + ends


def test_a_node_shows_the_question_or_the_title() -> None:
    assert GRAPH.node("facts").text == "Do the answers need facts that the model does not have?"
    assert GRAPH.node("rag").text == "Add retrieval (RAG)"


def test_a_question_is_worded_as_where_the_most_answers_are_offered() -> None:
    assert GRAPH.node("team").text == "What can the team build and run?"


def test_an_unknown_node_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        GRAPH.node("nowhere")


def test_every_outcome_is_reached_without_building_first() -> None:
    reached = {edge.target for edge in GRAPH.edges if not GRAPH.node(edge.source).loop}
    assert reached >= {outcome.id for outcome in GUIDE.outcomes}


def test_the_edges_are_exactly_the_hops_that_choosing_finds() -> None:
    assert EDGES.keys() == every_hop()


def test_an_edge_joins_the_answers_that_lead_the_same_way() -> None:
    assert EDGES["prompting", "facts"].labels == (
        "Not tried properly, or never measured",
        "The quality falls short",
    )


def test_not_sure_is_told_only_where_no_other_answer_leads() -> None:
    alone = {ends for ends, edge in EDGES.items() if "Not sure" in edge.labels}
    assert all(EDGES[ends].labels == ("Not sure",) for ends in alone)
    assert ("goals", "improve_prompting") in alone


def test_only_ways_from_after_building_lead_back() -> None:
    back = {ends for ends, edge in EDGES.items() if edge.back}
    assert ("error_source", "examples") in back
    assert ("error_source", "goals") not in EDGES
    assert ("goals", "error_source") not in back
    assert {source for source, _ in back} == {"goals", "error_source"}


def test_the_graph_is_the_same_each_time() -> None:
    assert flow_graph(load_guide()) == GRAPH


def test_the_way_taken_has_each_answer_as_it_was_shown() -> None:
    taken = moves(dialog(TO_HYBRID))
    assert [(move.source, move.target) for move in taken][-2:] == [
        ("team", "full_or_peft"),
        ("full_or_peft", "hybrid"),
    ]
    assert taken[5].question == "What can the team build and run?"
    assert taken[5].label == "All of it: a search system, and tuning with its data work"


def test_a_second_round_passes_from_the_outcome_to_what_is_asked_after_building() -> None:
    hops = [(move.source, move.target) for move in moves(dialog(ROUND_AGAIN))]
    built = hops.index(("rag", "goals"))
    assert hops[built - 1] == ("team", "rag")
    assert hops[built + 1 : built + 3] == [("goals", "error_source"), ("error_source", "examples")]


def test_a_dialog_without_answers_took_no_way() -> None:
    assert moves(start(GUIDE)) == ()


@given(walks())
def test_each_stretch_begins_where_the_last_one_ended_and_is_an_edge(
    path: tuple[Answered, ...],
) -> None:
    taken = moves(replay(GUIDE, path))
    assert [move.source for move in taken[1:]] == [move.target for move in taken[:-1]]
    assert all((move.source, move.target) in EDGES for move in taken if move.label)
    assert sum(bool(move.label) for move in taken) == len(path)


def test_the_path_can_be_shown_with_its_questions_as_they_were_asked() -> None:
    asked = "Can the team run a tuning job, and the data work that comes with it?"
    tuned = "prompting=too_costly examples=more"
    assert as_asked(GRAPH, dialog(tuned)).node("team").text == asked
    assert as_asked(GRAPH, dialog(f"{tuned} team=all")).node("team").text == asked
    assert as_asked(GRAPH, dialog(tuned)).edges == GRAPH.edges


def test_the_alternative_text_tells_the_path_in_words() -> None:
    told = alternative(GUIDE, dialog(TO_HYBRID))
    assert "9 questions lead to 7 outcomes" in told
    assert "3. How often do these facts change? Often, monthly or faster." in told
    assert told.endswith("It ends at the outcome: Retrieval for the facts, PEFT for the behaviour.")


def test_the_alternative_text_of_an_open_dialog_says_where_it_stands() -> None:
    told = alternative(GUIDE, dialog("prompting=untried"))
    assert told.endswith(
        "It stands at the question: Do the answers need facts that the model does not have?"
    )
    assert "No question is answered yet." in alternative(GUIDE, start(GUIDE))


def test_the_alternative_text_without_a_dialog_tells_of_the_guide_alone() -> None:
    assert "path" not in alternative(GUIDE, None)
    assert GUIDE.version in alternative(GUIDE, None)


@given(walks())
def test_the_alternative_text_fits_and_keeps_its_end(path: tuple[Answered, ...]) -> None:
    taken = replay(GUIDE, path)
    told = alternative(GUIDE, taken)
    assert len(told) <= ALTERNATIVE_LIMIT
    assert told.endswith((taken.outcome.title + ".") if taken.outcome else taken.question)


def test_an_endless_title_does_not_make_the_alternative_text_too_long() -> None:
    taken = dialog("prompting=meets")
    assert taken.outcome is not None
    endless = replace(taken, at=replace(taken.outcome, title="long " * 400))
    assert len(alternative(GUIDE, endless)) <= ALTERNATIVE_LIMIT


def test_an_edge_is_equal_to_one_with_the_same_parts() -> None:
    assert EDGES["prompting", "keep_prompting"] == Edge(
        "prompting", "keep_prompting", ("It meets our targets on a test set",)
    )
