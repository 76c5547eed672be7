"""Official sites played on loopback: what they answer, by host and path, and the way there.

Only the last step of the way is replaced: names lead to made-up public addresses, which the guard judges as it judges
all, and the connection to such an address ends at a server here. Nothing is encrypted on it.
"""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpcore

from ingest.fetching.guard import Limits
from ingest.fetching.web import Web

PUBLIC = "93.184.216.34"

QUICK = Limits(
    connect_s=5,
    silence_s=5,
    overall_s=20,
    grace_s=10,
    least_rate=500,
    between_requests_s=0,
    longest_wait_s=2,
    longest_crawl_delay_s=0,
)
"""Limits without pauses; tests of slowness set their own."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a site answers. `cut` ends the connection after so many bytes, once for each entry of it."""

    body: bytes = b""
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    etag: str | None = None
    packed: bool = False
    ranges: bool = False
    declared: bool = True
    cut: int | None = None
    drip: float = 0
    """Seconds between single bytes of the body, `drip_head` of the headers."""
    drip_head: float = 0


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it came."""

    host: str
    path: str
    headers: dict[str, str]


def moved(to: str, status: int = 302) -> Answer:
    return Answer(status=status, headers=(("Location", to),))


@dataclass
class Sites:
    """The sites' content, which a test may change while they run, and what was asked of them."""

    port: int = 0
    pages: dict[str, Answer | Callable[[Asked], Answer]] = field(default_factory=dict)
    addresses: dict[str, Sequence[str]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    connected: list[tuple[str, int]] = field(default_factory=list)
    secured: list[str] = field(default_factory=list)

    def put(self, address: str, answer: Answer | Callable[[Asked], Answer]) -> None:
        """Answer `address` ("host/path?query") so."""
        self.pages[address] = answer

    def paths(self, host: str | None = None) -> list[str]:
        """What was asked for, but for robots.txt."""
        return [one.path for one in self.asked if one.path != "/robots.txt" and host in (None, one.host)]

    def resolve(self, host: str, port: int) -> Sequence[str]:
        hosts = {address.partition("/")[0] for address in self.pages}
        if host in self.addresses:
            return self.addresses[host]
        if host not in hosts:
            raise OSError(f"no such host: {host}")
        return [PUBLIC]

    def web(self, limits: Limits = QUICK, **stand_ins: Any) -> Web:
        """Return a downloader for which these sites are the internet."""
        return Web(limits=limits, resolve=self.resolve, network=_Loopback(self), **stand_ins)


class _Loopback(httpcore.NetworkBackend):
    """Connects to the sites here, whichever address is asked for."""

    def __init__(self, sites: Sites) -> None:
        self.sites = sites

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, *_: Any, **__: Any) -> Any:
        self.sites.connected.append((host, port))
        stream = httpcore.SyncBackend().connect_tcp("127.0.0.1", self.sites.port, timeout, socket_options=[])
        return _Open(stream, self.sites)


class _Open(httpcore.NetworkStream):
    """A connection on which TLS is only noted."""

    def __init__(self, stream: httpcore.NetworkStream, sites: Sites) -> None:
        self.stream = stream
        self.sites = sites
        self.read, self.write, self.close = stream.read, stream.write, stream.close  # type: ignore[method-assign]

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> Any:
        assert ssl_context.check_hostname
        assert server_hostname is not None
        self.sites.secured.append(server_hostname)
        return self

    def get_extra_info(self, info: str) -> Any:
        return None if info == "ssl_object" else self.stream.get_extra_info(info)


@contextmanager
def played() -> Iterator[Sites]:
    """Run the sites until the end of the block."""
    sites = Sites()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = self.headers["Host"]
            asked = Asked(host=host, path=self.path, headers={k.lower(): v for k, v in self.headers.items()})
            sites.asked.append(asked)
            answer = sites.pages.get(host + self.path, Answer(status=404, body=b"not here"))
            self.close_connection = True
            try:
                _send(self, asked, answer(asked) if callable(answer) else answer)
            except OSError:  # the other side gave up, as it should where a test drips or floods
                return

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    sites.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield sites
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _send(handler: BaseHTTPRequestHandler, asked: Asked, answer: Answer) -> None:
    body = gzip.compress(answer.body) if answer.packed else answer.body
    headers = [("Content-Type", answer.media_type), ("Connection", "close"), *answer.headers]
    status = answer.status
    if answer.etag:
        headers.append(("ETag", answer.etag))
        if asked.headers.get("if-none-match") == answer.etag:
            status, body = 304, b""
    wanted = asked.headers.get("range")
    if answer.ranges and wanted and asked.headers.get("if-range") == answer.etag:
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        headers.append(("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}"))
        status, body = 206, body[start:]
    if answer.packed:
        headers.append(("Content-Encoding", "gzip"))
    if answer.declared:
        headers.append(("Content-Length", str(len(body))))
    handler.send_response(status)
    if answer.drip_head:
        handler.flush_headers()
        for byte in b"X-Slow: " + b"x" * 1000:
            handler.wfile.write(bytes([byte]))
            time.sleep(answer.drip_head)
    for name, value in headers:
        handler.send_header(name, value.encode().decode("latin-1"))
    handler.end_headers()
    if answer.drip:
        for byte in body:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(answer.drip)
        return
    handler.wfile.write(body if answer.cut is None else body[: answer.cut])
    handler.wfile.flush()
    if answer.cut is not None:
        handler.connection.shutdown(socket.SHUT_RDWR)


def in_turn(*answers: Answer) -> Callable[[Asked], Answer]:
    """Answer with each of `answers` once, and with the last from then on."""
    left = list(answers)
    return lambda asked: left.pop(0) if len(left) > 1 else left[0]


def cut(answer: Answer, at: int) -> Answer:
    """Return `answer` broken off after `at` bytes."""
    return replace(answer, cut=at)
