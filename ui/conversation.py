"""What a visitor has asked and been told. It lives in the visitor's browser and comes back as untrusted JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from kb.errors import KnowledgeBaseError
from kb.records import Answer, Citation

MOST_TURNS = 20  # about 10 kB each; browsers keep 5 MB for a site
MOST_RECENT = 20
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why there is no answer, in both languages."""

    vi: str
    en: str

    @classmethod
    def of(cls, error: KnowledgeBaseError) -> Failure:
        """Return what `error` says."""
        return cls(vi=error.vi, en=error.en)

    def message(self, language: str) -> str:
        """Return the message in `language`."""
        return self.vi if language == "vi" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question and its answer, or why there is none; neither while it is being looked for.

    `searched` is the number of documents that the base held then, `day` the day of the answer.
    """

    question: str
    answer: Answer | None = None
    failure: Failure | None = None
    searched: int = 0
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """Another conversation that the browser keeps: its first question, how many it has, the day of the last."""

    id: Identifier
    question: str
    count: int
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """All that the browser tells: the conversation shown, and the others, the newest first."""

    turns: tuple[Turn, ...] = ()
    recent: tuple[Recent, ...] = field(default=())


@cache
def _kept() -> TypeAdapter[Kept]:
    return TypeAdapter(Kept)


def dump(turns: tuple[Turn, ...]) -> dict[str, Any]:
    """Return the last turns as the JSON value that the browser is to keep."""
    return _kept().dump_python(Kept(turns=turns[-MOST_TURNS:]), mode="json", exclude={"recent"})  # type: ignore[no-any-return]


def load(stored: object) -> tuple[Turn, ...]:
    """Return the turns that a browser kept; none where it kept something else (of another program version, say)."""
    return _read(stored, "turns").turns[-MOST_TURNS:]


def load_recent(stored: object) -> tuple[Recent, ...]:
    """Return the other conversations that a browser kept; none where it names them otherwise than this program."""
    return _read(stored, "recent").recent[:MOST_RECENT]


def _read(stored: object, part: str) -> Kept:
    if not isinstance(stored, dict):
        return Kept()
    try:
        return _kept().validate_python({part: stored.get(part, ())})
    except ValidationError:
        return Kept()


def last_answer(turns: tuple[Turn, ...]) -> Answer | None:
    """Return the newest answer, which a next question may follow; None where there is none yet."""
    return next((turn.answer for turn in reversed(turns) if turn.answer is not None), None)


def cited(
    turns: tuple[Turn, ...], *, document: str, version: int | None, span: tuple[int, int] | None
) -> Citation | None:
    """Return the citation of just this span of a document in the conversation, None where nothing quotes it."""
    citations = (citation for turn in turns if turn.answer is not None for citation in turn.answer.citations)
    wanted = (document, version, span)
    return next((item for item in citations if (item.document, item.version, (item.start, item.end)) == wanted), None)
