import pytest

from harness.checkers.account.coherence import name_split
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

        def measure(counted, text):
            ((one,),) = rules.examined(cluster, [text])
            return counted(rules.reading_of(cluster), one.reading)

        yield measure


@pytest.mark.parametrize(
    ("counted", "false", "true"),
    [
        (name_split, "Ulf Rensen sailed the ferry", "Ulf Renner sailed the ferry"),
    ],
)
def test_a_small_edit_is_noticed_and_the_true_text_is_not_blamed(found, counted, false, true):
    assert found(counted, false) > 0
    assert found(counted, true) == 0
