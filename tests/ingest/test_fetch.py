"""Official texts from the catalogue's addresses into the base, from sites that behave as the real ones do."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.catalogue import read_catalogue
from ingest.fetch import FetchReport, fetch, mark
from ingest.fetching.bounds import Bounds
from ingest.fetching.web import Web
from ingest.pipeline import Result
from kb.base import KnowledgeBase
from kb.catalogue import Licence, Source, UrlKind
from kb.errors import BaseBusy, UsageError
from kb.library import now
from kb.records import Authority, Kind
from kb.sources import Fetch, FetchOutcome, last_fetches, record_fetch
from tests.catalogue import catalogue_row

from .sites import QUICK, Answer, Sites, cut, in_turn, moved, played
from .test_readers_pdf import make_pdf

NUMBER = "45/2031/NĐ-CP"
GAZETTE = "https://congbao.example/van-ban/nghi-dinh-so-45-2031-nd-cp-1.htm"
SIGNED = "https://datafiles.example/2031/45-2031-ndcp.signed.pdf"
EU_PAGE = "https://eur-lex.example/eli/reg/2031/77/oj"

DECREE = [
    "CHÍNH PHỦ",
    "Số: 45/2031/NĐ-CP",
    "Hà Nội, ngày 05 tháng 3 năm 2031",
    "NGHỊ ĐỊNH",
    "Quy định về nhật ký của phần mềm y tế",
    "Điều 1. Phạm vi điều chỉnh",
    "Nghị định này quy định việc lưu nhật ký của phần mềm dùng trong bệnh viện.",
    "Điều 2. Lưu nhật ký",
    "1. Bệnh viện lưu nhật ký của phần mềm trong thời hạn 24 tháng.",
    "2. Nhật ký ghi rõ người sử dụng, thời điểm và thao tác.",
    "Điều 3. Hiệu lực thi hành",
    "Nghị định này có hiệu lực thi hành từ ngày 01 tháng 7 năm 2031.",
]
CHANGED = [line.replace("24 tháng", "36 tháng") for line in DECREE]

REGULATION = """<html><head><title>L_203100077EN</title></head><body>
<p>REGULATION (EU) 2031/77 OF THE EUROPEAN PARLIAMENT AND OF THE COUNCIL</p><p>of 5 March 2031</p>
<p>on the logs of medical software</p><p>HAVE ADOPTED THIS REGULATION:</p>
<p>Article 1</p><p>Subject matter</p><p>This Regulation lays down rules on the logs of software.</p>
<p>Article 2</p><p>Logs</p><p>1. Providers shall keep logs for two years.</p><p>2. Logs shall name each user.</p>
<p>Article 3</p><p>Entry into force</p><p>This Regulation shall enter into force on 1 July 2031.</p>
</body></html>"""


def pdf(lines: list[str], **options: Any) -> bytes:
    return make_pdf([[(60.0, 60.0 + 24 * n, 12.0, line) for n, line in enumerate(lines)]], **options)


SCAN = make_pdf([[], []], pictures=(1, 2))


def html(lines: list[str], *, beside: str = "") -> bytes:
    return (
        f"<html><head><title>Cổng</title></head><body><nav>Trang chủ</nav><main>{beside}"
        f"{''.join(f'<p>{line}</p>' for line in lines)}</main></body></html>"
    ).encode()


def gazette_page(*links: str) -> bytes:
    """A page about a decree as a gazette shows it: a table of what is known, and files."""
    rows = "".join(f"<li>{link}</li>" for link in links)
    return (
        "<html><body><nav><a href='/huong-dan.pdf'>Hướng dẫn sử dụng</a></nav><main><h1>Nghị định số 45/2031/NĐ-CP</h1>"
        "<table><tr><td>Số hiệu</td><td>45/2031/NĐ-CP</td></tr><tr><td>Trích yếu</td><td>Quy định về nhật ký của phần "
        f"mềm y tế</td></tr></table><ul>{rows}</ul></main></body></html>"
    ).encode()


LINK = f"<a href='{SIGNED}'>Tải về bản gốc</a>"


def source(**changes: object) -> Source:
    known = {
        "id": "vn-nd-45-2031",
        "issuer_en": "Government",
        "issuer_vi": "Chính phủ",
        "number": NUMBER,
        "title_en": "Decree on the logs of medical software",
        "title_vi": "Nghị định quy định về nhật ký của phần mềm y tế",
        "issued": "2031-03-05",
        "effective": "2031-07-01",
        "url": GAZETTE,
        "also_hosts": ("datafiles.example",),
        "checked": date(2031, 4, 1),
    }
    return catalogue_row(**{**known, **changes})


EU = source(
    id="eu-logs",
    jurisdiction="EU",
    number="Regulation (EU) 2031/77",
    title_en="Regulation on the logs of medical software",
    title_vi="Quy định về nhật ký của phần mềm y tế",
    url=EU_PAGE,
    also_hosts=(),
    languages=("en",),
    licence=Licence.EU_REUSE,
    url_kind=UrlKind.TEXT,
)


@pytest.fixture
def sites() -> Iterator[Sites]:
    with played() as sites:
        yield sites


@pytest.fixture
def web(sites: Sites) -> Iterator[Web]:
    with sites.web(sleep=lambda seconds: None) as web:
        yield web


def fetch_one(base: KnowledgeBase, web: Web, wanted: Source | None = None, *, again: bool = False) -> FetchReport:
    (report,) = fetch(base, [wanted or source()], web=web, again=again)
    return report


def text(base: KnowledgeBase, report: FetchReport) -> str:
    assert report.document is not None
    assert report.version is not None
    return base.library.text(report.document, report.version)


def home(base: KnowledgeBase) -> Path:
    return base.settings.home


def put_gazette(sites: Sites, file: Answer, *links: str) -> None:
    sites.put(GAZETTE.removeprefix("https://"), Answer(body=gazette_page(*(links or (LINK,)))))
    sites.put(SIGNED.removeprefix("https://"), file)


PDF = Answer(body=pdf(DECREE), media_type="application/pdf", etag='"1"', ranges=True)


# -- what is taken -----------------------------------------------------------------------------------------------------


def test_the_signed_file_is_taken_from_the_gazettes_page(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    put_gazette(
        sites,
        PDF,
        "<a href='https://datafiles.example/2031/44-2031-ndcp.signed.pdf'>Nghị định số 44/2031/NĐ-CP liên quan</a>",
        "<a href='https://datafiles.example/2031/phu-luc.pdf'>Phụ lục biểu mẫu</a>",
        "<a href='https://other.example/45-2031-ndcp.signed.pdf'>Tải về</a>",
        LINK,
    )
    report = fetch_one(base, web)
    assert (report.outcome, report.result, report.version) == (FetchOutcome.FETCHED, Result.ADDED, 1)
    assert report.url == SIGNED
    assert report.licence == "official-text"
    assert sites.paths("datafiles.example") == ["/2031/45-2031-ndcp.signed.pdf"]
    assert {asked.host for asked in sites.asked} == {"congbao.example", "datafiles.example"}
    assert report.document is not None
    document = base.document(report.document)
    assert document.source == mark(source()) == "fetch:vn-nd-45-2031"
    assert document.metadata.number == NUMBER
    assert document.metadata.licence == "official-text"
    assert document.metadata.url == GAZETTE
    assert document.metadata.issued == date(2031, 3, 5)
    assert document.metadata.authority is Authority.BINDING
    assert document.pages == 1
    kept = home(base) / "downloads" / "vn-nd-45-2031" / f"{report.sha256[:16]}.pdf"  # type: ignore[index]
    assert kept.read_bytes() == PDF.body
    last = last_fetches(base.library)["vn-nd-45-2031"]
    assert (last.outcome, last.sha256, last.etag) == (FetchOutcome.FETCHED, report.sha256, '"1"')
    assert (last.bytes, last.media_type, last.document) == (len(PDF.body), "application/pdf", report.document)
    assert base.clause(report.document, "Điều 2 khoản 1").text.endswith("24 tháng.")


def test_a_text_is_taken_from_the_page_that_holds_it(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    """As EUR-Lex gives it, after a redirect from the stable address."""
    sites.put("eur-lex.example/eli/reg/2031/77/oj", moved("/legal-content/EN/TXT/?uri=OJ:L_203100077", 303))
    sites.put("eur-lex.example/legal-content/EN/TXT/?uri=OJ:L_203100077", Answer(body=REGULATION.encode()))
    report = fetch_one(base, web, EU)
    assert report.outcome is FetchOutcome.FETCHED, report.message
    assert report.url == "https://eur-lex.example/legal-content/EN/TXT/?uri=OJ:L_203100077"
    assert report.document is not None
    assert base.document(report.document).metadata.number == "Regulation (EU) 2031/77"
    assert "two years" in base.clause(report.document, "Article 2(1)").text
    assert sites.asked[-1].headers["accept-language"] == "en"


def test_the_file_whose_address_is_known_is_taken_without_the_page(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    put_gazette(sites, PDF)
    report = fetch_one(base, web, source(file_url=SIGNED))
    assert report.outcome is FetchOutcome.FETCHED
    assert sites.paths("congbao.example") == []


def test_a_scan_yields_to_the_text_of_the_page(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    sites.put("congbao.example/van-ban/nghi-dinh-so-45-2031-nd-cp-1.htm", Answer(body=html(DECREE, beside=LINK)))
    sites.put("datafiles.example/2031/45-2031-ndcp.signed.pdf", Answer(body=SCAN, media_type="application/pdf"))
    for wanted in (source(), source(file_url=SIGNED)):
        report = fetch_one(base, web, wanted, again=True)
        assert report.outcome in (FetchOutcome.FETCHED, FetchOutcome.UNCHANGED)
        assert report.url == GAZETTE
        assert "24 tháng" in text(base, report)
        assert any("scan" in remark.en for remark in report.remarks)


def test_a_scan_alone_is_kept_for_later_and_asked_of_a_person(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    put_gazette(sites, Answer(body=SCAN, media_type="application/pdf"))
    report = fetch_one(base, web)
    assert report.outcome is FetchOutcome.BY_HAND
    assert "scan" in report.message.en
    assert "nhận dạng chữ" in report.message.vi
    assert len(list((home(base) / "downloads" / "vn-nd-45-2031").glob("*.pdf"))) == 1
    assert base.documents() == ()


def test_of_file_and_page_the_one_that_reads_better_is_taken(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    sites.put("congbao.example/van-ban/nghi-dinh-so-45-2031-nd-cp-1.htm", Answer(body=html(DECREE, beside=LINK)))
    sites.put("datafiles.example/2031/45-2031-ndcp.signed.pdf", Answer(body=pdf(DECREE[:7])))
    assert fetch_one(base, web).url == GAZETTE
    sites.put("datafiles.example/2031/45-2031-ndcp.signed.pdf", PDF)
    assert fetch_one(base, web, again=True).url == SIGNED


def test_a_page_that_only_speaks_of_the_text_is_no_text(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    sites.put("congbao.example/van-ban/nghi-dinh-so-45-2031-nd-cp-1.htm", Answer(body=gazette_page()))
    report = fetch_one(base, web)
    assert report.outcome is FetchOutcome.BY_HAND
    assert base.documents() == ()


def test_a_file_on_a_host_that_the_catalogue_does_not_name_is_told_of(
    base: KnowledgeBase, sites: Sites, web: Web
) -> None:
    there = "https://cdn.other.example/45-2031-ndcp.signed.pdf"
    put_gazette(sites, PDF, f"<a href='{there}'>Tải về</a>")
    report = fetch_one(base, web)
    assert report.outcome is FetchOutcome.BY_HAND
    assert there in report.message.en
    assert there in report.message.vi
    assert {asked.host for asked in sites.asked} == {"congbao.example"}


def test_a_file_shown_in_a_viewer_or_behind_a_button_is_found(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    sites.put("datafiles.example/2031/45-2031-ndcp.signed.pdf", PDF)
    for link in (
        f"<iframe src='/pdfjs/viewer.html?file={SIGNED}'></iframe>",
        f"<button data-href='{SIGNED}'>Xem</button>",
        "<a href='https://datafiles.example/bitstream/9/content'><b>Tải về</b> (2 MB)</a>",
        "<a href='https://datafiles.example/media/9/download'>Full text</a>",
    ):
        for path in ("bitstream/9/content", "media/9/download"):
            sites.put(f"datafiles.example/{path}", PDF)
        sites.put(GAZETTE.removeprefix("https://"), Answer(body=gazette_page(link)))
        report = fetch_one(base, web, again=True)
        assert report.outcome in (FetchOutcome.FETCHED, FetchOutcome.UNCHANGED), (link, report.message)
        assert report.url.startswith("https://datafiles.example/")


@pytest.mark.parametrize("known", [None, SIGNED])
def test_a_text_with_another_number_is_never_taken(
    base: KnowledgeBase, sites: Sites, web: Web, known: str | None
) -> None:
    other = [line.replace("45/2031", "54/2031") for line in DECREE]
    put_gazette(sites, Answer(body=pdf(other), media_type="application/pdf"))
    report = fetch_one(base, web, source(file_url=known))
    assert report.outcome is FetchOutcome.BY_HAND
    assert "54/2031/NĐ-CP" in report.message.en
    assert "54/2031/NĐ-CP" in report.message.vi
    assert base.documents(include_drafts=True) == ()


def test_a_number_without_a_year_is_that_of_its_own_year_only(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    lines = [line.replace("45/2031/NĐ-CP", "45/QĐ-TTg").replace("NGHỊ ĐỊNH", "QUYẾT ĐỊNH") for line in DECREE]
    put_gazette(sites, Answer(body=pdf(lines), media_type="application/pdf"), LINK)
    wanted = source(number="45/QĐ-TTg", file_url=SIGNED)
    assert fetch_one(base, web, replace(wanted, issued="2030-03-05")).outcome is FetchOutcome.BY_HAND
    assert fetch_one(base, web, wanted, again=True).outcome is FetchOutcome.FETCHED


def test_guidance_without_a_number_is_known_by_its_title(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    body = "<p>Logs are kept for two years by whoever runs the software in a hospital, and shown on request.</p>"
    page = "".join(f"<h2>{n}. Principle number {n}</h2>{body * 6}" for n in range(1, 8))
    right = f"<html><body><main><h1>Guiding principles for logs of medical software</h1>{page}</main></body></html>"
    wanted = source(
        id="us-logs",
        kind=Kind.APPRAISAL_GUIDANCE,
        authority=Authority.GUIDANCE,
        jurisdiction="US",
        number=None,
        title_en="Logs of medical software: guiding principles",
        url="https://agency.example/logs",
        url_kind=UrlKind.TEXT,
        licence=Licence.US_PUBLIC_DOMAIN,
        languages=("en",),
    )
    sites.put("agency.example/logs", Answer(body=right.encode()))
    report = fetch_one(base, web, wanted)
    assert report.outcome is FetchOutcome.FETCHED, report.message
    assert base.documents()[0].metadata.authority is Authority.GUIDANCE


# -- changes -----------------------------------------------------------------------------------------------------------


def test_a_changed_text_is_a_new_version(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    put_gazette(sites, PDF)
    first = fetch_one(base, web)
    put_gazette(sites, Answer(body=pdf(CHANGED), media_type="application/pdf", etag='"2"'))
    report = fetch_one(base, web, again=True)
    assert (report.outcome, report.result, report.version) == (FetchOutcome.FETCHED, Result.NEW_VERSION, 2)
    assert report.document == first.document
    assert "version 2" in report.message.en
    assert "phiên bản 2" in report.message.vi
    assert base.document(report.document or "", 1).status == "superseded"
    assert "36 tháng" in base.search("lưu nhật ký trong thời hạn")[0].text
    assert base.verify().sound
    files = {path.suffix for path in (home(base) / "downloads" / "vn-nd-45-2031").iterdir()}
    assert len(list((home(base) / "downloads" / "vn-nd-45-2031").glob("*.pdf"))) == 2, files


def test_what_did_not_change_is_not_downloaded_again(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    put_gazette(sites, PDF)
    fetch_one(base, web)
    report = fetch_one(base, web, again=True)
    assert (report.outcome, report.result, report.version) == (FetchOutcome.UNCHANGED, Result.UNCHANGED, 1)
    assert sites.asked[-1].headers["if-none-match"] == '"1"'
    assert last_fetches(base.library)["vn-nd-45-2031"].outcome is FetchOutcome.UNCHANGED


def test_other_bytes_with_the_same_text_are_no_new_version(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    """A page with a counter, a file saved anew."""
    sites.put("eur-lex.example/eli/reg/2031/77/oj", Answer(body=REGULATION.encode()))
    first = fetch_one(base, web, EU)
    for n in range(4):
        stamped = REGULATION.replace("<body>", f"<body><!-- {n} -->").encode()
        sites.put("eur-lex.example/eli/reg/2031/77/oj", Answer(body=stamped))
        report = fetch_one(base, web, EU, again=True)
        assert (report.outcome, report.version) == (FetchOutcome.UNCHANGED, 1)
        assert report.sha256 != first.sha256
    kept = {path.name[:16] for path in (home(base) / "downloads" / "eu-logs").glob("*.html")}
    assert kept == {first.sha256[:16], report.sha256[:16]}  # type: ignore[index]


def test_what_was_fetched_lately_is_passed_over(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    put_gazette(sites, PDF)
    fetch_one(base, web)
    asked = len(sites.asked)
    report = fetch_one(base, web)
    assert (report.outcome, report.document) == (FetchOutcome.UNCHANGED, base.documents()[0].id)
    assert "--again" in report.message.en
    assert len(sites.asked) == asked
    last = last_fetches(base.library)["vn-nd-45-2031"]
    record_fetch(base.library, replace(last, at=now() - timedelta(hours=25)))
    _age_index(base, "vn-nd-45-2031")
    fetch_one(base, web)
    assert len(sites.asked) > asked


def _age_index(base: KnowledgeBase, source_id: str) -> None:
    index = home(base) / "downloads" / source_id / "index.json"
    rows = json.loads(index.read_text(encoding="utf-8"))
    for row in rows:
        row["at"] = (now() - timedelta(hours=25)).isoformat()
    index.write_text(json.dumps(rows), encoding="utf-8")


# -- what does not come ------------------------------------------------------------------------------------------------


def test_where_a_site_refuses_programs_a_person_is_told_what_to_do(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    sites.put("congbao.example/van-ban/nghi-dinh-so-45-2031-nd-cp-1.htm", Answer(status=403))
    report = fetch_one(base, web)
    inbox = home(base) / "inbox" / "vn-nd-45-2031"
    assert (report.outcome, report.inbox) == (FetchOutcome.BY_HAND, inbox)
    assert inbox.is_dir()
    for sentence in (report.message.en, report.message.vi):
        assert GAZETTE in sentence
        assert str(inbox) in sentence
        assert NUMBER in sentence
        assert "403" in sentence
        assert "cop-kb fetch vn-nd-45-2031" in sentence
    assert last_fetches(base.library)["vn-nd-45-2031"].outcome is FetchOutcome.BY_HAND


def test_what_a_person_drops_is_taken(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    sites.put("congbao.example/van-ban/nghi-dinh-so-45-2031-nd-cp-1.htm", Answer(status=403))
    inbox = fetch_one(base, web).inbox
    assert inbox is not None
    (inbox / "tải xuống (1).pdf").write_bytes(PDF.body)
    (inbox / "chua-xong.pdf.crdownload").write_bytes(b"x")
    asked = len(sites.asked)
    report = fetch_one(base, web)
    assert (report.outcome, report.result) == (FetchOutcome.FETCHED, Result.ADDED)
    assert len(sites.asked) == asked
    assert [path.name for path in inbox.iterdir()] == ["chua-xong.pdf.crdownload"]
    assert (home(base) / "downloads" / "vn-nd-45-2031" / f"{report.sha256[:16]}.pdf").exists()  # type: ignore[index]
    assert base.documents()[0].source == mark(source())
    # The site still refuses: the text stays, and the report says so.
    report = fetch_one(base, web, again=True)
    assert (report.outcome, report.version) == (FetchOutcome.BY_HAND, 1)
    assert any("keeps version 1" in remark.en for remark in report.remarks)


@pytest.mark.parametrize(
    "content",
    [pdf([line.replace("45/2031", "54/2031") for line in DECREE]), SCAN, b"%PDF-1.7 torn", b"PK\x03\x04 what"],
)
def test_what_a_person_dropped_wrongly_stays_where_it_is(
    base: KnowledgeBase, sites: Sites, web: Web, content: bytes
) -> None:
    inbox = home(base) / "inbox" / "vn-nd-45-2031"
    inbox.mkdir(parents=True)
    (inbox / "a.pdf").write_bytes(content)
    report = fetch_one(base, web)
    assert report.outcome is FetchOutcome.BY_HAND
    assert "a.pdf" in report.message.en or "scan" in report.message.en
    assert (inbox / "a.pdf").exists()
    assert base.documents(include_drafts=True) == ()
    assert sites.asked == []


def test_two_files_dropped_are_not_guessed_between(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    inbox = home(base) / "inbox" / "vn-nd-45-2031"
    inbox.mkdir(parents=True)
    for name in ("a.pdf", "b.pdf"):
        (inbox / name).write_bytes(PDF.body)
    report = fetch_one(base, web)
    assert report.outcome is FetchOutcome.BY_HAND
    assert "several files" in report.message.en
    assert len(list(inbox.iterdir())) == 2


@pytest.mark.parametrize("licence", [Licence.SOLD, Licence.LINK_ONLY])
def test_what_the_licence_forbids_is_not_asked_for(
    base: KnowledgeBase, sites: Sites, web: Web, licence: Licence
) -> None:
    inbox = home(base) / "inbox" / "vn-nd-45-2031"
    inbox.mkdir(parents=True)
    (inbox / "a.pdf").write_bytes(PDF.body)
    put_gazette(sites, PDF)
    report = fetch_one(base, web, source(licence=licence, file_url=SIGNED))
    assert (report.outcome, report.licence, report.inbox) == (FetchOutcome.BY_HAND, licence.value, None)
    assert GAZETTE in report.message.en
    assert GAZETTE in report.message.vi
    assert sites.asked == []
    assert base.documents(include_drafts=True) == ()


def test_a_site_without_the_address_of_the_text_is_not_searched(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    report = fetch_one(base, web, source(url="https://congbao.example", url_kind=UrlKind.SITE))
    assert report.outcome is FetchOutcome.BY_HAND
    assert NUMBER in report.message.en
    assert sites.asked == []


def test_a_page_in_place_of_a_pdf_is_noticed(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    put_gazette(sites, Answer(body=html(DECREE), media_type="application/pdf"))
    report = fetch_one(base, web, source(file_url=SIGNED))
    assert report.outcome is FetchOutcome.BY_HAND
    assert "a web page" in report.message.en
    assert base.documents() == ()


def test_robots_that_forbid_make_it_work_for_a_person(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    put_gazette(sites, PDF)
    sites.put("congbao.example/robots.txt", Answer(body=b"User-agent: *\nDisallow: /van-ban/"))
    report = fetch_one(base, web)
    assert report.outcome is FetchOutcome.BY_HAND
    assert "robots.txt" in report.message.vi
    assert sites.paths() == []


@pytest.mark.parametrize(
    "answer",
    [
        moved("https://other.example/a.pdf"),
        moved("http://datafiles.example/a.pdf"),
        moved("https://10.0.0.1/a.pdf"),
        Answer(status=404),
        Answer(status=500),
        Answer(status=429, headers=(("Retry-After", "999"),)),
        Answer(body=bytes(2_000_000), media_type="application/pdf"),
        Answer(body=bytes(2_000_000), media_type="application/pdf", declared=False),
    ],
)
def test_one_that_fails_does_not_stop_the_others(base: KnowledgeBase, sites: Sites, web: Web, answer: Answer) -> None:
    object.__setattr__(base, "settings", base.settings.model_copy(update={"max_file_mb": 1}))
    sites.put(SIGNED.removeprefix("https://"), answer)
    sites.put(EU_PAGE.removeprefix("https://"), Answer(body=REGULATION.encode()))
    bad = source(file_url=SIGNED, url=SIGNED)
    reports = list(fetch(base, [bad, EU], web=web))
    assert [report.outcome for report in reports] == [FetchOutcome.FAILED, FetchOutcome.FETCHED]
    assert reports[0].message.en
    assert reports[0].message.vi != reports[0].message.en
    assert {row.outcome for row in last_fetches(base.library).values()} == {FetchOutcome.FAILED, FetchOutcome.FETCHED}


# -- broken off --------------------------------------------------------------------------------------------------------


def test_a_torn_file_is_never_ingested_and_gone_on_with(base: KnowledgeBase, sites: Sites) -> None:
    put_gazette(sites, cut(PDF, 500))
    with sites.web(replace(QUICK, retries=0)) as web:
        report = fetch_one(base, web, source(file_url=SIGNED, url=SIGNED))
    assert report.outcome is FetchOutcome.FAILED
    assert base.documents(include_drafts=True) == ()
    put_gazette(sites, PDF)
    with sites.web() as web:
        report = fetch_one(base, web, source(file_url=SIGNED, url=SIGNED))
    assert report.outcome is FetchOutcome.FETCHED
    assert sites.asked[-1].headers["range"] == "bytes=500-"
    assert not list((home(base) / "downloads" / "vn-nd-45-2031").glob("*.part"))


def test_a_run_killed_between_download_and_ingest_goes_on(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    put_gazette(sites, PDF)

    def killed(done: int, total: int) -> None:
        if list((home(base) / "downloads" / "vn-nd-45-2031").glob("*.pdf")):  # passages are being embedded
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(fetch(base, [source()], web=web, progress=lambda wanted: killed))
    assert base.documents(include_drafts=True) == ()
    assert last_fetches(base.library) == {}
    asked = len(sites.asked)
    report = fetch_one(base, web)
    assert report.outcome is FetchOutcome.FETCHED
    assert len(sites.asked) == asked  # all that is needed was already here
    assert base.verify().sound


@pytest.mark.parametrize("at", [1, 2])
def test_a_run_stopped_while_downloading_goes_on(base: KnowledgeBase, sites: Sites, web: Web, at: int) -> None:
    put_gazette(sites, PDF)
    calls = 0

    def stop(done: int, total: int) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(fetch(base, [source()], web=web, progress=lambda wanted: stop))
    assert fetch_one(base, web).outcome is FetchOutcome.FETCHED


def test_two_runs_at_once_do_not_meet(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    put_gazette(sites, PDF)
    running = fetch(base, [source(), EU], web=web)
    next(running)
    with pytest.raises(BaseBusy):
        fetch_one(base, web)
    running.close()
    assert fetch_one(base, web).outcome is FetchOutcome.UNCHANGED


def test_it_runs_behind_a_page_that_goes_on_answering(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    put_gazette(sites, PDF)
    reports: list[FetchReport] = []
    told: list[str] = []
    thread = threading.Thread(target=lambda: reports.extend(fetch(base, [source()], web=web, say=told.append)))
    thread.start()
    while thread.is_alive():
        base.documents()
        thread.join(0.01)
    assert reports[0].outcome is FetchOutcome.FETCHED
    assert any("congbao.example" in sentence for sentence in told)


def test_an_id_is_a_plain_name(base: KnowledgeBase, web: Web) -> None:
    with pytest.raises(UsageError):
        fetch_one(base, web, source(id="../../etc"))


def test_where_nothing_is_published_at_once_texts_come_as_drafts(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    object.__setattr__(base, "settings", base.settings.model_copy(update={"publish_on_ingest": False}))
    put_gazette(sites, PDF)
    report = fetch_one(base, web)
    assert report.document is not None
    assert base.document(report.document).status == "draft"


def test_every_attempt_is_recorded_as_the_library_reads_it(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    sites.put("congbao.example/van-ban/nghi-dinh-so-45-2031-nd-cp-1.htm", in_turn(Answer(status=403), Answer()))
    fetch_one(base, web)
    recorded = last_fetches(base.library)["vn-nd-45-2031"]
    assert isinstance(recorded, Fetch)
    assert recorded.message is not None
    assert recorded.message.vi.startswith("Trang congbao.example")


# -- the real catalogue ------------------------------------------------------------------------------------------------


def test_every_address_of_the_catalogue_may_be_asked_for() -> None:
    for entry in read_catalogue():
        bounds = Bounds.around([entry.url, *filter(None, [entry.file_url])], entry.also_hosts)
        for address in filter(None, [entry.url, entry.file_url]):
            assert bounds.check(address).startswith(("https://", "http://"))


def test_a_regulation_as_eur_lex_really_shows_it(
    base: KnowledgeBase, sites: Sites, web: Web, shared_data: Path
) -> None:
    page = (shared_data / "documents" / "eu" / "eu_ai_act_eurlex_2024-1689.html").read_bytes()
    wanted = next(entry for entry in read_catalogue() if entry.id == "eu-ai-act")
    sites.put(wanted.url.removeprefix("https://"), Answer(body=page, packed=True))
    report = fetch_one(base, web, wanted)
    assert report.outcome is FetchOutcome.FETCHED, report.message
    assert report.document is not None
    assert "high-risk" in base.clause(report.document, "Article 6(1)").text
    wrong = next(entry for entry in read_catalogue() if entry.id == "eu-gdpr")
    sites.put(wrong.url.removeprefix("https://"), Answer(body=page, packed=True))
    assert fetch_one(base, web, wrong).outcome is FetchOutcome.BY_HAND


# -- which text it is --------------------------------------------------------------------------------------------------

CONSOLIDATED = [
    "VĂN PHÒNG QUỐC HỘI",
    "Số: 09/VBHN-VPQH",
    "Hà Nội, ngày 05 tháng 5 năm 2031",
    "LUẬT",
    "NHẬT KÝ PHẦN MỀM Y TẾ",
    "Luật Nhật ký phần mềm y tế số 12/2024/QH15 ngày 01 tháng 2 năm 2024 của Quốc hội, được sửa đổi bởi:",
    "Luật số 40/2030/QH16 ngày 01 tháng 6 năm 2030 của Quốc hội.",
    *DECREE[5:],
]


@pytest.mark.parametrize(
    ("number", "outcome"), [("12/2024/QH15", FetchOutcome.FETCHED), ("40/2030/QH16", FetchOutcome.BY_HAND)]
)
def test_a_consolidated_text_stands_for_the_law_that_it_consolidates(
    base: KnowledgeBase, sites: Sites, web: Web, number: str, outcome: FetchOutcome
) -> None:
    """But not for the one that amended it; and it keeps the number that it states."""
    sites.put(SIGNED.removeprefix("https://"), Answer(body=pdf(CONSOLIDATED), media_type="application/pdf"))
    report = fetch_one(base, web, source(number=number, url=SIGNED, file_url=SIGNED, issued=None, effective=None))
    assert report.outcome is outcome, report.message
    assert [document.metadata.number for document in base.documents()] == ["09/VBHN-VPQH"] * len(base.documents())
    if outcome is FetchOutcome.FETCHED:
        assert any("09/VBHN-VPQH" in remark.vi for remark in report.remarks)


def test_a_file_that_states_no_number_is_taken_on_the_catalogues_word(
    base: KnowledgeBase, sites: Sites, web: Web
) -> None:
    lines = [line for line in DECREE if not line.startswith(("Số:", "Hà Nội"))]
    sites.put(SIGNED.removeprefix("https://"), Answer(body=pdf(lines), media_type="application/pdf"))
    report = fetch_one(base, web, source(url=SIGNED, file_url=SIGNED))
    assert report.outcome is FetchOutcome.FETCHED
    (document,) = base.documents()
    assert (document.metadata.number, document.metadata.issued) == (NUMBER, date(2031, 3, 5))
    assert any("taken from the catalogue" in remark.en for remark in report.remarks)


def test_a_strange_text_at_the_known_address_is_not_taken(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    """A site may put something else where the text was; a person may not be wrong so easily, but is told."""
    lines = ["Thông báo lịch nghỉ lễ", "Cán bộ nghỉ từ thứ hai đến thứ tư, trực ban theo phân công của phòng."]
    sites.put(SIGNED.removeprefix("https://"), Answer(body=pdf(lines), media_type="application/pdf"))
    report = fetch_one(base, web, source(url=SIGNED, file_url=SIGNED))
    assert report.outcome is FetchOutcome.BY_HAND
    assert "neither the number nor the title" in report.message.en
    assert report.inbox is not None
    (report.inbox / "a.pdf").write_bytes(pdf(lines))
    report = fetch_one(base, web)
    assert report.outcome is FetchOutcome.FETCHED
    assert any("Check" in remark.en for remark in report.remarks)


def test_days_known_only_in_part_are_not_made_whole(base: KnowledgeBase, sites: Sites, web: Web) -> None:
    lines = [line for line in DECREE if not line.startswith("Hà Nội") and "hiệu lực thi hành từ" not in line]
    sites.put(SIGNED.removeprefix("https://"), Answer(body=pdf(lines), media_type="application/pdf"))
    fetch_one(base, web, source(url=SIGNED, file_url=SIGNED, issued="2031-03", effective="2031"))
    (document,) = base.documents()
    assert (document.metadata.issued, document.metadata.effective) == (None, None)
