"""Public checkers behind a server: one question for each document and claim."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from harness.checkers.aggregate import Judgement, verdicts_on
from harness.checkers.base import CheckSession
from harness.checkers.generative.guards import Guard
from harness.checkers.generative.judge_parameters import JudgeParameters
from harness.checkers.nli.chunks import Chunk, chunks_of, highest
from harness.checkers.nli.presets import Chunking
from harness.checkers.sentences import claim_spans
from harness.ingest.independence import Sources
from harness.records import Cluster, Verdict, content_digest

if TYPE_CHECKING:
    from harness.endpoint.client import Call, Client

SUPPORT = 0.5
"""Least probability of a supported sentence."""
Pair = tuple[str, str]


class GuardSession(CheckSession):
    """Judges each sentence of a text against each article; a long article in pieces of whole sentences."""

    def __init__(self, judge: JudgeParameters, guard: Guard, client: "Client") -> None:
        super().__init__(judge.signature())
        self._judge = judge
        self._guard = guard
        self.client = client
        self._about: Cluster | None = None
        self._known: dict[Pair, float | Exception] = {}

    def verdicts(self, cluster: Cluster, texts: Sequence[str]) -> list[list[Verdict]]:
        """Judge each text. Raises ModelError where the server gives no usable answer about one of them.

        What was answered is kept while the cluster is the same: nothing is paid for twice.
        """
        if self._about != cluster:
            self._about, self._known = cluster, {}
        sources = Sources(cluster)
        chunks = chunks_of(cluster, Chunking("window"), len, self._judge.max_characters)
        claims = [[text[start:end] for start, end in claim_spans(text)] for text in texts]
        wanted = dict.fromkeys((chunk.text, claim) for held in claims for claim in held for chunk in chunks)
        asked = [pair for pair in wanted if pair not in self._known]
        for pair, reply in self.client.each(asked, lambda pair: self._call(cluster, pair)):
            self._known[pair] = reply if isinstance(reply, Exception) else reply.read
        judged = {claim: self._finding(claim, chunks) for held in claims for claim in held}
        return [
            verdicts_on(text, [judged[claim] for claim in held], self.signature, sources)
            for text, held in zip(texts, claims, strict=True)
        ]

    def _call(self, cluster: Cluster, pair: Pair) -> "Call[float]":
        from harness.endpoint.client import Call

        document, claim = pair
        body: dict[str, Any] = {
            "model": self._judge.model,
            "stream": False,
            "temperature": 0,
            "seed": self._judge.seed,
            "max_tokens": self._guard.max_tokens,
            "logprobs": True,
            "top_logprobs": self._guard.alternatives,
            **self._guard.body(document, claim),
            **self._judge.extra_body,
        }
        name = f"{cluster.cluster_id}/{content_digest([document, claim])}"
        return Call(name, body, self._guard.max_tokens, self._guard.read)

    def _finding(self, claim: str, chunks: Sequence[Chunk]) -> Judgement:
        """Judge one sentence: of articles the best, of each its best piece. Raises what kept one unanswered."""
        values = []
        for chunk in chunks:
            answer = self._known[chunk.text, claim]
            if isinstance(answer, Exception):
                raise answer
            values.append(answer)
        support = highest(chunks, values)
        value, chunk = max(support.values(), key=lambda held: held[0])
        supporters = frozenset(article for article, (share, _) in support.items() if share >= SUPPORT)
        return Judgement(
            label="supported" if supporters else "not_found",
            probability=value,
            reason=f"{self._guard.name}: supported at {value:.2f} by the nearest article",
            evidence=chunk.evidence(claim),
            supporters=supporters,
        )
