"""The plain pages beside the chat: library, reader, catalogue, glossary, desk, over HTTP and in Chromium."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from ingest.pipeline import Options, ingest_files
from kb import glossary
from kb.base import KnowledgeBase
from kb.catalogue import Licence, Source, Standing, UrlKind
from kb.library import now
from kb.models import HashEmbedder
from kb.records import Audience, Authority, Clause, Document, Kind, Metadata, PageSpan, Remark
from kb.settings import Settings
from kb.sources import Fetch, FetchOutcome, record_fetch
from tests.catalogue import catalogue_row
from tests.conftest import put
from tests.ui.conftest import Visit
from ui import beside
from ui.frame import Frame
from ui.jobs import FetchJob
from ui.pages import add_pages
from ui.reader_page import Readings
from ui.reading import Reading
from ui.rights import Pace, may_curate
from ui.site import chosen_language, refused
from ui.texts import LANGUAGES, Texts

LAW = """\
QUỐC HỘI
Luật số: 911/2031/QH16

LUẬT
KIỂM ĐỊNH PHẦN MỀM Y TẾ

Chương I
QUY ĐỊNH CHUNG

Điều 1. Phạm vi điều chỉnh
Luật này quy định việc kiểm định phần mềm y tế.

Điều 2. Nghĩa vụ của nhà cung cấp
1. Nhà cung cấp phải lưu nhật ký kiểm định trong thời hạn {years} năm.
2. Nhà cung cấp có trách nhiệm:
a) Công bố kết quả kiểm định;
b) Báo cáo <sự cố> & "khắc phục".

Chương II
KIỂM TRA

Điều 3. Thẩm quyền
Cơ quan cấp tỉnh kiểm tra nhật ký mỗi năm một lần.
"""
NOTE = {
    "vi": (
        "Ghi chú về Luật Kiểm định",
        "## Luật là gì\n\nLuật 911/2031/QH16.\n\n## Áp dụng cho ai\n\nNhà cung cấp.\n",
    ),
    "en": ("Note on the Testing Law", "## What it is\n\nLaw No. 911/2031/QH16.\n\n## Whom it binds\n\nProviders.\n"),
}
HOSTILE = """Notice on markup

1. Alarm markup

The string <img src=x onerror="window.hacked = 1"> and <script>window.hacked = 2</script> and {{7*7}} are data.

| cell <b>one</b> | cell two |
"""
PAGE_WIDTH = "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"
GRAVE = ("serious", "critical")
LAW_ID, SECRET_ID = "911-2031-qh16.vi", "913-2031-qh16.vi"
SOURCE = catalogue_row(
    id="vn-luat-911",
    number="911/2031/QH16",
    title_en="Law on testing medical software",
    title_vi="Luật Kiểm định phần mềm y tế",
    issued="2031-02",
    effective="2031-07-01",
    replaces=("1/2001/QH10",),
    url="https://gazette.example/911",
    why_en="Testing before use",
    why_vi="Kiểm định trước khi sử dụng",
    confirmed="partly",
)
SOLD = replace(
    SOURCE,
    id="iso-911",
    core=False,
    kind=Kind.STANDARD,
    authority=Authority.STANDARD,
    jurisdiction="INT",
    issuer_en="ISO",
    issuer_vi="ISO",
    number="ISO 911",
    title_en="Bench testing <b>",
    title_vi="Thử nghiệm <b>",
    standing=Standing.REPEALED,
    licence=Licence.SOLD,
    url_kind=UrlKind.SITE,
    url="javascript:alert(1)",
)
PATHS = (
    "library",
    "library?kind=regulation&jurisdiction=VN",
    "library?q=nhat+ky+kiem+dinh",
    f"library/{LAW_ID}",
    f"library/{LAW_ID}?version=1&at=%C4%90i%E1%BB%81u+2",
    f"library/{LAW_ID}?at=%C4%90i%E1%BB%81u+2+kho%E1%BA%A3n+1&quote=240-260",
    "library/vn-luat-911.en",
    "library/vn-luat-911.en?beside=1",
    "library/strange-markup.en",
    "catalogue",
    "catalogue?held=missing",
    "catalogue/vn-luat-911",
    "catalogue/iso-911",
    "fetching",
    "glossary",
    "glossary?q=rui+ro",
    "glossary/propose",
    "glossary/propose?term=medical-device",
    "glossary/thanks",
    "desk",
)


@dataclass
class Site:
    """The pages over a small base, without Gradio, and how a visitor at the machine and one from afar ask them."""

    base: KnowledgeBase
    app: FastAPI
    job: FetchJob
    near: TestClient
    far: TestClient
    waiting: threading.Event


def site_of(base: KnowledgeBase, work: Callable[[FetchJob, Sequence[Source]], None] | None = None) -> Site:
    """Return the pages over `base`; the work of fetching is `work`, by default one that waits for its event."""
    waiting = threading.Event()

    def patient(job: FetchJob, sources: Sequence[Source]) -> None:
        for source in sources:
            assert waiting.wait(10)
            record_fetch(
                base.library,
                Fetch(
                    source_id=source.id,
                    at=now(),
                    outcome=FetchOutcome.BY_HAND,
                    message=Remark(en="Download <it> by hand.", vi="Hãy tải <tệp> thủ công."),
                ),
            )
            job.advance()
            if job.stopping:
                break

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    job = FetchJob(base, work or patient)

    @app.exception_handler(404)
    def not_found(request: Request, _: Exception) -> Response:
        return refused(request, chosen_language(request), 404)

    add_pages(app, base, job)
    app.add_middleware(Frame)
    near = TestClient(app, base_url="http://localhost:7860", client=("127.0.0.1", 50000))
    far = TestClient(app, base_url="http://kb.example", client=("192.0.2.7", 50000))
    return Site(base, app, job, near, far, waiting)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The pages over a law in two versions, a note in two languages, a hostile notice, a draft and a secret."""
    folder = tmp_path_factory.mktemp("pages")
    with KnowledgeBase(Settings(home=folder / "home", cache=folder / "cache"), embedder=HashEmbedder()) as base:
        base.warm()
        binding = {"kind": Kind.REGULATION, "authority": Authority.BINDING, "jurisdiction": "VN"}
        law = Options(title="Luật Kiểm định phần mềm y tế", effective=date(2024, 7, 1), **binding)

        def put(name: str, text: str, options: Options, publish: bool = True) -> None:
            path = folder / name
            path.write_text(text, encoding="utf-8")
            for report in ingest_files(base, [path], options, publish=publish):
                assert report.error is None, report.error

        put("law.txt", LAW.format(years="05"), law)
        put("law.txt", LAW.format(years="07"), law)
        for language, (title, body) in NOTE.items():
            head = f"---\ntitle: {title}\nkind: note\nauthority: note\nlanguage: {language}\npair: vn-luat-911\n"
            put(
                f"note.{language}.md",
                f"{head}checked: 2020-01-01\nabout: [911/2031/QH16]\n---\n# {title}\n\n{body}",
                Options(),
            )
        put("strange.txt", HOSTILE, Options(title="Strange markup", language="en", url="javascript:alert(1)"))
        put("draft.txt", LAW.replace("911", "912").replace("KIỂM ĐỊNH", "CHƯA CÔNG BỐ"), Options(**binding), False)
        put(
            "secret.txt",
            LAW.replace("911", "913").replace("kiểm định", "dành riêng"),
            Options(title="Luật Dành riêng", audience=Audience.REGULATORS, **binding),
        )
        base.set_catalogue((SOURCE, SOLD))
        yield site_of(base)


def visible(html: str) -> str:
    """The words of a page's main part."""
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


# -- every page ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_whole(site: Site, language: str, path: str) -> None:
    response = site.near.get(f"/{language}/{path}")
    html = response.text
    assert response.status_code == 200
    assert f'<html lang="{language}">' in html
    assert html.count("<h1") == 1
    assert html.count("<main") == html.count("</html>") == 1
    assert "<script>" not in html
    assert "style=" not in html
    assert not re.search(r"\bon[a-z]+=", re.sub(r">[^<]*<", "><", html))
    ids = re.findall(r'\bid="([^"]*)"', html)
    assert len(ids) == len(set(ids))
    levels = [int(level) for level in re.findall(r"<h([1-6])", html[html.index("<main") :])]
    assert all(below <= above + 1 for above, below in pairwise(levels))
    other = "en" if language == "vi" else "vi"
    switch = re.search(rf'<a href="([^"]*)" lang="{other}" hreflang="{other}"', html)
    assert switch is not None
    assert site.near.get(f"/{language}/{path}").request.url.join(unescape(switch[1])).path.startswith(f"/{other}/")
    assert unescape(switch[1]).endswith(f"{other}/{path}")


@pytest.mark.parametrize("path", PATHS)
def test_pages_speak_one_language(site: Site, path: str) -> None:
    vi, en = (site.near.get(f"/{language}/{path}").text for language in LANGUAGES)
    for key in ("section_library", "section_desk", "footer_law", "language_switch"):
        assert Texts("vi")(key) in unescape(vi)
        assert Texts("vi")(key) not in unescape(en)


def test_headers_hold_scripts_to_our_own(site: Site) -> None:
    for path in ("vi/library", "static/pages.js", "nowhere"):
        policy = site.far.get(f"/{path}").headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy


def test_static_files_are_kept_by_their_content(site: Site) -> None:
    page = site.far.get("/en/library").text
    for name in ("site.css", "library.css", "pages.js"):
        link = re.search(rf'"\.\./(static/{name}\?v=\w+)"', page)
        assert link is not None
        assert "immutable" in site.far.get(f"/{link[1]}").headers["cache-control"]
        assert site.far.get(f"/static/{name}").headers["cache-control"] == "no-cache"
    assert site.far.get("/static/..%2Fsite.py").status_code == 404


@pytest.mark.parametrize("path", ["vi/library/none", "vi/library/a/b", "vi/catalogue/none", "vi/glossary/x", "vi/none"])
def test_what_is_not_here_is_said_in_the_right_language(site: Site, path: str) -> None:
    response = site.far.get(f"/{path}", headers={"accept": "text/html"})
    assert response.status_code == 404
    assert Texts("vi")("error_404") in response.text
    assert Texts("vi")("way_library") in response.text
    assert Texts("en")("error_404") not in response.text


def test_an_unknown_address_follows_the_language_used_last(site: Site) -> None:
    client = TestClient(site.app, base_url="http://kb.example")
    assert Texts("vi")("error_404") in client.get("/nowhere").text
    client.get("/en/library")
    assert Texts("en")("error_404") in client.get("/nowhere").text
    assert client.get("/fr/library").status_code == 404


def test_a_stray_slash_leads_to_the_page(site: Site) -> None:
    response = site.far.get("/vi/library/?kind=note", follow_redirects=False)
    assert response.headers["location"].endswith("vi/library?kind=note")
    assert site.far.get("/vi/library/?kind=note").status_code == 200


def test_a_defect_shows_a_sentence_and_no_trace(site: Site, tmp_path: Path) -> None:
    with KnowledgeBase(Settings(home=tmp_path), embedder=HashEmbedder()) as base:
        broken = site_of(base)
        base.library.engine.dispose()
        (tmp_path / "library.db").rename(tmp_path / "gone.db")
        for suffix in ("-wal", "-shm"):
            (tmp_path / f"library.db{suffix}").unlink(missing_ok=True)
        response = broken.far.get("/en/library")
        assert response.status_code == 500
        assert Texts("en")("error_500") in response.text
        assert "Traceback" not in response.text
        assert "sqlite" not in response.text.lower()


# -- who may see what ------------------------------------------------------------------------------------------------


def test_what_is_not_public_is_nowhere(site: Site) -> None:
    drafts = [document.id for document in site.base.documents(include_drafts=True) if document.status == "draft"]
    assert drafts
    unknown = visible(site.near.get("/vi/library/no-such-thing").text)
    for hidden in (*drafts, SECRET_ID):
        assert site.base.document(hidden).id == hidden
        for query in ("", "?version=1", "?at=%C4%90i%E1%BB%81u+1", "?beside=1"):
            response = site.near.get(f"/vi/library/{hidden}{query}")
            assert response.status_code == 404
            assert visible(response.text) == unknown
    for path in ("library", "library?q=d%C3%A0nh+ri%C3%AAng", "desk", "catalogue"):
        html = unescape(site.near.get(f"/vi/{path}").text)
        assert "Luật Dành riêng" not in html
        assert "913/2031" not in html
        assert "912/2031" not in html


@pytest.mark.parametrize(
    ("client", "host", "headers", "allowed"),
    [
        ("127.0.0.1", "localhost:7860", {}, True),
        ("::1", "[::1]:7860", {}, True),
        ("127.0.0.1", "127.0.0.1", {}, True),
        ("127.0.0.1", "evil.example", {}, False),
        ("192.0.2.7", "localhost", {}, False),
        ("127.0.0.1", "localhost", {"x-forwarded-for": "192.0.2.7"}, False),
    ],
)
def test_only_the_machine_itself_curates(client: str, host: str, headers: dict[str, str], allowed: bool) -> None:
    sent = [(b"host", host.encode()), *((name.encode(), value.encode()) for name, value in headers.items())]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "scheme": "http", "headers": sent}
    assert may_curate(Request({**scope, "client": (client, 1), "server": ("localhost", 80)})) is allowed


def test_visitors_from_afar_get_no_buttons_and_may_not_press_them(site: Site) -> None:
    for path in ("catalogue", "catalogue/vn-luat-911", "desk"):
        assert 'method="post"' in site.near.get(f"/en/{path}").text
        assert 'method="post"' not in site.far.get(f"/en/{path}").text
    for path in ("catalogue/fetch-core", "catalogue/vn-luat-911/fetch", "fetching/stop", "desk/checked"):
        response = site.far.post(f"/en/{path}", data={"document": LAW_ID})
        assert response.status_code == 403
        assert Texts("en")("only_curators") in response.text
    assert not site.job.state.running


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}],
)
def test_forms_from_elsewhere_are_refused(site: Site, headers: dict[str, str]) -> None:
    before = site.base.document(LAW_ID).metadata.checked
    for path in ("desk/checked", "catalogue/fetch-core", "glossary/propose"):
        response = site.near.post(f"/vi/{path}", data={"document": LAW_ID, "en": "a", "vi": "b"}, headers=headers)
        assert response.status_code == 403
        assert Texts("vi")("form_from_elsewhere") in response.text
    assert site.base.document(LAW_ID).metadata.checked == before
    assert not site.job.state.running


def test_what_is_too_large_is_refused(site: Site) -> None:
    response = site.far.post("/en/glossary/propose", data={"en": "a", "vi": "b", "reason": "x" * 30_000})
    assert response.status_code == 413
    assert site.far.post("/en/glossary/propose", data={f"f{n}": "" for n in range(60)}).status_code == 413


# -- the library -----------------------------------------------------------------------------------------------------


def titles(html: str) -> list[str]:
    """The titles of the documents that the library lists."""
    return [unescape(title) for title in re.findall(r"<h3 lang=[^>]*><a [^>]*>([^<]*)</a>", html)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Luật Kiểm định phần mềm y tế", "Note on the Testing Law", "Strange markup"]),
        ("kind=regulation", ["Luật Kiểm định phần mềm y tế"]),
        ("authority=note", ["Note on the Testing Law"]),
        ("status=note", ["Note on the Testing Law"]),
        ("status=in+force&jurisdiction=VN", ["Luật Kiểm định phần mềm y tế"]),
        ("language=vi&authority=note", ["Ghi chú về Luật Kiểm định"]),
        ("year=2024", ["Luật Kiểm định phần mềm y tế"]),
        ("q=luat+kiem+dinh", ["Luật Kiểm định phần mềm y tế", "Ghi chú về Luật Kiểm định"]),
        ("q=911%2F2031%2FQH16", ["Luật Kiểm định phần mềm y tế", "Note on the Testing Law"]),
        ("kind=no-such-kind", []),
    ],
)
def test_the_library_narrows(site: Site, query: str, expected: list[str]) -> None:
    html = site.far.get(f"/en/library?{query}").text
    assert titles(html) == expected
    key = "library_count_words" if query.startswith("q=") else "library_count"
    assert Texts("en")(key, count=len(expected), total=3) in html


def test_language_versions_are_one_row(site: Site) -> None:
    html = site.far.get("/vi/library?authority=note").text
    assert titles(html) == ["Ghi chú về Luật Kiểm định"]
    assert 'lang="en" href="../vi/library/vn-luat-911.en"' in html
    assert "beside=1" in html


def test_search_inside_leads_to_the_highlighted_passage(site: Site) -> None:
    html = site.far.get("/vi/library?q=nhat+ky+kiem+dinh").text
    link = re.search(r'class="where"><a href="\.\.([^"]*)"', html)
    assert link is not None
    assert "quote=" in link[1]
    page = site.far.get(unescape(link[1])).text
    assert "nhật ký kiểm định" in " ".join(re.findall(r"<mark[^>]*>(.*?)</mark>", page))


def test_pages_work_while_the_model_loads(tmp_path: Path) -> None:
    with KnowledgeBase(Settings(home=tmp_path), embedder=HashEmbedder()) as base:
        loading = site_of(base)
        for path in ("library", "catalogue", "glossary", "desk"):
            assert loading.far.get(f"/vi/{path}").status_code == 200
        assert Texts("vi")("library_empty") in loading.far.get("/vi/library").text
        assert Texts("vi")("inside_loading") in loading.far.get("/vi/library?q=thi%E1%BA%BFt+b%E1%BB%8B").text


def test_what_is_missing_is_listed_with_the_way_to_it(site: Site) -> None:
    html = unescape(site.far.get("/en/library").text)
    assert "Bench testing <b>" in html
    assert Texts("en")("way_sold").split(";")[0] in unescape(site.far.get("/en/catalogue/iso-911").text)


# -- the reader ------------------------------------------------------------------------------------------------------


def test_a_text_is_there_word_for_word_with_its_clauses(site: Site) -> None:
    html = site.far.get(f"/vi/library/{LAW_ID}").text
    text = visible(html)
    for line in LAW.format(years="07").splitlines():
        if line.strip():
            assert " ".join(line.split()) in text.replace(" .", ".").replace("Chương I ", "Chương I ")
    assert '<h2><a class="self"' in html
    assert 'id="dieu-2-khoan-2-diem-a"' in html
    assert "&lt;sự cố&gt; &amp; &#34;khắc phục&#34;" in html.replace("&quot;", "&#34;")
    for clause in ("#chuong-1", "#dieu-2"):
        assert f'href="{clause}"' in html


def test_a_chosen_clause_has_its_citation_and_neighbours(site: Site) -> None:
    response = site.far.get(f"/vi/library/{LAW_ID}", params={"at": "diem a khoan 2 dieu 2"})
    text = visible(response.text)
    assert "điểm a khoản 2 Điều 2 Luật số 911/2031/QH16" in text
    assert 'class="point at"' in response.text
    assert 'data-at="dieu-2-khoan-2-diem-a"' in response.text
    assert "điểm b khoản 2 Điều 2" in text
    assert site.far.get(f"/vi/library/{LAW_ID}", params={"at": "Điều 99"}).status_code == 404


def test_a_quote_is_highlighted_across_paragraphs(site: Site) -> None:
    text = site.base.library.text(LAW_ID, 2)
    start, end = text.index("Công bố kết quả"), text.index("Báo cáo") + len("Báo cáo")
    html = site.far.get(f"/en/library/{LAW_ID}", params={"version": "2", "quote": f"{start}-{end}"}).text
    marked = re.findall(r"<mark[^>]*>(.*?)</mark>", re.sub(r'<span class="sr-only">.*?</span>', "", html))
    assert "".join(re.sub("<[^>]+>", "", part) for part in marked) == text[start:end].replace("\n", "")
    assert html.count('id="quote"') == 1
    for nonsense in ("x", "9-3", "-1-5", "99999999-999999999", "1-2-3"):
        assert site.far.get(f"/en/library/{LAW_ID}", params={"quote": nonsense}).status_code == 200


def test_versions_stay_readable_and_say_that_they_are_old(site: Site) -> None:
    texts = Texts("vi")
    old = site.far.get(f"/vi/library/{LAW_ID}?version=1").text
    new = site.far.get(f"/vi/library/{LAW_ID}").text
    assert "05 năm" in old
    assert texts("notice_older") in old
    assert texts("status_superseded") in old
    assert "07 năm" in new
    assert texts("notice_older") not in new
    assert f"{LAW_ID}?version=1" in new
    for wrong in ("3", "0", "-1", "x", "9" * 30):
        assert site.far.get(f"/vi/library/{LAW_ID}?version={wrong}").status_code == 404


def test_both_languages_side_by_side(site: Site) -> None:
    html = site.far.get("/vi/library/vn-luat-911.en?beside=1").text
    rows = re.findall(r'<div class="row">(.*?)\n  </div>', html, re.S)
    together = [" ".join(unescape(re.sub("<[^>]+>", " ", row)).split()) for row in rows]
    assert any("What it is" in row and "Luật là gì" in row for row in together)
    assert any("Whom it binds" in row and "Áp dụng cho ai" in row for row in together)


def test_a_hostile_document_is_shown_as_text(site: Site) -> None:
    html = site.far.get("/en/library/strange-markup.en").text
    assert "<img src=x" not in html
    assert "window.hacked = 2" in html
    assert "javascript:" not in "".join(re.findall(r'href="([^"]*)"', html))
    assert "{{7*7}}" in html


# -- a text as HTML, whatever its tree -------------------------------------------------------------------------------


@st.composite
def trees(draw: st.DrawFn) -> tuple[str, list[Clause], list[PageSpan]]:
    """A text of a few lines with clauses nested at will, some with labels and headings taken from their text."""
    line = st.text("ab <&\"'|-1. \u0110i\u1ec1u", min_size=0, max_size=14)
    lines = draw(st.lists(line, min_size=1, max_size=14))
    text = "\n".join(lines)
    starts = [sum(len(one) + 1 for one in lines[:at]) for at in range(len(lines))]
    clauses: list[Clause] = []

    def grow(first: int, last: int, parent: int | None, depth: int) -> None:
        at = first
        while at < last and depth < 4:
            if draw(st.booleans()):
                until = draw(st.integers(at + 1, last))
                words = lines[at].split()
                clauses.append(
                    Clause(
                        position=len(clauses),
                        address=f"Section {len(clauses)}",
                        kind=draw(st.sampled_from(["section", "row", "point", "recital"])),
                        label=words[0] if words and draw(st.booleans()) else "",
                        heading=" ".join(words[-2:]) if draw(st.booleans()) else "",
                        start=starts[at],
                        end=starts[until - 1] + len(lines[until - 1]),
                        parent=parent,
                    )
                )
                if clauses[-1].kind != "row":
                    grow(at + draw(st.integers(0, 1)), until, len(clauses) - 1, depth + 1)
                at = until
            else:
                at += 1

    grow(0, len(lines), None, 0)
    cut = draw(st.integers(0, len(text)))
    return text, clauses, [PageSpan(number=1, start=0, end=cut), PageSpan(number=2, start=cut, end=len(text))]


def reading_of(text: str, clauses: Sequence[Clause], pages: Sequence[PageSpan] = ()) -> Reading:
    """A reading of a made-up document."""
    document = Document(
        id="x", version=1, status="published", metadata=Metadata(title="T", language="en"), format="text",
        source="x", clauses=len(clauses), passages=0,
    )  # fmt: skip
    return Reading(document, text, clauses, pages)


@settings(max_examples=150, deadline=None)
@given(trees(), st.integers(0, 60), st.integers(0, 60))
def test_every_word_of_any_tree_is_written_once(
    tree: tuple[str, list[Clause], list[PageSpan]], start: int, end: int
) -> None:
    text, clauses, pages = tree
    html = str(reading_of(text, clauses, pages).body(Texts("en"), span=(start, end) if start < end else None))
    added = r'<span class="page".*?</span>|&nbsp;<a class="self after".*?</a>|<span class="sr-only">.*?</span>'
    written = unescape(re.sub(r"<[^>]*>", "", re.sub(added, "", html)))
    assert re.sub(r"[\s|]", "", written) == re.sub(r"[\s|]", "", text)
    parts = re.findall(r"<mark[^>]*>(.*?)</mark>", re.sub(added, "", html), re.S)
    marked = unescape(re.sub(r"<[^>]*>", "", "".join(parts)))
    if start < end:
        assert re.sub(r"[\s|]", "", marked) == re.sub(r"[\s|]", "", text[start:end])
    opened, closed = (re.findall(rf"<{slash}(section|div|tr|table|h\d|p)\b", html) for slash in ("", "/"))
    assert sorted(opened) == sorted(closed)


def test_long_runs_without_headings_are_folded_in_the_contents() -> None:
    lines = [f"({number}) words" for number in range(1, 31)]
    text = "\n".join(lines)
    clauses = [
        Clause(
            position=at, address=f"Recital {at + 1}", kind="recital", label=f"({at + 1})", heading="",
            start=text.index(line), end=text.index(line) + len(line),
        )
        for at, line in enumerate(lines)
    ]  # fmt: skip
    (entry,) = reading_of(text, clauses).contents()
    assert entry.name == "Recital 1 – Recital 30"
    assert len(entry.entries) == 30


def test_articles_find_each_other_by_number() -> None:
    def law(word: str, numbers: Sequence[int]) -> Reading:
        lines = [f"{word} {number}. x" for number in numbers]
        text = "\n".join(lines)
        return reading_of(
            text,
            [
                Clause(
                    position=at, address=f"{word} {number}", kind="article", label=f"{word} {number}", heading="x",
                    start=text.index(line), end=text.index(line) + len(line),
                )
                for at, (number, line) in enumerate(zip(numbers, lines, strict=True))
            ],
        )  # fmt: skip

    rows = beside.rows(law("Điều", [1, 2, 4]), law("Article", [1, 3, 4]))
    assert [(one and one.address, two and two.address) for one, two in rows] == [
        ("Điều 1", "Article 1"),
        ("Điều 2", None),
        (None, "Article 3"),
        ("Điều 4", "Article 4"),
    ]


def test_a_long_code_is_written_quickly() -> None:
    lines, clauses, start = [], [], 0
    for at in range(3000):
        article = at // 10 * 10
        head = at == article
        line = f"Article {at}. Heading {at}" if head else f"{at}. " + "word " * 60
        clauses.append(
            Clause(
                position=at,
                address=f"Article {at}" if head else f"Article {article}({at})",
                kind="article" if head else "paragraph",
                label=line.split(".")[0] + ".",
                heading=f"Heading {at}" if head else "",
                start=start,
                end=start + len(line),
                parent=None if head else article,
            )
        )
        lines.append(line)
        start += len(line) + 1
    begun = time.perf_counter()
    reading_of("\n".join(lines), clauses).body(Texts("en"))
    assert time.perf_counter() - begun < 2  # 0.15 s on an idle machine


# -- the catalogue ---------------------------------------------------------------------------------------------------


def test_the_catalogue_says_what_the_base_holds(site: Site) -> None:
    texts = Texts("vi")
    html = unescape(site.far.get("/vi/catalogue").text)
    assert html.count('<li id="') == 2
    assert texts("held_text") in html
    source = unescape(site.far.get("/vi/catalogue/vn-luat-911").text)
    assert f"library/{LAW_ID}" in source
    assert "library/vn-luat-911.vi" in source
    assert "tháng 02/2031" in source
    assert texts("confirmed_partly") in source


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=standard", ["iso-911"]),
        ("core=core", ["vn-luat-911"]),
        ("held=missing", ["iso-911"]),
        ("held=text", ["vn-luat-911"]),
        ("standing=repealed", ["iso-911"]),
        ("issuer=National+Assembly", ["vn-luat-911"]),
        ("language=vi&jurisdiction=VN", ["vn-luat-911"]),
        ("q=luat+kiem+dinh", ["vn-luat-911"]),
        ("q=nothing+of+the+kind", []),
    ],
)
def test_the_catalogue_narrows(site: Site, query: str, expected: list[str]) -> None:
    assert re.findall(r'<li id="([^"]*)"', site.far.get(f"/en/catalogue?{query}").text) == expected


def test_dangerous_addresses_are_no_links(site: Site) -> None:
    html = site.far.get("/en/catalogue/iso-911").text
    assert "javascript:" not in html
    assert "Bench testing &lt;b&gt;" in html


# -- fetching --------------------------------------------------------------------------------------------------------


def test_fetching_shows_its_progress_and_what_needs_hands(tmp_path: Path) -> None:
    with KnowledgeBase(Settings(home=tmp_path), embedder=HashEmbedder()) as base:
        base.set_catalogue((SOURCE, SOLD))
        fetching = site_of(base)
        texts = Texts("en")
        assert texts("fetching_nothing") in fetching.near.get("/en/fetching").text
        begun = fetching.near.post("/en/catalogue/fetch-core", headers={"origin": "http://localhost:7860"})
        assert begun.url.path == "/en/fetching"
        assert texts("fetching_state", done=0, total=1) in begun.text
        assert 'data-refresh="2"' in begun.text
        fetching.near.post("/en/catalogue/vn-luat-911/fetch")  # a second run does not begin
        assert len(fetching.job.state.sources) == 1
        fetching.waiting.set()
        wait_for(lambda: not fetching.job.state.running)
        done = fetching.near.get("/en/fetching").text
        assert texts("fetching_done", total=1) in done
        assert "Download &lt;it&gt; by hand." in done
        assert "data-refresh" not in done
        assert "Hãy tải &lt;tệp&gt; thủ công." in fetching.far.get("/vi/desk").text


def test_fetching_can_be_stopped_and_ends_with_a_sentence(tmp_path: Path) -> None:
    with KnowledgeBase(Settings(home=tmp_path), embedder=HashEmbedder()) as base:
        base.set_catalogue((SOURCE, SOLD))
        stopping = site_of(base)
        assert stopping.job.start([SOURCE, SOLD])
        assert Texts("vi")("fetching_stopping") in stopping.near.post("/vi/fetching/stop").text
        stopping.waiting.set()
        wait_for(lambda: not stopping.job.state.running)
        assert Texts("vi")("fetching_stopped", done=1, total=2) in stopping.near.get("/vi/fetching").text

        def broken(job: FetchJob, sources: Sequence[Source]) -> None:
            raise RuntimeError("secret detail")

        failing = site_of(base, broken)
        failing.job.start([SOURCE])
        wait_for(lambda: not failing.job.state.running)
        page = failing.near.get("/vi/fetching").text
        assert Texts("vi")("fetching_broken") in page
        assert "secret detail" not in page


def test_the_real_fetcher_reports_through_the_same_page(tmp_path: Path) -> None:
    with KnowledgeBase(Settings(home=tmp_path), embedder=HashEmbedder()) as base:
        base.set_catalogue((SOURCE, SOLD))
        job = FetchJob(base)
        assert job.start([SOLD])  # what is sold is never asked for: no connection is made
        wait_for(lambda: not job.state.running)
        assert (job.state.done, job.state.trouble, job.state.defect) == (1, None, False)
        app = FastAPI()
        add_pages(app, base, job)
        page = TestClient(app, base_url="http://localhost").get("/en/fetching").text
        assert Texts("en")("fetch_by_hand") in page


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until `condition` holds."""
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


# -- the glossary ----------------------------------------------------------------------------------------------------


def test_the_glossary_finds_terms_in_both_languages(site: Site) -> None:
    for words in ("thiet bi y te", "thiết bị y tế", "medical device"):
        html = site.far.get("/vi/glossary", params={"q": words}).text
        assert re.search(r'<div id="([^"]*)"', html[html.index('class="terms"') :])[1] == "medical-device"  # type: ignore[index]
    assert Texts("en")("glossary_none") in site.far.get("/en/glossary?q=zzzzzz").text
    whole = site.far.get("/en/glossary").text
    assert whole.count('<p class="propose">') == len(glossary.load().entries)
    waiting = sum(not entry.reviewed for entry in glossary.load().entries)
    assert whole.count(f">{Texts('en')('term_waiting')}</span>") == waiting


def test_a_proposal_reaches_the_desk(site: Site) -> None:
    given = {"term": "medical-device", "en": "medical <device>", "vi": "thiết bị y tế", "reason": "Điều 3 <b>"}
    response = site.far.post("/en/glossary/propose", data=given)
    assert response.url.path == "/en/glossary/thanks"
    assert Texts("en")("thanks") in response.text
    assert site.base.term_proposals()[-1].en == "medical <device>"
    desk = site.far.get("/en/desk").text
    assert "medical &lt;device&gt;" in desk
    assert "Điều 3 &lt;b&gt;" in desk


def test_a_proposal_that_says_nothing_comes_back_with_what_was_written(site: Site) -> None:
    before = len(site.base.term_proposals())
    response = site.far.post("/vi/glossary/propose", data={"en": "only <English>", "vi": " ", "reason": "because"})
    assert response.status_code == 422
    assert 'role="alert"' in response.text
    assert "only &lt;English&gt;" in response.text
    assert site.far.post("/vi/glossary/propose", data={"en": "x" * 300, "vi": "y"}).status_code == 422
    assert site.far.post("/vi/glossary/propose", data={"en": "a", "vi": "b", "website": "spam"}).status_code == 200
    assert len(site.base.term_proposals()) == before


def test_proposals_have_a_pace(tmp_path: Path) -> None:
    with KnowledgeBase(Settings(home=tmp_path), embedder=HashEmbedder()) as base:
        busy = site_of(base)
        sent = [busy.far.post("/en/glossary/propose", data={"en": "a", "vi": "b"}).status_code for _ in range(12)]
        assert sent == [200] * 10 + [429] * 2
        assert len(base.term_proposals()) == 10
    pace = Pace(1, 0.05)
    assert [pace.allows("a"), pace.allows("a"), pace.allows("b")] == [True, False, True]
    time.sleep(0.06)
    assert pace.allows("a")


# -- the desk --------------------------------------------------------------------------------------------------------


def test_the_desk_lists_what_is_overdue_until_it_is_checked(site: Site) -> None:
    texts = Texts("en")
    note = "vn-luat-911.en"
    desk = site.near.get("/en/desk").text
    assert texts("concern_overdue") in desk
    assert f'value="{note}"' in desk
    done = site.near.post("/en/desk/checked", data={"document": note}, headers={"origin": "http://localhost:7860"})
    assert texts("desk_done", title="Note on the Testing Law") in unescape(done.text)
    assert f'name="document" value="{note}"' not in done.text
    assert site.base.document(note).metadata.checked == date.today()
    assert site.near.post("/en/desk/checked", data={"document": "none"}).status_code == 404


# -- in Chromium -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    """Where the pages are served for a browser."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(site.app, log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        wait_for(lambda: server.started)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        server.should_exit = True
        thread.join(10)


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_fit_and_meet_the_rules_of_accessibility(visit: Visit, address: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    visitor = visit(width=width, address=address)
    axe = Axe()
    for number, path in enumerate(PATHS if width == 360 else PATHS[::2]):
        language = LANGUAGES[number % 2]
        visitor.page.goto(f"{address}{language}/{path}")
        assert visitor.page.evaluate(PAGE_WIDTH) <= width, path
        found = [each for each in axe.run(visitor.page).response["violations"] if each["impact"] in GRAVE]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], path


def test_pages_work_without_scripts(visit: Visit, address: str) -> None:
    visitor = visit(address=address, java_script_enabled=False)
    page = visitor.page
    page.goto(f"{address}vi/library")
    page.select_option("#f-authority", "binding law")
    page.get_by_role("button", name=Texts("vi")("filter")).click()
    assert page.locator(".works h3").first.inner_text() == "Luật Kiểm định phần mềm y tế"
    page.locator(".works h3 a").first.click()
    assert page.locator("h1").inner_text() == "Luật Kiểm định phần mềm y tế"
    page.locator("#dieu-3 a.self").first.click()
    assert page.locator("#cite").inner_text() == "Điều 3 Luật số 911/2031/QH16"
    page.get_by_role("link", name="English").click()
    assert page.get_attribute("html", "lang") == "en"
    assert page.locator("#cite").inner_text() == "Điều 3 Luật số 911/2031/QH16"
    page.goto(f"{address}en/glossary/propose?term=medical-device")
    page.get_by_role("button", name=Texts("en")("propose_send")).click()
    assert page.locator("h1").inner_text() == Texts("en")("thanks_heading")


def test_a_link_brings_its_quote_into_view(visit: Visit, address: str, site: Site) -> None:
    text = site.base.library.text(LAW_ID, 2)
    start = text.index("Cơ quan cấp tỉnh")
    visitor = visit(width=360, height=500, address=address)
    visitor.page.goto(f"{address}vi/library/{LAW_ID}?version=2&at=%C4%90i%E1%BB%81u+3&quote={start}-{start + 16}")
    visitor.page.wait_for_function("scrollY > 0")
    box = visitor.page.locator("mark").bounding_box()
    assert box is not None
    assert 0 <= box["y"] <= 500


def test_a_citation_is_copied(visit: Visit, address: str) -> None:
    visitor = visit(address=address, permissions=["clipboard-read", "clipboard-write"])
    page = visitor.page
    page.goto(f"{address}en/library/{LAW_ID}?at=%C4%90i%E1%BB%81u+2+kho%E1%BA%A3n+1")
    page.get_by_role("button", name=Texts("en")("copy_citation")).click()
    page.get_by_text(Texts("en")("copied"), exact=True).wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "khoản 1 Điều 2 Luật số 911/2031/QH16"


def test_everything_is_reached_by_keyboard(visit: Visit, address: str) -> None:
    visitor = visit(address=address)
    page = visitor.page
    page.goto(f"{address}vi/library/{LAW_ID}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#text"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("self")


def test_the_chat_leads_to_the_pages_and_back(visit: Visit) -> None:
    visitor = visit(width=360)
    visitor.open("?lang=en")
    page = visitor.page
    texts = Texts("en")
    sections = page.get_by_role("navigation", name=texts("sections"))
    assert sections.get_by_role("link").all_inner_texts() == [
        texts(f"section_{name}") for name in ("ask", "library", "catalogue", "glossary", "desk")
    ]
    assert sections.locator("[aria-current]").inner_text() == texts("section_ask")
    assert page.evaluate(PAGE_WIDTH) <= 360
    sections.get_by_role("link", name=texts("section_library")).click()
    assert page.locator("h1").inner_text() == texts("section_library")
    page.locator(".works h3 a").first.click()
    title = page.locator("h1").inner_text()
    page.get_by_role("link", name=texts("ask_about")).click()
    page.wait_for_selector("#source #panel-title")
    assert title in page.inner_text("#source")


def test_headings_that_look_like_articles_stand_beside_each_other(base: KnowledgeBase, tmp_path: Path) -> None:
    note = (
        "---\nkind: note\nauthority: note\nlanguage: {}\npair: vn-nd-98-2021\n---\n# {}\n\n## {}\n\n{}\n\n## {}\n\n{}\n"
    )
    texts = (
        note.format("vi", "Ghi chú về Nghị định 98", "Là văn bản nào", "Nghị định.", "Điều chưa chắc chắn", "Ngày ký."),
        note.format("en", "Note on Decree 98", "What it is", "A decree.", "What is uncertain", "The day of signing."),
    )
    readings = Readings(base)
    both = [readings.open(put(base, tmp_path, f"{at}.md", text).id, None) for at, text in enumerate(texts)]
    assert all(left is not None and right is not None for left, right in beside.rows(*both))
