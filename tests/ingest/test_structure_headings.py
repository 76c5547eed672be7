"""The clause tree of guidance, standards and notes, on small documents of our own."""

from __future__ import annotations

from ingest.structure import build_tree
from ingest.structure.contents import find_contents
from ingest.structure.lines import read_lines
from kb.records import BlockKind

from .structures import addresses, assert_sound, paged, source, words

HEADINGS = {
    "# ": (BlockKind.HEADING, 1),
    "## ": (BlockKind.HEADING, 2),
    "### ": (BlockKind.HEADING, 3),
}


def test_a_table_of_contents_says_what_is_a_heading() -> None:
    text = """Windmill Guidance
Table of Contents
I. Introduction ........ 1
II. Scope ........ 2
A. Old mills ........ 2
B. New mills and what else turns
in the wind ........ 3
III. Methods ........ 4
Appendix A: Terms ........ 9
Windmill Guidance
I. Introduction
Mills are old.
II. Scope
This guidance is for millers. A. Old mills
They creak.
1. This is a list
2. and no heading
B. New mills and what else
turns in the wind
They hum.
III. Methods
Listen to them.
Appendix A: Terms
Mill: a thing that grinds."""
    given = source(text)
    clauses = build_tree(given)
    assert_sound(given, clauses)
    assert addresses(clauses, "section", "annex", "contents") == [
        "Contents",
        "Section I",
        "Section II",
        "Section II.A",
        "Section II.B",
        "Section III",
        "Appendix A",
    ]
    headings = {clause.address: clause.heading for clause in clauses}
    assert headings["Section II.B"] == "New mills and what else turns in the wind"
    assert words(text, clauses, "Section II").startswith("II. Scope\nThis guidance is for millers.")
    assert "Section II.A paragraph 2" in addresses(clauses)


def test_numbers_and_titles_on_lines_of_their_own() -> None:
    text = (
        "Contents\n1.\nAims\n3\n2.\nDuties\n4\n2.1.\nOf millers\n5\nMills\n1.\nAims\nTo grind.\n2.\n"
        "Duties\nMany.\n2.1.\nOf millers\nMore."
    )
    clauses = build_tree(source(text))
    assert addresses(clauses, "section") == ["Section 1", "Section 2", "Section 2.1"]


def test_decimal_headings_without_a_contents_list() -> None:
    text = """Mill handbook
1 Scope
This handbook is about mills.
It has three rules:
1. Be calm.
2. Be kind.
3. Be early.
2 Parts
2.1 Sails
Sails turn.
2.1.1 Cloth
Cloth is white.
2.2 Stones
Stones grind.
Annex A: Words
Mill."""
    given = source(text)
    clauses = build_tree(given)
    assert_sound(given, clauses)
    assert addresses(clauses, "section", "annex") == [
        "Section 1",
        "Section 2",
        "Section 2.1",
        "Section 2.1.1",
        "Section 2.2",
        "Annex A",
    ]
    parents = {clause.address: clause.parent for clause in clauses}
    assert clauses[parents["Section 2.1.1"] or 0].address == "Section 2.1"


def test_styled_headings_without_numbers() -> None:
    text = (
        "# Mills\n## Introduction\nMills are old.\nThey turn.\n### Scope\nAll mills.\n## Duties\n"
        "To grind.\n### Scope\nAll millers."
    )
    given = source(text, kinds=HEADINGS)
    clauses = build_tree(given)
    assert_sound(given, clauses)
    found = addresses(clauses)
    assert found[:3] == ["Mills", "Introduction", "Introduction paragraph 1"]
    assert "Introduction / Scope" in found
    assert "Duties / Scope paragraph 1" in found


def test_every_paragraph_of_a_section_has_an_address_and_lists_stay_with_their_lead_in() -> None:
    text = "# One\nFirst.\nSecond:\n- a\n- b\nThird.\n# Two\nFourth.\n# Three\nFifth."
    given = source(text, kinds={**HEADINGS, "- ": (BlockKind.LIST_ITEM, None)})
    clauses = build_tree(given)
    assert addresses(clauses, "paragraph")[:3] == ["One paragraph 1", "One paragraph 2", "One paragraph 3"]
    assert words(text, clauses, "One paragraph 2") == "Second:\n- a\n- b"


def test_plain_prose_is_one_document_of_paragraphs() -> None:
    text = "Mills turn slowly.\n\nThe wind blows over the fields.\n\nGrain is ground."
    clauses = build_tree(source(text))
    assert addresses(clauses) == ["Document", "paragraph 1", "paragraph 2", "paragraph 3"]
    assert [clause.parent for clause in clauses] == [None, 0, 0, 0]


def test_bracketed_paragraph_numbers_are_kept() -> None:
    text = (
        "NỘI DUNG VỤ VIỆC:\nCối hỏng.\nNHẬN ĐỊNH CỦA TÒA ÁN:\n[1] Cối hỏng vì gió.\n"
        "[2] Gió không có lỗi.\nQUYẾT ĐỊNH:\n1. Sửa cối."
    )
    clauses = build_tree(source(text), language="vi")
    assert "NHẬN ĐỊNH CỦA TÒA ÁN đoạn 2" in addresses(clauses)
    assert "QUYẾT ĐỊNH mục 1" in addresses(clauses)


def test_pages_of_sections() -> None:
    given = paged(
        "Contents\n1 Aims .... 2\n2 Duties .... 3\n3 Ends .... 3\f1 Aims\nTo grind.\f2 Duties\nMany.\n3 Ends\nNone."
    )
    clauses = build_tree(given)
    assert_sound(given, clauses)
    assert {c.address: c.page_from for c in clauses if c.kind == "section"} == {
        "Section 1": 2,
        "Section 2": 3,
        "Section 3": 3,
    }


def test_a_list_of_prose_lines_is_no_contents_list() -> None:
    lines = read_lines(source("Contents\nThis box holds a mill.\nIt also holds a stone.\nAnd a sail."))
    assert find_contents(lines) == (0, 0, [])


def test_capitals_over_running_text_are_headings_and_footnotes_are_not() -> None:
    text = (
        "TÊN VỤ VIỆC\nVỀ CÁI CỐI\n1 Chú thích về cái cối đã hỏng.\nNỘI DUNG\n"
        + "Cối hỏng vì gió thổi mạnh suốt cả đêm qua.\n" * 2
    )
    text += "NHẬN ĐỊNH\nGió không có lỗi vì gió vẫn thổi như mọi năm.\nNGƯỜI KÝ\nTrần Văn Gió"
    given = source(text, kinds={"1 Chú": (BlockKind.FOOTNOTE, None)})
    clauses = build_tree(given, language="vi")
    assert_sound(given, clauses)
    assert addresses(clauses, "heading", "section") == ["NỘI DUNG", "NHẬN ĐỊNH"]


def test_a_contents_list_whose_columns_ran_together() -> None:
    text = (
        "Contents\n1. Aims of mills\n3\n2. Duties of millers\n4 2.1. By day 4 2.2. By night\n"
        "5 3. Annex I – Words of the trade\n9\n"
        "1. Aims of mills\nTo grind.\n2. Duties of millers\nMany.\n2.1. By day\nGrind.\n2.2. By night\nRest.\n"
        "3. Annex I – Words of the trade\nMill."
    )
    given = source(text)
    clauses = build_tree(given)
    assert_sound(given, clauses)
    assert addresses(clauses, "section", "annex") == ["Section 1", "Section 2", "Section 2.1", "Section 2.2", "Annex I"]
