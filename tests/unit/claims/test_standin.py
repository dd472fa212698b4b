import pytest

from harness.claims.casing import Casing
from harness.claims.parsing.standin import parse_named
from harness.claims.sentence_analysis import read

CASING = Casing(["Then Trump spoke in Holm.", "Later Grant spoke.", "They may grant it."])


def parsed(parser, text):
    (found,) = parse_named(parser, [text], CASING.named)
    return found


@pytest.mark.parametrize(
    ("text", "deed"), [("Trump to accuse Biden of fraud", "accuse"), ("Trump votes to impeach senator", "votes")]
)
def test_a_name_that_is_a_verb_too_is_read_as_who_does_it(parser, text, deed):
    assert parser.parse([text])[0].tokens[0].pos == "VERB"  # what the parser makes of it
    found = parsed(parser, text)
    first = found.tokens[0]
    assert (first.text, first.lower, first.lemma, first.pos, first.start, first.end) == (
        "Trump", "trump", "trump", "PROPN", 0, 5,
    )  # fmt: skip
    frame = next(frame for frame in read(found).frames if found.tokens[frame.predicate].text == deed)
    assert frame.agents == (0,)
    assert found.text == text
    assert all(text[token.start : token.end] == token.text for token in found.tokens)


@pytest.mark.parametrize("text", ["Vote to be held in Holm", "Grant aid to farmers", "Trump spoke in Holm", ""])
def test_what_the_articles_write_small_or_the_parser_reads_well_is_left_alone(parser, text):
    assert parsed(parser, text) is parser.parse([text])[0]
