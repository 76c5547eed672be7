"""The command `fetch`: official texts of the catalogue downloaded and ingested, or the list of what can be had."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ingest.fetch import FetchReport, fetch
from kb.base import KnowledgeBase
from kb.catalogue import Source, fetchable, may_fetch
from kb.errors import UsageError
from kb.sources import FetchOutcome, last_fetches
from ui.terminal import DONE, FAILED, UNKNOWN, Terminal


def fetch_texts(base: KnowledgeBase, options: argparse.Namespace, terminal: Terminal) -> int:
    """Fetch official texts; without an id or --core, list what can be fetched, and how. 1 when any failed."""
    sources = base.catalogue()
    known = {source.id: source for source in sources}
    strange = [name for name in options.ids if name not in known]
    if strange:
        raise UsageError(
            f"The catalogue holds no source {', '.join(strange)}. `cop-kb fetch` lists all ids.",
            f"Danh mục không có nguồn {', '.join(strange)}. Lệnh `cop-kb fetch` liệt kê các mã nguồn.",
        )
    chosen = [source for source in sources if source.id in options.ids or (options.core and source.core)]
    if not options.ids and not options.core:
        return _list_sources(base, sources, options, terminal)
    reports = []
    for report in fetch(
        base,
        chosen,
        again=options.again,
        say=terminal.say,
        progress=lambda source: terminal.progress(source.id),
    ):
        reports.append(report)
        _say_fetch(report, known[report.source], terminal, to_result=not options.json)
    if options.json:
        terminal.print_json({"sources": [_fetch_json(report) for report in reports]})
    count = {outcome: sum(report.outcome is outcome for report in reports) for outcome in FetchOutcome}
    terminal.say(
        f"Tải mới {count[FetchOutcome.FETCHED]}, không thay đổi {count[FetchOutcome.UNCHANGED]}, "
        f"cần tải thủ công {count[FetchOutcome.BY_HAND]}, lỗi {count[FetchOutcome.FAILED]}. | "
        f"{count[FetchOutcome.FETCHED]} fetched, {count[FetchOutcome.UNCHANGED]} unchanged, "
        f"{count[FetchOutcome.BY_HAND]} by hand, {count[FetchOutcome.FAILED]} failed."
    )
    return FAILED if count[FetchOutcome.FAILED] else DONE


_SIGNS = {
    FetchOutcome.FETCHED: "✓",
    FetchOutcome.UNCHANGED: "=",
    FetchOutcome.BY_HAND: "→",
    FetchOutcome.FAILED: "✗",
}


def _say_fetch(report: FetchReport, source: Source, terminal: Terminal, *, to_result: bool) -> None:
    write = terminal.print if to_result else terminal.say
    what = f"  {report.result.value}: {report.document} (version {report.version})\n" if report.result else ""
    write(
        f"{_SIGNS[report.outcome]} {report.source} · {source.number or UNKNOWN} · {report.outcome.value} · "
        f"{report.licence}\n{what}  {report.message.vi}\n  {report.message.en}"
    )
    for remark in report.remarks:
        write(f"  ! {remark.vi}\n    {remark.en}")


def _fetch_json(report: FetchReport) -> dict[str, Any]:
    return {
        "source": report.source,
        "outcome": report.outcome.value,
        "result": report.result.value if report.result else None,
        "document": report.document,
        "version": report.version,
        "licence": report.licence,
        "url": report.url,
        "sha256": report.sha256,
        "bytes": report.bytes,
        "media_type": report.media_type,
        "inbox": str(report.inbox) if report.inbox else None,
        "message": asdict(report.message),
        "remarks": [asdict(remark) for remark in report.remarks],
    }


def _list_sources(
    base: KnowledgeBase, sources: Sequence[Source], options: argparse.Namespace, terminal: Terminal
) -> int:
    last = last_fetches(base.library)
    rows = [
        {
            "source": source.id,
            "core": source.core,
            "number": source.number or UNKNOWN,
            "title": {"vi": source.title_vi, "en": source.title_en},
            "licence": source.licence.value,
            "way": "automatic" if fetchable(source) else "by hand" if may_fetch(source.licence) else "link only",
            "url": source.file_url or source.url,
            "last": last[source.id].outcome.value if source.id in last else None,
            "last_at": f"{last[source.id].at.isoformat(timespec='seconds')}Z" if source.id in last else None,
        }
        for source in sources
    ]
    if options.json:
        terminal.print_json({"sources": rows})
        return DONE
    for row, source in zip(rows, sources, strict=True):
        terminal.print(
            f"{row['source']}{' *' if row['core'] else ''}  {row['number']}  {source.title_vi}\n"
            f"    {row['way']} · {row['licence']} · {row['last'] or '-'} · {row['url']}"
        )
    terminal.say(
        "* bộ nòng cốt. `cop-kb fetch MÃ…` hoặc `cop-kb fetch --core` để tải. | "
        "* core set. `cop-kb fetch ID…` or `cop-kb fetch --core` downloads."
    )
    return DONE
