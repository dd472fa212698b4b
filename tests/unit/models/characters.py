"""Models of random weights that read and write a character a token, and clusters for them."""

from pathlib import Path

from harness.models.base import Answer
from harness.models.hf.model import Hf
from harness.records import Article, Cluster

CHARACTERS = sorted(set("\n abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:'-"))
SIZE = 7 + len(CHARACTERS)
"""Tokens of the vocabulary: four marks, three speakers of a chat, and the characters."""
CHAT = (
    "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def cluster(number: int, *texts: str, title: str = "") -> Cluster:
    articles = [Article(article_id=f"a{i}", title=title, text=text) for i, text in enumerate(texts)]
    return Cluster(cluster_id=f"c{number}", articles=tuple(articles))


CLUSTERS = [
    cluster(0, "The bridge over the Orla was closed on Monday. Nobody was hurt."),
    cluster(1, "Rain.", "Floods cut off two villages north of Tarn.", title="Flood"),
    cluster(2, "A mayor resigned after an audit found 300 unpaid bills. She denied any wrong."),
    cluster(3, "Ferries stopped."),
    cluster(4, "Teachers at forty schools went on strike over pay on Tuesday, the union said."),
    cluster(5, "Zinc prices rose, then fell, then rose again.", "The mine in Hale reopened."),
    cluster(6, "The court threw out the case."),
    cluster(7, "Voters in Mirren chose a new council. Turnout was 51 per cent, officials said on Friday."),
]


def tokenizer(folder: Path, chat: str | None = None) -> None:
    """One token a character, so that a line break is a likely thing to write."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    marks = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    special = [*marks.values(), "<user>", "<system>", "<assistant>"]
    vocabulary = {token: number for number, token in enumerate([*special, *CHARACTERS])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token=marks["unk_token"]))
    made.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    made.decoder = decoders.Fuse()
    fast = PreTrainedTokenizerFast(tokenizer_object=made, additional_special_tokens=special[4:], **marks)
    fast.chat_template = chat
    fast.save_pretrained(folder)


def texts(model: Hf, clusters: list[Cluster], seed: int = 13) -> list[Answer]:
    with model.open(seed) as session:
        answers = session.answer(clusters)
    assert all(isinstance(answer, Answer) for answer in answers), answers
    return answers
