"""Official texts: from the catalogue's addresses into the base, one source after another.

What a site gives is looked into before it is taken: a text that states another number is never stored under an entry,
a scan yields to the text of its page, and a page that only speaks of an instrument is no text. Where no program gets
on, a person is told exactly what to save and where. A run that was broken off is simply given again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from ingest.dates import parse_date
from ingest.fetching import advice
from ingest.fetching.bounds import Refused, TryLater, WebError
from ingest.fetching.downloads import Downloads, Kept
from ingest.fetching.finder import RECENT, Finder, another_number
from ingest.fetching.match import Match, is_consolidation, match
from ingest.fetching.web import Web
from ingest.pipeline import FileReport, Options, Reading, Result, ingest_as, look_into
from kb.base import KnowledgeBase, Say
from kb.catalogue import FETCHED, Source, fetchable, may_fetch, text_of
from kb.errors import BaseBusy, DocumentError, DocumentTooLarge, KnowledgeBaseError, ScannedDocument
from kb.library import now
from kb.models import Progress
from kb.number import canonical_number
from kb.records import Remark
from kb.sources import Fetch, FetchOutcome, last_fetches, record_fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchReport:
    """What became of one source. `result` says what the base made of the text, `message` what to know or do;
    `inbox` is the folder for a file downloaded by hand. `document` is set, too, where an earlier text stays in place.
    """

    source: str
    outcome: FetchOutcome
    licence: str
    url: str
    message: Remark
    result: Result | None = None
    document: str | None = None
    version: int | None = None
    sha256: str | None = None
    bytes: int | None = None
    media_type: str | None = None
    inbox: Path | None = None
    remarks: tuple[Remark, ...] = ()


def fetch(
    base: KnowledgeBase,
    sources: Sequence[Source],
    *,
    web: Web | None = None,
    again: bool = False,
    say: Say = lambda sentence: None,
    progress: Callable[[Source], Progress] = lambda source: lambda done, total: None,
) -> Iterator[FetchReport]:
    """Fetch each of `sources`, yielding its report once all is stored and recorded.

    `again` asks sites anew for what was fetched in the last 24 hours. `progress(source)` is told of bytes downloaded,
    then of passages embedded. Stopped at any point, by an interrupt or by asking for no further report, everything
    is sound, and the next run goes on. Raises BaseBusy when another download runs on this base, ModelError.
    """
    lock = FileLock(base.settings.home / "downloads.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BaseBusy(
            "Another download is running on this base. Wait until it has finished.",
            "Một lượt tải khác đang chạy trên kho này. Đề nghị chờ lượt tải đó kết thúc.",
        ) from error
    asked = web or Web()
    try:
        base.embedder(say)
        for source in sources:
            one = _One(
                base=base,
                source=source,
                web=asked,
                again=again,
                say=say,
                progress=progress(source),
                downloads=Downloads(base.settings.home, source.id),
            )
            yield one.report()
    finally:
        if web is None:
            asked.close()
        lock.release()


def mark(source: Source) -> str:
    """Return what the library knows the fetched text of `source` by."""
    return FETCHED + source.id


@dataclass(slots=True, kw_only=True)
class _One:
    """The work on one source: what was tried so far and why it would not do."""

    base: KnowledgeBase
    source: Source
    web: Web
    again: bool
    say: Say
    progress: Progress
    downloads: Downloads
    remarks: list[Remark] = field(default_factory=list)

    def report(self) -> FetchReport:
        """Do it, record it, and return what became of it."""
        passed_over = self._passed_over()
        if passed_over is not None:
            return passed_over
        try:
            report = self._from_inbox() or self._from_web()
        except KnowledgeBaseError as error:
            report = self._not_taken([error])
        except OSError as error:
            report = self._not_taken([_disk_trouble(error)])
        self._record(report)
        return report

    # -- from where ---------------------------------------------------------------------------------------------------

    def _passed_over(self) -> FetchReport | None:
        """Return the report on a source that was fetched lately, None where there is something to do."""
        last = last_fetches(self.base.library).get(self.source.id)
        known = self.base.library.find_source(mark(self.source))
        if self.again or last is None or known is None or self.downloads.dropped():
            return None
        if last.outcome not in (FetchOutcome.FETCHED, FetchOutcome.UNCHANGED) or last.at < now() - RECENT:
            return None
        return self._report(
            FetchOutcome.UNCHANGED,
            advice.FETCHED_LATELY,
            result=Result.UNCHANGED,
            url=last.url,
            sha256=last.sha256,
            bytes=last.bytes,
            media_type=last.media_type,
        )

    def _from_inbox(self) -> FetchReport | None:
        """Take what a person dropped; None where nothing lies there."""
        dropped = self.downloads.dropped()
        if not dropped or not may_fetch(self.source.licence):
            return None
        if len(dropped) > 1:
            raise DocumentError(
                f"{self.downloads.inbox} holds several files. Leave only the one with the whole text there.",
                f"Thư mục {self.downloads.inbox} có nhiều tệp. Đề nghị chỉ để lại một tệp chứa toàn văn.",
            )
        (path,) = dropped
        self.say(f"{self.source.id}: đang nạp tệp {path.name} … | adding the file {path.name} …")
        reading = look_into(self.base, path)
        found = match(self.source, reading)
        if found is Match.OTHER:
            raise another_number(self.source, path.name, reading)
        if found is Match.STRANGE:
            self.remarks.append(advice.strange(path.name))
        result = self._ingested(path, reading, found)
        kept = self.downloads.take_over(path, self.source.url)
        return self._taken(result, kept, self.source.url)

    def _from_web(self) -> FetchReport:
        source = self.source
        if not may_fetch(source.licence):
            return self._report(FetchOutcome.BY_HAND, advice.link_only(source))
        if not fetchable(source):
            return self._by_hand(advice.NO_ADDRESS)
        self.say(f"{source.id}: đang tải từ {urlsplit(source.file_url or source.url).netloc} … | downloading …")
        finder = Finder(
            base=self.base,
            source=source,
            web=self.web,
            again=self.again,
            progress=self.progress,
            downloads=self.downloads,
        )
        chosen = finder.find()
        self.remarks += finder.remarks
        if chosen is None:
            return self._not_taken(finder.reasons, downloaded=True)
        result = self._ingested(chosen.path, chosen.reading, chosen.match)
        self.downloads.mark_used(chosen.kept, unchanged=result.result is Result.UNCHANGED)
        return self._taken(result, chosen.kept, chosen.kept.url)

    # -- into the base ------------------------------------------------------------------------------------------------

    def _ingested(self, path: Path, reading: Reading, found: Match) -> FileReport:
        return ingest_as(
            self.base,
            path,
            mark(self.source),
            self._options(reading, found),
            publish=self.base.settings.publish_on_ingest,
            progress=self.progress,
            reading=reading,
        )

    def _options(self, reading: Reading, found: Match) -> Options:
        """What the catalogue adds: its own classification, and of the rest only what the text does not state."""
        source, stated = self.source, reading.metadata
        number = source.number and (canonical_number(source.number) or source.number)
        if number and not stated.number and found is not Match.NUMBER:
            self.remarks.append(advice.number_from_catalogue(number))
        if is_consolidation(source, reading):
            self.remarks.append(advice.consolidation(stated.number, source.number))
        language = stated.language or "en"
        return Options(
            title=None if stated.title else text_of(source, "title", language),
            number=None if stated.number else number,
            issuer=None if stated.issuer else text_of(source, "issuer", language),
            kind=source.kind,
            authority=source.authority,
            jurisdiction=source.jurisdiction,
            licence=source.licence.value,
            url=source.url,
            issued=None if stated.issued else _whole_day(source.issued),
            effective=None if stated.effective else _whole_day(source.effective),
        )

    # -- what became of it --------------------------------------------------------------------------------------------

    def _taken(self, file: FileReport, kept: Kept, url: str) -> FetchReport:
        return self._report(
            FetchOutcome.UNCHANGED if file.result is Result.UNCHANGED else FetchOutcome.FETCHED,
            advice.taken(file),
            result=file.result,
            url=url,
            sha256=kept.sha256,
            bytes=kept.bytes,
            media_type=kept.media_type or None,
            remarks=(*self.remarks, *file.remarks),
        )

    def _not_taken(self, reasons: Sequence[KnowledgeBaseError], *, downloaded: bool = False) -> FetchReport:
        """Return the report on a source whose text did not come: to be tried later, to be put right, or by hand."""
        later = [reason for reason in reasons if isinstance(reason, TryLater)]
        by_hand = [
            reason
            for reason in sorted(reasons, key=lambda reason: not isinstance(reason, ScannedDocument))
            if isinstance(reason, (Refused, DocumentError)) and not isinstance(reason, DocumentTooLarge)
        ]
        ordered = list(dict.fromkeys([*later, *by_hand, *reasons]))
        first, *others = [Remark(en=reason.en, vi=reason.vi) for reason in ordered]
        remarks = (*self.remarks, *others)
        if later or not by_hand:
            return self._report(FetchOutcome.FAILED, first, remarks=remarks)
        if isinstance(ordered[0], ScannedDocument) and downloaded:
            first = advice.scan(self.downloads.folder)
        return self._by_hand(first, remarks=remarks)

    def _by_hand(self, reason: Remark, *, remarks: tuple[Remark, ...] = ()) -> FetchReport:
        """Return the report that tells a person what to save, from which address, and where."""
        inbox = self.downloads.open_inbox()
        return self._report(
            FetchOutcome.BY_HAND, advice.by_hand(self.source, reason, inbox), inbox=inbox, remarks=remarks
        )

    def _report(
        self,
        outcome: FetchOutcome,
        message: Remark,
        *,
        result: Result | None = None,
        url: str | None = None,
        sha256: str | None = None,
        bytes: int | None = None,
        media_type: str | None = None,
        inbox: Path | None = None,
        remarks: tuple[Remark, ...] = (),
    ) -> FetchReport:
        known = self.base.library.find_source(mark(self.source))
        if known is not None and result is None:
            remarks = (
                *remarks,
                advice.kept(known.version),
            )
        return FetchReport(
            source=self.source.id,
            outcome=outcome,
            licence=self.source.licence.value,
            url=url or self.source.file_url or self.source.url,
            message=message,
            result=result,
            document=known.document_id if known else None,
            version=known.version if known else None,
            sha256=sha256,
            bytes=bytes,
            media_type=media_type,
            inbox=inbox,
            remarks=remarks,
        )

    def _record(self, report: FetchReport) -> None:
        kept = next((kept for kept in self.downloads.kept() if kept.sha256 == report.sha256), None)
        record_fetch(
            self.base.library,
            Fetch(
                source_id=self.source.id,
                at=now(),
                outcome=report.outcome,
                url=report.url,
                sha256=report.sha256,
                bytes=report.bytes,
                media_type=report.media_type,
                etag=kept.etag if kept else None,
                last_modified=kept.last_modified if kept else None,
                document=report.document,
                message=report.message,
            ),
        )


def _whole_day(known: str | None) -> date | None:
    """Return a day known in full, None for a month or a year alone."""
    return parse_date(known or "")


def _disk_trouble(error: OSError) -> KnowledgeBaseError:
    reason = error.strerror or type(error).__name__
    return WebError(
        f"The download could not be stored ({reason}). Check the space on the disk and the rights of the folder.",
        f"Không lưu được tệp tải về ({reason}). Đề nghị kiểm tra dung lượng đĩa và quyền ghi thư mục.",
    )
