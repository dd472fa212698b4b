import pytest

from harness.checkers.doubt import doubts_digest
from harness.checkers.ensemble import Ensemble
from harness.checkers.neural.entailment import shipped_digest
from harness.checkers.rules import Rules
from harness.checkers.weights import weights_digest
from harness.records import Article, Cluster, content_digest

pytest.importorskip("spacy", reason="the claims extra is not installed")

FIRE = (
    "A fire destroyed the old library of Rivertown on Friday. Nobody was hurt, the fire service said. "
    "Mayor Ann Lee promised to rebuild it. Twelve firefighters fought the flames for five hours."
)


def cluster(*texts):
    return Cluster(cluster_id="c", articles=[Article(article_id=f"a{n}", text=text) for n, text in enumerate(texts)])


@pytest.fixture(scope="module")
def session():
    with Ensemble().open() as opened:
        yield opened


def test_the_weights_are_in_the_signature():
    signature = Ensemble().signature()
    assert content_digest([weights_digest("rules"), doubts_digest(model=True)]) in signature
    assert f"entailment:{shipped_digest()}" in signature
    assert "entailment:none" in Ensemble(entailment=False).signature()
    assert Ensemble().identity() == Rules(entailment=True).identity() != Rules().identity()


def test_rules_is_the_account_alone_and_decides_as_the_default_does_with_the_model(session):
    texts = ["Fire destroys old library of Rivertown", "Flames gut historic library", "Mayor Ann Lee destroys library"]
    with Rules().open() as alone, Rules(entailment=True).open() as together:
        one, other = alone.check_all(cluster(FIRE), texts), together.check_all(cluster(FIRE), texts)
    assert {voice for verdicts in one for verdict in verdicts for voice in verdict.decided_by} == {"account"}
    assert "model" in {voice for verdicts in other for verdict in verdicts for voice in verdict.decided_by}
    plain = {"checker"}
    for mine, theirs in zip(session.check_all(cluster(FIRE), texts), other, strict=True):
        assert [each.model_dump(exclude=plain) for each in mine] == [each.model_dump(exclude=plain) for each in theirs]


def test_a_true_text_ranks_above_false_ones(session):
    true, number, name, role = (
        session.check(cluster(FIRE), text)[0].probability
        for text in (
            "Fire destroys old library of Rivertown",
            "Fire destroys 30 old libraries of Rivertown",
            "Fire destroys old library of Milltown",
            "Mayor Ann Lee destroys old library",
        )
    )
    assert true > max(number, name, role)


def test_a_whole_is_below_each_of_its_sentences_and_they_below_their_parts(session):
    text = "The mayor promised to rebuild it. Twelve firefighters fought the flames."
    whole, *parts = session.check(cluster(FIRE), text)
    sentences = [verdict for verdict in parts if verdict.claim.part == "sentence"]
    assert len(sentences) == 2
    assert whole.probability < min(verdict.probability for verdict in sentences)
    for verdict in parts:
        held = next(s for s in sentences if s.claim.start <= verdict.claim.start and verdict.claim.end <= s.claim.end)
        assert verdict.probability >= held.probability


def test_labels_agree_with_probabilities(session):
    texts = ("Fire destroys old library of Rivertown", "Aliens land in Paris", "Library opens. Nobody was hurt.")
    for verdicts in session.check_all(cluster(FIRE), texts):
        for verdict in verdicts[:1]:
            assert verdict.label != "supported" or verdict.probability >= 0.5
            assert verdict.label == "supported" or verdict.probability < 0.5
    assert [session.check(cluster(FIRE), text)[0].label for text in texts[:2]] == ["supported", "not_found"]


def test_what_rules_contradict_stays_contradicted(session):
    article = "Police said that three people were killed in the fire in Tarn on Monday."
    with Rules().open() as rules:
        found = rules.check(cluster(article), "Fire in Tarn kills nine people")[0]
    (whole, *_) = session.check(cluster(article), "Fire in Tarn kills nine people")
    assert found.label == whole.label == "contradicted"
    assert (whole.errors, whole.contradictors) == (found.errors, ("a0",))


def test_open_refutation_of_a_headline_counts(session):
    plain = session.check(cluster("Durex is making pumpkin spice condoms"), "Durex launches a pumpkin spice condom")[0]
    denied = session.check(cluster("Durex denies making pumpkin spice condoms"), "Durex launches pumpkin spice condom")[
        0
    ]
    assert denied.probability < plain.probability
