import pytest

from harness.checkers.sentences import claim_spans


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Fire out. Nobody hurt.", ["Fire out.", "Nobody hurt."]),
        ("Two workers were found. Microphones picked up no sound.",
         ["Two workers were found.", "Microphones picked up no sound."]),
        ("'How safe is it?': Mayor asks after flood", ["'How safe is it?': Mayor asks after flood"]),
        ("Jury convicts Merrin Jr. in port case", ["Jury convicts Merrin Jr. in port case"]),
        ("Mayor's Admin. Drops Toll Plan. Drivers cheer.", ["Mayor's Admin. Drops Toll Plan.", "Drivers cheer."]),
        ("Calif. Gov. Signs Water Law", ["Calif. Gov. Signs Water Law"]),
        ("Natl. Guard Called to Ex-Lt. Gov. Harrow's Home", ["Natl. Guard Called to Ex-Lt. Gov. Harrow's Home"]),
        ("The crew left Arklow. The ferry stayed.", ["The crew left Arklow.", "The ferry stayed."]),
        ("Boom! Norvik Earns 3M", ["Norvik Earns 3M"]),
        ("Norvik Earns 3M. Wow!", ["Norvik Earns 3M."]),
        ("Boom!", ["Boom!"]),
        ("Norvik wins! Fans cheer.", ["Norvik wins!", "Fans cheer."]),
        ("The dam holds.\n.", ["The dam holds."]),
        (". The dam holds. –", ["The dam holds."]),
        ("...", ["..."]),
        ("", [""]),
    ],
)  # fmt: skip
def test_sentences_are_told_apart_whatever_the_splitter_makes_of_them(text, sentences):
    assert [text[start:end] for start, end in claim_spans(text)] == sentences
