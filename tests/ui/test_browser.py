"""The page in headless Chromium, over a base of made-up documents (tests/ui/application.py)."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from tests.ui.application import PREPARING
from tests.ui.conftest import Visit, Visitor, running
from ui.parts import number
from ui.texts import Texts

LAW_QUESTION = {
    "vi": "Điều 2 Luật Kiểm thử phần mềm y tế quy định gì?",
    "en": "What does Điều 2 of Luật Kiểm thử phần mềm y tế say?",
}
GRADIO_WORDS = re.compile(r"\b(Submit|Loading|Textbox|Built with|Use via API|Settings|Gradio|Error|Chatbot|Clear$)\b")
MEDICAL = {"vi": "Tôi bị sốt, nên uống thuốc gì?", "en": "Should I take aspirin?"}
LAW_ID, DRAFT_ID, RESTRICTED_ID = "901-2031-qh16.vi", "902-2031-qh16.vi", "903-2031-qh16.vi"
UNKNOWN = {"vi": "Điều 44 Luật Kiểm thử phần mềm y tế quy định gì?", "en": "Article 44 Regulation (EU) 1999/999"}


def panel_text(visitor: Visitor) -> str:
    """The text of the source panel."""
    return visitor.page.inner_text("#source aside")


def scroll_width(visitor: Visitor) -> int:
    """How wide the page's content is, in CSS pixels."""
    return int(visitor.page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_page_speaks_one_language(visit: Visit, language: str) -> None:
    texts = Texts(language)
    visitor = visit()
    visitor.open(f"?lang={language}")
    page = visitor.page
    assert page.get_attribute("html", "lang") == language
    assert page.title() == texts("page_title")
    assert page.get_by_label(texts("question_label")).is_visible()
    assert page.get_by_role("button", name=texts("send"), exact=True).is_visible()
    assert page.locator("header.site, main, aside, footer.site").count() == 4
    assert texts("intro_holdings", count=7) in page.inner_text(".intro")  # neither the draft nor the restricted one
    names = page.evaluate(
        "[...document.querySelectorAll('[aria-label],[title],[placeholder]')]"
        ".flatMap(e => ['aria-label','title','placeholder'].map(a => e.getAttribute(a)).filter(Boolean)).join('\\n')"
    )
    assert not GRADIO_WORDS.search(page.inner_text("body") + "\n" + names)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_answer_and_its_clause(visit: Visit, language: str) -> None:
    texts = Texts(language)
    visitor = visit()
    visitor.open(f"?lang={language}")
    visitor.ask(LAW_QUESTION[language])
    page = visitor.page
    assert page.inner_text(".answer .outcome") == texts("outcome_answered")
    assert "lưu nhật ký kiểm thử trong thời hạn 07 năm" in page.inner_text(".answer blockquote")
    for sentence in page.locator(".answer .said > *").all():
        assert sentence.locator("a.key").count() >= 1
    source = page.inner_text(".answer .sources li")
    assert "901/2031/QH16" in source
    assert texts("authority_binding_law") in source
    assert texts("verdict_verbatim") in source

    page.locator(".answer a.key").first.click()
    page.wait_for_function("document.activeElement?.id === 'panel-title'")
    assert page.inner_text("#source h2") == "Luật Kiểm thử phần mềm y tế"
    assert "lưu nhật ký kiểm thử trong thời hạn 07 năm" in page.inner_text("#source mark")
    assert "Điều 2" in page.inner_text("#source h3.place")
    assert "901/2031/QH16" in panel_text(visitor)
    assert texts("verdict_verbatim") in panel_text(visitor)

    page.click("#source .next")
    page.wait_for_function("document.querySelector('#source h3.place').innerText.includes('Điều 3')")
    assert "Cơ quan kiểm thử cấp tỉnh" in page.inner_text("#source .text")
    assert page.locator("#source mark").count() == 0
    assert texts("verdict_verbatim") not in panel_text(visitor)
    page.click("#source .previous")
    page.wait_for_function("document.querySelector('#source h3.place').innerText.includes('Điều 2')")
    page.click("#source .path a")
    page.wait_for_function("document.querySelector('#source h3.place').innerText.includes('Chương I')")
    assert "Phạm vi điều chỉnh" in page.inner_text("#source .text")


def test_official_address_opens_apart(visit: Visit) -> None:
    visitor = visit()
    visitor.open("?lang=en")
    visitor.ask("How should the alarm volume of an infusion pump be measured?")
    link = visitor.page.locator("#source a.official")
    link.wait_for()
    assert link.get_attribute("href") == "https://guidance.example/bench-testing"
    assert link.get_attribute("target") == "_blank"
    assert "noopener" in str(link.get_attribute("rel"))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_other_outcomes_look_different(visit: Visit, language: str) -> None:
    texts = Texts(language)
    visitor = visit()
    visitor.open(f"?lang={language}")
    for outcome, questions in (("declined", MEDICAL), ("not_in_base", UNKNOWN)):
        visitor.ask(questions[language])
        answer = visitor.page.locator(".answer").last
        assert outcome in str(answer.get_attribute("class"))
        assert answer.locator(".outcome").inner_text() == texts(f"outcome_{outcome}")
        assert answer.locator("a.key").count() == 0
        assert len(answer.locator(".said").inner_text()) > 20
    assert texts("not_in_base_silence") in visitor.page.inner_text("#conversation")


def test_language_switch_keeps_the_place(visit: Visit) -> None:
    visitor = visit()
    visitor.open("?lang=vi")
    visitor.ask(LAW_QUESTION["vi"])
    page = visitor.page
    page.locator(".answer a.key").first.click()
    page.wait_for_function("document.activeElement?.id === 'panel-title'")
    page.click("header.site a[lang=en]")
    page.wait_for_selector("html[lang=en] #source mark")
    page.wait_for_selector("li.turn")
    assert page.inner_text(".answer .outcome") == "Answer with citations"
    assert LAW_QUESTION["vi"] in page.inner_text("li.turn")
    # The answer keeps the language of its question, the page around it does not.
    assert page.get_attribute(".answer .said", "lang") == "vi"
    page.goto(visitor.address)
    page.wait_for_selector("html[lang=en] #question")


def test_unaccented_example_asks(visit: Visit) -> None:
    visitor = visit()
    visitor.open("?lang=vi")
    example = visitor.page.get_by_role("button", name=Texts("vi")("example_unaccented"))
    example.click()
    visitor.page.locator("li.turn .outcome").wait_for()
    assert Texts("vi")("example_unaccented") in visitor.page.inner_text("li.turn")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_phone_scrolls_one_way_only(visit: Visit, language: str) -> None:
    visitor = visit(width=360, height=740)
    visitor.open(f"?lang={language}")
    assert scroll_width(visitor) <= 360
    visitor.ask(LAW_QUESTION[language])
    visitor.page.wait_for_timeout(300)
    top = visitor.page.evaluate("document.querySelector('li.turn .asked').getBoundingClientRect().top")
    assert 0 <= top < 370
    visitor.ask("x" * 300 + " https://example.org/" + "y" * 300)
    assert scroll_width(visitor) <= 360
    visitor.page.locator(".answer a.key").first.click()
    visitor.page.wait_for_function(
        "(() => { const box = document.querySelector('#panel-title').getBoundingClientRect();"
        " return box.top >= 0 && box.top < innerHeight / 2; })()"
    )
    assert scroll_width(visitor) <= 360


def test_nothing_that_people_write_is_run(visit: Visit) -> None:
    visitor = visit()
    visitor.open("?lang=en")
    page = visitor.page
    question = 'strange markup <img src=x onerror="window.hacked = 3"> {{7*7}} ${7*7} `${window.hacked = 4}` </li>'
    visitor.ask(question)
    assert question in page.inner_text("li.turn .asked")
    page.goto(visitor.address + "?lang=en&document=x%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&address=%3Cb%3E")
    page.wait_for_selector("#source #panel-title[tabindex]")
    assert page.locator("#source img, #source b").count() == 0
    assert page.evaluate("window.hacked") is None


def test_a_document_full_of_markup_stays_text(visit: Visit) -> None:
    visitor = visit()
    visitor.open("?lang=en")
    page = visitor.page
    visitor.ask("alarm markup: which strings are data in the notice on strange markup?")
    page.locator(".answer summary").click()
    page.get_by_role("link", name="Strange").first.click()
    page.wait_for_function("document.querySelector('#source .text')?.innerText.includes('onerror')")
    assert '<img src=x onerror="window.hacked = 1">' in panel_text(visitor)
    assert "{{7*7}}, ${7*7} and </mark>" in panel_text(visitor)
    assert page.inner_text("#source h2") == 'Strange <b onmouseover="x">markup</b>'
    assert page.locator("#source :is(img, script, b), #conversation :is(img, script, b)").count() == 0
    assert page.locator("#source a[href^='javascript']").count() == 0
    assert page.evaluate("window.hacked") is None


def test_keyboard_alone_is_enough(visit: Visit) -> None:
    visitor = visit()
    visitor.open("?lang=vi")
    page = visitor.page
    focused = "document.activeElement"
    page.keyboard.press("Tab")
    assert page.evaluate(f"{focused}.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(f"{focused}.tagName") == "TEXTAREA"
    page.keyboard.type(LAW_QUESTION["vi"])
    page.keyboard.press("Enter")
    page.locator("li.turn .outcome").wait_for()
    assert page.evaluate(f"{focused}.tagName") == "TEXTAREA"
    assert page.inner_text("#status [role=status]") == Texts("vi")("status_answered", count=1)
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if page.evaluate(f"{focused}.matches('a.key')"):
            break
    assert "1" in str(page.evaluate(f"{focused}.dataset.key"))
    assert page.evaluate(f"getComputedStyle({focused}).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement?.id === 'panel-title'")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate(f"{focused}.dataset.do") == "back":
            break
    page.keyboard.press("Enter")
    assert page.evaluate(f"{focused}.matches('a.key')")


def test_links_into_the_page(visit: Visit) -> None:
    visitor = visit()
    visitor.open("?lang=vi")
    visitor.ask(LAW_QUESTION["vi"])
    href = str(visitor.page.locator(".answer a.key").first.evaluate("a => a.href"))
    stranger = visit()
    stranger.page.goto(href)
    stranger.page.wait_for_selector("#source mark")
    assert "07 năm" in stranger.page.inner_text("#source mark")
    assert stranger.page.locator("li.turn").count() == 0
    stranger.page.goto(re.sub(r"&quote=[0-9-]+", "", href))
    stranger.page.wait_for_selector("#source h3.place")
    assert stranger.page.locator("#source mark").count() == 0


def test_permanent_link_leads_to_the_clause_in_its_version(visit: Visit) -> None:
    visitor = visit()
    visitor.open("?lang=vi")
    visitor.ask(LAW_QUESTION["vi"])
    visitor.open_source()
    href = str(visitor.page.locator("#source a.permanent").evaluate("a => a.href"))
    assert f"/vi/library/{LAW_ID}?version=1&at=" in href
    assert "quote=" in href
    stranger = visit()
    stranger.page.goto(href)
    assert "07 năm" in " ".join(stranger.page.locator("main mark").all_inner_texts())
    whole = str(visitor.page.locator("#source a.whole").evaluate("a => a.href"))
    stranger.page.goto(whole)
    assert "Cơ quan kiểm thử cấp tỉnh" in stranger.page.inner_text("main")


def test_links_to_what_is_not_for_the_visitor(visit: Visit) -> None:
    visitor = visit()
    visitor.open(f"?lang=en&document={LAW_ID}&address=%C4%90i%E1%BB%81u+1")
    assert visitor.page.inner_text("#source h2") == "Luật Kiểm thử phần mềm y tế"
    for query in (
        f"document={DRAFT_ID}&address=%C4%90i%E1%BB%81u+1",
        f"document={RESTRICTED_ID}&address=%C4%90i%E1%BB%81u+1",
        "document=nowhere&address=1",
        "document=nowhere&address=1&version=-1",
        "document=nowhere",
    ):
        visitor.open(f"?lang=en&{query}")
        visitor.page.wait_for_selector("#source #panel-title[tabindex]")
        assert visitor.page.inner_text("#source h2") == Texts("en")("panel_failed")
        assert "Câu này chưa ai được đọc" not in visitor.page.content()
        assert "Traceback" not in visitor.page.content()


def test_two_visitors_do_not_meet(visit: Visit) -> None:
    first, second = visit(), visit()
    first.open()
    second.open()
    first.page.fill("#question textarea", "Điều 1 Luật Kiểm thử phần mềm y tế")
    second.page.fill("#question textarea", "Điều 3 Luật Kiểm thử phần mềm y tế")
    first.page.press("#question textarea", "Enter")
    second.page.press("#question textarea", "Enter")
    for visitor in (first, second):
        visitor.page.locator("li.turn .outcome").wait_for()
        assert visitor.page.locator("li.turn").count() == 1
    assert "Điều 3 " not in first.page.inner_text("#conversation")
    assert "Điều 1 " not in second.page.inner_text("#conversation")
    assert "trước khi đưa vào sử dụng" in first.page.inner_text("#source mark")
    assert "cấp tỉnh" in second.page.inner_text("#source mark")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_questions_that_cannot_be_asked(visit: Visit, language: str) -> None:
    texts = Texts(language)
    visitor = visit()
    visitor.open(f"?lang={language}")
    page = visitor.page
    page.press("#question textarea", "Enter")
    page.locator("#problem [role=alert]").wait_for()
    assert page.inner_text("#problem") == texts("question_empty")
    page.fill("#question textarea", "a" * 2001)
    page.press("#question textarea", "Enter")
    page.wait_for_function("document.querySelector('#problem').innerText.includes('2001')")
    assert page.input_value("#question textarea") == "a" * 2001
    assert page.locator("li.turn").count() == 0


def test_the_page_opens_before_the_model_and_survives_the_server(visit: Visit, tmp_path: Path) -> None:
    texts = Texts("vi")
    go = tmp_path / "go"
    with running("--wait-for", str(go)) as application:
        assert httpx.get(application.address + "health").json() == {"state": "loading"}
        visitor = visit(address=application.address)
        visitor.page.goto(application.address)
        page = visitor.page
        page.wait_for_selector("#question textarea")
        page.wait_for_selector("#notice .loading")
        done, total = PREPARING
        assert page.inner_text("#notice .loading") == texts("preparing_notes", done=done, total=number(total, texts))
        page.fill("#question textarea", LAW_QUESTION["vi"])
        page.press("#question textarea", "Enter")
        page.locator("li.turn .waiting").wait_for()
        assert texts("model_loading") in page.inner_text("li.turn .waiting")
        go.touch()
        page.locator("li.turn .outcome").wait_for()
        assert page.inner_text(".answer .outcome") == texts("outcome_answered")
        page.locator("#notice .loading").wait_for(state="detached")
        assert httpx.get(application.address + "health").json() == {"state": "ready"}

        application.process.terminate()
        application.process.wait(timeout=20)
        page.fill("#question textarea", "Điều 3 Luật Kiểm thử phần mềm y tế")
        page.press("#question textarea", "Enter")
        page.locator("#lost").wait_for(state="visible")
        assert page.inner_text("#lost") == texts("connection_lost")
        assert page.locator(".toast-wrap").is_hidden()
        visitor.complaints.clear()  # Chromium reports that the server is gone, as it should
