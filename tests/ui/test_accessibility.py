"""axe-core over every page and state, in both languages, wide and narrow: no serious or critical violation.

Also that nothing scrolls sideways at 360 pixels, and that every page has its landmarks and one main heading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.application import BROKEN, LARGE_ID, SLOW
from tests.ui.conftest import Application, Visit, Visitor, running
from ui.texts import Texts

pytestmark = pytest.mark.slow

SIZES = ({"width": 1280, "height": 800}, {"width": 360, "height": 740})
LAW = "901-2031-qh16.vi"
ARTICLE_2 = "%C4%90i%E1%BB%81u+2"
EXACT = "Điều 1 Luật Lưu trữ hồ sơ quy định gì?"
MEDICAL = {"vi": "Tôi bị sốt, nên uống thuốc gì?", "en": "Should I take aspirin?"}
UNKNOWN = {"vi": "Điều 44 Luật Kiểm thử phần mềm y tế quy định gì?", "en": "Article 44 Regulation (EU) 1999/999"}
PAGES = (
    "library",
    "library?kind=regulation",
    "library?q=nh%E1%BA%ADt+k%C3%BD",
    f"library/{LAW}?version=1",
    f"library/{LAW}?version=1&at={ARTICLE_2}&quote=215-260",
    f"library/{LARGE_ID}?version=1",
    "library/nowhere",
    "library/bench-note.vi?beside=1",
    "catalogue",
    "catalogue/vn-luat-905",
    "fetching",
    "glossary",
    "glossary/propose",
    "glossary?q=thi%E1%BA%BFt+b%E1%BB%8B",
    "desk",
)


def start(visitor: Visitor, language: str) -> None:
    """The start as a first visitor sees it."""


def earlier(visitor: Visitor, language: str) -> None:
    """The start with earlier conversations, one deleted just now."""
    for question in (EXACT, UNKNOWN[language]):
        visitor.ask(question)
        visitor.page.get_by_role("button", name=Texts(language)("new_conversation")).click()
        visitor.page.wait_for_selector(".intro .recent")
    visitor.page.click(".recent summary")
    visitor.page.locator("button[data-forget]").first.click()
    visitor.page.wait_for_selector(".intro .cleared")
    visitor.page.click(".recent summary")


def answer(visitor: Visitor, language: str) -> None:
    """An answer, a hint open in it."""
    visitor.ask(EXACT)
    visitor.page.locator(".answer .term").first.focus()


def source(visitor: Visitor, language: str) -> None:
    """A source opened, the contents list unfolded."""
    visitor.open(f"{language}/?document={LARGE_ID}&address=%C4%90i%E1%BB%81u+215")
    visitor.page.wait_for_selector("#source h3.place")
    visitor.page.click("#tree summary")
    visitor.page.wait_for_selector("#tree a[aria-current]")


def outcomes(visitor: Visitor, language: str) -> None:
    """Not in the base, declined, a follow-up, related passages unfolded."""
    visitor.ask(MEDICAL[language])
    visitor.ask("alarm markup: which strings are data in the notice on strange markup?")
    visitor.page.locator(".answer summary").first.click()
    visitor.ask(UNKNOWN[language])


def failed(visitor: Visitor, language: str) -> None:
    """A question that failed, one that cannot be asked, a link that leads nowhere."""
    visitor.open(f"{language}/?document=nowhere&address=1")
    visitor.ask(f"how loud is the alarm {BROKEN}?")
    visitor.page.press("#question textarea", "Enter")
    visitor.page.locator("#problem [role=alert]").wait_for()


def slow(visitor: Visitor, language: str) -> None:
    """A question that is being searched, and can be stopped."""
    visitor.page.fill("#question textarea", f"alarm {SLOW} accessible {language}")
    visitor.page.press("#question textarea", "Enter")
    visitor.page.wait_for_selector(".waiting button[data-do=stop]")


STATES: tuple[Callable[[Visitor, str], None], ...] = (start, earlier, answer, source, outcomes, failed, slow)


def complaints(visitor: Visitor) -> list[str]:
    """What axe finds serious or critical, a line each."""
    from axe_playwright_python.sync_playwright import Axe

    found: list[dict[str, Any]] = Axe().run(visitor.page).response["violations"]
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:300]}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def check(visitor: Visitor) -> None:
    """Assert that the page as it stands can be used by everybody, on a desk and on a phone."""
    page = visitor.page
    for size in SIZES:
        page.set_viewport_size(size)
        page.wait_for_timeout(300)  # colours change by and by
        assert complaints(visitor) == [], size
        # Scrolled within is fine (a wide table), the page itself is not.
        wide = page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
        assert wide <= size["width"]
    assert page.locator("header.site").count() == 1
    assert page.locator("main, [role=main]").count() == 1
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_chat_page(visit: Visit, state: Callable[[Visitor, str], None], language: str) -> None:
    visitor = visit()
    visitor.open(f"?lang={language}")
    state(visitor, language)
    check(visitor)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_other_pages(visit: Visit, path: str, language: str) -> None:
    visitor = visit()
    visitor.page.goto(f"{visitor.address}{language}/{path}")
    check(visitor)
    visitor.complaints[:] = [line for line in visitor.complaints if "404" not in line]  # a page that is not there


@pytest.fixture(scope="module")
def loading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """An application whose model never loads."""
    never: Path = tmp_path_factory.mktemp("never") / "go"
    with running("--wait-for", str(never)) as found:
        yield found


@pytest.mark.parametrize("language", ["vi", "en"])
def test_while_the_model_loads(visit: Visit, loading: Application, language: str) -> None:
    visitor = visit(address=loading.address)
    visitor.open(f"?lang={language}")
    visitor.page.wait_for_selector("#notice .loading")
    visitor.page.fill("#question textarea", EXACT)
    visitor.page.press("#question textarea", "Enter")
    visitor.page.wait_for_selector(".waiting")
    check(visitor)


def test_axe_notices_what_is_wrong(visit: Visit) -> None:
    visitor = visit()
    visitor.open("?lang=en")
    visitor.page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button><img src>')"
    )
    assert {line.split(":")[0] for line in complaints(visitor)} >= {"button-name", "image-alt"}
