"""Scraped pages of different outlets, cleaned; each line's fate is marked in the page itself."""

import re
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from harness.ingest.clean import Cleaned, clean_article, clean_cluster

PAGES = {
    block.split("\n", 1)[0].strip(): [(line[0], line[2:]) for line in block.strip("\n").split("\n")[1:] if line]
    for block in (Path(__file__).parent / "pages.txt").read_text(encoding="utf-8").split("=== ")[1:]
}
"""Name → (mark, line): T title, B body, - to be dropped."""

BODY = """A ferry with 214 people aboard ran aground in thick fog off Port Lessing on Tuesday morning.

Nobody was hurt, but divers found a crack of two metres below the water line.

The captain told investigators that the radar had failed a minute before the accident.

Tugs are to pull the ship free at high water on Wednesday, the harbour authority said."""


@pytest.mark.parametrize("gap", ["\n\n", "\n", "\r\n\r\n"], ids=["spaced", "dense", "windows"])
@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_line_of_a_page_meets_its_fate(name, gap):
    lines = PAGES[name]
    cleaned = clean_article(gap.join(line for _, line in lines), "x")
    dropped = {drop.text for drop in cleaned.dropped}
    titles = [line for mark, line in lines if mark == "T"]
    assert cleaned.article.title == (titles[0].split(" | ")[0] if titles else "")
    assert cleaned.article.text.split("\n") == [line.removeprefix("( ) – ") for mark, line in lines if mark == "B"]
    assert [line for mark, line in lines if mark == "-" and line not in dropped] == []


def test_dates_and_names_that_are_certain_reach_the_article():
    tabloid = clean_article("\n\n".join(line for _, line in PAGES["uk_tabloid"]), "x").article
    # "Published: 10:21 GMT, 4 March 2021 | Updated: 15:02 GMT": the first publication counts, GMT is UTC.
    assert tabloid.published is not None
    assert tabloid.published.isoformat() == "2021-03-04T10:21:00+00:00"
    subscriber = clean_article("\n\n".join(line for _, line in PAGES["subscriber"]), "x").article
    assert subscriber.source == "The Lessing Times"
    wire = clean_article("\n\n".join(line for _, line in PAGES["us_wire"]), "x").article
    assert wire.published is None, "a date without a label may be any date"
    assert wire.source is None


@pytest.mark.parametrize(
    ("raw", "title", "rule"),
    [
        ("{title}\n{body}", "Ferry aground in fog", "first_line"),
        ("{title}.\n\n{body}", "Ferry Aground In Fog Near Lessing", "first_line"),
        ("{title}\n\n{body}", "Why did a ferry run aground in fog off Port Lessing?", "first_line"),
        ("Title: {title}\n{body}", "Ferry aground in fog", "labelled"),
        ("{title} - Lessing Times\n{body}", "Ferry aground in fog", "first_line"),
        ("{title} | News | Lessing Post\n{body}", "Ferry aground in fog", "first_line"),
        ("Lessing Post\nYour daily paper\n{title}\n{body}", "Ferry aground in fog, captain blames radar", "above_body"),
        ("Blaze guts museum of carpets\n\n{title}\n\n{body}", "Ferry aground in fog", "above_body"),
        ("{body}{title}.\nSource: Read Full Article", "Ferry aground in fog, captain blames radar", "glued_after"),
        ("{body}\n\n{title}", "Ferry aground in fog off Port Lessing", "last_line"),
        (
            "{title}Passengers wait: {body}\nPassengers of Lessing",
            "Radar failed, says captain in Lessing",
            "glued_before",
        ),
        ("{body}", "", "none"),
        ("The ferry was stuck on a sandbank outside Port Lessing\n\n{body}", "", "none"),
        ("", "", "none"),
    ],
)
def test_a_title_is_found_where_it_stands_and_never_made(raw, title, rule):
    raw = raw.format(title=title, body=BODY)
    cleaned = clean_article(raw, "x")
    assert (cleaned.article.title, cleaned.title_rule) == (title, rule)
    assert cleaned.title_why
    assert cleaned.article.title in raw


def test_a_missing_space_between_sentences_makes_no_title():
    cleaned = clean_article(BODY.replace("accident.\n\n", "accident."), "x")
    assert cleaned.article.title == ""
    assert "accident.Tugs are to pull" in cleaned.article.text


BOILERPLATE_LIKE_NEWS = [
    "The minister urged citizens to sign up for the new alerts, and 300,000 people did so within a day.",
    "“You can subscribe to our scheme today,” the minister told reporters in the capital.",
    "“Sign up here for our alerts, and they reach your phone,” the minister told reporters.",
    "Watch the video of the accident, and the failure of the radar is plain.",
    "Comments posted on social media showed how angry the passengers were.",
    "Reports from the island said that the ferry had been overloaded for weeks.",
    "Research by the University of Lessing shows that fog is twice as frequent as in 1990.",
    "Advertising on the ferries brought in 2 million last year, according to the operator.",
    "Copyright of the photographs is disputed, a court in the capital heard.",
    "More than 100 people signed a petition against the operator.",
    "For more than 20 years, visitors from abroad have come here to see the seals.",
    "By Wednesday, the harbour had been closed for two days.",
    "Follow-up inspections found the same fault on three other ships.",
    "Media reports said that the radar had been out of order since May.",
    "Share prices of the operator fell by a tenth after the accident.",
    "Related costs may reach 40 million, an insurer said.",
    "News of the accident spread fast along the quay.",
    "He was told to read the full report before the hearing.",
    "Correction: An earlier version of this article gave the number of passengers as 241.",
    "Several things are still unclear:",
    "“Nobody told us anything”",
    "Will the ferry ever sail to Port Lessing again?",
]


@pytest.mark.parametrize("sentence", BOILERPLATE_LIKE_NEWS)
def test_news_that_sounds_like_boilerplate_is_kept(sentence):
    first, *rest = BODY.split("\n\n")
    cleaned = clean_article("\n\n".join(["Ferry aground in fog", first, sentence, *rest]), "x")
    assert sentence in cleaned.article.text.split("\n")


def test_lists_and_cross_headings_are_kept():
    lines = [
        "Ferry aground in fog",
        *BODY.split("\n\n"),
        "Safety in doubt",
        "Nobody had looked at the radar since May.",
    ]
    lines += ["The ships are:", "Merrin, built 1987", "Olbany, built 1990 in the yard of Sund and never refitted since"]
    cleaned = clean_article("\n".join(lines), "x")
    assert cleaned.article.text.split("\n") == lines[1:]


def test_lines_broken_at_a_fixed_width_are_one_paragraph():
    raw = """Ferry aground in fog

A ferry with 214 people aboard ran aground in thick fog outside of the
Port Lessing harbour on Tuesday morning, and fishing boats brought the
passengers ashore in the dark.

Nobody was hurt, but divers found a crack of two metres below the water
line when they looked at the hull in the afternoon, a spokesman for the
harbour authority said.

The captain told investigators that the radar had failed a minute before
the accident, and that he had then stopped the engines."""
    cleaned = clean_article(raw, "x")
    assert cleaned.article.text.count("\n") == 2
    assert "outside of the Port Lessing harbour on Tuesday" in cleaned.article.text
    assert_whole(raw, cleaned)


def test_a_sentence_that_a_caption_parts_is_put_together():
    halves = ["The line was fined for neglect of its radar and", "of its life boats last year."]
    raw = f"{BODY}\n\n{halves[0]}\n\nDivers under the hull of the ferry on Tuesday\n\n{halves[1]}"
    cleaned = clean_article(raw, "x")
    assert cleaned.article.text.endswith("neglect of its radar and of its life boats last year.")
    assert [drop.rule for drop in cleaned.dropped] == ["caption"]


def test_marks_of_the_web_are_made_plain_and_offsets_still_hold():
    raw = "\ufeffFerry aground in fog\r\n\r\n" + BODY.replace("\n", "\r\n").replace(" people", "\u00a0people")
    raw = raw.replace("two metres", "<b>two</b> metres").replace("Nobody was hurt", "Nobody was &quot;hurt&quot;\u200b")
    cleaned = clean_article(raw, "x")
    assert cleaned.article.title == "Ferry aground in fog"
    assert "214 people" in cleaned.article.text
    assert 'Nobody was "hurt", but divers found a crack of two metres' in cleaned.article.text
    assert_whole(raw, cleaned)


def test_copies_are_grouped_and_empty_files_have_a_reason():
    files = {"a": f"Ferry aground\n\n{BODY}", "b": f"{BODY}\n\nShare this article", "c": " \n", "d": "Share\n\nTweet"}
    found = clean_cluster(files, "ferry", ["Ferry runs aground"])
    assert found.duplicates == (("a", "b"),)
    assert dict(found.empty) == {"c": "no text in it", "d": "no line of a body in it"}
    assert found.cluster is not None
    assert [article.article_id for article in found.cluster.articles] == ["a", "b"]
    assert [reference.text for reference in found.cluster.references] == ["Ferry runs aground"]
    assert clean_cluster({"c": ""}, "none").cluster is None


def assert_whole(raw: str, cleaned: Cleaned) -> None:
    """Every visible character of `raw` is in the title, in one paragraph, or dropped; nothing is in two of them."""
    spans = [(each.raw_start, each.raw_end) for each in cleaned.paragraphs]
    spans += [(drop.start, drop.end) for drop in cleaned.dropped]
    spans += [cleaned.title_span] if cleaned.title_span else []
    spans.sort()
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    covered = "".join(raw[start:end] for start, end in spans)
    outside = (
        raw
        if not spans
        else raw[: spans[0][0]]
        + "".join(raw[left[1] : right[0]] for left, right in pairwise(spans))
        + raw[spans[-1][1] :]
    )
    assert not [character for character in outside if character.isalnum()], (outside, covered)
    for drop in cleaned.dropped:
        assert raw[drop.start : drop.end] == drop.text
    ends = [0, *(each.end for each in cleaned.paragraphs)]
    assert all(each.start - end <= 1 for each, end in zip(cleaned.paragraphs, ends, strict=False))
    assert ends[-1] == len(cleaned.article.text)


_LINES = st.one_of(
    st.text(max_size=60),
    st.sampled_from([line for lines in PAGES.values() for _, line in lines]),
    st.sampled_from(["(", "Image:", "REUTERS)", "( )- Russia has sent", "one.Two three four five six", ""]),
)


_MARKED_UP = re.compile(r"<[/!?]?[A-Za-z][^<>]*>")


@settings(max_examples=120, deadline=None)
@given(st.lists(_LINES, max_size=14), st.sampled_from(["\n", "\n\n", "\r\n"]))
def test_no_character_of_any_text_is_lost_or_kept_twice(lines, gap):
    raw = gap.join(lines)
    assume(not _MARKED_UP.search(raw))  # a tag shows nothing, and is cut out of any text
    assert_whole(raw, clean_article(raw, "x"))


@pytest.mark.parametrize(
    "line",
    ["A-" * 200,
     "By " + "A-B " * 40 + "!", "AB" * 300, "X - " + "AB" * 90 + "!", "Reporting by " + "Band " * 40 + "zz!",
     "> " * 300, "news " * 15, "#a" * 300 + " z", "Reuters/" * 60 + "z", "word " * 30000, "x" * 300000, "(Photo" * 80],
    ids=lambda line: line[:12],
)  # fmt: skip
def test_no_line_keeps_the_patterns_busy(line):
    begun = time.process_time()
    clean_article(f"Ferry aground in fog\n\n{line}\n\n{BODY}\n\n{line}", "x")
    # Linear patterns take some milliseconds; one that backtracks without end would take years.
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("piece", ["1e400", "a", "a.", "a\n", "(", "a-", "\u201ca"])
def test_time_grows_with_the_length_of_a_page_and_not_with_its_square(piece):
    """A hundred thousand characters: what grew with the square took a minute and more."""
    page = (
        "Dam holds after night of rain\n\nHOLLIN (AP) - "
        + piece * (100_000 // len(piece))
        + " The dam held, he said.\n"
    )
    started = time.process_time()
    clean_article(page, "a")
    assert time.process_time() - started < 5
