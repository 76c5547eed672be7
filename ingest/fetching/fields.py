"""The header fields of a request as we write them, and of a response as we read them."""

from __future__ import annotations

import email.utils
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

import httpcore

from ingest.fetching.part import Body
from ingest.fetching.robots import PRODUCT

ACCEPTED = (
    "application/pdf, application/vnd.openxmlformats-officedocument.wordprocessingml.document, text/html, "
    "application/xhtml+xml, text/plain;q=0.8, */*;q=0.1"
)
_MOVED = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What the site said of a file we have, so that it need not send it again."""

    etag: str | None = None
    last_modified: str | None = None


def user_agent() -> str:
    """Return how this program introduces itself."""
    try:
        release = version(PRODUCT)
    except PackageNotFoundError:  # run from a checkout
        release = "0"
    return f"{PRODUCT}/{release} (knowledge base of the HealthAI CoP; fetches official texts named by its catalogue)"


def request_fields(
    before: tuple[Body, int] | None, known: Validators | None, languages: Sequence[str], accepted: str = ACCEPTED
) -> list[tuple[str, str]]:
    """Return the fields of a request: to go on after what was gathered `before`, or for a file `known` from before."""
    headers = [("User-Agent", user_agent()), ("Accept", accepted)]
    if languages:
        headers.append(("Accept-Language", ", ".join(languages)))
    if before is not None:
        body, size = before
        headers.append(("Accept-Encoding", body.encoding or "identity"))
        headers.append(("Range", f"bytes={size}-"))
        headers.append(("If-Range", body.validator or ""))
        return headers
    headers.append(("Accept-Encoding", "gzip, identity" if accepted is ACCEPTED else "identity"))
    if known and known.etag:
        headers.append(("If-None-Match", known.etag))
    if known and known.last_modified:
        headers.append(("If-Modified-Since", known.last_modified))
    return headers


def stated(response: httpcore.Response, name: str) -> str:
    """Return the value of a response's field, "" where it has none."""
    wanted = name.lower().encode()
    return next((value.decode("latin-1").strip() for key, value in response.headers if key.lower() == wanted), "")


def body_of(response: httpcore.Response, address: str) -> Body:
    """Return what a response states of the body it carries."""
    length = stated(response, "Content-Length")
    return Body(
        url=address,
        media_type=stated(response, "Content-Type").partition(";")[0].strip().lower(),
        encoding=stated(response, "Content-Encoding").lower().replace("identity", ""),
        etag=stated(response, "ETag") or None,
        last_modified=stated(response, "Last-Modified") or None,
        total=int(length) if length.isdigit() else None,
        framed=length.isdigit() or "chunked" in stated(response, "Transfer-Encoding").lower(),
    )


def moved_to(response: httpcore.Response) -> str | None:
    """Return the address that a redirect names, None for any other response."""
    if response.status not in _MOVED:
        return None
    return stated(response, "Location").encode("latin-1").decode("utf-8", errors="replace")


def retry_after(response: httpcore.Response) -> float:
    """Return the seconds that the site asks to wait, 0 where it does not say."""
    asked = stated(response, "Retry-After")
    if asked.isdigit():
        return float(asked[:9])
    moment = email.utils.parsedate_tz(asked)
    if moment is None:
        return 0
    return max(0.0, email.utils.mktime_tz(moment) - datetime.now(UTC).timestamp())
