"""A network of public addresses only, watched for time and rate.

A name is resolved here, every address is judged, and the connection goes to exactly the address that was judged: a
name server that answers differently the second time gains nothing. TLS is still verified against the name.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import httpcore

from ingest.fetching.bounds import NotConfined, TooSlow

MOST_ADDRESSES_TRIED = 4

# IANA special-purpose registries, multicast and reserved space included; 168.63.129.16 serves a cloud's own machines.
_NOT_PUBLIC_4 = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
        "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 "
        "168.63.129.16/32"
    ).split()
)
# Only 2000::/3 is in public use, without what carries other addresses inside (Teredo in 2001::/23, 6to4) or is for
# books. IPv4-mapped addresses and NAT64 lie outside.
_PUBLIC_6 = ip_network("2000::/3")
_NOT_PUBLIC_6 = tuple(ip_network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))

Resolver = Callable[[str, int], Sequence[str]]
"""Gives the addresses of a host name, as text. Raises OSError where it has none."""


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet: nothing local, private, shared, reserved or embedded.

    >>> is_public("8.8.8.8"), is_public("2606:4700::1111")
    (True, True)
    >>> any(map(is_public, ["127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "::1", "fe80::1%eth0",
    ...                     "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "2001:0:1::1", "x"]))
    False
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if "%" in address:
        return False
    if isinstance(found, IPv4Address):
        return found.is_global and not any(found in block for block in _NOT_PUBLIC_4)
    assert isinstance(found, IPv6Address)
    return found.is_global and found in _PUBLIC_6 and not any(found in block for block in _NOT_PUBLIC_6)


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of `host` from the system's resolver. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long, how slow and how often; seconds and bytes."""

    connect_s: float = 10
    silence_s: float = 20
    overall_s: float = 1800
    grace_s: float = 30
    """How long a download may be slower than `least_rate`."""
    least_rate: float = 1000
    """Bytes a second, on average."""
    between_requests_s: float = 2
    longest_wait_s: float = 60
    """The longest wait that a site may ask for; where it asks for more, it is left for another day."""
    longest_crawl_delay_s: float = 30
    retries: int = 2
    redirects: int = 5
    robots_bytes: int = 500_000


class Watch:
    """Times one download: how long it may still take, and whether it comes fast enough."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self.begin()

    def begin(self) -> None:
        """Start the clock of one request."""
        self._started = self._clock()
        self._bytes = 0

    def allowed(self, timeout: float | None) -> float:
        """Return how long to wait for the next bytes. Raises TooSlow once the time is up."""
        left = self._started + self._limits.overall_s - self._clock()
        if left <= 0:
            raise _too_slow()
        return min(left, self._limits.silence_s if timeout is None else timeout)

    def received(self, count: int) -> None:
        """Count bytes received. Raises TooSlow when they come too slowly for too long."""
        self._bytes += count
        passed = self._clock() - self._started
        if passed > self._limits.grace_s and self._bytes < self._limits.least_rate * passed:
            raise _too_slow()


class GuardedNetwork(httpcore.NetworkBackend):
    """A network of public addresses only. `resolve` finds a host's addresses, `network` connects to one of them."""

    def __init__(self, watch: Watch, *, resolve: Resolver = resolve, network: httpcore.NetworkBackend | None = None):
        self._watch = watch
        self._resolve = resolve
        self._network = network or httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first public address of `host` that takes it. Raises NotConfined where it has none."""
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        public = [address for address in found if is_public(address)]
        if not public:
            raise NotConfined(
                f"{host} leads to an address that is not part of the public internet. Nothing was asked of it.",
                f"Tên miền {host} trỏ tới địa chỉ không thuộc mạng Internet công cộng nên hệ thống không kết nối.",
            )
        failed: Exception | None = None
        for address in public[:MOST_ADDRESSES_TRIED]:
            try:
                return _Watched(self._network.connect_tcp(address, port, self._watch.allowed(timeout)), self._watch)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        assert failed is not None
        raise failed

    def connect_unix_socket(self, path: str, timeout: float | None = None, socket_options: Any = None) -> Any:
        """Refuse: downloads use no socket of this machine."""
        raise NotImplementedError

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class _Watched(httpcore.NetworkStream):
    """A connection whose time and rate are watched, below HTTP: headers that drip in are noticed, too."""

    def __init__(self, stream: httpcore.NetworkStream, watch: Watch) -> None:
        self._stream = stream
        self._watch = watch

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            data = self._stream.read(max_bytes, self._watch.allowed(timeout))
        except httpcore.ReadTimeout:
            self._watch.allowed(timeout)  # says so where it was all the time there is
            raise
        self._watch.received(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._watch.allowed(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._watch.allowed(timeout))
        return _Watched(secured, self._watch)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _too_slow() -> TooSlow:
    return TooSlow(
        "The site sends its text too slowly; the download was given up. Give the command again later.",
        "Trang gửi dữ liệu quá chậm nên việc tải đã dừng. Đề nghị chạy lại lệnh này vào lúc khác.",
    )
