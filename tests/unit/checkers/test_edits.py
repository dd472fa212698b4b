import pytest

from harness.checkers.edits import edit_signals
from harness.checkers.rules import Rules
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
            return edit_signals(rules.reading_of(cluster), one.reading)

        yield measure


@pytest.mark.parametrize(
    ("signal", "false", "true"),
    [
        ("strange_run", "Merrin to be sentenced by a haughty jury", "Merrin to be sentenced in Calloway"),
        ("strange_phrase", "Merrin to be sentenced in Denmark", "Merrin to be sentenced in Calloway"),
        ("time_strange", "Merrin to be sentenced on Friday", "Merrin to be sentenced on 29 July"),
        ("denied_only", "Fuel escaped from the ferry", "No fuel escaped from the ferry"),
        ("name_split", "Ulf Rensen sailed the ferry", "Ulf Renner sailed the ferry"),
        ("title_other", "Captain Olaf Rensen sailed the ferry", "Captain Ulf Renner sailed the ferry"),
        ("figure_rival", "Eleven workers were rescued from the mill", "Twelve workers were rescued from the mill"),
    ],
)
def test_a_small_edit_is_noticed_and_the_true_text_is_not_blamed(found, signal, false, true):
    assert found(false)[signal] > 0
    assert found(true)[signal] == 0
