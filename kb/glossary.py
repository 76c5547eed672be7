"""The bilingual glossary of medical AI regulation: terms looked up, found in texts.

The terms are data (`data/glossary.csv`, one concept a row, variants parted by semicolons), so that a reviewer can mend
them in a spreadsheet. Texts and terms are compared word by word in a common form: Vietnamese with the newer place of
tones and `i` for a final `y` (kỹ, kĩ), or without any marks; English in the singular and in one of its two spellings.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from kb.language import DATA, ENGLISH, LANGUAGES, VIETNAMESE, common_spelling, fold, normalise_tones

TOPICS: dict[str, tuple[str, str]] = {
    "device": ("Medical devices", "Thiết bị y tế"),
    "ai": ("Artificial intelligence", "Trí tuệ nhân tạo"),
    "parties": ("Persons and organisations", "Chủ thể"),
    "authority": ("State authorities", "Cơ quan nhà nước"),
    "risk": ("Risk and classification", "Rủi ro và phân loại"),
    "market": ("Conformity and circulation", "Sự phù hợp và lưu hành"),
    "surveillance": ("Surveillance and incidents", "Giám sát và sự cố"),
    "quality": ("Quality and documentation", "Chất lượng và hồ sơ kỹ thuật"),
    "evidence": ("Clinical evidence", "Bằng chứng lâm sàng"),
    "health": ("Health services", "Khám bệnh, chữa bệnh"),
    "data": ("Data and cybersecurity", "Dữ liệu và an ninh mạng"),
    "law": ("Legal documents and their force", "Văn bản và hiệu lực"),
    "common": ("Common legal words", "Từ ngữ pháp lý thông dụng"),
    "structure": ("Parts of legal documents", "Bố cục văn bản"),
    "programme": ("HealthAI and its network", "HealthAI và mạng lưới"),
}
"""What each topic is called, in English and Vietnamese, in the order of the glossary page."""

NEVER_FOUND = "structure"
"""Topic of words that stand in every clause ("article", "điểm"): looked up, but never found in a text."""
NO_HINT = "common"
"""Topic of words that every reader of law knows: found, but not worth a hint."""

_WORD = re.compile(r"[\w\u0300-\u036f]+")
_TOKEN = re.compile(rf"{_WORD.pattern}|[^\w\s\u0300-\u036f\-\u2010\u2011\u2013]")
_ONE_SYLLABLE = re.compile(r"[^aeiouy]*[aeiouy]+[^aeiouy]*")
_SPELLINGS = (("licens", "licenc"), ("labell", "label"), ("centre", "center"), ("programme", "program"))
_BRITISH = re.compile(r"(?<=[a-z]{3})is(?=(?:e|ed|ing|ation)$)")
_WORDS_TOO = frozenset({"cab", "cad", "cop", "mah", "most"})
"""Abbreviations that are words as well, like any of two letters ("AI" and Vietnamese "ai", who)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One concept: its preferred term in each language, other terms for it, and what a reader should know.

    `topic` is a key of TOPICS; `reviewed` says that the pair was seen in official use, else it awaits review.
    """

    id: str
    topic: str
    en: str
    en_variants: tuple[str, ...]
    vi: str
    vi_variants: tuple[str, ...]
    remark_en: str
    remark_vi: str
    reviewed: bool

    def term(self, language: str) -> str:
        """Return the preferred term in `language` ("vi"; anything else reads English)."""
        return self.vi if language == VIETNAMESE else self.en

    def terms(self, language: str) -> tuple[str, ...]:
        """Return every term in `language`, the preferred one first."""
        return (self.vi, *self.vi_variants) if language == VIETNAMESE else (self.en, *self.en_variants)

    def remark(self, language: str) -> str:
        """Return the remark in `language`, or an empty string."""
        return self.remark_vi if language == VIETNAMESE else self.remark_en


@dataclass(frozen=True, slots=True)
class Mention:
    """A term that stands in a text at `[start:end]`, in characters."""

    entry: Entry
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Term:
    """One term as the search box compares it: with marks (`exact`) and without (`folded`)."""

    entry: Entry
    variant: bool
    exact: str
    folded: str


@dataclass(frozen=True, slots=True)
class _Index:
    """Terms of one language by their words.

    `lengths` are the numbers of words of the terms that begin with a word, longest first; `as_written` the spellings
    of abbreviations that in any other spelling are another word.
    """

    terms: dict[tuple[str, ...], tuple[Entry, ...]]
    lengths: dict[str, tuple[int, ...]]
    as_written: dict[str, set[str]]


class Glossary:
    """All entries, and the two ways to them: a search box, a text."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self._by_id = {entry.id: entry for entry in self.entries}
        self._terms = [
            _Term(entry, number > 0, _plain(term), fold(_plain(term)))
            for entry in self.entries
            for language in LANGUAGES
            for number, term in enumerate(entry.terms(language))
        ]
        self._indexes = {
            (language, unaccented): _index(self.entries, language, unaccented)
            for language, unaccented in ((VIETNAMESE, False), (VIETNAMESE, True), (ENGLISH, False))
        }

    def get(self, entry: str) -> Entry | None:
        """Return the entry with the id `entry`, or None."""
        return self._by_id.get(entry)

    def look_up(self, words: str, limit: int = 20) -> tuple[Entry, ...]:
        """Return up to `limit` entries that `words` call for, best first; all in their order for no words at all.

        Either language, with or without marks. Best are terms equal to the words, then terms that begin with them, then
        terms with words that begin with them, then terms that hold them; a whole sentence is searched for terms.

        >>> [entry.en for entry in load().look_up("thiet bi y te", 1)]
        ['medical device']
        >>> [entry.vi for entry in load().look_up("conformity assess", 1)]
        ['đánh giá sự phù hợp']
        """
        exact = _plain(words)
        if not exact:
            return self.entries[:limit]
        folded = fold(exact)
        marked = exact != folded
        best: dict[str, tuple[int, bool, bool, int]] = {}
        for term in self._terms:
            likeness = _likeness(folded, term.folded)
            if likeness is not None:
                rank = (likeness, marked and exact not in term.exact, term.variant, len(term.folded))
                best[term.entry.id] = min(rank, best.get(term.entry.id, rank))
        if not best:
            mentions = [
                *self.find(words, VIETNAMESE),
                *self.find(words, VIETNAMESE, unaccented=True),
                *self.find(words, ENGLISH),
            ]
            return tuple(dict.fromkeys(mention.entry for mention in mentions))[:limit]
        return tuple(self._by_id[entry] for entry in sorted(best, key=lambda entry: best[entry])[:limit])

    def find(self, text: str, language: str, *, unaccented: bool = False) -> tuple[Mention, ...]:
        """Return the terms of `language` that stand in `text`, in order, none over another; the longer term wins.

        Whole words only, in any case, NFC or NFD; `unaccented` compares Vietnamese without marks. Words of one syllable
        ("luật", "bộ") are left out: in running text they are mostly a part of another word.

        >>> text = "Thiết bị y tế loại C phải đăng ký lưu hành."
        >>> [(text[m.start : m.end], m.entry.en) for m in load().find(text, "vi")]
        [('Thiết bị y tế loại C', 'class C medical device'), ('đăng ký lưu hành', 'marketing authorisation')]
        """
        vietnamese = language == VIETNAMESE
        index = self._indexes[VIETNAMESE if vietnamese else ENGLISH, vietnamese and unaccented]
        spans = [match.span() for match in _TOKEN.finditer(text)]
        words = [_form(text[start:end], vietnamese, unaccented) for start, end in spans]
        candidates = []
        for first, word in enumerate(words):
            for length in index.lengths.get(word, ()):
                last = first + length - 1
                entries = index.terms.get(tuple(words[first : last + 1])) if last < len(words) else None
                if entries is None:
                    continue
                start, end = spans[first][0], spans[last][1]
                if length > 1 or word not in index.as_written or text[start:end] in index.as_written[word]:
                    candidates.append((start, end, range(first, last + 1), entries[0]))
        taken = [False] * len(words)
        found = []
        for start, end, covered, entry in sorted(candidates, key=lambda item: (item[0] - item[1], item[0])):
            if not any(taken[number] for number in covered):
                for number in covered:
                    taken[number] = True
                found.append(Mention(entry, start, end))
        return tuple(sorted(found, key=lambda mention: mention.start))

    def hints(self, text: str, language: str) -> tuple[Mention, ...]:
        """Return the mentions worth a hint under a quoted text: each entry where it first stands, no common words."""
        first: dict[str, Mention] = {}
        for mention in self.find(text, language):
            if mention.entry.topic != NO_HINT:
                first.setdefault(mention.entry.id, mention)
        return tuple(first.values())


@cache
def load() -> Glossary:
    """Return the package's glossary, read on first use."""
    return Glossary(_read())


def _read() -> Iterator[Entry]:
    with (DATA / "glossary.csv").open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            yield Entry(
                id=row["id"],
                topic=row["topic"],
                en=row["en"],
                en_variants=_variants(row["en_variants"]),
                vi=row["vi"],
                vi_variants=_variants(row["vi_variants"]),
                remark_en=row["remark_en"],
                remark_vi=row["remark_vi"],
                reviewed=row["reviewed"] == "yes",
            )


def _variants(cell: str) -> tuple[str, ...]:
    return tuple(variant for part in cell.split(";") if (variant := unicodedata.normalize("NFC", part.strip())))


def _index(entries: Sequence[Entry], language: str, unaccented: bool) -> _Index:
    """The terms of one language by their words; where two entries share a term, the one that prefers it comes first."""
    vietnamese = language == VIETNAMESE
    terms: dict[tuple[str, ...], dict[bool, list[Entry]]] = {}
    as_written: dict[str, set[str]] = {}
    for entry in entries:
        if entry.topic == NEVER_FOUND:
            continue
        for number, term in enumerate(entry.terms(language)):
            key = tuple(_form(token, vietnamese, unaccented) for token in _TOKEN.findall(term))
            abbreviation = len(key) == 1 and _capitals(term) > 1
            if abbreviation and (len(term) < 3 or term.lower() in _WORDS_TOO):
                as_written.setdefault(key[0], set()).add(term)
            if vietnamese and len(key) == 1 and not abbreviation and _ONE_SYLLABLE.fullmatch(fold(term)):
                continue
            # Commas inside a term ("khám bệnh, chữa bệnh") are not always typed.
            for spelled in {key, tuple(word for word in key if word[0].isalnum())}:
                terms.setdefault(spelled, {}).setdefault(number > 0, []).append(entry)
    lengths: dict[str, set[int]] = {}
    for key in terms:
        lengths.setdefault(key[0], set()).add(len(key))
    return _Index(
        {
            key: tuple(dict.fromkeys([*holders.get(False, ()), *holders.get(True, ())]))
            for key, holders in terms.items()
        },
        {word: tuple(sorted(numbers, reverse=True)) for word, numbers in lengths.items()},
        as_written,
    )


@lru_cache(maxsize=20_000)
def _form(token: str, vietnamese: bool, unaccented: bool) -> str:
    """The common form of one word.

    >>> _form("Kỹ", True, False), _form("kĩ", True, True), _form("Licenses", False, False)
    ('kĩ', 'ki', 'licence')
    """
    word = unicodedata.normalize("NFC", token.lower().replace("\u2019", "'"))
    if vietnamese:
        word = common_spelling(word)
        return fold(word) if unaccented else word
    for british, common in _SPELLINGS:
        word = word.replace(british, common)
    return _BRITISH.sub("iz", _singular(word))


def _singular(word: str) -> str:
    """The singular of an English noun, near enough to compare by.

    >>> [_singular(word) for word in ("devices", "authorities", "classes", "bias", "analysis")]
    ['device', 'authority', 'class', 'bias', 'analysis']
    """
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "as")):
        return word[:-1]
    return word


def _capitals(term: str) -> int:
    return sum(letter.isupper() for letter in term)


def _plain(words: str) -> str:
    """Words in lower case, NFC, tones in the newer place, one blank between them, hyphens as blanks."""
    composed = unicodedata.normalize("NFC", words).lower().replace("\u2019", "'")
    return normalise_tones(" ".join(composed.replace("-", " ").split()))


def _likeness(words: str, term: str) -> int | None:
    """How near folded `words` are to a folded term: 0 equal, 1 beginning, 2 beginnings of words, 3 inside, or None.

    >>> [_likeness(words, "risk management") for words in ("risk management", "risk", "manag ri", "nagem", "class")]
    [0, 1, 2, 3, None]
    """
    if words == term:
        return 0
    if term.startswith(words):
        return 1
    parts = term.split()
    if all(any(part.startswith(word) for part in parts) for word in words.split()):
        return 2
    return 3 if len(words) > 2 and words in term else None
