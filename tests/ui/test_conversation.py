"""Conversations in headless Chromium: kept in the browser, followed, stopped, asked again, copied, shared, printed."""

from __future__ import annotations

import pytest

from tests.ui.application import BROKEN, SLOW
from tests.ui.conftest import Visit, Visitor
from ui.texts import Texts

FIRST = "Điều 2 Luật Kiểm thử phần mềm y tế quy định gì?"
SECOND = "Điều 3 Luật Kiểm thử phần mềm y tế quy định gì?"
VI, EN = Texts("vi"), Texts("en")


def questions(visitor: Visitor) -> list[str]:
    """The questions of the conversation shown."""
    return visitor.page.locator("li.turn .question").all_inner_texts()


def press(visitor: Visitor, name: str) -> None:
    """Press the button of that name that stands last on the page."""
    visitor.page.get_by_role("button", name=name, exact=True).last.click()


def second_tab(visitor: Visitor) -> Visitor:
    """Another tab of the same visitor."""
    other = Visitor(visitor.context, visitor.context.new_page(), visitor.address)
    other.open("vi/")
    return other


def test_reload_keeps_the_conversation_and_what_is_half_typed(visit: Visit) -> None:
    visitor = visit()
    visitor.open("?lang=vi")
    visitor.ask(FIRST)
    visitor.page.fill("#question textarea", "một câu hỏi dở")
    visitor.page.reload()
    visitor.page.wait_for_selector("li.turn .outcome")
    assert questions(visitor) == [FIRST]
    assert visitor.page.input_value("#question textarea") == "một câu hỏi dở"
    visitor.open_source()
    assert "07 năm" in visitor.page.inner_text("#source mark")


def test_clear_asks_nothing_and_can_be_undone(visit: Visit) -> None:
    visitor = visit()
    visitor.open("?lang=vi")
    visitor.ask(FIRST)
    press(visitor, VI("clear"))
    visitor.page.wait_for_selector("#conversation .intro .cleared")
    assert visitor.page.inner_text("#status [role=status]") == VI("cleared")
    press(visitor, VI("undo"))
    visitor.page.wait_for_selector("li.turn .outcome")
    assert questions(visitor) == [FIRST]
    press(visitor, VI("clear"))
    visitor.page.wait_for_selector("#conversation .intro .cleared")
    visitor.page.reload()
    visitor.page.wait_for_selector("#conversation .intro.loaded")
    assert visitor.page.locator("li.turn, .recent").count() == 0


def test_a_new_conversation_leaves_the_old_one_at_hand(visit: Visit) -> None:
    visitor = visit()
    visitor.open("?lang=vi")
    visitor.ask(FIRST)
    press(visitor, VI("new_conversation"))
    visitor.page.wait_for_selector("#conversation .recent")
    visitor.ask(SECOND)
    assert questions(visitor) == [SECOND]
    press(visitor, VI("new_conversation"))
    visitor.page.click("#conversation .recent summary")
    assert VI("recent", count=2) == visitor.page.inner_text("#conversation .recent summary")
    visitor.page.get_by_role("button", name=FIRST, exact=True).click()
    visitor.page.wait_for_selector("li.turn .outcome")
    assert questions(visitor) == [FIRST]
    press(visitor, VI("new_conversation"))
    visitor.page.click("#conversation .recent summary")
    visitor.page.get_by_role("button", name=VI("forget_named", question=FIRST)).click()
    visitor.page.wait_for_selector("#conversation .cleared")
    assert visitor.page.inner_text("#conversation .recent summary") == VI("recent", count=1)
    press(visitor, VI("undo"))
    visitor.page.get_by_text(VI("recent", count=2)).wait_for()


def test_two_tabs_of_one_visitor_lose_nothing(visit: Visit) -> None:
    first = visit()
    first.open("?lang=vi")
    second = second_tab(first)
    first.ask(FIRST)
    second.ask(SECOND)
    for tab, question in ((first, FIRST), (second, SECOND)):
        tab.page.reload()
        tab.page.wait_for_selector("li.turn .outcome")
        assert questions(tab) == [question]


def test_one_conversation_open_in_two_tabs_parts(visit: Visit) -> None:
    first = visit()
    first.open("?lang=vi")
    first.ask(FIRST)
    second = second_tab(first)
    second.page.click("#conversation .recent summary")
    second.page.get_by_role("button", name=FIRST, exact=True).click()
    second.page.wait_for_selector("li.turn .outcome")
    second.ask(SECOND)
    first.ask("Điều 1 Luật Kiểm thử phần mềm y tế")
    for tab, last in ((first, "Điều 1 Luật Kiểm thử phần mềm y tế"), (second, SECOND)):
        tab.page.reload()
        tab.page.wait_for_selector("li.turn .outcome")
        assert questions(tab) == [FIRST, last]


def test_a_follow_up_says_what_was_searched(visit: Visit) -> None:
    visitor = visit()
    visitor.open("?lang=vi")
    visitor.ask(FIRST)
    visitor.ask("khoản 1 nói gì?")
    turn = visitor.page.locator("li.turn").last
    assert "lưu nhật ký kiểm thử" in turn.locator("blockquote").inner_text()
    searched = turn.locator(".searched")
    assert "901/2031/QH16" in searched.inner_text() or "Luật Kiểm thử" in searched.inner_text()
    searched.get_by_role("button").click()
    assert visitor.page.input_value("#question textarea") in searched.inner_text()


def test_ask_again_and_edit(visit: Visit) -> None:
    visitor = visit()
    visitor.open("?lang=vi")
    visitor.ask(FIRST)
    visitor.ask(SECOND)
    visitor.page.fill("#question textarea", "dở dang")
    with visitor.page.expect_request("**/queue/join*"):
        visitor.page.get_by_role("button", name=VI("ask_again"), exact=True).first.click()
    visitor.page.wait_for_selector("li.turn.fresh:first-child .outcome")
    assert questions(visitor) == [FIRST, SECOND]
    assert visitor.page.input_value("#question textarea") == "dở dang"
    press(visitor, VI("edit"))
    assert visitor.page.input_value("#question textarea") == SECOND
    assert visitor.page.evaluate("document.activeElement.tagName") == "TEXTAREA"


def test_a_failed_question_says_why_and_can_be_asked_again(visit: Visit) -> None:
    visitor = visit()
    visitor.open("?lang=en")
    visitor.ask(f"how loud is the alarm {BROKEN}?")
    answer = visitor.page.locator(".answer")
    assert answer.locator(".outcome").inner_text() == EN("outcome_failed")
    assert "The model is broken. Mend it." in answer.inner_text()
    assert visitor.page.inner_text("#status [role=status]") == EN("status_other", outcome=EN("outcome_failed"))
    answer.get_by_role("button", name=EN("ask_again")).click()
    visitor.page.wait_for_selector("li.turn.fresh .failed")
    assert len(questions(visitor)) == 1


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_slow_answer_can_be_stopped(visit: Visit, language: str) -> None:
    texts = Texts(language)
    visitor = visit()
    visitor.open(f"?lang={language}")
    visitor.ask(FIRST)
    page = visitor.page
    question = f"alarm volume {SLOW} {language}"
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    waiting = page.locator(".answer.waiting")
    waiting.wait_for()
    assert texts("searching") in waiting.inner_text()
    waiting.get_by_text(texts("searching_slow")).wait_for()
    assert page.inner_text("#status [role=status]") == texts("searching_slow")
    waiting.get_by_role("button", name=texts("stop")).click()
    waiting.wait_for(state="detached")
    assert questions(visitor) == [FIRST]
    assert page.input_value("#question textarea") == question
    assert page.inner_text("#status [role=status]") == texts("stopped")
    visitor.ask(SECOND)
    assert questions(visitor) == [FIRST, SECOND]


def test_a_question_not_yet_answered_survives_a_reload(visit: Visit) -> None:
    visitor = visit()
    visitor.open("?lang=en")
    visitor.page.fill("#question textarea", f"alarm volume {SLOW} reloaded")
    visitor.page.press("#question textarea", "Enter")
    visitor.page.locator(".answer.waiting").wait_for()
    visitor.page.reload()
    visitor.page.wait_for_selector("#conversation .intro.loaded")
    visitor.page.wait_for_function("document.querySelector('#question textarea').value.includes('reloaded')")


def test_a_slow_answer_comes(visit: Visit) -> None:
    visitor = visit()
    visitor.open("?lang=en")
    visitor.ask(f"alarm volume {SLOW} patience")
    assert visitor.page.locator(".answer.waiting").count() == 0


def test_an_answer_is_copied_with_its_sources(visit: Visit) -> None:
    visitor = visit(permissions=["clipboard-read", "clipboard-write"])
    visitor.open("?lang=vi")
    visitor.ask(FIRST)
    button = visitor.page.get_by_role("button", name=VI("copy_answer"), exact=True)
    button.click()
    visitor.page.get_by_text(VI("copied")).first.wait_for()
    copied = visitor.clipboard
    assert FIRST in copied
    assert "“" in copied
    assert "lưu nhật ký kiểm thử trong thời hạn 07 năm" in copied
    assert "[1] Điều 2 Luật số 901/2031/QH16" in copied
    visitor.page.wait_for_function(
        "word => document.querySelector('#status [role=status]').textContent === word", arg=VI("copied")
    )
    button.wait_for()  # it takes its own name again


def test_copying_works_without_the_clipboard_interface(visit: Visit) -> None:
    visitor = visit(permissions=["clipboard-read"])
    visitor.page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('closed'))")
    visitor.open("?lang=vi")
    visitor.ask(FIRST)
    visitor.page.get_by_role("button", name=VI("copy_answer"), exact=True).click()
    visitor.page.get_by_text(VI("copied")).first.wait_for()
    assert "[1] Điều 2 Luật số 901/2031/QH16" in visitor.clipboard


def test_a_shared_link_asks_as_a_visitor_would(visit: Visit) -> None:
    visitor = visit(permissions=["clipboard-read", "clipboard-write"])
    visitor.open("?lang=vi")
    visitor.ask(FIRST)
    visitor.page.get_by_role("button", name=VI("share"), exact=True).click()
    visitor.page.get_by_text(VI("copied")).first.wait_for()
    link = visitor.clipboard
    assert link.startswith(visitor.address + "vi/?q=")
    stranger = visit()
    stranger.page.goto(link)
    stranger.page.locator("li.turn .outcome").wait_for()
    assert questions(stranger) == [FIRST]
    assert "?q=" not in stranger.page.url
    stranger.page.reload()
    stranger.page.locator("li.turn .outcome").wait_for()
    assert questions(stranger) == [FIRST]
    # A link opened in a tab that holds a conversation begins another.
    visitor.page.goto(visitor.address + "vi/?q=%C4%90i%E1%BB%81u+3+Lu%E1%BA%ADt+901%2F2031%2FQH16")
    visitor.page.locator("li.turn .outcome").wait_for()
    assert questions(visitor) == ["Điều 3 Luật 901/2031/QH16"]
    press(visitor, VI("new_conversation"))
    assert visitor.page.inner_text("#conversation .recent summary") == VI("recent", count=2)


def test_a_link_cannot_ask_what_a_visitor_cannot(visit: Visit) -> None:
    visitor = visit()
    visitor.page.goto(visitor.address + "en/?q=" + "a" * 3000)
    visitor.page.locator("#problem [role=alert]").wait_for()
    assert visitor.page.locator("li.turn").count() == 0


def test_paper_shows_one_answer_with_full_addresses(visit: Visit) -> None:
    visitor = visit()
    visitor.page.add_init_script(
        "window.print = () => { window.printed = document.querySelectorAll('.printing').length }"
    )
    visitor.open("?lang=en")
    visitor.ask(FIRST)
    visitor.ask("How should the alarm volume of an infusion pump be measured?")
    press(visitor, EN("print"))
    assert visitor.page.evaluate("window.printed") == 1
    visitor.page.emulate_media(media="print")
    first, last = visitor.page.locator("li.turn").all()
    assert first.is_hidden()
    assert last.is_visible()
    assert "https://guidance.example/bench-testing" in last.inner_text()
    for gone in ("#ask", "#side", ".actions", "header.site nav"):
        assert visitor.page.locator(gone).last.is_hidden()
    visitor.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert first.is_visible()


def test_the_language_switch_keeps_the_conversation_and_the_source(visit: Visit) -> None:
    visitor = visit()
    visitor.open("?lang=vi")
    visitor.ask(FIRST)
    visitor.ask(SECOND)
    visitor.page.fill("#question textarea", "dở dang")
    visitor.page.click("header.site a[lang=en]")
    visitor.page.wait_for_selector("html[lang=en] li.turn .outcome")
    visitor.wait_for_place("Điều 3")
    assert questions(visitor) == [FIRST, SECOND]
    assert visitor.page.input_value("#question textarea") == "dở dang"
    assert EN("verdict_verbatim") in visitor.page.inner_text("#source aside")
