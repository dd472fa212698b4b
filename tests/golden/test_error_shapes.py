"""Twenty headlines, each false in one of the commonest ways: whatever is flagged says at which words, and why."""

import pytest

from harness.checkers.ensemble import Ensemble
from harness.claims.scoring import flagged
from harness.records import Article, Cluster

pytest.importorskip("spacy", reason="the claims extra is not installed")

ARTICLES = {
    "post": "A fire destroyed the Korsgaard brewery in Halden on Monday night, injuring two firefighters and forcing "
    "350 residents from their homes, police said. Chief fire officer Marta Lindqvist said crews from four "
    "towns needed nine hours to put it out. An electrical fault in a cooling unit most likely caused the "
    "fire. Police have ruled out arson. Owner Peter Korsgaard said he would rebuild the brewery. Most "
    "residents were allowed to return on Tuesday.",
    "star": "The damage is put at 40 million kroner, the insurer Norsk Sikring said. A police spokesman, Jonas Eide, "
    "said there was no sign that anybody had set the fire on purpose. Rumours that chemicals had leaked into "
    "the river Tista were false, the county's environment office said after it had tested the water.",
    "daily": "Korsgaard, whose brewery in Halden burned down on Monday, will have its beer brewed by Hansa in Bergen "
    "until 12 October, the two companies said on Wednesday. Councillor Eva Moen of the Greens criticised the "
    "tax waiver for the brewery. It was the third large fire in the region since March. The town plans to "
    "open a new fire station next year.",
}
CLUSTER = Cluster(
    cluster_id="brewery", articles=tuple(Article(article_id=name, text=text) for name, text in ARTICLES.items())
)
FOUND = {
    "number": ("Fire in Halden forces 530 residents from their homes", "530", "350"),
    "unit": ("Damage from Halden brewery fire put at 40 million euros", "40 million", "40 million"),
    "date": ("Korsgaard to have beer brewed by Hansa until 12 December", "December", "October"),
    "weekday": ("Fire destroys Korsgaard brewery in Halden on Thursday", "Thursday", "Monday"),
    "person": ("Jonas Eide says he will rebuild Halden brewery", "Jonas Eide", "Korsgaard"),
    "title": ("Chief fire officer Anneke Brandt says crews needed nine hours", "Anneke Brandt", "Lindqvist"),
    "negation": ("Korsgaard will not rebuild brewery after fire", "rebuild", "rebuild"),
    "opposite": ("Councillor Eva Moen praises tax waiver for brewery", "praises", "criticised"),
    "name": ("Minister Lars Holm visits burned Halden brewery", "Lars Holm", ""),
    "ordinal": ("Halden brewery fire is the fifth large fire in the region since March", "fifth", "third"),
}  # fmt: skip
OTHERS = (
    "Chemicals from brewery fire pollute river Tista",
    "Fire destroys Korsgaard brewery in Bergen", "Hansa to have its beer brewed by Korsgaard",
    "Two firefighters hurt as fire destroys Halden brewery during a beer festival",
    "Chemicals leaked into river Tista after brewery fire", "Hansa pays 40 million kroner for Korsgaard brewery",
    "Arson caused the fire at Halden brewery", "Halden brewery fire is the largest in the region's history",
    "All residents allowed to return on Tuesday after Halden fire", "Halden opened a new fire station last year",
)  # fmt: skip
"""Errors of rumour, place, parties, detail, attribution, merging, cause, superlative, quantity, tense: most pass."""


@pytest.fixture(scope="module")
def verdicts():
    texts = [*(text for text, _, _ in FOUND.values()), *OTHERS]
    with Ensemble().open() as session:
        return {found[0].claim.text: found[0] for found in session.check_all(CLUSTER, texts)}


@pytest.mark.parametrize("shape", FOUND)
def test_an_error_is_flagged_at_its_words_beside_those_of_the_article(verdicts, shape):
    text, words, theirs = FOUND[shape]
    verdict = verdicts[text]
    assert flagged([verdict])
    element = next(e for e in verdict.elements if e.text == words and e.state != "borne_out")
    assert text[element.start : element.end] == words
    assert element.reason
    if theirs:
        span = element.evidence[0]
        assert span.text == theirs == ARTICLES[span.article_id][span.start : span.end]


def test_whatever_is_flagged_names_its_words_and_who_decided(verdicts):
    assert len(verdicts) == 20
    for text, verdict in verdicts.items():
        assert verdict.decided_by, text
        for element in verdict.elements:
            assert text[element.start : element.end] == element.text
            for span in element.evidence:
                assert ARTICLES[span.article_id][span.start : span.end] == span.text
        if flagged([verdict]):
            against = [element for element in verdict.elements if element.state == "contradicted"]
            assert bool(against) == (verdict.label == "contradicted"), text
            assert all(element.evidence for element in against), text
            assert any(element.state == "unaccounted" for element in verdict.elements) or against, text
            assert verdict.reason, text
            assert "say so" not in verdict.reason, text
