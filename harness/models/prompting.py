"""What a checkpoint's tokenizer makes of a cluster: a prompt that fits the model's context, and its tokens."""

from itertools import takewhile
from typing import Any

from harness.errors import UsageError
from harness.models.checkpoint_parameters import CheckpointParameters
from harness.models.prompts import LEAST_SHARE, Template, build_prompt
from harness.records import Cluster, Prompt

BUDGET = 1024
"""Prompt tokens for the articles where neither the configuration nor the model's context says less."""
MARGIN = 8
"""Tokens kept free, since a text has not quite as many tokens as its parts together."""


def context_of(config: Any, tokenizer: Any) -> int | None:
    """Return how many tokens a checkpoint reads and writes together; None for one without a limit."""
    sizes = [getattr(config, name, None) for name in ("max_position_embeddings", "n_positions", "max_seq_len")]
    stated = tokenizer.model_max_length
    return min((s for s in [*sizes, stated] if isinstance(s, int) and 0 < s < 10**7), default=None)


def end_tokens(stated: int | list[int] | None, tokenizer: Any) -> list[int] | None:
    """Return all tokens that end a text: the checkpoint's, and the tokenizer's, which may end a chat turn."""
    own = stated if isinstance(stated, list) else [stated]
    ends = list(dict.fromkeys(token for token in [*own, tokenizer.eos_token_id] if token is not None))
    return ends or None


class Prompting:
    """The tokenizer, template and budget by which one session asks; `limit` is the longest prompt, in tokens."""

    def __init__(self, asked: CheckpointParameters, tokenizer: Any, template: Template, *, limit: int | None) -> None:
        self._asked = asked
        self._tokenizer = tokenizer
        self._template = template
        self._limit = limit
        self._chat = self._uses_chat()
        self._budget = self._token_budget()

    def fit(self, cluster: Cluster) -> tuple[Prompt, list[int]]:
        """Build a prompt that fits the model's context, and its tokens."""
        budget = self._budget
        while True:
            prompt = build_prompt(
                cluster,
                self._template,
                budget,
                self._count,
                include_titles=self._asked.include_titles,
                include_sources=self._asked.include_sources,
            )
            tokens = self.encode(prompt.text)
            excess = len(tokens) - self._limit if self._limit is not None else 0
            if excess <= 0:
                return prompt, tokens
            budget -= excess

    def head(self) -> list[int]:
        """Return the tokens that every prompt begins with: those of two with nothing else in common."""
        pair = [self.encode(self._template.fill(text, 1)) for text in self._template.two_beginnings]
        return [first for first, _ in takewhile(lambda both: both[0] == both[1], zip(*pair, strict=False))]

    def encode(self, text: str) -> list[int]:
        """Turn a prompt into tokens, as a conversation where the checkpoint holds one."""
        if not self._chat:
            return list(self._tokenizer(text)["input_ids"])
        # The chat template writes the special tokens itself.
        return list(self._tokenizer(self.chat_text(text), add_special_tokens=False)["input_ids"])

    def decode(self, tokens: Any) -> str:
        """Turn tokens into text, special tokens left out."""
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True))

    def chat_text(self, text: str) -> str:
        """Write the prompt as a conversation: the model's turn comes next, or has begun where the template says so."""
        reply = self._template.reply
        messages = [{"role": "user", "content": text.removesuffix(reply).rstrip() if reply else text}]
        if self._asked.system is not None:
            messages.insert(0, {"role": "system", "content": self._asked.system})
        chat = self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        return f"{chat}{reply}"

    def _count(self, text: str) -> int:
        return len(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def _uses_chat(self) -> bool:
        checkpoint, chat, system = self._asked.checkpoint, self._asked.chat, self._asked.system
        has_template = bool(getattr(self._tokenizer, "chat_template", None))
        if chat == "yes" and not has_template:
            raise UsageError(f"chat is yes, but the tokenizer of {checkpoint} has no chat template")
        if chat == "no" or not has_template:
            if system is not None:
                raise UsageError(f"system needs a chat template, and {checkpoint} is used without one")
            return False
        try:
            self.chat_text("?")
        except Exception as error:  # a template may refuse a system message, or have mistakes of its own
            raise UsageError(f"the chat template of {checkpoint} fails: {error}") from error
        return True

    def _token_budget(self) -> int:
        wanted = self._asked.token_budget or BUDGET
        if self._limit is None:
            return wanted
        frame = len(self.encode(self._template.fill("", 10)))
        room = self._limit - frame - MARGIN
        if room < LEAST_SHARE:
            raise UsageError(
                f"{self._asked.checkpoint} reads {self._limit} tokens beside the new ones, and the prompt template "
                f"takes {frame}: too few are left for the articles; shorten the template or lower max_new_tokens"
            )
        return min(wanted, room)
