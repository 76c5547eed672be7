"""Language and form of a text: folding, words, and whether it is Vietnamese (with or without marks) or English.

All functions are pure but for the word counts, which are read from the package's own data on first use.
"""

from __future__ import annotations

import gzip
import math
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

VIETNAMESE = "vi"
ENGLISH = "en"
LANGUAGES = (VIETNAMESE, ENGLISH)

DATA = Path(__file__).parent / "data"

CLEAR = 2.0
PLAIN = 6.0
"""Log-odds from which the words alone tell the language, and from which they tell it against a choice."""

_WORD = re.compile(r"\w+")
_VIETNAMESE_ONLY = re.compile("[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9]")
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def other_language(language: str) -> str:
    """Return the other of our two languages; of any but Vietnamese that is Vietnamese.

    >>> other_language("vi"), other_language("en")
    ('en', 'vi')
    """
    return ENGLISH if language == VIETNAMESE else VIETNAMESE


def fold(text: str) -> str:
    """Return `text` in lower case without any marks, `đ` as `d`: the common form of marked and unmarked Vietnamese.

    FTS5's own folding leaves `đ` and half of the double marks, so the library folds by itself.

    >>> fold("Điều 9: hồ sơ phân loại")
    'dieu 9: ho so phan loai'
    """
    return unmarked(text.lower())


def unmarked(text: str) -> str:
    """Return `text` without any marks, `đ` as `d`, in its own case.

    >>> unmarked("Đức, Pháp")
    'Duc, Phap'
    """
    decomposed = unicodedata.normalize("NFD", text).replace("đ", "d").replace("Đ", "D")
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """Return the words of `text` in lower case, NFC, numbers and one-letter words kept, tone marks in the newer place.

    >>> words("Điều 5. Hoà giải, y tế")
    ['điều', '5', 'hòa', 'giải', 'y', 'tế']
    """
    return _WORD.findall(normalise_tones(unicodedata.normalize("NFC", text).lower()))


def normalise_tones(text: str) -> str:
    """Return lower-case `text` with the tone of oa, oe and uy on the first vowel: both spellings are the same word.

    >>> normalise_tones("hoà thuỷ khoẻ quý hoàn toán")
    'hòa thủy khỏe quý hoàn toán'
    """
    return _TONE_WORD.sub(lambda match: _TONE_PAIRS[match.group(0)], text)


_TONE_PAIRS = {
    first + unicodedata.normalize("NFC", second + tone): unicodedata.normalize("NFC", first + tone) + second
    for first, second in ("oa", "oe", "uy")
    for tone in _TONES
}
# Only at the end of a syllable ("hoàn" keeps its tone), and not after q, whose u is part of the consonant ("quý").
_TONE_WORD = re.compile(r"(?<!q)(?:" + "|".join(_TONE_PAIRS) + r")(?!\w)")


_FINAL_Y = re.compile(r"^(?:h|k|l|m|s|t|qu)[yýỳỷỹỵ]$")
_Y_TO_I = str.maketrans("yýỳỷỹỵ", "iíìỉĩị")


def common_spelling(word: str) -> str:
    """Return a lower-case Vietnamese word in the one of its spellings that all are compared in.

    >>> [common_spelling(word) for word in ("hoà", "kỹ", "quy", "quí", "thuý", "y")]
    ['hòa', 'kĩ', 'qui', 'quí', 'thúy', 'y']
    """
    word = normalise_tones(word)
    return word.translate(_Y_TO_I) if _FINAL_Y.match(word) else word


def compared(word: str, language: str, *, unaccented: bool = False) -> str:
    """Return one word as words are compared: an English one's stem, a Vietnamese one in its common spelling.

    >>> compared("Licences", "en"), compared("hoà", "vi"), compared("Điều", "vi", unaccented=True)
    ('licenc', 'hòa', 'dieu')
    """
    if language != VIETNAMESE:
        return stem(word.lower())
    word = common_spelling(unicodedata.normalize("NFC", word).lower())
    return fold(word) if unaccented else word


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the stem of a lower-case English word (Porter's second stemmer): inflected forms meet.

    >>> [stem(word) for word in ("assessment", "assessed", "assessing")]
    ['assess', 'assess', 'assess']
    """
    stemmed: str = _stemmer().stemWord(word)
    return stemmed


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


def has_marks(text: str) -> bool:
    """Return whether `text` has a letter or tone that tells Vietnamese from English.

    >>> has_marks("dieu kien"), has_marks("điều kiện"), has_marks("café")
    (False, True, False)
    """
    composed = unicodedata.normalize("NFC", text)
    return bool(_VIETNAMESE_ONLY.search(composed)) or (
        bool(re.search("[àáãèéìíĩòóõùúũýÀÁÃÈÉÌÍĨÒÓÕÙÚŨÝ]", composed)) and (_score(composed) > 0)
    )


@dataclass(frozen=True, slots=True)
class Form:
    """The language of a question ("vi" or "en") and whether it is Vietnamese typed without marks."""

    language: str
    unaccented: bool = False


def detect(text: str, *, chosen: str | None = None) -> Form:
    """Return language and form of `text`; `chosen` ("vi" or "en") settles it unless the text is plainly the other.

    Whoever reads the page in English may still ask in Vietnamese: then the words decide how to search.
    A naive Bayes score over words decides: counts of Vietnamese syllables with and without marks against counts of
    English words. Where it knows too few of the words, langdetect (seeded, limited to the two languages) is asked.

    >>> detect("Thiet bi y te loai C can gi?")
    Form(language='vi', unaccented=True)
    >>> detect("What does Nghị định 98 say about imports?")
    Form(language='en', unaccented=False)
    """
    score = _score(text)
    if chosen in LANGUAGES and abs(score) < PLAIN:
        language = chosen
    else:
        if abs(score) >= CLEAR:
            language = VIETNAMESE if score > 0 else ENGLISH
        elif _VIETNAMESE_ONLY.search(unicodedata.normalize("NFC", text)):
            language = VIETNAMESE
        else:
            language = _langdetect(text) or (VIETNAMESE if score > 0 else ENGLISH)
    return Form(language, language == VIETNAMESE and not has_marks(text))


def text_language(text: str) -> str | None:
    """Return the language of a document's text, "vi" or "en", or None when it is neither.

    Vietnamese is told by its letters, English by its commonest words.
    """
    sample = words(text[:20_000])
    if not sample:
        return None
    if sum(1 for word in sample if _VIETNAMESE_ONLY.search(word)) > 0.12 * len(sample):
        return VIETNAMESE
    function_words = {"the", "of", "and", "to", "in", "a", "is", "for", "or", "that", "be", "shall", "by", "with"}
    if sum(1 for word in sample if word in function_words) > 0.15 * len(sample):
        return ENGLISH
    form = detect(" ".join(sample[:200]))
    return VIETNAMESE if form.unaccented else None


@dataclass(frozen=True, slots=True)
class _WordCounts:
    vietnamese: dict[str, float]
    english: dict[str, float]
    unknown_vietnamese: float
    unknown_english: float


@cache
def _word_counts() -> _WordCounts:
    """Log-probabilities of words in the two languages, Vietnamese both as written and folded."""
    counts: dict[str, dict[str, int]] = {VIETNAMESE: {}, ENGLISH: {}}
    with gzip.open(DATA / "words.tsv.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            language, word, count = line.rstrip("\n").split("\t")
            table = counts[language]
            table[word] = table.get(word, 0) + int(count)
            if language == VIETNAMESE and (folded := fold(word)) != word:
                table[folded] = table.get(folded, 0) + int(count)
    totals = {language: sum(table.values()) for language, table in counts.items()}
    logs = {
        language: {word: math.log(count / totals[language]) for word, count in table.items()}
        for language, table in counts.items()
    }
    return _WordCounts(
        logs[VIETNAMESE],
        logs[ENGLISH],
        math.log(0.3 / totals[VIETNAMESE]),
        math.log(0.3 / totals[ENGLISH]),
    )


def is_word(word: str, language: str) -> bool:
    """Return whether `word` is one of the commonest words of `language`, Vietnamese with or without its marks.

    >>> is_word("Thuốc", "vi"), is_word("thuoc", "vi"), is_word("Tesla", "vi"), is_word("medicines", "en")
    (True, True, False, True)
    """
    counts = _word_counts()
    known = counts.vietnamese if language == VIETNAMESE else counts.english
    return normalise_tones(unicodedata.normalize("NFC", word).lower()) in known


def _score(text: str) -> float:
    """Log-odds of Vietnamese against English; each word counts at most 4, so that no single name decides."""
    counts = _word_counts()
    total = 0.0
    for word in words(text)[:80]:
        if word.isdigit():
            continue
        vietnamese = counts.vietnamese.get(word, counts.unknown_vietnamese)
        english = counts.english.get(word, counts.unknown_english)
        odds = vietnamese - english
        if _VIETNAMESE_ONLY.search(word):
            odds = max(odds, 2.0)
        total += max(-4.0, min(4.0, odds))
    return total


def _langdetect(text: str) -> str | None:
    import langdetect

    langdetect.DetectorFactory.seed = 0
    try:
        guesses = langdetect.detect_langs(text)
    except langdetect.lang_detect_exception.LangDetectException:
        return None  # no letters at all
    return next((guess.lang for guess in guesses if guess.lang in LANGUAGES), None)
