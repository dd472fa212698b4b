"""Names and figures: those of spaCy's own component, whatever sentences go side by side."""

from typing import Any

import pytest

pytest.importorskip("spacy", reason="the claims extra is not installed")

from harness.claims.parsing import naming
from harness.claims.parsing.naming import Marked, Naming, naming_of
from harness.claims.parsing.parse import installed_model
from harness.claims.parsing.pipeline import open_pipeline

SENTENCES = (
    "Mayor Ana Ruiz of Port St. Annis met Deutsche Bank's chief in New South Wales on Monday, 5 January 2021.",
    "The dam held.",
    "",
    "  ",
    "BERLIN  \n  The European Union spent $3.5 billion. Some 1,200 people in 12 towns left at 5 p.m. for Oslo",
    "Oslo",
    "Two thirds of the U.S. Senate, the Roman Catholic Church, and 30% of the first Gulf War's veterans agreed.",
    "The New York Times praised the Clean Air Act, as did Sgt. Li Wei, Queen Elizabeth II and the mayor of Paris.",
)


@pytest.fixture(scope="module")
def pipeline() -> Any:
    return open_pipeline(installed_model())


def _before(pipeline: Any, sentences: tuple[str, ...]) -> list[Any]:
    return list(pipeline.pipe(sentences, disable=[naming.COMPONENT]))


def test_they_are_those_of_spacys_component(pipeline: Any):
    found = naming_of(pipeline)
    assert isinstance(found, Naming)
    marked = Marked().named([pipeline(sentence) for sentence in SENTENCES])
    assert found.named(_before(pipeline, SENTENCES)) == marked
    assert {kind for each in marked for kind in each.types} >= {"", "PERSON", "GPE", "ORG", "DATE", "MONEY"}


def test_no_sentence_is_read_otherwise_for_what_goes_beside_it(pipeline: Any):
    found = naming_of(pipeline)
    together = found.named(_before(pipeline, SENTENCES))
    apart = [found.named(_before(pipeline, (sentence,)))[0] for sentence in SENTENCES]
    turned = found.named(_before(pipeline, SENTENCES[::-1]))[::-1]
    assert together == apart == turned


def test_nothing_to_name_is_no_name(pipeline: Any):
    assert naming_of(pipeline).named([]) == []
    assert [each.types for each in naming_of(pipeline).named(_before(pipeline, ("",)))] == [[]]


def test_a_component_that_is_built_otherwise_names_by_itself(pipeline: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(naming, "_FEATURES", 6)
    assert isinstance(naming_of(pipeline), Marked)


@pytest.mark.parametrize("gap", ["", "\n", " \n\n "], ids=repr)
def test_no_name_goes_over_a_border_or_begins_with_a_gap(pipeline: Any, gap: str):
    """Borders and gaps at each place in turn, as the component itself takes them."""
    from spacy.tokens import Doc

    words = [token.text for token in pipeline.make_doc(SENTENCES[0])]

    def document(at: int) -> Any:
        torn = [*words[:at], *([gap] if gap else []), *words[at:]]
        return Doc(pipeline.vocab, words=torn, sent_starts=[place in {0, at} for place in range(len(torn))])

    places = range(len(words))
    marked = Marked().named([pipeline.get_pipe(naming.COMPONENT)(document(at)) for at in places])
    assert naming_of(pipeline).named([document(at) for at in places]) == marked
