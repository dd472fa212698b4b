import pytest
from pydantic import ValidationError

from harness.metrics.rouge import Rouge
from harness.records import Article, Case, Cluster, Prediction, Reference

VERSIONS = {"nupunkt": "0.8.0"}


def case(prediction: str, *references: str) -> Case:
    return Case(
        cluster=Cluster(
            cluster_id="c",
            articles=(Article(article_id="a", text="Nothing here is read."),),
            references=tuple(Reference(text=text) for text in references),
        ),
        prediction=Prediction(prediction_id="p", cluster_id="c", configuration="m", text=prediction),
    )


def test_the_promised_yaml_gives_f_p_r_of_each_variant_and_shows_f():
    metric = Rouge(variants=["rouge1", "rouge2", "rougeL"], stemmer=True, references="max")
    names = [f"{variant}-{aspect}" for variant in ("rouge1", "rouge2", "rougeL") for aspect in "fpr"]
    assert [measure.name for measure in metric.measures()] == names
    assert [measure.name for measure in metric.measures() if measure.shown] == ["rouge1-f", "rouge2-f", "rougeL-f"]
    assert set(metric.score(case("a cat", "the cat")).statistics) == set(names)
    assert metric == Rouge()


def test_numbers_worked_out_by_hand():
    # tokens: police kill the gunman | police killed the gunman (unstemmed: "killed" differs from "kill")
    found = Rouge(stemmer=False).findings(case("police kill the gunman", "Police killed the gunman."))
    assert found.statistics["rouge1-p"] == 3 / 4
    assert found.statistics["rouge2-r"] == 1 / 3  # the gunman
    assert found.statistics["rougeL-f"] == 3 / 4  # police the gunman
    stemmed = Rouge(stemmer=True).findings(case("police kill the gunman", "Police killed the gunman."))
    assert stemmed.statistics["rouge1-f"] == 1.0


def test_each_variant_takes_its_own_best_reference():
    # "b a" shares both tokens with the first reference but no order; the second has one token less and one bigram.
    found = Rouge(variants=("rouge1", "rouge2")).findings(case("b a", "a b", "b a x y"))
    assert found.statistics["rouge1-f"] == 1.0
    assert found.statistics["rouge2-p"] == 1.0
    assert found.statistics["rouge2-r"] == 1 / 3


def test_of_equally_good_references_the_first_gives_precision_and_recall():
    # F is 2/3 both times: (1/2, 1) against "a" and (1, 1/2) against "a b c d".
    first = Rouge(variants=("rouge1",)).findings(case("a b", "a", "a b c d")).statistics
    other = Rouge(variants=("rouge1",)).findings(case("a b", "a b c d", "a")).statistics
    assert first["rouge1-f"] == other["rouge1-f"] == pytest.approx(2 / 3)
    assert (first["rouge1-p"], other["rouge1-p"]) == (1 / 2, 1.0)


def test_mean_averages_over_the_references_that_have_tokens():
    found = Rouge(variants=("rouge1",), references="mean").findings(case("a b", "a b", "c d", "Путин"))
    assert found.statistics["rouge1-f"] == 0.5


def test_without_references_every_measure_says_so():
    found = Rouge().score(case("a"))
    assert not found.statistics
    assert set(found.unscorable.values()) == {"cluster has no references"}


def test_identical_cyrillic_texts_are_unscorable_and_not_zero():
    found = Rouge().findings(case("Путин в Алматы", "Путин в Алматы"))
    assert set(found.unscorable.values()) == {"no reference has a letter a-z or a digit, which is all that ROUGE sees"}


def test_a_prediction_without_a_token_scores_zero_against_a_reference_with_some():
    assert set(Rouge().findings(case("Путин", "Putin in Almaty")).statistics.values()) == {0.0}


def test_a_signature_holds_what_its_measure_depends_on_and_no_more():
    signatures = Rouge(variants=("rouge2", "rougeLsum"), lsum_split="sentences").signatures(VERSIONS)
    assert signatures["rouge2-f"] == "rouge2-f|stemmer:porter|refs:max|rouge-score:0.1.2|v:1"
    assert signatures["rougeLsum-p"] == (
        "rougeLsum-p|stemmer:porter|refs:max|lsum:sentences|rouge-score:0.1.2|nupunkt:0.8.0|v:1"
    )
    plain = Rouge(variants=("rouge2",), stemmer=False, references="mean")
    assert plain.signatures({})["rouge2-r"] == "rouge2-r|stemmer:none|refs:mean|rouge-score:0.1.2|v:1"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"variants": []}, "at least 1 item"),
        ({"variants": ["rouge1", "rouge1"]}, "rouge1 named more than once"),
        ({"variants": ["rouge-l"]}, "rougeLsum"),
        ({"references": "best"}, "'max' or 'mean'"),
        ({"stemming": True}, "Extra inputs"),
    ],
)
def test_wrong_parameters_are_refused(parameters: dict[str, object], message: str):
    with pytest.raises(ValidationError, match=message):
        Rouge(**parameters)
