"""Public checkers by name, each against plain transformers code that follows its authors' own, on tiny weights."""

import re

import pytest

from harness.checkers.nli.checker import Nli
from harness.checkers.nli.chunks import chunks_of, sentences_of
from harness.checkers.nli.presets import NAMES, PRESETS, Chunking
from harness.config.build import load_component
from harness.errors import ConfigError, UsageError
from harness.records import Article, Cluster
from harness.registry import Registry
from tests.tiny_presets import save_alignscore, save_classifier, save_hhem, save_preset, save_t5

STRIKE = ("Teachers went on strike over pay on Monday.", "The union said two schools were closed.")
NEWS = [
    f"{('Police', 'The mayor', 'The court', 'The union')[at % 4]} said "
    f"{('three', 'two', 'not three')[at % 3]} {('people', 'teachers', 'schools', 'police', 'court')[at % 5]} were "
    f"{('hurt', 'closed')[at % 2]} in {('the town', 'a fire', 'a flood')[at // 5 % 3]} on Monday."
    for at in range(60)
]
"""Sixty sentences of eleven to thirteen tokens, all different enough for a random model."""
CLAIM = "Court upholds the ban"
CLUSTER = Cluster(
    cluster_id="c",
    articles=(
        Article(article_id="a", title="Fire in town", text=" ".join(NEWS)),
        Article(article_id="b", text="\n".join(STRIKE)),
    ),
)


@pytest.fixture(scope="module")
def weights_of(tmp_path_factory):
    pytest.importorskip("torch", reason="the models extra is not installed")
    made = {}

    def find(name):
        if name not in made:
            made[name] = save_preset(name, tmp_path_factory.mktemp(name))
        return made[name]

    return find


def grouped(sentences, size_of, most):
    """Sentences in the longest groups of at most `most`, as MiniCheck and FactCG cut a document."""
    groups, size = [[]], 0
    for sentence in sentences:
        if groups[-1] and size + size_of(sentence) > most:
            groups.append([])
            size = 0
        groups[-1].append(sentence)
        size += size_of(sentence)
    return groups


def softmax(row):
    import torch

    return torch.softmax(row.double(), dim=-1).tolist()


def loaded(folder, kind):
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    return tokenizer, getattr(transformers, kind).from_pretrained(folder).eval()


def classified(folder, texts):
    """Probabilities of each text or pair, one at a time, in eval mode."""
    import torch

    tokenizer, model = loaded(folder, "AutoModelForSequenceClassification")
    with torch.no_grad():
        return [softmax(model(**tokenizer(*text, return_tensors="pt")).logits[0]) for text in texts]


def answered(folder, texts):
    """First-token probabilities of 0 and 1, as minicheck/inference.py reads them: the decoder begins with a zero."""
    import torch

    tokenizer, model = loaded(folder, "T5ForConditionalGeneration")
    zero, one = (tokenizer.convert_tokens_to_ids(word) for word in "01")
    found = []
    for text in texts:
        batch = tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            logits = model(
                input_ids=batch["input_ids"],
                attention_mask=batch["attention_mask"],
                decoder_input_ids=torch.zeros((1, 1), dtype=torch.long),
            ).logits[0, 0]
        found.append(softmax(logits[[zero, one]]))
    return found


def minicheck_chunks(size_of, most):
    """An article is its title, a line end, its text; sentences are joined by blanks, paragraphs by line ends."""
    first, *others = grouped(["Fire in town", *NEWS], size_of, most)
    return ["\n".join([first[0], " ".join(first[1:])]), *(" ".join(group) for group in others), "\n".join(STRIKE)]


def words_and_marks(text):
    return len(re.findall(r"\w+|[^\w\s]", text))


def minicheck(parameters, eos):
    chunks = minicheck_chunks(words_and_marks, 400)
    assert len(chunks) == 3
    return max(row[1] for row in classified(parameters["model"], [(f"{chunk}{eos}{CLAIM}",) for chunk in chunks]))


def flan_t5(parameters):
    chunks = minicheck_chunks(lambda text: len(text.split()), 500)
    assert len(chunks) == 3
    return max(row[1] for row in answered(parameters["model"], [f"predict: {chunk}</s>{CLAIM}" for chunk in chunks]))


def factcg(parameters):
    chunks = ["\n".join(group) for group in grouped(["Fire in town", *NEWS], words_and_marks, 550)] + [
        "\n".join(STRIKE)
    ]
    assert len(chunks) == 3
    asked = (
        f'{chunk}\n\nChoose your answer: based on the paragraph above can we conclude that "{CLAIM}"?\n\nOPTIONS:\n'
        "- Yes\n- No\nI think the answer is "
        for chunk in chunks
    )
    return max(row[1] for row in classified(parameters["model"], [(text,) for text in asked]))


def alignscore(parameters):
    """BERTAlignModel by hand: the encoder's pooled output through the three-way layer, whose class 0 is aligned."""
    import torch
    from safetensors.torch import load_file
    from transformers import AutoConfig, AutoTokenizer, RobertaModel

    state = load_file(f"{parameters['model']}/model.safetensors")
    base = RobertaModel(AutoConfig.from_pretrained(parameters["model"])).eval()
    base.load_state_dict({name.removeprefix("base_model."): v for name, v in state.items() if "base_model." in name})
    tokenizer = AutoTokenizer.from_pretrained(parameters["model"])
    sentences = ["Fire in town", *NEWS]
    # n_chunk = words // 350 + 1; chunks of len(sentences) // n_chunk sentences.
    each = len(sentences) // (len(" ".join(sentences).split()) // 350 + 1)
    chunks = [" ".join(sentences[at : at + each]) for at in range(0, len(sentences), each)] + [" ".join(STRIKE)]
    assert len(chunks) == 5
    found = []
    for chunk in chunks:
        with torch.no_grad():
            pooled = base(**tokenizer(chunk, CLAIM, return_tensors="pt")).pooler_output[0]
        found.append(softmax(pooled @ state["tri_layer.weight"].T + state["tri_layer.bias"])[0])
    return max(found)


def hhem(parameters):
    """HHEMv2ForSequenceClassification.predict: the prompt, and the classes of the first token."""
    import torch
    from safetensors.torch import load_file
    from transformers import AutoConfig, AutoTokenizer, T5ForTokenClassification

    foundation = parameters["tokenizer"]
    model = T5ForTokenClassification(AutoConfig.from_pretrained(foundation)).eval()
    state = load_file(f"{parameters['model']}/model.safetensors")
    model.load_state_dict({name.removeprefix("t5."): value for name, value in state.items()})
    tokenizer = AutoTokenizer.from_pretrained(foundation)
    found = []
    for premise in ("Fire in town\n" + " ".join(NEWS), "\n".join(STRIKE)):
        text = (
            f"<pad> Determine if the hypothesis is true given the premise?\n\nPremise: {premise}\n\nHypothesis: {CLAIM}"
        )
        with torch.no_grad():
            logits = model(**tokenizer(text, return_tensors="pt")).logits[:, 0, :]
        found.append(softmax(logits[0])[1])
    return max(found)


def true_t5(parameters):
    premises = ("Fire in town\n" + " ".join(NEWS), "\n".join(STRIKE))
    rows = answered(parameters["model"], [f"premise: {premise} hypothesis: {CLAIM}" for premise in premises])
    return max(row[1] for row in rows)


def summac(parameters):
    """SummaCZS.image2score: the highest entailment less the highest contradiction, of -1 to 1; here moved to 0 to 1."""
    scores = []
    for sentences in (["Fire in town", *NEWS], STRIKE):
        rows = classified(parameters["model"], [(sentence, CLAIM) for sentence in sentences])
        scores.append(max(row[0] for row in rows) - max(row[1] for row in rows))
    return (1 + max(scores)) / 2


REFERENCES = {
    "minicheck-roberta": lambda parameters: minicheck(parameters, "</s>"),
    "minicheck-deberta": lambda parameters: minicheck(parameters, "[SEP]"),
    "minicheck-flan-t5": flan_t5,
    "factcg-deberta": factcg,
    "alignscore": alignscore,
    "hhem-2.1-open": hhem,
    "true-t5": true_t5,
    "summac-zs": summac,
}


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_gives_what_its_authors_code_gives(name, weights_of):
    parameters = weights_of(name)
    checker = Nli(preset=name, batch_size=3, **parameters)
    assert list(checker.problems()) == []
    with checker.open() as session:
        (verdict,) = session.check(CLUSTER, CLAIM)
    # Logits are rounded to four decimals: a probability moves by less than 0.0001.
    assert verdict.probability == pytest.approx(REFERENCES[name](parameters), abs=1e-4)
    assert verdict.reason.startswith(f"{name}: ")
    assert verdict.evidence


def test_the_table_names_every_preset_with_its_licence():
    assert tuple(PRESETS) == NAMES == tuple(REFERENCES)
    assert all(preset.licence and preset.source for preset in PRESETS.values())
    assert Nli.presets()["minicheck-roberta"] == (
        "lytang/MiniCheck-RoBERTa-Large; MIT (trained on ANLI, which is CC BY-NC 4.0); MiniCheck (Tang et al., 2024)"
    )


def test_a_preset_fills_in_its_own_and_can_be_built_again():
    short = Nli(preset="minicheck-roberta")
    assert (short.model, short.revision, short.max_tokens) == ("lytang/MiniCheck-RoBERTa-Large", "refs/pr/1", 512)
    assert Nli(**short.parameters()) == short
    assert "|preset:minicheck-roberta|" in short.signature()
    assert "preset" not in Nli(model="m").signature()
    assert Nli(preset="minicheck-roberta", model="mine").revision is None


def test_contradicting_articles_are_told_from_supporting_ones():
    """SummaC's difference decides the label as well: by a model that reads one word."""
    import numpy as np

    from harness.checkers.nli.published import PresetScorer, PresetSession

    class Upheld(PresetScorer):
        labels = ("entailment", "contradiction", "neutral")
        max_tokens = 500

        def __init__(self):
            self.seen = []

        def tokens(self, text):
            return len(text.split())

        def logits(self, pairs):
            self.seen += pairs
            rows = {"upholds": [5.0, 0, 0], "overturns": [0, 5.0, 0]}
            return np.array([rows.get(premise.split()[1], [0, 0, 5.0]) for premise, _ in pairs])

    def judged(*texts):
        articles = [Article(article_id=f"a{number}", text=text) for number, text in enumerate(texts)]
        session = PresetSession(Nli(preset="summac-zs"), PRESETS["summac-zs"], Upheld())
        return session.check(Cluster(cluster_id="c", articles=articles), CLAIM)[0]

    yes, no = "Court upholds the ban after a hearing.", "Court overturns the ban, as nobody had thought."
    supported, contradicted, contested, neither = judged(yes), judged(no), judged(yes, no), judged(STRIKE[0])
    # e^5 / (e^5 + 2) = .9867 for the class that is certain, .0066 for the others: (1 + .9867 - .0066) / 2 = .9900.
    assert (supported.label, supported.probability) == ("supported", pytest.approx(0.99, abs=1e-4))
    assert (contradicted.label, contradicted.probability) == ("contradicted", pytest.approx(0.01, abs=1e-4))
    assert (contested.label, contested.supporters, contested.contradictors) == ("contested", ("a0",), ("a1",))
    assert (neither.label, neither.contradictors) == ("supported", ())  # as likely entailed as contradicted: 0.5
    assert contradicted.evidence[0].text == no


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{preset: minichek-roberta}", r"accepted: 'minicheck-roberta', .*did you mean 'minicheck-roberta'"),
        ("{preset: alignscore}", r"alignscore needs a folder in `model`: its authors publish .* pickles"),
        ("{preset: hhem-2.1-open, labels: [entailment, neutral]}", "takes no labels: leave it out"),
        ("{preset: minicheck-roberta, evidence: 3, tokenizer: x}", "takes no evidence, tokenizer"),
        ("{}", "neither `model` nor `preset` is given; accepted presets: minicheck-roberta"),
    ],
)
def test_what_a_preset_cannot_be_is_refused_with_what_can(written, message):
    with pytest.raises(ConfigError, match=message):
        load_component("checker", f"nli: {written}", "--checker", Registry())


def opened(**parameters):
    with Nli(**parameters).open():
        raise AssertionError("opened")


def test_a_head_that_is_not_the_presets_is_refused_with_the_reason(tmp_path):
    pytest.importorskip("torch", reason="the models extra is not installed")
    three = str(save_classifier(tmp_path / "three", "roberta", 3, {0: "no", 1: "maybe", 2: "yes"}))
    with pytest.raises(UsageError, match=r"reads 2 outputs \(neutral, entailment\); .*three has 3: no, maybe, yes"):
        opened(preset="minicheck-roberta", model=three)
    problem = next(iter(Nli(preset="factcg-deberta", model=three).problems()))
    assert "model_type roberta in" in str(problem)
    assert "accepted: deberta-v2" in str(problem)
    with pytest.raises(UsageError, match=r"reads another architecture.*accepted: t5"):
        opened(preset="true-t5", model=three)
    with pytest.raises(UsageError, match="which says not which is entailment"):
        opened(preset="summac-zs", model=three)
    parts = save_preset("hhem-2.1-open", tmp_path)
    save_hhem(tmp_path / "hhem", tmp_path / "foundation", outputs=3)
    with pytest.raises(UsageError, match=r"the weights classifier\.\w+ are \(3.*; preset hhem-2\.1-open reads \(2"):
        opened(preset="hhem-2.1-open", **parts)
    no_zero = str(save_t5(tmp_path / "t5", leave_out=("0", "1")))
    with pytest.raises(UsageError, match="the answers 0 and 1, which the tokenizer cannot tell apart"):
        opened(preset="minicheck-flan-t5", model=no_zero)


def test_a_body_without_the_presets_head_is_refused(tmp_path):
    pytest.importorskip("torch", reason="the models extra is not installed")
    from safetensors.torch import load_file, save_file

    folder = save_alignscore(tmp_path)
    state = load_file(folder / "model.safetensors")
    save_file({name: v for name, v in state.items() if "tri_layer" not in name}, folder / "model.safetensors")
    with pytest.raises(
        UsageError, match=r"lacks the weights classifier\.out_proj\.bias, which preset alignscore reads"
    ):
        opened(preset="alignscore", model=str(folder))


def test_pickled_weights_come_with_the_way_out(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "roberta"}')
    (tmp_path / "pytorch_model.bin").write_bytes(b"x")
    (tmp_path / "tokenizer.json").write_text("{}")
    messages = [str(problem) for problem in Nli(preset="minicheck-roberta", model=str(tmp_path)).problems()]
    assert any("reading a pickle can run any code" in message for message in messages)
    assert any("conversion to safetensors" in message for message in messages)


def test_the_foundation_is_part_of_the_identity(weights_of):
    parameters = weights_of("hhem-2.1-open")
    identity = Nli(preset="hhem-2.1-open", **parameters).identity()
    assert {"weights", "foundation.tokenizer", "foundation.settings"} <= set(identity)


def test_what_is_too_long_is_cut_at_the_premise_and_never_at_the_claim(weights_of):
    with Nli(preset="minicheck-roberta", max_tokens=40, **weights_of("minicheck-roberta")).open() as session:
        scorer = session._scorer
        cut = scorer._cut("fire " * 100, CLAIM)
        # <s> premise </s> claim </s>: 40 - 3 - 4 words are left.
        assert len(cut.split()) == 33
        assert scorer.count(cut, CLAIM) == 40
        assert session.check(CLUSTER, "ban " * 90)[0].probability is not None


def articles(text, title=""):
    return Cluster(cluster_id="c", articles=(Article(article_id="a", title=title, text=text),))


def words(text):
    return len(text.split())


@pytest.mark.parametrize(
    ("chunking", "room", "texts"),
    [
        (Chunking("words", 8), 0, ["Rain\nOne two three. Four five six.", "Seven eight nine ten."]),
        (Chunking("words", 8, joint="\n"), 0, ["Rain\nOne two three.\nFour five six.", "Seven eight nine ten."]),
        (Chunking("window"), 4, ["Rain\nOne two three.", "Four five six.", "Seven eight nine ten."]),
        # 11 words // 6 + 1 = 2 chunks; 4 sentences // 2 = 2 each.
        (Chunking("even", 6, lines=False), 0, ["Rain One two three.", "Four five six. Seven eight nine ten."]),
        # `Rain` has no more than ten characters.
        (Chunking("sentence", 2), 0, ["One two three.", "Four five six."]),
    ],
)  # fmt: skip
def test_articles_are_cut_between_sentences(chunking, room, texts):
    cluster = articles("One two three. Four five six.\nSeven eight nine ten.", "Rain")
    assert [chunk.text for chunk in chunks_of(cluster, chunking, words, room)] == texts


def test_chunks_cite_the_sentences_that_share_words_with_the_claim():
    cluster = articles(" ".join(STRIKE) + " Rain fell all day in the hills.")
    (chunk,) = chunks_of(cluster, Chunking("window"), words, 100)
    (first, second) = chunk.evidence("Union said teachers were on strike over pay")
    assert [first.text, second.text] == list(STRIKE)
    assert [span.text for span in chunk.evidence("Zinc prices")] == [STRIKE[0]]
    assert [sentence.new_line for sentence in sentences_of(cluster.articles[0])] == [False, False, False]
