"""The model: a sentence encoder that reads a window and a claim together, with three logits.

Two-way sets say only that a claim is not entailed: their loss is the negative log of the summed probability of neutral
and contradiction, so that one head learns from both kinds of set.
"""

from pathlib import Path
from typing import Any

import torch
from torch import nn

LABELS = ("entailment", "neutral", "contradiction")
NOT_ENTAILED = "not_entailed"


class CrossEncoder(nn.Module):
    """An encoder that gives three logits from its first token's state and the mean and maximum of the claim's.

    The maximum lets one token of the claim that nothing bears out be heard among many that are borne out.
    """

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder
        size = encoder.config.hidden_size
        self.dense = nn.Linear(3 * size, size)
        self.head = nn.Linear(size, len(LABELS))
        self.dropout = nn.Dropout(0.1)

    def forward(self, **inputs: torch.Tensor) -> torch.Tensor:
        """Logits, shape (pairs, 3)."""
        claim = ((inputs["token_type_ids"] == 1) & (inputs["attention_mask"] == 1))[:, :, None]
        if not getattr(self.encoder.config, "type_vocab_size", 0):
            del inputs["token_type_ids"]  # MPNet tells the two texts by the marks between them alone
        states = self.encoder(**inputs).last_hidden_state
        mean = (states * claim).sum(1) / claim.sum(1)
        most = states.masked_fill(~claim, -1e4).amax(1)
        joined = torch.cat([states[:, 0], mean, most], dim=-1)
        logits: torch.Tensor = self.head(self.dropout(torch.tanh(self.dense(self.dropout(joined)))))
        return logits


def loss_of(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The mean negative log-likelihood; a label of 3 is `not_entailed`, either of the last two classes."""
    logs = torch.log_softmax(logits.float(), dim=-1)
    either = torch.logsumexp(logs[:, 1:], dim=-1, keepdim=True)
    return -torch.cat([logs, either], dim=-1).gather(1, labels[:, None]).mean()


def logits_of(model: CrossEncoder, tokenizer: Any, premises: list[str], claims: list[str], most: int) -> torch.Tensor:
    """Logits of some pairs, filled up to the longest of them, shape (pairs, 3)."""
    told = coded(tokenizer, premises, claims, most)
    longest = max(len(each) for each in told["input_ids"])
    inputs = {
        name: torch.tensor([each + [0] * (longest - len(each)) for each in several]) for name, several in told.items()
    }
    logits: torch.Tensor = model(**inputs).float()
    return logits


def odds_of(logits: torch.Tensor) -> torch.Tensor:
    """Log-odds of entailment against the other two, shape (pairs,)."""
    return logits[:, 0] - torch.logsumexp(logits[:, 1:], dim=-1)


def coded(tokenizer: Any, premises: list[str], claims: list[str], most: int) -> dict[str, list[list[int]]]:
    """Pairs as the model reads them; whatever the tokenizer, `token_type_ids` is 1 where a token is the claim's."""
    told = tokenizer(premises, claims, truncation="longest_first", max_length=most)
    if "token_type_ids" not in told:
        told["token_type_ids"] = [[int(of == 1) for of in told.sequence_ids(at)] for at in range(len(premises))]
    return {name: told[name] for name in ("input_ids", "attention_mask", "token_type_ids")}


def build(folder: Path) -> tuple[CrossEncoder, Any]:
    """The untrained model over an encoder's folder, and its tokenizer."""
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    # One pass over many pairs needs no dropout inside, and random masks and the fused attention's way back are what
    # takes longest on a processor: without them a step takes half the time.
    encoder = AutoModel.from_pretrained(
        folder, add_pooling_layer=False, attn_implementation="eager", hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return CrossEncoder(encoder), tokenizer
