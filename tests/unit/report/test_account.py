"""The account of a claim on a terminal: what is wrong at a glance, each sentence once."""

from rich.console import Console

from harness.records import Article, Claim, Cluster, Element, Evidence, Verdict
from harness.report.account import flagged_elements, headline
from harness.report.verdicts import explain

BODY = "A ferry struck a reef on Tuesday, injuring 14 people. Nobody is missing."
TEXT = "Ferry strikes reef on Friday, hurting 40"
CLUSTER = Cluster(cluster_id="c", articles=(Article(article_id="a", source="Post", title="Reef", text=BODY),))


def span(words):
    start = BODY.index(words)
    return Evidence(article_id="a", start=start, end=start + len(words), text=words)


def element(words, state, kind="word", theirs="", reason=""):
    start = TEXT.index(words)
    evidence = (span(theirs),) if theirs else ()
    return Element(
        kind=kind, start=start, end=start + len(words), text=words, state=state, evidence=evidence, reason=reason
    )


DAY = "the articles say “Tuesday”, not “Friday”"
ELEMENTS = (
    element("Ferry", "borne_out", theirs="ferry"),
    element("strikes", "borne_out", "predicate", "struck"),
    element("Friday", "contradicted", "time", "Tuesday", DAY),
    element("hurting", "unaccounted", "party", reason="no article connects “Friday” with “hurting”"),
    element("40", "unaccounted", "figure", reason="no article has the figure “40”"),
)


def shown(label="contradicted", elements=ELEMENTS, width=80, **more):
    whole = Claim(start=0, end=len(TEXT), text=TEXT, part="whole")
    settings = {"reason": DAY, "decided_by": ("account", "model"), "errors": ("time", "invented"), **more}
    verdict = Verdict(
        claim=whole, label=label, probability=0.1, elements=elements, contradictors=("a",),
        evidence=(span("A ferry struck a reef on Tuesday, injuring 14 people."), span("Nobody is missing.")),
        **settings,
    )  # fmt: skip
    console = Console(width=width, record=True, file=None, color_system=None)
    with console.capture() as held:
        console.print(explain(CLUSTER, TEXT, [verdict]))
    return held.get()


def test_a_contradicted_text_shows_its_words_and_the_sentence_that_says_otherwise():
    lines = shown().splitlines()
    assert [line.rstrip() for line in lines[:8]] == [
        TEXT,
        "contradicted 0.10  wrong time  decided by account and model",
        f"    {DAY}",
        "    differs    “Friday” (time)",
        "               a (Post): “A ferry struck a reef on Tuesday, injuring 14 people.”",
        "    missing    “40” (figure)",
        "    borne out  “Ferry”, “strikes” (“struck”) by a",
        "    says otherwise: a",
    ]
    assert "1 more sentence in --format json" in lines[8]


def test_a_long_reason_stands_below_its_own_beginning():
    long = element("40", "unaccounted", "figure", reason="the articles have “40”, " + "but of something else, " * 4)
    lines = shown(elements=(long,), width=60, label="not_found").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("    missing    “40” (figure): the"))
    assert lines[first + 1].startswith(" " * 15)
    assert max(map(len, lines)) <= 60


def test_words_that_differ_or_are_missing_are_marked_in_the_text():
    marked = headline(TEXT, ELEMENTS)
    assert marked.plain == TEXT
    assert {TEXT[found.start : found.end] for found in marked.spans if "underline" in str(found.style)} == {
        "Friday",
        "40",
    }


def test_a_party_is_told_only_where_no_other_word_is_missing():
    party = ELEMENTS[3]
    assert flagged_elements([party]) == [party]
    assert party not in flagged_elements(ELEMENTS)
    assert [each.text for each in flagged_elements(ELEMENTS)] == ["Friday", "40"]


def test_propositions_are_told_where_they_fare_otherwise():
    def verdict(start, end, part, label):
        claim = Claim(start=start, end=end, text=TEXT[start:end], part=part)
        return Verdict(claim=claim, label=label, probability=0.5, reason="x")

    console = Console(width=80)
    verdicts = [
        verdict(0, len(TEXT), "whole", "not_found"), verdict(0, 18, "proposition", "supported"),
        verdict(19, 28, "proposition", "not_found"),
    ]  # fmt: skip
    with console.capture() as held:
        console.print(explain(CLUSTER, TEXT, verdicts))
    assert "supported 0.50  Ferry strikes reef" in held.get()
    assert held.get().count("not found") == 1


def test_what_the_articles_have_apart_from_the_rest_is_not_called_missing():
    joined = element("Friday", "unaccounted", "party", reason="no sentence joins “Ferry” and “Friday”")
    elsewhere = element("Ferry", "unaccounted", "name", "ferry", "the articles name “Ferry”, but of something else")
    other = element("40", "unaccounted", "figure", "14", "no article has the figure “40”")
    for elements, told in (
        ((joined,), "    apart      “Friday” (who or whom)"),
        ((elsewhere,), "    apart      “Ferry” (name)"),
        ((other,), "    missing    “40” (figure)"),
    ):
        lines = shown("not_found", elements, reason=elements[0].reason, errors=()).splitlines()
        assert told in [line.rstrip() for line in lines]
    both = shown("supported", (elsewhere, other), reason="most of it", errors=()).splitlines()
    assert [line.rstrip() for line in both[3:5]] == ["    apart      “Ferry”", "    missing    “40”"]


def test_a_text_is_not_called_missing_as_a_whole():
    lines = shown("not_found", (element(TEXT, "unaccounted", reason="nothing"),), reason="nothing", errors=())
    assert "missing" not in lines
    assert "nothing" in lines


def test_of_what_another_says_the_speaker_of_the_articles_is_named():
    told = "the articles have it from “Ferry”, not from “reef”"
    own = element("reef", "unaccounted", "speaker", "ferry", told)
    assert "apart      “reef” (who says it): “ferry” in the articles" in shown("not_found", (own,), reason=told)
    assert f"apart      “reef” (who says it): {told}" in shown("not_found", (own,), width=120, reason="nothing")
