"""The command line: `cop-kb COMMAND`. With `--json` a command prints exactly one JSON value on standard output.

Progress and messages go to standard error. Exit status: 0 done, 1 a reported failure, 2 wrong usage. While the
application runs, it owns the base, and commands given meanwhile are carried out by it (ui.control).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from ui.terminal import DONE, FAILED, Terminal


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; return its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    terminal = Terminal(sys.stdout, sys.stderr, interactive=sys.stderr.isatty(), folder=Path.cwd())
    options = parse(given, terminal)
    if isinstance(options, int):
        return options
    _quiet_libraries()
    try:
        return _dispatch(options, given, terminal)
    except BrokenPipeError:  # whoever read the output (`head`, a pager) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        terminal.say(
            "Đã dừng. Những gì đã báo xong đều được lưu; chạy lại lệnh này để tiếp tục.\n"
            "Stopped. What was reported done is stored; the same command goes on from there."
        )
        return FAILED


def _quiet_libraries() -> None:
    """Nothing phones home, and no library writes outside the base's home; set before any of them is imported."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["ANONYMIZED_TELEMETRY"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"


def _dispatch(options: argparse.Namespace, given: list[str], terminal: Terminal) -> int:
    from kb.base import KnowledgeBase
    from kb.errors import BaseBusy, KnowledgeBaseError
    from kb.settings import load_settings
    from ui import commands, control, upkeep

    try:
        settings = load_settings()
        if options.command == "eval":
            return upkeep.evaluate_sets(settings, options, terminal)
        if options.command == "status" and options.settings:
            return upkeep.show_settings(settings, options, terminal)
        if options.command == "restore":
            return upkeep.restore(settings, options, terminal)
        if options.command == "serve":
            from ui.serve import serve

            return serve(settings, options, terminal)
        try:
            base = KnowledgeBase(settings)
        except BaseBusy:
            status = control.forward(settings.home, given, terminal)
            if status is not None:
                return status
            terminal.say(
                "Một lệnh khác đang dùng kho; đang chờ … | Another command is working on the base; waiting for it …"
            )
            base = KnowledgeBase(settings, wait_seconds=600)
        with base:
            return commands.run(base, options, terminal)
    except KnowledgeBaseError as error:
        terminal.fail(error, as_json=getattr(options, "json", False))
        return FAILED


def parse(given: Sequence[str], terminal: Terminal) -> argparse.Namespace | int:
    """Return the parsed command, or the exit status where it is wrong or asks for help."""
    parser = _parser()
    try:
        return parser.parse_args(list(given))
    except SystemExit as end:
        return int(end.code or 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cop-kb", description="Knowledge base of the HealthAI Community of Practice. | Cơ sở tri thức CoP."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, help_text: str, *, as_json: bool = True) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help_text, description=help_text)
        if as_json:
            made.add_argument("--json", action="store_true", help="print one JSON value")
        return made

    serve = command("serve", "start the application and its page", as_json=False)
    serve.add_argument("--host", help="address to listen on")
    serve.add_argument("--port", type=int, help="port to listen on; 0 takes a free one")

    ingest = command("ingest", "add documents: files, folders, globs")
    ingest.add_argument("paths", nargs="+", metavar="PATH")
    for name, help_text in _TEXT_OPTIONS.items():
        ingest.add_argument(f"--{name}", help=help_text, type=_one_of(name))
    for name in ("issued", "effective", "expires"):
        ingest.add_argument(f"--{name}", type=_day, metavar="YYYY-MM-DD", help=f"the day it is {name}")
    ingest.add_argument("--publish", action="store_true", help="make it answer questions at once")
    ingest.add_argument("--draft", action="store_true", help="store it without publishing")

    for name, help_text in (("search", "find passages"), ("ask", "answer a question with citations")):
        asked = command(name, help_text)
        asked.add_argument("question", nargs="+", metavar="QUESTION")
        asked.add_argument("--as-of", type=_day, metavar="YYYY-MM-DD", help="what was in force on that day")
        asked.add_argument("--top", type=_positive, default=10, metavar="N", help="how many passages (10)")
        if name == "ask":
            asked.add_argument("--language", choices=["vi", "en"], help="language of the answer")

    fetched = command("fetch", "download official texts of the catalogue; alone, list what can be had and how")
    fetched.add_argument("ids", nargs="*", metavar="ID")
    fetched.add_argument("--core", action="store_true", help="the core set")
    fetched.add_argument("--again", action="store_true", help="also what was fetched in the last 24 hours")

    show = command("show", "show a document's clauses, or one of them")
    show.add_argument("document", metavar="DOCUMENT", help="id, number or name")
    show.add_argument("address", nargs="*", metavar="ADDRESS", help='such as "Điều 9 khoản 2"')
    show.add_argument("--version", type=_positive, metavar="N")

    command("list", "list the documents").add_argument("--drafts", action="store_true", help="unpublished ones too")
    status = command("status", "show what the base holds and how it is set up")
    status.add_argument("--settings", action="store_true", help="print every setting with its meaning")
    command("verify", "prove that library, lexical index and vectors agree")
    command("rebuild", "make all vectors anew")
    backup = command("backup", "write the whole base to one file, while it is in use")
    backup.add_argument("file", metavar="FILE")
    backup.add_argument("--overwrite", action="store_true", help="replace the file where it exists")
    restore = command("restore", "make a backup the base; stop the application first")
    restore.add_argument("file", metavar="FILE")
    restore.add_argument("--replace", action="store_true", help="where the base holds documents: keep them aside")
    evaluate = command("eval", "measure retrieval on evaluation sets")
    evaluate.add_argument("sets", nargs="+", type=Path, metavar="DIR")
    evaluate.add_argument("--limit", type=_positive, metavar="N", help="only the first N questions of each set")
    evaluate.add_argument("--dense", action="store_true", help="also the model alone, to compare with")
    evaluate.add_argument(
        "--leave-one-out", action="store_true", help="whether questions are refused whose passage is taken away"
    )
    return parser


_TEXT_OPTIONS = {
    "title": "its title",
    "number": "its official number",
    "kind": "regulation, appraisal-guidance, blueprint, standard, directory, early-warning, programme, …",
    "authority": "binding law, standard, guidance, blueprint, draft or note",
    "jurisdiction": "VN, EU, US, …",
    "audience": "public, community or regulators",
    "licence": "the licence of its text",
    "language": "vi or en",
    "issuer": "who issued it",
    "url": "its official address",
}


def _one_of(name: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        from kb.records import Audience, Authority, Kind

        allowed = {"kind": Kind, "authority": Authority, "audience": Audience}.get(name)
        values = [str(member) for member in allowed] if allowed else {"language": ["vi", "en"]}.get(name)
        if values is not None and value not in values:
            raise argparse.ArgumentTypeError(f"must be one of: {', '.join(values)}")
        return value

    check.__name__ = name
    return check


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{value!r} is not a day written YYYY-MM-DD") from None


def _positive(value: str) -> int:
    if not value.isdigit() or not int(value):
        raise argparse.ArgumentTypeError(f"{value!r} is not a whole number above 0")
    return int(value)


if __name__ == "__main__":
    sys.exit(main())
