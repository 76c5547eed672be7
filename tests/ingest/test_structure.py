"""What every clause tree keeps to, on random lines and on real documents."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.readers import read
from ingest.structure import build_tree
from kb.records import Block, BlockKind, Clause, SourceText

from .structures import addresses, assert_sound, source, words

LINES = st.sampled_from(
    """Chương I|QUY ĐỊNH CHUNG|Mục 1. TÊN|Điều 1. Tên|Điều 2. Tên khác|Điều 1.|Điều 3|1. Một khoản.|2. Hai.|3. Ba|a)
    một;|b) hai;|đ) năm
“Điều 5. Trích|1. Hết trích”.|sửa đổi như sau:|Phụ lục I|PHỤ LỤC|Mẫu số 01|Nơi nhận:|TM. BỘ|QUY CHẾ SÂN|(Ban hành kèm
theo Quyết định) I. PHẦN|A. Mục|Căn cứ Luật|Article 1|Article 2|Article 3|Its title|1. Paragraph.|(a) point;|(b)
point;|(i) sub;|(ii) sub|ANNEX I|ANNEX II Section A|CHAPTER II|TITLE I|Whereas:|(1) Recital|(2) Recital|Done at
Brussels, 1 May 2020.|Table of Contents|1. Introduction ... 3 2. Scope ..... 5|3. Methods .... 7|1. Introduction|2.
Scope|3. Methods|3.1 Data|Appendix A: Terms|[1] numbered|plain text. Điều 2. Dính Another sentence.|•
bullet|12|4501200000000000010000010|§ 1|Section 1. One|Section 2. Two|Section 3. Three|\t\u00a0""".replace(
        "\n", "|"
    ).split("|")
) | st.text(max_size=12)
KINDS = st.sampled_from([BlockKind.PARAGRAPH] * 4 + list(BlockKind))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines=st.lists(st.tuples(LINES, KINDS), max_size=25), language=st.sampled_from(["vi", "en", None]))
def test_any_lines_give_a_sound_tree(lines: list[tuple[str, BlockKind]], language: str | None) -> None:
    text, blocks = "", []
    for line, kind in lines:
        if line.strip():
            level = 1 if kind is BlockKind.HEADING else None
            blocks.append(Block(start=len(text), end=len(text) + len(line), kind=kind, level=level))
        text += line + "\n"
    given_text = SourceText(text=text, format="text", blocks=tuple(blocks))
    assert_sound(given_text, build_tree(given_text, language=language))


def test_text_outside_blocks_is_not_lost() -> None:
    given_text = SourceText(text="Điều 1. Một\nMột.\nĐiều 2. Hai\nHai.", format="text", blocks=())
    clauses = build_tree(given_text)
    assert addresses(clauses) == ["Điều 1", "Điều 2"]
    assert_sound(given_text, clauses)


# What the real documents hold, by kind of clause. 154 khoản and 67 điểm of the AI Law are counted by line pattern, and
# the tree agrees with the pattern exactly: no line of that law that begins with a number or letter is anything else.
REAL = {
    "vn/LUATTRITUENHANTAO.docx": {"chapter": 8, "article": 35, "clause": 154, "point": 67},
    "vn/LUATANNINHMANG.docx": {"chapter": 7, "article": 43},
    "vn/Luat_24-2018-QH14_An_ninh_mang.html": {"chapter": 7, "article": 43},
    "vn/LUATCONGNGHETHONGTIN.docx": {"chapter": 6, "section": 12, "article": 79},
    "vn/Luat_67-2006-QH11_CNTT.html": {"chapter": 6, "section": 12, "article": 79},
    "vn/25-2026-tt-byt-quan-ly-chat-luong-xet-nghiem.md": {"article": 6},
    "vn/nghi-dinh-142-2026_condensed-not-authoritative.md": {"chapter": 4, "article": 27},
    "vn/du-lieu_wrong-number-in-header.md": {"chapter": 5, "article": 24},
    "eu/eu_ai_act_eurlex_2024-1689.html": {"recital": 180, "chapter": 13, "article": 113, "annex": 13},
    "eu/GDPR_en.html": {"recital": 173, "chapter": 11, "article": 99},
    "eu/mdr_2017-745.md": {"recital": 101, "article": 123, "annex": 17},
}


def real(shared_data: Path, name: str) -> tuple[SourceText, tuple[Clause, ...]]:
    path = shared_data / "documents" / name
    if not path.is_file():
        pytest.skip(f"{name} is not here")
    given_text = read(path)
    return given_text, build_tree(given_text)


@pytest.mark.parametrize("name", REAL)
def test_real_acts(shared_data: Path, name: str) -> None:
    given_text, clauses = real(shared_data, name)
    assert_sound(given_text, clauses)
    kinds = Counter(clause.kind for clause in clauses)
    assert {kind: kinds[kind] for kind in REAL[name]} == REAL[name]


def test_khoan_and_diem_by_line_pattern(shared_data: Path) -> None:
    given_text, clauses = real(shared_data, "vn/LUATTRITUENHANTAO.docx")
    assert len(re.findall(r"(?m)^\s*\d+\. ", given_text.text)) == len(addresses(clauses, "clause"))
    assert len(re.findall(r"(?m)^\s*[a-zđ]\) ", given_text.text)) == len(addresses(clauses, "point"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("vn/LUATANNINHMANG.docx", "vn/Luat_24-2018-QH14_An_ninh_mang.html"),
        ("vn/LUATCONGNGHETHONGTIN.docx", "vn/Luat_67-2006-QH11_CNTT.html"),
    ],
)
def test_the_same_law_in_two_formats_gives_one_tree(shared_data: Path, one: str, other: str) -> None:
    docx, of_docx = real(shared_data, one)
    html, of_html = real(shared_data, other)
    assert addresses(of_docx) == addresses(of_html)
    assert [clause.heading for clause in of_docx] == [clause.heading for clause in of_html]
    for a, b in zip(of_docx, of_html, strict=True):
        if a.kind in ("article", "preamble", "closing"):
            left, right = (" ".join(t.text[c.start : c.end].split()) for t, c in ((docx, a), (html, b)))
            assert left == right or difflib.SequenceMatcher(None, left, right, autojunk=False).ratio() >= 0.99, (
                a.address
            )


def test_real_addresses(shared_data: Path) -> None:
    expected = {
        "eu/eu_ai_act_eurlex_2024-1689.html": [
            "Article 3(63)",
            "Article 5(1)(h)(iii)",
            "Annex III point 5(b)",
            "Annex VIII Section B point 1",
        ],
        "eu/GDPR_en.html": ["Article 6(1)(f)", "Recital 173", "Chapter III Section 2"],
        "eu/mdr_2017-745.md": [
            "Article 2(71)",
            "Annex I point 10.4.1",
            "Annex I Chapter III",
            "Annex XVII table 1 row 4",
        ],
        "vn/nghi_dinh_03_2026_ND_CP.docx": [
            "Điều 56 khoản 2",
            "Phụ lục I mẫu số 02 Điều 30",
            "Phụ lục II mẫu số 15 mục III",
        ],
        "vn/quan-ly-trang-thiet-bi-y-te.md": ["Điều 45.12.NĐ.5", "Điều 45.12.NĐ.39a", "Chương V mục 3"],
    }
    for name, wanted in expected.items():
        given_text, clauses = real(shared_data, name)
        assert_sound(given_text, clauses)
        assert not set(wanted) - set(addresses(clauses)), name


def test_the_amending_circular_keeps_quoted_articles(shared_data: Path) -> None:
    given_text, clauses = real(shared_data, "vn/25-2026-tt-byt-quan-ly-chat-luong-xet-nghiem.md")
    assert addresses(clauses, "article") == [f"Điều {n}" for n in range(1, 7)]
    assert "Điều 34." in words(given_text.text, clauses, "Điều 2 khoản 2")


def test_numbered_guidance(shared_data: Path) -> None:
    wanted = {
        "012_marketing": [
            "Section I",
            "Section IV.C",
            "Section VII.B.4",
            "Section VIII",
            "Appendix A",
            "Appendix B Section 6",
        ],
        "001_cybersecurity": ["Section V.A.4", "Section V.B.2", "Section VII.E", "Appendix 5"],
        "046_assessing": ["Section VI.B.8", "Appendix 2"],
    }
    folder = shared_data / "documents" / "us"
    for begin, sections in wanted.items():
        (path,) = folder.glob(f"{begin}*.md")
        given_text, clauses = real(shared_data, f"us/{path.name}")
        assert_sound(given_text, clauses)
        assert not set(sections) - set(addresses(clauses)), begin


def test_nist_framework_has_headings_pages_and_no_running_heads(shared_data: Path) -> None:
    given_text, clauses = real(shared_data, "us/NIST_AI_100-1_AI_RMF_1.0.pdf")
    assert_sound(given_text, clauses)
    pages = {clause.address: clause.page_from for clause in clauses}
    # printed page n is the (n + 5)th of the file
    for address, page in {
        "Section 1": 9,
        "Section 1.2.3": 12,
        "Section 3.5": 21,
        "Section 5.4": 36,
        "Appendix D": 47,
    }.items():
        assert pages[address] == page
    body = given_text.text[next(clause.start for clause in clauses if clause.address == "Executive Summary") :]
    assert "NIST AI 100-1 AI RMF 1.0" not in body


def test_a_long_document_takes_no_long_time() -> None:
    text = "\n".join(f"Điều {n}. Tên\n1. Một.\na) Hai;\nb) Ba." for n in range(1, 3000))
    clauses = build_tree(source(text))
    assert len(addresses(clauses, "article")) == 2999
