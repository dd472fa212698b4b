"""Asking a judge: all claims of a text at once, several texts together, quotes held to the articles."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from harness.checkers.aggregate import Judgement, verdicts_on
from harness.checkers.base import CheckSession
from harness.checkers.generative.judge_parameters import SYSTEM, USER, JudgeParameters
from harness.checkers.sentences import claim_spans
from harness.endpoint.protocol import Completion, UnusableError
from harness.ingest.independence import Sources
from harness.records import Article, Cluster, Evidence, Verdict, VerdictLabel, content_digest

if TYPE_CHECKING:
    from harness.endpoint.client import Call, Client

_LINE_ENDS = str.maketrans({"\u2028": "\\u2028", "\u2029": "\\u2029", "\x85": "\\u0085"})
"""Line ends that JSON does not escape."""
MAX_QUOTES = 4


class _Quote(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    article: str
    text: str
    supports: bool = True


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    claim: int
    verdict: VerdictLabel
    probability: Annotated[float, Field(ge=0.0, le=1.0)]
    quotes: tuple[_Quote, ...] = ()


class _Answers(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    verdicts: tuple[_Answer, ...]


class JudgeSession(CheckSession):
    """Asks once for all sentences of a text, and about several texts at once."""

    def __init__(self, judge: JudgeParameters, client: "Client") -> None:
        super().__init__(judge.signature())
        self._judge = judge
        self.client = client
        self._about: Cluster | None = None
        self._known: dict[str, list[_Answer] | Exception] = {}

    def verdicts(self, cluster: Cluster, texts: Sequence[str]) -> list[list[Verdict]]:
        """Judge each text. Raises ModelError where the endpoint gives no usable answer on one of them.

        What was answered about the others is kept while the cluster is the same: none is paid for twice.
        """
        sources = Sources(cluster)
        if self._about != cluster:
            self._about, self._known = cluster, {}
        shown = shown_articles(cluster.articles, self._judge.max_characters)
        asked = [text for text in dict.fromkeys(texts) if text not in self._known]
        for text, reply in self.client.each(asked, lambda text: self._call(cluster, shown, text)):
            self._known[text] = reply if isinstance(reply, Exception) else reply.read
        found = []
        for text in texts:
            answers = self._known[text]
            if isinstance(answers, Exception):
                raise answers
            judged = [self._judgement(cluster, answer) for answer in answers]
            found.append(verdicts_on(text, judged, self.signature, sources))
        return found

    def _call(self, cluster: Cluster, shown: Sequence[Mapping[str, str]], text: str) -> "Call[list[_Answer]]":
        """Ask about one text; the answer has one entry for each claim, in order."""
        from harness.endpoint.client import Call

        claims = [text[start:end] for start, end in claim_spans(text)]
        body: dict[str, Any] = {
            "model": self._judge.model,
            "stream": False,
            "temperature": 0,
            "seed": self._judge.seed,
            "max_tokens": self._judge.max_tokens,
            "messages": [
                {"role": "system", "content": SYSTEM},
                {"role": "user", "content": fenced(shown, claims)},
            ],
            **self._judge.extra_body,
        }
        if self._judge.json_mode:
            body["response_format"] = {"type": "json_object"}

        def read(completion: Completion) -> list[_Answer]:
            if completion.stopped == "length":
                raise UnusableError(f"it is cut off after {self._judge.max_tokens} tokens")
            return read_answers(completion.text, len(claims))

        return Call(f"{cluster.cluster_id}/{content_digest(text)}", body, self._judge.max_tokens, read)

    def _judgement(self, cluster: Cluster, answer: _Answer) -> Judgement:
        evidence: list[Evidence] = []
        sides: dict[bool, set[str]] = {True: set(), False: set()}
        for quote in answer.quotes[:MAX_QUOTES]:
            span = located(cluster.articles, quote.article, quote.text)
            if span is not None:
                evidence.append(span)
                sides[quote.supports].add(span.article_id)
        lost = len(answer.quotes[:MAX_QUOTES]) - len(evidence)
        supporters = frozenset(sides[True]) if answer.verdict in ("supported", "contested") else frozenset[str]()
        against = frozenset(sides[False]) if answer.verdict in ("contradicted", "contested") else frozenset[str]()
        return Judgement(
            label=answer.verdict,
            probability=answer.probability,
            reason=f"judged by {self._judge.model}" + (f"; {lost} quotes stand in no article" if lost else ""),
            evidence=tuple(evidence),
            supporters=supporters,
            contradictors=against,
        )


def fenced(articles: Sequence[Mapping[str, str]], claims: Sequence[str]) -> str:
    """Write the user's message: the data as one line of JSON between two marks that are made of the data.

    No text can end its own string, begin a line or hold the mark: it would have to hold its own digest.
    """
    numbered = [{"claim": number, "text": claim} for number, claim in enumerate(claims, start=1)]
    question = {"articles": list(articles), "claims": numbered}
    data = json.dumps(question, ensure_ascii=False).translate(_LINE_ENDS)
    return USER.format(mark=f"=== {content_digest(question)} ===", data=data, claims=len(claims))


def read_answers(content: str, claims: int) -> list[_Answer]:
    """Read the answers in a model's message, in the order of the claims.

    Raises UnusableError where the message is not the JSON asked for, or leaves a claim out or answers one twice.
    """
    text = content.strip()
    if text.startswith("```"):
        text = text.strip("`").removeprefix("json").strip()
    try:
        answers = _Answers.model_validate_json(text).verdicts
    except ValidationError as error:
        raise UnusableError(f"not the JSON asked for ({error.error_count()} mistakes)") from None
    if sorted(answer.claim for answer in answers) != list(range(1, claims + 1)):
        raise UnusableError(f"answers to the claims {[answer.claim for answer in answers]}, not to 1 to {claims}")
    if any(answer.verdict == "abstained" for answer in answers):
        raise UnusableError("an abstention, which was not offered")
    return sorted(answers, key=lambda answer: answer.claim)


def shown_articles(articles: Sequence[Article], characters: int) -> list[dict[str, str]]:
    """List the articles as the model is shown them, ordered by id, each cut to an equal share of `characters`.

    What a short article leaves over is shared among the longer ones.
    """
    left, shares = characters, {}
    for waiting, article in enumerate(sorted(articles, key=lambda article: (len(article.text), article.article_id))):
        share = min(len(article.text), left // (len(articles) - waiting))
        shares[article.article_id] = share
        left -= share
    return [
        {"id": article.article_id, "title": article.title[:300], "text": article.text[: shares[article.article_id]]}
        for article in sorted(articles, key=lambda article: article.article_id)
    ]


def located(articles: Sequence[Article], article_id: str, quote: str) -> Evidence | None:
    """Find where a quote stands word for word in the article it names; None where it does not."""
    wanted = quote.strip()
    article = next((article for article in articles if article.article_id == article_id), None)
    if article is None or not wanted:
        return None
    for source, title in ((article.text, False), (article.title, True)):
        start = source.find(wanted)
        if start >= 0:
            return Evidence(
                article_id=article_id, start=start, end=start + len(wanted), text=wanted, score=1.0, title=title
            )
    return None
