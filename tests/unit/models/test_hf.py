"""What a transformers model writes: by the definition of decoding, in any batch."""

import logging
from pathlib import Path

import pytest

from harness.models.hf.model import Hf
from tests.unit.models.characters import CLUSTERS, cluster, texts

torch = pytest.importorskip("torch", reason="the models extra is not installed")
transformers = pytest.importorskip("transformers", reason="the models extra is not installed")


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
        session._prompting._budget = 10_000  # as if the tokens of the parts had been far fewer than those of the whole
        (answer,) = session.answer([long])
    assert answer.tokens_in <= 512 - 32


def test_one_cluster_that_fails_does_not_take_its_batch_along(
    causal: Path, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.models.hf.together import Together

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
