"""Pictures of the page for people to look at: python -m tests.ui.screenshots [FOLDER]

Opens a throw-away base with the starter notes and the bundled model (COP_KB_CACHE says where its vectors are kept),
asks, and writes docs/screenshots/PAGE-LANGUAGE-WIDTH.png for both languages at 360 and 1280 pixels.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

REPOSITORY = Path(__file__).resolve().parents[2]
WIDTHS = {360: 740, 1280: 900}
QUESTIONS = {
    "vi": (
        "Ai được tham gia Cộng đồng thực hành HealthAI?",
        "Tôi bị sốt, nên uống thuốc gì?",
        "Điều 44 Luật Trí tuệ nhân tạo quy định gì?",
    ),
    "en": (
        "Who may join the HealthAI Community of Practice?",
        "Should I take aspirin?",
        "What does Article 44 of the Law on Artificial Intelligence say?",
    ),
}
SERVE = """
import sys, pathlib
from kb.base import KnowledgeBase
from kb.settings import Settings
from ingest.pipeline import ingest_starter_notes
from ui.web import serve
with KnowledgeBase(Settings(home=pathlib.Path(sys.argv[1]))) as base:
    base.warm()
    ingest_starter_notes(base)
    serve(base, host="127.0.0.1", port=0, opened=lambda address: print(address, flush=True))
"""


def main() -> None:
    """Write all pictures."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=Path, default=REPOSITORY / "docs" / "screenshots")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, home], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
        )
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            for language in QUESTIONS:
                for width, height in WIDTHS.items():
                    context = browser.new_context(viewport={"width": width, "height": height})
                    photograph(context.new_page(), address, language, folder, width)
                    context.close()
            browser.close()
        finally:
            process.terminate()
            process.wait(timeout=20)


def photograph(page: Page, address: str, language: str, folder: Path, width: int) -> None:
    """Walk through the page in one language at one width."""

    def shoot(name: str, *, whole: bool = False) -> None:
        if whole:
            page.mouse.move(0, 0)
            page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
        page.wait_for_timeout(300)
        page.screenshot(path=folder / f"{name}-{language}-{width}.png")
        page.set_viewport_size({"width": width, "height": WIDTHS[width]})

    page.goto(f"{address}?lang={language}")
    page.wait_for_selector(".intro.loaded")
    page.wait_for_selector("#notice .loading", state="detached")
    shoot("start", whole=True)
    for number, question in enumerate(QUESTIONS[language]):
        page.fill("#question textarea", question)
        page.press("#question textarea", "Enter")
        page.locator("li.turn").nth(number).locator(".outcome").wait_for()
        if number == 0:
            shoot("answer")
            page.locator("a.key").first.click()
            page.wait_for_function("document.activeElement?.id === 'panel-title'")
            shoot("source")
    shoot("outcomes", whole=True)


if __name__ == "__main__":
    main()
