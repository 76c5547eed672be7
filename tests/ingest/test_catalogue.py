"""The catalogue of sources: every row complete, bilingual, consistent, and in agreement with the facts it restates."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from importlib.resources import files

import pytest

from ingest.catalogue import COLUMNS, MARK_FACT, parse_catalogue, read_catalogue, refresh_catalogue
from kb.base import KnowledgeBase
from kb.catalogue import Licence, Source, Standing, UrlKind, fetchable, first_day, number_keys, text_of
from kb.errors import DamagedDocument
from kb.language import has_marks, text_language
from kb.number import find_numbers, number_key
from kb.records import Authority, Kind

SOURCES = read_catalogue()
BY_ID = {source.id: source for source in SOURCES}
TEXTS = ("title", "issuer", "status", "relation", "why", "to_check")
MONTHS = "January February March April May June July August September October November December".split()

each_source = pytest.mark.parametrize("source", SOURCES, ids=[source.id for source in SOURCES])


# Every row ------------------------------------------------------------------------------------------------------------


def test_holds_the_whole_catalogue_and_its_core() -> None:
    assert len(SOURCES) == len(BY_ID) == 111
    assert sum(source.core for source in SOURCES) == 40
    assert all(source.core for source in SOURCES if source.id.startswith("healthai-"))
    assert {"vn-luat-134-2025", "vn-nd-98-2021", "eu-ai-act", "us-fda-pccp", "sg-hsa-gl04"} <= {
        source.id for source in SOURCES if source.core
    }
    assert not BY_ID["vn-nd-13-2023"].core


def test_no_two_sources_share_a_number() -> None:
    keys = [key for source in SOURCES for key in number_keys(source)]
    assert len(keys) == len(set(keys))


def written(text: str) -> set[str]:
    """The figures of a text, months as numbers, so that both languages can be compared."""
    for number, month in enumerate(MONTHS, start=1):
        text = re.sub(rf"\b{month}\b", f" {number} ", text)
    text = re.sub(r"(?<=\d)[.,](?=\d{3}\b)", "", text)  # 3,321 and 3.321
    return {figure.lstrip("0") or "0" for figure in re.findall(r"\d+", text)}


@each_source
def test_says_the_same_in_both_languages(source: Source) -> None:
    for name in TEXTS:
        en, vi = text_of(source, name, "en"), text_of(source, name, "vi")  # type: ignore[arg-type]
        assert bool(en) == bool(vi)
        assert {number.key for number in find_numbers(en)} == {number.key for number in find_numbers(vi)}
        assert written(en) == written(vi)
    for name in ("status", "why"):
        assert has_marks(text_of(source, name, "vi"))  # type: ignore[arg-type]
        assert text_language(text_of(source, name, "en")) != "vi"  # type: ignore[arg-type]


@each_source
def test_is_addressed_and_dated_soundly(source: Source) -> None:
    assert source.url.startswith("https://")
    assert source.file_url is None or source.file_url.startswith("https://")
    issued, effective = first_day(source.issued), first_day(source.effective)
    if issued and effective and len(source.issued or "") == len(source.effective or ""):
        assert issued <= effective
    assert source.checked == date(2026, 11, 22)
    if source.standing in (Standing.IN_FORCE, Standing.AMENDED):
        assert effective is None or effective <= source.checked
    if source.jurisdiction == "VN" and source.number:
        assert source.issued
        assert source.effective
        assert source.licence is Licence.OFFICIAL_TEXT
    if source.url.endswith(".pdf"):
        assert source.file_url == source.url
        assert source.url_kind is UrlKind.TEXT


@each_source
def test_stands_as_its_relations_say(source: Source) -> None:
    assert (source.standing is Standing.REPEALED) == bool(source.replaced_by)
    if source.amended_by:
        assert source.standing is Standing.AMENDED
    assert (source.authority is Authority.DRAFT) == (source.standing is Standing.DRAFT)
    assert (source.confirmed == "confirmed") or source.to_check_en
    for number in (*source.replaces, *source.replaced_by, *source.amended_by):
        assert find_numbers(number) or number.startswith("GL-04")
        assert number_key(number) not in number_keys(source)
        # The other side says so too, in its own words, where it has a row.
        for other in SOURCES:
            if number_key(number) in number_keys(other) and number in (*source.replaces, *source.replaced_by):
                assert source.number in (*other.replaced_by, *other.replaces)


@each_source
def test_texts_name_what_the_lists_hold(source: Source) -> None:
    told = {key for found in find_numbers(source.relation_vi) for key in (found.key, found.loose)}
    for number in (*source.replaces, *source.replaced_by, *source.amended_by):
        found = find_numbers(number)
        said = not found or {found[0].key, found[0].loose} & told or found[0].loose.lower() in source.relation_vi
        assert said or source.id == "eu-mdcg-2019-11", number


def test_sold_and_link_only_texts_are_never_fetched() -> None:
    assert all(not fetchable(source) for source in SOURCES if source.kind is Kind.STANDARD)
    assert all(not fetchable(source) for source in SOURCES if source.id.startswith("healthai-"))
    assert all(not fetchable(source) for source in SOURCES if source.url == "https://vbpl.vn")
    assert fetchable(BY_ID["vn-luat-134-2025"])
    assert fetchable(BY_ID["eu-ai-act"])
    assert sum(map(fetchable, SOURCES)) > 60


def test_gazette_files_may_come_from_the_file_host() -> None:
    for source in SOURCES:
        if source.url.startswith("https://congbao.chinhphu.vn/"):
            assert "datafiles.chinhphu.vn" in source.also_hosts


# Facts that change answers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "standing", "effective", "replaces", "replaced_by", "amended_by"),
    [
        ("vn-luat-134-2025", Standing.IN_FORCE, "2026-03-01", (), (), ()),
        ("vn-nd-142-2026", Standing.IN_FORCE, "2026-05-01", (), (), ()),
        ("vn-qd-33-2026-ttg", Standing.IN_FORCE, "2026-08-15", (), (), ()),
        ("vn-luat-71-2025", Standing.AMENDED, "2026-01-01", (), (), ("134/2025/QH15",)),
        ("vn-nd-13-2023", Standing.REPEALED, "2023-07-01", (), ("91/2025/QH15", "356/2025/NĐ-CP"), ()),
        ("vn-luat-116-2025", Standing.IN_FORCE, "2026-07-01", ("24/2018/QH14", "86/2015/QH13"), (), ()),
        ("vn-nd-90-2026", Standing.IN_FORCE, "2026-05-15", ("117/2020/NĐ-CP",), (), ()),
        ("vn-qd-1671-2026-ttg", Standing.IN_FORCE, "2026-08-28", ("127/QĐ-TTg",), (), ()),
        ("vn-tt-13-2025-byt", Standing.IN_FORCE, "2025-07-21", ("46/2018/TT-BYT",), (), ()),
        (
            "vn-nd-98-2021",
            Standing.AMENDED,
            "2022-01-01",
            ("36/2016/NĐ-CP",),
            (),
            ("07/2023/NĐ-CP", "96/2023/NĐ-CP", "85/2024/NĐ-CP", "04/2025/NĐ-CP"),
        ),
        ("eu-ai-act", Standing.AMENDED, "2024-08-01", (), (), ("Regulation (EU) 2026/1744",)),
        ("eu-ai-omnibus-2026", Standing.IN_FORCE, "2026-07-27", (), (), ()),
        ("us-21cfr820", Standing.IN_FORCE, "2026-02-02", (), (), ()),
        ("us-fda-cds-2026", Standing.CURRENT, "2026-01-06", (), (), ()),
        ("us-fda-ai-dsf-draft", Standing.DRAFT, None, (), (), ()),
        ("vn-tt-49-2017-byt", Standing.UNCLEAR, "2018-02-15", (), (), ()),
        ("sg-hsa-gl04", Standing.CURRENT, "2025-12-31", ("GL-04 Revision 3",), (), ()),
    ],
)
def test_facts(
    id: str,
    standing: Standing,
    effective: str | None,
    replaces: tuple[str, ...],
    replaced_by: tuple[str, ...],
    amended_by: tuple[str, ...],
) -> None:
    source = BY_ID[id]
    assert (source.standing, source.effective) == (standing, effective)
    assert (source.replaces, source.replaced_by, source.amended_by) == (replaces, replaced_by, amended_by)


def test_dates_that_older_pages_have_wrong() -> None:
    assert BY_ID["healthai-vn-agreement-2025"].issued == "2025-10-24"
    assert "2 December 2027" in BY_ID["eu-ai-act"].why_en
    assert "2 August 2028" in BY_ID["eu-ai-act"].why_en
    assert "06/6/2025" in BY_ID["vn-tt-13-2025-byt"].relation_vi
    assert "1 March 2027" in BY_ID["vn-luat-20-2023"].status_en


# Against the facts beside the project ---------------------------------------------------------------------------------

CORRECTED = {
    ("vn-law-devices-draft", "official_number"): "a bill has no number",
    ("in-dpdp-rules", "effective_date"): "only the core duties begin on the day given; the Rules apply in stages",
}


def test_agrees_with_the_catalogue_it_restates(shared_data: object) -> None:
    with (shared_data / "catalogue.csv").open(encoding="utf-8") as stream:  # type: ignore[operator]
        rows = list(csv.DictReader(stream))
    assert [row["id"] for row in rows] == [source.id for source in SOURCES]
    for row, source in zip(rows, SOURCES, strict=True):
        pairs = {
            "official_number": (row["official_number"] or None, source.number),
            "official_url": (row["official_url"], source.url),
            "jurisdiction": (row["jurisdiction"], source.jurisdiction),
        }
        differing = {name for name, (given, ours) in pairs.items() if given != ours}
        for name, ours in (("date_issued", source.issued), ("effective_date", source.effective)):
            given = re.findall(r"\d{4}(?:-\d\d){0,2}", row[name])
            if (ours not in given) if ours else bool(given):
                differing.add(name)
        assert differing == {name for id, name in CORRECTED if id == source.id}, source.id
        if row["title_vi"] and "(" not in row["title_vi"] and source.number:
            assert source.title_vi.split()[0] == row["title_vi"].split()[0]


def test_restates_in_its_own_words(shared_data: object) -> None:
    with (shared_data / "catalogue.csv").open(encoding="utf-8") as stream:  # type: ignore[operator]
        given = {row["id"]: row["needed_for"].rstrip(".").casefold() for row in csv.DictReader(stream)}
    assert [source.id for source in SOURCES if source.why_en.casefold() == given[source.id]] == []


# Reading --------------------------------------------------------------------------------------------------------------


def changed(**cells: str) -> str:
    """The catalogue's first two rows, the second with other cells."""
    stream = io.StringIO(files("ingest").joinpath("sources.csv").read_text(encoding="utf-8"), newline="")
    reader = csv.DictReader(stream)
    rows = [next(reader), next(reader) | cells]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_reads_lists_and_absent_cells() -> None:
    text = changed(replaces="1/2020/NĐ-CP; 2/2020/NĐ-CP | 3/2020/NĐ-CP", number="", issued="2025-12", languages="vi;en")
    _, source = parse_catalogue(text)
    assert source.replaces == ("1/2020/NĐ-CP", "2/2020/NĐ-CP", "3/2020/NĐ-CP")
    assert source.languages == ("vi", "en")
    assert source.number is None
    assert source.issued == "2025-12"


@pytest.mark.parametrize(
    ("cells", "named"),
    [
        ({"id": "vn-nq-57-2024"}, "vn-nq-57-2024"),
        ({"id": "Nghị quyết 3"}, "Nghị quyết 3"),
        ({"title_vi": "  "}, "title_vi"),
        ({"relation_vi": ""}, "relation"),
        ({"issued": "2025-13-01"}, "issued"),
        ({"effective": "tháng 3/2026"}, "effective"),
        ({"standing": "probably"}, "probably"),
        ({"licence": "free"}, "free"),
        ({"kind": "novel"}, "novel"),
        ({"confirmed": "yes"}, "confirmed"),
        ({"core": "1"}, "core"),
        ({"url": "http://vanban.chinhphu.vn"}, "url"),
        ({"file_url": "https://"}, "file_url"),
        ({"also_hosts": "https://datafiles.chinhphu.vn/"}, "datafiles"),
        ({"languages": "Vietnamese"}, "languages"),
        ({"checked": "yesterday"}, "yesterday"),
    ],
)
def test_names_the_row_that_is_wrong_in_both_languages(cells: dict[str, str], named: str) -> None:
    with pytest.raises(DamagedDocument) as caught:
        parse_catalogue(changed(**cells))
    assert "row 3" in caught.value.en
    assert "dòng 3" in caught.value.vi
    assert named in caught.value.en
    assert named in caught.value.vi


def test_refuses_other_columns_and_torn_rows() -> None:
    with pytest.raises(DamagedDocument, match=r"row 1.*colour"):
        parse_catalogue(changed().replace("id,", "colour,", 1))
    with pytest.raises(DamagedDocument, match="row 3"):
        parse_catalogue(changed().rstrip("\n").rpartition(",")[0])
    with pytest.raises(DamagedDocument):
        parse_catalogue("")


def test_the_base_takes_the_catalogue_once_and_again_after_a_change(base: KnowledgeBase) -> None:
    assert refresh_catalogue(base)
    assert base.catalogue() == read_catalogue()
    assert not refresh_catalogue(base)
    base.library.set_fact(MARK_FACT, "an older file")
    assert refresh_catalogue(base)
