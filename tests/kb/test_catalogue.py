"""What is asked of the catalogue: which source a number names, how it stands, what of it the base holds."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kb.base import KnowledgeBase
from kb.catalogue import (
    Licence,
    Source,
    Standing,
    UrlKind,
    choose,
    fetchable,
    first_day,
    may_fetch,
    standing_of,
    superseded_numbers,
    text_of,
    title,
)
from kb.holdings import holdings
from kb.records import Authority, Document, Kind, Metadata
from tests.catalogue import catalogue_row
from tests.conftest import LAW, put


def source(id: str, number: str | None = None, **fields: object) -> Source:
    titles = {"title_en": f"Title of {id}", "title_vi": f"Tên của {id}", "url": f"https://example.org/{id}"}
    issuer = {"issuer_en": "Ministry of Trials", "issuer_vi": "Bộ Thử nghiệm"}
    return catalogue_row(**{"id": id, "number": number, "core": False, **titles, **issuer, **fields})


DECREE = source(
    "vn-decree",
    "07/2024/NĐ-CP",
    issued="2024-02-01",
    title_en="Decree on trial devices",
    title_vi="Nghị định về thiết bị thử nghiệm",
    replaces=("46/2018/NĐ-CP", "3/QĐ-TTg"),
)
OLD = source("vn-old", "5/2020/NĐ-CP", standing=Standing.REPEALED, replaced_by=("07/2024/NĐ-CP", "12/2024/QH15"))
STRATEGY = source("vn-strategy", "812/QĐ-TTg", issued="2026-08-28", kind=Kind.PROGRAMME)
EU = source("eu-act", "Regulation (EU) 2024/1689", jurisdiction="EU", languages=("en", "fr"), issued="2024-06-13")
RISK = source("int-risk", "IMDRF/SaMD WG/N12 FINAL:2014", jurisdiction="INT", issued="2014", languages=("en",))
SOFTWARE = source(
    "eu-software",
    "MDCG 2019-11 rev.1",
    jurisdiction="EU",
    title_en="Guidance on Qualification and Classification of Software under Two Regulations",
    url="https://example.org/all-guidance",
    url_kind=UrlKind.SITE,
)
LIFECYCLE = source(
    "sg-lifecycle",
    "GL-04 Revision 4",
    jurisdiction="SG",
    title_en="Guidelines for Software Devices: a life cycle approach",
    replaces=("GL-04 Revision 3",),
)
QUALITY = source("iso-quality", "ISO 13485:2016", licence=Licence.SOLD, jurisdiction="INT", kind=Kind.STANDARD)
TWO = source("int-two", "BS/AAMI 34971:2023; AAMI TIR34971:2023", jurisdiction="INT", licence=Licence.SOLD)
SUPPORT = source(
    "us-support",
    title_en="Decision Support Software for Clinics (guidance, revised)",
    title_vi="Phần mềm hỗ trợ quyết định cho phòng khám",
    jurisdiction="US",
    languages=("en",),
    core=True,
)
DRAFT = source("vn-draft", standing=Standing.DRAFT, authority=Authority.DRAFT, replaces=("12/2022/QH15",))
SOURCES = (DECREE, OLD, STRATEGY, EU, RISK, SOFTWARE, LIFECYCLE, QUALITY, TWO, SUPPORT, DRAFT)


def document(origin: str = "upload.pdf", **metadata: object) -> Document:
    return Document(
        id="d1",
        version=1,
        status="published",
        metadata=Metadata(**metadata),  # type: ignore[arg-type]
        format="pdf",
        source=origin,
        clauses=1,
        passages=1,
    )


def official(*documents: Document) -> list[str]:
    return [id for id, holding in holdings(SOURCES, documents).items() if holding.official]


# Numbers --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "id"),
    [
        ("7/2024/ND-CP", "vn-decree"),
        ("Nghị định số 07/2024/NĐ - CP", "vn-decree"),
        (unicodedata.normalize("NFD", "07/2024/NĐ-CP"), "vn-decree"),
        ("(EU) 2024/1689", "eu-act"),
        ("2024/1689", "eu-act"),
        ("imdrf/samd wg/n12 final:2014", "int-risk"),
        ("MDCG 2019-11 Rev. 1", "eu-software"),
        ("MDCG 2019-11", "eu-software"),  # without its revision
        ("gl-04 revision 4", "sg-lifecycle"),
        ("GL 04", "sg-lifecycle"),
        ("ISO 13485", "iso-quality"),  # without its edition
        ("AAMI TIR34971:2023", "int-two"),
        ("MDCG 2019-1", None),
        ("MDCG 2019-11 rev.2", None),
        ("GL-04 Revision 3", None),
        ("07/2024/QH15", None),
        ("7/2024", None),
        ("ISO", None),
        ("", None),
    ],
)
def test_a_number_names_its_source(number: str, id: str | None) -> None:
    found = standing_of(number, SOURCES)
    assert (found.id if found else None) == id


def test_a_number_without_year_is_of_the_year_of_its_source() -> None:
    assert standing_of("812/QĐ-TTg", SOURCES) is STRATEGY
    assert standing_of("812/QĐ-TTg", SOURCES, issued=date(2026, 8, 28)) is STRATEGY
    assert standing_of("812/QĐ-TTg", SOURCES, issued=date(2019, 5, 2)) is None
    assert standing_of("07/2024/NĐ-CP", SOURCES, issued=date(2019, 5, 2)) is DECREE


def test_superseded_numbers_name_what_replaced_them() -> None:
    found = superseded_numbers([*SOURCES, source("vn-other", "9/2024/NĐ-CP", replaces=("46/2018/ND-CP",))])
    assert found["46/2018/nd-cp"] == ("07/2024/NĐ-CP", "9/2024/NĐ-CP")
    assert found["5/2020/nd-cp"] == ("07/2024/NĐ-CP", "12/2024/QH15")
    assert found["gl 04 revision 3"] == ("GL-04 Revision 4",)
    assert "12/2022/qh15" not in found, "a draft replaces nothing yet"


# What the base holds --------------------------------------------------------------------------------------------------


def test_a_document_is_the_text_of_the_source_whose_number_it_has() -> None:
    assert official(document(number="07/2024/NĐ-CP")) == ["vn-decree"]
    assert official(document(number="07/2024/NĐ-CP", title="Title of vn-old")) == ["vn-decree"]
    assert official(document(number="Regulation (EU) 2024/1689")) == ["eu-act"]
    assert official(document(number="MDCG 2019-11")) == [], "the edition before"
    assert official(document(number="8/2024/NĐ-CP", title="Nghị định về thiết bị thử nghiệm")) == []
    assert official(document()) == []


def test_an_undated_number_of_another_year_is_another_document() -> None:
    assert official(document(number="812/QĐ-TTg", issued=date(2026, 8, 28))) == ["vn-strategy"]
    assert official(document(number="812/QĐ-TTg", issued=date(2020, 3, 3))) == []
    assert official(document(number="812/QĐ-TTg")) == ["vn-strategy"]


def test_a_fetched_text_belongs_to_its_source_whatever_it_says_of_itself() -> None:
    assert official(document("fetch:vn-decree", number="26/VBHN-VPQH")) == ["vn-decree"]
    assert official(document("fetch:vn-decree-2", number="26/VBHN-VPQH")) == []


def test_an_address_tells_unless_several_share_it() -> None:
    assert official(document(url="https://www.example.org/us-support/#top")) == ["us-support"]
    assert official(document(url="https://example.org/us-support/annex")) == []
    assert official(document(url="https://example.org/all-guidance")) == []
    with_file = replace(SUPPORT, file_url="https://files.example.org/1.pdf")
    found = holdings([with_file], [document(url="https://files.example.org/1.pdf")])
    assert len(found["us-support"].official) == 1


def test_a_title_tells_where_documents_state_no_number() -> None:
    assert official(document(title="DECISION SUPPORT SOFTWARE FOR CLINICS")) == ["us-support"]
    assert official(document(title="Draft Guidance: Decision Support Software for Clinics – for Industry")) == [
        "us-support"
    ]
    assert official(document(title="Phan mem ho tro quyet dinh cho phong kham")) == ["us-support"]
    assert official(document(title="Guidelines for software devices: A Life Cycle Approach", jurisdiction="SG")) == [
        "sg-lifecycle"
    ]
    assert official(document(title="Comments on Decision Support Software for Clinics")) == []
    assert official(document(title="Decision Support Software for Clinics", jurisdiction="UK")) == []
    assert official(document(title="Decision Support Software for Clinicsville")) == []
    assert official(document(title="Software")) == []


def test_a_title_alone_names_a_numbered_source_only_if_it_is_long_and_foreign() -> None:
    words = "Guidance on Qualification and Classification of Software under Two Regulations"
    assert official(document(title=words)) == ["eu-software"]
    assert official(document(title=f"{words} and a Third")) == []
    assert official(document(title=words, number="MDCG 2021-1")) == []
    assert official(document(title="Nghị định về thiết bị thử nghiệm")) == []


def test_the_longer_title_wins_and_a_tie_tells_nothing() -> None:
    long = source("us-long", title_en="Decision Support Software for Clinics: annex on images", jurisdiction="US")
    text = document(title="Decision support software for clinics - Annex on images")
    assert [id for id, held in holdings([SUPPORT, long], [text]).items() if held.official] == ["us-long"]
    twin = replace(SUPPORT, id="us-twin")
    assert not any(held.official for held in holdings([SUPPORT, twin], [text]).values())


def test_notes_are_held_apart_from_texts() -> None:
    note = document(kind=Kind.NOTE, authority=Authority.NOTE, pair="vn-decree", about=("Regulation (EU) 2024/1689",))
    numbered = document(authority=Authority.NOTE, number="5/2020/NĐ-CP", title="Decision Support Software for Clinics")
    found = holdings(SOURCES, [note, numbered])
    assert found.keys() == {entry.id for entry in SOURCES}
    assert not any(held.official for held in found.values())
    assert [id for id, held in found.items() if held.notes] == ["vn-decree", "eu-act"]


def test_holds_what_the_base_holds(base: KnowledgeBase, tmp_path: Path) -> None:
    put(base, tmp_path, "law.md", LAW)
    heading = "---\nkind: note\nauthority: note\nlanguage: vi\nabout: [12/2024/QH15]\n---\n"
    put(base, tmp_path, "note.md", heading + "# Ghi chú\n\nLuật này có ba điều.\n")
    law = source("vn-law", "12/2024/QH15")
    found = holdings([law, DECREE], base.documents())
    assert [held.metadata.number for held in found["vn-law"].official] == ["12/2024/QH15"]
    assert [held.metadata.kind for held in found["vn-law"].notes] == [Kind.NOTE]
    assert found["vn-decree"].official == found["vn-decree"].notes == ()


# Choosing -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("", [entry.id for entry in SOURCES]),
        ("  ", [entry.id for entry in SOURCES]),
        ("nghị định thiết bị", ["vn-decree"]),
        ("thiet bi nghi dinh", ["vn-decree"]),
        ("Decree 7", ["vn-decree"]),
        ("7/2024/nd-cp", ["vn-decree"]),
        ("07/2024/NĐ - CP", ["vn-decree"]),
        ("07/2024", ["vn-decree"]),
        ("46/2018/NĐ-CP", ["vn-decree"]),
        ("2024/1689/EU", ["eu-act"]),
        ("regulation 2024/1689", ["eu-act"]),
        ("iso13485", ["iso-quality"]),
        ("imdrf n12", ["int-risk"]),
        ("mdcg 2019-11", ["eu-software"]),
        ("GL-04", ["sg-lifecycle"]),
        ("TIR34971", ["int-two"]),
        ("decision sup", ["us-support"]),
        ("ecision", []),
        ("decree 1689", []),
        ("!?", [entry.id for entry in SOURCES]),
    ],
)
def test_words_are_sought_in_numbers_titles_and_issuers(words: str, ids: list[str]) -> None:
    assert [entry.id for entry in choose(SOURCES, words=words)] == ids
    assert [entry.id for entry in choose(SOURCES, words=unicodedata.normalize("NFD", words))] == ids


def test_conditions_add_up() -> None:
    assert choose(SOURCES, jurisdiction="EU") == (EU, SOFTWARE)
    assert choose(SOURCES, jurisdiction="EU", language="fr") == (EU,)
    assert choose(SOURCES, kind=Kind.STANDARD) == (QUALITY,)
    assert choose(SOURCES, standing=Standing.REPEALED) == (OLD,)
    assert choose(SOURCES, core=True) == (SUPPORT,)
    assert SUPPORT not in choose(SOURCES, core=False)
    assert choose(SOURCES, year=2024) == (DECREE, EU)
    assert choose(SOURCES, year=2014) == (RISK,)
    assert choose([source("new", effective="2027-01-01")], year=2027)
    assert choose(SOURCES, issuer="bộ thử nghiệm") == SOURCES
    assert choose(SOURCES, issuer="MINISTRY OF TRIALS", jurisdiction="SG") == (LIFECYCLE,)
    assert choose(SOURCES, issuer="Ministry") == ()
    assert choose(SOURCES, jurisdiction="VN", words="tên", standing=Standing.DRAFT) == (DRAFT,)


# One source -----------------------------------------------------------------------------------------------------------


def test_licence_and_address_decide_whether_a_text_is_fetched() -> None:
    assert {licence for licence in Licence if not may_fetch(licence)} == {Licence.SOLD, Licence.LINK_ONLY}
    assert fetchable(DECREE)
    assert not fetchable(QUALITY)
    assert not fetchable(SOFTWARE), "a list of all guidance is not this text"
    assert fetchable(replace(SOFTWARE, file_url="https://example.org/1.pdf"))


def test_texts_come_in_the_language_asked_for() -> None:
    assert title(DECREE, "vi") == "Nghị định về thiết bị thử nghiệm"
    assert title(DECREE, "en") == title(DECREE, "fr") == "Decree on trial devices"
    assert text_of(DECREE, "why", "vi") == "Để thử nghiệm"


def test_partial_dates() -> None:
    assert first_day("2025-12-10") == date(2025, 12, 10)
    assert first_day("2024") == date(2024, 1, 1)
    for wrong in ("", "2025-1", "2025-13", "12/2025", "2025-12-10T00:00"):
        with pytest.raises(ValueError):  # noqa: PT011
            first_day(wrong)
