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


def test_cut_without_a_limit_leaves_the_text_alone():
    assert cut("Nine of the", None) == "Nine of the"


def test_pool_takes_turns_from_the_beginnings():
    # Five of 1 + 2 + 4: first round a1 b1 c1, second b2 c2 (a has no more).
    assert pool([["a1"], ["b1", "b2"], ["c1", "c2", "c3", "c4"]], 5) == ["a1", "b1", "b2", "c1", "c2"]
    assert pool([["a1"], [], ["b1", "b2"]], 9) == ["a1", "b1", "b2"]
