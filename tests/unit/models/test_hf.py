import json
import logging
import shutil
import subprocess
import sys
from importlib import util
from pathlib import Path

import pytest

from harness.errors import ConfigError, MissingExtraError, UsageError
from harness.models.base import Answer
from harness.models.hf import Hf
from harness.records import Article, Cluster
from harness.registry import Registry

torch = pytest.importorskip("torch", reason="the models extra is not installed")
transformers = pytest.importorskip("transformers", reason="the models extra is not installed")

CHARACTERS = sorted(set("\n abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:'-"))
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

    marks = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    special = [*marks.values(), "<user>", "<system>", "<assistant>"]
    vocabulary = {token: number for number, token in enumerate([*special, *CHARACTERS])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token=marks["unk_token"]))
    made.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    made.decoder = decoders.Fuse()
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=made, additional_special_tokens=special[4:], **marks)
    fast.chat_template = chat
    fast.save_pretrained(folder)


SIZE = 7 + len(CHARACTERS)


@pytest.fixture(scope="module")
def causal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama of random weights: what it writes means nothing, but depends on every token it is given."""
    folder = tmp_path_factory.mktemp("causal")
    tokenizer(folder, CHAT)
    torch.manual_seed(2)
    config = transformers.LlamaConfig(
        vocab_size=SIZE,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        initializer_range=0.5,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )
    model = transformers.LlamaForCausalLM(config)
    # Settings that must not be taken over: a checkpoint's own taste in sampling.
    model.generation_config.update(do_sample=True, temperature=0.2, repetition_penalty=1.7, min_new_tokens=12)
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def seq2seq(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BART of random weights."""
    folder = tmp_path_factory.mktemp("seq2seq")
    tokenizer(folder)
    torch.manual_seed(5)
    config = transformers.BartConfig(
        vocab_size=SIZE,
        d_model=32,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=256,
        init_std=0.4,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
        decoder_start_token_id=2,
        forced_eos_token_id=None,
    )
    transformers.BartForConditionalGeneration(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("prompts") / "headline.md"
    file.write_text("{articles}\n\nHeadline:\n", encoding="utf-8")
    return str(file)


def texts(model: Hf, clusters: list[Cluster], seed: int = 13) -> list[Answer]:
    with model.open(seed) as session:
        answers = session.answer(clusters)
    assert all(isinstance(answer, Answer) for answer in answers), answers
    return answers


def greedy_by_hand(folder: Path, prompts: list[str], new_tokens: int) -> list[str]:
    """The definition of greedy decoding: the likeliest next token, one text at a time, no cache, no generate()."""
    fast = transformers.AutoTokenizer.from_pretrained(folder)
    config = transformers.AutoConfig.from_pretrained(folder)
    kind = transformers.AutoModelForSeq2SeqLM if config.is_encoder_decoder else transformers.AutoModelForCausalLM
    model = kind.from_pretrained(folder, config=config, dtype="float32").eval()
    written = []
    for prompt in prompts:
        given = fast(prompt, add_special_tokens=False, return_tensors="pt")["input_ids"]
        new = torch.tensor([[config.decoder_start_token_id]]) if config.is_encoder_decoder else given[:, :0]
        while new.shape[1] < new_tokens + bool(config.is_encoder_decoder):
            with torch.inference_mode():
                if config.is_encoder_decoder:
                    scores = model(input_ids=given, decoder_input_ids=new).logits
                else:
                    scores = model(input_ids=torch.cat([given, new], dim=1)).logits
            new = torch.cat([new, scores[:, -1].argmax(dim=-1, keepdim=True)], dim=1)
            if new[0, -1] == config.eos_token_id:
                break
        written.append(fast.decode(new[0], skip_special_tokens=True))
    return written


@pytest.mark.parametrize("batch_size", [1, 3, 8])
def test_a_causal_text_is_the_greedy_one_whatever_its_batch(causal: Path, template: str, batch_size: int) -> None:
    # Sixteen tokens; the checkpoint's own generation settings say twelve at least, sampled with a penalty.
    model = Hf(
        checkpoint=str(causal),
        prompt=template,
        system="be brief",
        generation={"max_new_tokens": 16},
        postprocess=(),
        batch_size=batch_size,
    )
    prompts = [
        "<system>be brief<user>"
        + "\n\n".join(
            f"Article {i}:\n" + (f"{article.title}\n" if article.title else "") + article.text
            for i, article in enumerate(one.articles, start=1)
        )
        + "\n\nHeadline:<assistant>"
        for one in CLUSTERS
    ]
    answers = texts(model, CLUSTERS)
    assert [answer.text for answer in answers] == greedy_by_hand(causal, prompts, 16)
    # One token a character, and one for each of the three marks of the chat template.
    assert [answer.tokens_in for answer in answers] == [
        len(p.replace("<system>", "1").replace("<user>", "1").replace("<assistant>", "1")) for p in prompts
    ]


@pytest.mark.parametrize("batch_size", [1, 8])
def test_a_seq2seq_text_is_the_greedy_one_whatever_its_batch(seq2seq: Path, batch_size: int) -> None:
    # Without a template the articles are given bare.
    model = Hf(checkpoint=str(seq2seq), generation={"max_new_tokens": 16}, postprocess=(), batch_size=batch_size)
    prompts = ["\n\n".join(f"{a.title}\n{a.text}".strip() for a in one.articles) for one in CLUSTERS]
    answers = texts(model, CLUSTERS)
    assert [answer.text for answer in answers] == greedy_by_hand(seq2seq, prompts, 16)
    # The last one writes its end at once: that is a refusal, and its text stays empty for the run to report.
    assert [answer.stopped for answer in answers] == ["length"] * 7 + ["refused"]
    assert answers[7].tokens_out == 1


def test_the_beginning_of_a_reply_stands_in_the_models_turn(causal: Path, tmp_path: Path) -> None:
    (tmp_path / "reply.md").write_text("{articles}\n\nSum up.\n\n{reply}Headline:", encoding="utf-8")
    (article,) = CLUSTERS[3].articles
    for chat, prompt in (
        ("yes", f"<user>Article 1:\n{article.text}\n\nSum up.<assistant>Headline:"),
        ("no", f"Article 1:\n{article.text}\n\nSum up.\n\nHeadline:"),
    ):
        model = Hf(
            checkpoint=str(causal),
            prompt=str(tmp_path / "reply.md"),
            chat=chat,
            generation={"max_new_tokens": 8},
            postprocess=(),
        )
        assert [texts(model, CLUSTERS[3:4])[0].text] == greedy_by_hand(causal, [prompt], 8)


def test_stopping_at_the_line_break_changes_no_headline(causal: Path, template: str) -> None:
    common = {"checkpoint": str(causal), "prompt": template, "generation": {"max_new_tokens": 48}, "batch_size": 8}
    stopped, full = (texts(Hf(**common, stop_at_newline=stop), CLUSTERS) for stop in (True, False))
    assert [answer.text for answer in stopped] == [answer.text for answer in full]
    assert [answer.stopped for answer in stopped] == [answer.stopped for answer in full]
    assert {"end", "length"} == {answer.stopped for answer in stopped}, "the clusters should try both"
    assert sum(answer.tokens_out or 0 for answer in stopped) < sum(answer.tokens_out or 0 for answer in full)
    for short, long in zip(stopped, full, strict=True):
        assert (long.raw_text or long.text).startswith(short.raw_text or short.text)
        assert (short.raw_text is None) == (not short.postprocess)


def test_sampling_depends_on_seed_and_cluster_only(causal: Path, template: str) -> None:
    model = Hf(
        checkpoint=str(causal), prompt=template, generation={"do_sample": True, "temperature": 1.5, "max_new_tokens": 8}
    )
    before = torch.random.get_rng_state()
    first = [answer.text for answer in texts(model, CLUSTERS)]
    again = [answer.text for answer in texts(model, CLUSTERS[::-1])][::-1]
    assert first == again
    assert torch.equal(before, torch.random.get_rng_state()), "the caller's random numbers were touched"
    assert first != [answer.text for answer in texts(model, CLUSTERS, seed=14)]
    renamed = [one.model_copy(update={"cluster_id": f"other{one.cluster_id}"}) for one in CLUSTERS]
    assert first != [answer.text for answer in texts(model, renamed)]


@pytest.mark.parametrize(
    "generation",
    [{"repetition_penalty": 1.8}, {"no_repeat_ngram_size": 2}, {"num_beams": 3}, {"encoder_repetition_penalty": 1.5}],
)
def test_other_ways_of_decoding_are_the_same_in_any_batch(causal: Path, template: str, generation: dict) -> None:
    common = {"checkpoint": str(causal), "prompt": template, "generation": {"max_new_tokens": 12, **generation}}
    one, eight = (texts(Hf(**common, batch_size=size), CLUSTERS) for size in (1, 8))
    assert [answer.text for answer in one] == [answer.text for answer in eight]
    greedy = texts(Hf(**{**common, "generation": {"max_new_tokens": 12}}), CLUSTERS)
    assert [answer.text for answer in one] != [answer.text for answer in greedy]


def test_a_long_cluster_is_cut_to_the_context(causal: Path, template: str) -> None:
    long = cluster(9, "The dam held. " * 100, "Rain fell. " * 100, "It is over.")
    (answer,) = texts(Hf(checkpoint=str(causal), prompt=template), [long])
    # The context of 512 tokens less 32 new ones.
    assert answer.tokens_in is not None
    assert 440 <= answer.tokens_in <= 512 - 32
    assert answer.prompt is not None
    assert answer.prompt.dropped_characters > 1500
    assert answer.prompt.article_ids == ("a0", "a1", "a2")
    assert "It is over." in answer.prompt.text
    with Hf(checkpoint=str(causal), prompt=template).open(13) as session:
        session._budget = 10_000  # as if the tokens of the parts had been far fewer than those of the whole
        (answer,) = session.answer([long])
    assert answer.tokens_in <= 512 - 32


def test_a_template_without_room_for_articles_is_refused(causal: Path, tmp_path: Path) -> None:
    (tmp_path / "long.md").write_text("{articles}" + "Be brief. " * 60, encoding="utf-8")
    with pytest.raises(UsageError, match=r"reads 480 tokens beside the new ones, and the prompt template takes 6\d\d"):
        Hf(checkpoint=str(causal), prompt=str(tmp_path / "long.md")).open(1).__enter__()


def test_one_cluster_that_fails_does_not_take_its_batch_along(
    causal: Path, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.models.hf_together import Together

    read = Together._read

    def failing(self, prompt, room):
        if len(prompt) == 40:  # cluster 3
            raise RuntimeError("no such thing, say")
        return read(self, prompt, room)

    model = Hf(checkpoint=str(causal), prompt=template, batch_size=8)
    whole = texts(model, CLUSTERS)
    assert whole[3].tokens_in == 40
    monkeypatch.setattr(Together, "_read", failing)
    with model.open(13) as session:
        answers = session.answer(CLUSTERS)
    assert [type(answer).__name__ for answer in answers] == ["Answer"] * 3 + ["ModelError"] + ["Answer"] * 4
    assert str(answers[3]) == "RuntimeError: no such thing, say"
    assert [a.text for i, a in enumerate(answers) if i != 3] == [a.text for i, a in enumerate(whole) if i != 3]


def test_nothing_reaches_the_terminal_and_settings_are_put_back(
    causal: Path, template: str, capfd: pytest.CaptureFixture[str]
) -> None:
    log = transformers.utils.logging
    before = (log.get_verbosity(), log.is_progress_bar_enabled())
    logging.getLogger("transformers").setLevel(logging.INFO)
    texts(Hf(checkpoint=str(causal), prompt=template, generation={"min_new_tokens": 40}), CLUSTERS[:2])
    assert capfd.readouterr() == ("", "")
    assert log.get_verbosity() == logging.INFO
    log.set_verbosity(before[0])
    assert log.is_progress_bar_enabled() == before[1]


def test_weights_are_freed_when_the_session_ends(causal: Path, template: str) -> None:
    import gc
    import weakref

    with Hf(checkpoint=str(causal), prompt=template).open(1) as session:
        weights = weakref.ref(session._model)
        assert weights() is not None
    gc.collect()
    assert weights() is None


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "needs `prompt`"),
        ({"task": "seq2seq"}, r"is a causal model \(llama\), not seq2seq"),
        ({"prompt": "here/no.md"}, r"prompt template cannot be read: here/no\.md: no such file"),
        ({"device": "cuda:7"}, "torch sees no CUDA device"),
        ({"generation": {"cache_implementation": "none such"}}, "generation: Invalid `cache_implementation`"),
    ],
)
def test_what_does_not_fit_the_checkpoint_is_refused(causal: Path, parameters: dict, message: str) -> None:
    if "device" in parameters and torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    if "generation" in parameters or "device" in parameters:
        (causal / "p.md").write_text("{articles}", encoding="utf-8")
        parameters = {**parameters, "prompt": str(causal / "p.md")}
    with pytest.raises(UsageError, match=message):
        Hf(checkpoint=str(causal), **parameters).open(1).__enter__()


def test_a_system_message_needs_a_chat_template(seq2seq: Path, causal: Path, template: str) -> None:
    with pytest.raises(UsageError, match="system needs a chat template"):
        Hf(checkpoint=str(seq2seq), system="be brief").open(1).__enter__()
    with pytest.raises(UsageError, match="has no chat template"):
        Hf(checkpoint=str(seq2seq), chat="yes").open(1).__enter__()
    plain = texts(Hf(checkpoint=str(causal), prompt=template, chat="no"), CLUSTERS[:1])
    chat = texts(Hf(checkpoint=str(causal), prompt=template), CLUSTERS[:1])
    assert chat[0].tokens_in == (plain[0].tokens_in or 0) + 2  # <user> and <assistant>


def test_pickles_are_refused(causal: Path, template: str, tmp_path: Path) -> None:
    folder = tmp_path / "pickled"
    shutil.copytree(causal, folder)
    weights = transformers.AutoModelForCausalLM.from_pretrained(folder).state_dict()
    torch.save(weights, folder / "pytorch_model.bin")
    model = Hf(checkpoint=str(folder), prompt=template)
    (folder / "model.safetensors").rename(folder / "other.safetensors")
    with pytest.raises(UsageError, match=r"no file named model\.safetensors"):
        model.open(1).__enter__()
    (folder / "other.safetensors").unlink()
    (problem,) = model.problems()
    assert problem.path == "checkpoint"
    assert "only pickled weights (pytorch_model.bin)" in problem.message
    assert "save_pretrained" in problem.message
    with pytest.raises(UsageError, match="only pickled weights"):
        model.open(1).__enter__()


def test_a_checkpoint_that_cannot_write_is_refused(causal: Path, template: str, tmp_path: Path) -> None:
    headless = tmp_path / "headless"
    model = transformers.AutoModel.from_pretrained(causal)
    model.save_pretrained(headless)
    tokenizer(headless)
    with pytest.raises(UsageError, match=r"lacks 1 weights of a LlamaForCausalLM, for instance lm_head\.weight"):
        Hf(checkpoint=str(headless), prompt=template).open(1).__enter__()
    settings = json.loads((headless / "config.json").read_text())
    (headless / "config.json").write_text(json.dumps({**settings, "architectures": ["LlamaForSequenceClassification"]}))
    with pytest.raises(UsageError, match="is a LlamaForSequenceClassification, which cannot write text"):
        Hf(checkpoint=str(headless), prompt=template).open(1).__enter__()


def test_code_that_comes_with_a_checkpoint_is_not_run(causal: Path, template: str, tmp_path: Path) -> None:
    folder = tmp_path / "own-code"
    shutil.copytree(causal, folder)
    settings = json.loads((folder / "config.json").read_text())
    settings |= {"model_type": "own", "auto_map": {"AutoConfig": "own.OwnConfig"}}
    (folder / "config.json").write_text(json.dumps(settings))
    (folder / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    with pytest.raises(UsageError, match="set `trust_remote_code: true` if you have read it and trust it"):
        Hf(checkpoint=str(folder), prompt=template).open(1).__enter__()
    assert not (tmp_path / "ran").exists()


def test_generation_parameters_are_checked_without_transformers(causal: Path, template: str) -> None:
    wrong = {
        "max_new_token": 24,
        "max_length": 60,
        "temperature": 0.7,
        "length_penalty": 2.0,
        "num_beams": 0,
        "min_new_tokens": 2,
    }
    model = Hf(checkpoint=str(causal), prompt=template, generation=wrong)
    found = {problem.path: problem for problem in model.problems()}
    assert set(found) == {f"generation.{name}" for name in wrong if name not in ("min_new_tokens", "length_penalty")}
    assert found["generation.max_new_token"].nearest == "max_new_tokens"
    assert found["generation.max_length"].nearest == "max_new_tokens"
    assert "do_sample" in found["generation.temperature"].message
    assert found["generation.num_beams"].found == "0"
    with pytest.raises(ConfigError, match=r"generation\.max_new_token: unknown generation parameter"):
        model.open(1)


def test_every_accepted_generation_parameter_is_known_to_transformers() -> None:
    from harness.models.generation import NAMES

    config = transformers.GenerationConfig()
    assert [name for name in sorted(NAMES) if not hasattr(config, name)] == []


def test_the_signature_holds_what_shapes_a_text_and_nothing_else(causal: Path) -> None:
    model = Hf(checkpoint="owner/name", generation={"max_new_tokens": 24})
    for neutral in (
        {"batch_size": 8},
        {"batch_tokens": 64},
        {"verify": 3},
        {"device": "cpu"},
        {"stop_at_newline": False},
    ):
        assert model.model_copy(update=neutral).signature() == model.signature()
    assert Hf(checkpoint="owner/name").signature() != model.signature()
    named = {Hf(checkpoint="owner/name", dtype=dtype).signature() for dtype in ("auto", "float32", "bfloat16", "int8")}
    assert len(named) == 4
    assert "postprocess:first_line@1+" in model.signature()
    # The defaults in force stand in the record; naming one of them changes nothing.
    assert model.parameters()["generation"]["do_sample"] is False
    assert Hf(checkpoint="owner/name", generation={"max_new_tokens": 24, "num_beams": 1}) == model
    assert Hf(checkpoint="x", generation={"do_sample": True}).parameters()["generation"]["top_k"] == 50


def test_identity_tells_weights_tokenizer_and_prompt_apart(causal: Path, template: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(causal, copy)
    (tmp_path / "p.md").write_text("{articles}\n\nHeadline:", encoding="utf-8")
    model = Hf(checkpoint=str(causal), prompt=template).identity()
    same = Hf(checkpoint=str(copy), prompt=str(tmp_path / "p.md")).identity()
    assert same == model
    assert set(model) == {"weights", "tokenizer", "settings", "prompt"}
    assert all(len(digest) == 16 for digest in model.values())
    weights = bytearray((copy / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (copy / "model.safetensors").write_bytes(weights)
    (tmp_path / "p.md").write_text("{articles}\n\nTitle:", encoding="utf-8")
    changed = Hf(checkpoint=str(copy), prompt=str(tmp_path / "p.md")).identity()
    assert {part for part in model if model[part] != changed[part]} == {"weights", "prompt"}


def test_a_missing_extra_is_named(template: str, causal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name, *a: None if name == "torch" else find_spec(name, *a))
    model = Hf(checkpoint=str(causal), prompt=template)
    assert "model hf needs torch, which is not installed" in str(next(model.problems()))
    with pytest.raises(MissingExtraError, match=r"needs torch, which is not installed: pip install 'headline"):
        model.open(1)


def test_validation_loads_neither_torch_nor_transformers(causal: Path, template: str) -> None:
    code = (
        "import sys; from harness.models.hf import Hf; "
        f"m = Hf(checkpoint={str(causal)!r}, prompt={template!r}); assert not list(m.problems()); m.identity(); "
        "m.signature(); assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_problems_of_the_prompt(causal: Path, tmp_path: Path) -> None:
    def found(**parameters: object) -> list[str]:
        return [str(problem) for problem in Hf(checkpoint=str(causal), **parameters).problems()]

    file = tmp_path / "headline.md"
    file.write_text("{articles}", encoding="utf-8")
    assert found(prompt=str(file)) == []
    assert found(task="seq2seq") == []
    assert "prompt: a causal model needs a prompt template" in found()[0]
    assert f"did you mean {str(file)!r}?" in found(prompt=str(tmp_path / "headlines.md"))[0]
    assert "system: a system message needs a chat template" in found(prompt=str(file), system="x", chat="no")[0]
    file.write_text("Sum up {article} in {count} words", encoding="utf-8")
    unknown, absent = found(prompt=str(file))
    assert "headline.md:1" in unknown
    assert "found {article}" in unknown
    assert "did you mean '{articles}'?" in unknown
    assert "no place for the articles" in absent


def test_the_registry_finds_it_and_yaml_booleans_are_read() -> None:
    assert Registry().find("model", "hf") is Hf
    assert Hf(checkpoint="x", chat=True).chat == "yes"
    assert Hf(checkpoint="x", chat=False).chat == "no"
    with pytest.raises(ValueError, match=r"unknown step 'quote'; accepted: first_line, .*; did you mean 'quotes'"):
        Hf(checkpoint="x", postprocess=["quote"])
