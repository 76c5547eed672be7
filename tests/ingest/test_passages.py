"""Passages: whole where they fit, split along clauses where not, nothing lost, nothing too long."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.passages import split
from ingest.readers import read
from ingest.structure import build_tree
from kb.records import BlockKind, Clause, Passage, SourceText

from .structures import paged, source


def count(text: str) -> int:
    """A word or sign is a token, and two frame the text, as models have it."""
    return len(text.split()) + text.count(".") + 2


def passages(
    given_text: SourceText, max_tokens: int, title: str | None = None
) -> tuple[tuple[Clause, ...], tuple[Passage, ...]]:
    clauses = build_tree(given_text)
    found = split(given_text.text, clauses, given_text.pages, count_tokens=count, max_tokens=max_tokens, title=title)
    return clauses, found


def assert_sound(
    given_text: SourceText, clauses: tuple[Clause, ...], found: tuple[Passage, ...], max_tokens: int
) -> None:
    """Assert that passages fit, do not overlap, lie in their clause, and leave out only headings and contents lists."""
    seen = [False] * len(given_text.text)
    for position, passage in enumerate(found):
        words = given_text.text[passage.start : passage.end]
        assert passage.position == position
        assert words == words.strip() != ""
        assert count(f"{passage.context}\n{words}") <= max_tokens
        assert clauses[passage.clause].start <= passage.start < passage.end <= clauses[passage.clause].end
        assert not any(seen[passage.start : passage.end])
        seen[passage.start : passage.end] = [True] * len(words)
    contents = [range(clause.start, clause.end) for clause in clauses if clause.kind == "contents"]
    heads = {word.strip(".:") for clause in clauses for word in f"{clause.label} {clause.heading}".split()}
    left = "".join(" " if seen[i] or any(i in part for part in contents) else c for i, c in enumerate(given_text.text))
    assert {word.strip(".:") for word in left.split()} <= heads


ACT = """Chương I
QUY ĐỊNH CHUNG
Điều 1. Phạm vi
Luật này nói về cối.
Điều 2. Nghĩa vụ của chủ cối
Chủ cối có nghĩa vụ sau đây:
1. Quét sân mỗi sáng trước khi mặt trời lên và mỗi chiều sau khi mặt trời lặn.
2. Trông cối khi gió to, gồm:
a) Hạ cánh buồm xuống đất và buộc lại bằng dây thừng;
b) Khóa trục bằng chốt gỗ lim dài hơn một gang tay;
c) Mời thợ đến xem nếu cối kêu to hơn mọi ngày.
3. Nghỉ.
4. Vui."""


def test_a_short_article_is_one_passage_with_headings_as_context() -> None:
    given_text = source(ACT)
    clauses, found = passages(given_text, 200, "Luật Cối")
    assert_sound(given_text, clauses, found, 200)
    assert [clauses[passage.clause].address for passage in found] == ["Điều 1", "Điều 2"]
    assert found[0].context == "Luật Cối\nChương I. QUY ĐỊNH CHUNG"
    assert given_text.text[found[0].start : found[0].end] == "Điều 1. Phạm vi\nLuật này nói về cối."


def test_a_long_article_splits_at_its_paragraphs_and_points() -> None:
    given_text = source(ACT)
    clauses, found = passages(given_text, 60, "Luật Cối")
    assert_sound(given_text, clauses, found, 60)
    texts = [given_text.text[passage.start : passage.end] for passage in found]
    points = next(passage for passage in found if given_text.text[passage.start :].startswith("c) Mời"))
    assert "Điều 2. Nghĩa vụ của chủ cối" in points.context
    assert "2. Trông cối khi gió to, gồm:" in points.context
    assert any(
        text.startswith("2. Trông cối khi gió to, gồm:\na) Hạ") for text in texts
    )  # a lead-in stays with its points
    assert any(text == "3. Nghỉ.\n4. Vui." for text in texts)  # tiny neighbours are joined


def test_no_passage_crosses_an_article() -> None:
    given_text = source(ACT)
    for size in (16, 24, 40, 80, 400):
        clauses, found = passages(given_text, size)
        assert_sound(given_text, clauses, found, size)
        for passage in found:
            inside = [c for c in clauses if c.kind == "article" and c.start < passage.end and passage.start < c.end]
            assert len(inside) <= 1


def test_a_very_long_point_splits_at_sentences_and_keeps_its_place() -> None:
    point = " ".join(f"Câu số {n} nói về cối xay." for n in range(60))
    given_text = source(f"Điều 1. Một\n1. Gồm:\na) {point}\nb) Hết.\nĐiều 2. Hai\nHai.")
    clauses, found = passages(given_text, 50)
    assert_sound(given_text, clauses, found, 50)
    inside = [passage for passage in found if clauses[passage.clause].address == "Điều 1 khoản 1 điểm a"]
    assert len(inside) > 5
    assert all(given_text.text[passage.end - 1] in ".:" for passage in inside)
    assert all("Điều 1. Một" in passage.context for passage in inside)


def test_text_without_any_break_is_cut() -> None:
    given_text = source("Điều 1. Một\n" + "x" * 5000 + "\nĐiều 2. Hai\nHai.")

    def letters(text: str) -> int:
        return len(text) // 3 + 2

    clauses = build_tree(given_text)
    found = split(given_text.text, clauses, (), count_tokens=letters, max_tokens=60, title="T")
    assert sum(passage.end - passage.start for passage in found) >= 5000
    assert all(letters(f"{p.context}\n{given_text.text[p.start : p.end]}") <= 60 for p in found)


def test_introductions_of_chapters_and_annexes_are_passages() -> None:
    text = (
        "Article 1\nOne\nText.\nArticle 2\nTwo\nText.\nANNEX I\nLISTS\n"
        "The lists of this annex are open.\n1. Mills\n2. Winds"
    )
    given_text = source(text)
    clauses, found = passages(given_text, 20)
    assert_sound(given_text, clauses, found, 20)
    assert any("The lists of this annex are open." in text[passage.start : passage.end] for passage in found)


def test_tables_go_row_by_row_with_their_head_in_context() -> None:
    rows = "\n".join(f"R Cối số {n} | {n} đồng" for n in range(1, 12))
    given_text = source(
        f"Điều 1. Một\nMột.\nĐiều 2. Hai\nHai.\nPHỤ LỤC\nBIỂU PHÍ\nR Tên cối | Mức phí\n{rows}",
        kinds={"R ": (BlockKind.TABLE_ROW, None)},
    )
    clauses, found = passages(given_text, 40)
    assert_sound(given_text, clauses, found, 40)
    of_table = [passage for passage in found if clauses[passage.clause].kind in ("table", "row")]
    assert len(of_table) > 1
    assert all("R Tên cối | Mức phí" in passage.context for passage in of_table[1:])
    assert all(given_text.text[passage.start :].startswith("R ") for passage in of_table)


def test_contexts_never_crowd_out_the_text() -> None:
    given_text = source(
        "Chương I\n" + "TÊN CHƯƠNG RẤT DÀI " * 10 + "\nĐiều 1. Một\n" + "Cối quay. " * 40 + "\nĐiều 2. Hai\nHai."
    )
    clauses, found = passages(given_text, 30, "Một tên tài liệu cũng rất dài " * 5)
    assert_sound(given_text, clauses, found, 30)
    assert all(count(passage.context) <= 10 for passage in found)


def test_pages_of_passages() -> None:
    given_text = paged("Điều 1. Một\nTrang đầu.\fĐiều 2. Hai\nTrang hai.\fVẫn Điều 2.")
    _, found = passages(given_text, 100)
    assert [(passage.page_from, passage.page_to) for passage in found] == [(1, 1), (2, 3)]


def test_too_small_a_model_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        passages(source(ACT), 8)


WORDS = st.sampled_from(
    [
        *("Điều 1. Tên", "Điều 2. Tên", "1. Một câu.", "2. Hai câu; ba câu.", "a) Điểm a;", "b) Điểm b;"),
        *("Chương I", "CHUNG", "Phụ lục I", "Lời dài. Lời nữa"),
    ]
)


@settings(max_examples=80, deadline=None)
@given(lines=st.lists(WORDS, max_size=20), size=st.integers(16, 60), title=st.sampled_from([None, "Tên"]))
def test_any_document_gives_sound_passages(lines: list[str], size: int, title: str | None) -> None:
    given_text = source("\n".join(lines))
    clauses, found = passages(given_text, size, title)
    assert_sound(given_text, clauses, found, size)


@pytest.mark.parametrize(
    "name",
    [
        "vn/LUATTRITUENHANTAO.docx",
        "vn/nghi_dinh_03_2026_ND_CP.docx",
        "eu/GDPR_en.html",
        "us/NIST_AI_100-1_AI_RMF_1.0.pdf",
    ],
)
def test_real_documents(shared_data: Path, name: str) -> None:
    path = shared_data / "documents" / name
    if not path.is_file():
        pytest.skip(f"{name} is not here")
    given_text = read(path)
    clauses, found = passages(given_text, 300, "Title")
    assert len(found) > 20
    assert_sound(given_text, clauses, found, 300)
