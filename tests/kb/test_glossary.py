"""The glossary: its data is sound, the search box finds terms however they are typed, texts show their terms."""

from __future__ import annotations

import re
import time
import unicodedata
from pathlib import Path

import pytest

from kb.glossary import TOPICS, Entry, Glossary, load
from kb.language import ENGLISH, LANGUAGES, VIETNAMESE, fold, text_language

CLAUSE = (
    "1. Nhà cung cấp hệ thống trí tuệ nhân tạo có rủi ro cao phải lập hồ sơ kỹ thuật, lưu nhật ký hoạt động và báo cáo "
    "sự cố nghiêm trọng cho cơ quan nhà nước có thẩm quyền. Thiết bị y tế loại C, D phải đăng ký lưu hành. "
)


def named(text: str, language: str, *, unaccented: bool = False) -> list[tuple[str, str]]:
    """The terms found in `text`, each as it stands there and with the entry's id."""
    found = load().find(text, language, unaccented=unaccented)
    return [(text[mention.start : mention.end], mention.entry.id) for mention in found]


def entry(**values: object) -> Entry:
    """An entry of which only `values` matter."""
    texts: dict[str, object] = dict.fromkeys(("id", "en", "vi", "remark_en", "remark_vi"), "x") | {"topic": "law"}
    return Entry(**{**texts, "en_variants": (), "vi_variants": (), "reviewed": True, **values})  # type: ignore[arg-type]


# -- the data


def test_every_entry_has_both_languages_an_id_of_its_own_and_a_topic() -> None:
    entries = load().entries
    assert len(entries) >= 160
    assert len({entry.id for entry in entries}) == len(entries)
    for entry in entries:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry.id), entry.id
        assert entry.topic in TOPICS, entry.id
        assert entry.en, entry.id
        assert entry.vi, entry.id
        assert bool(entry.remark_en) == bool(entry.remark_vi), f"{entry.id} has a remark in one language only"
    assert {entry.topic for entry in entries} == set(TOPICS), "a topic without entries"


def test_terms_are_clean_and_stand_once_in_an_entry() -> None:
    for entry in load().entries:
        for language in LANGUAGES:
            terms = entry.terms(language)
            assert len(set(terms)) == len(terms), entry.id
            for term in terms:
                assert term == unicodedata.normalize("NFC", " ".join(term.split())), (entry.id, term)
        assert not [term for term in entry.terms(ENGLISH) if fold(term) != term.lower()], f"marks in {entry.id}"


def test_remarks_are_written_in_their_language() -> None:
    for entry in load().entries:
        if entry.remark_en:
            # Terms quoted and numbers of documents are in the language they are in.
            vietnamese, english = (
                re.sub(r'"[^"]*"|\S*/\S*', "", remark) for remark in (entry.remark_vi, entry.remark_en)
            )
            assert text_language(vietnamese) == VIETNAMESE, entry.id
            assert fold(english) == english.lower(), entry.id
            assert re.findall(r"\d+/\d{4}", entry.remark_en) == re.findall(r"\d+/\d{4}", entry.remark_vi), entry.id


def test_no_preferred_term_belongs_to_two_concepts() -> None:
    for language in LANGUAGES:
        terms = [entry.term(language).lower() for entry in load().entries]
        assert sorted(term for term in set(terms) if terms.count(term) > 1) == []


def test_reviewed_and_awaiting_entries_are_told_apart() -> None:
    glossary = load()
    assert {glossary.get(name).reviewed for name in ("medical-device", "deployer", "low-risk")} == {True}  # type: ignore[union-attr]
    assert {glossary.get(name).reviewed for name in ("machine-learning", "specificity")} == {False}  # type: ignore[union-attr]
    assert 60 <= sum(entry.reviewed for entry in glossary.entries) < len(glossary.entries)


def test_every_pair_of_the_fact_sheet_is_an_entry(shared_data: Path) -> None:
    """Terms of the sheet's table that stand alone in a row are found under each other."""
    sheet = (shared_data / "facts.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|/()]+) \| ([^|/()*,]+?)( \*)? \|$", sheet, flags=re.MULTILINE)
    pairs = [(en.strip(), vi.strip(), bool(seen)) for en, vi, seen in rows if fold(vi) != vi.lower()]
    assert len(pairs) > 40
    known = {
        (en.lower(), vi.lower()): entry
        for entry in load().entries
        for en in entry.terms(ENGLISH)
        for vi in entry.terms(VIETNAMESE)
    }
    for en, vi, seen in pairs:
        assert (en.lower(), vi.lower()) in known, (en, vi)
        assert known[en.lower(), vi.lower()].reviewed == seen, (en, vi)


# -- the search box


@pytest.mark.parametrize(
    "typed",
    [
        "thiết bị y tế",
        "thiet bi y te",
        "THIẾT BỊ Y TẾ",
        unicodedata.normalize("NFD", "thiết bị y tế"),
        "medical device",
    ],
)
def test_a_term_typed_in_any_form_comes_first(typed: str) -> None:
    assert load().look_up(typed)[0].id == "medical-device"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("trang thiết bị y tế", "medical-device"),
        ("samd", "software-as-a-medical-device"),
        ("PCCP", "predetermined-change-control-plan"),
        ("GRN", "global-regulatory-network"),
        ("danh bạ toàn cầu", "global-public-directory"),
        ("conform ass", "conformity-assessment"),
        ("đánh giá sự", "conformity-assessment"),
        ("high risk", "high-risk"),
        ("high-risk", "high-risk"),
        ("What does post-deployment monitoring mean?", "post-deployment-monitoring"),
        ("the nao la tu phan loai?", "self-classification"),
        ("Điều", "article"),
    ],
)
def test_parts_variants_abbreviations_and_questions_are_looked_up(typed: str, expected: str) -> None:
    assert expected in [entry.id for entry in load().look_up(typed, 3)]


def test_marks_typed_count() -> None:
    glossary = Glossary([entry(id="duty", en="duty", vi="nhiệm vụ"), entry(id="tenure", en="tenure", vi="nhiễm vụ")])
    assert [entry.id for entry in glossary.look_up("nhiễm vụ")] == ["tenure", "duty"]
    assert [entry.id for entry in glossary.look_up("nhiem vu")] == ["duty", "tenure"]


def test_look_up_of_nothing_lists_all_and_of_nonsense_none() -> None:
    glossary = load()
    assert glossary.look_up(" ", 1000) == glossary.entries
    assert glossary.look_up("xyzzy") == ()
    assert len(glossary.look_up("a", 5)) == 5


# -- terms in texts


def test_the_longest_term_wins_and_spans_fit() -> None:
    assert named(CLAUSE, VIETNAMESE) == [
        ("Nhà cung cấp", "provider"),
        ("hệ thống trí tuệ nhân tạo có rủi ro cao", "high-risk-ai-system"),
        ("hồ sơ kỹ thuật", "technical-documentation"),
        ("nhật ký hoạt động", "operation-log"),
        ("sự cố nghiêm trọng", "serious-ai-incident"),
        ("cơ quan nhà nước có thẩm quyền", "competent-state-authority"),
        ("Thiết bị y tế loại C", "class-c-medical-device"),
        ("đăng ký lưu hành", "marketing-authorisation"),
    ]


def test_a_longer_term_wins_over_one_that_begins_before_it() -> None:
    glossary = Glossary([entry(id="short", en="one two"), entry(id="long", en="two three four")])
    assert [mention.entry.id for mention in glossary.find("one two three four", ENGLISH)] == ["long"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_spans_are_those_of_the_text_given(form: str) -> None:
    text = unicodedata.normalize(form, "Về việc kĩ: uỷ quyền – Hồ sơ kĩ thuật của TRANG THIẾT BỊ Y TẾ")  # type: ignore[arg-type]
    found = [unicodedata.normalize("NFC", term) for term, _ in named(text, VIETNAMESE)]
    assert found == ["Hồ sơ kĩ thuật", "TRANG THIẾT BỊ Y TẾ"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Deployers of high-risk AI systems keep logs.", ["deployer", "high-risk-ai-system", "operation-log"]),
        ("Competent authorities may license it.", ["competent-authority", "licence"]),
        ("Anonymised data, authorized representatives", ["anonymisation", "authorised-representative"]),
        ("recalled", []),
        ("A biased reader looks for medical. Device makers do not.", []),
        ("Most AI is software; a cop may wait.", ["artificial-intelligence"]),
        ("MoST and the CoP", ["ministry-of-science-and-technology", "community-of-practice"]),
        ("THE MOST OF THEM", []),
    ],
)
def test_english_terms_are_found_in_number_spelling_and_case(text: str, expected: list[str]) -> None:
    assert [found for _, found in named(text, ENGLISH)] == expected


def test_vietnamese_ai_is_not_artificial_intelligence() -> None:
    assert named("Ai phải báo cáo? Hệ thống AI nào?", VIETNAMESE) == [("Hệ thống AI", "artificial-intelligence-system")]


def test_marks_matter_unless_the_text_has_none() -> None:
    assert named("thu hồi", VIETNAMESE) == [("thu hồi", "recall")]
    assert named("thu hoi", VIETNAMESE) == []
    assert named("Thu hoi thiet bi y te", VIETNAMESE, unaccented=True) == [("Thu hoi thiet bi y te", "recall")]
    assert named("kham benh chua benh tu xa", VIETNAMESE, unaccented=True)[0][1] == "remote-examination-and-treatment"


def test_words_of_every_clause_are_not_found_and_common_ones_get_no_hint() -> None:
    text = "Điểm a khoản 2 Điều 9: tổ chức thu hồi thiết bị y tế; thiết bị y tế khác được thu hồi."
    assert "article" not in [found for _, found in named(text, VIETNAMESE)]
    assert "organisation" in [found for _, found in named(text, VIETNAMESE)]
    hints = load().hints(text, VIETNAMESE)
    assert [hint.entry.id for hint in hints] == ["recall", "medical-device"]
    assert text[hints[0].start : hints[0].end] == "thu hồi thiết bị y tế"


def test_nothing_is_found_in_nothing() -> None:
    assert load().find("", VIETNAMESE) == ()
    assert load().find("...\n\n---", ENGLISH) == ()


def test_a_long_clause_is_read_in_two_milliseconds() -> None:
    glossary, text = load(), (CLAUSE * 10)[:2400]
    glossary.find(text, VIETNAMESE)
    times = []
    for _ in range(20):
        begun = time.perf_counter()
        glossary.find(text, VIETNAMESE)
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.002
