"""Starting the application: the page opens first, the model loads and the starter notes are indexed behind it."""

from __future__ import annotations

import argparse
import os
import threading
import time

from kb.base import KnowledgeBase
from kb.errors import BaseBusy, KnowledgeBaseError
from kb.settings import Settings
from ui.control import ControlServer
from ui.terminal import Terminal


def serve(settings: Settings, options: argparse.Namespace, terminal: Terminal) -> int:
    """Serve the page until stopped; return the exit status. Raises BaseBusy when the base is in use."""
    begun = time.perf_counter()
    host = options.host or settings.host
    port = settings.port if options.port is None else options.port
    os.environ["GRADIO_TEMP_DIR"] = str(settings.home / "tmp")
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
            threading.Thread(target=make_ready, name="warm", daemon=True).start()

        def make_ready() -> None:
            try:
                base.warm(terminal.say, terminal.progress("vectors"))
                terminal.say(f"Sẵn sàng trả lời | Ready to answer  ({since():.1f} s)")
                if settings.starter_notes:
                    from ingest.pipeline import ingest_starter_notes

                    changed = ingest_starter_notes(base, terminal.progress("starter notes"))
                    if changed:
                        terminal.say(
                            f"Đã lập chỉ mục {changed} ghi chú khởi đầu | {changed} starter notes were indexed  "
                            f"({since():.1f} s)"
                        )
            except KnowledgeBaseError as error:
                terminal.fail(error)

        from ui import web

        web.serve(base, host=host, port=port, opened=opened)
    return 0
