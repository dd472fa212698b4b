"""What the adapters that read who did it to whom are trained on."""

import pytest

pytest.importorskip("torch", reason="training needs the extra train")

from harness.claims.sentence_analysis import read_all
from training.parties import Triple, near, of_text


def test_a_mirrored_triple_has_the_parties_words_exchanged_in_all_its_texts() -> None:
    texts = "Pike sued Doyle; Doyle lost.", "Doyle was sued by Pike", "Pike was sued by Doyle"
    triple = Triple(*texts, "Pike", "Doyle", "x")
    told = triple.mirrored()
    assert (told.premise, told.claim, told.exchanged) == (
        "Doyle sued Pike; Pike lost.", "Pike was sued by Doyle", "Doyle was sued by Pike",
    )  # fmt: skip
    assert told.mirrored() == Triple(*[*vars(triple).values()][:5], "x, mirrored, mirrored")


def test_a_premise_is_cut_to_the_sentences_that_name_both_parties() -> None:
    premise = "It rained. Pike met Doyle. Doyle left. Later Doyle sued Pike. Pike wept."
    assert near(premise, "pike", "doyle") == "Pike met Doyle. Later Doyle sued Pike."
    assert near("It rained. Pike left. Nobody came.", "Pike", "Doyle") == "It rained. Pike left."


def test_a_text_is_exchanged_only_where_its_premise_names_both(parser) -> None:
    (reading,) = read_all(parser.parse(["Senator Pike sued the mayor on Monday"]))
    (triple,) = of_text(reading, "The mayor was sued by Pike.", "x")
    assert triple.exchanged == "the mayor sued Senator Pike on Monday"
    assert not list(of_text(reading, "The mayor was sued.", "x"))
