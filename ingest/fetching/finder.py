"""Finds the text of a catalogue entry on the web: the file at its address, a file that its page offers, or the page.

What comes is looked into before it is taken for the text, and each thing that would not do leaves its reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from ingest.fetching.bounds import Bounds, Refused, TooLarge, TryLater, WebError
from ingest.fetching.downloads import Downloads, Kept
from ingest.fetching.match import Match, articles, match
from ingest.fetching.offers import Offer, Offers, offers
from ingest.fetching.web import NotModified, Web
from ingest.pipeline import Reading, look_into
from kb.base import KnowledgeBase
from kb.catalogue import Source, UrlKind
from kb.errors import DocumentError, KnowledgeBaseError, ScannedDocument
from kb.models import Progress
from kb.records import Remark

RECENT = timedelta(hours=24)
"""What was fetched not longer ago is passed over."""

MOST_OFFERS = 3
"""How many files of one page are tried."""

LEAST_PAGE = 3000
"""How many letters a page without articles must hold to be taken for a whole text."""

_TELLING = (TryLater, TooLarge, Refused, DocumentError)
"""Reasons that tell a person enough; of others, such as a dead link beside the text, there may be no end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file that may be the text. `trusted` says that what led to it names it as this very text."""

    kept: Kept
    path: Path
    reading: Reading
    match: Match
    trusted: bool

    @property
    def fits(self) -> bool:
        return self.match >= Match.TITLE or (self.trusted and self.match is Match.LIKELY)


@dataclass(slots=True, kw_only=True)
class Finder:
    """The search for the text of one source: `reasons` why what was tried would not do, `remarks` on what is taken."""

    base: KnowledgeBase
    source: Source
    web: Web
    again: bool
    progress: Progress
    downloads: Downloads
    reasons: list[KnowledgeBaseError] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def find(self) -> Candidate | None:
        """Return the file that is the text; None, with the reasons noted, where none is."""
        return self._file_named() or self._at_page()

    def _file_named(self) -> Candidate | None:
        """The file whose address the catalogue gives, where it is the text."""
        return self._candidate(self.source.file_url, trusted=True) if self.source.file_url else None

    def _at_page(self) -> Candidate | None:
        """The text at the official page: a file that it offers, or the page itself where it holds all of it."""
        source = self.source
        if source.url == source.file_url or (self.reasons and source.url_kind is UrlKind.SITE):
            return None
        kept = self._obtained(source.url)
        if kept is None:
            return None
        if not kept.file.endswith(".html"):
            return self._read(kept, trusted=True)
        offered = offers(self.downloads.path(kept).read_bytes(), kept.url, self._bounds(), source)
        page = self._read(kept, trusted=source.url_kind is UrlKind.TEXT)
        if page is not None and not self._is_whole(page, offered):
            page = None
        if page is not None and source.url_kind is UrlKind.TEXT:
            return page
        file = next(filter(None, map(self._offered, offered.files[:MOST_OFFERS])), None)
        if file is not None and (page is None or _reads_as_well(file.reading, page.reading)):
            return file
        if page is not None and any(isinstance(reason, ScannedDocument) for reason in self.reasons):
            self.remarks.append(
                Remark(
                    en="The signed file is a scan without text; the text of the page was taken in its place.",
                    vi="Tệp ký số là bản quét không có lớp văn bản; đã lấy nội dung toàn văn trên trang để thay thế.",
                )
            )
        if page is None and offered.elsewhere:
            self.reasons.insert(0, _no_text(source.url, offered))
        elif page is None and not any(isinstance(reason, _TELLING) for reason in self.reasons):
            self.reasons.append(_no_text(source.url, offered))
        return page

    def _offered(self, offer: Offer) -> Candidate | None:
        return self._candidate(offer.address, trusted=offer.numbered)

    def _candidate(self, address: str, *, trusted: bool) -> Candidate | None:
        kept = self._obtained(address)
        return None if kept is None else self._read(kept, trusted=trusted)

    def _obtained(self, address: str) -> Kept | None:
        """Return the file at `address`; None, with the reason noted, where it cannot be had."""
        if not self.again and (recent := self.downloads.recent(address, RECENT)):
            return recent
        settings = self.base.settings
        try:
            for known in (self.downloads.validators(), {}):
                got = self.web.get(
                    address,
                    bounds=self._bounds(),
                    part=self.downloads.part(address),
                    max_bytes=settings.max_file_mb * 1_000_000,
                    languages=self.source.languages,
                    known=known,
                    progress=self.progress,
                )
                if not isinstance(got, NotModified):
                    return self.downloads.keep(address, got)
                if kept := self.downloads.seen_again(address, got.url):
                    return kept
        except (WebError, DocumentError) as error:
            self.reasons.append(error)
        return None

    def _read(self, kept: Kept, *, trusted: bool) -> Candidate | None:
        """Look into a file; None, with the reason noted, where it cannot be read or is another text."""
        path = self.downloads.path(kept)
        try:
            reading = look_into(self.base, path)
        except DocumentError as error:
            self.reasons.append(_naming(error, path, kept.url))
            return None
        candidate = Candidate(kept=kept, path=path, reading=reading, match=match(self.source, reading), trusted=trusted)
        if candidate.fits:
            return candidate
        if candidate.match is Match.OTHER:
            self.reasons.append(another_number(self.source, kept.url, reading))
        elif trusted and kept.file.endswith((".pdf", ".docx")):
            self.reasons.append(
                DocumentError(
                    f"{kept.url} gives a text that shows neither the number nor the title of this source.",
                    f"Văn bản tại {kept.url} không thể hiện số hiệu và tên gọi của nguồn này.",
                )
            )
        return None

    def _is_whole(self, page: Candidate, offered: Offers) -> bool:
        """Whether a page holds the text rather than speaks of it."""
        if articles(page.reading) >= 2:
            return True
        long = len(page.reading.source.text) >= LEAST_PAGE and len(page.reading.clauses) >= 5
        return long and (self.source.url_kind is UrlKind.TEXT or not offered.files)

    def _bounds(self) -> Bounds:
        addresses = [address for address in (self.source.url, self.source.file_url) if address]
        return Bounds.around(addresses, self.source.also_hosts)


def another_number(source: Source, where: str, reading: Reading) -> DocumentError:
    """Return the error for a text at `where` that states another number than its entry."""
    stated = reading.metadata.number or "?"
    issued = f" ({reading.metadata.issued:%d/%m/%Y})" if reading.metadata.issued else ""
    wanted = source.number or source.id
    return DocumentError(
        f"{where} states the number {stated}{issued}, not {wanted}, so it was not taken.",
        f"{where} ghi số hiệu {stated}{issued}, không phải {wanted}, nên không được nạp.",
    )


def _reads_as_well(file: Reading, page: Reading) -> bool:
    """Tell whether a file gives about as much of the text as its page does: articles where there are any."""
    if articles(page) >= 2:
        return 5 * articles(file) >= 4 * articles(page)
    return 5 * len(file.source.text) >= 4 * len(page.source.text)


def _no_text(url: str, offered: Offers) -> DocumentError:
    if offered.elsewhere:
        there = offered.elsewhere[0].address
        return DocumentError(
            f"{url} links to {there}, on a host that the catalogue does not name for this source, "
            "so it was not downloaded.",
            f"Trang {url} dẫn tới {there}, thuộc máy chủ mà danh mục không nêu cho nguồn này, nên không được tải.",
        )
    return DocumentError(
        f"{url} neither holds the text nor links to a file with it that a program could find.",
        f"Trang {url} không chứa toàn văn và không có liên kết tới tệp văn bản mà chương trình nhận biết được.",
    )


def _naming(error: DocumentError, path: Path, url: str) -> DocumentError:
    """Return a reader's error with the address in place of the name under which we keep the file."""
    return type(error)(error.en.replace(path.name, url), error.vi.replace(path.name, url))
