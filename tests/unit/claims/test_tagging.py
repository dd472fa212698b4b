"""Parts of speech and lemmas: those of spaCy's own components, on every kind of token that its patterns ask for."""

from typing import Any

import pytest

pytest.importorskip("spacy", reason="the claims extra is not installed")

from harness.claims.parsing.parse import installed_model
from harness.claims.parsing.pipeline import open_pipeline
from harness.claims.parsing.tagging import Tagging

SENTENCES = (
    "They're gonna go, ain't they? You've got ta see it; let's not, y' all, c'm on!",
    "There's a man whom nobody has seen, but once he'd been here, he'll do what she did.",
    "The mayor's aides said that the flooded roads, which were closing, had gotten worse since then.",
    "Nothin' doin': the geese flew better than the biggest 'copters that they'd used before it.",
    "  He   left \n at once.",
    "",
)


@pytest.fixture(scope="module")
def pipeline() -> Any:
    return open_pipeline(installed_model())


def _kinds(pipeline: Any, tagging: Tagging, sentence: str) -> list[tuple[str, ...]]:
    document = pipeline(sentence, disable=Tagging.COMPONENTS)
    words, tags, deps = ([getattr(token, name) for token in document] for name in ("text", "tag_", "dep_"))
    return list(tagging.kinds(document, words, tags, deps))


def test_each_token_has_the_kind_that_spacy_gives_it(pipeline: Any):
    tagging = Tagging(pipeline)
    for sentence in (*SENTENCES, *SENTENCES):  # the second time from memory
        expected = [(token.tag_, token.pos_, token.lemma_, token.dep_) for token in pipeline(sentence)]
        assert _kinds(pipeline, tagging, sentence) == expected


def test_every_tag_and_dependency_of_every_word_that_a_pattern_names(pipeline: Any):
    """One token at a time, so that a rare tag is tried that no sentence above has."""
    from spacy.tokens import Doc

    tagging = Tagging(pipeline)
    named = {word for p in pipeline.get_pipe("attribute_ruler").patterns for tokens in p["patterns"]
             for asked in [tokens[0].get("LOWER")] if asked
             for word in ([asked] if isinstance(asked, str) else asked.get("IN", ["nothin'"]))}  # fmt: skip
    tags = (*pipeline.get_pipe("tagger").labels, "_SP")
    for number, word in enumerate([*sorted(named), "Walking", "mice", " "]):
        for dep in ("nsubj", "aux", ("ROOT", "dobj", "mark", "det", "advmod", "expl", "pobj")[number % 7]):
            for tag in tags:
                one = {"tags": [tag], "deps": [dep], "heads": [0]}
                document = Doc(pipeline.vocab, words=[word], **one)
                found = list(tagging.kinds(document, [word], [tag], [dep]))
                for name in Tagging.COMPONENTS:
                    document = pipeline.get_pipe(name)(document)
                token = document[0]
                assert found == [(token.tag_, token.pos_, token.lemma_, token.dep_)], (word, tag, dep)


def test_a_word_that_comes_again_is_looked_at_once(pipeline: Any, monkeypatch: pytest.MonkeyPatch):
    tagging = Tagging(pipeline)
    looked: list[str] = []
    look = Tagging._look
    monkeypatch.setattr(Tagging, "_look", lambda self, *key: looked.append(key[0]) or look(self, *key))
    for _ in range(3):
        _kinds(pipeline, tagging, "The dam held.")
    assert looked == ["The", "dam", "held", "."]
