"""One application and one Chromium for all tests of the page; a fresh visitor for each."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

REPOSITORY = Path(__file__).resolve().parents[2]
CHROMIUM_ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@dataclass
class Application:
    """A running application: its address, its process, the folder it works in and the one it was started in."""

    address: str
    process: subprocess.Popen[str]
    home: Path
    folder: Path
    seconds_to_first_page: float


@contextmanager
def running(*arguments: str) -> Iterator[Application]:
    """Run tests.ui.application until the block ends."""
    with tempfile.TemporaryDirectory() as name:
        home, folder = Path(name) / "home", Path(name) / "started-in"
        home.mkdir()
        folder.mkdir()
        begun = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.application", str(home), *arguments],
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        )
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address, f"the application ended with status {process.wait()}"
            httpx.get(address, follow_redirects=True).raise_for_status()
            yield Application(address, process, home, folder, time.monotonic() - begun)
        finally:
            process.terminate()
            process.wait(timeout=20)
            if process.stdout is not None:
                process.stdout.close()


@pytest.fixture(scope="session")
def application() -> Iterator[Application]:
    """The application that all tests but a few share."""
    with running() as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium; where there is none the test is skipped, in CI it fails."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        reason = "there is no Chromium here (apt-get install chromium), so the page was not tested in a browser"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield found
        found.close()


# Gradio's client reports its own broken stream when a page is left while it still listens: no defect of either page.
LEAVING = re.compile(r"^AbortError: signal is aborted|^Unexpected error Connection errored out")


@dataclass
class Visitor:
    """A person with a browser of their own, and what the browser noticed."""

    context: BrowserContext
    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Keep every request and every complaint of the browser."""
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None,
        )

    def open(self, path: str = "?lang=vi") -> None:
        """Open the page and wait until it can be used."""
        self.page.goto(self.address + path)
        self.page.wait_for_selector("#question textarea")
        self.page.wait_for_selector("#conversation :is(.intro.loaded, .turns)")

    def ask(self, question: str) -> None:
        """Type the question, press Enter, wait for the outcome."""
        before = self.page.locator("li.turn").count()
        self.page.fill("#question textarea", question)
        self.page.press("#question textarea", "Enter")
        self.page.locator("li.turn").nth(before).locator(".outcome").wait_for()

    def open_source(self) -> None:
        """Press the first citation of the last answer and wait until its clause is shown."""
        self.page.locator(".answer").last.locator("a.key").first.click()
        self.page.wait_for_function("document.activeElement?.id === 'panel-title'")

    def wait_for_place(self, words: str) -> None:
        """Wait until the source panel shows the clause whose place holds `words`."""
        self.page.wait_for_function(
            "words => document.querySelector('#source h3.place')?.innerText.includes(words)", arg=words
        )

    @property
    def clipboard(self) -> str:
        """What was copied last."""
        return str(self.page.evaluate("navigator.clipboard.readText()"))

    @property
    def outside(self) -> list[str]:
        """The requests that went anywhere but to the application."""
        return [url for url in self.requests if not url.startswith((self.address, "data:", "blob:"))]


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Browser, application: Application) -> Iterator[Visit]:
    """Make visitors: `visit(width=360)`. After the test none may have seen an error or asked another host."""
    visitors: list[Visitor] = []

    def arrive(*, width: int = 1280, height: int = 900, address: str | None = None, **options: object) -> Visitor:
        # A browser in a third language: nothing that people see may follow it.
        context = browser.new_context(viewport={"width": width, "height": height}, locale="fr-FR", **options)
        context.set_default_timeout(15_000)
        visitor = Visitor(context, context.new_page(), address or application.address)
        visitor.watch()
        visitors.append(visitor)
        return visitor

    yield arrive
    for visitor in visitors:
        visitor.context.close()
    for visitor in visitors:
        assert visitor.outside == []
        assert [complaint for complaint in visitor.complaints if not LEAVING.search(complaint)] == []
