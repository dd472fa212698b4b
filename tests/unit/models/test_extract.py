from harness.models.extract import cut, news_sentences, pool


def test_each_paragraph_loses_its_dateline_and_its_line_breaks():
    text = "LIMA (AP) - Nine\u00a0miners were\tsaved.\nPARIS, March 3 (Reuters) - A tenth miner is missing."
    assert news_sentences(text) == ("Nine miners were saved.", "A tenth miner is missing.")


def test_scraps_are_left_out_wherever_they_stand():
    text = "Nine miners were saved.\nNine miners rest.\nRead on: What we know so far\nThe tenth is still missing."
    assert news_sentences(text) == ("Nine miners were saved.", "The tenth is still missing.")


def test_a_text_without_words_has_no_sentences():
    assert news_sentences(" * * *\n—\n") == ()


def test_cut_takes_off_words_that_would_dangle_but_leaves_one():
    text = "Nine of the miners who were saved on Monday"
    assert [cut(text, n) for n in (3, 6, 7, 8, 9)] == [
        "Nine",
        "Nine of the miners",
        "Nine of the miners who were saved",
        "Nine of the miners who were saved",
        text,
    ]
    assert cut("Of the miners", 2) == "Of"


def test_cut_keeps_the_marks_that_close_the_last_word():
    assert cut('"They made it." He wept.', 3) == '"They made it."'
    assert cut("Shares fell 4% after that", 3) == "Shares fell 4%"


def test_cut_never_parts_a_number():
    # Words: Storm, leaves, 61, 000, homes, dark, in, Lima; and Lima, won, 3, 2, at, home, on, Sunday, night.
    assert [cut("Storm leaves 61,000 homes dark in Lima", n) for n in (3, 4)] == ["Storm leaves", "Storm leaves 61,000"]
    assert [cut("Lima won 3–2 at home on Sunday night", n) for n in (3, 4)] == ["Lima won", "Lima won 3–2"]


def test_cut_ends_before_a_clause_that_would_be_torn():
    # 60 % of nine words are 5.4: "after" stands behind the seventh word, the comma behind the fourth.
    text = "Rescuers in Lima, Peru, saved nine miners after a tunnel that was flooded fell in"
    assert cut(text, 9) == "Rescuers in Lima, Peru, saved nine miners"
    # 60 % of six are 3.6: the second comma stands behind the fourth, the first behind the third.
    assert cut(text, 6) == "Rescuers in Lima, Peru"
    # Of fifteen words no clause opens late enough.
    text = (
        "Rescuers said, nine miners were pulled from the pit one by one through a shaft drilled on Sunday night in Lima"
    )
    assert cut(text, 15) == "Rescuers said, nine miners were pulled from the pit one by one through a shaft"


def test_cut_without_a_limit_leaves_the_text_alone():
    assert cut("Nine of the", None) == "Nine of the"


def test_pool_takes_turns_from_the_beginnings():
    # Five of 1 + 2 + 4: first round a1 b1 c1, second b2 c2 (a has no more).
    assert pool([["a1"], ["b1", "b2"], ["c1", "c2", "c3", "c4"]], 5) == ["a1", "b1", "b2", "c1", "c2"]
    assert pool([["a1"], [], ["b1", "b2"]], 9) == ["a1", "b1", "b2"]
