"""Every rule that decides a label, by itself: an account or a conflict is changed by hand, all else stays borne out."""

from dataclasses import replace

import pytest

from harness.checkers import verdict
from harness.checkers.account.account import account
from harness.checkers.account.conflicts import Conflict, align
from harness.checkers.account.elements import Held
from harness.checkers.account.matching import Matcher
from harness.checkers.aggregate import Judgement, part_of, whole_of, worst_of
from harness.checkers.cluster_analysis import ClusterReading
from harness.checkers.neural.entailment import Entailment
from harness.checkers.rules import sentence_features
from harness.checkers.verdict import judge
from harness.claims.sentence_analysis import read
from harness.records import Article, Claim, Cluster, Element

ARTICLES = {
    "a": "Divers from Norland raised the ferry Maren off Ellis on Tuesday. The harbour had been closed for weeks.",
    "b": "The ferry Maren is afloat again, since divers from Norland raised the ferry off Ellis. Shopkeepers cheered.",
}
TEXT = "Divers from Norland raise ferry Maren off Ellis"


class Case:
    """A true headline beside its articles, with what a test changes."""

    def __init__(self, parser, text=TEXT, articles=ARTICLES):
        held = [Article(article_id=key, text=value) for key, value in articles.items()]
        self.cluster = ClusterReading(Cluster(cluster_id="c", articles=tuple(held)), parser)
        self.reading = read(parser.parse([text])[0])
        self.alignment = align(self.cluster, self.reading)
        features = sentence_features(self.cluster, self.reading, self.alignment)
        matcher = Matcher(self.cluster, self.reading)
        self.account = account(self.cluster, matcher, self.reading, self.alignment, features)

    def judge(self, *elements, conflicts=(), entailed=None, contradicted=-5.0, closely=None, ordered=0.0, prior=0.95,
              features=None):  # fmt: skip
        """The finding with further elements or conflicts; what is added weighs nothing in the sum."""
        changed = replace(
            self.account, elements=(*self.account.elements, *elements),
            features={**self.account.features, **(features or {})},
        )  # fmt: skip
        read_by = None if entailed is None else Entailment(
            entailed, contradicted, closely=entailed if closely is None else closely, ordered=ordered
        )  # fmt: skip
        alignment = replace(self.alignment, conflicts=tuple(conflicts))
        return judge(self.cluster, self.reading, prior, alignment, changed, 0, read_by)


@pytest.fixture(scope="module")
def case(parser):
    return Case(parser)


def gone(feature, kind="word", reason="no article has it", state="unaccounted", tokens=()):
    return Held(kind, 0, 6, state, (), reason, feature, 1.0, "invented", tokens)


def at_odds(kind, weight):
    return Conflict(kind, 0, (0, 6), weight, "the article says otherwise")


def test_what_is_borne_out_throughout_is_supported_with_or_without_the_model(case):
    assert case.judge().label == case.judge(entailed=3.0).label == "supported"


UNSURE = 0.1
"""A prior with which the sum of what is borne out throughout stays below .8."""
CERTAIN = {
    "number": 0.5, "entity": 0.55, "roles": 0.6, "negation": 0.55, "predicate": 0.55, "time": 0.5, "place": 0.45,
}  # fmt: skip


@pytest.mark.parametrize(("kind", "least"), CERTAIN.items())
def test_an_aligned_conflict_contradicts_from_its_weight_on(case, kind, least):
    found = case.judge(conflicts=[at_odds(kind, least)])
    assert (found.label, found.errors, found.contradictors) == ("contradicted", (kind,), {"a"})
    assert case.judge(conflicts=[at_odds(kind, least - 0.01)]).label != "contradicted"


def test_another_modality_never_contradicts(case):
    assert case.judge(conflicts=[at_odds("modality", 1.0)]).label != "contradicted"


def test_a_negation_contradicts_only_where_the_model_does_not_read_the_claim(case):
    conflict = at_odds("negation", 0.74)
    assert case.judge(conflicts=[conflict], entailed=-0.01).label == "contradicted"
    assert case.judge(conflicts=[conflict], entailed=0.0).label != "contradicted"
    assert case.judge(conflicts=[at_odds("negation", 0.75)], entailed=5.0, closely=1.99).label == "contradicted"
    assert case.judge(conflicts=[at_odds("number", 0.9)], entailed=5.0, closely=1.99).label == "contradicted"


@pytest.mark.parametrize("kind", CERTAIN)
def test_a_close_reading_excuses_a_conflict_but_of_figures_times_and_who_did_it_to_whom(case, kind):
    conflict = at_odds(kind, 1.0)
    assert case.judge(conflicts=[conflict], entailed=5.0, closely=1.99).label == "contradicted"
    # What the sum weighs of it may still hold the text up.
    told = case.judge(conflicts=[conflict], entailed=5.0, closely=2.0).label
    assert (told != "contradicted") == (kind in {"negation", "entity", "predicate", "place"})


OF_OTHERS = (
    "clause_missing", "modality_lost", "deed_denied", "bearer_other", "count_of_other", "extent_missing", "cause_other",
    "scene_of_other", "deed_earlier",
)  # fmt: skip


@pytest.mark.parametrize("feature", OF_OTHERS)
def test_a_close_reading_excuses_what_is_told_of_others(case, feature):
    assert case.judge(gone(feature), entailed=0.99, closely=1.99).label == "not_found"
    assert case.judge(gone(feature), entailed=0.99, closely=2.0).label == "supported"


@pytest.mark.parametrize(
    "feature",
    ["name_missing", "name_replaced", "place_missing", "time_missing", "figure_missing", "figure_rival",
     "ordinal_missing", "digits_missing", "negation_apart", "speaker_other", "sequence_turned", "name_torn",
     "place_of_other", "condition_lost"],
)  # fmt: skip
def test_a_close_reading_excuses_no_name_figure_time_speaker_or_denial(case, feature):
    assert case.judge(gone(feature), entailed=0.99, closely=5.0).label == "not_found"


@pytest.mark.parametrize(
    ("closely", "contradicted", "bare", "label"),
    [
        (1.99, -5.0, "not", "not_found"),
        (2.0, -5.0, "not", "supported"),
        (2.0, 2.5, "not", "not_found"),  # the sum is not sure
        (2.0, -5.0, "divers", "not_found"),
    ],
)
def test_a_close_reading_of_a_sure_claim_excuses_a_word_that_denies_but_no_bare_not(
    case, monkeypatch, closely, contradicted, bare, label
):
    assert {"not", "n't", "never"} == verdict.BARE
    assert 0.5 < case.judge(entailed=0.99, closely=2.0, contradicted=2.5).probability < 0.8
    monkeypatch.setattr(verdict, "BARE", frozenset({bare}))
    told = case.judge(gone("negation_missing"), entailed=0.99, closely=closely, contradicted=contradicted)
    assert told.label == label
    if label == "supported":
        assert (told.decided_by, told.reason.partition(";")[0]) == (
            ("model",), "the entailment model reads it in the closest sentences"
        )  # fmt: skip


EXCUSED = ("name_missing", "name_partly", "place_missing", "place_partly", "clause_missing")
NEVER = (
    "time_missing", "figure_missing", "ordinal_missing", "vague_missing", "digits_missing",
    "name_replaced", "figure_rival",
)  # fmt: skip


@pytest.mark.parametrize("feature", [*EXCUSED, *NEVER])
def test_an_element_that_matters_holds_a_text_up_by_itself(case, feature):
    found = case.judge(gone(feature))
    assert (found.label, found.reason) == ("not_found", "no article has it")
    assert found.probability < 0.5
    assert case.judge(gone(feature), entailed=0.99).label == "not_found"
    assert case.judge(gone(feature), entailed=1.0).label == ("supported" if feature in EXCUSED else "not_found")
    assert case.judge(gone(feature), entailed=5.0).label == ("supported" if feature in EXCUSED else "not_found")


@pytest.mark.parametrize("feature", ["noun_missing", "verb_missing", "adjective_missing", "name_elsewhere", ""])
def test_any_other_element_does_not(case, feature):
    assert case.judge(gone(feature)).label == "supported"


def test_the_reason_names_what_tells_most(case):
    parts = [gone("negation_missing", reason="third"), gone("name_missing", reason="first"),
             gone("figure_missing", reason="second")]  # fmt: skip
    assert case.judge(*parts).reason == "first"
    # What the model excuses is not the reason: the figure is.
    assert case.judge(*parts, entailed=4.0).reason == "second"


def test_an_opposite_word_contradicts_unless_the_model_is_sure_of_the_claim(case):
    held = gone("opposite", "predicate", "the article has the opposite", "contradicted")
    found = case.judge(held)
    assert (found.label, found.reason) == ("contradicted", "the article has the opposite")
    assert case.judge(held, entailed=0.99).label == "contradicted"
    assert case.judge(held, entailed=1.0).label == "supported"


@pytest.mark.parametrize(("prior", "sure"), [(UNSURE, False), (0.95, True)])
def test_a_deed_of_others_is_not_done_by_a_party_that_no_sentence_joins_to_it_unless_the_sum_is_sure(case, prior, sure):
    assert 0.5 < case.judge(prior=UNSURE).probability < 0.8 <= case.judge(prior=0.95).probability
    deed = gone("verb_elsewhere", "predicate", tokens=(3,))
    found = case.judge(deed, gone("agent_apart", "party", "nobody did it", tokens=(3, 0)), prior=prior)
    assert found.label == ("supported" if sure else "not_found")
    assert case.judge(deed, gone("agent_apart", "party", tokens=(5, 0)), prior=prior).label == "supported"
    assert case.judge(gone("agent_apart", "party", tokens=(3, 0)), prior=prior).label == "supported"


def test_without_two_words_that_govern_one_another_a_text_says_nothing(case):
    assert case.judge(features={"no_links": 1.0}).label == "not_found"
    assert case.judge(features={"no_links": 1.0}, entailed=8.0).label == "not_found"


DISORDER = {"order_words": 9.0, "order_density": 9.0, "order_discord": 1.0, "order_ungoverned": 1.0}


@pytest.mark.parametrize(
    ("entailed", "ordered", "held_up"),
    [
        (None, 0.0, True),  # the articles' own order alone
        (3.0, -2.0, True),
        (3.0, 9.0, False),  # it reads as a sentence
        (6.0, 5.0, False),
        (-6.0, 2.5, True),  # it reads as one, and the model reads nothing of it in the articles
    ],
)
def test_words_in_no_order_say_nothing_unless_the_model_reads_a_sentence(case, entailed, ordered, held_up):
    found = case.judge(features=DISORDER, entailed=entailed, ordered=ordered)
    assert ("not in this order" in found.reason) is held_up


def test_two_words_have_no_order(parser):
    two = Case(parser, "Shopkeepers cheer", PLAIN)
    assert "order" not in two.judge(features=DISORDER, entailed=8.0).reason


PLAIN = {"a": "Shopkeepers cheered when divers raised the ferry. The harbour had been closed.", "b": ARTICLES["b"]}


def test_what_could_be_said_of_any_event_is_not_found_where_the_model_does_not_read_it(parser):
    two, three = Case(parser, "Shopkeepers fret", PLAIN), Case(parser, "Shopkeepers cheer divers", PLAIN)
    assert "any event" in two.judge(entailed=-1.0).reason
    assert two.judge(entailed=-1.0).label == "not_found"
    assert "any event" not in three.judge(entailed=-1.0).reason


def test_an_improbable_text_is_not_found_and_the_reason_says_who_doubts_it(case):
    doubted = case.judge(entailed=-5.0, contradicted=5.0, prior=0.02)
    assert (doubted.label, doubted.reason) == (
        "not_found", "the entailment model reads the closest sentences as saying otherwise"
    )  # fmt: skip
    assert "otherwise" in case.judge(entailed=-5.0, contradicted=1.0, prior=0.001).reason
    assert "does not read it" in case.judge(entailed=-5.0, contradicted=0.99, prior=0.001).reason


def test_what_articles_only_hand_on_as_a_claim_has_lost_its_attribution(parser):
    claimed = {"a": "The mayor claimed that foreign divers sank the ferry Maren off Ellis."}
    text = "Foreign divers sank ferry Maren off Ellis"
    found = Case(parser, text, claimed).judge()
    assert (found.label, found.errors) == ("not_found", ("attribution",))
    said = {"a": "Foreign divers sank the ferry Maren off Ellis, the mayor said."}
    found = Case(parser, text, said).judge()
    assert (found.label, "from" in found.reason) == ("supported", True)


def test_a_figure_that_independent_articles_dispute_is_contested(parser):
    articles = {
        "a": "The storm killed 14 sailors off Ellis on Monday.",
        "b": "Off Ellis the storm killed nine sailors.",
    }
    found = Case(parser, "Storm kills 14 sailors off Ellis", articles).judge()
    assert (found.label, found.supporters, found.contradictors) == ("contested", {"a"}, {"b"})
    assert found.probability >= 0.5


def judged(label, probability, *supporters):
    return Judgement(label, probability, supporters=frozenset(supporters))


def test_the_worst_label_decides_before_the_lowest_probability():
    order = [judged("contradicted", 0.4), judged("not_found", 0.3), judged("contested", 0.9), judged("supported", 0.8)]
    for at in range(4):
        assert worst_of(order[at:][::-1]) is order[at]
    low, high = judged("not_found", 0.1), judged("not_found", 0.2)
    assert worst_of([high, low]) is low


def test_a_text_is_supported_by_those_who_support_every_sentence():
    whole = whole_of([judged("supported", 0.9, "a", "b"), judged("supported", 0.8, "b", "c")], 0.85)
    assert (whole.supporters, whole.probability) == ({"b"}, 0.8)


def element(start, end, state, article=None):
    spans = () if article is None else ({"article_id": article, "start": 0, "end": 4, "text": "text"},)
    return Element(kind="word", start=start, end=end, text="x" * (end - start), state=state, evidence=spans,
                   reason="" if state == "borne_out" else "missing there")  # fmt: skip


def test_a_proposition_is_judged_by_the_elements_inside_it():
    first = Claim(start=0, end=10, text="x" * 10, part="proposition")
    both = (element(0, 4, "borne_out", "a"), element(12, 16, "unaccounted"))
    held_up = part_of(Judgement("contradicted", 0.2, "otherwise", ("number",), elements=both), first)
    assert (held_up.label, held_up.probability, held_up.supporters) == ("supported", 0.5, {"a"})
    second = Claim(start=11, end=20, text="x" * 9, part="proposition")
    lost = part_of(Judgement("contradicted", 0.2, "otherwise", ("number",), elements=both), second)
    assert (lost.label, lost.reason) == ("not_found", "missing there")
    assert part_of(Judgement("not_found", 0.2, "empty", elements=both), first).label == "not_found"
    assert part_of(Judgement("supported", 0.8, elements=both), second).label == "supported"
    assert part_of(Judgement("contested", 0.8, elements=both), second).label == "contested"
    differing = (*both, element(5, 9, "contradicted", "b"))
    assert part_of(Judgement("contradicted", 0.2, "otherwise", elements=differing), first).label == "contradicted"


def test_no_model_reads_away_what_an_article_says_word_for_word(parser):
    whole = Case(parser, "Divers from Norland raised the ferry Maren off Ellis on Tuesday", ARTICLES)
    assert whole.judge(entailed=-5.0, contradicted=5.0, prior=0.02).label == "supported"
    # A part of a sentence may be what another is said to say.
    part = Case(parser, "Divers from Norland raised the ferry Maren", ARTICLES)
    assert part.judge(entailed=-5.0, contradicted=5.0, prior=0.02).label == "not_found"
