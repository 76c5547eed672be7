"""What a visitor has asked and been told. It lives in the visitor's browser and comes back as untrusted JSON."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from kb.errors import KnowledgeBaseError
from kb.records import Answer

MOST_TURNS = 20  # about 10 kB each; browsers keep 5 MB for a site


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

    `searched` is the number of documents that the base held then.
    """

    question: str
    answer: Answer | None = None
    failure: Failure | None = None
    searched: int = 0


@cache
def _turns() -> TypeAdapter[tuple[Turn, ...]]:
    return TypeAdapter(tuple[Turn, ...])


def dump(turns: tuple[Turn, ...]) -> list[dict[str, Any]]:
    """Return the last turns as JSON values."""
    return _turns().dump_python(turns[-MOST_TURNS:], mode="json")  # type: ignore[no-any-return]


def load(stored: object) -> tuple[Turn, ...]:
    """Return the turns that a browser kept; none where it kept something else (of another program version, say)."""
    try:
        return _turns().validate_python(stored)[-MOST_TURNS:]
    except ValidationError:
        return ()
