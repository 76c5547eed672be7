"""Where a download may go: the addresses that a source of the catalogue spans, and how its download can fail.

WebError            a download that did not come about
├── NotConfined     the address leads where downloads do not go
├── Refused         the site gives the text to no program: to be downloaded by hand
├── Missing         nothing is found at the address any more
├── TryLater        the site could not be reached, broke off, or asks to wait
│   └── TooSlow     it sends so slowly that the download was given up
└── TooLarge        more than the size limit
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from kb.errors import KnowledgeBaseError

LONGEST_ADDRESS = 2000
PORTS = {"https": 443, "http": 80}


class WebError(KnowledgeBaseError):
    """A download that did not come about."""


class NotConfined(WebError):
    """The address leads where downloads do not go: another host, a private network, an unsafe scheme."""


class Refused(WebError):
    """The site gives the text to no program, or only to people: to be downloaded by hand."""


class TryLater(WebError):
    """The site could not be reached, broke off, or asks to wait: later it may work."""


class Missing(WebError):
    """Nothing is found at the address any more."""


class TooSlow(TryLater):
    """The site sends so slowly that the download was given up."""


class TooLarge(WebError):
    """More than the size limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Where a download may go: `hosts` by https, and by plain http only those of them in `plain`."""

    hosts: frozenset[str]
    plain: frozenset[str] = frozenset()

    @staticmethod
    def around(addresses: Iterable[str], also_hosts: Iterable[str] = ()) -> Bounds:
        """Return the bounds that `addresses` span: their own hosts (with or without `www.`) and `also_hosts`.

        >>> sorted(Bounds.around(["https://example.vn/a"], ["files.example.vn"]).hosts)
        ['example.vn', 'files.example.vn', 'www.example.vn', 'www.files.example.vn']
        """
        named = [urlsplit(address) for address in addresses]
        own = {host for part in named if (host := _host(part.hostname or ""))}
        return Bounds(
            hosts=frozenset(_with_www(own | {_host(host) for host in also_hosts if host})),
            plain=frozenset(_with_www({_host(part.hostname or "") for part in named if part.scheme == "http"})),
        )

    def check(self, address: str, base: str | None = None) -> str:
        """Return `address` (seen at `base`, where it is relative) as it is asked for. Raises NotConfined.

        >>> bounds = Bounds.around(["https://example.vn"])
        >>> bounds.check("/văn bản.pdf#trang-2", "https://example.vn/muc/1")
        'https://example.vn/v%C4%83n%20b%E1%BA%A3n.pdf'
        """
        written = _readable(address)
        try:
            part = urlsplit(urljoin(base, address.strip()) if base else address.strip())
            port = part.port
            host = _host(part.hostname or "")
        except (ValueError, UnicodeError):
            raise NotConfined(
                f"The address {written} is not written as an address should be.",
                f"Địa chỉ {written} không hợp lệ.",
            ) from None
        if part.scheme not in PORTS or not host or len(address) > LONGEST_ADDRESS:
            raise NotConfined(
                f"The address {written} is not one that is downloaded from: only https addresses are.",
                f"Không tải từ địa chỉ {written}: chỉ chấp nhận địa chỉ https.",
            )
        if part.username is not None or part.password is not None or port not in (None, PORTS[part.scheme]):
            raise NotConfined(
                f"The address {written} names a user or an unusual port, so nothing was downloaded from it.",
                f"Địa chỉ {written} có kèm tên người dùng hoặc cổng không thông dụng nên không được tải.",
            )
        if host not in self.hosts:
            raise NotConfined(
                f"The site leads on to {host}, a host that the catalogue does not name for this source. "
                "Nothing was downloaded from there.",
                f"Trang chuyển tiếp sang máy chủ {host}, không thuộc danh sách máy chủ mà danh mục nêu cho nguồn này. "
                "Hệ thống không tải dữ liệu từ đó.",
            )
        if part.scheme == "http" and host not in self.plain:
            raise NotConfined(
                f"The address {written} is not protected (http), so nothing was downloaded from it.",
                f"Địa chỉ {written} không được mã hóa (http) nên không được tải.",
            )
        path = quote(part.path or "/", safe="/%:@!$&'()*+,;=~-._")
        query = quote(part.query, safe="/%:@!$&'()*+,;=~-._?")
        return urlunsplit((part.scheme, host, path, query, ""))


def _host(name: str) -> str:
    """Return a host name as it is compared and asked for: lower case, ASCII, without a dot at the end."""
    name = name.strip().rstrip(".").lower()
    return name if name.isascii() else name.encode("idna").decode("ascii")


def _with_www(hosts: set[str]) -> set[str]:
    return hosts | {host.removeprefix("www.") for host in hosts} | {f"www.{host}" for host in hosts if _is_bare(host)}


def _is_bare(host: str) -> bool:
    return not host.startswith("www.") and not host.replace(".", "").isdigit() and ":" not in host


def _readable(address: str) -> str:
    """Return an address as it may be printed: on one line, without a user's name and word, not endless."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in address.strip())
    scheme, separator, rest = shown.partition("://")
    place, slash, path = rest.partition("/")
    return (scheme + separator + place.rpartition("@")[2] + slash + path)[:200]
