"""The shipped entailment model's reader, held against the libraries that train it."""

import numpy as np
import pytest

from harness.checkers.evidence import EvidenceIndex
from harness.checkers.neural.encoder import Encoder, Shape, erf, narrowed, widened
from harness.checkers.neural.entailment import (
    MOST_TOKENS,
    SHARED_LAYERS,
    plain,
    shipped,
    shipped_digest,
    tensors,
    window,
)
from harness.checkers.neural.wordpiece import WordPiece
from harness.records import Article, Cluster

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "cafe", "rain", "##s", "##ed", "fell", ",", "'", "東",
              "9", "##0", "u", ".", "s", "-", "$"]  # fmt: skip
TEXTS = (
    "The Café rains, rained; fell.", "90 900 9x U.S. rain's", "東京 rain\u200bfell\u00a0the", "", "the" * 60,
    "-rain-$90", "RAINED\tfell\nthe \x00 e\u0301 cafe\u0301 ﬁ",
)  # fmt: skip


def test_pieces_are_those_of_the_tokenizers_library():
    tokenizers = pytest.importorskip("tokenizers")
    theirs = tokenizers.BertWordPieceTokenizer(
        {piece: number for number, piece in enumerate(VOCABULARY)}, lowercase=True
    )
    ours = WordPiece(VOCABULARY)
    for text in TEXTS:
        assert ours.encode(text) == theirs.encode(text, add_special_tokens=False).ids, text


@pytest.mark.parametrize("most", [12, 13, 20, 64])
def test_pairs_are_cut_as_the_tokenizers_library_cuts_them(most):
    tokenizers = pytest.importorskip("tokenizers")
    theirs = tokenizers.BertWordPieceTokenizer({piece: number for number, piece in enumerate(VOCABULARY)})
    theirs.enable_truncation(most, strategy="longest_first")
    ours = WordPiece(VOCABULARY)
    long, longer, short = "rain fell the cafe " * 3, "the fell rains , " * 5, "rain fell"
    for first, second in ((long, longer), (longer, long), (long, short), (short, long), (short, short), (long, long)):
        wanted = theirs.encode(first, second)
        assert ours.pair(first, second, most) == (wanted.ids, wanted.type_ids)


def test_the_encoder_gives_the_logits_that_transformers_gives():
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    export = pytest.importorskip("training.export")
    training = pytest.importorskip("training.model")
    torch.manual_seed(5)
    config = transformers.BertConfig(
        vocab_size=20, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=48,
        max_position_embeddings=160,
    )  # fmt: skip
    model = training.CrossEncoder(transformers.BertModel(config, add_pooling_layer=False)).eval()
    arrays = export.exported(model.state_dict(), layers=2)
    with torch.no_grad():  # the bytes' rounding is no fault of the arithmetic: let both have the same weights
        for name, value in model.state_dict().items():
            if value.ndim == 2 and "position" not in name and "token_type" not in name and name != "head.weight":
                value.copy_(torch.from_numpy(widened(*narrowed(value.numpy()))))
    numbers, segments = [2, 4, 6, 9, 3, 5, 7, 3], [0, 0, 0, 0, 0, 1, 1, 1]
    with torch.no_grad():
        wanted = model(
            input_ids=torch.tensor([numbers]), token_type_ids=torch.tensor([segments]),
            attention_mask=torch.ones(1, 8, dtype=torch.long),
        )[0].numpy()  # fmt: skip
    encoder = Encoder(arrays, Shape(2, 3))
    np.testing.assert_allclose(encoder.logits(numbers, segments), wanted, atol=2e-5)
    with torch.no_grad():  # the states after each layer as well
        told = model.encoder(
            input_ids=torch.tensor([numbers]), token_type_ids=torch.tensor([segments]), output_hidden_states=True
        ).hidden_states  # fmt: skip
    for ours, theirs in zip(encoder.states(numbers, segments, 2), told[1:], strict=True):
        np.testing.assert_allclose(ours, theirs[0].numpy(), atol=2e-5)


def test_arrays_are_read_as_the_safetensors_library_writes_them():
    numpy = pytest.importorskip("safetensors.numpy")
    drawn = np.random.default_rng(1)
    held = {"a": drawn.integers(-127, 127, (3, 5)).astype(np.int8), "b": drawn.normal(size=7).astype(np.float32)}
    found = tensors(numpy.save(held))
    assert set(found) == set(held)
    for name, value in held.items():
        np.testing.assert_array_equal(found[name], value)


def test_bytes_keep_each_number_to_half_a_step():
    drawn = np.random.default_rng(3).normal(size=(6, 40)).astype(np.float32)
    stored, scale = narrowed(drawn)
    assert stored.dtype == np.int8
    assert (np.abs(widened(stored, scale) - drawn) <= scale[:, None] / 2 + 1e-6).all()


def test_the_error_function_is_scipys():
    special = pytest.importorskip("scipy.special")
    at = np.linspace(-4, 4, 401).astype(np.float32)
    np.testing.assert_allclose(erf(at), special.erf(at), atol=5e-7)


def test_the_card_names_the_shipped_weights():
    import hashlib
    from importlib.resources import files

    folder = files("harness.checkers.neural") / "minilm"
    names = ("weights.safetensors", "parties.safetensors", "reading.safetensors")
    held = [folder.joinpath(name).read_bytes() for name in names]
    digest = hashlib.sha256(b"".join(held)).hexdigest()[:16]
    assert shipped_digest() == digest
    assert digest in folder.joinpath("model_card.md").read_text(encoding="utf-8")


def cluster(*texts: str) -> Cluster:
    return Cluster(cluster_id="c", articles=tuple(Article(article_id=f"a{n}", text=t) for n, t in enumerate(texts)))


STORY = ("A ferry sank off Lindholm on Monday, and eleven passengers drowned. The captain was arrested in the harbour.",
         "The operator said the vessel had been inspected in May.")  # fmt: skip


def test_the_window_holds_what_bears_on_a_claim_in_the_order_of_the_articles():
    found = window(EvidenceIndex(cluster(*STORY)), "The operator arrested: eleven passengers drowned")
    assert found.index("drowned") < found.index("arrested") < found.index("operator")


def test_typography_and_separators_do_not_change_what_is_read():
    assert plain("“1,200” cafe\u0301 — 3\u202f000") == plain('"1200" café - 3000')


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("Eleven drown as ferry goes down", "Nobody hurt as ferry goes down"),
        ("Captain in custody over ferry deaths", "Captain praised over ferry deaths"),
        ("Vessel was checked in May, operator says", "Vessel was never checked, operator says"),
    ],
)
def test_a_true_paraphrase_is_likelier_than_its_opposite(true, false):
    index = EvidenceIndex(cluster(*STORY))
    model = shipped()
    assert model.judge(window(index, true), true).entailed > model.judge(window(index, false), false).entailed


@pytest.mark.parametrize("claim", ["", "zxcv qwer", "rain " * 400, "東京" * 200])
def test_any_claim_gets_finite_numbers(claim):
    found = shipped().judge(" ".join(STORY), claim)
    assert np.isfinite([found.entailed, found.contradicted]).all()
    assert MOST_TOKENS == 160


IN_ORDER = (
    "Harbour pilots walk out over night shifts", "Second bridge closes after crack is found",
    "Regulator fines lender for hidden fees", "Villagers return home as river falls",
    "Museum of glass opens its doors to schools", "Why the old mill will not be saved",
)  # fmt: skip
IN_NONE = (
    "over Harbour shifts out walk night pilots", "crack after closes found bridge is Second a",
    "hidden for Regulator fees lender fines", "river Villagers falls home as return",
    "of doors to its glass Museum schools opens", "mill be the saved Why not will old",
)  # fmt: skip


def test_the_order_of_words_is_read_from_the_text_alone():
    model = shipped()
    for ordered, shuffled in zip(IN_ORDER, IN_NONE, strict=True):
        assert model.order(ordered) > model.order(shuffled) + 1
    assert sum(model.order(text) > 0 for text in IN_ORDER) >= 5 > 1 >= sum(model.order(text) > 0 for text in IN_NONE)


@pytest.mark.parametrize(
    "text",
    ["Clearstream to compensate Lowick households", "Redhill reduced to ten men in final",
     "Ravel beats Tosk to win Quorn title", "Bremm sues Osk over Velaria mine"],
)  # fmt: skip
def test_names_that_nobody_has_had_stand_in_an_order_as_others_do(text):
    assert shipped().order(text) > 0


@pytest.mark.parametrize(
    ("window", "claim", "exchanged"),
    [
        ("Doyle was sued by Pike over the harbour.", "Pike sues Doyle", "Doyle sues Pike"),
        ("A seal bit a diver near the pier on Friday.", "Seal bites diver", "Diver bites seal"),
    ],
)
def test_the_model_reads_who_did_it_to_whom(window: str, claim: str, exchanged: str):
    assert shipped().straighter(window, claim, exchanged) > 1
    assert shipped().straighter(window, exchanged, claim) < -1


def test_a_close_reading_reads_texts_as_the_model_does():
    window, claim = "The bridge at Tarn cost 1,200 crowns.", "Bridge at Tarn cost 1,200 crowns"
    assert shipped().closely(window, claim) == shipped().closely(window.replace(",", ""), claim.replace(",", ""))


def test_states_that_are_known_serve_again_and_no_adapter_of_a_close_reading_stands_below_them():
    model = shipped()
    numbers, segments = [101, 2002, 102, 2010, 102], [0, 0, 0, 1, 1]
    begun = model._encoder.states(numbers, segments, SHARED_LAYERS)
    assert [each.shape for each in begun] == [(5, 384)] * SHARED_LAYERS
    for reader in (model._encoder, model._reading):
        assert reader.logits(numbers, segments, begun).tolist() == reader.logits(numbers, segments).tolist()
    assert model._reading.logits(numbers, segments).tolist() != model._encoder.logits(numbers, segments).tolist()


def test_adapters_that_add_nothing_change_nothing_and_the_model_itself_stays_as_it_is():
    plain_model = shipped()
    numbers, segments = [101, 2002, 102, 2010, 102], [0, 0, 0, 1, 1]
    before = plain_model._encoder.logits(numbers, segments)
    shape = {"dense.wide": np.zeros((384, 2), np.float16), "dense.narrow": np.ones((2, 1152), np.float16)}
    np.testing.assert_array_equal(plain_model._encoder.adapted(shape).logits(numbers, segments), before)
    other = {**shape, "dense.wide": np.ones((384, 2), np.float16)}
    assert (plain_model._encoder.adapted(other).logits(numbers, segments) != before).any()
    np.testing.assert_array_equal(plain_model._encoder.logits(numbers, segments), before)
