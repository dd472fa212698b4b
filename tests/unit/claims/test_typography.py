"""One typography for what is read; spans come back as the text was written."""

import unicodedata

import pytest

from harness.claims.typography import plain


@pytest.mark.parametrize(
    ("written", "made"),
    [
        (unicodedata.normalize("NFD", "Zoë Müller quits"), "Zoë Müller quits"),
        ("the mayor’s “plan”", 'the mayor\'s "plan"'),
        ("５ people, the oﬃce of ﬁre", "5 people, the office of fire"),
        ("co\u00adop\u200beration\u2060 at\u00a0Lowen", "cooperation at Lowen"),
        ("16\u202f181 homes, 16 181 homes, 16'181 homes", "16,181 homes, 16,181 homes, 16,181 homes"),
        ("1.000.000 votes, 1.250 metres", "1,000,000 votes, 1.250 metres"),
        ("2½ hours at the Norden™ works", "2½ hours at the Norden™ works"),
        ("On Jan 16 181 people fled", "On Jan 16 181 people fled"),
        ("George H. W. Bush met J. R. R. Tolkien", "George H.W. Bush met J.R.R. Tolkien"),
        ("It chose plan B. C. is next", "It chose plan B. C. is next"),
        ("Built in late ’80s, sold in '98, not '08", "Built in late 1980s, sold in 1998, not 2008"),
        ("the '12 apostles' of the '70s", "the '12 apostles' of the 1970s"),
        ("Roos's '30%' remark", "Roos's '30%' remark"),
        ("Bank posts steep Q1 loss, small Q4 gain", "Bank posts steep first quarter loss, small fourth quarter gain"),
    ],
)
def test_a_text_in_plain_form(written, made):
    assert plain(written).text == made
    assert plain(made).text == made


def test_spans_of_the_plain_text_are_found_where_they_were_written():
    written = unicodedata.normalize("NFD", "\u200bThe oﬃce of Zoë Mül\u00adler") + "\u200b"
    form = plain(written)
    for word, there in (("office", "oﬃce"), ("Zoë", "Zoe\u0308"), ("Müller", "Mu\u0308l\u00adler")):
        start = form.text.index(word)
        first, last = form.written(start, start + len(word))
        assert written[first:last] == there
    first, last = form.written(0, len(form.text))
    assert written[first:last] == written.strip("\u200b")


def test_several_spaces_are_one_and_spans_are_those_of_the_text_as_written():
    text = " The  mayor \u00a0 of Lowen"
    form = plain(text)
    assert form.text == "The mayor of Lowen"
    start = form.text.index("of")
    assert text[slice(*form.written(start, start + 2))] == "of"
    assert text[slice(*form.written(0, 3))] == "The"


def test_initials_are_found_as_they_were_written():
    text = "Tributes to George H. W. Bush"
    form = plain(text)
    assert text[slice(*form.written(form.text.index("H.W."), len(form.text)))] == "H. W. Bush"
