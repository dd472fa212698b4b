import pytest

from harness.claims.entities import names, near_spelling, same_name
from harness.claims.meaning import other_spellings


def name(parser, text, word):
    return next(found for found in names(parser.parse([text])[0]) if word.lower() in found.words)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("President Kassym-Jomart Tokayev spoke.", "Mr Tokayev spoke.", True),
        ("The Collective Security Treaty Organization met.", "The CSTO met.", True),
        ("Russian troops arrived.", "Russia sent troops.", True),
        ("Moscow sent troops.", "Russia sent troops.", True),
        ("The Centers for Disease Control and Prevention met.", "The CDC met.", True),
        ("Attorney General William Barlow spoke.", "Bill Barlow spoke.", True),
        ("Attorney General William Barlow spoke.", "Bob Barlow spoke.", False),
        ("Andrés Manuel López Orduño spoke.", "Andres Orduno spoke.", True),
        ("He flew into the U.S", "The United States agreed.", True),
        ("The Airbus-320 landed.", "The Airbus-321 landed.", False),  # other digits are another thing
        ("Vladimir Putin spoke.", "Nursultan Nazarbayev spoke.", False),
        ("Kazakhstan protested.", "Ukraine protested.", False),
    ],
)
def test_aliases_name_one_and_other_names_do_not(parser, first, second, expected):
    one = names(parser.parse([first])[0])
    other = names(parser.parse([second])[0])
    assert any(same_name(a, b) for a in one for b in other) is expected


def test_an_office_is_not_part_of_a_name(parser):
    found = name(parser, "Interior Minister Humberto Centeno resigned.", "centeno")
    assert (found.words, found.title) == (("humberto", "centeno"), "minister")


def test_spellings_of_one_name_are_near_and_other_people_are_not(parser):
    hassib = name(parser, "Hassib Hussain was named.", "hussain")
    hasib = name(parser, "Police named Hasib Hussain.", "hussain")
    saddam = name(parser, "Police named Saddam Hussain.", "hussain")
    assert near_spelling(hassib, hasib)
    assert not near_spelling(hassib, saddam)
    assert not near_spelling(hasib, hasib)


def test_every_other_spelling_of_a_name_has_a_word():
    assert all(name.strip() and all(map(str.strip, others)) for name, others in other_spellings().items())
