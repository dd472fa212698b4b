import pytest

from harness.checkers.base import CheckSession, whole_claim
from harness.claims.english import why_not_english
from harness.claims.scoring import faithfulness, flagged
from harness.records import Article, Claim, Cluster, Evidence, Reference, Verdict


class Echo(CheckSession):
    """Calls everything supported, and keeps what it was shown."""

    def verdicts(self, cluster, texts):
        self.seen = cluster
        return [
            [Verdict(claim=whole_claim(text), label="supported", probability=0.9, checker=self.signature)]
            for text in texts
        ]


def cluster(text="A fire broke out."):
    return Cluster(cluster_id="c", articles=(Article(article_id="a", text=text),), references=(Reference(text="Fire"),))


def test_a_checker_never_sees_references():
    session = Echo("echo")
    session.check(cluster(), "Fire breaks out")
    assert session.seen.references == ()


@pytest.mark.parametrize(
    ("article", "text", "reason"),
    [
        ("A fire.", "", "the text is empty"),
        ("A fire.", " \n", "the text is empty"),
        ("A fire.", "?!", "the text has no words"),
        (" ", "Fire", "no article of the cluster has a sentence"),
    ],
)
def test_nothing_to_check_abstains_with_a_reason(article, text, reason):
    (verdict,) = Echo("echo").check(cluster(article), text)
    assert (verdict.label, verdict.probability, verdict.reason) == ("abstained", None, reason)


def test_abstentions_keep_their_place_among_texts():
    found = Echo("echo").check_all(cluster(), ["Fire", "", "Smoke"])
    assert [[verdict.label for verdict in verdicts] for verdicts in found] == [
        ["supported"],
        ["abstained"],
        ["supported"],
    ]


def verdict(probability, label="supported", errors=()):
    return Verdict(claim=whole_claim("x"), label=label, probability=probability, errors=errors)


def test_a_text_is_as_faithful_as_its_worst_claim():
    assert faithfulness([verdict(0.9), verdict(0.2, "not_found"), verdict(0.99)]) == 0.2
    silent = Verdict(claim=whole_claim("x"), label="abstained", reason="r")
    assert faithfulness([silent]) is None
    assert faithfulness([silent, verdict(0.4)]) == 0.4


def test_contested_is_not_flagged_but_lost_attribution_is():
    assert not flagged([verdict(0.6, "contested")])
    assert flagged([verdict(0.6, "supported", ("attribution",))])
    assert flagged([verdict(0.1, "not_found")])


def test_records_refuse_what_cannot_be():
    with pytest.raises(ValueError, match="does not fit a text"):
        Claim(start=0, end=3, text="four")
    with pytest.raises(ValueError, match="unless it abstains"):
        Verdict(claim=whole_claim("x"), label="supported")
    with pytest.raises(ValueError, match="says why"):
        Verdict(claim=whole_claim("x"), label="abstained")
    assert Evidence(article_id="a", start=0, end=1, text="x").title is False


@pytest.mark.parametrize(
    "text",
    [
        "Oscar de la Hoya wins title",
        "Russia sends paratroopers to Kazakhstan",
        "Van der Sar and de Jong out of Netherlands squad",
        "Fire",
        "Le Monde: Macron to run",
        "150 dead",
    ],
)
def test_english_headlines_are_english(text, parser):
    assert why_not_english(text, parser.common) == ""


@pytest.mark.parametrize(
    "text",
    [
        "El presidente de la república dice que no hay acuerdo con los manifestantes",
        "Die Polizei hat den Mann in der Stadt nicht gefunden",
        "Президент приказал стрелять без предупреждения",
        "大統領は警告なしに発砲するよう命じた",
    ],
)
def test_other_languages_are_told(text, parser):
    assert "English" in why_not_english(text, parser.common)


@pytest.mark.parametrize("text", ["asdf qwer zxcv", "Asdf qwer zxcv"])
def test_words_of_no_language_are_named_once(text, parser):
    assert "no article has “asdf qwer zxcv”," in why_not_english(text, parser.common, told={"minister"})
