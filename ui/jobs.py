"""One piece of work behind the pages at a time: fetching official texts. Its state lives in memory and ends with it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from kb.base import KnowledgeBase
from kb.catalogue import Source
from kb.errors import KnowledgeBaseError
from kb.library import now

Work = Callable[["FetchJob", Sequence[Source]], None]
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """Where the work stands. `begun` is UTC without a zone; `trouble` is why all of it ended early, None where it did
    not; `defect` says that the log knows more."""

    sources: tuple[Source, ...] = ()
    begun: datetime | None = None
    done: int = 0
    running: bool = False
    stopping: bool = False
    trouble: KnowledgeBaseError | None = None
    defect: bool = False

    @property
    def stopped(self) -> bool:
        """Whether it ended because somebody stopped it."""
        return self.stopping and not self.running and self.done < len(self.sources)


class FetchJob:
    """Fetches sources one after the other in a thread of its own; at most one such thread."""

    def __init__(self, base: KnowledgeBase, work: Work | None = None) -> None:
        self.base = base
        self._work = work or _fetch
        self._state = JobState()
        self._changing = threading.Lock()

    @property
    def state(self) -> JobState:
        """Where the work stands now."""
        return self._state

    def start(self, sources: Sequence[Source]) -> bool:
        """Begin to fetch `sources`; return False, changing nothing, while other work is running."""
        with self._changing:
            if self._state.running or not sources:
                return False
            self._state = JobState(sources=tuple(sources), begun=now(), running=True)
        threading.Thread(target=self._run, name="fetch", daemon=True).start()
        return True

    def stop(self) -> None:
        """Ask the work to end after the source that is being fetched."""
        self._change(stopping=True)

    @property
    def stopping(self) -> bool:
        """Whether somebody asked the work to end."""
        return self._state.stopping

    def advance(self) -> None:
        """Count one more source as dealt with."""
        self._change(done=self._state.done + 1)

    def _change(self, **changes: object) -> None:
        with self._changing:
            self._state = replace(self._state, **changes)  # type: ignore[arg-type]

    def _run(self) -> None:
        try:
            self._work(self, self._state.sources)
        except KnowledgeBaseError as error:
            self._change(trouble=error)
        except Exception:  # a defect: the page must say that it ended, and the log keeps the trace
            _LOG.exception("fetching ended early")
            self._change(defect=True)
        finally:
            self._change(running=False)


def _fetch(job: FetchJob, sources: Sequence[Source]) -> None:
    from ingest.fetch import fetch  # the readers are imported when there is something to read

    for _ in fetch(job.base, sources):
        job.advance()
        if job.stopping:
            break
