from __future__ import annotations

import re

import pytest

from bot.adapters.content import read_corpus
from bot.adapters.guide import load_guide
from bot.domain.answer import Source
from bot.domain.dialog import Answered, Dialog, replay, start
from bot.domain.estimate import Inputs
from bot.domain.flowchart import Guide
from bot.errors import DialogError
from bot.services.recommending import ALONE, Report, batch_row, report

MARK = re.compile(r"\[([0-9]+)\]")


@pytest.fixture(scope="module")
def guide() -> Guide:
    return load_guide()


@pytest.fixture(scope="module")
def sources() -> dict[str, Source]:
    return read_corpus().sources


def first_choices(guide: Guide) -> Dialog:
    dialog = start(guide)
    while dialog.outcome is None:
        dialog = dialog.choose(dialog.step.id, dialog.options[0].id)
    return dialog


@pytest.fixture(scope="module", params=["first choices", "never sure"])
def finished(request: pytest.FixtureRequest, guide: Guide) -> Dialog:
    return first_choices(guide) if request.param == "first choices" else start(guide).assume()


@pytest.fixture(scope="module")
def made(finished: Dialog, sources: dict[str, Source]) -> Report:
    return report(finished, sources)


def test_a_dialog_that_still_asks_has_no_report(guide: Guide) -> None:
    with pytest.raises(DialogError):
        report(start(guide), {})


def test_every_mark_of_a_report_names_a_source(made: Report) -> None:
    marks = list(dict.fromkeys(int(mark) for mark in MARK.findall(made.text)))
    assert sorted(marks) == [reference.number for reference in made.references]
    assert sorted(marks) == list(range(1, len(marks) + 1))


def test_a_report_has_no_empty_part(made: Report) -> None:
    assert made.parts[0].heading == "In short"
    assert all(line.strip() for part in made.parts for line in part.lines)
    assert all(part.lines for part in made.parts)


def test_a_report_opens_with_the_recommendation(made: Report) -> None:
    assert made.text.startswith(f"Recommended: {made.recommendation.title}\n\nIn short\n- ")


def test_an_inference_of_ours_says_so(made: Report) -> None:
    derived = [p for p in made.recommendation.todos if p.support == "derived"]
    for point in derived:
        assert f"{point.text.rstrip()} (our inference" in made.text


def test_a_source_that_we_do_not_hold_is_left_out_rather_than_guessed(finished: Dialog) -> None:
    bare = report(finished, {})
    assert bare.references == ()
    assert not MARK.search(bare.text)


def test_a_source_is_shown_as_weak_as_its_weakest_use(
    guide: Guide, sources: dict[str, Source]
) -> None:
    made = report(start(guide).assume(), sources)
    recommendation = made.recommendation
    points = [
        *recommendation.summary,
        *recommendation.reasons,
        *recommendation.notices,
        *recommendation.todos,
        *recommendation.watch,
        *recommendation.warnings,
        *(ruled.reason for ruled in recommendation.ruled_out),
        *recommendation.caveats,
    ]
    for reference in made.references:
        uses = {point.support for point in points if reference.source.key in point.cite}
        assert reference.evidence == ("secondary" if "secondary" in uses else "original")


def test_a_batch_row_has_the_fields_that_other_programs_rely_on(made: Report) -> None:
    row = batch_row("d1", made)
    assert list(row) == ["id", "method", "path", "unsure", "todos", "reply", "cited"]
    assert row["id"] == "d1"
    assert row["method"] == made.recommendation.method
    assert row["cited"] == [reference.source.key for reference in made.references]
    assert row["reply"] == made.text
    path = row["path"]
    assert isinstance(path, list)
    assert list(path[0]) == ["step", "choice", "support", "read_from"]


def test_what_nobody_was_sure_of_is_listed(guide: Guide, sources: dict[str, Source]) -> None:
    dialog = start(guide).assume()
    row = batch_row("d1", report(dialog, sources))
    assert row["unsure"] == list(dialog.unsure)
    assert dialog.unsure


def answered(guide: Guide, answers: str) -> Dialog:
    return replay(guide, [Answered(*pair.split("=")) for pair in answers.split()])


PEFT = (
    "prompting=falls_short facts=no sources=no behaviour=style examples=more team=all "
    "full_or_peft=no"
)


def lines(made: Report, heading: str) -> tuple[str, ...]:
    return next((part.lines for part in made.parts if part.heading == heading), ())


def test_each_method_that_an_answer_ruled_out_names_that_answer(
    guide: Guide, sources: dict[str, Source]
) -> None:
    made = report(answered(guide, PEFT), sources)
    out = lines(made, "Ruled out")
    full = next(line for line in out if line.startswith("Full fine-tuning"))
    assert full.endswith("You answered “No, not all three”.")
    never = next(line for line in out if line.startswith("Pre-training"))
    assert "You answered" not in never


def test_an_unsure_answer_says_what_a_sure_one_would_change(
    guide: Guide, sources: dict[str, Source]
) -> None:
    path = "prompting=falls_short facts=yes change=unsure behaviour=nothing team=unsure"
    change, team = lines(report(answered(guide, path), sources), "You were not sure")
    assert change.endswith(ALONE)
    assert "With “Not for now” it would be: Improve the prompt first." in team


def test_what_was_read_is_shown_with_its_words(guide: Guide, sources: dict[str, Source]) -> None:
    words = "changes daily " * 40
    read = Answered("change", "often", words)
    made = report(start(guide, [read]).assume(), sources)
    facts, change = lines(made, "Read from your description")
    assert "Yes, private, recent or specialist facts, from “changes daily" in facts
    assert change.endswith("…”")
    assert len(change) < 350


def test_the_ladder_says_what_now_what_next_and_how_to_find_out(made: Report) -> None:
    now, then, how = lines(made, "The ladder")
    assert now == f"Now: {made.recommendation.title}."
    assert then.endswith(made.recommendation.next_rung.text)
    assert "sort the failures by their source" in how


def test_an_estimate_says_which_numbers_were_given(
    guide: Guide, sources: dict[str, Source]
) -> None:
    inputs = Inputs({"parameters": 65, "gpu_hour_price": 2, "teraflops": 100})
    made = report(answered(guide, PEFT), sources, inputs)
    told = lines(made, "Estimate")
    qlora = next(line for line in told if line.startswith("GPU memory with QLoRA"))
    assert "32.5 to 48 GB" in qlora
    assert re.search(r"\[[0-9]+\]", qlora)
    [given] = [line for line in told if line.startswith("Given by you: ")]
    assert "model size 65 (billion parameters)" in given
    [assumed] = [line for line in told if line.startswith("Assumed")]
    assert "model size" not in assumed
    assert any(line.startswith("Price of one run") for line in told)


def test_nothing_is_priced_that_nobody_gave_a_price_for(
    guide: Guide, sources: dict[str, Source]
) -> None:
    told = lines(report(answered(guide, PEFT), sources), "Estimate")
    assert told
    assert not any("rice" in line for line in told)


def test_what_was_read_and_not_asked_is_shown_all_the_same(
    guide: Guide, sources: dict[str, Source]
) -> None:
    read = [Answered("prompting", "meets", "works"), Answered("sources", "yes", "must cite")]
    asked, unasked = lines(report(start(guide, read), sources), "Read from your description")
    assert asked.endswith("from “works”")
    assert unasked.endswith("from “must cite” (not asked on this way)")


def test_what_nobody_was_sure_of_is_not_called_an_answer(
    guide: Guide, sources: dict[str, Source]
) -> None:
    out = lines(report(start(guide).assume(), sources), "Ruled out")
    assert any("Left open: " in line for line in out)
    assert not any("You answered “Not sure”" in line for line in out)
