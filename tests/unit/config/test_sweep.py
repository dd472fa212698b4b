"""`matrix`: what swept configurations are called, and what is refused."""

import pytest

from harness.config import load
from harness.errors import ConfigError
from harness.registry import Registry

HEAD = "name: t\ndata: {jsonl: c.jsonl}\nmetrics: [rouge]\n"
MODELS = "models: [lead, {lexrank: {max_words: 14}, as: central}]\n"


def names(tmp_path, matrix, models=MODELS):
    path = tmp_path / "c.yaml"
    path.write_text(HEAD + models + matrix)
    return [model.name for model in load(path, Registry()).models]


def swept(tmp_path, matrix, models=MODELS):
    path = tmp_path / "c.yaml"
    path.write_text(HEAD + models + matrix)
    return {model.name: model.component for model in load(path, Registry()).models}


def test_a_mapping_names_each_value(tmp_path):
    found = swept(tmp_path, "matrix: {models.lead.max_words: {short: 8, long: 20}}\n")
    assert {name: getattr(model, "max_words", None) for name, model in found.items()} == {
        "lead[short]": 8,
        "lead[long]": 20,
        "central": 14,
    }


HF = "models: [{hf: {checkpoint: x, prompt: 'builtin:headline'}}]\n"


@pytest.mark.parametrize(
    "values",
    [
        "{greedy: {num_beams: 1}, beam: {num_beams: 4, max_new_tokens: 8}}",
        "[greedy: {num_beams: 1}, beam: {num_beams: 4, max_new_tokens: 8}]",
    ],
)
def test_values_that_are_mappings_are_named_in_a_mapping_or_a_list(tmp_path, values):
    found = swept(tmp_path, f"matrix: {{models.hf.generation: {values}}}\n", HF)
    beams = {
        name: (model.generation["num_beams"], model.generation.get("max_new_tokens")) for name, model in found.items()
    }
    assert beams == {"hf[greedy]": (1, 32), "hf[beam]": (4, 8)}


def test_a_mapping_of_parameters_needs_no_name(tmp_path):
    found = names(
        tmp_path, "matrix: {models.hf.generation: [{num_beams: 1}, {num_beams: 4, length_penalty: 0.5}]}\n", HF
    )
    assert found == ["hf[generation=num_beams=1]", "hf[generation=num_beams=4 length_penalty=0…]"]


def test_named_and_plain_axes_combine(tmp_path):
    matrix = (
        "matrix: {models.lead.max_words: {short: 8, long: 20}, models.lead.part: [title, sentence], seed: [1, 2]}\n"
    )
    found = names(tmp_path, matrix)
    assert found[:3] == ["lead[short, part=title, seed=1]", "lead[short, part=title, seed=2]",
                         "lead[short, part=sentence, seed=1]"]  # fmt: skip
    assert len(set(found)) == len(found) == 2 * 2 * 2 + 2


def test_long_values_have_short_labels_that_differ(tmp_path):
    models = "models: [{recorded: {path: a.jsonl}, as: r}]\n"
    long = "x" * 60
    matrix = f"matrix: {{models.r.path: [/data/{long}/one.jsonl, /data/{long}/two.jsonl, a{long}1, a{long}2]}}\n"
    found = names(tmp_path, matrix, models)
    assert found[:2] == ["r[path=one.jsonl]", "r[path=two.jsonl]"]
    assert found[2].endswith("… #3]")
    assert found[3].endswith("… #4]")
    assert max(map(len, found)) < 60


def test_a_name_that_would_be_too_long_is_a_number(tmp_path):
    first, second = "a" * 39, "b" * 39
    axes = [
        f"models.lead.{parameter}: {{{first}{at}: {one}, {second}{at}: {other}}}"
        for at, (parameter, one, other) in enumerate(
            [("max_words", 8, 9), ("part", "title", "sentence"), ("article", "first", "longest")]
        )
    ]
    found = names(tmp_path, f"matrix: {{{', '.join(axes)}}}\n")
    assert found == [*(f"lead[#{number}]" for number in range(1, 9)), "central"]


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ("models.lead.max_words: {}", "not a list of values"),
        ("models.lead.max_words: {'a,b': 8}", r"matrix.models.lead.max_words: not a name for a value; found 'a,b'"),
        ("models.lead.max_words: {'': 8}", "not a name for a value"),
        ("models.lead.max_words: {x: 8, y: 8}", "a value given twice"),
        ("models.lead.max_words: {x: eight}", "eight"),
        ("seed: {a: -1}", "not a seed; found -1"),
    ],
)
def test_mistakes_are_located(tmp_path, matrix, message):
    with pytest.raises(ConfigError, match=message):
        names(tmp_path, f"matrix: {{{matrix}}}\n")
