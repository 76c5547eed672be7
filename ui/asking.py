"""Asking, as the page's handlers do it: the question shown at once, then its answer. Nothing outlives a request.

Handlers check all that they are given: Gradio's functions can be called without the page.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date
from html import escape
from typing import Any

from kb.base import LONGEST_QUESTION, KnowledgeBase
from kb.errors import KnowledgeBaseError
from kb.records import Answer, Outcome
from ui import conversation, render
from ui.conversation import Failure, Turn
from ui.parts import alert, number, whole_number
from ui.rights import readable
from ui.start import intro
from ui.texts import Texts

SLOW_SECONDS = 5.0
"""After so long a visitor is told that the search goes on, and may stop it."""
_POLL_SECONDS = 0.2
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What changes on the page; None leaves a part as it is.

    `talk` is the conversation's HTML, `turns` what the browser is to keep, `question` the text in the box, `problem`
    what is wrong with it, `said` what screen readers announce, `answer` one whose first source is to be opened.
    """

    talk: str | None = None
    turns: dict[str, Any] | None = None
    question: str | None = None
    problem: str | None = None
    said: str | None = None
    answer: Answer | None = None


class Asking:
    """The handlers of one language. Holds the base and the words, no visitor's data."""

    def __init__(self, base: KnowledgeBase, texts: Texts) -> None:
        self.base = base
        self.texts = texts

    async def ask(self, typed: object, kept: object, told: dict[str, Any]) -> AsyncIterator[Step]:
        """Show the question at once, then its answer.

        `told` may name another question than the one `typed` (an example, a shared link), or the turn to ask again.
        """
        turns = conversation.load(kept)
        again = whole_number(told.get("again"))
        if again is not None and again < len(turns):
            question: object = turns[again].question
        else:
            again, question = None, told.get("question", typed)
        problem = self._problem(question)
        if problem is not None:
            yield Step(problem=alert(problem))
            return
        turn = Turn(question=str(question).strip())
        box = "" if question is typed else None
        if again is None:
            turns = turns[-conversation.MOST_TURNS + 1 :]
            before, after = turns, turns[:0]
        else:
            before, after = turns[:again], turns[again + 1 :]
        at = len(before)
        waiting = self.texts("searching" if self.base.ready else "model_loading")
        task = asyncio.create_task(self._answered(turn, conversation.last_answer(before)))
        try:
            shown = render.conversation((*before, turn, *after), self.texts, fresh=at, waiting=waiting)
            yield Step(talk=shown, question=box, problem="", said=waiting)
            await asyncio.wait({task}, timeout=SLOW_SECONDS)
            if not task.done():
                waiting = self.texts("searching_slow" if self.base.ready else "model_loading")
                everything = (*before, turn, *after)
                shown = render.conversation(everything, self.texts, fresh=at, waiting=waiting, slow=True)
                yield Step(talk=shown, said=waiting)
            answered = await task
        finally:
            task.cancel()
        problem = ""
        if again is not None and answered.failure is not None and turns[again].answer is not None:
            # The answer that was there is worth more than word that another could not be had.
            problem, answered = alert(answered.failure.message(self.texts.language)), turns[again]
        turns = (*before, answered, *after)
        shown = render.conversation(turns, self.texts, fresh=at)
        said = self._outcome(answered)
        yield Step(talk=shown, turns=conversation.dump(turns), problem=problem, said=said, answer=answered.answer)

    async def _answered(self, turn: Turn, follows: Answer | None) -> Turn:
        try:
            while not self.base.ready:
                if self.base.loading_error is not None:
                    return replace(turn, failure=Failure.of(self.base.loading_error))
                await asyncio.sleep(_POLL_SECONDS)
            answer = await asyncio.to_thread(self.base.ask, turn.question, follows=follows)
            searched = await asyncio.to_thread(self.holdings)
            return replace(turn, answer=answer, searched=searched, day=date.today())
        except KnowledgeBaseError as error:
            return replace(turn, failure=Failure.of(error))
        except Exception:  # a defect: the visitor reads a sentence, the log keeps the trace
            _LOG.exception("a question was not answered")
            failure = Failure(vi=Texts("vi")("internal_failure"), en=Texts("en")("internal_failure"))
            return replace(turn, failure=failure)

    def stop(self, kept: object, told: dict[str, Any]) -> Step:
        """Show the conversation as it was before the question that was stopped, which goes back into the box."""
        question = told.get("question")
        typed = question[:LONGEST_QUESTION] if isinstance(question, str) else None
        return Step(talk=self._shown(kept), question=typed, problem="", said=self.texts("stopped"))

    def start(self, kept: object, told: dict[str, Any]) -> Step:
        """Show the conversation that the browser kept, or the start; `told` says what the visitor has just done."""
        done = {"cleared": "cleared", "restored": "restored"}.get(str(told.get("done")))
        shown = self._shown(kept, cleared=done == "cleared")
        return Step(talk=shown, problem="", said=self.texts(done) if done else "")

    def _shown(self, kept: object, *, cleared: bool = False) -> str:
        turns = conversation.load(kept)
        if turns:
            return render.conversation(turns, self.texts)
        return intro(self.texts, self.holdings(), conversation.load_recent(kept), cleared=cleared)

    async def watch_loading(self) -> AsyncIterator[str]:
        """Say that the model is loading, or how far the starter notes are, until it can answer; or why it cannot."""
        shown = ""
        while not self.base.ready and self.base.loading_error is None:
            notice = f'<p class="loading">{escape(self._preparing())}</p>'
            if notice != shown:
                yield (shown := notice)
            await asyncio.sleep(_POLL_SECONDS)
        error = self.base.loading_error
        messages = [error] if error is not None else self.base.warnings
        yield "".join(alert(item.message(self.texts.language)) for item in messages)

    def _preparing(self) -> str:
        if self.base.preparing is None:
            return self.texts("model_loading_notice")
        done, total = (number(count, self.texts) for count in self.base.preparing)
        return self.texts("preparing_notes", done=done, total=total)

    def holdings(self) -> int:
        """Return how many documents a visitor's question is looked for in."""
        return sum(readable(document) for document in self.base.documents())

    def _problem(self, question: object) -> str | None:
        if not isinstance(question, str) or not any(letter.isalnum() for letter in question):
            return self.texts("question_empty")
        if len(question) > LONGEST_QUESTION:
            return self.texts("question_too_long", length=len(question), limit=LONGEST_QUESTION)
        return None

    def _outcome(self, turn: Turn) -> str:
        if turn.answer is None:
            return self.texts("status_other", outcome=self.texts("outcome_failed"))
        if turn.answer.outcome == Outcome.ANSWERED:
            return self.texts("status_answered", count=len(turn.answer.citations))
        return self.texts("status_other", outcome=self.texts(f"outcome_{turn.answer.outcome.value}"))
