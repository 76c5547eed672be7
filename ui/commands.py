"""The commands themselves: each takes an open base, its options and where to write, and returns the exit status."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ingest.catalogue import refresh_catalogue
from ingest.pipeline import FileReport, Options, Result, expand, ingest_files, ingest_starter_notes
from kb.base import KnowledgeBase
from kb.records import Answer, Audience, Authority, Citation, Clause, Document, Hit, Kind
from ui import upkeep
from ui.fetching import fetch_texts
from ui.terminal import DONE, FAILED, UNKNOWN, Terminal


def run(base: KnowledgeBase, options: argparse.Namespace, terminal: Terminal) -> int:
    """Carry out one command on an open base. Raises KnowledgeBaseError for the caller to report."""
    refresh_catalogue(base)
    return {
        "ingest": ingest,
        "search": search,
        "ask": ask,
        "show": show,
        "list": list_documents,
        "fetch": fetch_texts,
        "status": upkeep.status,
        "verify": upkeep.verify,
        "rebuild": upkeep.rebuild,
        "backup": upkeep.backup,
    }[options.command](base, options, terminal)


def _say_warnings(base: KnowledgeBase, terminal: Terminal) -> None:
    for warning in base.warnings:
        terminal.say(f"{warning.vi}\n{warning.en}")


def ingest(base: KnowledgeBase, options: argparse.Namespace, terminal: Terminal) -> int:
    """Ingest files; 1 when any of them failed."""
    paths = expand(str(terminal.folder / Path(path).expanduser()) for path in options.paths)
    said = Options(
        **{
            name: getattr(options, name)
            for name in ("title", "number", "jurisdiction", "licence", "language", "issuer", "url")
        },
        kind=Kind(options.kind) if options.kind else None,
        authority=Authority(options.authority) if options.authority else None,
        audience=Audience(options.audience) if options.audience else None,
        issued=options.issued,
        effective=options.effective,
        expires=options.expires,
    )
    publish = options.publish or (base.settings.publish_on_ingest and not options.draft)
    base.embedder(terminal.say)
    reports = []
    for report in ingest_files(base, paths, said, publish=publish, progress=lambda path: terminal.progress(path.name)):
        reports.append(report)
        _say_report(report, terminal, to_result=not options.json)
    if options.json:
        terminal.print_json({"files": [_report_json(report) for report in reports]})
    failed = sum(report.result == Result.FAILED for report in reports)
    kept = f"{len(reports) - failed}/{len(reports)}"
    terminal.say(f"Đã có {kept} tệp trong kho. | {kept} files are in the base.")
    return FAILED if failed else DONE


def _say_report(report: FileReport, terminal: Terminal, *, to_result: bool) -> None:
    write = terminal.print if to_result else terminal.say
    if report.error is not None:
        write(f"✗ {report.path}\n  {report.error.vi}\n  {report.error.en}")
        return
    what = f"{report.document} (version {report.version}, {report.clauses} clauses, {report.passages} passages)"
    write(f"✓ {report.path}\n  {report.result.value}: {what}\n  {report.number or UNKNOWN} · {report.title or UNKNOWN}")
    if report.status != "published":
        write(
            "  bản nháp, chưa công bố; chạy lại `cop-kb ingest --publish` với tệp này để công bố\n"
            "  stored as a draft; `cop-kb ingest --publish` with the same file publishes it"
        )
    for remark in report.remarks:
        write(f"  ! {remark.vi}\n    {remark.en}")


def _report_json(report: FileReport) -> dict[str, Any]:
    return {
        "path": report.path,
        "result": report.result.value,
        "document": report.document,
        "version": report.version,
        "status": report.status,
        "title": report.title or UNKNOWN,
        "number": report.number or UNKNOWN,
        "clauses": report.clauses,
        "passages": report.passages,
        "remarks": [asdict(remark) for remark in report.remarks],
        "error": None
        if report.error is None
        else {"en": report.error.en, "vi": report.error.vi, "kind": type(report.error).__name__},
    }


def search(base: KnowledgeBase, options: argparse.Namespace, terminal: Terminal) -> int:
    """Find passages."""
    _fill_empty(base, terminal)
    found = base.search(" ".join(options.question), top=options.top, as_of=options.as_of)
    _say_warnings(base, terminal)
    if options.json:
        terminal.print_json({"question": " ".join(options.question), "results": [_hit_json(hit) for hit in found]})
        return DONE
    if not found:
        terminal.print("Không tìm thấy nội dung nào. | Nothing was found.")
    for hit in found:
        page = f", p. {hit.page}" if hit.page else ""
        terminal.print(f"{hit.rank:>2}. {hit.address}, {hit.title} ({hit.document}{page})  {hit.score:.3f}")
        terminal.print("    " + " ".join(hit.text.split())[:300])
    return DONE


def _fill_empty(base: KnowledgeBase, terminal: Terminal) -> None:
    """Index the starter notes into a base that holds nothing yet: a first question is a first start."""
    if base.settings.starter_notes and not base.documents(include_drafts=True):
        terminal.say("Lần đầu: đang lập chỉ mục ghi chú khởi đầu … | First use: indexing the starter notes …")
        base.embedder(terminal.say)
        ingest_starter_notes(base, terminal.progress("starter notes"))


def _hit_json(hit: Hit) -> dict[str, Any]:
    return {
        "rank": hit.rank,
        "score": hit.score,
        "document": hit.document,
        "version": hit.version,
        "number": hit.number or UNKNOWN,
        "title": hit.title,
        "address": hit.address,
        "language": hit.language,
        "page": hit.page,
        "text": hit.text,
    }


def ask(base: KnowledgeBase, options: argparse.Namespace, terminal: Terminal) -> int:
    """Answer a question."""
    _fill_empty(base, terminal)
    answer = base.ask(" ".join(options.question), language=options.language, as_of=options.as_of, top=options.top)
    _say_warnings(base, terminal)
    if options.json:
        terminal.print_json(answer_json(answer))
        return DONE
    for statement in answer.statements:
        keys = "".join(f" [{key}]" for key in statement.citations)
        lines = statement.text.splitlines() if statement.quoted else [statement.text]
        marked = [("  │ " if statement.quoted else "") + line for line in lines]
        terminal.print("\n".join(marked) + keys)
    if answer.citations:
        terminal.print()
    for citation in answer.citations:
        page = f", p. {citation.page}" if citation.page else ""
        title = "" if citation.title in citation.cite_as else f" ({citation.title})"
        marks = [citation.status, *citation.concerns, citation.verdict.value, citation.document]
        terminal.print(f"[{citation.key}] {citation.cite_as}{title}{page} · {' · '.join(marks)}")
    return DONE


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as `ask --json` prints it."""
    return {
        "question": answer.question,
        "outcome": answer.outcome.value,
        "language": answer.language,
        "answer": [
            {"text": statement.text, "citations": list(statement.citations), "quoted": statement.quoted}
            for statement in answer.statements
        ],
        "citations": [_citation_json(citation) for citation in answer.citations],
        "also_retrieved": [_hit_json(hit) for hit in answer.also_retrieved],
        "timing_ms": answer.timing_ms,
    }


def _citation_json(citation: Citation) -> dict[str, Any]:
    return {
        "key": citation.key,
        "document": citation.document,
        "number": citation.number or UNKNOWN,
        "title": citation.title,
        "version": citation.version,
        "address": citation.address,
        "address_shown": citation.address_shown,
        "page": citation.page,
        "quote": citation.quote,
        "language": citation.language,
        "kind": citation.kind.value if citation.kind else UNKNOWN,
        "authority": citation.authority.value if citation.authority else UNKNOWN,
        "status": citation.status,
        "url": citation.url,
        "verdict": citation.verdict.value,
        "cite_as": citation.cite_as,
        "concerns": [concern.value for concern in citation.concerns],
    }


def show(base: KnowledgeBase, options: argparse.Namespace, terminal: Terminal) -> int:
    """Show a document's clause tree, or one clause."""
    document = base.find_document(options.document)
    if options.version is not None:
        document = base.document(document.id, options.version)
    address = " ".join(options.address)
    if address:
        view = base.clause(document.id, address, document.version)
        if options.json:
            parent = view.ancestors[-1].address if view.ancestors else None
            terminal.print_json(_document_json(document, [_clause_json(view.clause, view.text, parent)]))
        else:
            page = f" (p. {view.clause.page_from})" if view.clause.page_from else ""
            terminal.print(f"{document.metadata.title or document.id} · {view.clause.address}{page}\n\n{view.text}")
        return DONE
    tree = base.tree(document.id, document.version)
    text = base.library.text(document.id, document.version)
    addresses = {clause.position: clause.address for clause in tree}
    if options.json:
        terminal.print_json(
            _document_json(
                document,
                [
                    _clause_json(
                        clause,
                        text[clause.start : clause.end],
                        None if clause.parent is None else addresses[clause.parent],
                    )
                    for clause in tree
                ],
            )
        )
        return DONE
    metadata = document.metadata
    terminal.print(f"{metadata.title or UNKNOWN} · {metadata.number or UNKNOWN} · {document.id} v{document.version}")
    depth: dict[int, int] = {}
    for clause in tree:
        depth[clause.position] = 0 if clause.parent is None else depth[clause.parent] + 1
        page = f"  p. {clause.page_from}" if clause.page_from else ""
        heading = clause.heading or " ".join(text[clause.start : clause.end].split())[:70]
        terminal.print("  " * depth[clause.position] + f"{clause.address}  {heading}{page}")
    return DONE


def _document_json(document: Document, clauses: list[dict[str, Any]]) -> dict[str, Any]:
    metadata = document.metadata
    return {
        "document": document.id,
        "version": document.version,
        "status": document.status,
        "title": metadata.title or UNKNOWN,
        "number": metadata.number or UNKNOWN,
        "language": metadata.language or UNKNOWN,
        "issuer": metadata.issuer or UNKNOWN,
        "issued": metadata.issued.isoformat() if metadata.issued else UNKNOWN,
        "effective": metadata.effective.isoformat() if metadata.effective else UNKNOWN,
        "kind": metadata.kind.value if metadata.kind else UNKNOWN,
        "authority": metadata.authority.value if metadata.authority else UNKNOWN,
        "clauses": clauses,
    }


def _clause_json(clause: Clause, text: str, parent: str | None) -> dict[str, Any]:
    return {
        "address": clause.address,
        "label": clause.label,
        "kind": clause.kind,
        "heading": clause.heading,
        "text": text,
        "page": clause.page_from,
        "parent": parent,
    }


def list_documents(base: KnowledgeBase, options: argparse.Namespace, terminal: Terminal) -> int:
    """List the documents."""
    documents = base.documents(include_drafts=options.drafts)
    if options.json:
        rows = []
        for document in documents:
            row = _document_json(document, [])
            row["clauses"] = document.clauses
            currency = base.currency(document)
            row |= {"passages": document.passages, "source": document.source}
            row |= {"review_due": currency.review_due.isoformat()}
            rows.append(row | {"concerns": [concern.value for concern in currency.concerns]})
        terminal.print_json({"documents": rows})
        return DONE
    for document in documents:
        metadata = document.metadata
        terminal.print(
            f"{document.id}  v{document.version} {document.status}  {metadata.number or UNKNOWN}  "
            f"{metadata.title or UNKNOWN}  [{metadata.authority or UNKNOWN}, {metadata.language or UNKNOWN}]"
        )
    terminal.say(f"{len(documents)} tài liệu. | {len(documents)} documents.")
    return DONE
