"""The web application over HTTP, and the words and HTML that it is made of, without a browser."""

from __future__ import annotations

import json
import re
import string
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest

import ui
from kb import validity
from kb.catalogue import Confirmed, Licence, Standing
from kb.records import (
    Answer,
    Authority,
    Citation,
    Clause,
    ClauseView,
    Document,
    Kind,
    Metadata,
    Outcome,
    Statement,
    Verdict,
)
from kb.sources import FetchOutcome
from tests.ui.conftest import Application
from ui import catalogue_page, conversation, panel, render
from ui.conversation import Failure, Turn
from ui.texts import LANGUAGES, Texts, table

UI = Path(str(ui.__path__[0]))
FAMILIES = {
    "outcome_": [outcome.value for outcome in Outcome] + ["failed"],
    "authority_": [authority.value for authority in Authority] + ["unknown"],
    "verdict_": [verdict.value for verdict in Verdict],
    "status_": [
        validity.IN_FORCE,
        validity.NOT_YET_IN_FORCE,
        validity.NO_LONGER_IN_FORCE,
        validity.CURRENT_TEXT,
        "draft",
        "superseded",
        "withdrawn",
        "note",
    ],
    "source_in_": ["vi", "en"],
    "not_in_base_try_": ["1", "2", "3"],
    "shelf_": [authority.value for authority in Authority] + ["unknown"],
    "standing_": [standing.value for standing in Standing],
    "kind_": [kind.value for kind in Kind],
    "licence_": [licence.value for licence in Licence],
    "confirmed_": get_args(Confirmed),
    "held_": catalogue_page.HELD,
    "core_": [catalogue_page.CORE],
    "way_": ["fetch", "site", "link", "sold", "library", "catalogue", "ask"],
    "fetch_": [*FetchOutcome, "fetching", "waiting", "not_tried"],
    "jurisdiction_": "VN EU INT US UK IN SG KR JP ASEAN".split(),
    "language_": "vi en fr es ko ja hi unknown".split(),
}


# -- words -----------------------------------------------------------------------------------------------------------


def fields(text: str) -> set[str]:
    """The {fields} of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(table()))
def test_every_text_is_whole_in_both_languages(key: str) -> None:
    entry = table()[key]
    assert set(entry) == set(LANGUAGES)
    assert all(text.strip() == text and text for text in entry.values())
    assert fields(entry["vi"]) == fields(entry["en"])


def test_texts_and_code_agree() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in [*UI.glob("*.py"), *UI.glob("templates/*.html")])
    named = set(re.findall(r"""\(["']([a-z][a-z0-9_]+)["'][,)]""", code)) | set(
        re.findall(r"""["']([a-z0-9_]+)["']""", code)
    )
    family = {
        prefix + re.sub(r"[^a-z0-9]+", "_", member.lower()).strip("_")
        for prefix, members in FAMILIES.items()
        for member in members
    }
    assert family <= set(table())
    assert set(table()) - named - family == set()
    assert set(re.findall(r"""texts\(["']([a-z0-9_]+)["'][,)]""", code)) <= set(table())


# -- HTML ------------------------------------------------------------------------------------------------------------


EVIL = """<img src=x onerror=alert(1)> "quoted" 'too' & </mark></div>"""


def citation(**changes: Any) -> Citation:
    """A citation in which all that a document says is hostile."""
    values: dict[str, Any] = {
        "key": 1,
        "document": EVIL,
        "version": 1,
        "number": EVIL,
        "title": EVIL,
        "address": EVIL,
        "address_shown": EVIL,
        "page": 3,
        "quote": EVIL,
        "start": 0,
        "end": 5,
        "language": '"><b>',
        "kind": Kind.NOTE,
        "authority": Authority.NOTE,
        "status": EVIL,
        "url": "javascript:alert(1)",
        "verdict": Verdict.VERBATIM,
    }
    return Citation(**{**values, **changes})


def view(text: str = EVIL, **metadata: Any) -> ClauseView:
    """A clause in which all that a document says is hostile."""
    values: dict[str, Any] = {
        "title": EVIL,
        "number": EVIL,
        "issuer": EVIL,
        "licence": EVIL,
        "url": EVIL,
        "language": "vi",
    }
    document = Document(
        id=EVIL,
        version=1,
        status="published",
        metadata=Metadata(**{**values, **metadata}),
        format="text",
        source=EVIL,
        clauses=1,
        passages=1,
    )
    clause = Clause(
        position=1, address=EVIL, kind="article", label=EVIL, heading=EVIL, start=100, end=100 + len(text), page_from=3
    )
    return ClauseView(document=document, clause=clause, text=text, ancestors=(clause,), previous=EVIL, next=EVIL)


def answered(*citations: Citation, outcome: Outcome = Outcome.ANSWERED, language: str = "vi") -> Turn:
    """A turn whose answer quotes the citations."""
    statements = tuple(
        Statement(text=EVIL, citations=(item.key,), quoted=quoted) for item in citations for quoted in (False, True)
    )
    answer = Answer(
        question=EVIL,
        outcome=outcome,
        language=language,
        statements=statements or (Statement(text=EVIL),),
        citations=citations,
    )
    return Turn(question=EVIL, answer=answer, searched=2)


def tags(html: str) -> set[str]:
    """The names of all elements in `html`."""
    return set(re.findall(r"<([a-z0-9]+)", html))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("outcome", list(Outcome))
def test_conversation_escapes_everything(language: str, outcome: Outcome) -> None:
    turns = (
        answered(citation(), outcome=outcome),
        Turn(question=EVIL, failure=Failure(vi=EVIL, en=EVIL)),
        Turn(question=EVIL),
    )
    html = render.conversation(turns, Texts(language), waiting=EVIL)
    assert not tags(html) & {"img", "b", "script"}
    assert "javascript:" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_panel_escapes_everything(language: str) -> None:
    html = panel.opened(view(), Texts(language), span=(105, 110), verdict=Verdict.ADAPTED)
    assert not tags(html) & {"img", "b", "script"}
    assert html.count("<mark>") == html.count("</mark>") == 1


@pytest.mark.parametrize(
    ("span", "marked"),
    [((100, 104), "abcd"), ((102, 105), "cde"), ((90, 102), "ab"), ((104, 999), "ef"), ((90, 95), None), (None, None)],
)
def test_the_quote_is_highlighted_inside_the_clause(span: tuple[int, int] | None, marked: str | None) -> None:
    html = panel.marked_text(view("abcdef"), span, Texts("en"))
    plain = re.sub(r'<span class="sr-only">.*?</span>', "", html)
    assert re.findall("<mark>(.*?)</mark>", plain) == ([marked] if marked else [])
    assert re.sub("</?mark>", "", plain) == "abcdef"


@pytest.mark.parametrize(
    ("url", "followed"),
    [
        ("https://congbao.chinhphu.vn/a?b=c&d=e", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https://", False),
        ("https://[broken", False),
        ("", False),
    ],
)
def test_only_web_addresses_are_links(url: str, followed: bool) -> None:
    html = panel.opened(view(url=url), Texts("vi"))
    assert ('class="official"' in html) == followed
    if followed:
        assert 'rel="noopener noreferrer"' in html


def test_sources_say_all_that_matters() -> None:
    source = citation(
        number="GRN 7",
        title="Signals",
        address="Article 6(1)",
        address_shown="Article 6(1)",
        language="en",
        status="draft",
        authority=None,
    )
    html = render.conversation([answered(source)], Texts("vi"))
    for words in (
        "GRN 7",
        "Signals",
        "Article 6(1)",
        "trang 3",
        "Nguồn bằng tiếng Anh",
        "Chưa rõ giá trị pháp lý",
        "Bản dự thảo",
    ):
        assert words in html


def test_panel_dates_follow_the_language() -> None:
    shown = view(issued=date(2025, 12, 10), effective=date(2026, 3, 1))
    assert "01/3/2026" in panel.opened(shown, Texts("vi"))
    assert "1 March 2026" in panel.opened(shown, Texts("en"))


def test_contrast_of_the_palette() -> None:
    css = "".join(file.read_text(encoding="utf-8") for file in (UI / "styles").glob("*.css"))
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))

    def luminance(colour: str) -> float:
        parts = (int(colours[colour][at : at + 2], 16) / 255 for at in (1, 3, 5))
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    pairs = [
        *(
            (text, ground)
            for text in ("ink", "quiet", "accent", "accent-dark")
            for ground in ("ground", "paper", "accent-soft")
        ),
        ("ink", "mark"),
        ("caution", "caution-soft"),
        ("caution", "paper"),
        ("alert", "alert-soft"),
        ("alert", "paper"),
    ]
    for text, ground in pairs:
        lighter, darker = sorted((luminance(text), luminance(ground)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (text, ground)


# -- the conversation ------------------------------------------------------------------------------------------------


def test_a_conversation_survives_the_browser() -> None:
    turns = (answered(citation()), Turn(question="?", failure=Failure(vi="a", en="b")))
    assert conversation.load(json.loads(json.dumps(conversation.dump(turns)))) == turns


@pytest.mark.parametrize(
    "stored", [None, 3, "x", {"a": 1}, [{"question": 1}], [{"question": "q", "answer": {"outcome": "made up"}}]]
)
def test_what_is_no_conversation_is_none(stored: object) -> None:
    assert conversation.load(stored) == ()


def test_a_long_conversation_keeps_its_end() -> None:
    turns = tuple(Turn(question=str(number)) for number in range(50))
    kept = conversation.load(conversation.dump(turns))
    assert [turn.question for turn in kept] == [str(number) for number in range(30, 50)]


# -- over HTTP -------------------------------------------------------------------------------------------------------


def test_language_is_chosen_by_link_then_cookie_then_setting(application: Application) -> None:
    with httpx.Client(base_url=application.address) as client:
        assert client.get("/").headers["location"] == "vi/"
        chosen = client.get("/?lang=en&document=a%26b&address=%C4%90i%E1%BB%81u+1")
        assert chosen.headers["location"] == "en/?document=a%26b&address=%C4%90i%E1%BB%81u+1"
        assert "httponly" in chosen.headers["set-cookie"].lower()
        assert client.get("/").headers["location"] == "en/"
        assert client.get("/?lang=//evil.example").headers["location"] == "en/"


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_is_framed_before_any_script_runs(application: Application, language: str) -> None:
    page = httpx.get(f"{application.address}{language}/").text
    texts = Texts(language)
    assert f'<html lang="{language}"' in page
    assert page.index("<header") < page.index("<gradio-app") < page.index("<footer")
    assert texts("site_subject") in page
    assert texts("footer_law") in page
    assert "fonts.googleapis" not in page
    assert "og:image" not in page


def test_headers(application: Application) -> None:
    for path in ("", "vi/", "health", "nowhere"):
        headers = httpx.get(application.address + path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_files_with_hashed_names_are_kept(application: Application) -> None:
    page = httpx.get(application.address + "vi/").text
    name = re.search(r"assets/index-[\w-]+\.js", page)
    assert name is not None
    assert "immutable" in httpx.get(f"{application.address}vi/{name[0]}").headers["cache-control"]
    assert "cache-control" not in httpx.get(f"{application.address}vi/assets/none.js").headers


def test_health(application: Application) -> None:
    assert httpx.get(application.address + "health").json() == {"state": "ready"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "vi/gradio_api/info"),
        ("GET", "vi/gradio_api/info/"),
        ("GET", "vi/gradio_api/openapi.json"),
        ("GET", "en/gradio_api/file=/etc/passwd"),
        ("GET", "en/file=/etc/passwd"),
        ("GET", "en/gradio_api/proxy=https://example.org"),
        ("POST", "vi/gradio_api/upload"),
        ("POST", "vi/gradio_api/run/predict"),
        ("POST", "vi/gradio_api/call/ask"),
        ("GET", "vi/monitoring"),
        ("GET", "vi/gradio_api/runs"),
        ("GET", "docs"),
        ("GET", "openapi.json"),
    ],
)
def test_what_the_page_does_not_use_is_shut(application: Application, method: str, path: str) -> None:
    assert httpx.request(method, application.address + path).status_code == 404


def test_no_function_is_described(application: Application) -> None:
    page = httpx.get(application.address + "vi/").text
    described = re.search(r"window\.gradio_api_info = (.*?);</script>", page)
    assert described is not None
    assert json.loads(described[1])["named_endpoints"] == {}


def test_large_requests_are_refused(application: Application) -> None:
    response = httpx.post(application.address + "vi/gradio_api/queue/join", content=b"x" * 3_000_000)
    assert response.status_code == 413


def call(application: Application, function: str, data: list[Any], event: Any = None) -> list[Any]:
    """Call one of Gradio's functions without the page, as anyone may; return the outputs of its last step."""
    with httpx.Client(base_url=application.address + "en/gradio_api/", timeout=20) as client:
        config = client.get(application.address + "en/config").json()
        number = next(item["id"] for item in config["dependencies"] if item["api_name"] == function)
        body = {"data": data, "fn_index": number, "session_hash": "test", "event_data": event}
        client.post("queue/join", json=body).raise_for_status()
        with client.stream("GET", "queue/data", params={"session_hash": "test"}) as stream:
            outputs: list[Any] = []
            for line in stream.iter_lines():
                message = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
                if message.get("msg") in ("process_generating", "process_completed"):
                    assert message["success"], message
                    outputs = message["output"]["data"] or outputs
                if message.get("msg") == "process_completed":
                    return outputs
    raise AssertionError("the function did not end")


@pytest.mark.parametrize("question", [None, "", "   ", "?!", "x" * 2001, []])
def test_functions_check_the_question_again(application: Application, question: object) -> None:
    outputs = json.dumps(call(application, "ask", [question, []]), ensure_ascii=False)
    assert Texts("en")("question_empty") in outputs or "the limit is 2000" in outputs


@pytest.mark.parametrize("kept", [None, "junk", [1, 2], [{"question": "q"}], [{"question": {"a": 1}}]])
def test_functions_check_the_conversation_again(application: Application, kept: object) -> None:
    outputs = json.dumps(call(application, "load", [kept]), ensure_ascii=False)
    assert "Traceback" not in outputs


@pytest.mark.parametrize(
    "event", [None, 3, {}, {"key": "1", "turn": "9"}, {"key": [], "turn": {}}, {"document": 3, "address": []}]
)
def test_functions_check_links_again(application: Application, event: object) -> None:
    outputs = json.dumps(call(application, "open_source", [[]], event), ensure_ascii=False)
    assert Texts("en")("panel_bad_link") in outputs


def test_everything_written_is_under_the_home(application: Application) -> None:
    assert list(application.folder.iterdir()) == []


def test_importing_the_page_imports_no_gradio() -> None:
    heavy = ("gradio", "torch", "chromadb", "sentence_transformers")
    code = f"import sys, ui.web, ui.ask_page; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=UI.parent)
    assert found.stdout.strip() == "[]"
