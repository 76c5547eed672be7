"""Who may read what and who may change what, asked in one place by every page.

Until there are accounts, everybody reads what is public and published, and the person at the machine itself curates.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request

from kb.records import Document
from kb.search import Scope

READABLE = ("published", "superseded")
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def readable(document: Document) -> bool:
    """Whether any visitor may read the document."""
    return document.status in READABLE and document.metadata.audience in Scope().audiences


def readable_only(documents: Iterable[Document]) -> tuple[Document, ...]:
    """Return those that any visitor may read."""
    return tuple(document for document in documents if readable(document))


def may_curate(request: Request) -> bool:
    """Whether the request comes from this very machine, by its own name and through no proxy."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    return _is_loopback(request.client.host) and _is_loopback(request.url.hostname or "")


def same_origin(request: Request) -> bool:
    """Whether a form was sent from a page of this application, or by a program that is no browser.

    Every browser of today states one of the two headers with a POST.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")


def _is_loopback(host: str) -> bool:
    """Whether a host's name or number means this machine.

    >>> [_is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "evil.example", "192.168.1.5", "")]
    [True, True, True, False, False, False]
    """
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Pace:
    """Lets each caller do a thing `most` times in `seconds`; keeps nothing on disk, and forgets the callers at rest."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self._times: dict[str, list[float]] = {}

    def allows(self, caller: str) -> bool:
        """Count one more attempt by `caller`; whether it is within the pace."""
        now = time.monotonic()
        self._times = {
            name: recent
            for name, times in self._times.items()
            if (recent := [moment for moment in times if now - moment < self.seconds])
        }
        times = self._times.setdefault(caller, [])
        if len(times) >= self.most:
            return False
        times.append(now)
        return True
