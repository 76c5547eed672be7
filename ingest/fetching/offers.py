"""The documents that a web page offers for download, the likeliest first: the signed file on a gazette's page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from ingest.fetching.bounds import Bounds, NotConfined
from kb.catalogue import Source
from kb.language import fold, words
from kb.number import find_numbers, number_key

_FILE = re.compile(r"\.(pdf|docx)$", re.IGNORECASE)
_DOWNLOAD = re.compile(r"(?:^|[/_-])download(?:$|[/_-])", re.IGNORECASE)
_CARRIERS = (("a", "href"), ("area", "href"), ("iframe", "src"), ("embed", "src"), ("object", "data"))
_DATA = ("data-href", "data-url", "data-src", "data-file", "data-download")
_WANTED = re.compile(
    r"\bsigned\b|ky so|ban ky|ban goc|van ban goc|toan van|full text|tai ve|tai xuong|tai van ban|download|"
    r"official text"
)
_ASIDE = re.compile(
    r"phu luc|bieu mau|mau so|annex|appendix|summary|tom tat|press|fact ?sheet|infographic|brochure|corrigend|"
    r"dinh chinh|du thao|draft|thuyet minh|to trinh|leaflet|poster|slides|flyer|consultation response"
)
_OWN_WORDS = re.compile(r"\b(?:download|tai ve|tai xuong|tai file|tai toan van)\b")
_LONGEST_PAGE = 20_000_000

LEAST_SCORE = 2.0
"""Files that a page links to without a word that speaks for them (menus, neighbours) are not tried, unless alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A file that a page links to. `numbered` says that its link names the source's official number."""

    address: str
    words: str
    score: float
    numbered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What a page offers: files within bounds, the likeliest first, and likely ones on hosts that nobody named."""

    files: tuple[Offer, ...] = ()
    elsewhere: tuple[Offer, ...] = ()


def offers(page: bytes, url: str, bounds: Bounds, source: Source) -> Offers:
    """Return the documents that `page`, found at `url`, offers as the text of `source`."""
    from lxml import etree  # type: ignore[import-untyped]

    if len(page) > _LONGEST_PAGE:
        return Offers()
    parser = etree.HTMLParser(encoding=_encoding(page), huge_tree=True, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(page, parser)
    except etree.XMLSyntaxError:
        return Offers()
    if root is None:
        return Offers()
    base = next((element.get("href") for element in root.iter("base") if element.get("href")), None)
    start = urljoin(url, base) if base else url
    found: dict[str, Offer] = {}
    outside: dict[str, Offer] = {}
    for element, link in _links(root):
        place = found
        try:
            address = bounds.check(link, start)
        except NotConfined:
            try:
                address, place = Bounds.around([urljoin(start, link)]).check(link, start), outside
            except (NotConfined, ValueError):
                continue
        if address == url or not _is_file(element, address):
            continue
        offer = _weighed(address, _words_of(element), source)
        if address not in place or place[address].score < offer.score:
            place[address] = offer
    best = sorted(found.values(), key=lambda offer: -offer.score)
    return Offers(
        files=tuple([offer for offer in best if offer.score >= LEAST_SCORE] or best[:1]),
        elsewhere=tuple(offer for offer in outside.values() if offer.score >= LEAST_SCORE),
    )


def _encoding(page: bytes) -> str | None:
    """UTF-8 where a page is that, whether it says so or not; else None: what it declares."""
    try:
        page.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _links(root: Any) -> Iterator[tuple[Any, str]]:
    """Yield each element that leads somewhere, with its address; a viewer's `file=` counts as the file."""
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        addresses = [element.get(key) for tag, key in _CARRIERS if element.tag == tag]
        addresses += [element.get(key) for key in _DATA]
        if element.tag == "link" and element.get("type") == "application/pdf":
            addresses.append(element.get("href"))
        if element.tag == "meta" and element.get("name") == "citation_pdf_url":
            addresses.append(element.get("content"))
        for address in addresses:
            if address and not address.strip().lower().startswith(("javascript:", "mailto:", "#", "data:")):
                yield element, address
                yield from ((element, inner) for inner in _shown_in_viewer(address))


def _shown_in_viewer(address: str) -> list[str]:
    try:
        query = parse_qs(urlsplit(address).query)
    except ValueError:
        return []
    return [value for key in ("file", "src", "url") for value in query.get(key, []) if _FILE.search(value)]


def _is_file(element: Any, address: str) -> bool:
    part = urlsplit(address)
    path = unquote(part.path)
    names = [path, *(value for values in parse_qs(part.query).values() for value in values)]
    own = " ".join(element.itertext()) if element.tag == "a" else ""
    return bool(
        any(_FILE.search(name) for name in names)
        or ".pdf/" in path.lower()  # portals put a version's id behind the name
        or _DOWNLOAD.search(path)
        or element.get("type") == "application/pdf"
        or element.get("name") == "citation_pdf_url"
        or (len(own) < 100 and _OWN_WORDS.search(fold(own)))
    )


def _words_of(element: Any) -> str:
    """Return what a link says of itself, and what stands in the same row, item or paragraph."""
    own = [" ".join(element.itertext()), element.get("title") or "", element.get("aria-label") or ""]
    row = next((above for above in element.iterancestors("tr", "li", "p", "dd")), None)
    near = " ".join(row.itertext()) if row is not None else ""
    return " ".join(" ".join([*own, near[:500]]).split())


def _weighed(address: str, said: str, source: Source) -> Offer:
    file = re.sub(r"[-_.+%/=?&]+", " ", unquote(urlsplit(address).path + " " + urlsplit(address).query))
    text = fold(f"{said} {file}")
    score = 2.0 * len(set(_WANTED.findall(text))) - 3.0 * bool(_ASIDE.search(text))
    score += 1.0 * address.lower().endswith(".pdf") + 2.0 * bool(re.search(r"\bsigned\b", fold(file)))
    numbered = bool(source.number) and _holds_number(text, source.number or "")
    others = [number for number in find_numbers(said) if source.number and number.key != number_key(source.number)]
    title = max(_share(source.title_en, text), _share(source.title_vi, text))
    score += 6.0 * numbered + 4.0 * title - 6.0 * (bool(others) and not numbered)
    return Offer(address=address, words=said[:200], score=score, numbered=numbered)


def _holds_number(folded: str, number: str) -> bool:
    """Tell whether a link's words hold a number, however a file name spells it ("134-2025-qh15", "98.signed").

    >>> _holds_number("luat 134 2025 qh15 signed", "134/2025/QH15"), _holds_number("98 2021", "98/2021/NĐ-CP")
    (True, False)
    """
    parts = re.findall(r"[a-z0-9]+", fold(find_numbers(number)[0].canonical if find_numbers(number) else number))
    pattern = r"[^a-z0-9]*".join(map(re.escape, parts))
    return bool(parts) and re.search(rf"(?<![a-z0-9]){pattern}(?![0-9])", folded) is not None


def _share(title: str, folded: str) -> float:
    """Return how much of a title's words a text holds, 0 to 1."""
    wanted = {word for word in words(title) if len(word) > 2}
    held = set(words(folded))
    return len({fold(word) for word in wanted} & held) / len(wanted) if len(wanted) >= 3 else 0.0
