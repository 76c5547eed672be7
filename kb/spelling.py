"""Clause addresses as people write them: words, abbreviations and brackets read into steps.

Questions write addresses inside out or outside in, with or without marks, several at once: "điểm a, b khoản 2 Điều 9",
"Articles 6 and 7", "point (a) of Article 6(1)". A text becomes tokens ("khoản 2"), tokens become groups, one address
each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise, product

from kb.steps import EN, INSIDE, ORDINALS, RANK, VI, Steps, arranged, roman_value

Chain = tuple[tuple[str, str], ...]  # levels with their numbers
_ANCHORS = {"annex", "appendix", "form", "part", "title", "chapter", "section", "article", "recital"}

# How the Vietnamese words are written with marks: another word of the same letters ("mức 3") is none of them.
_MARKED = {
    "dieu": "điều", "khoan": "khoản", "diem": "điểm", "tiet": "tiết", "chuong": "chương", "muc": "mục",
    "tieu muc": "tiểu mục", "phan": "phần", "phu luc": "phụ lục", "mau so": "mẫu số", "bang": "bảng", "dong": "dòng",
    "quy tac": "quy tắc", "doan": "đoạn",
}  # fmt: skip
_LEVEL_WORDS = {
    "article": ("dieu", "article", "articles", "art.", "art", "arts.", "arts"),
    "paragraph": ("paragraph", "paragraphs", "para.", "para", "paras.", "paras", "par.", "doan"),
    "clause": ("khoan", "clause", "clauses"),
    "point": ("diem", "point", "points", "letter", "lit.", "lit", "subparagraph", "sub-paragraph"),
    "item": ("tiet", "item", "subpoint", "sub-point"),
    "chapter": ("chuong", "chapter", "chap."),
    "section": ("muc", "section", "sections", "sec.", "sec", "§§", "§"),
    "subsection": ("tieu muc", "subsection"),
    "part": ("phan", "part"),
    "title": ("title",),
    "annex": ("phu luc", "annex", "annexes", "annexe"),
    "appendix": ("appendix",),
    "recital": ("recital", "recitals"),
    "rule": ("quy tac", "rule"),
    "form": ("mau so",),
    "table": ("bang", "table"),
    "row": ("dong", "row"),
}

_DECIMAL = r"\d{1,3}(?:\.\d{1,3}){0,5}"
_BRACKETS = rf"(?:\s?\((?:{_DECIMAL}[a-z]?|[a-z]{{1,5}}\d?)\))"
_CODIFIED = r"\d{1,3}(?:\.\d{1,3})*\.[a-z]{2,4}(?:\.\d{1,3})+[a-z]?"  # Điều 45.12.NĐ.5 of the codification (pháp điển)
_DOUBLED = "aa|bb|cc|dd|ee|ff|gg|hh"  # points behind z, and the đ of unmarked typing
_VALUES = {
    "article": rf"(?:{_CODIFIED}|\d{{1,4}}[a-z]?(?:\.\d{{1,3}}[a-z]?(?:\.[a-z])?)?|[ivx]{{2,7}}){_BRACKETS}*",
    "paragraph": rf"(?:{_DECIMAL}[a-z]?|\(\d{{1,3}}[a-z]?\)){_BRACKETS}*",
    "clause": rf"(?:{_DECIMAL}[a-z]?|\(\d{{1,3}}[a-z]?\)){_BRACKETS}*",
    "point": rf"(?:{_DECIMAL}[a-z]?|[a-z]\d?|{_DOUBLED}|\((?:\d{{1,3}}|[a-z]{{1,5}})\)){_BRACKETS}*",
    "item": r"\(?(?:[ivxl]{1,6}|[a-z]\d?|\d{1,3}(?:\.\d{1,3})?)\)?",
    "section": rf"(?:{_DECIMAL}(?:\.[a-z](?:\.\d{{1,3}})*|[a-z])?|[ivxl]{{1,6}}(?:\.[a-z\d]{{1,3}})*"
    rf"|[a-z](?:\.\d{{1,3}})*){_BRACKETS}*",
    "recital": r"\(?\d{1,3}[a-z]?\)?",
    "rule": r"\d{1,3}[a-z]?",
    "form": r"\d{1,3}[a-z]?",
    "table": r"\d{1,3}[a-z]?",
    "row": r"\d{1,4}",
}
_CONTAINER_VALUE = rf"(?:\d{{1,3}}[a-z]?|[ivxl]{{1,7}}[a-z]?|[a-z]\d{{0,2}}|{'|'.join(ORDINALS)})"
_LONGEST_RANGE = 12
_END = r"(?![\w/]|[.,]\d)"
_LIST = r"\s?(?:,\s?(?:va|and|or|hoac)?|-|&|va|and|or|hoac|hay|to|den)\s?"


def _value(level: str) -> str:
    if level in ("annex", "appendix"):
        return rf"{_CONTAINER_VALUE}{_BRACKETS}*"
    return _VALUES.get(level, _CONTAINER_VALUE)


def _token_pattern() -> re.Pattern[str]:
    """One pattern for every "word number" step, each level in a group of its own, lists of numbers included."""
    branches = []
    for level, words in _LEVEL_WORDS.items():
        spelled = "|".join(re.escape(word).replace(r"\ ", r"\s") for word in sorted(words, key=len, reverse=True))
        value = rf"(?:{_value(level)}){_END}"
        more = rf"(?:{_LIST}(?<![a-z])(?:{value}|{_BRACKETS}+{_END}))*"
        branches.append(
            rf"(?P<{level}_word>{spelled})(?:\s?(?:so|thu|no\.?|number)\s?:?)?\s?(?P<{level}>(?<![a-z]){value}{more})"
        )
    short = (
        rf"(?P<d_article>d\.?\s?)(?P<d_number>\d{{1,3}}[a-z]?(?:\.\d{{1,3}})?{_BRACKETS}*)(?![\w/])"
        r"|(?P<k_clause>k\.?\s?)(?P<k_number>\d{1,2}[a-z]?)(?![\w/])|(?P<d_point>d\.?\s?)(?P<d_letter>[a-z]\d?)(?![\w/.])"
    )
    return re.compile(rf"(?<![\w/])(?:{'|'.join(branches)}|{short})")


_TOKEN = _token_pattern()
_SHORT = {"d_number": ("d_article", "article"), "k_number": ("k_clause", "clause"), "d_letter": ("d_point", "point")}
_PIECE = {level: re.compile(rf"(?:{_value(level)}){_END}") for level in _LEVEL_WORDS}
_MORE = re.compile(rf"{_LIST}(?=[\d(a-z])")
_MORE_BRACKETS = re.compile(rf"{_BRACKETS}+{_END}")


@dataclass(frozen=True, slots=True)
class Token:
    """One "word number" step at `[start:end]`.

    `alternatives` are the numbers of a list ("điểm a, b"), each with its brackets; `short` marks an unmarked
    abbreviation ("d9"), `capital` a capital first letter, `risky` a lone small letter as number.
    """

    start: int
    end: int
    language: str
    level: str
    alternatives: tuple[Chain, ...]
    short: bool
    capital: bool
    risky: bool

    @property
    def levels(self) -> set[str]:
        """The levels that this token fills."""
        return {level for level, _ in self.alternatives[0]}


def tokens(text: str, folded: str) -> Iterator[Token]:
    """Yield the steps in `text` (NFC; `folded` is its folding), whether they make addresses or not."""
    for match in _TOKEN.finditer(folded):
        group = match.lastgroup or ""
        word_group, level = _SHORT.get(group, (f"{group}_word", group))
        word = re.sub(r"\s", " ", match[word_group])
        written = re.sub(r"\s", " ", text[match.start(word_group) : match.end(word_group)].lower()).replace("ð", "đ")
        if written not in (word, _MARKED.get(word)) and group not in _SHORT:
            continue
        language = VI if group in _SHORT or word in _MARKED else EN
        pieces = _pieces(level, folded, text, *match.span(group), language)
        if not pieces:
            continue
        start = match.start(group)
        lone = pieces[0][0] == start + 1 and folded[start].isalpha() and text[start].islower()
        yield Token(
            start=match.start(),
            end=pieces[-1][0],
            language=language,
            level=level,
            alternatives=tuple(steps for _, steps in pieces),
            short=group in _SHORT and not written.startswith("đ"),
            capital=text[match.start()].isupper(),
            risky=lone and level not in INSIDE,
        )


def _pieces(level: str, folded: str, text: str, start: int, stop: int, language: str) -> list[tuple[int, Chain]]:
    """Return the numbers of a list at `start` with where they end: "6 to 9" is spelled out, a unit ends the list."""
    found: list[tuple[int, Chain]] = []
    joint, position = "", start
    while True:
        match, inner = _PIECE[level].match(folded, position, stop), level
        if not match and found:
            match, inner = _MORE_BRACKETS.match(folded, position, stop), "clause"
        if not match or (found and (is_unit(folded, match.end()) or (match[0] in ("a", "i", "o") and language == EN))):
            return found
        if not _is_number(match[0], text[match.start() : match.end()]):
            return found
        steps = _components(inner, match[0], text[match.start() : match.end()])
        if steps is None:  # the brackets hold words ("Article 6 (EU)") and are no part of the address
            head = match[0].partition("(")[0].rstrip()
            steps = _components(level, head, text[match.start() : match.start() + len(head)]) if head else None
            return [*found, (match.start() + len(head), steps)] if steps else found
        if inner != level:  # "Article 6(1) and (2)": the last brackets change
            steps = _sibling(found[-1][1], steps)
        if found and joint in ("-", "to", "den"):
            found += [(match.end(), between) for between in _between(found[-1][1], steps, language)]
        found.append((match.end(), steps))
        separator = _MORE.match(folded, match.end(), stop)
        if not separator:
            return found
        joint, position = separator[0].strip(), separator.end()


def _is_number(folded: str, written: str) -> bool:
    """Whether letters are meant as a number: unmarked (not "chương ạ"), and no word that looks Roman ("va", "xe")."""
    plain = written.lower().replace("đ", "d").replace("ð", "d") == folded or folded in ORDINALS
    return plain and not (re.fullmatch("[ivxl][^ivx]", folded) and written[0].islower() and folded not in _DOUBLED)


def _between(first: Chain, last: Chain, language: str) -> list[Chain]:
    """Return what lies between the ends of a short range ("6 to 9", "a đến d"); () where they are not of one list."""
    if len(first) != len(last) or first[:-1] != last[:-1]:
        return []
    (level, low), high = first[-1], last[-1][1]
    if low.isdigit() and high.isdigit() and int(high) - int(low) <= _LONGEST_RANGE:
        numbers = [str(number) for number in range(int(low) + 1, int(high))]
    else:
        letters = "abcdđeghiklmnopqrstuvxy" if language == VI else "abcdefghijklmnopqrstuvwxyz"
        numbers = list(letters[letters.index(low) + 1 : letters.index(high)]) if {low, high} <= set(letters) else []
    return [(*first[:-1], (level, number)) for number in numbers]


def _sibling(before: Chain, own: Chain) -> Chain:
    """Return `before` with its innermost numbers replaced by those of `own`."""
    kept, changed = before[: len(before) - len(own)], before[len(before) - len(own) :]
    if not kept and own and before[0][0] not in INSIDE:
        return (*before, *own)
    return (*kept, *zip((level for level, _ in changed), (number for _, number in own), strict=False))


def _components(level: str, value: str, written: str) -> Chain | None:
    """Return the steps of one value ("6(1)(a)", "9.2.a", "5(b)"); None where its brackets hold words."""
    brackets = []
    for match in re.finditer(r"\(([^()]*)\)", value):
        number, original = match[1], written[match.start(1) : match.end(1)]
        wordlike = number.isalpha() and len(number) > 1
        if wordlike and (not original.islower() or not (roman_value(number) or len(set(number)) == 1)):
            return None
        brackets.append(_inner_number(number, original))
    head = value.partition("(")[0].strip()
    original = written[: len(head)]
    if level == "article":
        if re.fullmatch(_CODIFIED, head):
            codes = {"nd": "NĐ", "qd": "QĐ"}
            return (
                ("article", re.sub("[a-z]{2,}", lambda m: codes.get(m[0], m[0].upper()), head)),
                *_inside("clause", brackets),
            )
        if roman_value(head) is not None:
            return (("article", head.upper()), *_inside("clause", brackets))
        number, *dotted = head.split(".")
        dotted = [_inner_number(part, original[-len(part) :]) for part in dotted]
        return (("article", number.lstrip("0") or "0"), *_inside("clause", [*dotted, *brackets]))
    if level == "paragraph":
        first, *rest = ([_inner_number(head, original)] if head else []) + brackets
        return (("paragraph", first), *_inside("point", rest))
    if level in INSIDE:
        return _inside(level, ([_inner_number(head, original)] if head else []) + brackets)
    if level in ("recital", "row", "table", "rule"):
        return ((level, (head or brackets[0]).lstrip("0") or "0"),)
    return ((level, head), *_inside("clause", brackets))


def _inner_number(folded: str, written: str) -> str:
    """Return a number inside an article: small letters, its đ kept, no leading zeros."""
    if written[:1] in ("đ", "Đ", "ð", "Ð"):
        return "đ" + folded[1:]
    return re.sub(r"^0+(?=\d)", "", folded)


def _inside(first: str, numbers: list[str]) -> Chain:
    """Give numbers their levels from `first` inwards: a letter is a point at the earliest, a point "5" is a clause."""
    position = INSIDE.index(first)
    if first == "point" and numbers and numbers[0][:1].isdigit():
        position = 0  # "point 5(b)", "point (63) of Article 3"
    steps: list[tuple[str, str]] = []
    for number in numbers:
        if position == 0 and not number[:1].isdigit():
            position = 1
        if position < len(INSIDE):
            steps.append((INSIDE[position], number))
        position += 1
    return tuple(steps)


_UNIT = re.compile(
    r"\s?(?:%|(?:phan tram|thang|ngay|nam(?!\s\d)|gio|phut|tuoi|trieu|ty|ti|nghin|ngan|dong|lan"
    r"|kg|mg|ml|mm|cm|km|usd|vnd|months?|years?|days?|weeks?|hours?|minutes?|people|persons?|percent|times|pages?)(?!\w))"
)
_PRONOUN = re.compile(
    r"\s(?:am|was|have|had|needed|need|want|should|must|can|could|will|would|do|did|read|wrote|saw|found|used|use|think)(?!\w)"
)
_COUNTED = re.compile(r"\s(?:nguoi|ban|viec|bac si|benh nhan|cai|dieu)(?!\w)")
_LED = re.compile(r"(?:theo|tai|trong|o|cua|cac|tu|den|va|khoan \d+|diem \w)[\s,]*$")
_CLOSED = re.compile(r"\s*(?:$|[?.,;:)]|(?:of|cua|to)\s)")


def is_unit(folded: str, position: int) -> bool:
    """Return whether what follows `position` makes the number before it a quantity: "6 months", "5 triệu", "3%"."""
    return bool(_UNIT.match(folded, position))


def plausible(token: Token, folded: str) -> bool:
    """Return whether a step inside a sentence is meant: not "article 6 months", "the part I read", "điều 1 người"."""
    if is_unit(folded, token.end) or (folded[token.end - 1] == "i" and _PRONOUN.match(folded, token.end)):
        return False
    if token.risky and not _CLOSED.match(folded, token.end):
        return False
    if token.level == "article" and token.language == VI and not token.capital and _COUNTED.match(folded, token.end):
        return bool(_LED.search(folded, 0, token.start))
    return True


_SUBPARAGRAPH = r"(?:the\s+)?(?:first|second|third|fourth|last)\s+sub-?paragraph"  # no address goes so deep
_LINK = r"(?:of|in|to|under|the|cua|thuoc|tai|trong|o|nam trong)\s+"
_GAP = re.compile(rf"[\s,;:]*(?:-\s+)?(?:{_LINK})*(?:{_SUBPARAGRAPH}[\s,]*)?(?:{_LINK})*")
_AND = re.compile(r"\s*,?\s*(?:va|and|or|hoac|hay|&|den|to|voi|with)\s+(?:the\s+|tai\s+|o\s+)?")
_BEFORE = re.compile(rf"(?:(?:{_SUBPARAGRAPH}|theo|xem|cac|see)\s+|{_LINK})*")
_AFTER = re.compile(rf"(?:[\s,]*{_SUBPARAGRAPH})?")


@dataclass(slots=True)
class Group:
    """Tokens that make one address, or several where one of them is a list; `inherited` steps come from a neighbour."""

    tokens: list[Token]
    inherited: Chain = ()
    giver: Group | None = None

    @property
    def levels(self) -> set[str]:
        """The levels that the group's own tokens fill."""
        return {level for token in self.tokens for level in token.levels}

    @property
    def anchored(self) -> bool:
        """Whether the group names an article, annex or the like and so can stand alone."""
        return bool(self.levels & _ANCHORS)

    @property
    def language(self) -> str:
        """The tradition of the outermost step, its own or inherited."""
        return self.giver.language if self.giver else min(self.tokens, key=lambda token: RANK[token.level]).language

    def takes(self, token: Token) -> bool:
        """Return whether `token` goes on with this address: a new level, and still inwards or still outwards."""
        if self.levels & token.levels:
            shifted = _shifted(token)
            return shifted is not None and not self.levels & shifted.levels and self.takes(shifted)
        ranks = [RANK[own.level] for own in (*self.tokens, token)]
        return ranks in (sorted(ranks), sorted(ranks, reverse=True))

    def add(self, token: Token) -> None:
        """Take `token` in, one level further inwards where its own level is filled."""
        self.tokens.append((_shifted(token) or token) if self.levels & token.levels else token)

    def chains(self) -> list[Steps]:
        """Return the steps of every address that the group names (24 at most)."""
        choices = list(product(*(token.alternatives for token in self.tokens)))[:24]
        return [
            arranged(self.language, dict(self.inherited) | {k: v for part in choice for k, v in part})
            for choice in choices
        ]


def _shifted(token: Token) -> Token | None:
    """Return a point one level further in: a numbered one behind a paragraph, a Roman one behind a letter."""
    number = token.alternatives[0][0][1]
    if token.level != "point" or not ("clause" in token.levels or (len(number) > 1 and roman_value(number))):
        return None
    deeper = tuple(tuple((INSIDE[min(INSIDE.index(k) + 1, 3)], v) for k, v in steps) for steps in token.alternatives)
    return replace(token, alternatives=deeper)


def groups(text: str, folded: str) -> list[Group]:
    """Return the addresses in a sentence; a step without an article takes what it lacks from its neighbour."""
    made: list[Group] = []
    joined: list[bool] = []  # whether a group hangs together with the one before it
    for token in tokens(text, folded):
        if not plausible(token, folded):
            continue
        hangs = False
        if made:
            last = made[-1].tokens[-1].end
            gap = bool(_GAP.fullmatch(folded, last, token.start))
            if gap and made[-1].takes(token):
                made[-1].add(token)
                continue
            hangs = gap or bool(_AND.fullmatch(folded, last, token.start))
        made.append(Group([token]))
        joined.append(hangs)
    for index in reversed(range(len(made) - 1)):
        if not made[index].anchored and joined[index + 1]:
            _inherit(made[index], made[index + 1])
    for index in range(1, len(made)):
        if not made[index].anchored and not made[index].inherited and joined[index]:
            _inherit(made[index], made[index - 1])
    complete = [group for group in made if group.anchored or group.inherited]
    return [group for group in complete if not all(token.short for token in group.tokens)]


def _inherit(group: Group, giver: Group) -> None:
    steps = dict(giver.inherited) | {k: v for token in giver.tokens for k, v in token.alternatives[0]}
    outermost = min(RANK[level] for level in group.levels)
    outer = tuple((level, number) for level, number in steps.items() if RANK[level] < outermost)
    if any(level in _ANCHORS for level, _ in outer):
        group.inherited, group.giver = outer, giver


def read_whole(text: str, folded: str) -> Steps | None:
    """Return the steps of `text` where all of it is one address, else None."""
    found = list(tokens(text, folded))
    if not found or not _BEFORE.fullmatch(folded, 0, found[0].start) or not _AFTER.fullmatch(folded, found[-1].end):
        return None
    group = Group([found[0]])
    for before, token in pairwise(found):
        if not _GAP.fullmatch(folded, before.end, token.start) or (group.levels & token.levels and not _shifted(token)):
            return None
        group.add(token)
    chains = group.chains()
    usable = group.anchored or group.levels <= {"table", "row"}
    return chains[0] if usable and len(chains) == 1 else None
