"""Starting the application: the page opens first, the model loads and the starter notes are indexed behind it."""

from __future__ import annotations

import argparse
import time

from kb.base import KnowledgeBase
from kb.errors import BaseBusy, UsageError
from kb.settings import Settings
from ui.control import ControlServer
from ui.terminal import Terminal


def serve(settings: Settings, options: argparse.Namespace, terminal: Terminal) -> int:
    """Serve the page until stopped; return the exit status. Raises BaseBusy when the base is in use."""
    begun = time.perf_counter()
    host = options.host or settings.host
    port = settings.port if options.port is None else options.port
    try:
        base = KnowledgeBase(settings)
    except BaseBusy as error:
        raise BaseBusy(
            f"{error.en} Perhaps the application is already running.",
            f"{error.vi} Có thể ứng dụng đang chạy.",
        ) from error
    with base, ControlServer(base):

        def since() -> float:
            return time.perf_counter() - begun

        def opened(address: str) -> None:
            terminal.say(f"Trang đã mở | The page is open: {address}  ({since():.1f} s)")

        from ingest.catalogue import refresh_catalogue

        def prepare() -> None:
            """Load the model and index the starter notes; what was broken off goes on.

            An empty base answers nothing, so the first start is ready only when the notes are in; a later one at once.
            """
            refresh_catalogue(base)
            base.embedder(terminal.say)
            first = not base.documents()
            if first:
                index_notes()
                base.preparing = None
            base.warm(terminal.say, terminal.progress("vectors"))
            terminal.say(f"Sẵn sàng trả lời | Ready to answer  ({since():.1f} s)")
            if not first:
                index_notes()
                base.preparing = None

        def index_notes() -> None:
            if not settings.starter_notes:
                return
            from ingest.pipeline import ingest_starter_notes

            on_terminal = terminal.progress("starter notes")

            def progress(done: int, total: int) -> None:
                base.preparing = (done, total)
                on_terminal(done, total)

            changed = ingest_starter_notes(base, progress)
            if changed:
                terminal.say(
                    f"Đã lập chỉ mục {changed} ghi chú khởi đầu | {changed} starter notes were indexed  "
                    f"({since():.1f} s)"
                )

        from ui import web

        try:
            web.serve(base, host=host, port=port, prepare=prepare, opened=opened)
        except OSError as error:
            raise UsageError(
                f"The page cannot listen on {host}:{port}: {error.strerror}. Choose another with --port.",
                f"Không mở được trang tại {host}:{port}: {error.strerror}. Hãy chọn cổng khác bằng --port.",
            ) from error
    return 0
