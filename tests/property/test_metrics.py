"""What holds for any prediction, references and articles."""

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.language.numerals import number_values
from harness.metrics.base import Metric
from harness.metrics.headline import Headline
from harness.metrics.rouge import Rouge
from harness.metrics.surface import Surface
from harness.records import Article, Case, Cluster, Prediction, Reference

# Words of news with capitals, accents, hyphens, numbers and other scripts, so that texts share some of them.
WORDS = st.sampled_from(
    [
        *("Police", "police", "arrest", "arrested", "12", "twelve", "2,500", "U.S.", "Café", "co-op", "GOP", "said."),
        *("the", "Путин", "五", "—", "“No”", "million", "Putin’s", "\n"),
    ]
)
TEXTS = st.one_of(st.lists(WORDS, min_size=1, max_size=8).map(" ".join), st.text(min_size=1, max_size=20))
REFERENCES = st.lists(TEXTS, max_size=4)
VARIANTS = ("rouge1", "rouge2", "rougeL", "rougeLsum")
QUICK = settings(derandomize=True, max_examples=60, deadline=None)


def case(prediction: str, references: list[str], articles: list[str]) -> Case:
    return Case(
        cluster=Cluster(
            cluster_id="c",
            articles=tuple(Article(article_id=str(place), text=text) for place, text in enumerate(articles)),
            references=tuple(Reference(text=text) for text in references),
        ),
        prediction=Prediction(prediction_id="p", cluster_id="c", configuration="m", text=prediction),
    )


@given(TEXTS, REFERENCES, st.lists(TEXTS, min_size=1, max_size=3), st.booleans())
@QUICK
def test_every_promised_measure_has_a_share_or_a_reason(prediction, references, articles, mean):
    metrics: list[Metric] = [
        Rouge(variants=VARIANTS, references="mean" if mean else "max", lsum_split="sentences" if mean else "newline"),
        Headline(),
        Surface(),
    ]
    for metric in metrics:
        score = metric.score(case(prediction, references, articles))  # raises where a promise is broken
        assert metric.score(case(prediction, references, articles)) == score
        assert all(score.unscorable.values())
        for measure in metric.measures():
            value = score.statistics.get(measure.name)
            if value is not None:
                assert 0 <= value <= (1 if measure.unit == "share" else len(prediction))


@given(TEXTS, REFERENCES, TEXTS)
@QUICK
def test_a_prediction_that_equals_a_reference_is_perfect(prediction, references, article):
    found = Rouge(variants=("rouge1", "rougeL", "rougeLsum")).findings(
        case(prediction, [*references, prediction], [article])
    )
    if any(character in "abcdefghijklmnopqrstuvwxyz0123456789" for character in prediction.lower()):
        assert set(found.statistics.values()) == {1.0}
    else:
        assert not any(found.statistics.values())


@given(TEXTS, st.lists(TEXTS, min_size=2, max_size=4))
@QUICK
def test_the_order_of_references_does_not_matter_to_f(prediction, references):
    metric = Rouge(variants=VARIANTS)
    forwards = metric.findings(case(prediction, references, ["x"])).statistics
    backwards = metric.findings(case(prediction, references[::-1], ["x"])).statistics
    for variant in VARIANTS:
        assert forwards.get(f"{variant}-f") == backwards.get(f"{variant}-f")
    mean = Rouge(variants=VARIANTS, references="mean")
    assert mean.findings(case(prediction, references, ["x"])) == mean.findings(
        case(prediction, references[::-1], ["x"])
    )


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=3), TEXTS)
@QUICK
def test_one_more_reference_never_lowers_the_best_f(prediction, references, another):
    metric = Rouge(variants=VARIANTS)
    fewer = metric.findings(case(prediction, references, ["x"])).statistics
    more = metric.findings(case(prediction, [*references, another], ["x"])).statistics
    for variant in VARIANTS:
        assert more.get(f"{variant}-f", 0.0) >= fewer.get(f"{variant}-f", 0.0)


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=3))
@QUICK
def test_an_article_is_fully_supported_by_itself(article, others):
    found = Surface().findings(case(article, [], [article, *others])).statistics
    assert set(found.values()) <= {1.0}
    novelty = Headline().findings(case(article, [article], [article, *others])).statistics
    assert novelty.get("novel-1", 0.0) == novelty.get("novel-2", 0.0) == 0.0
    assert novelty.get("copied", 1.0) == novelty.get("leakage", 1.0) == 1.0


@given(TEXTS)
@QUICK
def test_spans_of_numbers_are_in_order_and_inside_the_text(text):
    end = 0
    for (start, stop), value in number_values(text):
        assert end <= start < stop <= len(text)
        assert value >= 0
        end = stop
