import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.models.postprocess import DEFAULT, STEPS, apply, first_line, first_line_is_complete, with_versions


@pytest.mark.parametrize(
    ("raw", "text", "changed"),
    [
        ("Mayor resigns", "Mayor resigns", ()),
        ("Mayor resigns\n\nThe mayor of Tarn", "Mayor resigns", ("first_line",)),
        ("\n\n  Mayor resigns\r\nmore", "Mayor resigns", ("first_line",)),
        ("Headline: Mayor resigns", "Mayor resigns", ("headline_prefix",)),
        ("**Headline:** Mayor resigns", "Mayor resigns", ("markdown", "headline_prefix")),
        ("## Title\u00a0: Mayor resigns", "Mayor resigns", ("markdown", "headline_prefix")),
        ("New Headline - Mayor resigns", "Mayor resigns", ("headline_prefix",)),
        ("Here's a short headline for the articles: Mayor resigns", "Mayor resigns", ("headline_prefix",)),
        ("Sure! Here is a headline:\n\n“Mayor resigns”", "Mayor resigns", ("first_line", "quotes")),
        ('"Mayor resigns"', "Mayor resigns", ("quotes",)),
        ('"Mayor resigns".', "Mayor resigns", ("quotes",)),
        ("'Mayor doesn't resign'", "Mayor doesn't resign", ("quotes",)),
        ("«Le maire s'en va»", "Le maire s'en va", ("quotes",)),
        ('"Mayor resigns over', "Mayor resigns over", ("quotes",)),
        ("Mayor   resigns ", "Mayor resigns", ("first_line", "whitespace")),
        ("", "", ()),
        (" \n ", "", ("first_line",)),
    ],
)
def test_what_models_write_becomes_a_headline(raw: str, text: str, changed: tuple[str, ...]) -> None:
    assert apply(raw, DEFAULT) == (text, changed)


@pytest.mark.parametrize(
    "text",
    [
        '"I quit", says mayor of "Tarn"',
        'Mayor: "I quit"',
        "'Never' again, says mayor's 'friend'",
        "Here's what we know: five hurt in Tarn",
        "Title-winning side returns home",
        "Title race: Tarn lose again",
        "Headlines of the week",
        "Workers' rights: a new law",
        "Police: two held",
        "Article 5: what Nato's pledge means",
        "1. FC Tarn wins the cup",
        "*Batman* star to visit Tarn",
        "Tarn 3 - 2 Hale",
    ],
)
def test_real_headlines_are_left_as_they_are(text: str) -> None:
    assert apply(text, DEFAULT) == (text, ())


def test_an_announcement_in_words_of_its_own_is_kept_where_nothing_follows() -> None:
    assert first_line("Mayor to voters:\n\n") == "Mayor to voters:"
    assert first_line("Here is a headline:\n\n") == ""
    assert not first_line_is_complete("Here is a headline:\n\n")
    assert not first_line_is_complete("Mayor resigns")
    assert first_line_is_complete("Here is a headline:\n\nMayor resigns\n")


PIECES = st.lists(st.sampled_from(["Mayor", " ", "\n", "\r", ":", "**", "x", "\u2028", "\x0c"]), max_size=12)


@given(PIECES, PIECES)
def test_a_complete_first_line_stays_whatever_follows(before: list[str], after: list[str]) -> None:
    start, more = "".join(before), "".join(after)
    if first_line_is_complete(start):
        assert first_line(start + more) == first_line(start)


@given(PIECES)
def test_a_first_line_is_complete_as_soon_as_its_break_is_written(pieces: list[str]) -> None:
    # Otherwise a model would write on for nothing.
    text = "".join(pieces)
    chosen = first_line(text)
    if chosen and not chosen.rstrip("*_ ").endswith(":"):
        assert first_line_is_complete(text + "\n")


def test_steps_are_applied_in_the_order_given_and_versioned() -> None:
    assert apply('"Headline: X"', ("headline_prefix", "quotes")) == ("Headline: X", ("quotes",))
    assert apply('"Headline: X"', ("quotes", "headline_prefix")) == ("X", ("quotes", "headline_prefix"))
    assert with_versions(["first_line", "markdown"]) == ["first_line@4", "markdown@4"]
    assert with_versions(["quotes", "whitespace"]) == ["quotes@3", "whitespace@1"]
    assert set(with_versions(DEFAULT)) == {f"{name}@{step.version}" for name, step in STEPS.items()}
