"""Commands carried out by the running application, which owns the base.

The application listens on a port of the loopback address that it alone knows and writes it, with a secret, to a file
in the home that only its user may read. A command sends its words there and shows what comes back, line by line.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.errors import KnowledgeBaseError
from ui.terminal import Terminal

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

LOOPBACK = "127.0.0.1"
LARGEST_REQUEST = 1_000_000


def _file(home: Path) -> Path:
    return home / "control.json"


def forward(home: Path, arguments: Sequence[str], terminal: Terminal) -> int | None:
    """Have the application that owns the base in `home` carry out a command; return its exit status.

    None where no application answers: the base is owned by another command, or its owner is just starting or stopping.
    """
    try:
        door = json.loads(_file(home).read_text(encoding="utf-8"))
        connection = http.client.HTTPConnection(LOOPBACK, int(door["port"]))
        body = json.dumps(
            {"arguments": list(arguments), "folder": str(terminal.folder), "interactive": terminal.interactive}
        )
        connection.request("POST", "/command", body.encode(), {"Authorization": f"Bearer {door['token']}"})
        response = connection.getresponse()
    except (OSError, ValueError, KeyError, http.client.HTTPException):
        return None
    if response.status != 200:
        return None
    for line in response:
        message = json.loads(line)
        if "exit" in message:
            return int(message["exit"])
        stream = terminal.out if message["stream"] == "out" else terminal.err
        stream.write(message["text"])
        stream.flush()
    terminal.say("Ứng dụng dừng khi đang thực hiện lệnh. | The application stopped while it carried out the command.")
    return 1


class _Wire:
    """A stream whose text goes to the other end of the connection."""

    def __init__(self, name: str, handler: _Handler) -> None:
        self._name = name
        self._handler = handler

    def write(self, text: str, /) -> int:
        self._handler.send({"stream": self._name, "text": text})
        return len(text)

    def flush(self) -> None:
        self._handler.wfile.flush()


class _Handler(BaseHTTPRequestHandler):
    server: ControlServer

    def do_POST(self) -> None:
        expected = f"Bearer {self.server.token}"
        if not secrets.compare_digest(self.headers.get("Authorization", "").encode(), expected.encode()):
            self.send_error(403)
            return
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 < length <= LARGEST_REQUEST:
            self.send_error(400)
            return
        try:
            request = json.loads(self.rfile.read(length))
            arguments = [str(word) for word in request["arguments"]]
            folder, interactive = Path(request["folder"]), bool(request["interactive"])
        except (ValueError, KeyError, TypeError):
            self.send_error(400)
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.end_headers()
        terminal = Terminal(_Wire("out", self), _Wire("err", self), interactive, folder)
        try:
            self.send({"exit": self.server.carry_out(arguments, terminal)})
        except (BrokenPipeError, ConnectionResetError):
            return  # whoever asked has gone; what was reported done is stored

    def send(self, message: dict[str, Any]) -> None:
        """Send one message as a line."""
        self.wfile.write(json.dumps(message, ensure_ascii=False).encode() + b"\n")

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the application's own log says what matters."""


class ControlServer(ThreadingHTTPServer):
    """Listens for commands on the loopback address."""

    daemon_threads = True

    def __init__(self, base: KnowledgeBase) -> None:
        super().__init__((LOOPBACK, 0), _Handler)
        self.base = base
        self.token = secrets.token_urlsafe(32)

    def carry_out(self, arguments: Sequence[str], terminal: Terminal) -> int:
        """Carry out one command on the application's base."""
        from ui import cli, commands

        options = cli.parse(arguments, terminal)
        if isinstance(options, int):
            return options
        try:
            return commands.run(self.base, options, terminal)
        except KnowledgeBaseError as error:
            terminal.fail(error, as_json=getattr(options, "json", False))
            return 1

    def __enter__(self) -> ControlServer:
        """Start listening, and leave word of where."""
        threading.Thread(target=self.serve_forever, name="control", daemon=True).start()
        file = _file(self.base.settings.home)
        file.unlink(missing_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump({"port": self.server_address[1], "token": self.token, "process": os.getpid()}, stream)
        return self

    def __exit__(self, *_: object) -> None:
        _file(self.base.settings.home).unlink(missing_ok=True)
        self.shutdown()
        self.server_close()
