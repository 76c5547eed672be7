"""The web application: a page a language, the choice between them, a health check. `serve` runs it.

Gradio takes seconds to import, so everything of it is imported when the application is made, not before.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from kb.base import KnowledgeBase
from kb.errors import KnowledgeBaseError
from ui.site import COOKIE, YEAR_SECONDS, chosen_language, refused
from ui.texts import LANGUAGES, Texts

_FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Liberation Sans", "Arial", "sans-serif")


def create_app(base: KnowledgeBase) -> FastAPI:
    """Return the application over `base`, which may still be loading its model.

    Routes: `/vi/` and `/en/` (the page on which people ask), the plain pages beside it (ui.pages), `/` (goes to one
    language by `?lang=`, cookie or setting), `/health`, `/icon.svg`, `/static/…`.
    """
    _tame_gradio(base.settings.home / "tmp")
    import gradio as gr

    from ui import ask_page, pages
    from ui.frame import Frame

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.api_route("/", methods=["GET", "HEAD"])
    def choose_language(request: Request) -> RedirectResponse:
        asked = request.query_params.get("lang")
        chosen = next(
            language
            for language in (asked, request.cookies.get(COOKIE), base.settings.page_language)
            if language in LANGUAGES
        )
        rest = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
        response = RedirectResponse(f"{chosen}/" + (f"?{urlencode(rest)}" if rest else ""), status_code=302)
        response.headers["cache-control"] = "no-store"
        if asked in LANGUAGES:
            response.set_cookie(COOKIE, chosen, max_age=YEAR_SECONDS, httponly=True, samesite="lax")
        return response

    @app.get("/health")
    def health() -> JSONResponse:
        state = "failed" if base.loading_error else "ready" if base.ready else "loading"
        return JSONResponse({"state": state}, status_code=503 if state == "failed" else 200)

    @app.exception_handler(404)
    def not_found(request: Request, _: Exception) -> Response:
        return refused(request, chosen_language(request), 404)

    pages.add_pages(app, base)
    theme = gr.themes.Base(font=_FONTS, font_mono=("ui-monospace", "monospace"))
    for language in LANGUAGES:
        gr.mount_gradio_app(
            app,
            ask_page.build(base, language),
            path=f"/{language}",
            theme=theme,
            footer_links=[],
            run_history=False,
            show_error=False,
            ssr_mode=False,
            enable_monitoring=False,
            pwa=False,
            mcp_server=False,
        )
    app.add_middleware(Frame)
    return app


def serve(
    base: KnowledgeBase,
    *,
    host: str,
    port: int,
    prepare: Callable[[], object] | None = None,
    opened: Callable[[str], None] | None = None,
) -> None:
    """Open the page at once, load the model behind it, and serve until interrupted.

    `prepare` is what runs behind the page (default: `base.warm`); a KnowledgeBaseError that it raises is printed, and
    shown by the page where the base keeps it. `opened` is told the page's address as soon as it answers. Port 0 takes a
    free one. Raises OSError where the address cannot be listened on, before anything slow is done.
    """
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    with socket.create_server((host, port), family=family) as listening:
        import uvicorn

        class Server(uvicorn.Server):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                name = f"[{host}]" if ":" in host else host
                (opened or _announce)(f"http://{name}:{listening.getsockname()[1]}/")
                threading.Thread(
                    target=_prepare, args=(base, prepare or base.warm), name="prepare", daemon=True
                ).start()

        # Pages keep a connection open for as long as they are shown; stopping must not wait for them.
        config = uvicorn.Config(create_app(base), log_level="warning", server_header=False, timeout_graceful_shutdown=2)
        Server(config).run(sockets=[listening])


def _prepare(base: KnowledgeBase, prepare: Callable[[], object]) -> None:
    try:
        prepare()
    except KnowledgeBaseError as error:
        print(error, file=sys.stderr)
    except Exception:  # a defect: the page must not wait for ever, and the trace must be seen
        if not base.ready:
            base.loading_error = KnowledgeBaseError(Texts("en")("not_prepared"), Texts("vi")("not_prepared"))
        raise


def _announce(address: str) -> None:
    print(address, file=sys.stderr, flush=True)


def _tame_gradio(temporary: Path) -> None:
    """Keep Gradio's files under the base's home and its reports at home. It reads these when it is imported."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_TEMP_DIR"] = str(temporary)
    os.environ["GRADIO_RUN_HISTORY"] = "False"
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
