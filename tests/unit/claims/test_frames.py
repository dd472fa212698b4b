import pytest

from harness.claims.attribution import sayings
from harness.claims.frames import frames


def read(parser, text):
    parse = parser.parse([text])[0]
    words = [token.lower for token in parse.tokens]
    return {
        (
            frame.concept,
            tuple(words[i] for i in frame.agents),
            tuple(words[i] for i in frame.patients),
            frame.negated,
            frame.modality,
        )
        for frame in frames(parse)
    }


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("Russia sent troops.", ("send", ("russia",), ("troops",), False, "actual")),
        ("Troops were sent by Russia.", ("send", ("russia",), ("troops",), False, "actual")),
        ("Two men arrested after fight", ("arrest", (), ("men",), False, "actual")),
        ("Police have not found the child.", ("find", ("police",), ("child",), True, "actual")),
        ("The firm refused to pay workers.", ("pay", ("firm",), ("workers",), True, "actual")),
        ("The court may overturn the ruling.", ("overturn", ("court",), ("ruling",), False, "possible")),
        ("Minister to visit Paris", ("visit", ("minister",), ("paris",), False, "planned")),
        ("Pike accuses Doyle of lying", ("blame", ("pike",), ("doyle",), False, "actual")),
        ("Army hands over prisoners to rebels", ("give", ("army",), ("prisoners",), False, "actual")),
        ("Court strikes down ban on nets", ("strike-down", ("court",), ("ban",), False, "actual")),
        ("Teenager attacks dog", ("attack", ("teenager",), ("dog",), False, "actual")),
        ("Police opened fire on protesters.", ("shoot", ("police",), ("protesters",), False, "actual")),
        ("Three people died.", ("kill", (), ("people",), False, "actual")),
        ("Terrorists behind unrest", ("responsible", ("terrorists",), ("unrest",), False, "actual")),
        ("The minister blames rebels for the attack.", ("responsible", ("rebels",), ("attack",), False, "actual")),
        ("He told forces to shoot protesters.", ("shoot", ("forces",), ("protesters",), False, "actual")),
        ("Two die after northern Tavo batters Storm Agda", ("batter", ("tavo",), ("agda",), False, "actual")),
        ("Rebels who were trained abroad fled.", ("train", (), ("rebels",), False, "actual")),
    ],
)
def test_who_does_what_to_whom(parser, text, frame):
    assert frame in read(parser, text)


@pytest.mark.parametrize(
    ("text", "speaker", "stance", "distant"),
    [
        ("Police said the man died.", "Police", "reports", False),
        ("The president claimed terrorists started the riot.", "The president", "reports", True),
        ("Tokayev denied that three people died.", "Tokayev", "denies", False),
        ("According to officials, three people died.", "officials", "reports", False),
        ("Tokayev: terrorists started the riot", "Tokayev", "reports", False),
        ("Three people allegedly died.", "", "reports", True),
        ("More than 140 are believed to have died.", "", "reports", True),
    ],
)
def test_who_says_it_and_from_how_far(parser, text, speaker, stance, distant):
    parse = parser.parse([text])[0]
    found = [saying for frame, saying in sayings(parse).items() if frame.concept in {"kill", "begin", "shoot"}]
    assert [(s.speaker, s.stance, s.distant) for s in found] == [(speaker, stance, distant)]


def test_what_a_sentence_asserts_itself_has_no_speaker(parser):
    assert sayings(parser.parse(["Three people died in the fire."])[0]) == {}
    # An order is not a report.
    assert sayings(parser.parse(["Tokayev told forces to shoot protesters."])[0]) == {}


def test_whom_nothing_was_done_to_in_a_headline_denies_that_and_nothing_else(parser):
    found = {concept: negated for concept, _, _, negated, _ in read(parser, "No one killed as roof of arena gives way")}
    assert found == {"kill": True, "give": False}
