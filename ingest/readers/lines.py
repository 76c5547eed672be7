"""Lines of running text: their letters made uniform, and the joining of lines that a page or screen width broke.

A line that begins a numbered unit (Điều 5., 1., a), Article 6, 4.2.1) always begins a paragraph, unless the line
before it ends in a reference ("quy định tại khoản", "pursuant to Article") of which the number is a part.
"""

from __future__ import annotations

import re
import unicodedata

_SPACES = dict.fromkeys([0x09, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
# Soft hyphens, zero-width and direction signs, variation selectors, control codes, and the invisible "tag" letters.
_INVISIBLE = (
    (0x00, 0x08), (0x0E, 0x1F), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x180E, 0x180E), (0x200B, 0x200F),
    (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xE0000, 0xE007F),
)  # fmt: skip
_NOTHING = dict.fromkeys(code for first, last in _INVISIBLE for code in range(first, last + 1))
_OTHERS = {
    0x0B: "\n",
    0x0C: "\n",
    0x0D: "\n",
    0x85: "\n",
    0x2028: "\n",
    0x2029: "\n",
    0x2010: "-",
    0x2011: "-",
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xF0B7: "•",
    0xF0A7: "▪",
    0xF02D: "-",
    0xF0D8: "•",
    0xF0FC: "•",
}
_TRANSLATION: dict[int, str | None] = {**_SPACES, **_NOTHING, **_OTHERS}
# Old Vietnamese files write Đ as the Icelandic letter Ð (U+00D0), which looks the same.
_ETH = re.compile("\u00d0(?=[aăâeêioôơuưyAĂÂEÊIOÔƠUƯY\u00c0-\u1ef9])")
_VIETNAMESE = re.compile("[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")


def clean(text: str) -> str:
    r"""Return `text` in NFC with one kind of space, runs of spaces closed up, and invisible signs removed.

    Line breaks stay (as `\n`), spaces around them go; the dots of a form's blanks shrink to five.

    >>> clean("Đie\u0302\u0300u\u00a05. \u200b Pha\u0323m  vi")
    'Điều 5. Phạm vi'
    >>> clean("co\xadoperation\r\n ")
    'cooperation\n'
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").translate(_TRANSLATION))
    if "\u00d0" in text and _VIETNAMESE.search(text):
        text = _ETH.sub("Đ", text)
    text = re.sub(" {2,}", " ", text)
    text = re.sub(r"([._])\1{5,}", r"\1\1\1\1\1", text)
    return re.sub(" ?\n ?", "\n", text).strip(" ")


_NUMBER = r"(?:\d{1,4}[a-zđ]?(?:\.\d+[a-z]?)*|[IVXLC]{1,7}[a-z]?|[A-ZĐ])"
_NAMED = re.compile(
    r"""(?:điều|chương|mục|tiểu\s+mục|phần|phụ\s+lục(?:\s+số)?|mẫu(?:\s+số)?|biểu(?:\s+mẫu)?(?:\s+số)?
        |article|chapter|section|sub-?section|title|part|annex|appendix|schedule|recital)\s+"""
    + rf"(?:{_NUMBER}|thứ\s+\w+)(?![\w(/])(?P<rest>.*)",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_ALONE = re.compile(r"(?:phụ\s+lục|annex|appendix|preamble|mục\s+lục|(?:table\s+of\s+)?contents)\s*$", re.IGNORECASE)
_MARK = re.compile(
    r"""(?:\d{1,3}\.+(?=\s*[^\s\d.])|\d{1,3}\)|\(\d{1,3}[a-z]?\)|\[\d{1,3}\](?=\s)
        |[a-zđ]{1,2}\d?\)|\([a-zđ]{1,4}\)|[ivxl]{1,6}\)|[a-zđ]\.(?=\s+\S)|[ivx]{1,5}\.(?=\s+\S)
        |\d{1,3}(?:\.\d{1,2}){1,5}\.?\)?(?=\s+["“‘(]?[^\Wa-zà-ỹđ\d_])|\d{1,3}(?:\.\d{1,2}){2,5}\.?(?=\s)
        |[IVXL]{1,6}\.(?=\s*\S)|[A-ZĐ]\.(?:\d+\.?)*(?=\s+\S)|[A-ZĐ]\)(?=\s)
        |[-–—•·▪●○◦*+o](?=\s+\S)|[•·▪●○◦])""",
    re.VERBOSE,
)
_LABEL = re.compile(
    r"(?:điều|chương|mục|tiểu\s+mục|phần|phụ\s+lục|article|chapter|section|title|part|annex|appendix|schedule"
    r"|mẫu(?:\s+số)?|biểu(?:\s+số)?|form|question)\s+"
    rf"(?:{_NUMBER}|thứ\s+\w+)\s*[.:]?$",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"""(?:^|[\s(])(?:khoản|điểm|các\s+điểm|điều|các\s+điều|chương|mục|phần|phụ\s+lục|số|quy\s+định\s+tại|tại|của|đoạn
        |articles?|sections?|paragraphs?|points?|annex(?:es)?|chapters?|titles?|parts?|appendix|recitals?|tables?|figures?
        |regulations?|directives?|nos?\.?|of|see|fig\.|art\.|para\.)(?:\s+\S{1,4})?$""",
    re.IGNORECASE | re.VERBOSE,
)
_DANGLING = re.compile(
    r"(?:^|\s)(?:và|hoặc|theo|đến|từ|với|cùng|cho|về|trong|and|or|in|to|under|the|with|by|from|for|than|that|which|this)$|[,(–]$",
    re.IGNORECASE,
)
_DASHES = ("- ", "– ", "— ")
_BARE_MARK = re.compile(
    r"\d{1,3}(?:\.\d{1,3})*\.|\d{1,3}(?:\.\d{1,3})+|[IVXL]{1,6}\.|[A-ZĐ]\.|[A-Za-zđ0-9]{1,3}\)|\([A-Za-zđ0-9]{1,4}\)|[-–—•·▪●○◦*]"
)
_AMOUNT = re.compile(r"\d[\d.,/%]*\s+[a-zà-ỹđ]")
_LEADER = re.compile(r"(?:\.\s?){4,}\s*\d*$|…{2,}\s*\d*$|_{4,}\s*\d*$")


def begins_unit(line: str, before: str = "") -> bool:
    """Tell whether `line` begins a numbered unit or list item, given the line `before` it ("" where there is none).

    >>> begins_unit("Điều 5. Nguyên tắc"), begins_unit("đ) Tổ chức khác"), begins_unit("4.2.1 Scope")
    (True, True, True)
    >>> begins_unit("Điều 5 của Luật này"), begins_unit("Article 6(1) applies"), begins_unit("2.5 million")
    (False, False, False)
    >>> begins_unit("2. Trường hợp khác", before="theo quy định tại khoản")
    False
    """
    if _ALONE.match(line):
        return True
    named = _NAMED.match(line)
    if named:
        rest = named["rest"].lstrip()
        opens = not rest or rest[0] in '.:-–—[“"*' or rest[0].isupper()
        return opens and not _REFERENCE.search(before) and not _DANGLING.search(before)
    if line.startswith(_DASHES) and len(before) > 60 and not ends_sentence(before) and not before.startswith(_DASHES):
        return False
    return bool(_MARK.match(line)) and not (_REFERENCE.search(before) and not before.endswith((".", ";", ":")))


def is_mark(line: str) -> bool:
    """Tell whether `line` is nothing but a mark ("2.1.", "a)", "•") whose text stands on the next line."""
    return bool(_BARE_MARK.fullmatch(line))


def is_label(line: str) -> bool:
    """Tell whether `line` is the bare mark of a unit whose title stands on the next line ("Chương II", "Article 6")."""
    return bool(_LABEL.match(line))


def is_complete(line: str) -> bool:
    """Tell whether nothing can follow on `line`, whatever its width: a unit's bare mark, an entry of contents."""
    return is_label(line) or has_leader(line)


def has_leader(line: str) -> bool:
    """Tell whether `line` ends in a leader of dots, with a page number or a blank to fill in."""
    return bool(_LEADER.search(line))


def ends_sentence(line: str) -> bool:
    """Tell whether `line` ends as a sentence or list item does."""
    return line.rstrip("”’»\"')]").endswith((".", ";", ":", "!", "?", "…")) or line.endswith((".", ";", ":"))


def goes_on(line: str) -> bool:
    """Tell whether `line` begins as the middle of a sentence does: with a small letter or an amount, and no mark."""
    head = line.lstrip("“‘\"'(")
    return bool(head) and (head[0].islower() or bool(_AMOUNT.match(head))) and not _MARK.match(line)


def words_of(text: str) -> frozenset[str]:
    """Return the words of `text` in lower case, compounds with a hyphen both whole and in parts."""
    words = set(re.findall(r"\w+(?:-\w+)*", text.lower()))
    return frozenset(words | {part for word in words if "-" in word for part in word.split("-")})


def glue(left: str, right: str, words: frozenset[str] = frozenset(), *, broken: bool | None = None) -> str:
    r"""Return two lines of one paragraph as one, mending a word broken at the line's end.

    A final hyphen goes where the document writes the word without it (`words`), stays in compounds, numbers and names;
    `broken` says that the source marks the hyphen itself as one of line breaking.

    >>> glue("the implemen-", "tation of", frozenset({"implementation"}))
    'the implementation of'
    >>> glue("a risk-", "based approach", frozenset({"risk", "based"}))
    'a risk-based approach'
    >>> glue("kinh tế -", "xã hội")
    'kinh tế - xã hội'
    """
    end = re.search(r"(\w+)-$", left)
    start = re.match(r"\w+", right)
    if not end or not start:
        if left.endswith(("/", "–", "—")) and left[-2:-1] != " ":
            return left + right
        return f"{left} {right}"
    head, tail = end[1].lower(), start[0].lower()
    if not (end[1].isalpha() and start[0].islower()) or end[1].isupper() or f"{head}-{tail}" in words:
        return left + right
    if head + tail in words or (head not in words and len(head) > 1) or (broken and tail not in words):
        return left[:-1] + right
    return left + right


def wrap_width(lines: list[str]) -> int:
    """Return the column at which `lines` were broken by an editor or converter, or 0 where each line is a paragraph."""
    lengths = sorted(len(line) for line in lines if len(line) > 30)
    if not lengths:
        return 0
    usual, longest = lengths[int(0.85 * (len(lengths) - 1))], lengths[int(0.98 * (len(lengths) - 1))]
    return usual if longest <= 160 and longest <= 1.45 * usual + 4 else 0


def follows(before: str, line: str, width: int) -> bool:
    """Tell whether `line` goes on with the paragraph of the line `before` it, broken at `width` (0: not broken)."""
    if is_complete(before) or begins_unit(line, before):
        return False
    if is_complete(line):
        return goes_on(line) and not ends_sentence(before)
    if goes_on(line) and not ends_sentence(before):
        return True
    if not width:
        return False
    room = len(before) + 1 + len(line.split(" ", 1)[0])
    # Letters differ in width, so a converted page's full lines fall short of the widest by up to a seventh.
    return room > width * (0.97 if ends_sentence(before) else 0.86)
