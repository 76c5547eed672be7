"""What is read of a document as a whole, on small documents of our own and on real ones."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

from ingest.metadata import read_metadata
from ingest.readers import read
from ingest.structure import build_tree
from kb.records import Audience, Authority, BlockKind, Kind, Metadata, SourceText

from .structures import source


def known(given: SourceText) -> Metadata:
    return read_metadata(given, build_tree(given))


LAW = """QUỐC HỘI
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Luật số: 12/2031/QH16
Hà Nội, ngày 03 tháng 4 năm 2031
LUẬT
CỐI XAY GIÓ
Căn cứ Hiến pháp sửa đổi ngày 01 tháng 01 năm 2020;
Quốc hội ban hành Luật Cối xay gió.
Điều 1. Phạm vi
Luật này nói về cối.
Điều 2. Sửa đổi luật khác
Sửa đổi Điều 9 như sau:
“Điều 9. Hiệu lực
Luật này có hiệu lực thi hành từ ngày 01 tháng 01 năm 2000.”.
Điều 3. Hiệu lực thi hành
Luật này có hiệu lực thi hành kể từ ngày 15 tháng 7 năm 2031."""


def test_a_vietnamese_law() -> None:
    found = known(source(LAW))
    assert found == Metadata(
        title="Luật Cối xay gió",
        number="12/2031/QH16",
        kind=Kind.REGULATION,
        authority=Authority.BINDING,
        jurisdiction="VN",
        language="vi",
        issuer="Quốc hội",
        issued=date(2031, 4, 3),
        effective=date(2031, 7, 15),
    )


@pytest.mark.parametrize(
    ("head", "title", "number", "issuer"),
    [
        (
            "BỘ KHOA HỌC VÀ CÔNG NGHỆ\nSố: 07/2031/TT-BKHCN\nHà Nội, ngày 3 tháng 4 năm 2031\nTHÔNG TƯ\n"
            "Quy định về cối xay",
            "Thông tư quy định về cối xay",
            "07/2031/TT-BKHCN",
            "Bộ Khoa học và Công nghệ",
        ),
        (
            "CHÍNH PHỦ | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n"
            "Số: 18/2031/NĐ-CP | Hà Nội, ngày 3 tháng 4 năm 2031\nNGHỊ ĐỊNH\nVỀ QUẢN LÝ CỐI XAY",
            "Nghị định về quản lý cối xay",
            "18/2031/NĐ-CP",
            "Chính phủ",
        ),
        (
            "THỦ TƯỚNG CHÍNH PHỦ\nSố: 99/QĐ-TTg\nHà Nội, ngày 3 tháng 4 năm 2031\nQUYẾT ĐỊNH\nPhê duyệt Đề án cối xay",
            "Quyết định phê duyệt Đề án cối xay",
            "99/QĐ-TTg",
            "Thủ tướng Chính phủ",
        ),
    ],
)
def test_mastheads_of_other_vietnamese_instruments(head: str, title: str, number: str, issuer: str) -> None:
    body = (
        "\nCăn cứ Luật Cối;\n"
        "Theo đề nghị của Bộ trưởng Bộ Khoa học và Công nghệ và của Thủ tướng Chính phủ;\nĐiều 1. Một\nMột.\n"
        "Điều 2. Hai\nHai."
    )
    found = known(source(head + body))
    assert (found.title, found.number, found.issuer, found.issued) == (title, number, issuer, date(2031, 4, 3))
    assert found.authority is Authority.BINDING
    assert found.effective is None


def test_effect_from_the_day_of_signing_and_drafts() -> None:
    signed = LAW.replace("kể từ ngày 15 tháng 7 năm 2031", "kể từ ngày ký ban hành")
    assert known(source(signed)).effective == date(2031, 4, 3)
    draft = "DỰ THẢO\n" + LAW.replace("12/2031/QH16", "/2031/QH16")
    assert (known(source(draft)).authority, known(source(draft)).number) == (Authority.DRAFT, None)


def test_headers_fill_gaps_and_unknown_stays_unknown() -> None:
    body = (
        "Điều 1. Một\nCối xay được quản lý theo quy định của pháp luật.\nĐiều 2. Hai\nGió thổi qua cánh đồng lúa chín."
    )
    stated = {
        "số hiệu": "18/2031/NĐ-CP",
        "nơi ban hành": "Chính phủ",
        "ngày ban hành": "03/04/2031",
        "ngày hiệu lực": "Đang cập nhật",
    }
    found = known(source(body, properties=stated))
    assert (found.number, found.issuer, found.issued, found.effective) == (
        "18/2031/NĐ-CP",
        "Chính phủ",
        date(2031, 4, 3),
        None,
    )
    empty = known(source(body, properties=dict.fromkeys(stated, "Đang cập nhật")))
    assert {key for key, value in asdict(empty).items() if value} == {"jurisdiction", "language"}


def test_the_text_wins_over_a_header_for_another_instrument() -> None:
    found = known(
        source(
            LAW, properties={"số hiệu": "77/2019/QH14", "nơi ban hành": "Chính phủ", "nguồn": "https://example.vn/77"}
        )
    )
    assert (found.number, found.issuer, found.url) == ("12/2031/QH16", "Quốc hội", None)


def test_codified_texts_name_their_instruments() -> None:
    one = (
        "Chương I\nCHUNG\nĐiều 1. Phạm vi\n"
        "(Điều 1 Luật số 12/2031/QH16 Cối xay gió ngày 03/04/2031 của Quốc hội, có hiệu lực thi hành kể từ ngày "
        "15/07/2031)\nLuật này nói về cối.\nĐiều 2. Gió\n"
        "(Điều 3 Luật số 12/2031/QH16, có hiệu lực thi hành kể từ ngày 15/07/2031)\nGió thổi."
    )
    found = known(source(one, properties={"số hiệu": "77/2019/QH14", "title": "Khác"}))
    assert (found.title, found.number, found.issued, found.effective) == (
        "Luật Cối xay gió",
        "12/2031/QH16",
        date(2031, 4, 3),
        date(2031, 7, 15),
    )
    several = one.replace("Điều 3 Luật số 12/2031/QH16", "Điều 3 Nghị định số 18/2031/NĐ-CP")
    found = known(source(several))
    assert found.number is None
    assert found.about == ("12/2031/QH16", "18/2031/NĐ-CP")


def test_an_eu_regulation() -> None:
    text = """REGULATION (EU) 2031/7 OF THE EUROPEAN PARLIAMENT AND OF THE COUNCIL
of 3 April 2031
laying down rules on windmills and amending Regulations (EU) 2019/1 and (EU) 2020/2 (Windmill Safety Act)
(Text with EEA relevance)
THE EUROPEAN PARLIAMENT AND THE COUNCIL OF THE EUROPEAN UNION,
Article 1
Scope
This Regulation is for the mills of the Union and of those who live in them.
Article 2
Entry into force and application
This Regulation shall enter into force on 1 May 2031.
It shall apply from 2 June 2032. However, Article 1 shall apply from 3 July 2031."""
    found = known(source(text))
    assert found == Metadata(
        title="Regulation (EU) 2031/7 laying down rules on windmills (Windmill Safety Act)",
        number="Regulation (EU) 2031/7",
        kind=Kind.REGULATION,
        authority=Authority.BINDING,
        jurisdiction="EU",
        language="en",
        issuer="European Parliament and Council",
        issued=date(2031, 4, 3),
        effective=date(2032, 6, 2),
        aliases=("Windmill Safety Act", "WS Act", "WSA"),
    )


def test_a_vietnamese_law_in_english() -> None:
    text = """NATIONAL ASSEMBLY
SOCIALIST REPUBLIC OF VIET NAM
Independence - Freedom - Happiness
Law No. 12/2031/QH16
Hanoi, 3 April 2031
LAW
ON WINDMILLS
Pursuant to the Constitution, which is the law of the land;
Article 1. Scope
1. This Law is for the mills:
a) of stone;
b) of wood.
Article 2. Effect
This Law takes effect on the day that it names."""
    given = source(text)
    assert "Article 1(1)(b)" in [clause.address for clause in build_tree(given)]
    found = known(given)
    assert (found.number, found.title, found.issued) == ("12/2031/QH16", "Law on windmills", date(2031, 4, 3))
    assert (found.jurisdiction, found.language, found.authority) == ("VN", "en", Authority.BINDING)


def test_guidance_and_its_draft() -> None:
    text = """Contains Nonbinding Recommendations
Windmills in Medical
Devices
Guidance for Industry and
Food and Drug Administration Staff
Document issued on June 14, 2031.
The draft of this document was issued on November 4, 2029.
Identify all comments with the docket number FDA-2029-D-0001.
This guidance refers to ISO 13485:2016 and to the FDA of old.
I. Introduction
This guidance is for the makers of mills."""
    found = known(source(text))
    assert (found.title, found.number, found.issued) == (
        "Windmills in Medical Devices",
        "FDA-2029-D-0001",
        date(2031, 6, 14),
    )
    assert (found.kind, found.authority, found.jurisdiction) == (Kind.APPRAISAL_GUIDANCE, Authority.GUIDANCE, "US")
    assert found.issuer == "U.S. Food and Drug Administration"
    draft = text.replace("Guidance for Industry", "Draft Guidance for Industry")
    assert known(source(draft)).authority is Authority.DRAFT


def test_a_number_in_a_sentence_is_not_the_documents_own() -> None:
    found = known(
        source("Windmills\nThis note explains MDCG 2019-11 and ISO 14971:2019 for the makers of mills in this town.")
    )
    assert found.number is None


def test_front_matter_of_ours_wins() -> None:
    own = {
        "title": "Về cối xay",
        "kind": "note",
        "authority": "note",
        "jurisdiction": "VN",
        "audience": "public",
        "licence": "CC BY 4.0",
        "language": "vi",
        "checked": "2031-05-06",
        "pair": "mills",
        "about": "12/2031/QH16, 18/2031/NĐ-CP",
        "aliases": "cối, mill",
        "url": "https://example.vn/coi",
    }
    text = "# Cối xay\nCối quay theo gió."
    found = known(source(text, kinds={"# ": (BlockKind.HEADING, 1)}, properties=own))
    assert found == Metadata(
        title="Về cối xay",
        kind=Kind.NOTE,
        authority=Authority.NOTE,
        jurisdiction="VN",
        audience=Audience.PUBLIC,
        licence="CC BY 4.0",
        language="vi",
        checked=date(2031, 5, 6),
        url="https://example.vn/coi",
        pair="mills",
        about=("12/2031/QH16", "18/2031/NĐ-CP"),
        aliases=("cối", "mill"),
    )
    overridden = known(source(LAW, properties={"number": "11/2001/QH10", "effective": "2040-01-01"}))
    assert (overridden.number, overridden.effective, overridden.title) == (
        "11/2001/QH10",
        date(2040, 1, 1),
        "Luật Cối xay gió",
    )


def test_titles_never_come_from_file_names() -> None:
    text = "Cối quay theo gió và nước chảy dưới cầu."
    for name in ("coi_xay_2031", "Microsoft Word - coi.doc", "coi.pdf"):
        found = known(source(text + "\nGió thổi.", properties={"title": name, "html.title": name}))
        assert found.title != name


REAL = {
    "vn/LUATTRITUENHANTAO.docx": ("134/2025/QH15", "Luật Trí tuệ nhân tạo", date(2025, 12, 10), date(2026, 3, 1)),
    "vn/LUATANNINHMANG.docx": ("24/2018/QH14", "Luật An ninh mạng", date(2018, 6, 12), date(2019, 1, 1)),
    "vn/Luat_24-2018-QH14_An_ninh_mang.html": (
        "24/2018/QH14",
        "Luật An ninh mạng",
        date(2018, 6, 12),
        date(2019, 1, 1),
    ),
    "vn/nghi_dinh_03_2026_ND_CP.docx": (
        "03/2026/NĐ-CP",
        "Nghị định về tổ chức, hoạt động của quỹ xã hội, quỹ từ thiện",
        date(2026, 1, 9),
        date(2026, 3, 1),
    ),
    "vn/du-lieu_wrong-number-in-header.md": (
        "91/2025/QH15",
        "Luật Bảo vệ dữ liệu cá nhân",
        date(2025, 6, 26),
        date(2026, 1, 1),
    ),
    "vn/quan-ly-trang-thiet-bi-y-te.md": (None, "Quản lý trang thiết bị y tế", None, None),
    "eu/GDPR_en.html": ("Regulation (EU) 2016/679", None, date(2016, 4, 27), date(2018, 5, 25)),
    "eu/eu_ai_act_eurlex_2024-1689.html": ("Regulation (EU) 2024/1689", None, date(2024, 6, 13), date(2026, 8, 2)),
    "eu/mdr_2017-745.md": (
        "Regulation (EU) 2017/745",
        "Regulation (EU) 2017/745 on medical devices",
        date(2017, 4, 5),
        date(2020, 5, 26),
    ),
    "eu/mdcg/new-technologies/mdcg_2019_11_en.md": ("MDCG 2019-11 rev.1", None, None, None),
    "us/NIST_AI_100-1_AI_RMF_1.0.pdf": (
        "NIST AI 100-1",
        "Artificial Intelligence Risk Management Framework (AI RMF 1.0)",
        None,
        None,
    ),
}


@pytest.mark.parametrize("name", REAL)
def test_real_documents(shared_data: Path, name: str) -> None:
    path = shared_data / "documents" / name
    if not path.is_file():
        pytest.skip(f"{name} is not here")
    found = known(read(path))
    number, title, issued, effective = REAL[name]
    assert (found.number, found.issued, found.effective) == (number, issued, effective)
    assert title is None or found.title == title
