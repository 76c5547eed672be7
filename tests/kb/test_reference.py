"""What a question refers to, and which documents it means."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.names import known_names, known_phrases
from kb.number import canonical_number, fold
from kb.reference import DocumentName, DocumentNames, find_references, match_documents

BASE = (
    DocumentName(id="ai-vn", number="134/2025/QH15", title="Luật Trí tuệ nhân tạo", jurisdiction="VN"),
    DocumentName(
        id="ai-eu", number="Regulation (EU) 2024/1689", title="Artificial Intelligence Act", jurisdiction="EU"
    ),
    DocumentName(id="gdpr", number=None, title="Regulation (EU) 2016/679 (General Data Protection Regulation)"),
    DocumentName(id="mdr", number="(EU) 2017/745", title="Regulation on medical devices", jurisdiction="EU"),
    DocumentName(id="cyber-25", number="116/2025/QH15", title="LUẬT AN NINH MẠNG", jurisdiction="VN"),
    DocumentName(id="cyber-18", number="24/2018/QH14", title="Luật An ninh mạng", jurisdiction="Viet Nam"),
    DocumentName(id="infosec", number="86/2015/QH13", title="Luật An toàn thông tin mạng", jurisdiction="VN"),
    DocumentName(id="data", number="60/2024/QH15", title="Dữ liệu", jurisdiction="VN"),
    DocumentName(
        id="devices", number="98/2021/NĐ-CP", title="Nghị định về quản lý trang thiết bị y tế", jurisdiction="VN"
    ),
    DocumentName(id="ai-decree", title="Nghị định 142/2026/NĐ-CP hướng dẫn Luật Trí tuệ nhân tạo", jurisdiction="VN"),
    DocumentName(id="tt05-22", number="05/2022/TT-BYT", title="Thông tư quy định chi tiết", jurisdiction="VN"),
    DocumentName(id="tt05-26", number="05/2026/TT-BKHCN", title="Thông tư ban hành Khung đạo đức", jurisdiction="VN"),
    DocumentName(
        id="mdcg", number="MDCG 2019-11 rev.1", title="Guidance on qualification of software", jurisdiction="EU"
    ),
    DocumentName(id="iso", number="ISO/IEC 42001:2023", title="AI management system"),
    DocumentName(
        id="pccp",
        title="Recommendations for a Predetermined Change Control Plan for Device Software Functions",
        jurisdiction="US",
    ),
    DocumentName(
        id="boats", number="12/2030/QH16", title="Luật Bến thủy nội địa", aliases=("Luật BTNĐ",), jurisdiction="VN"
    ),
    DocumentName(id="boats-decree", number="7/2031/NĐ-CP", title="Nghị định quy định chi tiết Luật Bến thủy nội địa"),
    DocumentName(id="uk-gdpr", title="General Data Protection Regulation (UK GDPR)", jurisdiction="UK"),
)
NAMES = DocumentNames(BASE)


def meant(question: str) -> list[tuple[str | None, tuple[int | str, ...]]]:
    """The addresses of a question with the documents they go with."""
    return [(reference.address, NAMES.match(reference)) for reference in find_references(question)]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Điều 9 Luật Trí tuệ nhân tạo", [("Điều 9", ("ai-vn",))]),
        ("dieu 9 luat tri tue nhan tao quy dinh gi", [("Điều 9", ("ai-vn",))]),
        ("dieu 9 luat 134/2025", [("Điều 9", ("ai-vn",))]),
        ("Điều 44 Luật Trí tuệ nhân tạo", [("Điều 44", ("ai-vn",))]),
        ("trong luật trí tuệ nhân tạo, điều 9 nói gì?", [("Điều 9", ("ai-vn",))]),
        ("Article 6(1) AI Act", [("Article 6(1)", ("ai-eu",))]),
        ("AI Act Article 6, GDPR Article 5", [("Article 6", ("ai-eu",)), ("Article 5", ("gdpr",))]),
        ("Annex III", [("Annex III", ())]),
        ("what does article 5 GDPR say about consent?", [("Article 5", ("gdpr",))]),
        ("Under the GDPR, what does article 5 say about consent?", [("Article 5", ("gdpr",))]),
        ("Nghị định 142 quy dinh gi ve conformity assessment", [(None, ("ai-decree",))]),
        ("khoản 3 điều 7 nghị định 98/2021/NĐ-CP quy định thế nào", [("Điều 7 khoản 3", ("devices",))]),
        (
            "so sánh Điều 9 Luật Trí tuệ nhân tạo với Article 6 AI Act",
            [("Điều 9", ("ai-vn",)), ("Article 6", ("ai-eu",))],
        ),
        ("Article 9 of the Vietnamese AI Law", [("Article 9", ("ai-vn",))]),
        ("Viet Nam's AI Act, article 9", [("Article 9", ("ai-vn",))]),
        ("Điều 6 khoản 1 Đạo luật AI của EU", [("Điều 6 khoản 1", ("ai-eu",))]),
        ("luật AI châu Âu điều 6", [("Điều 6", ("ai-eu",))]),
        ("Regulation (EU) 2017/745 Annex I Section 10.4", [("Annex I Section 10.4", ("mdr",))]),
        ("Rule 11 of Annex VIII MDR", [("Annex VIII rule 11", ("mdr",))]),
        ("UK GDPR article 5", [("Article 5", ("uk-gdpr",))]),
        ("các Điều 9, 10 của Luật Dữ liệu", [("Điều 9", ("data",)), ("Điều 10", ("data",))]),
        ("Điều 3 và Điều 5 Luật Bến thủy nội địa", [("Điều 3", ("boats",)), ("Điều 5", ("boats",))]),
        ("dieu 3 luat ben thuy noi dia", [("Điều 3", ("boats",))]),
        ("Luật BTNĐ", [(None, ("boats",))]),
        ("Điều 2 Nghị định hướng dẫn Luật Bến thủy nội địa", [("Điều 2", ("boats-decree",))]),
        ("section 4.2 of the FDA PCCP guidance", [("Section 4.2", ("pccp",))]),
        ("MDCG 2019-11 section 3.2", [("Section 3.2", ("mdcg",))]),
        ("What does MDCG 2019-11 say in section 4?", [("Section 4", ("mdcg",))]),
        ("ISO 42001", [(None, ("iso",))]),
        ("ISO/IEC 42001:2019", [(None, ())]),
        ("Nghị định quản lý thiết bị y tế", [(None, ("devices",))]),
        ("EU AI Act (Regulation (EU) 2024/1689) Annex III", [("Annex III", ("ai-eu",))]),
        ("Luật Hôn nhân và gia đình điều 8", [("Điều 8", ())]),
        ("Korea's AI Act", [(None, ())]),
    ],
)
def test_questions(question: str, found: list[tuple[str | None, tuple[int | str, ...]]]) -> None:
    assert meant(question) == found
    assert meant(unicodedata.normalize("NFD", question)) == found


@pytest.mark.parametrize(
    ("question", "documents"),
    [
        ("Luật An ninh mạng", ("cyber-25", "cyber-18")),
        ("Cybersecurity Law", ("cyber-25", "cyber-18")),
        ("Luật An ninh mạng 2018", ("cyber-18",)),
        ("Luật An ninh mạng năm 2025", ("cyber-25",)),
        ("Luật An ninh mạng 2012", ()),
        ("Luật An toàn thông tin mạng", ("infosec",)),
        ("luat an toan thong tin mang", ("infosec",)),
        ("Luật Dữ liệu", ("data",)),
        ("Luật Dữ liệu cá nhân", ()),  # another law, which this base does not hold
        ("AI Law of Viet Nam", ("ai-vn",)),
        ("the AI Act", ("ai-eu",)),
        ("Thông tư 05", ("tt05-26", "tt05-22")),
        ("Thông tư 05/2022", ("tt05-22",)),
        ("Circular No. 05/2022/TT-BYT", ("tt05-22",)),
        ("Decree 98 of 2021", ("devices",)),
        ("NĐ98", ("devices",)),
        ("98/2021", ("devices",)),
        ("Luật 98/2021", ()),
        ("Nghị quyết 134/2025/QH15", ("ai-vn",)),
        ("Luật số 134", ("ai-vn",)),
    ],
)
def test_documents(question: str, documents: tuple[str, ...]) -> None:
    (reference,) = find_references(question)
    assert NAMES.match(reference) == documents
    assert match_documents(reference, BASE) == documents


@pytest.mark.parametrize(
    ("question", "number", "kind"),
    [
        ("Nghị định 142", "142", "decree"),
        ("nd 142", "142", "decree"),
        ("NĐ 98/2021", "98/2021", "decree"),
        ("Decree 98/2021", "98/2021", "decree"),
        ("Thông tư 5", "05", "circular"),
        ("Circular 13/2025", "13/2025", "circular"),
        ("Luật số 134", "134", "law"),
        ("Nghị quyết số 98/2023/QH15", "98/2023/QH15", "resolution"),
        ("luật số 24/2018/QH14", "24/2018/QH14", "law"),
        ("Regulation 2017/745", "Regulation (EU) 2017/745", "regulation"),
        ("nghị quyết 57-NQ/TW", "57-NQ/TW", "resolution"),
    ],
)
def test_numbers(question: str, number: str, kind: str) -> None:
    (reference,) = find_references(question)
    assert (reference.number, reference.type, reference.address) == (number, kind, None)
    assert question[reference.start : reference.end] == question


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Theo Luật Trí tuệ nhân tạo thì hệ thống rủi ro cao là gì?", "Luật Trí tuệ nhân tạo"),
        ("luật khám bệnh, chữa bệnh quy định gì về khám từ xa", "luật khám bệnh, chữa bệnh"),
        ("Theo Luật Du lịch, hợp đồng phải lập thành văn bản không", "Luật Du lịch"),
        ("luật hàng không dân dụng có mấy chương", "luật hàng không dân dụng"),
        ("What does the GDPR require?", "GDPR"),
        ("the Law on Medical Examination and Treatment says", "Law on Medical Examination and Treatment"),
        ("when was the Single European Act made?", "Single European Act"),
    ],
)
def test_names(question: str, name: str) -> None:
    (reference,) = find_references(question)
    assert reference.name == name
    assert question[reference.start : reference.end] == name


@pytest.mark.parametrize(
    "question",
    [
        "điều kiện kinh doanh là gì",
        "điều trị ung thư",
        "điều 1 người cần làm",
        "khoản vay 5 triệu",
        "điểm a ghim",
        "điểm 9",
        "diem thi 9",
        "articles about 6 topics",
        "section of the hospital",
        "part 5 of the story",
        "họp ngày 24/10/2025",
        "tháng 10/2025",
        "tỷ lệ 1/2",
        "trực 24/7",
        "class 2 device",
        "gọi 0912 345 678",
        "COVID-19",
        "GPT-4 có được dùng không",
        "luật sư cần gì",
        "theo quy định của pháp luật",
        "thông tư này",
        "What does Vietnamese law say?",
        "benh vien hang 3",
        "chọn luật nào",
        "medical device regulation in Vietnam",
        "tell us about the law",
        "nghị định mới nhất về AI",
        "",
    ],
)
def test_ordinary_questions_refer_to_nothing(question: str) -> None:
    assert find_references(question) == ()


def test_addresses_without_an_instrument() -> None:
    (reference,) = find_references("Điều 9 của Luật này quy định gì")
    assert (reference.address, reference.number, reference.name) == ("Điều 9", None, None)


def test_names_of_the_base_are_known_when_told() -> None:
    question = "what do the recommendations for a predetermined change control plan say"
    base = DocumentNames([DocumentName(id=1, title="Khung quản trị thuật toán bệnh viện tuyến cuối")])
    assert (
        find_references("khung quản trị thuật toán bệnh viện tuyến cuối nói gì", known=base.longest)[0].name is not None
    )
    assert find_references(question, known=base.longest) == ()


def test_table_of_names() -> None:
    for known in known_names():
        assert known.number or known.title
        assert known.names
        assert known.number is None or canonical_number(known.number) or known.number in ("GL-04", "AIHGle 2.0")
    owners = {phrase for name in known_names() for phrase in name.names}
    for phrase in owners:
        assert any(found == phrase for found, _ in known_phrases().at(phrase, 0))


@given(st.text(max_size=120))
def test_any_text_is_safe(text: str) -> None:
    for reference in find_references(text, known=NAMES.longest):
        assert 0 <= reference.start < reference.end <= len(unicodedata.normalize("NFC", text))
        NAMES.match(reference)


@given(
    st.lists(
        st.sampled_from(
            (
                "Điều 9 khoản 2 Luật Nghị định Trí tuệ nhân tạo AI Act Law on và 98/2021 QH15 của EU Viet Nam , ( ) ?"
                " số năm 2018"
            ).split()
        ),
        max_size=14,
    )
)
def test_fragments_are_safe(words: list[str]) -> None:
    text = " ".join(words)
    for spelling in (text, fold(text), text.upper()):
        for reference in find_references(spelling):
            NAMES.match(reference)
            assert reference.address or reference.number or reference.name


def test_speed() -> None:
    """A question takes about 0.1 ms, and so does a match among thousands; the limits leave a slow machine room."""
    many = DocumentNames(
        DocumentName(
            id=i, number=f"{i % 400 + 1}/{1990 + i % 40}/NĐ-CP", title=f"Nghị định về lĩnh vực thứ {i} của đời sống"
        )
        for i in range(5000)
    )
    question = "so sánh Điều 9 Luật Trí tuệ nhân tạo với Article 6 AI Act và khoản 3 điều 7 nghị định 98/2021/NĐ-CP"
    references = find_references(question)
    begun = time.perf_counter()
    for _ in range(50):
        find_references(question, known=many.longest)
    asked = time.perf_counter()
    for _ in range(50):
        for reference in references:
            many.match(reference)
    matched = time.perf_counter()
    assert (asked - begun) / 50 < 0.010
    assert (matched - asked) / 50 < 0.020
