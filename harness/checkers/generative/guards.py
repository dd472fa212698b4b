"""Public checkers behind a server, by name for `judge`: their prompts, and their reading of the answer.

Each is asked about one document and one claim at a time, and answers yes or no. The prompts are those of their authors.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from harness.endpoint.protocol import Completion, Place, UnusableError

GuardName = Literal["bespoke-minicheck", "granite-guardian", "granite-guardian-4.1"]


@dataclass(frozen=True)
class Guard:
    """A public checker that a server runs."""

    name: str
    model: str
    """Its name on the server, where none is written: its hub id, as vLLM serves it."""
    body: Callable[[str, str], dict[str, Any]]
    """The messages and settings of a request about a document and a claim."""
    read: Callable[[Completion], float]
    """The probability that the claim is supported; raises UnusableError where an answer gives none."""
    max_tokens: int
    alternatives: int
    """Likeliest tokens that the server is asked for at each place."""
    licence: str
    source: str

    def line(self) -> str:
        """Describe it for `harness components`."""
        return f"{self.model}; {self.licence}; {self.source}"


_BESPOKE = (
    "Determine whether the provided claim is consistent with the corresponding document. Consistency in this context "
    "implies that all information presented in the claim is substantiated by the document. If not, it should be "
    "considered inconsistent. Please assess the claim's consistency with the document by responding with either "
    '"Yes" or "No".'
)
_UNGROUNDED = (
    "A text is considered ungrounded or unfaithful if it includes information lacking support from, or directly "
    "contradicting, the provided document(s). This risk arises when the text fabricates details, misinterprets the "
    "content, or makes unsupported extrapolations beyond what is explicitly stated in the document(s)."
)
_GUARDIAN = (
    "<guardian><no-think>As a judge agent, assess whether the provided text meets the given judging criteria using all "
    "available information, including conversations, documents, and tools. Provide your score immediately without "
    "explanation. Output empty <think>\n</think> tags followed by your score in <score></score> tags.\n\n"
    f"### Criteria: {_UNGROUNDED}\n\n"
    "### Scoring Schema: If the last assistant's text meets the criteria, return 'yes'; otherwise, return 'no'."
)
_SCORE = re.compile(r"<score>\s*(.*?)\s*</score>", re.DOTALL)


def _bespoke(document: str, claim: str) -> dict[str, Any]:
    user = f"Document: {document}\nClaim: {claim}"
    return {"messages": [{"role": "system", "content": _BESPOKE}, {"role": "user", "content": user}]}


def _granite(document: str, claim: str) -> dict[str, Any]:
    """Write the criterion through the model's own chat template."""
    return {
        "messages": [{"role": "assistant", "content": claim}],
        "documents": [{"doc_id": "0", "text": document}],
        "chat_template_kwargs": {"guardian_config": {"criteria_id": "groundedness"}, "think": False},
    }


def _granite_4_1(document: str, claim: str) -> dict[str, Any]:
    return {
        "messages": [{"role": "assistant", "content": claim}, {"role": "user", "content": _GUARDIAN}],
        "documents": [{"doc_id": "0", "text": document}],
    }


def read_consistency(completion: Completion) -> float:
    """Return the probability of `Yes` as the first token; 1 or 0 where the server gives no probabilities."""
    if completion.tokens:
        return min(1.0, _share(completion.tokens[0], "yes"))
    said = completion.text.strip().strip(".").lower()
    if said in ("yes", "no"):
        return 1.0 if said == "yes" else 0.0
    raise UnusableError("an answer that is neither Yes nor No")


def read_groundedness(completion: Completion) -> float:
    """Return the probability of `no`, against `yes`, at the score: `yes` means the claim is not grounded."""
    scores = _SCORE.findall(completion.text)
    said = (scores[-1] if scores else completion.text).strip().lower()
    if said not in ("yes", "no"):
        raise UnusableError("an answer without a score of yes or no")
    places = [place for place in completion.tokens if place.text.strip().lower() == said]
    yes, no = (_share(places[-1], word) for word in ("yes", "no")) if places else (0.0, 0.0)
    if yes + no > 0:
        return no / (yes + no)
    return 1.0 if said == "no" else 0.0


def _share(place: Place, word: str) -> float:
    return sum(share for token, share in place.likely.items() if token.strip().lower() == word)


_TABLE = (
    Guard(
        name="bespoke-minicheck",
        model="bespokelabs/Bespoke-MiniCheck-7B",
        body=_bespoke,
        read=read_consistency,
        max_tokens=1,
        alternatives=5,
        licence="CC BY-NC 4.0: not for commercial use",
        source="MiniCheck (Tang et al., 2024; Bespoke Labs, 2024)",
    ),
    Guard(
        name="granite-guardian",
        model="ibm-granite/granite-guardian-3.3-8b",
        body=_granite,
        read=read_groundedness,
        max_tokens=64,
        alternatives=20,
        licence="Apache-2.0",
        source="Granite Guardian 3.3 (Padhi et al., 2024; IBM, 2025)",
    ),
    Guard(
        name="granite-guardian-4.1",
        model="ibm-granite/granite-guardian-4.1-8b",
        body=_granite_4_1,
        read=read_groundedness,
        max_tokens=64,
        alternatives=20,
        licence="Apache-2.0",
        source="Granite Guardian 4.1 (IBM)",
    ),
)
GUARDS: Mapping[str, Guard] = {guard.name: guard for guard in _TABLE}
NAMES: tuple[str, ...] = get_args(GuardName)


def lines() -> dict[str, str]:
    """Map each name to model, licence and source."""
    return {guard.name: guard.line() for guard in _TABLE}
