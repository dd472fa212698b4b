import pytest

from harness.checkers.rules import Rules
from harness.checkers.unreal import edit_signals
from harness.records import Article, Cluster

pytest.importorskip("spacy", reason="the claims extra is not installed")

ARTICLE = (
    "Merrin will be sentenced on 29 July in Calloway. Police said that no fuel escaped from the ferry. "
    "Captain Ulf Renner sailed the ferry, and the second officer was Olaf Rensen. Twelve workers were rescued from the "
    "mill by eleven crews. The council praised the campaigners."
)


@pytest.fixture(scope="module")
def found():
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=ARTICLE),))
    with Rules().open() as rules:

        def measure(text):
            ((one,),) = rules.examined(cluster, [text])
            return edit_signals(rules.reading_of(cluster), one.reading, one.alignment)

        yield measure


@pytest.mark.parametrize(
    ("signal", "false", "true"),
    [
        ("planned_past", "Merrin was sentenced in Calloway", "Merrin will be sentenced in Calloway"),
        ("denied_only", "Fuel escaped from the ferry", "No fuel escaped from the ferry"),
        ("name_split", "Ulf Rensen sailed the ferry", "Ulf Renner sailed the ferry"),
        ("title_other", "Captain Olaf Rensen sailed the ferry", "Captain Ulf Renner sailed the ferry"),
        ("figure_rival", "Eleven workers were rescued from the mill", "Twelve workers were rescued from the mill"),
        ("predicate_other", "The council sued the campaigners", "The council praised the campaigners"),
    ],
)
def test_a_small_edit_is_noticed_and_the_true_text_is_not_blamed(found, signal, false, true):
    assert found(false)[signal] > 0
    assert found(true)[signal] == 0
