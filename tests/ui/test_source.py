"""The source panel in headless Chromium: history, contents list, hints, citations, badges, and how fast it all is."""

from __future__ import annotations

import math
import re

import pytest

from tests.ui.application import LARGE_ID
from tests.ui.conftest import Visit, Visitor
from ui.texts import Texts

QUESTION = "Điều 2 Luật Kiểm thử phần mềm y tế quy định gì?"
VI, EN = Texts("vi"), Texts("en")
ARCHIVES = "Điều 1 Luật Lưu trữ hồ sơ quy định gì?"
LARGE = f"?lang=vi&document={LARGE_ID}&address=%C4%90i%E1%BB%81u+215"
P95_MS = 300


def current(visitor: Visitor) -> str:
    """The name of the clause that the contents list marks as open."""
    return visitor.page.inner_text("#tree a[aria-current]")


def test_back_steps_through_the_clauses_opened(visit: Visit) -> None:
    visitor = visit()
    visitor.open("?lang=vi")
    page = visitor.page
    visitor.ask(QUESTION)
    visitor.wait_for_place("Điều 2")  # opened by itself
    page.evaluate("window.same = true")
    page.click("#source .next")
    visitor.wait_for_place("Điều 3")
    page.click("#source .path a")
    visitor.wait_for_place("Chương II")
    page.go_back()
    visitor.wait_for_place("Điều 3")
    assert page.evaluate("document.activeElement.id") == "panel-title"
    page.go_back()
    visitor.wait_for_place("Điều 2")
    assert "07 năm" in page.inner_text("#source mark")
    page.go_forward()
    visitor.wait_for_place("Điều 3")
    page.click("#source button[data-do=close]")
    page.wait_for_selector("#source aside.empty")
    page.go_back()
    visitor.wait_for_place("Điều 3")
    assert page.evaluate("window.same")
    assert page.locator("li.turn").count() == 1


def test_back_on_a_phone_returns_to_the_answer(visit: Visit) -> None:
    visitor = visit(width=360, height=740)
    visitor.open("?lang=vi")
    visitor.ask(QUESTION)
    visitor.open_source()
    visitor.page.go_back()
    visitor.page.wait_for_selector("#source aside.empty")
    visitor.page.wait_for_function("document.activeElement?.matches('a.key')")


def test_the_contents_list_of_a_large_law(visit: Visit) -> None:
    visitor = visit()
    visitor.open(LARGE)
    page = visitor.page
    visitor.wait_for_place("Điều 215")
    assert page.locator("#tree a").count() == 0  # nothing is loaded before it is wanted
    page.click("#tree summary")
    page.wait_for_selector("#tree a[aria-current]")
    assert current(visitor) == "Điều 215. Ngăn kệ 215"
    assert page.locator("#tree a").count() < 60  # the chapters, and the articles of one of them
    page.get_by_role("button", name="Chương II. KHO SỐ 2", exact=False).first.click()
    page.get_by_role("link", name="Điều 21. Ngăn kệ 21", exact=True).click()
    visitor.wait_for_place("Điều 21")
    page.wait_for_function("document.querySelector('#tree a[aria-current]')?.innerText.includes('Điều 21.')")
    assert page.locator("#tree details").get_attribute("open") is not None
    # The list follows when the clause is opened elsewhere, into a branch that it has not loaded yet.
    for article in range(22, 42):
        page.click("#source .next")
        visitor.wait_for_place(f"Điều {article}")
    page.wait_for_function("document.querySelector('#tree a[aria-current]')?.innerText.includes('Điều 41.')")
    page.go_back()
    visitor.wait_for_place("Điều 40")
    page.wait_for_function("document.querySelector('#tree a[aria-current]')?.innerText.includes('Điều 40.')")


def test_the_contents_list_by_keyboard(visit: Visit) -> None:
    visitor = visit()
    visitor.open(LARGE)
    page = visitor.page
    page.wait_for_selector("#source .place")
    page.focus("#tree summary")
    page.keyboard.press("Enter")
    page.wait_for_selector("#tree a[aria-current]")
    page.focus("#tree .fold >> nth=0")
    assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "false"
    page.keyboard.press("Enter")
    page.wait_for_selector("#tree .fold[aria-expanded=true] ~ ul a")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    visitor.wait_for_place("Điều 1")


def test_hints_under_terms(visit: Visit) -> None:
    visitor = visit(width=360, height=740)
    visitor.open("?lang=en")
    page = visitor.page
    visitor.ask(ARCHIVES)
    term = page.locator(".answer .term", has_text="thiết bị y tế loại C")
    hint = page.locator(f"#{term.get_attribute('aria-describedby')}")
    assert hint.is_hidden()
    assert page.inner_text(".answer blockquote").startswith("Điều 1. Thời hạn lưu trữ\nCơ sở y tế phải lưu trữ")
    term.tap() if page.evaluate("'ontouchstart' in window") else term.click()
    assert "class C medical device" in hint.inner_text()
    box = hint.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    page.keyboard.press("Escape")
    assert hint.is_hidden()
    page.keyboard.press("Enter")
    assert hint.is_visible()
    page.focus("#question textarea")
    page.mouse.move(0, 0)
    assert hint.is_hidden()


def test_an_amended_source_says_so(visit: Visit) -> None:
    visitor = visit()
    visitor.open("?lang=vi")
    visitor.ask(ARCHIVES)
    assert VI("concern_amended") in visitor.page.inner_text(".answer .sources")
    visitor.open_source()
    assert VI("concern_amended_by", numbers="77/2032/QH16") in visitor.page.inner_text("#source .badges")
    assert VI("kind_regulation") in visitor.page.inner_text("#source .badges")


def test_citation_and_link_are_copied(visit: Visit) -> None:
    visitor = visit(permissions=["clipboard-read", "clipboard-write"])
    visitor.open("?lang=en")
    visitor.ask(ARCHIVES)
    visitor.open_source()
    page = visitor.page
    assert page.inner_text("#source .cited") == "Điều 1 Luật số 905/2031/QH16"
    page.get_by_role("button", name=EN("copy_citation")).click()
    page.get_by_text(EN("copied"), exact=True).first.wait_for()
    assert visitor.clipboard == "Điều 1 Luật số 905/2031/QH16"
    page.get_by_role("button", name=EN("copy_link")).click()
    page.wait_for_function("navigator.clipboard.readText().then(text => text.includes('/library/'))")
    assert re.fullmatch(
        re.escape(visitor.address) + r"en/library/905-2031-qh16\.vi\?version=1&at=.+&quote=\d+-\d+", visitor.clipboard
    )


def timed(visitor: Visitor, selector: str, changed: str) -> float:
    """Press what `selector` finds; return how many milliseconds pass until the page fulfils `changed`."""
    return float(
        visitor.page.evaluate(
            "([selector, changed]) => new Promise(resolve => {"
            " const test = new Function('return ' + changed);"
            " const begun = performance.now();"
            " document.querySelector(selector).click();"
            " const look = () => test() ? resolve(performance.now() - begun) : requestAnimationFrame(look);"
            " look(); })",
            [selector, changed],
        )
    )


def round_of_actions(visitor: Visitor) -> dict[str, list[float]]:
    """Press everything many times over a law of 2,020 clauses; return the milliseconds each took, sorted."""
    visitor.open(LARGE)
    visitor.wait_for_place("Điều 215")
    place = "document.querySelector('#source h3.place').innerText"
    copied = f"document.querySelector('#source [data-copy]').innerText === '{VI('copied')}'"
    taken: dict[str, list[float]] = {"next": [], "contents": [], "unfold": [], "open": [], "copy": []}
    for article in range(216, 236):
        taken["next"].append(timed(visitor, "#source .next", f"{place} === 'Điều {article}'"))
    taken["contents"].append(
        timed(visitor, "#tree summary", "document.querySelector('#tree a[aria-current]') !== null")
    )
    for chapter in range(10):
        fold = f"#tree .tree > ul > li:nth-child({chapter + 2}) > .fold"
        taken["unfold"].append(timed(visitor, fold, f"document.querySelector('{fold} ~ ul') !== null"))
        taken["open"].append(timed(visitor, f"{fold} ~ ul a", f"{place} === 'Điều {20 * chapter + 1}'"))
        taken["copy"].append(timed(visitor, "#source [data-copy]", copied))
    return {name: sorted(times) for name, times in taken.items()}


def p95(times: list[float]) -> float:
    """The value that 95 in 100 do not exceed."""
    return times[math.ceil(0.95 * len(times)) - 1]


@pytest.mark.parametrize("width", [360, 1280])
def test_actions_are_quick(visit: Visit, width: int) -> None:
    """The p95 of every press but asking is under 300 ms; the best of three rounds, for the machine has other work."""
    visitor = visit(width=width, permissions=["clipboard-read", "clipboard-write"])
    for _ in range(3):
        taken = round_of_actions(visitor)
        slowest = max(p95(times) for times in taken.values())
        if slowest < P95_MS:
            break
    for name, times in taken.items():
        print(f"{width} px, {name}: median {times[len(times) // 2]:.0f} ms, p95 {p95(times):.0f} ms")
    assert slowest < P95_MS, taken
