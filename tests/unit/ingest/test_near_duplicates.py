"""Which articles count as one. The texts are written for these tests."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.ingest import near_duplicates
from harness.ingest.near_duplicates import containment, groups, shingles

WIRE = """The harbour of Lessing was closed on Tuesday after a ferry with 214 people aboard ran on to a sandbank in fog.
Nobody was hurt, but divers found a crack of two metres below the water line.
The captain, who has sailed the route for nineteen years, told investigators that the radar had failed a minute earlier.
Tugs are to pull the ship free at high water on Wednesday morning, the port authority said.
Passengers were taken ashore in fishing boats and spent the night in a school near the old market.
The line has cancelled all crossings until the weekend and offers every traveller the full fare back."""

RIVAL = """A ferry got stuck outside Lessing in fog, and all 214 passengers had to be brought to land in small boats.
Fishermen were first on the scene; one of them, Ada Brenn, said she had heard a long grinding noise before dawn.
The ship has a hole under its bow, according to the mayor, who visited the school where families slept on mats.
Investigators from the capital will look at the radar, which may have broken down shortly before the accident.
The operator did not answer questions, and shops along the quay stayed shut for a second day."""

QUOTE = (
    "“We heard a bang under our feet, then the lights went out, and for half an hour nobody told us anything at all "
    "about what had happened to the ship or when help would come,” said Olga Tarn, a teacher."
)

_THIRD = """The ministry of transport published a statement on Wednesday and refused to say more about its inspectors.
Opposition deputies asked why the ministry, not the operator, had to inform the families of those on board."""


def test_copies_with_edits_cuts_padding_and_another_order_are_one_group():
    lines = WIRE.splitlines()
    edited = (
        WIRE.replace("214 people", "some 210 people").replace("On Tuesday", "Tuesday").replace("old market", "market")
    )
    truncated = "\n".join(lines[:3])
    reordered = "\n".join(lines[i] for i in (0, 4, 2, 3, 1, 5))
    padded = "Share this\n" + WIRE.replace("\n", "\n\n") + "\nSign up for our newsletter\nLeave a Reply\n" * 3
    one_line = WIRE.replace("\n", " ").replace("'", "’")
    assert groups([WIRE, RIVAL, edited, truncated, reordered, padded, one_line]) == [[0, 2, 3, 4, 5, 6], [1]]


def test_the_parting_does_not_depend_on_the_order():
    texts = [WIRE, RIVAL, "\n".join(WIRE.splitlines()[1:4]), RIVAL.replace("mayor", "council"), QUOTE]
    expected = {frozenset({0, 2}), frozenset({1, 3}), frozenset({4})}
    for order in itertools.permutations(range(5)):
        found = groups([texts[i] for i in order])
        assert {frozenset(order[i] for i in group) for group in found} == expected


def test_one_shared_quotation_makes_no_copy():
    one = f"{QUOTE}\nShe was among those who waited on the upper deck of the ferry while boats came from the town."
    other = f"Passengers complained on Wednesday of the operator’s silence after the grounding in the bay.\n{QUOTE}"
    assert containment(shingles(one), shingles(other)) > 0.5, "without care for quotations they would pass for copies"
    assert groups([one, other]) == [[0], [1]]


def test_a_long_statement_quoted_by_two_reporters_makes_no_copy():
    statement = "\n".join(f"“{line}”" for line in WIRE.splitlines())
    one, other = (f"{own}\n{statement}" for own in (RIVAL, _THIRD))
    assert containment(shingles(one), shingles(other)) > 0.5, "without care for quotations they would pass for copies"
    assert groups([one, other]) == [[0], [1]]


@pytest.mark.parametrize("texts", [["", ""], ["", WIRE], ["Ferry runs aground", "Ferry runs aground in fog"]])
def test_texts_too_short_to_tell_stand_alone(texts):
    assert groups(texts) == [[0], [1]]


def test_short_texts_of_equal_words_are_one_group():
    assert groups(["“Ferry runs aground”", "ferry runs aground."]) == [[0, 1]]


def test_none_is_no_group():
    assert groups([]) == []


def test_containment_is_of_the_smaller_set():
    # a..f has the 5-word runs abcde, bcdef; a..e has abcde: the smaller set has one run, which stands in the larger.
    assert containment(shingles("a b c d e f"), shingles("a b c d e")) == 1.0
    # bcdef stands in neither half of the smaller set {abcde, bcdeX}: one of two.
    assert containment(shingles("a b c d e x"), shingles("a b c d e f")) == 0.5


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(2, 24))
def test_many_texts_stand_in_the_groups_that_comparing_all_pairs_gives(drawn, count):
    """With an index in place of pairs: copies, cut and padded ones, quotations and boilerplate among them."""
    names = [f"w{number}" for number in range(60)]
    boilerplate = drawn.choices(names, k=25)

    def fresh(most):
        return drawn.choices(names, k=drawn.randrange(most))

    texts = []
    for _ in range(count):
        kind = drawn.randrange(6) if texts else 0
        other = drawn.choice(texts).split() if texts else []
        cut = drawn.randrange(len(other) + 1)
        made = {
            0: fresh(70),
            1: other,
            2: other[:cut],
            3: [*other[:cut], *fresh(40), *other[cut:]],
            4: [*other[cut:], *boilerplate],
            5: [*fresh(30), "“", *other, "”"],
        }
        texts.append(" ".join(made[kind]))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(near_duplicates, "_FEW", count)
        by_pairs = near_duplicates.groups(texts)
        patched.setattr(near_duplicates, "_FEW", 0)
        assert near_duplicates.groups(texts) == by_pairs


def test_among_many_a_text_is_compared_beside_one_of_the_same_words_without_its_quotation_marks(monkeypatch):
    """What is a copy of the one is none of the other, whose own words are few."""
    said = " ".join(f"said{n}" for n in range(60))
    told = " ".join(f"told{n}" for n in range(40))
    texts = [f"{told} “{said}”", f"{told} {said}", f"{said} and more"]
    monkeypatch.setattr(near_duplicates, "_FEW", 100)
    by_pairs = near_duplicates.groups(texts)
    monkeypatch.setattr(near_duplicates, "_FEW", 0)
    assert near_duplicates.groups(texts) == by_pairs
    assert by_pairs == [[0, 1, 2]]
