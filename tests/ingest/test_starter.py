"""The starter notes: two languages of one text, sound front matter, right numbers, no known error.

A note is `<stem>.<language>.md` in ingest/starter. The stem is the id of the catalogue row that it describes, where
there is one (`vn-nd-98-2021`, `eu-ai-act`), so that the set can grow row by row; the tests list the folder.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

import pytest
import yaml

from ingest.catalogue import read_catalogue
from kb.catalogue import number_keys
from kb.number import canonical_number, number_key
from kb.records import Audience, Authority, Kind, Metadata

STARTER = Path(__file__).resolve().parents[2] / "ingest" / "starter"
LANGUAGES = ("en", "vi")
SOURCES = {source.id: source for source in read_catalogue()}
STEMS = sorted({path.name.split(".")[0] for path in STARTER.glob("*.md")})
JURISDICTIONS = {"VN", "EU", "US", "SG", "INT"}
REQUIRED = {
    "title",
    "kind",
    "authority",
    "jurisdiction",
    "audience",
    "licence",
    "language",
    "issuer",
    "issued",
    "checked",
    "url",
    "pair",
    "aliases",
}
MONTHS = list(calendar.month_name)[1:]


@dataclass(frozen=True)
class Note:
    """One file: its front matter, its first heading, and its sections as (heading, paragraphs and list items)."""

    stem: str
    language: str
    meta: dict[str, object]
    heading: str
    body: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]

    def paragraphs(self) -> Iterator[str]:
        for _, paragraphs in self.sections:
            yield from paragraphs

    def sentences(self) -> Iterator[str]:
        for paragraph in self.paragraphs():
            yield from re.split(r"(?<=[.!?]) (?=[A-ZĐÀ-Ỹ\"])", paragraph)


def read(stem: str, language: str) -> Note:
    text = (STARTER / f"{stem}.{language}.md").read_text(encoding="utf-8")
    _, front, body = text.split("---\n", 2)
    head, *parts = body.strip().split("\n## ")
    sections = []
    for part in parts:
        heading, _, rest = part.partition("\n")
        blocks = re.split(r"\n\n|\n(?=- )", rest.strip())
        sections.append((heading.strip(), tuple(block.strip() for block in blocks)))
    return Note(stem, language, yaml.safe_load(front), head.removeprefix("# ").strip(), body, tuple(sections))


NOTES = [
    read(stem, language) for stem in STEMS for language in LANGUAGES if (STARTER / f"{stem}.{language}.md").exists()
]
each_note = pytest.mark.parametrize("note", NOTES, ids=lambda note: f"{note.stem}.{note.language}")
each_stem = pytest.mark.parametrize("stem", STEMS)


# What a text states: dates, numbers, addresses -----------------------------------------------------------------------


def take(pattern: str, text: str) -> tuple[list[tuple[str, ...]], str]:
    """Return the groups of every match of `pattern`, and the text without the matches."""
    return [match.groups() for match in re.finditer(pattern, text)], re.sub(pattern, " ", text)


def dates(text: str, language: str) -> tuple[set[tuple[int, ...]], str]:
    """Return the (year, month, day) and (year, month) that a text names, and the text without them."""
    found: set[tuple[int, ...]] = set()
    if language == "en":
        names = "|".join(MONTHS)
        days, text = take(rf"\b(\d{{1,2}}) ({names}) (\d{{4}})\b", text)
        months, text = take(rf"\b({names}) (?:of )?(\d{{4}})\b", text)
        found |= {(int(y), MONTHS.index(m) + 1, int(d)) for d, m, y in days}
        found |= {(int(y), MONTHS.index(m) + 1) for m, y in months}
        return found, text
    days, text = take(r"(?i)\bngày (\d{1,2}) tháng (\d{1,2}) năm (\d{4})\b", text)
    slashed, text = take(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b", text)
    months, text = take(r"(?i)\btháng (\d{1,2}) năm (\d{4})\b", text)
    found |= {(int(y), int(m), int(d)) for d, m, y in days + slashed}
    found |= {(int(y), int(m)) for m, y in months}
    return found, text


def addresses(text: str, language: str) -> set[tuple[str, str, str]]:
    """Return (article, clause, point) of every article that a text names; the clause and point may be ""."""
    if language == "vi":
        pattern = r"(?:[Đđ]iểm ([a-zđ]) )?(?:[Kk]hoản (\d+) )?Điều (\d+)"
        return {(article, clause or "", point or "") for point, clause, article in re.findall(pattern, text)}
    found = set()
    one = r"(\d+)(?:\((\d+)\))?(?:\(([a-z])\))?"
    plain = r"\d+(?:\(\w+\))*"
    for run in re.findall(rf"\bArticles? ({plain}(?:(?:, | and | to ){plain})*)", text):
        found |= set(re.findall(one, run))
    return found


def statements(text: str, language: str) -> dict[str, set[object]]:
    """Return everything in a text that must be the same in its translation."""
    urls, text = take(r"(https?://\S+?)(?=[.,;)]*(?:\s|$))", text)
    named = addresses(text, language)
    romans = set(re.findall(r"\b(?:Annex|Phụ lục) ([IVX]+)\b", text))
    chapters = set(re.findall(r"\b(?:Chapter|Chương|Section|Mục) ([IVX]+)\b", text))
    days, text = dates(text, language)
    documents, text = take(r"((?:[\w-]*\d[\w-]*|COM\(\d{4}\))(?:/[\w-]+)+)", text)
    numbers = set()
    for number in re.findall(r"\d+(?:[.,]\d+)*", text):
        grouped = re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", number)
        numbers.add((re.sub(r"[.,]", "", number) if grouped else number).lstrip("0") or "0")
    return {
        "addresses": set(urls),
        "articles": set(named),
        "annexes": romans,
        "chapters": chapters,
        "dates": set(days),
        "documents": set(documents),
        "numbers": numbers,
    }


# The set and its front matter ----------------------------------------------------------------------------------------


def test_at_least_a_dozen_notes() -> None:
    assert len(STEMS) >= 12


@each_stem
def test_both_languages(stem: str) -> None:
    assert {note.language for note in NOTES if note.stem == stem} == set(LANGUAGES)


@each_note
def test_front_matter(note: Note) -> None:
    meta = note.meta
    assert set(meta) >= REQUIRED
    assert set(meta) <= {field.name for field in fields(Metadata)} - {"number"}
    assert Kind(str(meta["kind"])) in {Kind.PROGRAMME, Kind.NOTE}
    assert Authority(str(meta["authority"])) is Authority.NOTE
    assert Audience(str(meta["audience"])) is Audience.PUBLIC
    assert meta["jurisdiction"] in JURISDICTIONS
    assert meta["language"] == note.language
    assert meta["pair"] == note.stem
    assert meta["licence"] == "CC-BY-4.0"
    issued, checked = meta["issued"], meta["checked"]
    assert isinstance(issued, date)
    assert isinstance(checked, date)
    assert str(meta["url"]).startswith("https://")
    for key in ("about", "aliases"):
        values = meta.get(key, ["-"])
        assert isinstance(values, list)
        assert values
        assert all(isinstance(value, str) and value for value in values)
        assert len(set(values)) == len(values)


@each_stem
def test_front_matter_agrees_between_languages(stem: str) -> None:
    english, vietnamese = (read(stem, language).meta for language in LANGUAGES)
    assert set(english) == set(vietnamese)
    for key in set(english) - {"title", "language", "issuer", "aliases"}:
        assert english[key] == vietnamese[key], key


# The text ------------------------------------------------------------------------------------------------------------


@each_note
def test_shape(note: Note) -> None:
    assert unicodedata.is_normalized("NFC", note.body)
    assert note.heading == note.meta["title"]
    headings = [heading for heading, _ in note.sections]
    assert len(headings) >= 5
    assert len(set(headings)) == len(headings)
    words = len(note.body.split())
    # a Vietnamese word is about 1.45 written syllables, and it is syllables that split() counts
    assert 250 <= words <= (600 if note.language == "en" else 870), words


@each_note
def test_paragraphs_are_short_and_stand_alone(note: Note) -> None:
    pronoun = re.compile(r"(It|Its|They|Their|This|These|Nó|Chúng|Đây)\b")
    for paragraph in note.paragraphs():
        assert len(paragraph.split()) <= 120, paragraph
        assert not pronoun.match(paragraph), paragraph


@each_note
def test_no_line_reads_as_a_clause(note: Note) -> None:
    """A paragraph that begins like an article would be taken for one of the instrument itself."""
    label = re.compile(
        r"(?i)(- )?((Điều|Khoản|Điểm|Chương|Mục|Phụ lục|Articles?|Annex|Section|Chapter) [\dIVX]|\d+[.)] )"
    )
    for paragraph in note.paragraphs():
        assert not label.match(paragraph), paragraph


@each_note
def test_says_what_it_is_and_when_it_was_checked(note: Note) -> None:
    last = " ".join(note.sections[-1][1])
    checked = note.meta["checked"]
    assert isinstance(checked, date)
    assert ("orientation note" if note.language == "en" else "ghi chú định hướng") in last
    assert (checked.year, checked.month, checked.day) in dates(last, note.language)[0]
    assert ("not opened" in last or "was opened" in last) if note.language == "en" else "chưa" in last


@each_stem
def test_languages_state_the_same_section_by_section(stem: str) -> None:
    english, vietnamese = (read(stem, language) for language in LANGUAGES)
    assert len(english.sections) == len(vietnamese.sections)
    for (title_en, body_en), (title_vi, body_vi) in zip(english.sections, vietnamese.sections, strict=True):
        assert len(body_en) == len(body_vi), (title_en, title_vi)
        said_en = statements("\n".join((title_en, *body_en)), "en")
        said_vi = statements("\n".join((title_vi, *body_vi)), "vi")
        assert said_en == said_vi, (title_en, title_vi)


@each_stem
def test_about_is_named_in_the_text(stem: str) -> None:
    for language in LANGUAGES:
        note = read(stem, language)
        for number in note.meta.get("about", []):  # type: ignore[attr-defined]
            assert canonical_number(number) in (number, None)  # series such as GL-04 have no canonical form
            assert number.split()[-1] in note.body


# Errors that others make: each may be named only in order to deny it --------------------------------------------------

DENIED = [
    ("en", r"\b(four|4) levels", "wrong"),
    ("vi", r"\b(bốn|4|04) mức", "sai"),
    ("en", r"\b25 October 2025", "not the date of signature"),
    ("vi", r"\b25/10/2025|ngày 25 tháng 10", "không phải ngày ký"),
    ("en", r"Article 44\b", "wrong"),
    ("vi", r"Điều 44\b", "sai"),
    ("en", r"63/2025/QH15", "wrong"),
    ("vi", r"63/2025/QH15", "sai"),
    ("en", r"HealthAI (\w+ ){0,2}(write|validate|certif|approve)", "does not"),
    ("vi", r"HealthAI (\w+ ){0,2}(ban hành tiêu chuẩn|thẩm định|chứng nhận|phê duyệt)", "không"),
    ("en", r"\b13/2023/NĐ-CP", "no longer applies"),
    ("vi", r"\b13/2023/NĐ-CP", "không còn áp dụng"),
    ("en", r"2 August 2027", "first text"),
    ("vi", r"\b0?2/8/2027", "ban đầu"),
    ("en", r"\bis not a medical device", "never"),
    ("vi", r"không phải là thiết bị y tế", "never"),
    ("en", r"\bfirst Asian", "safer"),
    ("vi", r"đầu tiên ở châu Á", "an toàn hơn"),
]


@each_note
def test_no_known_error(note: Note) -> None:
    for language, error, denial in DENIED:
        if language != note.language:
            continue
        for sentence in note.sentences():
            if re.search(error, sentence):
                assert denial in sentence, sentence


def test_the_errors_would_be_found() -> None:
    assert re.search(DENIED[0][1], "The AI Law has four levels of risk.")
    assert re.search(DENIED[3][1], "Thỏa thuận ký ngày 25 tháng 10 năm 2025.")
    assert re.search(DENIED[8][1], "HealthAI certifies products.")
    assert re.search(DENIED[9][1], "HealthAI sẽ chứng nhận sản phẩm.")


def test_statements_read_both_languages_alike() -> None:
    english = (
        "Article 35(1)(a) and Articles 9 to 12 of 134/2025/QH15, Annex I, from 1 March 2026: 3,321 stations, May 2026."
    )
    vietnamese = (
        "Điểm a khoản 1 Điều 35 và từ Điều 9 đến Điều 12 của 134/2025/QH15, Phụ lục I, từ ngày 01/3/2026: "
        "3.321 trạm, tháng 5 năm 2026."
    )
    said = statements(english, "en")
    assert said["articles"] == {("35", "1", "a"), ("9", "", ""), ("12", "", "")}
    assert said["dates"] == {(2026, 3, 1), (2026, 5)}
    assert said["documents"] == {("134/2025/QH15",)}
    assert "3321" in said["numbers"]
    wrong_day = statements(vietnamese.replace("01/3/2026", "02/3/2026"), "vi")
    assert wrong_day["dates"] != said["dates"]
    for key in ("articles", "dates", "documents", "annexes"):
        assert statements(vietnamese, "vi")[key] == said[key], key


# Questions that one paragraph alone must answer -----------------------------------------------------------------------

ANSWERS = [
    ("healthai-vn-agreement-2025", "en", ["Viet Nam", "HealthAI", "signed", "24 October 2025", "Hanoi"]),
    ("healthai-vn-agreement-2025", "vi", ["Việt Nam", "HealthAI", "ký", "24 tháng 10 năm 2025", "Hà Nội"]),
    ("healthai-vn-agreement-2025", "en", ["For NHIC", "Do Truong Duy", "Director"]),
    ("healthai-vn-agreement-2025", "vi", ["NHIC", "Đỗ Trường Duy", "Giám đốc"]),
    ("healthai-vn-agreement-2025", "en", ["For HealthAI", "Ricardo Baptista Leite"]),
    ("healthai-vn-agreement-2025", "vi", ["Thứ trưởng Thường trực Vũ Mạnh Hà", "chứng kiến"]),
    ("healthai-vn-agreement-2025", "en", ["CHF 50,000", "first two years", "Only one source"]),
    ("healthai-vn-agreement-2025", "vi", ["50.000 CHF", "hai năm đầu", "Chỉ một nguồn"]),
    ("healthai-vn-nhic-tasks", "en", ["task of NHIC", "interdisciplinary working group"]),
    ("healthai-vn-nhic-tasks", "en", ["task of NHIC", "appraisal", "risk management", "post-deployment monitoring"]),
    ("healthai-vn-nhic-tasks", "vi", ["Nhiệm vụ thứ ba của NHIC", "12 đến 18 tháng", "KPI", "hằng quý"]),
    ("healthai-vn-nhic-tasks", "vi", ["Nhiệm vụ thứ tư của NHIC", "nguồn lực"]),
    ("healthai-vn-moh-pillars", "vi", ["Trụ cột thứ nhất của Bộ Y tế", "thể chế", "an ninh dữ liệu", "rủi ro"]),
    ("healthai-vn-pilot", "en", ["pilot lasts 12 to 18 months"]),
    ("healthai-vn-pilot", "vi", ["Chương trình thí điểm kéo dài 12 đến 18 tháng"]),
    ("healthai-grn", "en", ["HealthAI does not validate or certify products"]),
    ("healthai-grn", "vi", ["HealthAI không thẩm định và không chứng nhận sản phẩm"]),
    ("healthai-grn", "en", ["Peru", "15 January 2026"]),
    ("healthai-gpd", "en", ["not a marketing authorisation"]),
    ("vn-luat-134-2025", "en", ["three levels of risk", "high, medium and low", "Article 9"]),
    ("vn-luat-134-2025", "vi", ["Luật TTNT", "ba mức rủi ro", "cao, trung bình và thấp", "Điều 9"]),
    ("vn-luat-134-2025", "en", ["health", "18 months", "1 September 2027", "Article 35(1)(a)"]),
    ("vn-luat-134-2025", "vi", ["y tế", "18 tháng", "01/9/2027", "điểm a khoản 1 Điều 35"]),
    ("vn-nd-142-2026", "en", ["72 hours", "5 working days", "15 days", "Article 19"]),
    ("vn-qd-33-2026-ttg", "en", ["No.", "not on the high-risk list", "Decree 98/2021/NĐ-CP applies on its own"]),
    ("vn-qd-33-2026-ttg", "vi", ["Không.", "không có trong Danh mục", "98/2021/NĐ-CP áp dụng độc lập"]),
    ("us-fda-pccp", "en", ["A predetermined change control plan (PCCP) is", "FDA"]),
    ("us-fda-pccp", "vi", ["Kế hoạch kiểm soát thay đổi định trước (PCCP) là", "FDA"]),
    ("eu-ai-act", "en", ["medical devices", "2 August 2028", "2 December 2027"]),
    ("eu-ai-act", "vi", ["thiết bị y tế", "02/8/2028", "02/12/2027"]),
]


@pytest.mark.parametrize(("stem", "language", "needles"), ANSWERS)
def test_one_paragraph_answers(stem: str, language: str, needles: list[str]) -> None:
    paragraphs = read(stem, language).paragraphs()
    assert any(all(needle in paragraph for needle in needles) for paragraph in paragraphs)


# Against the catalogue and the real texts beside the project ----------------------------------------------------------


def test_every_core_source_has_a_note() -> None:
    assert {source.id for source in SOURCES.values() if source.core} <= set(STEMS)


@pytest.mark.parametrize(
    "note", [note for note in NOTES if note.stem in SOURCES], ids=lambda note: f"{note.stem}.{note.language}"
)
def test_agrees_with_the_catalogue(note: Note) -> None:
    source = SOURCES[note.stem]
    assert note.meta["url"] == source.url
    assert note.meta["jurisdiction"] == source.jurisdiction
    about = note.meta.get("about")
    if source.number and about:
        assert isinstance(about, list)
        assert number_key(about[0]) in number_keys(source)
    said = dates(note.body, note.language)[0]
    for stated in (source.issued, source.effective):
        if stated and re.fullmatch(r"\d{4}-\d\d-\d\d", stated):
            assert tuple(map(int, stated.split("-"))) in said, stated
    if source.number and not about:
        assert source.number in note.body


def test_articles_of_the_ai_law_exist(shared_data: Path) -> None:
    """Every article, clause and point that the note on the AI Law names stands in the law's own text."""
    import docx

    path = shared_data / "documents" / "vn" / "LUATTRITUENHANTAO.docx"
    lines = [paragraph.text.strip() for paragraph in docx.Document(str(path)).paragraphs]
    known, article, clause = set(), "", ""
    for line in lines:
        if match := re.match(r"Điều (\d+)\.", line):
            article, clause = match[1], ""
        elif match := re.match(r"(\d+)\. ", line):
            clause = match[1]
        elif match := re.match(r"([a-zđ])\) ", line):
            known.add((article, clause, match[1]))
        known |= {(article, "", ""), (article, clause, "")}
    named = addresses(read("vn-luat-134-2025", "vi").body, "vi") - {("44", "", "")}
    assert len(named) >= 15
    assert named <= known


def test_articles_of_the_eu_texts_and_decree_98_exist(shared_data: Path) -> None:
    documents = shared_data / "documents"
    mdr = (documents / "eu" / "mdr_2017-745.md").read_text(encoding="utf-8")
    in_mdr = set(re.findall(r"(?m)^## Article (\d+)$", mdr))
    decree = (documents / "vn" / "quan-ly-trang-thiet-bi-y-te.md").read_text(encoding="utf-8")
    in_decree = set(re.findall(r"\(Điều (\d+) Nghị định số 98/2021/NĐ-CP", decree))
    assert {article for article, _, _ in addresses(read("eu-mdr", "en").body, "en")} <= in_mdr
    assert {article for article, _, _ in addresses(read("vn-nd-98-2021", "vi").body, "vi")} <= in_decree
