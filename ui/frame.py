"""What stands around the Gradio pages: the document's language, header and footer; security headers; routes kept shut.

Gradio serves one fixed HTML file for every page and opens routes for uploads, files and an API description that this
application does not use. Both are corrected here, in one ASGI layer in front of the application.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from html import escape
from pathlib import Path
from typing import Any

from ui.texts import LANGUAGE_NAMES, LANGUAGES, Texts

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
_HEADERS = {
    # Gradio evaluates its templates, so scripts cannot be held stricter; what matters: nothing leaves for other hosts.
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
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
        if _is_gradio(path) and _OPEN_ROUTES.fullmatch(path) is None:
            await _refuse(404, send)
        elif _declared_length(scope) > LARGEST_REQUEST:
            await _refuse(413, send)
        elif path in {f"/{language}/" for language in LANGUAGES}:
            await self.app(_uncompressed(scope), receive, _Framing(send, path.strip("/")))
        else:
            hashed = _is_gradio(path) and "/assets/" in path
            await self.app(scope, receive, _with_headers(send, _KEPT if hashed else {}))


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
        send = _with_headers(self.send)
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
    return page.replace("</gradio-app>", "</gradio-app>" + _footer(texts), 1)


def _head(texts: Texts) -> str:
    style = (HERE / "style.css").read_text(encoding="utf-8")
    script = (HERE / "frame.js").read_text(encoding="utf-8")
    return (
        f"<title>{escape(texts('page_title'))}</title>"
        f'<meta name="description" content="{escape(texts("page_description"))}">'
        f'<link rel="icon" href="../icon.svg" type="image/svg+xml"><style>{style}</style><script>{script}</script>'
    )


def _header(texts: Texts) -> str:
    links = "".join(
        f'<a href="../?lang={language}" lang="{language}" hreflang="{language}" data-language="{language}"'
        f"{' aria-current=true' if language == texts.language else ''}>{name}</a>"
        for language, name in LANGUAGE_NAMES.items()
    )
    return (
        f'<a class="skip" href="#question">{escape(texts("skip_to_question"))}</a>'
        f'<header class="site"><div><p class="name"><a href="../?lang={texts.language}">'
        f'<img src="../icon.svg" alt="" width="36" height="36">{escape(texts("site_name"))}</a></p>'
        f"<h1>{escape(texts('site_subject'))}</h1></div>"
        f'<nav aria-label="{escape(texts("language_switch"))}">{links}</nav></header>'
        f'<p id="lost" role="alert" hidden>{escape(texts("connection_lost"))}</p>'
        f'<noscript><p class="alert">{escape(texts("needs_script"))}</p></noscript>'
        f'<p class="opening">{escape(texts("opening"))}</p>'
    )


def _footer(texts: Texts) -> str:
    return f'<footer class="site"><p>{escape(texts("footer_law"))}</p><p>{escape(texts("footer_privacy"))}</p></footer>'


def _is_gradio(path: str) -> bool:
    return any(path == f"/{language}" or path.startswith(f"/{language}/") for language in LANGUAGES)


def _declared_length(scope: Scope) -> int:
    value = dict(scope["headers"]).get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0


def _uncompressed(scope: Scope) -> Scope:
    headers = [(key, value) for key, value in scope["headers"] if key != b"accept-encoding"]
    return {**scope, "headers": headers}


def _with_headers(send: Send, more: dict[str, str] | None = None) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            wanted = {**_HEADERS, **(more or {} if message["status"] == 200 else {})}
            own = [(key.encode(), value.encode()) for key, value in wanted.items()]
            message = {**message, "headers": [*message.get("headers", ()), *own]}
        await send(message)

    return sending


async def _refuse(status: int, send: Send) -> None:
    send = _with_headers(send)
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})
