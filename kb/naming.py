"""Names of instruments inside a sentence: where one begins, and how far it goes.

A name is known from `aliases.toml`, from the documents of the base, or from its type word: what follows "Luật" or
"Law on", what stands in capitals before "Act". The words that end a name are listed here; one that runs on still
matches its title.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from kb.names import Words, known_phrases, leading_place, leading_type, place_beside, type_of, words_of

NameFinder = Callable[[Words, int], int]
"""Given folded words and a position, how many words from there on are the name of a document, 0 for none."""

YEAR = r"(?:19|20)\d\d"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundName:
    """A name at `text[start:end]`, the country beside it included; the fields are those of `kb.mention.Reference`."""

    start: int
    end: int
    name: str
    type: str | None
    jurisdiction: str | None
    words: Words


def find_names(
    text: str, folded: str, *, taken: Iterable[tuple[int, int]] = (), known: NameFinder | None = None
) -> Iterator[FoundName]:
    """Yield the instruments that `text` (NFC, with its folding) names, in order; the spans `taken` are passed over."""
    return _Sentence(text, folded, taken, known).names()


_WORD = re.compile(r"[^\W_]+")
_BREAK = re.compile(r"[.?!;:()\[\]\"“”\n]")
_YEAR_BEHIND = re.compile(rf"\s(?:nam\s)?\(?{YEAR}\)?(?![\w/])")
_REACH = 16  # words from a type word on in which the rest of a title is looked for

_VI_NAMED = {
    ("bo", "luat"), ("dao", "luat"), ("luat",), ("phap", "lenh"), ("nghi", "dinh"), ("thong", "tu"), ("hien", "phap"),
}  # fmt: skip
_NO_NAME_AFTER = set(
    (
        "su le phap choi nay do nao gi moi cu tren duoi hien so cua thi la co khong quy noi va hay hoac cho"
        " duoc phai lien kem khac bat can nen yeu sua lao"
    ).split()
)
# Words that end a Vietnamese name, with marks; typed without they count too. Some do so only before a second word.
_VI_ENDS = {
    **dict.fromkeys(
        (
            "là thì có không nào gì như nói nêu nếu với hay hoặc được phải sao này nay trên của theo trong năm"
            " đã sẽ khi"
        ).split(),
        "",
    ),
    "quy": "dinh", "yêu": "cau", "áp": "dung", "hiện": "hanh", "mới": "nhat", "đối": "voi", "bao": "nhieu",
    "thế": "nao",
    "so": "voi", "khác": "gi", "còn": "hieu", "ra": "sao", "cho": "phep", "bắt": "buoc",
}  # fmt: skip
_VI_ENDS_MARKED = set(
    "bị từ tại để đề về do bằng cần các những một mỗi đúng".split()
)  # unmarked they may be other words
_VI_END_OF = {words_of(word)[0]: (word, then) for word, then in _VI_ENDS.items()}
_GOES_ON_AFTER_COMMA = set("chong chua su thuong khen cong lay the tiep".split())  # Luật Khám bệnh, chữa bệnh
_PART_OF_WORD = {("co", word) for word in ("quan", "the", "so", "yeu", "khi", "cau")} | {
    ("hang", "khong"), ("phong", "khong"), ("vu", "khi"), ("khong", "khi"), ("viet", "nam"),
}  # fmt: skip

_EN_ON = {"law", "decree", "circular", "act", "regulation", "directive", "ordinance", "resolution", "decision"}
_EN_ON_SMALL = {"law", "decree", "circular"}  # "a decision on", "an act on" are ordinary words
_EN_TYPES = {"act", "law", "regulation", "directive", "decree", "circular", "code", "ordinance"}
_EN_ENDS = set(
    (
        "say says require requires apply applies with does do is are was has have and or that which define"
        " defines about regulate regulates state states provide provides to in when what how who under mean"
        " means article chapter annex cover covers vs versus"
    ).split()
)
_EN_LEAD = set(
    (
        "the a an this that under by of in to and or which what does do is how compare with from new current"
        " for on any each every article section if when why where national draft"
    ).split()
)


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    folded: str


class _Sentence:
    """A text as words; sizes count words from a position on."""

    def __init__(self, text: str, folded: str, taken: Iterable[tuple[int, int]], known: NameFinder | None) -> None:
        self.text, self.folded, self.known = text, folded, known
        self.words = [_Word(match.start(), match.end(), match[0]) for match in _WORD.finditer(folded)]
        self.plain = tuple(word.folded for word in self.words)
        spans = list(taken)
        self.blocked = {
            index
            for index, word in enumerate(self.words)
            if any(word.start < end and start < word.end for start, end in spans)
        }

    def names(self) -> Iterator[FoundName]:
        """Yield known names first at each word, then what a type word shows to be one."""
        position = 0
        while position < len(self.words):
            size = 0
            if position not in self.blocked:
                size = self._known(position) or self._vietnamese(position) or self._english(position)
            if size:
                yield self._found(position, size)
            position += max(size, 1)

    def _between(self, index: int) -> str:
        """What stands between the word before `index` and that at it."""
        return self.folded[self.words[index - 1].end : self.words[index].start]

    def _capital(self, index: int) -> bool:
        return self.text[self.words[index].start].isupper()

    def _reach(self, position: int) -> int:
        """The index behind the last word that may belong to a name: the sentence, or another reference, ends it."""
        end = position + 1
        while end < min(len(self.words), position + _REACH) and end not in self.blocked:
            if _BREAK.search(self._between(end)):
                break
            end += 1
        return end

    def _found(self, position: int, size: int) -> FoundName:
        start, end = self.words[position].start, self.words[position + size - 1].end
        reach = max(self._reach(position), position + size)
        words = self.plain[position:reach]
        year = _YEAR_BEHIND.match(self.folded, end)
        if year:
            end = year.end()
            words = words if reach > position + size else (*words, *words_of(year[0]))
        name, beside = self.text[start:end], place_beside(self.text, self.folded, start, end)
        kind = type_of(" ".join(words[: leading_type(words)])) or type_of(self.plain[position + size - 1])
        place = leading_place(words[:size])[1]
        if beside:
            before = tuple(word for word in words_of(self.text[beside[0] : start]) if word != "s")
            words = before + words  # "UK GDPR" may be a title of its own
            start, end, place = beside
        return FoundName(start=start, end=end, name=name, type=kind, jurisdiction=place, words=words)

    def _known(self, position: int) -> int:
        """The size of the longest name of the table or the base that stands here."""
        size = self.known(self.plain, position) if self.known else 0
        for phrase, owners in known_phrases().at(self.plain, position):
            first, last = self.words[position], self.words[position + len(phrase) - 1]
            if len(phrase) <= size or _BREAK.search(self.folded, first.start, last.end):
                continue
            beside = place_beside(self.text, self.folded, first.start, last.end)
            at_home = beside is not None and any(beside[2] == owner.jurisdiction for owner, _ in owners)
            alone = any(not needs_place for _, needs_place in owners)
            # "Korea's AI Act" is an act; "medical device regulation in Vietnam" is not the regulation of the EU
            if at_home or (alone and (beside is None or self._capital(position))):
                size = len(phrase)
        return size

    # -- Vietnamese ----------------------------------------------------------------------------------------------------

    def _lead(self, position: int) -> int:
        """The size of a Vietnamese type word that a name may follow."""
        for size in (2, 1):
            chosen = self.plain[position : position + size]
            if chosen in _VI_NAMED and len(chosen) == size:
                written = self.text[self.words[position].start : self.words[position + size - 1].end]
                at_large = chosen == ("luat",) and self.plain[max(0, position - 1)] == "phap"  # pháp luật
                return size if type_of(" ".join(chosen), written) and not at_large else 0
        return 0

    def _vietnamese(self, position: int) -> int:
        """The size of a name with its type word: "Luật Khám bệnh, chữa bệnh"; 0 where no name follows the type word."""
        lead = self._lead(position)
        if not lead or self.plain[position] == "hien":  # the Constitution needs no more name
            return lead
        reach, first = self._reach(position), position + lead
        if first < reach and self.plain[first] == "ve":
            first += 1
        if first >= reach or self.plain[first] in _NO_NAME_AFTER or self.plain[first].isdigit():
            return 0
        if "," in self._between(first):
            return 0
        end = first + 1
        while end < reach and not self._ends(end):
            if "," in self._between(end) and self.plain[end] not in _GOES_ON_AFTER_COMMA:
                break
            end += 1
        return end - position

    def _ends(self, index: int) -> bool:
        """Whether the word at `index` ends a Vietnamese name."""
        word, before = self.plain[index], self.plain[index - 1]
        after = self.plain[index + 1] if index + 1 < len(self.plain) else ""
        written = self.text[self.words[index].start : self.words[index].end].lower()
        if written in _VI_ENDS_MARKED or (before, word) in _PART_OF_WORD or (written, after) in _PART_OF_WORD:
            return written in _VI_ENDS_MARKED
        marked, needed = _VI_END_OF.get(word, ("", ""))
        return written in (marked, word) and marked != "" and needed in ("", after)

    # -- English -------------------------------------------------------------------------------------------------------

    def _english(self, position: int) -> int:
        """The size of "Law on X", or of "X Act" in capitals; 0 where neither stands here."""
        word = self.plain[position]
        if word in _EN_ON and self.plain[position + 1 : position + 2] == ("on",):
            if not self._capital(position) and word not in _EN_ON_SMALL:
                return 0
            end, reach = position + 2, min(self._reach(position), position + 10)
            while end < reach and self.plain[end] not in _EN_ENDS and "," not in self._between(end):
                end += 1
            while end < reach and self.plain[end] == "and" and self._and_in_title(end):
                end += 2
            return end - position if end > position + 2 else 0
        if not self._capital(position) or word in _EN_LEAD:
            return 0
        for end in range(position + 1, min(len(self.words), position + 8)):
            joined = self._between(end) in (" ", "-", " & ") and end not in self.blocked
            if not joined or not (self._capital(end) or self.plain[end] in ("and", "of")):
                return 0
            if self.plain[end] in _EN_TYPES:
                placed = leading_place(self.plain[position : end + 1])[0]
                return 0 if placed == end - position else end - position + 1  # "Vietnamese Law" is no name
        return 0

    def _and_in_title(self, index: int) -> bool:
        """Whether "and" joins two words of a title in capitals: "Law on Medical Examination and Treatment"."""
        return index + 1 < len(self.words) and self._capital(index - 1) and self._capital(index + 1)
