from __future__ import annotations

from itertools import combinations

import pytest

from bot.adapters.picture_layout import arrange
from bot.adapters.picture_page import Box, Page
from bot.adapters.picture_parts import PADDING
from bot.adapters.picture_text import width, wrapped
from bot.domain.flow_graph import as_asked, flow_graph, moves
from bot.domain.flowchart import Guide
from tests.adapters.pictured import GUIDE, GUIDES, HYBRID, PATHS, dialog


def page(path: str, guide: Guide = GUIDE) -> Page:
    taken = dialog(path, guide)
    return arrange(as_asked(flow_graph(guide), taken), moves(taken), top=180)


def box(page: Page, name: str) -> Box:
    return next(box for box in page.boxes if box.node.id == name)


def crowded() -> list[tuple[Guide, str]]:
    """Every path of the shipped guide, and others with no path and with one."""
    others = [(guide, path) for guide in list(GUIDES.values())[1:] for path in ("", "fork=c0")]
    return [*((GUIDE, path) for path in PATHS.values()), *others]


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    return [page(path, guide) for guide, path in crowded()]


def test_no_two_boxes_overlap(pages: list[Page]) -> None:
    for each in pages:
        for one, other in combinations(each.boxes, 2):
            assert not one.rect.overlaps(other.rect), (one.node.id, other.node.id)


def test_no_label_overlaps_a_box_or_another_label(pages: list[Page]) -> None:
    for each in pages:
        for label in each.labels:
            assert not any(label.rect.overlaps(box.rect) for box in each.boxes), label
        for one, other in combinations(each.labels, 2):
            assert not one.rect.overlaps(other.rect), (one, other)


def test_everything_lies_within_the_page(pages: list[Page]) -> None:
    for each in pages:
        rects = [*(box.rect for box in each.boxes), *(label.rect for label in each.labels)]
        points = [point for line in each.lines for point in line.points()]
        assert all(rect.left > 0 and rect.right < each.width for rect in rects)
        assert all(rect.top >= 180 and rect.bottom < each.bottom for rect in rects)
        assert all(0 < x < each.width and 100 < y < each.bottom for x, y in points)


def test_no_line_runs_through_a_box(pages: list[Page]) -> None:
    for each in pages:
        for line in each.lines:
            for x, y in line.points(40):
                for rect in (box.rect for box in each.boxes):
                    across = rect.left + 1 < x < rect.right - 1
                    assert not (across and rect.top + 1 < y < rect.bottom - 1), line.way.edge


def test_every_line_runs_from_its_box_to_the_top_of_the_other(pages: list[Page]) -> None:
    for each in pages:
        for line in each.lines:
            source, target = box(each, line.way.edge.source), box(each, line.way.edge.target)
            start, end = line.start, line.points()[-1]
            assert start.y == source.rect.bottom
            assert source.rect.left < start.x < source.rect.right
            assert end.y == target.rect.top
            assert target.rect.left < end.x < target.rect.right


def test_no_text_is_wider_than_its_box(pages: list[Page]) -> None:
    for each in pages:
        for one in each.boxes:
            room = one.rect.width - 2 * PADDING
            assert one.text.lines
            assert one.text.width <= room
            assert one.note.width <= room
            assert one.text.height + one.note.height < one.rect.height
        for label in each.labels:
            assert label.text.width <= label.rect.width


def test_no_more_boxes_stand_side_by_side_than_fit(pages: list[Page]) -> None:
    for each in pages:
        tops = [box.rect.top for box in each.boxes]
        assert max(tops.count(top) for top in tops) <= 3


def test_what_is_asked_after_building_stands_last() -> None:
    shipped = page("")
    last = max(box.rect.bottom for box in shipped.boxes if not box.node.loop)
    loops = [box for box in shipped.boxes if box.node.loop]
    assert [box.node.id for box in loops] == ["goals", "error_source"]
    assert all(box.rect.top > last for box in loops)
    assert all(shipped.panel.overlaps(box.rect) for box in loops)


def test_a_line_that_leads_back_is_dashed_and_no_other() -> None:
    back = {line.way.edge.target for line in page("").lines if line.way.kind == "round"}
    assert back == {"examples", "team"}


def test_the_path_is_numbered_and_ends_in_a_mark() -> None:
    marks = {box.node.id: (box.mark, box.number) for box in page(PATHS["round"]).boxes}
    assert marks["prompting"] == ("passed", "1")
    assert marks["team"] == ("passed", "5, 9")
    assert marks["rag"] == ("passed", "")
    assert marks["hybrid"] == ("reached", "")
    assert marks["sources"] == ("plain", "")


def test_an_answer_on_the_path_is_told_in_full_and_others_in_short() -> None:
    told = {" ".join(label.text.lines): label.text.taken for label in page(HYBRID).labels}
    assert told["Yes, private, recent or specialist facts"]
    assert not told["No"]


def test_lines_are_about_even_and_none_is_too_wide() -> None:
    lines = wrapped("With the right facts in the prompt, what would still be wrong?", 600, 33)
    assert lines == ("With the right facts in the prompt,", "what would still be wrong?")


def test_a_text_that_is_too_long_ends_in_dots() -> None:
    lines = wrapped("word " * 50, 300, 30, most=3)
    assert len(lines) == 3
    assert lines[-1].endswith("word…")


def test_a_word_that_is_too_wide_is_broken() -> None:
    lines = wrapped("Donaudampfschifffahrtsgesellschaft", 200, 30)
    assert "".join(lines) == "Donaudampfschifffahrtsgesellschaft"
    assert all(width(line, 30) <= 200 for line in lines)
