"""What all plain pages share: templates, the frame around them, static files, forms, and the pages of errors.

Pages are HTML made here from templates (autoescape on) and work without JavaScript; pages.js only adds comfort.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from kb.errors import KnowledgeBaseError
from ui import parts
from ui.rights import may_curate, same_origin
from ui.texts import LANGUAGE_NAMES, LANGUAGES, Texts, table

HERE = Path(__file__).parent
COOKIE = "cop_kb_language"
YEAR_SECONDS = 365 * 24 * 3600
LARGEST_FORM = 20_000
"""Bytes of a form's body."""
SMALLEST_PACKED = 2_000
SECTIONS = {
    "": "section_ask",
    "library": "section_library",
    "catalogue": "section_catalogue",
    "glossary": "section_glossary",
    "desk": "section_desk",
}
"""The parts of the site: the second step of their addresses, and what they are called."""
ERRORS = {
    403: ("error_403", "error_403_advice"),
    404: ("error_404", "error_404_advice"),
    413: ("error_413", "error_413_advice"),
    429: ("error_429", "error_429_advice"),
    500: ("error_500", "error_500_advice"),
}
_STATIC = {
    "site.css": (HERE / "styles" / "site.css", "text/css; charset=utf-8"),
    "library.css": (HERE / "styles" / "library.css", "text/css; charset=utf-8"),
    "pages.js": (HERE / "pages.js", "text/javascript; charset=utf-8"),
}
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_LOG = logging.getLogger(__name__)


class Refused(Exception):
    """A request that gets a page of an error: its status, and the words to tell why where the usual do not."""

    def __init__(self, status: int, key: str = "") -> None:
        super().__init__(status, key)
        self.status = status
        self.key = key


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "LANGUAGE_NAMES": LANGUAGE_NAMES,
        "SECTIONS": SECTIONS,
        "badges": lambda *given: Markup(parts.badges(*given)),
        "language_badge": lambda *given: Markup(parts.language_note(*given)),
        "official_link": parts.official_link,
        "path": path,
        "static": static_address,
        "word": word,
        "kind_name": parts.kind_name,
        "number": parts.number,
    }
    return environment


def word(texts: Texts, family: str, member: object) -> str:
    """Return the word for a member of a family, such as a kind, or the member itself where there is no word for it.

    >>> word(Texts("en"), "jurisdiction", "VN"), word(Texts("en"), "jurisdiction", "Atlantis")
    ('Viet Nam', 'Atlantis')
    """
    value = "unknown" if member is None else str(member)
    key = f"{family}_{_NOT_WORD.sub('_', value.lower()).strip('_')}"
    return texts(key) if key in table() else value


def path(root: str, language: str, *steps: str, **query: object) -> str:
    """Return the address of a page; `root` leads from the page at hand to the top. Empty parts of the query go.

    >>> path("../", "vi", "library", "a b", at="Điều 1", version=None)
    '../vi/library/a%20b?at=%C4%90i%E1%BB%81u+1'
    """
    kept = {name: value for name, value in query.items() if value not in (None, "", False)}
    return (
        root + "/".join([language, *(quote(step, safe="") for step in steps)]) + (f"?{urlencode(kept)}" if kept else "")
    )


def root_of(address: str) -> str:
    """Return what leads from a page's path to the top, so that the application also works below a proxy's prefix.

    >>> root_of("/vi/library"), root_of("/vi/library/x"), root_of("/vi/"), root_of("/x")
    ('../', '../../', '../', './')
    """
    return "../" * (address.count("/") - 1) or "./"


def language_of(address: str) -> str | None:
    """Return the language that a path begins with."""
    first = address.strip("/").partition("/")[0]
    return first if first in LANGUAGES else None


# -- pages -----------------------------------------------------------------------------------------------------------


def render(template: str, texts: Texts, address: str, query: str = "", **context: object) -> str:
    """Return a page's HTML; `address` and `query` are those of the request, for the links of the frame."""
    rest = address.strip("/").partition("/")[2]
    section = rest.partition("/")[0]
    values: dict[str, object] = {
        "texts": texts,
        "language": texts.language,
        "root": root_of(address),
        "section": section,
        "alone": rest == section,
        "here": True,
        "curates": False,
        "switch": {name: f"{root_of(address)}{name}/{rest}" + (f"?{query}" if query else "") for name in LANGUAGES},
        **context,
    }
    return fill(template, **values)


def fill(template: str, **values: object) -> str:
    """Return a template, or a piece of one, filled in."""
    return _templates().get_template(template).render(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request for a page: what the visitor asked for, in which language, and what a form says."""

    request: Request
    language: str
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def texts(self) -> Texts:
        """The words of the page."""
        return Texts(self.language)

    @property
    def curates(self) -> bool:
        """Whether the visitor may change the base."""
        return may_curate(self.request)

    def step(self, name: str) -> str:
        """Return a step of the path, such as the document."""
        return str(self.request.path_params[name])

    def asked(self, name: str, longest: int = 300) -> str:
        """Return a parameter of the query on one line, "" where it is not given; what is too long is cut."""
        return " ".join(self.request.query_params.get(name, "").replace("\x00", "").split())[:longest]

    def number(self, name: str) -> int | None:
        """Return a parameter of the query as a whole number. Raises Refused where it is given and is none.

        Numbers are digits without a sign, at most nine.
        """
        given = self.asked(name)
        found = parts.whole_number(given)
        if given and found is None:
            raise Refused(404)
        return found

    def page(self, template: str, *, status: int = 200, **context: object) -> Response:
        """Return a page as a response; `context` is what its template asks for."""
        url = self.request.url
        html = render(template, self.texts, url.path, url.query, curates=self.curates, **context)
        return respond(self.request, html, self.language, status=status)

    def go(self, *steps: str, fragment: str = "", **query: object) -> Response:
        """Return the way to another page after a form was dealt with."""
        target = path(root_of(self.request.url.path), self.language, *steps, **query)
        return RedirectResponse(target + (f"#{fragment}" if fragment else ""), status_code=303)


def for_curators(visit: Visit) -> None:
    """Raises Refused for a visitor who may not change the base."""
    if not visit.curates:
        raise Refused(403, "only_curators")


def respond(request: Request, html: str, language: str, *, status: int = 200) -> Response:
    """Return HTML as a response, packed where the browser takes it."""
    body = html.encode()
    headers = {"content-language": language, "cache-control": "no-cache", "vary": "accept-encoding"}
    if len(body) > SMALLEST_PACKED and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, 4)
        headers["content-encoding"] = "gzip"
    response = Response(body, status_code=status, media_type="text/html; charset=utf-8", headers=headers)
    if request.cookies.get(COOKIE) != language:
        response.set_cookie(COOKIE, language, max_age=YEAR_SECONDS, httponly=True, samesite="lax")
    return response


def error_page(address: str, language: str, status: int, sentence: str = "") -> str:
    """Return the HTML that says what went wrong: `sentence`, where there is one, before the usual advice."""
    texts = Texts(language)
    known = status if status in ERRORS else 404 if status < 500 else 500
    heading, advice = ERRORS[known]
    return render(
        "error.html", texts, address, heading=texts(heading), advice=texts(advice), sentence=sentence, here=False
    )


def refused(request: Request, language: str, status: int, sentence: str = "") -> Response:
    """Return the page of an error as a response."""
    return respond(request, error_page(request.url.path, language, status, sentence), language, status=status)


Handler = Callable[[Visit], Response]


def served(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Return `handler` as what the router calls: forms read and checked, work done in a thread, failures made pages."""

    async def serve(request: Request) -> Response:
        language = request.path_params.get("language", "")
        if language not in LANGUAGES:
            return refused(request, chosen_language(request), 404)
        try:
            form = await read_form(request) if request.method == "POST" else {}
            visit = Visit(request=request, language=language, form=form)
            return await run_in_threadpool(handler, visit)
        except Refused as error:
            sentence = Texts(language)(error.key) if error.key else ""
            return refused(request, language, error.status, sentence)
        except KnowledgeBaseError as error:
            return refused(request, language, 500, error.message(language))
        except Exception:  # a defect: the visitor reads a sentence, the log keeps the trace
            _LOG.exception("the page %s was not made", request.url.path)
            return refused(request, language, 500)

    return serve


def chosen_language(request: Request) -> str:
    """Return the language of a visitor whose address does not say it."""
    kept = request.cookies.get(COOKIE, "")
    return language_of(request.url.path) or (kept if kept in LANGUAGES else LANGUAGES[0])


# -- static files ----------------------------------------------------------------------------------------------------


@cache
def static_file(name: str) -> tuple[bytes, str, str] | None:
    """Return a static file's content, media type and hash; None for a name that is none of ours."""
    if name not in _STATIC:
        return None
    file, media_type = _STATIC[name]
    content = file.read_bytes()
    return content, media_type, hashlib.sha256(content).hexdigest()[:12]


def static_address(root: str, name: str) -> str:
    """Return the address of a static file, which changes with its content, so that browsers may keep it for ever."""
    found = static_file(name)
    assert found is not None
    return f"{root}static/{name}?v={found[2]}"


def static_response(request: Request) -> Response:
    """Serve a static file; with the hash of its content in the address it may be kept for ever."""
    found = static_file(str(request.path_params["name"]))
    if found is None:
        return refused(request, chosen_language(request), 404)
    content, media_type, digest = found
    kept = "public, max-age=31536000, immutable" if request.query_params.get("v") == digest else "no-cache"
    return Response(content, media_type=media_type, headers={"cache-control": kept})


def icon(_: Request) -> Response:
    """Serve the mark of the site."""
    return FileResponse(HERE / "icon.svg", media_type="image/svg+xml")


# -- forms -----------------------------------------------------------------------------------------------------------


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a posted form, each once, NFC, stripped.

    Raises Refused for a form sent from elsewhere, too large, or with too many fields.
    """
    if not same_origin(request):
        raise Refused(403, "form_from_elsewhere")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise Refused(413)
    try:
        pairs: list[tuple[str, str]] = parse_qsl(body.decode("utf-8", "replace"), max_num_fields=50)
    except ValueError as error:
        raise Refused(413) from error
    return {name: unicodedata.normalize("NFC", value.replace("\x00", "")).strip() for name, value in pairs}
