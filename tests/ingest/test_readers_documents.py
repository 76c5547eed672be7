"""The readers on the real documents beside the project."""

from __future__ import annotations

import re
import time
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.readers import read
from kb.errors import DamagedDocument
from kb.records import BlockKind, SourceText


@pytest.fixture(scope="module")
def documents(shared_data: Path) -> Path:
    folder = shared_data / "documents"
    if not folder.is_dir():
        pytest.skip("the folder of real documents (../shared/data/documents) is not here")
    return folder


@cache
def cached(path: Path) -> SourceText:
    return read(path)


def texts(source: SourceText) -> list[str]:
    return [source.text[block.start : block.end] for block in source.blocks]


def numbers(source: SourceText, word: str) -> list[str]:
    found = (re.match(rf"{word} (\d+|[IVXL]+)(?![\w(])", text) for text in texts(source))
    return [match[1] for match in found if match]


def test_every_document_is_read_soundly(documents: Path) -> None:
    for path in sorted(path for path in documents.rglob("*") if path.is_file() and path.parent.name != "encodings"):
        source = cached(path)
        assert "\n".join(texts(source)) == source.text, path
        assert len(source.text) > 1000, path
        assert not re.search("[\ue000-\uf8ff\ufffd\x00-\x09]", source.text), path
        assert all(a.end == b.start and b.number == a.number + 1 for a, b in pairwise(source.pages)), path


def test_vietnamese_laws_from_word(documents: Path) -> None:
    law = cached(documents / "vn/LUATTRITUENHANTAO.docx")
    assert numbers(law, "Điều") == [str(n) for n in range(1, 36)]
    assert numbers(law, "Chương") == ["I", "II", "III", "IV", "V", "VI", "VII", "VIII"]


@pytest.mark.parametrize(
    ("word", "web", "articles"),
    [
        ("LUATANNINHMANG.docx", "Luat_24-2018-QH14_An_ninh_mang.html", 43),
        ("LUATCONGNGHETHONGTIN.docx", "Luat_67-2006-QH11_CNTT.html", 79),
    ],
)
def test_the_same_law_from_word_and_from_a_web_page(documents: Path, word: str, web: str, articles: int) -> None:
    law, page = cached(documents / "vn" / word), cached(documents / "vn" / web)
    assert page.text == law.text
    assert numbers(page, "Điều") == [str(n) for n in range(1, articles + 1)]


@pytest.mark.parametrize(
    ("name", "articles", "recitals", "annexes"),
    [
        ("eu/GDPR_en.html", 99, 173, 0),
        ("eu/eu_ai_act_eurlex_2024-1689.html", 113, 180, 13),
        ("eu/mdr_2017-745.md", 123, 101, 17),
    ],
)
def test_union_acts(documents: Path, name: str, articles: int, recitals: int, annexes: int) -> None:
    source = cached(documents / name)
    assert [text for text in texts(source) if re.fullmatch(r"Article \d+", text)] == [
        f"Article {n}" for n in range(1, articles + 1)
    ]
    assert len(set(numbers(source, "ANNEX"))) == annexes
    before = source.text[
        : source.text.index("\nArticle 1\n") if "\nArticle 1\n" in source.text else len(source.text) // 3
    ]
    marks = [int(match) for match in re.findall(r"^\((\d+)\) ", before, re.MULTILINE)]
    assert set(range(1, recitals + 1)) <= set(marks)


def test_element_ids_of_the_ai_act(documents: Path) -> None:
    source = cached(documents / "eu/eu_ai_act_eurlex_2024-1689.html")
    anchors = {block.anchor: source.text[block.start : block.end] for block in source.blocks if block.anchor}
    assert anchors["art_6"] == "Article 6"
    assert anchors["anx_III"] == "ANNEX III"
    assert anchors["rct_47"].startswith("(47) ")
    assert anchors["006.001"].startswith("1. ")


def test_running_lines_are_gone_and_pages_right(documents: Path) -> None:
    framework = cached(documents / "us/NIST_AI_100-1_AI_RMF_1.0.pdf")
    assert "NIST AI 100-1 AI RMF 1.0" not in framework.text
    assert len(framework.pages) == 48
    heading = next(
        block
        for block in framework.blocks
        if framework.text.startswith("1.2.1 Risk Measurement", block.start) and block.level
    )
    assert heading.kind is BlockKind.HEADING
    assert next(page.number for page in framework.pages if page.start <= heading.start < page.end) == 10
    paper = cached(documents / "uk/UK_CP815_pro-innovation_AI_regulation.pdf")
    assert texts(paper).count("A pro-innovation approach to AI regulation") == 2
    assert "medical advances to mitigating" in paper.text
    for path in (documents / "us").glob("*.md"):
        assert "Contains Nonbinding Recommendations" not in texts(cached(path)), path.name


def test_information_tables_become_properties(documents: Path) -> None:
    source = cached(documents / "vn/an-ninh-mang.md")
    assert source.properties["số hiệu"] == "24/2018/QH14"
    assert "Thuộc tính" not in source.text


@pytest.mark.parametrize("name", ["viscii.txt", "windows-1258.txt"])
def test_legacy_encodings_are_named(documents: Path, name: str) -> None:
    with pytest.raises(DamagedDocument, match="UTF-8"):
        read(documents / "encodings" / name)


def test_a_long_web_page_is_read_in_seconds(documents: Path) -> None:
    start = time.process_time()
    read(documents / "eu/eu_ai_act_eurlex_2024-1689.html")
    assert time.process_time() - start < 3
