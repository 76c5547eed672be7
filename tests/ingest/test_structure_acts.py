"""The clause tree of acts in English, on small acts of our own."""

from __future__ import annotations

from ingest.structure import build_tree
from kb.records import BlockKind

from .structures import addresses, assert_sound, source, words

ACT = """REGULATION (EU) 2031/7 OF THE EUROPEAN PARLIAMENT AND OF THE COUNCIL
of 3 April 2031
laying down rules on windmills and amending Regulation (EU) 2019/1
(Text with EEA relevance)
THE EUROPEAN PARLIAMENT AND THE COUNCIL OF THE EUROPEAN UNION,
Having regard to the Treaty, and in particular Article 114 thereof,
Whereas:
(1) Windmills turn in the wind.
(2) Some of them turn slowly:
(a) the old ones;
(b) the heavy ones.
(3) That should change.
HAVE ADOPTED THIS REGULATION:
TITLE I
BEGINNINGS
CHAPTER I
General provisions
Article 1
Subject matter
This Regulation lays down rules for windmills.
Article 2
Definitions
For the purposes of this Regulation:
(1) ‘mill’ means a thing that grinds;
(2) ‘wind’ means moving air, including:
(a) a breeze;
(b) a gale;
(3) ‘miller’ means a person.
CHAPTER II
OBLIGATIONS
SECTION 1
Of millers
Article 3
Duties of millers
1. Millers shall:
(a) grind;
(h) oil the axle;
(i) sweep:
(i) in the morning;
(ii) in the evening;
(j) rest.
The duties of the first subparagraph apply every day.
2. By way of derogation from
Article 4 of this Regulation, millers may sleep.
3. Article 2 applies to heirs.
Article 3a
Duties of apprentices
Apprentices shall learn.
Article 4 – Amendments
In Regulation (EU) 2019/1, the following Article is inserted:
‘Article 9
Sails
1. Sails shall be white.’.
Article 5
Entry into force
This Regulation shall enter into force on 1 May 2031.
It shall apply from 2 June 2032.
This Regulation shall be binding in its entirety and directly applicable in all Member States.
Done at Brussels, 3 April 2031.
ANNEX I
REQUIREMENTS
CHAPTER I
General
1. Mills shall stand:
(a) upright;
(b) on a hill.
2. Mills shall turn.
CHAPTER II
Special
3. Sails
3.1. Sails shall be whole.
3.2. Sails shall be:
(a) light;
(b) strong.
ANNEX II
LISTS
Section A
1. Old mills
Section B
1. New mills
2. Newer mills"""


def test_the_whole_address_scheme() -> None:
    text = ACT.replace("(h) oil", "(b) oil").replace("(i) sweep", "(c) sweep").replace("(j) rest", "(d) rest")
    given = source(text)
    clauses = build_tree(given)
    assert_sound(given, clauses)
    assert addresses(clauses) == [
        "Preamble",
        "Recital 1",
        "Recital 2",
        "Recital 3",
        "Title I",
        "Chapter I",
        "Article 1",
        "Article 2",
        "Article 2(1)",
        "Article 2(2)",
        "Article 2(2)(a)",
        "Article 2(2)(b)",
        "Article 2(3)",
        "Chapter II",
        "Chapter II Section 1",
        "Article 3",
        "Article 3(1)",
        "Article 3(1)(a)",
        "Article 3(1)(b)",
        "Article 3(1)(c)",
        "Article 3(1)(c)(i)",
        "Article 3(1)(c)(ii)",
        "Article 3(1)(d)",
        "Article 3(2)",
        "Article 3(3)",
        "Article 3a",
        "Article 4",
        "Article 5",
        "Closing",
        "Annex I",
        "Annex I Chapter I",
        "Annex I point 1",
        "Annex I point 1(a)",
        "Annex I point 1(b)",
        "Annex I point 2",
        "Annex I Chapter II",
        "Annex I point 3",
        "Annex I point 3.1",
        "Annex I point 3.2",
        "Annex I point 3.2(a)",
        "Annex I point 3.2(b)",
        "Annex II",
        "Annex II Section A",
        "Annex II Section A point 1",
        "Annex II Section B",
        "Annex II Section B point 1",
        "Annex II Section B point 2",
    ]
    headings = {clause.address: clause.heading for clause in clauses}
    assert headings["Article 2"] == "Definitions"
    assert headings["Article 4"] == "Amendments"
    assert headings["Chapter II Section 1"] == "Of millers"
    assert headings["Annex I"] == "REQUIREMENTS"
    assert headings["Annex I point 3"] == "Sails"


def test_a_flush_subparagraph_belongs_to_the_paragraph() -> None:
    text = ACT.replace("(h) oil", "(b) oil").replace("(i) sweep", "(c) sweep").replace("(j) rest", "(d) rest")
    clauses = build_tree(source(text))
    assert words(text, clauses, "Article 3(1)(d)") == "(d) rest."
    assert words(text, clauses, "Article 3(1)").endswith("apply every day.")


def test_quoted_articles_stay_in_the_amending_one() -> None:
    clauses = build_tree(source(ACT))
    assert "Sails shall be white" in words(ACT, clauses, "Article 4")
    assert "Article 9" not in addresses(clauses)


def test_i_is_a_letter_after_h_and_a_roman_number_below() -> None:
    text = "\n".join(
        [
            *("Article 1", "Lists", "1. Things:", *(f"({letter}) {letter};" for letter in "abcdefghijk")),
            *("2. More:", "(a) so:", "(i) one;", "(ii) two.", "Article 2", "End", "The end."),
        ]
    )
    found = addresses(build_tree(source(text)))
    assert "Article 1(1)(i)" in found
    assert "Article 1(1)(j)" in found
    assert "Article 1(2)(a)(ii)" in found


def test_acts_that_count_in_sections() -> None:
    text = """WINDMILLS ACT 2031
PART 1
MILLS
Section 1. Short title
This Act may be cited as the Windmills Act.
Section 2. Interpretation
(1) In this Act—
(a) “mill” means a mill;
(b) “wind” means wind.
(2) Other words mean what they mean.
PART 2
MILLERS
Section 3. Duty
A miller must grind.
SCHEDULE 1
Fees
1. Five coins."""
    given = source(text)
    clauses = build_tree(given)
    assert_sound(given, clauses)
    assert addresses(clauses) == [
        "Preamble",
        "Part 1",
        "Section 1",
        "Section 2",
        "Section 2(1)",
        "Section 2(1)(a)",
        "Section 2(1)(b)",
        "Section 2(2)",
        "Part 2",
        "Section 3",
        "Schedule 1",
        "Schedule 1 point 1",
    ]


def test_titles_with_chapters_counted_anew() -> None:
    text = "TITLE I\nONE\nCHAPTER 1\nA\nArticle 1\nX\nText.\nTITLE II\nTWO\nCHAPTER 1\nB\nArticle 2\nY\nText."
    clauses = build_tree(source(text))
    assert addresses(clauses, "title", "chapter") == ["Title I", "Title I Chapter 1", "Title II", "Title II Chapter 1"]


def test_rows_of_an_annex_table() -> None:
    text = (
        "Article 1\nOne\nText.\nArticle 2\nTwo\nText.\nANNEX\nTABLE\nR Old | New\n"
        "R Article 1 | Article 2\nR Article 3 | —"
    )
    given = source(text, kinds={"R ": (BlockKind.TABLE_ROW, None)})
    clauses = build_tree(given)
    assert_sound(given, clauses)
    assert "Annex table 1 row 3" in addresses(clauses)


def test_prose_that_names_articles_is_no_act() -> None:
    text = (
        "Guidance on mills\n1. Scope\nThis is about mills.\nArticle 3 of the Act\nsays more.\n2. Duties\nSee Article 4."
    )
    clauses = build_tree(source(text))
    assert not addresses(clauses, "article")
