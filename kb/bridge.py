"""What to look for in the lexical index: a question's own words, and for the other language what they are called there.

For passages in the question's language its own words are looked for, and, where it holds words of the other language
("quy định gì về conformity assessment"), their translations. For passages in the other language: the translations that
the lexicon knows, and what is written alike in both, names and numbers (dictionary-based cross-language retrieval, with
the synonyms of a translation as one concept after Pirkola, 1998).
"""

from __future__ import annotations

from dataclasses import dataclass

from kb import lexicon
from kb.language import Form, fold, is_word, other_language, words
from kb.lexical import LexicalConcept, phrase_terms, question_terms
from kb.lexicon import WORD, Concept


@dataclass(frozen=True, slots=True)
class LexicalQuestion:
    """A question as the lexical index is asked, for one language of passages.

    `coverage` is the share of its words, in 0..1, that can be looked for in that language.
    """

    concepts: tuple[LexicalConcept, ...]
    coverage: float


def in_own_language(question: str, form: Form) -> LexicalQuestion:
    """Return what to look for in passages of the question's language.

    >>> asked = in_own_language("quy định về conformity assessment", Form("vi"))
    >>> any(term.term == "danh_gia" for concept in asked.concepts for wording in concept for term in wording)
    True
    """
    own: list[LexicalConcept] = [
        ((term,),) for term in question_terms(question, form.language, unaccented=form.unaccented)
    ]
    translated = [_concept(concept, form.language) for concept in _foreign(question, form)]
    return LexicalQuestion((*own, *translated), 1.0)


def in_other_language(question: str, form: Form) -> LexicalQuestion:
    """Return what to look for in passages of the other language.

    >>> asked = in_other_language("Tesla phát minh gì năm 1888?", Form("vi"))
    >>> [concept[0][0].term for concept in asked.concepts]
    ['invent', 'tesla', '1888']
    """
    other = other_language(form.language)
    found = lexicon.concepts(question, form.language, unaccented=form.unaccented)
    concepts = [_concept(concept, other) for concept in found]
    spoken = [match.span() for match in WORD.finditer(question)]
    covered = 0
    for start, end in spoken:
        if any(concept.start <= start < concept.end for concept in found):
            covered += 1
        elif _written_alike(question, start, end, form):
            covered += 1
            concepts.append((phrase_terms(question[start:end], other),))
    return LexicalQuestion(tuple(concepts), covered / len(spoken) if spoken else 0.0)


def _concept(concept: Concept, language: str) -> LexicalConcept:
    wordings = (phrase_terms(alternative, language) for alternative in concept.alternatives)
    return tuple(wording for wording in wordings if wording)


def _foreign(question: str, form: Form) -> list[Concept]:
    """The terms of the other language that stand in a question: all their words strange to its own."""
    return [
        concept
        for concept in lexicon.concepts(question, other_language(form.language))
        if not any(is_word(word, form.language) for word in words(question[concept.start : concept.end]))
    ]


def _written_alike(question: str, start: int, end: int, form: Form) -> bool:
    """Whether a word is likely to stand in the other language as it is: numbers, names, and its own words."""
    word = question[start:end]
    if word.isdigit():
        return True
    if not is_word(word, form.language):
        return True
    # A name may look like a word ("Bell", "An"); at the beginning of a question every word has its capital.
    named = start > 0 and word[0].isupper()
    return named and (form.language != "vi" or (fold(word) == word.lower() and not form.unaccented) or word.isupper())
