"""The phrases of `phrases.toml` and the rules that are made of them."""

import re

import pytest

from harness.ingest import lexicon
from harness.ingest.clean import clean_article
from harness.ingest.phrases import Phrases, rules

SENTENCE = "The council of Hollin met again on day {day} and voted for a new bridge over the river."
BODY = "\n\n".join(SENTENCE.format(day=day) for day in range(4))


def test_a_phrase_may_name_a_list_in_braces_and_bounds_are_no_names(monkeypatch):
    monkeypatch.setattr(lexicon, "table", lambda _: {"site": ["chirp", "you ?view"]})
    lexicon.any_of.cache_clear()
    phrases = Phrases("social", "a site", whole=("find us on {site}.{0,4}",))
    assert phrases._patterns[0].fullmatch("» Find us on YouView now")
    assert not phrases._patterns[0].fullmatch("Find us on YouView today")
    lexicon.any_of.cache_clear()


def test_a_rule_without_phrases_matches_nothing():
    assert not re.search(lexicon.group(()), "")


@pytest.mark.parametrize(
    ("group", "line", "name"),
    [
        ("voice", "Click here to read the full story", "read_more"),
        ("voice", "Leave a reply", "comment_form"),
        ("furniture", "Filed under: Bridges", "tags"),
        ("furniture", "Home | News | World", "navigation"),
    ],
)
def test_every_group_drops_its_lines_and_says_why(group, line, name):
    (dropped,) = clean_article(f"New bridge for Hollin\n\n{BODY}\n\n{line}\n", "a").dropped
    assert (dropped.text, dropped.rule) == (line, name)
    assert dropped.why == {rule.name: rule.why for rule in rules(group)}[name]


def test_a_line_that_stands_again_and_again_is_matched_once(monkeypatch):
    asked = []
    rule = rules("voice")[0]
    monkeypatch.setattr(type(rule), "matches", lambda self, line: asked.append((id(self), line.text)) or False)
    clean_article(f"New bridge for Hollin\n\n{BODY}\n\n" + "A list of links\n" * 500, "a")
    assert len(asked) == len(set(asked))
