"""Downloads: within bounds, public addresses only, whole or not at all, and polite."""

from __future__ import annotations

import gzip
import http.server
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingest.fetching.bounds import Bounds, Missing, NotConfined, Refused, TooLarge, TooSlow, TryLater, WebError
from ingest.fetching.fields import Validators, user_agent
from ingest.fetching.guard import GuardedNetwork, Limits, Watch, is_public, resolve
from ingest.fetching.robots import read_robots
from ingest.fetching.web import Download, NotModified, Web

from .sites import QUICK, Answer, Asked, Sites, cut, in_turn, moved, played

PAGE = b"<html><body>" + b"<p>The text of a rule about software.</p>" * 40 + b"</body></html>"
BODY = bytes(range(256)) * 400
BOUNDS = Bounds.around(["https://law.example"], ["files.law.example"])


@pytest.fixture
def sites() -> Iterator[Sites]:
    with played() as sites:
        yield sites


def get(web: Web, address: str, folder: Path, *, max_bytes: int = 10_000_000, **options: Any) -> Download:
    got = web.get(address, bounds=options.pop("bounds", BOUNDS), part=folder / "a.part", max_bytes=max_bytes, **options)
    assert isinstance(got, Download)
    return got


def test_a_file_comes_whole_with_its_checksum(sites: Sites, tmp_path: Path) -> None:
    sites.put("law.example/a", Answer(body=PAGE, etag='"1"', headers=(("Last-Modified", "yesterday"),)))
    told: list[tuple[int, int]] = []
    with sites.web() as web:
        got = get(web, "https://law.example/a", tmp_path, progress=lambda done, total: told.append((done, total)))
    assert got.file.read_bytes() == PAGE
    assert (got.bytes, got.media_type, got.etag, got.last_modified) == (len(PAGE), "text/html", '"1"', "yesterday")
    assert told[-1] == (len(PAGE), len(PAGE))
    assert sites.secured == ["law.example"] * len(sites.connected)
    assert not (tmp_path / "a.part").exists()
    asked = sites.asked[-1].headers
    assert asked["user-agent"].startswith("cop-kb/")
    assert "catalogue" in asked["user-agent"]
    assert "cookie" not in asked
    assert user_agent() == asked["user-agent"]


def test_a_proxy_in_the_environment_is_not_used(sites: Sites, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    sites.put("law.example/a", Answer(body=PAGE))
    with sites.web() as web:
        assert get(web, "https://law.example/a", tmp_path).bytes == len(PAGE)


# -- where it may go ---------------------------------------------------------------------------------------------------

PRIVATE = """127.0.0.1 127.8.8.8 0.0.0.0 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1
100.127.255.254 192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.7 192.88.99.1 224.0.0.1 239.1.1.1 240.0.0.1
255.255.255.255 168.63.129.16 ::1 :: ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 64:ff9b::a00:1 64:ff9b:1::1
2002:a00:1::1 2001::1 2001:0:53aa:64c::1 2001:db8::1 3fff::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1
ff02::1 100::1 5f00::1 example.org 1 010.0.0.1""".split()


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_but_a_public_one_is_connected_to(sites: Sites, tmp_path: Path, address: str) -> None:
    assert not is_public(address)
    sites.put("law.example/a", Answer(body=PAGE))
    sites.addresses["law.example"] = [address]
    with sites.web() as web, pytest.raises(NotConfined, match="public internet"):
        get(web, "https://law.example/a", tmp_path)
    assert sites.connected == []


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "203.162.0.181", "2606:4700::1111", "2401:d800::1"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


def test_only_the_public_ones_of_several_addresses_are_connected_to(sites: Sites, tmp_path: Path) -> None:
    sites.put("law.example/a", Answer(body=PAGE))
    sites.addresses["law.example"] = ["10.0.0.1", "8.8.8.8", "::1"]
    with sites.web() as web:
        get(web, "https://law.example/a", tmp_path)
    assert {address for address, _ in sites.connected} == {"8.8.8.8"}


def test_a_name_is_not_resolved_a_second_time_on_the_way(sites: Sites, tmp_path: Path) -> None:
    """What a name server says after the check (rebinding) reaches nobody: the network gets a checked address."""
    sites.put("law.example/a", Answer(body=PAGE))
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])
    sites.resolve = lambda host, port: next(answers)  # type: ignore[method-assign]
    with sites.web() as web, pytest.raises(NotConfined):
        get(web, "https://law.example/a", tmp_path)  # robots.txt on the first address, the page on the second
    assert sites.connected == [("8.8.8.8", 443)]


@pytest.mark.parametrize("name", ["localhost", "127.1", "2130706433", "0x7f.1"])
def test_other_spellings_of_this_machine_are_seen_through(name: str) -> None:
    try:
        found = resolve(name, 443)
    except OSError:
        return
    assert found
    assert not any(map(is_public, found))


def test_the_machine_itself_stands_behind_the_same_guard() -> None:
    with pytest.raises(NotConfined):
        GuardedNetwork(Watch(Limits())).connect_tcp("localhost", 443)


@pytest.mark.parametrize(
    "address",
    [
        "http://law.example/a",
        "ftp://law.example/a",
        "file:///etc/passwd",
        "https://user:word@law.example/a",
        "https://law.example:8443/a",
        "https://law.example@other.example/a",
        "https://other.example/a",
        "https://law.example.other.example/a",
        "https:///a",
        "https://[::1]/a",
        "https://law.example:x/a",
        "javascript:alert(1)",
        "https://law.example/" + "a" * 3000,
    ],
)
def test_addresses_out_of_bounds_are_not_asked_for(sites: Sites, tmp_path: Path, address: str) -> None:
    with sites.web() as web, pytest.raises(NotConfined) as refused:
        get(web, address, tmp_path)
    assert sites.connected == []
    assert "word" not in refused.value.en


def test_plain_http_is_asked_for_only_where_the_catalogue_says_so(sites: Sites, tmp_path: Path) -> None:
    sites.put("old.example/a", Answer(body=PAGE))
    bounds = Bounds.around(["http://old.example/a"])
    with sites.web() as web:
        assert get(web, "http://old.example/a", tmp_path, bounds=bounds).bytes == len(PAGE)
    assert sites.connected[-1][1] == 80
    assert sites.secured == []


def test_redirects_within_bounds_are_followed(sites: Sites, tmp_path: Path) -> None:
    sites.put("law.example/eli/1/oj", moved("/legal-content/EN/TXT/?uri=1", 303))
    sites.put("law.example/legal-content/EN/TXT/?uri=1", moved("https://files.law.example/tệp.html"))
    sites.put("files.law.example/t%E1%BB%87p.html", Answer(body=PAGE))
    with sites.web() as web:
        got = get(web, "https://law.example/eli/1/oj", tmp_path)
    assert got.url == "https://files.law.example/t%E1%BB%87p.html"


@pytest.mark.parametrize(
    "to",
    [
        "https://other.example/a",
        "http://law.example/b",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "//other.example/a",
        "file:///etc/passwd",
        "https://law.example:22/",
    ],
)
def test_redirects_out_of_bounds_are_not(sites: Sites, tmp_path: Path, to: str) -> None:
    sites.put("law.example/a", moved(to))
    with sites.web() as web, pytest.raises(NotConfined):
        get(web, "https://law.example/a", tmp_path)
    assert sites.paths() == ["/a"]


def test_a_redirect_never_gives_up_encryption(sites: Sites, tmp_path: Path) -> None:
    """Not even to a host for which the catalogue allows plain http."""
    sites.put("law.example/a", moved("http://law.example/b"))
    bounds = replace(BOUNDS, plain=frozenset({"law.example"}))
    with sites.web() as web, pytest.raises(NotConfined, match="unprotected"):
        get(web, "https://law.example/a", tmp_path, bounds=bounds)


def test_a_redirect_to_a_name_that_leads_inside_is_not_followed(sites: Sites, tmp_path: Path) -> None:
    sites.put("law.example/a", moved("https://files.law.example/b"))
    sites.addresses["files.law.example"] = ["10.0.0.1"]
    with sites.web() as web, pytest.raises(NotConfined, match="public internet"):
        get(web, "https://law.example/a", tmp_path)


def test_circles_are_left(sites: Sites, tmp_path: Path) -> None:
    sites.put("law.example/a", moved("/b"))
    sites.put("law.example/b", moved("/a"))
    with sites.web() as web, pytest.raises(Refused, match="circles"):
        get(web, "https://law.example/a", tmp_path)
    assert sites.paths() == ["/a", "/b"]


def test_endless_redirects_are_left(sites: Sites, tmp_path: Path) -> None:
    for n in range(20):
        sites.put(f"law.example/{n}", moved(f"/{n + 1}"))
    with sites.web() as web, pytest.raises(Refused, match="circles"):
        get(web, "https://law.example/0", tmp_path)
    assert len(sites.paths()) == QUICK.redirects + 1


# -- how much, how fast ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("declared", [True, False])
def test_what_is_too_large_is_left(sites: Sites, tmp_path: Path, declared: bool) -> None:
    sites.put("law.example/a", Answer(body=BODY, media_type="application/pdf", declared=declared))
    with sites.web() as web, pytest.raises(TooLarge, match="COP_KB_MAX_FILE_MB"):
        get(web, "https://law.example/a", tmp_path, max_bytes=len(BODY) - 1)
    assert list(tmp_path.iterdir()) == []


def test_what_unpacks_too_large_is_left(sites: Sites, tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(30_000_000))
    sites.put("law.example/a", Answer(body=bomb, headers=(("Content-Encoding", "gzip"),)))
    with sites.web() as web, pytest.raises(TooLarge):
        get(web, "https://law.example/a", tmp_path, max_bytes=1_000_000)
    assert list(tmp_path.iterdir()) == []


def test_what_comes_packed_is_unpacked(sites: Sites, tmp_path: Path) -> None:
    sites.put("law.example/a", Answer(body=PAGE, packed=True))
    with sites.web() as web:
        assert get(web, "https://law.example/a", tmp_path).file.read_bytes() == PAGE


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_what_does_not_unpack_is_no_text(sites: Sites, tmp_path: Path, encoding: str) -> None:
    sites.put("law.example/a", Answer(body=PAGE, headers=(("Content-Encoding", encoding),)))
    with sites.web() as web, pytest.raises(WebError):
        get(web, "https://law.example/a", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_slow_drip_is_given_up(sites: Sites, tmp_path: Path) -> None:
    sites.put("law.example/a", Answer(body=BODY, drip=0.02))
    with sites.web(replace(QUICK, grace_s=0.3)) as web, pytest.raises(TooSlow):
        get(web, "https://law.example/a", tmp_path)


def test_headers_that_drip_in_are_given_up(sites: Sites, tmp_path: Path) -> None:
    sites.put("law.example/a", Answer(body=PAGE, drip_head=0.02))
    with sites.web(replace(QUICK, grace_s=0.3)) as web, pytest.raises(TooSlow):
        get(web, "https://law.example/a", tmp_path)


def test_a_download_may_not_take_for_ever(sites: Sites, tmp_path: Path) -> None:
    sites.put("law.example/a", Answer(body=PAGE, drip=0.05))
    with sites.web(replace(QUICK, overall_s=0.3)) as web, pytest.raises(TooSlow):
        get(web, "https://law.example/a", tmp_path)


def test_silence_is_tried_again_and_then_given_up(sites: Sites, tmp_path: Path) -> None:
    sites.put("law.example/a", Answer(body=PAGE, drip=3))
    waits: list[float] = []
    with sites.web(replace(QUICK, silence_s=0.1), sleep=waits.append) as web, pytest.raises(TryLater):
        get(web, "https://law.example/a", tmp_path)
    assert sites.paths() == ["/a"] * 3
    assert len(waits) == 2


# -- broken off, and gone on -------------------------------------------------------------------------------------------


def test_a_body_that_breaks_off_is_gone_on_with(sites: Sites, tmp_path: Path) -> None:
    whole = Answer(body=BODY, media_type="application/pdf", etag='"1"', ranges=True)
    sites.put("law.example/a", in_turn(cut(whole, 60_000), whole))
    with sites.web() as web:
        got = get(web, "https://law.example/a", tmp_path)
    assert got.file.read_bytes() == BODY
    ranges = [asked.headers.get("range") for asked in sites.asked if asked.path == "/a"]
    assert ranges[0] is None
    assert ranges[1] is not None
    assert int(ranges[1].removeprefix("bytes=").removesuffix("-")) > 0


def test_the_next_run_goes_on_too(sites: Sites, tmp_path: Path) -> None:
    whole = Answer(body=BODY, media_type="application/pdf", etag='"1"', ranges=True)
    sites.put("law.example/a", cut(whole, 60_000))
    with sites.web(replace(QUICK, retries=0)) as web, pytest.raises(TryLater, match="broke off"):
        get(web, "https://law.example/a", tmp_path)
    assert (tmp_path / "a.part").stat().st_size == 60_000
    sites.put("law.example/a", whole)
    with sites.web() as web:
        assert get(web, "https://law.example/a", tmp_path).file.read_bytes() == BODY
    assert sites.asked[-1].headers["range"] == "bytes=60000-"
    assert sites.asked[-1].headers["if-range"] == '"1"'


@pytest.mark.parametrize("ranges", [True, False])
def test_a_file_that_changed_meanwhile_is_taken_from_its_beginning(sites: Sites, tmp_path: Path, ranges: bool) -> None:
    whole = Answer(body=BODY, media_type="application/pdf", etag='"1"', ranges=True)
    sites.put("law.example/a", cut(whole, 60_000))
    with sites.web(replace(QUICK, retries=0)) as web, pytest.raises(TryLater):
        get(web, "https://law.example/a", tmp_path)
    changed = BODY[::-1] + b"more"
    sites.put("law.example/a", Answer(body=changed, media_type="application/pdf", etag='"2"', ranges=ranges))
    with sites.web() as web:
        assert get(web, "https://law.example/a", tmp_path).file.read_bytes() == changed


def test_a_range_that_does_not_fit_is_not_patched_in(sites: Sites, tmp_path: Path) -> None:
    whole = Answer(body=BODY, media_type="application/pdf", etag='"1"')

    def wrong(asked: Asked) -> Answer:
        if "range" not in asked.headers:
            return whole
        return Answer(body=BODY[9:], status=206, headers=(("Content-Range", f"bytes 9-{len(BODY) - 1}/{len(BODY)}"),))

    sites.put("law.example/a", in_turn(cut(whole, 60_000)))
    with sites.web(replace(QUICK, retries=0)) as web, pytest.raises(TryLater):
        get(web, "https://law.example/a", tmp_path)
    sites.put("law.example/a", wrong)
    with sites.web() as web:
        assert get(web, "https://law.example/a", tmp_path).file.read_bytes() == BODY


def test_a_body_without_a_length_is_whole_only_with_its_end(sites: Sites, tmp_path: Path) -> None:
    sites.put("law.example/a", Answer(body=PAGE, declared=False))
    sites.put("law.example/b", Answer(body=PAGE[:-20], declared=False))
    with sites.web() as web:
        assert get(web, "https://law.example/a", tmp_path).bytes == len(PAGE)
        with pytest.raises(TryLater, match="broke off"):
            get(web, "https://law.example/b", tmp_path)


def test_what_did_not_change_is_not_sent_again(sites: Sites, tmp_path: Path) -> None:
    sites.put("law.example/a", moved("/b"))
    sites.put("law.example/b", Answer(body=PAGE, etag='"1"'))
    known = {"https://law.example/b": Validators(etag='"1"', last_modified="yesterday")}
    with sites.web() as web:
        got = web.get("https://law.example/a", bounds=BOUNDS, part=tmp_path / "a", max_bytes=9_999, known=known)
    assert got == NotModified(url="https://law.example/b")
    assert sites.asked[-1].headers["if-modified-since"] == "yesterday"
    assert "if-none-match" not in sites.asked[-2].headers


# -- manners -----------------------------------------------------------------------------------------------------------


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_a_host_is_given_a_pause_between_requests(sites: Sites, tmp_path: Path) -> None:
    sites.put("law.example/a", Answer(body=PAGE))
    sites.put("files.law.example/a", Answer(body=PAGE))
    clock = Clock()
    with sites.web(Limits(), clock=clock, sleep=clock.sleep) as web:
        get(web, "https://law.example/a", tmp_path)
        assert clock.slept == [pytest.approx(2)]  # between robots.txt and the page
        get(web, "https://files.law.example/a", tmp_path)
        get(web, "https://law.example/a", tmp_path)
    assert len(sites.asked) == 5
    assert clock.slept == [pytest.approx(2)] * 2  # another host was asked meanwhile


@pytest.mark.parametrize(("asked", "kept"), [("7", 7), ("600", 30)])
def test_the_pause_that_a_site_asks_for_is_kept(sites: Sites, tmp_path: Path, asked: str, kept: float) -> None:
    sites.put("law.example/robots.txt", Answer(body=f"User-agent: *\nCrawl-delay: {asked}".encode()))
    sites.put("law.example/a", Answer(body=PAGE))
    clock = Clock()
    with sites.web(Limits(), clock=clock, sleep=clock.sleep) as web:
        get(web, "https://law.example/a", tmp_path)
    assert clock.slept == [pytest.approx(kept)]


def test_robots_are_obeyed(sites: Sites, tmp_path: Path) -> None:
    sites.put("law.example/robots.txt", Answer(body=b"User-agent: *\nDisallow: /private\n", media_type="text/plain"))
    sites.put("law.example/private/a", Answer(body=PAGE))
    sites.put("law.example/a", moved("/private/a"))
    with sites.web() as web:
        for address in ("https://law.example/private/a", "https://law.example/a"):
            with pytest.raises(Refused, match=r"robots\.txt"):
                get(web, address, tmp_path)
    assert sites.paths() == ["/a"]
    assert sum(asked.path == "/robots.txt" for asked in sites.asked) == 1


def test_a_site_whose_robots_cannot_be_read_is_left_for_later(sites: Sites, tmp_path: Path) -> None:
    sites.put("law.example/robots.txt", Answer(status=503))
    sites.put("law.example/a", Answer(body=PAGE))
    with sites.web(sleep=lambda seconds: None) as web, pytest.raises(TryLater):
        get(web, "https://law.example/a", tmp_path)
    assert sites.paths() == []


@pytest.mark.parametrize("answer", [Answer(status=404), Answer(status=403), moved("https://other.example/robots.txt")])
def test_a_site_without_robots_may_be_asked(sites: Sites, tmp_path: Path, answer: Answer) -> None:
    sites.put("law.example/robots.txt", answer)
    sites.put("law.example/a", Answer(body=PAGE))
    with sites.web() as web:
        assert get(web, "https://law.example/a", tmp_path).bytes == len(PAGE)
    assert {asked.host for asked in sites.asked} == {"law.example"}


def test_the_rules_for_this_program_come_before_those_for_all() -> None:
    rules = read_robots("User-agent: *\nDisallow: /\n\nUser-Agent: Cop-KB\nDisallow: /a\nAllow: /a/b\n# end")
    assert rules.allows("https://x.example/c")
    assert not rules.allows("https://x.example/a/c")
    assert rules.allows("https://x.example/a/b")
    assert read_robots("User-agent: *\nDisallow:").allows("https://x.example/a")
    assert not read_robots("User-agent: *\nDisallow: /*?uri=").allows("https://x.example/legal?uri=1")
    slow = read_robots("User-agent: *\nDisallow: /" + "*a" * 500 + "b")
    assert slow.allows("https://x.example/" + "a" * 5000)


@pytest.mark.parametrize("status", [401, 403, 451, 202, 405])
def test_a_site_that_refuses_programs_is_asked_once(sites: Sites, tmp_path: Path, status: int) -> None:
    sites.put("law.example/a", Answer(body=b"no", status=status))
    with sites.web() as web, pytest.raises(Refused, match=str(status)):
        get(web, "https://law.example/a", tmp_path)
    assert sites.paths() == ["/a"]


def test_what_is_gone_is_said_to_be(sites: Sites, tmp_path: Path) -> None:
    sites.put("law.example/b", Answer())
    with sites.web() as web, pytest.raises(Missing):
        get(web, "https://law.example/a", tmp_path)


def test_a_site_that_asks_to_wait_is_waited_for(sites: Sites, tmp_path: Path) -> None:
    busy = Answer(status=429, headers=(("Retry-After", "2"),))
    sites.put("law.example/a", in_turn(busy, Answer(body=PAGE)))
    waits: list[float] = []
    with sites.web(sleep=waits.append) as web:
        assert get(web, "https://law.example/a", tmp_path).bytes == len(PAGE)
    assert waits == [2]


@pytest.mark.parametrize("stated", ["3600", "Wed, 21 Oct 2065 07:28:00 GMT", "9" * 40])
def test_but_not_for_long(sites: Sites, tmp_path: Path, stated: str) -> None:
    sites.put("law.example/a", Answer(status=503, headers=(("Retry-After", stated),)))
    with sites.web() as web, pytest.raises(TryLater, match="503"):
        get(web, "https://law.example/a", tmp_path)
    assert sites.paths() == ["/a"]


@pytest.mark.parametrize("media_type", ["image/png", "video/mp4", "application/json"])
def test_what_is_no_document_is_left(sites: Sites, tmp_path: Path, media_type: str) -> None:
    sites.put("law.example/a", Answer(body=PAGE, media_type=media_type))
    with sites.web() as web, pytest.raises(Refused, match=media_type):
        get(web, "https://law.example/a", tmp_path)


def test_a_site_that_cannot_be_reached_is_for_later(sites: Sites, tmp_path: Path) -> None:
    waits: list[float] = []
    with sites.web(sleep=waits.append) as web, pytest.raises(TryLater, match="cannot be reached"):
        get(web, "https://law.example/a", tmp_path)
    assert len(waits) == 2


def test_a_site_that_never_answered_is_not_waited_for_again(sites: Sites, tmp_path: Path) -> None:
    sites.put("files.law.example/a", Answer(body=PAGE))
    waits: list[float] = []
    with sites.web(sleep=waits.append) as web:
        for _ in range(5):
            with pytest.raises(TryLater, match="cannot be reached"):
                get(web, "https://law.example/a", tmp_path)
        assert len(waits) == 2
        assert get(web, "https://files.law.example/a", tmp_path).bytes == len(PAGE)


def test_every_failure_speaks_both_languages(sites: Sites, tmp_path: Path) -> None:
    sites.put("law.example/a", Answer(status=403))
    with sites.web() as web:
        for address in ("https://law.example/a", "https://law.example/b", "https://other.example/"):
            with pytest.raises(WebError) as failed:
                get(web, address, tmp_path)
            assert failed.value.en.endswith(".")
            assert failed.value.vi.endswith(".")
            assert failed.value.vi != failed.value.en


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl, which makes the certificate, is not here")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=law.example",
         "-addext", "subjectAltName=DNS:law.example", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    class Quiet(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def get_request(self) -> Any:
            connection, address = super().get_request()
            connection.settimeout(5)
            return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

        def handle_error(self, request: Any, client_address: Any) -> None:
            return

    server = Quiet(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    import httpcore

    class ToServer(httpcore.SyncBackend):
        def connect_tcp(self, host: str, port: int, timeout: float | None = None, *_: Any, **__: Any) -> Any:
            return super().connect_tcp("127.0.0.1", server.server_address[1], timeout, socket_options=[])

    try:
        with (
            Web(limits=QUICK, resolve=lambda host, port: ["8.8.8.8"], network=ToServer()) as web,
            pytest.raises(Refused, match="certificate"),
        ):
            get(web, "https://law.example/a", tmp_path)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
