"""One file from the web: asked for politely, within bounds and limits, and whole or not at all.

Redirects are followed one by one, each checked as the first address was. What robots.txt forbids is not asked for; a
host is asked one thing at a time, with a pause between. No cookies, no proxies, nothing but GET.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import httpcore

from ingest.fetching.bounds import Bounds, Missing, NotConfined, Refused, TryLater, WebError
from ingest.fetching.fields import Validators, body_of, moved_to, request_fields, retry_after, stated
from ingest.fetching.guard import GuardedNetwork, Limits, Resolver, Watch, resolve
from ingest.fetching.part import Body, Part, broken_off
from ingest.fetching.robots import Robots, read_robots
from kb.models import Progress

_UNSUITABLE = ("image/", "video/", "audio/", "font/", "text/css", "text/javascript", "application/json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file that came: `url` is where it was found in the end, `file` a temporary place for the caller to move it
    from, `bytes` and `sha256` are of the file itself, however it was packed on its way.
    """

    url: str
    file: Path
    media_type: str
    bytes: int
    sha256: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The file at `url` is still the one that we have."""

    url: str


class Web:
    """Downloads, one at a time. `resolve`, `network`, `clock` and `sleep` stand in for the machine's own in tests."""

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        resolve: Resolver = resolve,
        network: httpcore.NetworkBackend | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limits = limits or Limits()
        self._watch = Watch(self._limits, clock)
        self._clock = clock
        self._sleep = sleep
        self._pool = httpcore.ConnectionPool(
            ssl_context=_trusted(),
            max_connections=1,
            keepalive_expiry=15,
            network_backend=GuardedNetwork(self._watch, resolve=resolve, network=network),
        )
        self._robots: dict[str, Robots] = {}
        self._free_at: dict[str, float] = {}
        self._silent: dict[str, WebError] = {}
        self._asking = threading.RLock()

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(
        self,
        address: str,
        *,
        bounds: Bounds,
        part: Path,
        max_bytes: int,
        languages: Sequence[str] = ("vi", "en"),
        known: Mapping[str, Validators] | None = None,
        progress: Progress = lambda done, total: None,
    ) -> Download | NotModified:
        """Return the file at `address`, gathered at `part`, where a body that broke off waits for the next attempt.

        `known` holds validators by address: a file that did not change since is not sent again. `progress` is told
        bytes as they are sent, and their total. Raises WebError: NotConfined, Refused, Missing, TryLater, TooLarge.
        """
        with self._asking:
            for attempt in range(self._limits.retries + 1):
                try:
                    return self._follow(
                        bounds.check(address), bounds, Part(part), max_bytes, languages, known or {}, progress
                    )
                except _Again as again:
                    if attempt == self._limits.retries or again.wait > self._limits.longest_wait_s:
                        if again.site not in self._robots:  # it never answered: the next source need not wait for it
                            self._silent[again.site] = again.error
                        raise again.error from again
                    self._sleep(again.wait or self._limits.between_requests_s * 2**attempt)
            raise AssertionError("unreachable")

    def _follow(
        self,
        address: str,
        bounds: Bounds,
        part: Part,
        max_bytes: int,
        languages: Sequence[str],
        known: Mapping[str, Validators],
        progress: Progress,
    ) -> Download | NotModified:
        seen = [address]
        while True:
            self._check_robots(address, bounds)
            before = part.begun(address)
            headers = request_fields(before, known.get(address), languages)
            with self._ask(address, headers) as response:
                moved = moved_to(response)
                if moved is None:
                    return self._receive(response, address, part, before, max_bytes, progress)
            address = _next(seen, moved, bounds, self._limits.redirects)

    def _receive(
        self,
        response: httpcore.Response,
        address: str,
        part: Part,
        before: tuple[Body, int] | None,
        max_bytes: int,
        progress: Progress,
    ) -> Download | NotModified:
        if response.status == 304:
            return NotModified(url=address)
        if response.status == 416 and before:
            part.drop()
            raise _Again(broken_off(address), address)
        self._check_status(response, address)
        body, start = body_of(response, address), 0
        if response.status == 206:
            body, start = _continued(response, body, before, part)
        if body.media_type.startswith(_UNSUITABLE):
            raise wrong_type(address, body.media_type)
        try:
            for size in part.gather(body, response.iter_stream(), start=start, max_bytes=max_bytes):
                progress(min(size, body.total or size), body.total or 0)
        except (httpcore.RemoteProtocolError, httpcore.NetworkError, httpcore.TimeoutException) as error:
            raise _Again(broken_off(address), address) from error
        try:
            file, sha256, size = part.finish(body, max_bytes=max_bytes)
        except TryLater as error:
            raise _Again(error, address) from error
        return Download(
            url=address,
            file=file,
            media_type=body.media_type,
            bytes=size,
            sha256=sha256,
            etag=body.etag,
            last_modified=body.last_modified,
        )

    # -- asking -------------------------------------------------------------------------------------------------------

    @contextmanager
    def _ask(self, address: str, headers: list[tuple[str, str]]) -> Iterator[httpcore.Response]:
        """Ask for `address` once the host may be asked again. Raises WebError, or _Again where a retry may help."""
        place = urlsplit(address)
        origin, host = f"{place.scheme}://{place.netloc}", place.netloc
        if (wait := self._free_at.get(host, 0) - self._clock()) > 0:
            self._sleep(wait)
        self._watch.begin()
        limits = self._limits
        timeout = {"connect": limits.connect_s, "read": limits.silence_s, "write": limits.silence_s, "pool": 5.0}
        try:
            with self._pool.stream("GET", address, headers=headers, extensions={"timeout": timeout}) as response:
                yield response
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise _unreachable(address, error) from error
        finally:
            asked = self._robots.get(origin, Robots()).delay or 0
            pause = max(limits.between_requests_s, min(asked, limits.longest_crawl_delay_s))
            self._free_at[host] = self._clock() + pause

    def _check_robots(self, address: str, bounds: Bounds) -> None:
        place = urlsplit(address)
        origin = f"{place.scheme}://{place.netloc}"
        if origin in self._silent:
            raise self._silent[origin]
        if origin not in self._robots:
            self._robots[origin] = self._read_robots(f"{origin}/robots.txt", bounds)
            asked = min(self._robots[origin].delay or 0, self._limits.longest_crawl_delay_s)
            self._free_at[place.netloc] = max(self._free_at.get(place.netloc, 0), self._clock() + asked)
        if not self._robots[origin].allows(address):
            raise Refused(
                f"{place.netloc} asks programs not to download this address (robots.txt).",
                f"Trang {place.netloc} không cho phép chương trình tự động tải địa chỉ này (robots.txt).",
            )

    def _read_robots(self, address: str, bounds: Bounds) -> Robots:
        """Return a site's rules; none where it has none (4xx). Raises _Again where it cannot say just now."""
        seen = [address]
        while True:
            with self._ask(address, request_fields(None, None, (), "text/plain")) as response:
                moved = moved_to(response)
                if moved is None:
                    if response.status == 429 or response.status >= 500:
                        raise _Again(_later(urlsplit(address).netloc, response.status), address, retry_after(response))
                    if response.status != 200:
                        return Robots()
                    text = b""
                    for chunk in response.iter_stream():
                        text += chunk
                        if len(text) > self._limits.robots_bytes:
                            break
                    return read_robots(text[: self._limits.robots_bytes].decode("utf-8", errors="replace"))
            try:
                address = _next(seen, moved, bounds, self._limits.redirects)
            except WebError:
                return Robots()

    def _check_status(self, response: httpcore.Response, address: str) -> None:
        status, host = response.status, urlsplit(address).netloc
        if status in (200, 206):
            return
        if status in (404, 410):
            raise Missing(
                f"{address} is not found on the site any more (HTTP {status}).",
                f"Không còn tìm thấy {address} trên trang (HTTP {status}).",
            )
        if status in (408, 425, 429) or status >= 500:
            raise _Again(_later(host, status), address, retry_after(response))
        raise Refused(
            f"{host} does not give this address to programs (HTTP {status}).",
            f"Trang {host} không cho phép chương trình tự động tải địa chỉ này (HTTP {status}).",
        )


class _Again(Exception):
    """A failure of a site that another attempt may mend, after `wait` seconds where the site says how long."""

    def __init__(self, error: WebError, address: str, wait: float = 0) -> None:
        super().__init__(error.en)
        place = urlsplit(address)
        self.error = error
        self.site = f"{place.scheme}://{place.netloc}"
        self.wait = wait


def wrong_type(address: str, what: str) -> Refused:
    """Return the error for what is no document."""
    return Refused(
        f"{address} gives {what}, which is not a document that can be read here.",
        f"Địa chỉ {address} trả về dữ liệu loại {what}, không phải văn bản có thể đọc được.",
    )


@cache
def _trusted() -> ssl.SSLContext:
    """The machine's own certificate authorities, which a ministry may have added to, and those of all browsers."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _continued(
    response: httpcore.Response, body: Body, before: tuple[Body, int] | None, part: Part
) -> tuple[Body, int]:
    """Return the body that a 206 goes on with, and from where. Raises _Again, from the start, where it does not fit."""
    unit, _, rest = stated(response, "Content-Range").partition(" ")
    span, _, total = rest.partition("/")
    start = span.partition("-")[0]
    if before is not None and unit == "bytes" and start == str(before[1]) and body.encoding == before[0].encoding:
        whole = int(total) if total.isdigit() else before[0].total
        if before[0].total in (None, whole) and body.etag in (None, before[0].etag):
            return replace(before[0], total=whole, framed=body.framed), before[1]
    part.drop()
    raise _Again(broken_off(body.url), body.url)


def _next(seen: list[str], moved: str, bounds: Bounds, most: int) -> str:
    """Return the address to go on to, and note it as seen. Raises NotConfined, Refused for a loop."""
    address = bounds.check(moved, seen[-1])
    if seen[-1].startswith("https:") and not address.startswith("https:"):
        raise NotConfined(
            f"{seen[-1]} leads on to an unprotected address (http). Nothing was downloaded from there.",
            f"Địa chỉ {seen[-1]} chuyển tiếp sang địa chỉ không được mã hóa (http). Hệ thống không tải dữ liệu từ đó.",
        )
    if address in seen or len(seen) > most:
        raise Refused(
            f"{seen[0]} sends programs on in circles and never to the text.",
            f"Địa chỉ {seen[0]} chuyển tiếp vòng lặp, chương trình tự động không tới được văn bản.",
        )
    seen.append(address)
    return address


def _later(host: str, status: int) -> TryLater:
    return TryLater(
        f"{host} cannot give the text just now (HTTP {status}). Give the command again later.",
        f"Trang {host} tạm thời chưa cung cấp được văn bản (HTTP {status}). Đề nghị chạy lại lệnh này vào lúc khác.",
    )


def _unreachable(address: str, error: Exception) -> Exception:
    host = urlsplit(address).netloc
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Refused(
                f"{host} cannot prove that it is that site: its certificate is not valid ({cause.verify_message}).",
                f"Không xác thực được máy chủ {host}: chứng thư số không hợp lệ ({cause.verify_message}).",
            )
        cause = cause.__cause__ or cause.__context__
    return _Again(
        TryLater(
            f"{host} cannot be reached, or does not answer. Check the connection, and give the command again later.",
            f"Không kết nối được tới {host} hoặc máy chủ không phản hồi. "
            "Đề nghị kiểm tra kết nối mạng và chạy lại lệnh này vào lúc khác.",
        ),
        address,
    )
