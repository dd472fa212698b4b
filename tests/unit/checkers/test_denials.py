"""What a denial in the articles denies: what stands under it, and nothing of who denies, refuses or dismisses."""

import pytest

from harness.checkers.account.conflicts import align
from harness.checkers.account.denied.negations import lone_negations
from harness.checkers.account.matching import Matcher
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.sentence_analysis import read
from harness.records import Article, Cluster

MOTION = (
    "A judge in Arlen denied a motion to throw out the lawsuit against the shipping line Orrin on Monday. The lawsuit"
    " may go to trial in May. Orrin said it would appeal."
)
CHIEF = (
    "President Dahl dismissed Ivo Renn as his chief of staff on Friday and replaced him with Mara Lund. Renn had"
    " served since March."
)
CRITICS = "Mayor Ilse Brandt dismisses her critics. The mayor is under fire for the sale of Weir Park to a builder."
PRACTICE = (
    "Parents are worried about cold-water training, a long-disputed practice of the swimming clubs of Velde. Concerns"
    " about cold-water training grew after a girl fainted in May."
)
KNOWING = (
    "Minister Tova Lind denied knowing of a request to move the statue of the king. Her office had requested that the"
    " statue be moved, a letter shows."
)
TRAMS = "The tram company of Velde denies that its drivers were drunk. The drivers had been at work for nine hours."
TAX = "The council of Arlen asks the court to overturn the toll on the bridge. It asks the court to uphold the van ban."
DATA = "Hospitals are to send their figures to the ministry, not the police, under the new policy of Velde."
GUIDE = "The opposition called on Mayor Ilse Brandt to resign on Monday. The mayor of Arlen refuses to go."
PHONE = "Norland dismissed claims that its spies hacked the phone of publisher Ines Calder as absurd."
FRAUD = "Governor Tom Brill spent Sunday spreading a widely debunked theory that there was massive voter fraud."
STORM = (
    "Hurricane Irma menaced Velde on Friday. Irma takes aim at Velde, forecasters said. Velde braces for the worst, and"
    " shops in Velde are boarded up."
)
HOUSE = (
    "Millions went to the polls in Arlen on Tuesday. The results gave the Liberals a House majority. The Liberals will"
    " take the House in January, and the Conservatives keep the Senate."
)
OF_WHOM = (
    "Norvik chief Marcus Oduya denies the report. Norvik chief Marcus Oduya flew to Lisbon on Monday, where police want"
    " to question him."
)
BESIDE = "The ferry line denies the report of theft and has opened a new route to Port Ellis."
BAN = "A disputed ban on fishing in Lake Orsa took effect on Monday. Fishermen had fought it for years."
RATES = (
    "The Federal Reserve raised interest rates on Wednesday for the third time. The bank cited a strong labour market."
)


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (MOTION, "Lawsuit against shipping line Orrin may go to trial"),
        (CHIEF, "Renn is out as chief of staff"),
        (CRITICS, "Mayor Ilse Brandt under fire"),
        (PRACTICE, "Concerns about cold-water training practice"),
        (KNOWING, "Minister's office requested that statue be moved"),
        (TAX, "Arlen asks court to uphold van ban, overturn toll"),
        (DATA, "Velde hospitals to send figures to ministry, not police"),
        (DATA, "Velde hospitals to send figures to ministry"),
        (OF_WHOM, "Norvik chief Marcus Oduya flies to Lisbon"),
        (BESIDE, "Ferry line opens new route to Port Ellis"),
        (BAN, "Ban on fishing in Lake Orsa takes effect"),
        (GUIDE, "Mayor Ilse Brandt refuses to resign"),
        (PHONE, "Phone of Ines Calder reportedly hacked by Norland spies"),
        (FRAUD, "Governor Brill claims massive voter fraud"),
        (STORM, "Velde braces for Hurricane Irma"),
        (HOUSE, "Liberals take House"),
        (RATES, "Fed raises interest rates for third time"),
    ],
    ids=lambda value: value[:24],
)
def test_what_only_looks_like_a_denial_contradicts_nothing(judged, article, text):
    assert judged(article, text).label == "supported", judged(article, text).reason


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (TRAMS, "Drivers of tram company were drunk"),
        (KNOWING, "Minister Tova Lind knew of request to move statue"),
        (DATA, "Velde hospitals to send figures to police"),
        (PHONE, "Phone of Ines Calder hacked by Norland spies"),
        (FRAUD, "Massive voter fraud in election"),
        ("Reports that the ferry Maren sank were false, police said. The ferry is in port.", "Ferry Maren sank"),
        ("A false report that the dam at Orsa had burst caused a panic on Monday.", "Dam at Orsa had burst"),
    ],
    ids=lambda value: value[:24],
)  # fmt: skip
def test_what_is_denied_is_not_supported(judged, article, text):
    assert judged(article, text).label in {"contradicted", "not_found"}, judged(article, text).reason


@pytest.mark.parametrize(
    "text", ["Lamp set off blast, report does not find", "Report does not find that lamp set off blast"]
)
def test_a_report_that_finds_something_is_not_denied_by_what_else_it_does_not_find(judged, text):
    told = (
        "A lamp set off the blast at the mill, the inspectors' report finds. The inspectors found no trace of a bomb."
    )
    assert judged(told, "Lamp set off blast, report finds").label == "supported"
    assert judged(told, text).label != "supported", judged(told, text).reason


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ("Velde asks the Supreme Court to overturn the abortion rights landmark.",
         "Velde asks Supreme Court to uphold abortion ban, overturn landmark"),
        ("The results gave the Liberals a House majority while others retained control of the Senate.",
         "Liberals take House, others expand Senate control"),
        ("Calder, Brill battling for top spot heading into Tuesday's 2020 Dem debate", "Dem debates: round four"),
        ("Brandt comes out against setting up presidential commission to investigate riot",
         "Palace says Brandt will not create presidential commission to probe riot"),
    ],
    ids=lambda value: value[:24],
)  # fmt: skip
def test_what_is_done_to_something_else_or_to_an_end_conflicts_with_nothing(parser, told, text):
    cluster = ClusterReading(Cluster(cluster_id="c", articles=(Article(article_id="a", text=told),)), parser)
    assert align(cluster, read(parser.parse([text])[0])).conflicts == ()


def test_a_report_that_concludes_something_is_not_denied_by_what_it_does_not_conclude(parser):
    told = "A lamp set off the blast, the report concludes. The inspectors did not conclude that there was a bomb."
    cluster = ClusterReading(Cluster(cluster_id="c", articles=(Article(article_id="a", text=told),)), parser)
    denying = read(parser.parse(["Report does not conclude that lamp set off blast"])[0])
    (lone,) = lone_negations(cluster, Matcher(cluster, denying), denying)
    assert denying.parse.tokens[lone.denied].text == "conclude"
    other = read(parser.parse(["Inspectors did not conclude that there was a bomb"])[0])
    assert list(lone_negations(cluster, Matcher(cluster, other), other)) == []
