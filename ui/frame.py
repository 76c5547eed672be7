"""What stands in front of the whole application: security headers and size limits; around the Gradio pages the
document's language, header and footer; Gradio's unused routes kept shut.

Gradio serves one fixed HTML file for every page and opens routes for uploads, files and an API description that this
application does not use. Both are corrected here, in one ASGI layer in front of the application.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from html import escape
from pathlib import Path
from typing import Any

from ui.site import error_page, language_of, render
from ui.texts import LANGUAGES, Texts

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

HERE = Path(__file__).parent
LARGEST_REQUEST = 2_000_000
"""Bytes of a request's body: a conversation of twenty long answers is about a tenth of this."""
_OPEN_ROUTES = re.compile(
    r"/(vi|en)(/|/config|/theme\.css|/(assets|static|svelte)/.+"
    r"|/gradio_api/(theme\.css|app_id|startup-events|cancel|reset|queue/(join|data)|heartbeat/\w+))?"
)
"""Of Gradio's routes, those that the pages use."""
_PLAIN_PAGES = re.compile(r"/(vi|en)/(library|catalogue|fetching|glossary|desk)(/.*)?")
# Gradio evaluates its templates, so scripts cannot be held stricter; what matters: nothing leaves for other hosts.
_GRADIO_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_PLAIN_POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
}
_KEPT = {"cache-control": "public, max-age=31536000, immutable"}
"""For files whose names carry a hash of their content: a second visit fetches none of them."""


class Frame:
    """The application inside, with its pages framed, every answer's headers set, and Gradio's unused routes shut."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = str(scope["path"])
        if _declared_length(scope) > LARGEST_REQUEST:
            await _refuse(413, scope, send)
        elif not _is_gradio(path):
            await self.app(scope, receive, _with_headers(send, _PLAIN_POLICY))
        elif _OPEN_ROUTES.fullmatch(path) is None:
            await _refuse(404, scope, send)
        elif path in {f"/{language}/" for language in LANGUAGES}:
            await self.app(_uncompressed(scope), receive, _Framing(send, path.strip("/")))
        else:
            await self.app(scope, receive, _with_headers(send, _GRADIO_POLICY, _KEPT if "/assets/" in path else {}))


class _Framing:
    """Holds a page's HTML back until it is whole, then sends it framed."""

    def __init__(self, send: Send, language: str) -> None:
        self.send = send
        self.language = language
        self.start: MutableMapping[str, Any] = {}
        self.body = b""

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        self.body += message.get("body", b"")
        if message.get("more_body"):
            return
        body = framed(self.body.decode(), self.language).encode()
        headers = [(key, value) for key, value in self.start["headers"] if key != b"content-length"]
        headers += [(b"content-length", str(len(body)).encode()), (b"content-language", self.language.encode())]
        send = _with_headers(self.send, _GRADIO_POLICY)
        await send({**self.start, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def framed(page: str, language: str) -> str:
    """Return Gradio's page with its language named, our head, header and footer, without Gradio's advertisements."""
    texts = Texts(language)
    page = re.sub(r'<html\s+lang="en"', f'<html lang="{language}"', page, count=1)
    page = re.sub(r'\s*<meta\s+(?:property|name)="(?:og|twitter):[^>]*>', "", page)
    page = re.sub(r'\s*<link rel="manifest"[^>]*>', "", page)
    page = page.replace("</head>", _head(texts) + "</head>", 1)
    page = page.replace("<gradio-app", _header(texts) + "<gradio-app", 1)
    return page.replace("</gradio-app>", "</gradio-app>" + render("footer.html", texts, f"/{language}/"), 1)


def _head(texts: Texts) -> str:
    style = "".join((HERE / "styles" / name).read_text(encoding="utf-8") for name in ("site.css", "ask.css"))
    script = (HERE / "frame.js").read_text(encoding="utf-8")
    return (
        f"<title>{escape(texts('page_title'))}</title>"
        f'<meta name="description" content="{escape(texts("page_description"))}">'
        f'<link rel="icon" href="../icon.svg" type="image/svg+xml"><style>{style}</style><script>{script}</script>'
    )


def _header(texts: Texts) -> str:
    return (
        f'<a class="skip" href="#question">{escape(texts("skip_to_question"))}</a>'
        f"{render('header.html', texts, f'/{texts.language}/')}"
        f'<p id="lost" role="alert" hidden>{escape(texts("connection_lost"))}</p>'
        f'<noscript><p class="alert">{escape(texts("needs_script"))}</p></noscript>'
        f'<p class="opening">{escape(texts("opening"))}</p>'
    )


def _is_gradio(path: str) -> bool:
    inside = any(path == f"/{language}" or path.startswith(f"/{language}/") for language in LANGUAGES)
    return inside and _PLAIN_PAGES.fullmatch(path) is None


def _declared_length(scope: Scope) -> int:
    value = dict(scope["headers"]).get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0


def _uncompressed(scope: Scope) -> Scope:
    headers = [(key, value) for key, value in scope["headers"] if key != b"accept-encoding"]
    return {**scope, "headers": headers}


def _with_headers(send: Send, policy: str, more: dict[str, str] | None = None) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            kept = more or {} if message["status"] == 200 else {}
            wanted = {"content-security-policy": policy, **_HEADERS, **kept}
            own = [(key.encode(), value.encode()) for key, value in wanted.items()]
            message = {**message, "headers": [*message.get("headers", ()), *own]}
        await send(message)

    return sending


async def _refuse(status: int, scope: Scope, send: Send) -> None:
    """Answer with the page of an error where a browser asks for a page, else with nothing."""
    wanted = dict(scope["headers"]).get(b"accept", b"")
    path = str(scope["path"])
    body = error_page(path, language_of(path) or LANGUAGES[0], status).encode() if b"text/html" in wanted else b""
    send = _with_headers(send, _PLAIN_POLICY)
    headers = [(b"content-length", str(len(body)).encode()), (b"content-type", b"text/html; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
