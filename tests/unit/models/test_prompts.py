from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.models import prompts
from harness.models.api import Api
from harness.models.prompts import (
    ARTICLES_ONLY,
    BUILTIN,
    Template,
    build_prompt,
    fair_level,
    named_template,
    read_template,
    template_problems,
)
from harness.records import Article, Cluster

PLAIN = Template("{articles}", labelled=False)


def words(text: str) -> int:
    """A token counter that can be checked by eye: one a word."""
    return len(text.split())


def cluster(*texts: str, titles: tuple[str, ...] = (), sources: tuple[str, ...] = ()) -> Cluster:
    articles = [
        Article(
            article_id=f"a{i}",
            text=text,
            title=titles[i] if titles else "",
            source=sources[i] if i < len(sources) else None,
        )
        for i, text in enumerate(texts)
    ]
    return Cluster(cluster_id="c", articles=tuple(articles))


def test_a_cluster_that_fits_is_shown_whole() -> None:
    given_cluster = cluster("It rained.", "It snowed.", titles=("Rain", ""), sources=("Herald", "Post"))
    prompt = build_prompt(given_cluster, Template("{count} articles:\n{articles}\nHeadline:"), 100, words)
    assert prompt.text == "2 articles:\nArticle 1:\nRain\nIt rained.\n\nArticle 2:\nIt snowed.\nHeadline:"
    assert prompt.article_ids == ("a0", "a1")
    assert prompt.dropped_articles == ()
    assert prompt.dropped_characters == 0


def test_sources_are_named_where_asked_for() -> None:
    given_cluster = cluster("It rained.", "It snowed.", "It froze.", sources=("Herald", "Post"))
    prompt = build_prompt(given_cluster, Template("{articles}"), 100, words, include_sources=True)
    assert prompt.text == "Article 1 (Herald):\nIt rained.\n\nArticle 2 (Post):\nIt snowed.\n\nArticle 3:\nIt froze."


def test_titles_can_be_kept_back() -> None:
    prompt = build_prompt(cluster("It rained.", titles=("Rain",)), PLAIN, 100, words, include_titles=False)
    assert prompt.text == "It rained."
    assert prompt.dropped_characters == 0, "a title that was not to be shown is not dropped"


def test_placeholders_in_articles_are_left_alone() -> None:
    template = Template('Return {"n": {count}} {0}\n{articles}')
    prompt = build_prompt(cluster("Use {count} and {articles}."), template, 100, words)
    assert prompt.text == 'Return {"n": 1} {0}\nArticle 1:\nUse {count} and {articles}.'


def test_the_beginning_of_the_reply_ends_the_prompt() -> None:
    template = Template("{articles}\n\nSum this up.\n\n{reply}Headline:", labelled=False)
    prompt = build_prompt(cluster("It rained."), template, 100, words)
    assert template.reply == "Headline:"
    assert prompt.text == "It rained.\n\nSum this up.\n\nHeadline:"
    assert PLAIN.reply == ""


def test_the_budget_is_shared_fairly_and_cut_at_sentences() -> None:
    # 4, 35 and 64 words for a budget of 56: the short one keeps its 4, the other two may have 26 each, and whole
    # sentences fill 21 and 24 of these.
    short = "Nobody was hurt there."
    middle = " ".join(["The old mill burned down last night."] * 5)
    long = " ".join(["The fire began in the upper store room."] * 8)
    prompt = build_prompt(cluster(short, middle, long), PLAIN, 56, words)
    assert prompt.text.split("\n\n") == [
        short,
        " ".join(["The old mill burned down last night."] * 3),
        " ".join(["The fire began in the upper store room."] * 3),
    ]
    # Two sentences of 36 characters and five of 39, and the spaces between them.
    assert prompt.dropped_characters == (2 * 36 + 1) + (5 * 39 + 4)
    assert prompt.article_ids == ("a0", "a1", "a2")


def test_a_first_sentence_that_does_not_fit_is_cut_at_a_word() -> None:
    text = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    prompt = build_prompt(cluster(text), PLAIN, 5, words)
    assert prompt.text == "one two three four five"
    assert prompt.dropped_characters == len(text) - len("one two three four five ")


def test_near_duplicates_are_shown_once_and_the_longest_is_kept() -> None:
    wire = (
        "Engineers closed the Orla bridge on Monday after cracks were found in two of its piers, the county said. "
        "Traffic is led through the old town, where long queues formed in the morning. Repairs will take six weeks "
        "and cost about two million, according to a first estimate by the county's works department."
    )
    other = "Ferries between the islands stopped on Tuesday because of a storm."
    prompt = build_prompt(cluster(wire, other, wire + " The bridge was built in 1931."), PLAIN, 500, words)
    assert prompt.article_ids == ("a1", "a2")
    assert prompt.dropped_articles == ("a0",)
    assert prompt.dropped_characters == 0
    assert prompt.text.count("Engineers closed") == 1


def test_rather_than_a_few_words_of_each_the_last_articles_are_left_out() -> None:
    texts = [f"Article number {i} says this. " + "It goes on and on and on for a while. " * 9 for i in range(10)]
    prompt = build_prompt(cluster(*texts), PLAIN, 100, words)
    # A share of 24 words at least: 100 words are shared by four.
    assert prompt.article_ids == ("a0", "a1", "a2", "a3")
    assert prompt.dropped_articles == ("a4", "a5", "a6", "a7", "a8", "a9")
    assert min(words(part) for part in prompt.text.split("\n\n")) > 12


def test_a_title_comes_before_the_text_where_little_fits() -> None:
    given_cluster = cluster("A long first sentence that cannot fit here.", titles=("Mayor of Tarn resigns today",))
    assert build_prompt(given_cluster, PLAIN, 5, words).text == "Mayor of Tarn resigns today"
    prompt = build_prompt(given_cluster, PLAIN, 3, words)
    assert prompt.text == "Mayor of Tarn"
    assert prompt.dropped_characters == len(given_cluster.articles[0].text) + len(" resigns today")


def test_a_budget_for_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="a budget of 1 tokens holds no word of cluster 'c'"):
        build_prompt(cluster("It rained."), Template("{articles}"), 1, words)


def test_the_bare_form_has_no_labels() -> None:
    prompt = build_prompt(cluster("It rained.", "It snowed.", sources=("Herald", "Post")), ARTICLES_ONLY, 50, words)
    assert prompt.text == "It rained.\n\nIt snowed."


def brute_force_level(costs: list[int], budget: int) -> int:
    """The definition: the greatest level at which the cut costs fit, at most the greatest cost."""
    return max(
        (level for level in range(max(costs) + 1) if sum(min(cost, level) for cost in costs) <= budget), default=0
    )


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6), st.integers(0, 120))
def test_the_level_is_the_greatest_that_fits(costs: list[int], budget: int) -> None:
    assert fair_level(costs, budget) == brute_force_level(costs, budget)


TEXTS = st.lists(
    st.lists(
        st.sampled_from(["Rain fell. ", "The long bridge over the Orla river closed. ", "Why? ", "no end ", "x\n"]),
        min_size=1,
        max_size=12,
    ).map(lambda parts: "".join(parts).strip()),
    min_size=1,
    max_size=6,
)


def characters(text: str) -> int:
    """A counter under which joining costs something, as with real tokenizers."""
    return (len(text) + 3) // 4


@given(TEXTS, st.integers(10, 120), st.booleans())
def test_the_budget_holds_and_nothing_is_lost_unrecorded(texts: list[str], budget: int, labelled: bool) -> None:
    given_cluster = cluster(*texts)
    prompt = build_prompt(given_cluster, Template("{articles}", labelled=labelled), budget, characters)
    assert characters(prompt.text) <= budget
    assert set(prompt.article_ids) | set(prompt.dropped_articles) == {a.article_id for a in given_cluster.articles}
    assert not set(prompt.article_ids) & set(prompt.dropped_articles)
    if not labelled:
        shown = sum(len(part.replace("\n", "")) for part in prompt.text.split("\n\n"))
        whole = sum(len(a.text) for a in given_cluster.articles if a.article_id in prompt.article_ids)
        # White space at a cut is neither shown nor counted.
        assert shown + prompt.dropped_characters <= whole
        if prompt.dropped_characters == 0:
            assert all(a.text in prompt.text for a in given_cluster.articles if a.article_id in prompt.article_ids)
    assert prompt == build_prompt(given_cluster, Template("{articles}", labelled=labelled), budget, characters)


def test_a_template_file_is_read_and_its_mistakes_named(tmp_path: Path) -> None:
    file = tmp_path / "p.md"
    file.write_text("\n{articles}\n\nHeadline:\n\n", encoding="utf-8")
    assert read_template(file).text == "{articles}\n\nHeadline:"
    file.write_text("{articles}\nfor {cuont} articles", encoding="utf-8")
    with pytest.raises(UsageError, match=r"p\.md:2: unknown placeholder .*found \{cuont\}.*did you mean '\{count\}'"):
        read_template(file)
    file.write_bytes(b"\xff{articles}")
    with pytest.raises(UsageError, match=r"cannot be read: .*p\.md:1: not UTF-8 text; found the byte 0xff"):
        read_template(file)
    file.write_text("{reply}Headline for {articles}:", encoding="utf-8")
    with pytest.raises(UsageError, match=r"the beginning of the reply must be plain text; found \{articles\}"):
        read_template(file)
    assert template_problems('{articles} {"a": 1} {Count} {} { x }', "p.md") == []


def test_every_builtin_prompt_is_a_template_and_nothing_else_ships(top: Path) -> None:
    shipped = sorted(file.name for file in (top / "harness" / "models" / "templates").iterdir())
    assert shipped == [f"{name}.md" for name in sorted(BUILTIN)]
    for name in BUILTIN:
        template = named_template(f"builtin:{name}")
        assert template_problems(template.text, name) == []
        assert template.text == template.text.strip()
        assert template.reply.endswith(":"), "the reply's beginning is written for the model"


def test_the_prompt_of_the_repository_is_the_builtin_headline(top: Path) -> None:
    file = top / "configs" / "prompts" / "headline.md"
    assert file.read_bytes() == (top / "harness" / "models" / "templates" / "headline.md").read_bytes()
    assert named_template(str(file)).digest == named_template("builtin:headline").digest


@pytest.mark.parametrize(
    ("named", "nearest"),
    [
        ("builtin:headlin", "builtin:headline"),
        ("builtin:Headline", "builtin:headline"),
        ("builtin:headline.md", "builtin:headline"),
        ("builtin:sumary", "builtin:summary"),
        ("builtin:", ""),
        ("builtin:../templates/headline", ""),
        ("headline", "builtin:headline"),
        ("Builtin:summary", "builtin:summary"),
    ],
)
def test_a_wrong_name_is_refused_with_the_nearest(named: str, nearest: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (found,) = prompts.problems(named)
    assert (found.found, found.path, found.nearest) == (named, "prompt", nearest)
    assert found.accepted == "the path of a text file with {articles} in it, or builtin:headline, builtin:summary"
    with pytest.raises(UsageError, match="no such"):
        named_template(named)


def test_a_file_may_have_the_name_of_a_builtin_prompt(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("builtin:headline").write_text("Mine: {articles}", encoding="utf-8")
    assert named_template("./builtin:headline").text == "Mine: {articles}"
    assert named_template("builtin:headline").text.startswith("Write one short headline")


def test_a_builtin_prompt_is_part_of_the_identity_by_its_content(tmp_path: Path, monkeypatch) -> None:
    """The digest is that of the text, as for a file."""
    monkeypatch.chdir(tmp_path)
    Path("same.md").write_text(named_template("builtin:summary").text, encoding="utf-8")
    digests = [
        Api(base_url="http://127.0.0.1:9/v1", model="m", prompt=prompt).identity()["prompt"]
        for prompt in ("builtin:summary", "same.md", "builtin:headline")
    ]
    assert digests[0] == digests[1] != digests[2]
