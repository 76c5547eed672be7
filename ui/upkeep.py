"""The commands that keep a base in order: what it holds, whether it is sound, backup and restore, evaluation."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

from kb.base import KnowledgeBase
from kb.settings import Settings
from ui.terminal import DONE, FAILED, UNKNOWN, Terminal

FAR_QUESTIONS = 100
"""Questions of another domain asked of each set's shelf."""


def status(base: KnowledgeBase, options: argparse.Namespace, terminal: Terminal) -> int:
    """Show what the base holds, and whether the models in use know both languages."""
    if base.chosen_models and not base.ready:
        base.embedder(terminal.say)
        base.check_languages()
    documents = base.documents()
    figures = {
        "home": str(base.settings.home),
        "documents": len(documents),
        "clauses": sum(document.clauses for document in documents),
        "passages": sum(document.passages for document in documents),
        "languages": {
            language: sum(document.metadata.language == language for document in documents) for language in ("vi", "en")
        },
        "model": base.library.fact("embedding-model") or UNKNOWN,
        "reranker": base.settings.reranker,
        "warnings": [warning.message("en") for warning in base.warnings],
        "vectors_owed": sum(len(ids) for ids in base.library.owed_changes().values()),
    }
    if options.json:
        terminal.print_json(figures)
    else:
        for name, value in figures.items():
            terminal.print(f"{name}: {value}")
    return DONE


def show_settings(settings: Settings, options: argparse.Namespace, terminal: Terminal) -> int:
    """Print every setting with its value and meaning; needs no base."""
    rows = [
        {
            "name": f"COP_KB_{name.upper()}",
            "value": None if (value := getattr(settings, name)) is None else str(value),
            "meaning": field.description,
        }
        for name, field in type(settings).model_fields.items()
    ]
    if options.json:
        terminal.print_json({"settings": rows})
    else:
        for row in rows:
            terminal.print(f"{row['name']} = {row['value']}\n    {row['meaning']}")
    return DONE


def verify(base: KnowledgeBase, options: argparse.Namespace, terminal: Terminal) -> int:
    """Prove that the stores agree; 1 when they do not."""
    report = base.verify()
    figures = {
        "sound": report.sound,
        "passages": report.passages,
        "lexical_missing": len(report.lexical_missing),
        "lexical_extra": len(report.lexical_extra),
        "vectors_missing": len(report.vectors_missing),
        "vectors_extra": len(report.vectors_extra),
        "damaged_passages": len(report.damaged_passages),
        "owed": report.owed,
    }
    if options.json:
        terminal.print_json(figures)
    else:
        for name, value in figures.items():
            terminal.print(f"{name}: {value}")
    if not report.sound:
        terminal.say(
            "Kho và chỉ mục không khớp. Lệnh `cop-kb rebuild` lập lại chỉ mục từ kho.\n"
            "The stores do not agree. `cop-kb rebuild` makes the indexes anew from the library."
        )
    return DONE if report.sound else FAILED


def rebuild(base: KnowledgeBase, options: argparse.Namespace, terminal: Terminal) -> int:
    """Make the lexical index and all vectors anew."""
    base.embedder(terminal.say)
    passages = base.rebuild(terminal.progress("rebuild"))
    if options.json:
        terminal.print_json({"passages": passages})
    else:
        terminal.print(f"Đã lập lại chỉ mục {passages} đoạn. | {passages} passages were indexed anew.")
    return DONE


def backup(base: KnowledgeBase, options: argparse.Namespace, terminal: Terminal) -> int:
    """Write the whole base to one file."""
    from kb import backup as making

    file = terminal.folder / Path(options.file).expanduser()
    made = making.backup(base, file, overwrite=options.overwrite, progress=terminal.progress("backup"))
    if options.json:
        figures = {"documents": made.documents, "passages": made.passages, "created_at": made.created_at.isoformat()}
        terminal.print_json({"file": str(made.file), "bytes": made.bytes, "sha256": made.sha256} | figures)
    else:
        size = f"{made.bytes / 1e6:.1f} MB"
        terminal.print(
            f"Đã sao lưu {made.documents} tài liệu vào {made.file} ({size}).\n"
            f"{made.documents} documents were backed up to {made.file} ({size}).\nSHA-256 {made.sha256}"
        )
    return DONE


def restore(settings: Settings, options: argparse.Namespace, terminal: Terminal) -> int:
    """Make a backup the base; opens no base before."""
    from kb import restore as restoring

    file = terminal.folder / Path(options.file).expanduser()
    done = restoring.restore(file, settings, replace=options.replace, progress=terminal.progress("restore"))
    kept = None if done.kept is None else str(done.kept)
    if options.json:
        figures = {"documents": done.documents, "passages": done.passages, "created_at": done.created_at.isoformat()}
        terminal.print_json({"home": str(done.home), "kept": kept, "rebuild_needed": done.rebuild_needed} | figures)
    else:
        terminal.print(
            f"Đã phục hồi {done.documents} tài liệu, sao lưu lúc {done.created_at:%d/%m/%Y %H:%M} (UTC).\n"
            f"{done.documents} documents were restored, as backed up on {done.created_at:%Y-%m-%d %H:%M} (UTC)."
        )
        if kept:
            terminal.print(f"Kho trước đó được giữ tại {kept}\nThe base before it is kept in {kept}")
    if done.rebuild_needed:
        terminal.say(
            "Kho được lập chỉ mục bằng mô hình khác với cấu hình. Hãy chạy `cop-kb rebuild` trước khi sử dụng.\n"
            "The base was indexed with another model than the one configured. Run `cop-kb rebuild` before using it."
        )
    return DONE


def evaluate_sets(settings: Settings, options: argparse.Namespace, terminal: Terminal) -> int:
    """Measure retrieval, or refusal, on sets; each corpus in a throw-away home that shares the vector cache."""
    from ingest.corpus import index_corpus
    from kb.evaluate import EvaluationDocument, EvaluationSet, Figures, evaluate, macro_averages, read_set
    from kb.leave_one_out import far_questions, leave_one_out
    from kb.models import make_embedder

    sets = [read_set(terminal.folder / folder) for folder in options.sets]
    shared = settings.model_copy(update={"cache": settings.cache or settings.home})
    embedder = make_embedder(shared, terminal.say)
    plain = embedder.plain() if options.dense else None
    by_corpus: dict[tuple[EvaluationDocument, ...], list[EvaluationSet]] = {}
    for chosen in sets:
        by_corpus.setdefault(chosen.corpus, []).append(chosen)
    measured: list[Figures] = []
    rows: list[dict[str, Any]] = []
    for corpus, asked in by_corpus.items():
        with tempfile.TemporaryDirectory(prefix="cop-kb-eval-") as folder:
            throw_away = shared.model_copy(update={"home": Path(folder)})
            with KnowledgeBase(throw_away, embedder=embedder) as base:
                begun = time.perf_counter()
                ids = index_corpus(base, corpus, terminal.progress("index"))
                rate = sum(document.passages for document in base.documents()) / (time.perf_counter() - begun)
                for chosen in asked:
                    progress = terminal.progress(chosen.name)
                    if options.leave_one_out:
                        far = far_questions(chosen, sets, FAR_QUESTIONS)
                        refusals = leave_one_out(chosen, base, ids, far=far, limit=options.limit, progress=progress)
                        rows.append(refusals.row())
                        line = _refusal_line(rows[-1])
                    else:
                        figures = evaluate(
                            chosen, base, ids, limit=options.limit, plain=plain, passages_per_s=rate, progress=progress
                        )
                        measured.append(figures)
                        rows.append(row := figures.row())
                        line = f"{row['queries']:>4} questions  {row['recall@1']:.3f} / {row['recall@10']:.3f}"
                    (terminal.say if options.json else terminal.print)(f"{chosen.name:<24} {line}")
    averages = macro_averages(measured)
    if options.json:
        terminal.print_json({"sets": rows} | ({} if options.leave_one_out else {"macro": averages}))
        return DONE
    for group, means in averages.items():
        terminal.print(f"{group:<24} macro-average   {means['recall@1']:.3f} / {means['recall@10']:.3f}")
    return DONE


def _refusal_line(row: dict[str, Any]) -> str:
    def rates(threshold: str) -> str:
        shares = row[threshold]
        far = "" if shares["far"] is None else f", far {shares['far']:.3f}"
        return f"known {shares['known']:.3f}, left out {shares['left_out']:.3f}{far}"

    return f"area {row['auc']:.3f}; refused: {rates('in_use')}; at 5%: {rates('at_5%')}"
