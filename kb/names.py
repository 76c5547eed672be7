"""Names of instruments: their type words, the known names of `aliases.toml`, and the ways a title is shortened.

Names compare as tuples of folded words, so that case, marks and punctuation do not count.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

from kb.number import find_numbers, fold

Words = tuple[str, ...]
Owner = TypeVar("Owner", bound=Hashable)

_WORD = re.compile(r"[^\W_]+")

# Type words as folded; `kb.number` gives documents the same types.
TYPE_WORDS = {
    "luat": "law", "bo luat": "law", "dao luat": "law", "hien phap": "constitution", "phap lenh": "ordinance",
    "nghi dinh": "decree", "nd": "decree", "thong tu": "circular", "tt": "circular",
    "thong tu lien tich": "joint circular", "ttlt": "joint circular", "quyet dinh": "decision", "qd": "decision",
    "nghi quyet": "resolution", "nq": "resolution", "chi thi": "directive",
    "van ban hop nhat": "consolidated text", "vbhn": "consolidated text", "an le": "case law",
    "law": "law", "act": "law", "code": "law", "constitution": "constitution", "ordinance": "ordinance",
    "decree": "decree", "circular": "circular", "joint circular": "joint circular", "decision": "decision",
    "resolution": "resolution",
    "directive": "directive", "regulation": "regulation", "guidance": "guidance", "guideline": "guidance",
    "guidelines": "guidance",
}  # fmt: skip
_MARKED_TYPES = {
    "luat": "luật", "bo luat": "bộ luật", "dao luat": "đạo luật", "hien phap": "hiến pháp", "phap lenh": "pháp lệnh",
    "nghi dinh": "nghị định", "nd": "nđ", "thong tu": "thông tư", "thong tu lien tich": "thông tư liên tịch",
    "quyet dinh": "quyết định", "qd": "qđ", "nghi quyet": "nghị quyết", "chi thi": "chỉ thị",
    "van ban hop nhat": "văn bản hợp nhất", "an le": "án lệ",
}  # fmt: skip

_PLACES = {
    "VN": ("viet nam", "vietnam", "vietnamese", "vn"),
    "EU": ("eu", "european union", "europe", "european", "chau au", "lien minh chau au"),
    "US": ("us", "usa", "united states", "american", "hoa ky", "my", "fda"),
    "UK": ("uk", "united kingdom", "british", "anh", "vuong quoc anh"),
    "SG": ("singapore", "singaporean"),
    "KR": ("korea", "korean", "south korea", "han quoc"),
    "JP": ("japan", "japanese", "nhat ban"),
    "CN": ("china", "chinese", "trung quoc"),
    "IN": ("india", "indian", "an do"),
    "ASEAN": ("asean",),
}
_PLACE_OF = {place: code for code, places in _PLACES.items() for place in places}
_AS_WRITTEN = {"us": "US", "my": "Mỹ", "anh": "Anh"}  # ordinary words unless written so
_PLACE = "|".join(sorted((place.replace(" ", r"\s") for place in _PLACE_OF), key=len, reverse=True))
_PLACE_BEFORE = re.compile(rf"(?<!\w)(?P<place>{_PLACE})(?:'s?)?\s$")
_PLACE_AFTER = re.compile(rf"\s?\(?(?:(?:of|in|for|from|cua|tai|o)\s)?(?:the\s)?(?P<place>{_PLACE})\)?(?!\w)")


def place_beside(text: str, folded: str, start: int, end: int) -> tuple[int, int, str] | None:
    """Return the span of `text[start:end]` widened by the country or union named beside it, with its code.

    >>> place_beside("luật AI của EU", "luat ai cua eu", 0, 7), place_beside("tell us AI Act", "tell us ai act", 8, 14)
    ((0, 14, 'EU'), None)
    """
    for match in (_PLACE_BEFORE.search(folded, max(0, start - 24), start), _PLACE_AFTER.match(folded, end)):
        if match:
            place, written = re.sub(r"\s", " ", match["place"]), text[match.start("place") : match.end("place")]
            if _AS_WRITTEN.get(place, written) == written:
                return min(start, match.start()), max(end, match.end()), _PLACE_OF[place]
    return None


def words_of(text: str) -> Words:
    """Return the folded words of `text`.

    >>> words_of("Luật Khám bệnh, chữa bệnh (2023)")
    ('luat', 'kham', 'benh', 'chua', 'benh', '2023')
    """
    return tuple(_WORD.findall(fold(unicodedata.normalize("NFC", text))))


def leading_place(words: Words) -> tuple[int, str | None]:
    """Return how many words at the begin of `words` name a country or union, and its code.

    >>> leading_place(("viet", "nam", "ai", "law")), leading_place(("ai", "act"))
    ((2, 'VN'), (0, None))
    """
    for size in (3, 2, 1):
        place = " ".join(words[:size])
        if len(words) > size and place in _PLACE_OF and place not in _AS_WRITTEN:
            return size, _PLACE_OF[place]
    return 0, None


def place_code(text: str | None) -> str | None:
    """Return the code of a country or union however it is named ("Viet Nam", "vn" -> "VN"); an unknown one in capitals.

    >>> place_code("Việt Nam"), place_code("European Union"), place_code("int"), place_code(None)
    ('VN', 'EU', 'INT', None)
    """
    if not text:
        return None
    return _PLACE_OF.get(" ".join(words_of(text)), text.strip().upper())


def type_of(words: str, written: str | None = None) -> str | None:
    """Return the type that folded `words` name; None for others, also where `written` has other marks."""
    if written is not None and words in _MARKED_TYPES:
        lowered = re.sub(r"\s+", " ", written.lower()).replace("ð", "đ")
        if lowered not in (words, _MARKED_TYPES[words]):
            return None
    return TYPE_WORDS.get(words)


def leading_type(words: Words) -> int:
    """Return how many words at the begin of `words` are a type word ("thông tư liên tịch" is four), 0 for none."""
    return next((size for size in (4, 3, 2, 1) if " ".join(words[:size]) in TYPE_WORDS), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownName:
    """An instrument of `aliases.toml`; `beside` names count only beside its jurisdiction."""

    number: str | None
    title: Words
    jurisdiction: str
    names: tuple[Words, ...]
    beside: tuple[Words, ...]


class Phrases(Generic[Owner]):
    """Phrases of words, each with its owners, found by the word at which they begin."""

    def __init__(self) -> None:
        self._owners: dict[Words, list[Owner]] = {}
        self._lengths: dict[str, set[int]] = {}  # how long the phrases are that begin with a word

    def add(self, words: Words, owner: Owner) -> None:
        """Let `owner` be found by `words`; an empty phrase is ignored."""
        if words:
            self._lengths.setdefault(words[0], set()).add(len(words))
            owners = self._owners.setdefault(words, [])
            if owner not in owners:
                owners.append(owner)

    def at(self, words: Words, position: int) -> Iterator[tuple[Words, list[Owner]]]:
        """Yield every phrase that stands at `position` of `words` with its owners, in no particular order."""
        for length in self._lengths.get(words[position], ()):
            phrase = words[position : position + length]
            if phrase in self._owners:
                yield phrase, self._owners[phrase]


@cache
def known_names() -> tuple[KnownName, ...]:
    """Return the table of `aliases.toml`, read once."""
    with (Path(__file__).parent / "aliases.toml").open("rb") as file:
        entries = tomllib.load(file)["instrument"]
    return tuple(
        KnownName(
            number=entry.get("number"),
            title=words_of(entry.get("title", "")),
            jurisdiction=entry["jurisdiction"],
            names=tuple(words_of(name) for name in entry["names"]),
            beside=tuple(words_of(name) for name in entry.get("beside", ())),
        )
        for entry in entries
    )


@cache
def known_phrases() -> Phrases[tuple[KnownName, bool]]:
    """Return the known names as phrases; an owner's second part says that the name needs its jurisdiction beside it."""
    phrases: Phrases[tuple[KnownName, bool]] = Phrases()
    for known in known_names():
        for words in known.names:
            phrases.add(words, (known, False))
        for words in known.beside:
            phrases.add(words, (known, True))
    return phrases


_IN_BRACKETS = re.compile(r"\(([^()]{2,80})\)")
_TAIL = re.compile(r"\s*(?:\([^()]*\)|[,-]?\s*(?:nam|so|no\.?)\s[\d/].*|[:;].*)\s*$")
_VI_TYPE = {"law": ("luat",), "decree": ("nghi", "dinh"), "circular": ("thong", "tu"), "ordinance": ("phap", "lenh")}
_STANDS_ALONE = 4  # words of a title that are enough without its type word
_ON = ("on", "of", "for", "concerning", "regarding")


def title_names(title: str, type_: str | None) -> Iterator[Words]:
    """Yield the names by which a document with `title` is called, whole title first.

    Shortened in the usual ways: without year, number or brackets; the short title in brackets; "Law on X" as "X Law";
    the Vietnamese type word put before a title that lacks it; and without type word where four words are left.

    >>> [" ".join(name) for name in title_names("Law on Cybersecurity (2025)", "law")]
    ['law on cybersecurity 2025', 'law on cybersecurity', 'cybersecurity law']
    >>> [" ".join(name) for name in title_names("Luật Bảo vệ dữ liệu cá nhân", "law")]
    ['luat bao ve du lieu ca nhan', 'bao ve du lieu ca nhan']
    """
    yield from dict.fromkeys(name for name in _shortened(title, type_) if len(name) > 1 or title.isupper())


def _shortened(title: str, type_: str | None) -> Iterator[Words]:
    yield words_of(title)
    for short in _IN_BRACKETS.findall(title):
        words = words_of(short)
        if (len(words) > 1 and words[-1] in TYPE_WORDS) or (short.isupper() and len(short) > 2):
            yield words
    bare = _bare(title)
    lead = leading_type(bare)
    rest = bare[lead:]
    if not rest:  # "Thông tư 24/2026/TT-BYT" has no name but its number
        return
    yield bare
    if lead and rest[0] in _ON:
        yield (*rest[1:], *bare[:lead])
    if lead and rest[0] in _ON[1:]:
        yield (*bare[:lead], "on", *rest[1:])
    if lead and rest[0] == "ve":
        yield (*bare[:lead], *rest[1:])
    if not lead and type_ in _VI_TYPE:
        yield (*_VI_TYPE[type_], *bare)
    if lead and len(rest) >= _STANDS_ALONE and rest[0] not in (*_ON, "ve"):
        yield rest


def _bare(title: str) -> Words:
    """Return the words of `title` without numbers of documents, brackets, a closing year and what follows a colon."""
    folded = fold(unicodedata.normalize("NFC", title))
    for number in reversed(find_numbers(folded)):
        folded = f"{folded[: number.start]} {folded[number.end :]}"
    words = words_of(_TAIL.sub("", _TAIL.sub("", folded)))
    lead = leading_type(words)
    words = words[:lead] + (words[lead + 1 :] if words[lead : lead + 1] == ("so",) else words[lead:])
    return words[:-1] if words and re.fullmatch(r"(?:19|20)\d\d", words[-1]) else words
