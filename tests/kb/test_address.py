"""Document numbers and clause addresses in every usual spelling, of both languages."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.address import (
    address_key,
    canonical_number,
    equivalents,
    find_addresses,
    kind_of,
    number_key,
    ordinal_parts,
    parent,
    parse_address,
    shown,
)
from kb.number import find_numbers, fold


def spaced(text: str) -> str:
    """The text with the white space that PDF and word processors leave."""
    return text.replace(" ", "\u00a0 ")


# -- numbers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("98/2021/NĐ-CP", "98/2021/NĐ-CP"),
        ("98/2021/ND-CP", "98/2021/NĐ-CP"),
        ("98/2021/nd-cp", "98/2021/NĐ-CP"),
        ("Số: 98/2021/NĐ - CP", "98/2021/NĐ-CP"),
        ("Số:98 /2021/NÐ-CP", "98/2021/NĐ-CP"),  # the Icelandic eth that old keyboards give
        ("98/2021/NĐ–CP", "98/2021/NĐ-CP"),
        ("98/2021/NĐ-CP - quy định", "98/2021/NĐ-CP"),
        ("Luật số: 134/2025/QH15", "134/2025/QH15"),
        ("134/2025/qh15", "134/2025/QH15"),
        ("5/2022/tt-byt", "05/2022/TT-BYT"),
        ("33/2026/qd-ttg", "33/2026/QĐ-TTg"),
        ("57-NQ/TW", "57-NQ/TW"),
        ("57 - NQ/TW", "57-NQ/TW"),
        ("3/NQ-CP", "03/NQ-CP"),
        ("08/VBHN-BYT", "08/VBHN-BYT"),
        ("01/2016/TTLT-BYT-BTC", "01/2016/TTLT-BYT-BTC"),
        ("26/2004/PL-UBTVQH11", "26/2004/PL-UBTVQH11"),
        ("1671/QĐ-TTg", "1671/QĐ-TTg"),
        ("Regulation (EU) 2024/1689", "Regulation (EU) 2024/1689"),
        ("2024/1689", "(EU) 2024/1689"),
        ("EU 2024/1689", "(EU) 2024/1689"),
        ("Directive 95/46/EC", "Directive 95/46/EC"),
        ("Regulation (EC) No 178/2002", "Regulation (EC) No 178/2002"),
        ("Commission Implementing Decision (EU) 2021/914", "Implementing Decision (EU) 2021/914"),
        ("Quy định (EU) 2017/745", "Regulation (EU) 2017/745"),
        ("mdcg 2019-11 Rev. 1", "MDCG 2019-11 rev.1"),
        ("MDCG 2025-6", "MDCG 2025-6"),
        ("Docket FDA-2022-D-2628", "FDA-2022-D-2628"),
        ("ISO/IEC 42001:2023", "ISO/IEC 42001:2023"),
        ("iso 13485", "ISO 13485"),
        ("TCVN ISO 13485:2017", "TCVN ISO 13485:2017"),
        ("IMDRF/SaMD WG/N12 FINAL:2014", "IMDRF N12"),
        ("21 CFR 820", "21 CFR Part 820"),
        ("NIST AI 100-1", "NIST AI 100-1"),
    ],
)
def test_canonical_number(written: str, canonical: str) -> None:
    assert canonical_number(written) == canonical
    assert canonical_number(unicodedata.normalize("NFD", written)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "24/10/2025",
        "tháng 10/2025",
        "1/2",
        "24/7",
        "98/2021",
        "năm học 2024/25",
        "giai đoạn 2016/2020",
        "COVID-19",
        "GPT-4",
        "0912 345 678",
        "HIV/AIDS",
        "huyết áp 120/80",
        "ISO 400",
        "class 2 device",
        "Nghị định 98",
        "",
    ],
)
def test_no_number(text: str) -> None:
    assert canonical_number(text) is None


@pytest.mark.parametrize(
    "spellings",
    [
        ("98/2021/NĐ-CP", "98/2021/ND-CP", "98/2021/nd-cp", "Số: 98/2021/NĐ - CP", "Nghị định số 98/2021/NĐ-CP"),
        ("Regulation (EU) 2024/1689", "2024/1689", "(EU) 2024/1689", "EU 2024/1689", "regulation 2024/1689"),
        ("Directive 95/46/EC", "95/46/EC", "Chỉ thị 95/46/EC"),
        ("IMDRF N12", "IMDRF/SaMD WG/N12 FINAL:2014"),
        ("GL-04 Revision 4", "gl 04 revision 4"),
        ("05/2022/TT-BYT", "5/2022/TT-BYT"),
        ("57-NQ/TW", "57/NQ-TW"),
    ],
)
def test_spellings_share_a_key(spellings: tuple[str, ...]) -> None:
    assert len({number_key(spelling) for spelling in spellings}) == 1


def test_different_numbers_differ() -> None:
    numbers = ["98/2021/NĐ-CP", "98/2021/TT-BYT", "98/2021/QH15", "98/2022/NĐ-CP", "MDCG 2019-11", "MDCG 2019-11 rev.1"]
    assert len({number_key(number) for number in numbers}) == len(numbers)


def test_numbers_in_a_sentence_with_their_places() -> None:
    text = "Nghị định 98/2021/NĐ-CP thay thế 36/2016/NĐ-CP; xem Regulation (EU) 2017/745."
    found = find_numbers(text)
    assert [text[number.start : number.end] for number in found] == [
        "98/2021/NĐ-CP",
        "36/2016/NĐ-CP",
        "Regulation (EU) 2017/745",
    ]
    assert [number.type for number in found] == ["decree", "decree", "regulation"]


@given(st.text(max_size=60))
def test_fold_keeps_places(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert len(fold(composed)) == len(composed)


@given(
    st.integers(1, 9999),
    st.integers(1946, 2099),
    st.sampled_from(["NĐ-CP", "QĐ-TTg", "TT-BYT", "QH15", "TTLT-BYT-BTC", "NQ-HĐND", "PL-UBTVQH11"]),
)
def test_vietnamese_number_round_trip(ordinal: int, year: int, code: str) -> None:
    number = f"{ordinal:02d}/{year}/{code}"
    assert canonical_number(number) == number
    assert canonical_number(fold(number)) == number
    assert number_key(number) == number_key(f"Số : {ordinal} / {year} / {code}".replace(" / ", "/"))


# -- parsing -----------------------------------------------------------------------------------------------------------

SPELLINGS = {
    "Điều 9": ["Điều 9", "điều 9.", "dieu 9", "ĐIỀU 9", "Điều 09", "đ.9", "Điều thứ 9", "Điều 9 Chương II"],
    "Điều 9 khoản 2": [
        "khoản 2, điều 9",
        "khoản 2 Điều 9",
        "Đ9 k2",
        "d9 k2",
        "Điều 9.2",
        "Điều 9(2)",
        "khoan 2 cua dieu 9",
    ],
    "Điều 9 khoản 2 điểm a": [
        "điểm a khoản 2 Điều 9",
        "Điều 9 khoản 2 điểm a",
        "dieu 9 khoan 2 diem a",
        "Điều 9.2.a",
        "điểm a, khoản 2, Điều 9",
        "tại điểm a khoản 2 Điều 9",
        "Điều 9 (2) (a)",
        "Điều 9 - khoản 2 - điểm a",
    ],
    "Điều 9 khoản 2 điểm đ": ["điểm đ khoản 2 Điều 9", "điểm Đ khoản 2 Điều 9", "diem dd khoan 2 dieu 9"],
    "Điều 9 khoản 2 điểm d": ["điểm d khoản 2 Điều 9", "diem d khoan 2 dieu 9"],
    "Điều 217a khoản 1a": ["khoản 1a Điều 217a"],
    "Điều 45.12.NĐ.5": ["Điều 45.12.NĐ.5", "dieu 45.12.nd.5"],
    "Article 6(1)": [
        "Article 6(1)",
        "Art. 6 (1)",
        "Art 6 para 1",
        "paragraph 1 of Article 6",
        "Article 6, paragraph 1",
    ],
    "Article 6(1)(a)": [
        "art. 6(1)(a)",
        "Article 6 (1) point (a)",
        "point (a) of Article 6(1)",
        "point (a) of paragraph 1 of Article 6",
        "Article 6.1.a",
        "Point a, Clause 1, Article 6",
        "point (a) of the first subparagraph of Article 6(1)",
    ],
    "Article 6(1)(a)(ii)": ["Article 6(1)(a)(ii)", "Article 6, paragraph 1, point (a), point (ii)"],
    "Article 3(63)": ["Article 3(63)", "point (63) of Article 3", "Article 3, point 63"],
    "Recital 47": ["recital 47", "Recital (47)"],
    "Annex III": ["Annex III", "annex 3", "ANNEX III", "Annex no. 3"],
    "Annex III point 5(b)": [
        "Annex III point 5(b)",
        "point 5(b) of Annex III",
        "Annex III, point 5 (b)",
        "Annex III(5)(b)",
    ],
    "Annex I Section 10.4": ["Annex I Section 10.4", "section 10.4 of annex I"],
    "Annex VIII rule 11": ["Rule 11 of Annex VIII", "Annex VIII, Rule 11"],
    "Annex II table 1 row 4": ["Annex II table 1 row 4", "row 4 of table 1 of Annex II"],
    "Phụ lục I": ["Phụ lục I", "phu luc 1", "Phụ lục số 01", "PHỤ LỤC I"],
    "Phụ lục I mục 3": ["mục 3 Phụ lục I", "Phụ lục I mục 3", "khoản 3 phụ lục 1"],
    "Phụ lục I bảng 1 dòng 4": ["dòng 4 bảng 1 Phụ lục I"],
    "Phần I": ["Phần thứ nhất", "phần 1", "Phần I"],
    "Chương II mục 1": ["Chương II mục 1", "mục 1 chương 2", "Mục I Chương II"],
    "Chapter III Section 2": ["chapter 3 section 2", "Section 2 of Chapter III"],
    "Title II": ["title 2", "TITLE II"],
    "Section 4.2.1": ["Section 4.2.1", "section 4.2.1", "§ 4.2.1", "Sec. 4.2.1"],
    "Section 4.2.1 paragraph 3": ["Section 4.2.1 paragraph 3", "paragraph 3 of section 4.2.1"],
    "Section 12(1)(a)": ["section 12(1)(a)"],
    "Section VI.A.1": ["Section VI.A.1"],
    "Appendix A": ["Appendix A", "appendix a"],
    "row 12": ["row 12"],
}


@pytest.mark.parametrize(("canonical", "spelling"), [(key, one) for key, many in SPELLINGS.items() for one in many])
def test_every_spelling(canonical: str, spelling: str) -> None:
    assert parse_address(spelling) == canonical
    assert parse_address(unicodedata.normalize("NFD", spelling)) == canonical
    assert parse_address(spaced(spelling)) == canonical


@pytest.mark.parametrize("canonical", SPELLINGS)
def test_canonical_forms_are_fixed_points(canonical: str) -> None:
    assert parse_address(canonical) == canonical
    assert parse_address(shown(canonical)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "điều kiện",
        "khoản 2",
        "điểm a",
        "Điều 9 Luật AI",
        "Điều 6 và Điều 7",
        "điều",
        "Article 6 (EU)",
        "Introduction / Scope",
        "",
        "phụ lục là gì",
        "rủi ro mức 3",
        "chương ạ",
        "Articles 6 and 7",
    ],
)
def test_not_one_address(text: str) -> None:
    assert parse_address(text) is None


number = st.integers(1, 300)
letter = st.sampled_from(list("abcdđeghiklmnop"))


@st.composite
def chains(draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    """Canonical addresses of articles in either tradition."""
    article, clause, point = draw(number), draw(st.none() | st.integers(1, 99)), draw(st.none() | letter)
    if draw(st.booleans()):
        address = f"Điều {article}" + (f" khoản {clause}" if clause else "")
        return address + (f" điểm {point}" if point else "")
    address = f"Article {article}" + (f"({clause})" if clause else "")
    return address + (f"({point})" if point and point != "đ" else "")


@given(chains())
def test_round_trips(address: str) -> None:
    assert parse_address(address) == address
    assert parse_address(shown(address)) == address
    assert parse_address(address.upper()) == address
    (other, *_) = equivalents(address)
    assert address in equivalents(other)
    outer = parent(address)
    assert outer is None or address.startswith(outer)


@given(chains(), chains())
def test_keys_tell_addresses_apart(first: str, second: str) -> None:
    assert (address_key(first) == address_key(second)) == (first == second)


@given(st.text(max_size=80))
def test_any_text_is_safe(text: str) -> None:
    parsed = parse_address(text)
    assert parsed is None or parse_address(parsed) == parsed
    for found in find_addresses(text):
        assert parse_address(found.address) == found.address


@given(
    st.lists(
        st.sampled_from("điều khoản điểm a 9 2 (1) Article 6 và , of phụ lục III point i Section 4.2 đ k2 -".split())
    )
)
def test_fragments_of_addresses_are_safe(words: list[str]) -> None:
    text = " ".join(words)
    for found in find_addresses(text):
        assert 0 <= found.start < found.end <= len(text)
        assert parse_address(found.address) == found.address


# -- what an address tells ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "others"),
    [
        ("Điều 9", ("Article 9",)),
        ("Điều 9 khoản 2 điểm a", ("Article 9(2)(a)",)),
        ("Điều 9 khoản 2 điểm đ", ("Article 9(2)(đ)", "Article 9(2)(dd)")),
        ("Article 9(2)(dd)", ("Điều 9 khoản 2 điểm đ",)),
        ("Article 6(1)(a)(ii)", ("Điều 6 khoản 1 điểm a tiết ii",)),
        ("Chương II mục 1", ("Chapter II Section 1",)),
        ("Annex III point 5(b)", ("Phụ lục III mục 5 điểm b",)),
        ("Phụ lục A", ("Annex A", "Appendix A")),
        ("Recital 47", ()),
        ("Introduction / Scope", ()),
    ],
)
def test_equivalents(address: str, others: tuple[str, ...]) -> None:
    assert equivalents(address) == others


def test_annex_points_by_other_names() -> None:
    assert equivalents("Annex I Section 10.4")[0] == "Annex I point 10.4"
    assert "Annex II paragraph 1" in equivalents("Annex II point 1")
    assert "Annex III point 5" in equivalents("Phụ lục III mục 5")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Chương II", "CHƯƠNG 2"),
        ("Annex III", "annex 3"),
        ("Phụ lục I mục 3", "phu luc 1 muc 3"),
        ("Điều 9", "dieu 09"),
    ],
)
def test_key_folds(one: str, other: str) -> None:
    assert address_key(one) == address_key(other)


def test_key_of_made_up_addresses() -> None:
    assert address_key("Quy chế Điều 3") != address_key("Điều 3")
    assert address_key("Article 6 (2)") != address_key("Article 6(2)")  # a repeated article, and a paragraph


@pytest.mark.parametrize(
    ("address", "outer"),
    [
        ("Điều 9 khoản 2 điểm a", "Điều 9 khoản 2"),
        ("Điều 9", None),
        ("Điều 45.12.NĐ.5", None),
        ("Article 6(1)(a)(ii)", "Article 6(1)(a)"),
        ("Annex I point 10.4.1", "Annex I point 10.4"),
        ("Annex IX point (a)", "Annex IX"),
        ("Phụ lục I bảng 1 dòng 4", "Phụ lục I bảng 1"),
        ("Chương II mục 1", "Chương II"),
        ("Section 4.2.1 paragraph 3", "Section 4.2.1"),
        ("Section 4.2.1", "Section 4.2"),
        ("Introduction / Scope paragraph 2", "Introduction / Scope"),
        ("Quy chế Điều 3 khoản 2", "Quy chế Điều 3"),
        ("Điều 9 khoản 2 (2)", "Điều 9"),
    ],
)
def test_parent(address: str, outer: str | None) -> None:
    assert parent(address) == outer


def test_shown_turns_vietnamese_articles_inside_out() -> None:
    assert shown("Điều 9 khoản 2 điểm a") == "điểm a khoản 2 Điều 9"
    for as_stored in ("Chương II mục 1", "Phụ lục I mục 3", "Article 6(1)", "Điều 9 (2)", "Mở đầu"):
        assert shown(as_stored) == as_stored


def test_last_of_a_kind() -> None:
    articles = [f"Điều {n}" for n in (4, 35, 9)] + ["Điều 9a"]
    assert sorted(articles, key=ordinal_parts) == ["Điều 4", "Điều 9", "Điều 9a", "Điều 35"]
    assert max(["Annex IX", "Annex XIV", "Annex V"], key=ordinal_parts) == "Annex XIV"
    points = [f"Điều 9 khoản 2 điểm {mark}" for mark in "edđ"]
    assert [address[-1] for address in sorted(points, key=ordinal_parts)] == ["d", "đ", "e"]
    assert kind_of("Điều 9 khoản 2") == kind_of("Article 6(1)") == "article"
    assert kind_of("Phụ lục I mục 3") == "annex"


# -- addresses in sentences --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("Điều 9 và Điều 10 Luật Dữ liệu", ["Điều 9", "Điều 10"]),
        ("các Điều 9, 10 và 11", ["Điều 9", "Điều 10", "Điều 11"]),
        ("Articles 6 to 8", ["Article 6", "Article 7", "Article 8"]),
        ("Article 6(1) and (2)", ["Article 6(1)", "Article 6(2)"]),
        ("khoản 1 và khoản 2 Điều 9", ["Điều 9 khoản 1", "Điều 9 khoản 2"]),
        ("khoản 1 Điều 5 và khoản 2 Điều 9", ["Điều 5 khoản 1", "Điều 9 khoản 2"]),
        ("điểm a, b khoản 2 Điều 9", ["Điều 9 khoản 2 điểm a", "Điều 9 khoản 2 điểm b"]),
        ("điểm a khoản 1 và điểm b khoản 2 Điều 9", ["Điều 9 khoản 1 điểm a", "Điều 9 khoản 2 điểm b"]),
        ("Điều 9 khoản 1 điểm a và điểm b", ["Điều 9 khoản 1 điểm a", "Điều 9 khoản 1 điểm b"]),
        ("points (a) to (c) of Article 6(1)", ["Article 6(1)(a)", "Article 6(1)(b)", "Article 6(1)(c)"]),
        ("Recitals (47) and (48)", ["Recital 47", "Recital 48"]),
        ("Article 6 (EU) 2024/1689", ["Article 6"]),
        ("Theo Điều 9, người sử dụng làm gì?", ["Điều 9"]),
        ("theo điều 9 người sử dụng làm gì", ["Điều 9"]),
    ],
)
def test_addresses_in_a_sentence(text: str, addresses: list[str]) -> None:
    assert [found.address for found in find_addresses(text)] == addresses


@pytest.mark.parametrize(
    "text",
    [
        "điều kiện",
        "điều trị",
        "điều 1 người cần làm",
        "khoản vay 5 triệu",
        "khoản 5 triệu",
        "điểm a ghim",
        "điểm 9",
        "diem thi 9",
        "articles about 6 topics",
        "section of the hospital",
        "article 6 months ago",
        "the part I read",
        "vitamin D9",
        "remove the appendix a week later",
        "phụ lục và danh mục",
        "phu luc va danh muc",
        "tranh chấp về",
        "tranh chap ve",
        "24/10/2025",
        "1/2",
        "24/7",
        "class 2 device",
        "COVID-19",
        "GPT-4",
        "gọi 0912 345 678",
        "rủi ro mức 3",
        "5.000đ 9 lần",
    ],
)
def test_ordinary_words_are_no_address(text: str) -> None:
    assert find_addresses(text) == ()


def test_ordinary_speech_is_weak() -> None:
    assert all(found.weak for found in find_addresses("part 5 of the story"))
    assert not any(found.weak for found in find_addresses("Section 4.2 of the guidance; Điều 9; Annex III"))
