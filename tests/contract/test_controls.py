"""Controls: what says nothing, or something else, is never supported; what is true of the articles is never refuted."""

from collections.abc import Iterator

import pytest

from harness.checkers.base import CheckSession
from harness.checkers.ensemble import Ensemble
from harness.checkers.rules import Rules
from harness.records import Article, Cluster, Verdict

FERRY = (
    "The ferry Maren Lind ran aground off Port Ellis on Tuesday. Fourteen passengers were injured. The coastguard "
    "evacuated 212 people by helicopter. The captain blamed a broken rudder, police said. The harbour authority closed "
    "the port until Thursday."
)
AUDIT = (
    "The city of Velde sued the builder Arkona over the new bridge on Monday. An audit found that the bridge cost 48 "
    "million euros, twice the price agreed. Mayor Ida Brandt apologised to residents."
)
TRUE = {
    "ferry": [
        "Ferry Maren Lind runs aground off Port Ellis",
        "Fourteen passengers injured as ferry runs aground",
        "Coastguard evacuates 212 people from ferry by helicopter",
        "Harbour authority closes port until Thursday",
    ],
    "audit": [
        "Velde sues builder Arkona over new bridge",
        "Mayor Ida Brandt apologises to residents over bridge",
        "Audit: bridge cost 48 million euros",
    ],
}


def cluster(name: str) -> Cluster:
    return Cluster(cluster_id=name, articles=(Article(article_id="a", text={"ferry": FERRY, "audit": AUDIT}[name]),))


@pytest.fixture(scope="module", params=[Rules, Ensemble], ids=["rules", "ensemble"])
def session(request: pytest.FixtureRequest) -> Iterator[CheckSession]:
    with request.param().open() as opened:
        yield opened


@pytest.mark.parametrize(
    "text",
    [
        "asdf qwer zxcv plok",
        "Velvet honest ladder quickly marmalade of seven",
        "The on of ferry until were police by the",
        "Ferry ferry ferry ferry ferry",
        "x7 q9 zz t1",
        "Ferry",
        "Passengers",
        "Breaking news",
        "Everything you need to know today",
        "Storm kills two in Ostrava",
        *TRUE["audit"],
    ],
)
def test_what_says_nothing_of_the_articles_is_not_supported(session: CheckSession, text: str):
    assert session.check(cluster("ferry"), text)[0].label in {"not_found", "abstained"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ferry", "Ferry Maren Lind does not run aground off Port Ellis"),
        ("ferry", "Forty passengers injured as ferry runs aground"),
        ("ferry", "Coastguard evacuates 290 people from ferry by helicopter"),
        ("ferry", "Harbour authority closes port until Saturday"),
        ("ferry", "Ferry runs aground off Lisbon"),
        ("ferry", "Harbour authority closes port until Thursday after a row over stolen laptops"),
        ("audit", "Builder Arkona sues Velde over new bridge"),
        ("audit", "Mayor Ida Brandt does not apologise to residents"),
        ("audit", "Audit: bridge cost 31 million euros"),
        ("audit", "Audit: bridge cost 48 million pounds"),
        ("audit", "Mayor Theo Marsh apologises to residents"),
    ],
)
def test_one_error_in_a_true_headline_is_held_up(session: CheckSession, name: str, text: str):
    assert session.check(cluster(name), text)[0].label in {"contradicted", "not_found"}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, several in TRUE.items() for text in several])
def test_what_is_true_is_not_contradicted(session: CheckSession, name: str, text: str):
    assert session.check(cluster(name), text)[0].label == "supported"


def test_the_account_names_what_is_missing_and_shows_what_is_there(session: CheckSession):
    text = "Coastguard evacuates 290 people from ferry by helicopter"
    whole = session.check(cluster("ferry"), text)[0]
    states = {element.text: element for element in whole.elements}
    assert "290" in states
    assert states["290"].state != "borne_out"
    borne_out = states["helicopter"]
    (span,) = borne_out.evidence
    assert (borne_out.state, FERRY[span.start : span.end], span.text) == ("borne_out", "helicopter", "helicopter")
    assert all(text[e.start : e.end] == e.text for e in whole.elements)


def test_a_supported_text_is_never_less_probable_than_one_that_is_not(session: CheckSession):
    found: list[Verdict] = [
        session.check(cluster(name), text)[0]
        for name, several in TRUE.items()
        for text in (*several, *(f"{each} after a row over stolen laptops" for each in several), "Breaking news")
    ]
    good = [verdict.probability for verdict in found if verdict.label == "supported"]
    bad = [verdict.probability for verdict in found if verdict.label in {"not_found", "contradicted"}]
    assert good
    assert bad
    assert min(p for p in good if p is not None) >= max(p for p in bad if p is not None)
