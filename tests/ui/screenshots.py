"""Pictures of every page for people to look at: python -m tests.ui.screenshots FOLDER

Opens a throw-away base with the starter notes and the bundled model (COP_KB_CACHE says where its vectors are kept),
walks through all pages in both languages at 360 and 1280 pixels, and writes FOLDER/PAGE-LANGUAGE-WIDTH.png. Those that
README shows are also written to docs/screenshots. Without FOLDER only those are kept.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

REPOSITORY = Path(__file__).resolve().parents[2]
BEST = REPOSITORY / "docs" / "screenshots"
IN_README = ("start-en-1280", "source-vi-1280", "source-en-1280", "source-vi-360", "library-en-1280", "beside-vi-1280")
HEIGHTS = {360: 740, 1280: 800}
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
PAGES = {
    "library": "library",
    "library-found": "library?q=PCCP",
    "document": "{found}",
    "beside": "{found}?beside=1",
    "catalogue": "catalogue",
    "entry": "catalogue/vn-luat-134-2025",
    "fetching": "fetching",
    "glossary": "glossary",
    "term": "glossary?q=PCCP",
    "propose": "glossary/propose",
    "desk": "desk",
}
"""The pages beside the chat; addresses are below /{language}/, {found} is the first document that the library found."""
SERVE = """
import sys, pathlib
from kb.base import KnowledgeBase
from kb.settings import Settings
from ingest.catalogue import refresh_catalogue
from ingest.pipeline import ingest_starter_notes
from ui.web import serve
with KnowledgeBase(Settings(home=pathlib.Path(sys.argv[1]))) as base:
    base.warm()
    refresh_catalogue(base)
    ingest_starter_notes(base)
    serve(base, host="127.0.0.1", port=0, opened=lambda address: print(address, flush=True))
"""


class Camera:
    """Takes pictures of one page in one language at one width."""

    def __init__(self, page: Page, folder: Path, language: str, width: int) -> None:
        self.page = page
        self.folder = folder
        self.language = language
        self.width = width

    def shoot(self, name: str, *, whole: bool = False) -> None:
        """Write one picture of what is on the screen, or of the whole page."""
        page, size = self.page, {"width": self.width, "height": HEIGHTS[self.width]}
        if whole:
            page.mouse.move(0, 0)
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({**size, "height": min(height, 4000)})
        page.wait_for_timeout(400)
        page.screenshot(path=self.folder / f"{name}-{self.language}-{self.width}.png")
        page.set_viewport_size(size)


def main() -> None:
    """Write all pictures."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="where to write all of them")
    wanted: Path | None = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = wanted or Path(name) / "pictures"
        folder.mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(Path(name) / "home")],
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
            env={**os.environ, "COP_KB_HOME": str(Path(name) / "home")},
        )
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            for language in QUESTIONS:
                for width, height in HEIGHTS.items():
                    for walk in (chat, other_pages):
                        context = browser.new_context(viewport={"width": width, "height": height})
                        context.set_default_timeout(60_000)
                        walk(Camera(context.new_page(), folder, language, width), address)
                        context.close()
            browser.close()
        finally:
            process.terminate()
            process.wait(timeout=20)
        BEST.mkdir(parents=True, exist_ok=True)
        for best in IN_README:
            shutil.copy(folder / f"{best}.png", BEST / f"{best}.png")


def chat(camera: Camera, address: str) -> None:
    """Walk through the chat page."""
    page, language = camera.page, camera.language
    page.goto(f"{address}?lang={language}")
    page.wait_for_selector(".intro.loaded")
    page.wait_for_selector("#notice .loading", state="detached")
    camera.shoot("start")
    camera.shoot("start-whole", whole=True)
    for number, question in enumerate(QUESTIONS[language]):
        page.fill("#question textarea", question)
        page.press("#question textarea", "Enter")
        page.locator("li.turn").nth(number).locator(".outcome").wait_for()
        if number == 0:
            camera.shoot("answer")
            source(camera)
    camera.shoot("outcomes", whole=True)
    page.emulate_media(media="print")
    camera.shoot("print", whole=True)


def source(camera: Camera) -> None:
    """Open the first source, its contents list, and a hint."""
    page = camera.page
    page.locator("a.key").first.click()
    page.wait_for_function("document.activeElement?.id === 'panel-title'")
    camera.shoot("source")
    page.click("#tree summary")
    page.wait_for_selector("#tree a[aria-current]")
    camera.shoot("contents", whole=True)
    if page.locator(".answer .term").count():
        page.locator(".answer .term").first.focus()
        camera.shoot("hint")


def other_pages(camera: Camera, address: str) -> None:
    """Visit every page beside the chat."""
    found = ""
    for name, pattern in PAGES.items():
        path = pattern.format(found=found)
        response = camera.page.goto(f"{address}{camera.language}/{path}")
        assert response is not None
        assert response.ok, f"{path}: {response.status}"
        camera.shoot(name)
        camera.shoot(f"{name}-whole", whole=True)
        if name == "library-found":
            link = str(camera.page.locator("main a[href*='library/']").first.evaluate("link => link.pathname"))
            found = link.removeprefix(f"/{camera.language}/")


if __name__ == "__main__":
    main()
