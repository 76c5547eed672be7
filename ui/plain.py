"""An answer as plain text, to be pasted into a letter: the question, what was answered, every source cited in full."""

from __future__ import annotations

from kb.records import Answer, Citation
from ui.conversation import Turn
from ui.parts import official_link, place
from ui.texts import Texts


def answer_text(turn: Turn, texts: Texts) -> str:
    """Return a turn as plain text; "" where it has no answer."""
    answer = turn.answer
    if answer is None:
        return ""
    said = [texts("copied_question", question=turn.question)]
    said += [texts("searched_as", question=answer.searched)] if answer.searched else []
    said += ["", *_statements(answer)]
    if answer.citations:
        said += ["", f"{texts('sources')}:", *(_source(citation, texts) for citation in answer.citations)]
    made = texts("site_name") + (f", {texts.date(turn.day)}" if turn.day else "")
    return "\n".join([*said, "", f"{made}. {texts('footer_law')}"])


def _statements(answer: Answer) -> list[str]:
    lines = []
    for statement in answer.statements:
        keys = "".join(f" [{key}]" for key in statement.citations)
        lines.append(f"“{statement.text}”{keys}" if statement.quoted else f"{statement.text}{keys}")
    return lines


def _source(citation: Citation, texts: Texts) -> str:
    name = citation.cite_as or f"{place(citation.address, citation.title)}, {citation.number or citation.title}"
    page = texts("page", page=citation.page) if citation.page is not None else ""
    title = citation.title if citation.title not in name else ""
    return f"[{citation.key}] " + "; ".join(part for part in (name, title, page, official_link(citation.url)) if part)
