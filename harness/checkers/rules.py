"""The checker that needs a parser and no model: a claim's account from what the articles say, and one fitted sum."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from pydantic import Field

from harness.checkers.account.account import Account, account
from harness.checkers.account.conflicts import Alignment, align, conflict_features
from harness.checkers.account.doers import pairs
from harness.checkers.account.figures import as_articles_write
from harness.checkers.account.matching import Matcher
from harness.checkers.account.opposites import as_told
from harness.checkers.account.order import order_digest
from harness.checkers.aggregate import Judgement, Told, verdicts_in_detail
from harness.checkers.base import Checker, CheckSession, why_unreadable
from harness.checkers.cluster_analysis import ClusterReading, Sentences
from harness.checkers.doubt import counts_as_headline, doubts_digest, is_one_word
from harness.checkers.features import support_features
from harness.checkers.neural.entailment import (
    Entailment,
    EntailmentModel,
    gain_without,
    read_best,
    shipped,
    shipped_digest,
    straight,
)
from harness.checkers.sentences import claim_spans
from harness.checkers.verdict import READ_WITHOUT, is_held_up, judge, missing_deeds
from harness.checkers.weights import load_weights, weights_digest
from harness.claims.casing import Casing
from harness.claims.english import readable_articles, why_not_english
from harness.claims.extract import proposition_claims, sentence_claim
from harness.claims.parsing.parse import Parser, installed_model
from harness.claims.parsing.standin import parse_named
from harness.claims.sentence_analysis import Reading, party_text, read
from harness.claims.typography import as_written, plain, plain_cluster
from harness.component import Share
from harness.errors import MissingExtraError, Problem
from harness.language.text import words
from harness.records import Article, Cluster, Verdict

_KEPT = 8
"""Clusters whose reading a session keeps, and that are parsed side by side."""
_AHEAD = 1_000
"""Sentences that are parsed ahead; where clusters are large, one by itself fills the parser's batches."""
_LONG = 200
"""Characters of a long sentence: a cluster of so many times `_AHEAD` is not even cut into sentences ahead."""
_MOST = 3_000
"""Distinct sentences of a cluster that are all read; of more (an article of 300 pages, a thousand articles) those are
read that bear on the text, so that reading takes some ten seconds whatever a cluster holds. The largest cluster of the
development data has 1,600."""


class Rules(Checker):
    """The account alone: claims aligned with what the articles say, their figures, names, roles, time, place, speakers.

    With `entailment: true` it decides as `ensemble` does.
    """

    name: ClassVar[str] = "rules"
    version: ClassVar[int] = 22
    share: ClassVar[Share] = "cores"
    together: ClassVar[int] = _KEPT

    genre: Literal["headline", "summary"] = Field(
        default="headline", description="What is checked: sets the prior that the sum of the doubts weighs."
    )

    entailment: bool = Field(
        default=False,
        description="Whether the entailment model that ships with the package speaks too, or the account alone.",
    )

    @contextmanager
    def open(self) -> Iterator["RulesSession"]:
        """Open a session with the parser loaded. Raises MissingExtraError where spaCy or its parser is missing."""
        yield self.session(self.signature())

    def session(self, signature: str) -> "RulesSession":
        """Make a session whose verdicts bear `signature`. Raises MissingExtraError as `open` does."""
        return RulesSession(signature, Parser(), self.genre, shipped() if self.entailment else None)

    def identity(self) -> Mapping[str, str]:
        """Return the parser's package and version, and the digests of the weights."""
        from importlib.metadata import version

        parser = installed_model()
        return {
            "parser": f"{parser} {version(parser)}",
            "weights": weights_digest("rules"),
            "order": order_digest(),
            "doubts": doubts_digest(model=self.entailment),
        }

    def effective(self) -> dict[str, object]:
        """Name the genre and the entailment model."""
        return {**super().effective(), "entailment": shipped_digest() if self.entailment else "none"}

    def problems(self) -> Iterator[Problem]:
        """Report a missing parser."""
        try:
            installed_model()
        except MissingExtraError as error:
            yield Problem(str(error))


@dataclass(frozen=True)
class Examined:
    """One sentence of a text beside the articles, before it is judged."""

    offset: int
    """Where it starts in the text."""
    text: str
    """As it is written there."""
    reading: Reading
    alignment: Alignment
    features: dict[str, float]


class RulesSession(CheckSession):
    """An opened `rules` checker."""

    def __init__(self, signature: str, parser: Parser, genre: str, model: EntailmentModel | None = None) -> None:
        super().__init__(signature)
        self._genre = genre
        self._model = model
        self._parser = parser
        self._clusters: OrderedDict[str, ClusterReading] = OrderedDict()
        self._english: dict[str, tuple[Article, ...]] = {}
        self._told: dict[str, frozenset[str]] = {}
        self._expected: dict[str, Sentences] = {}
        """Clusters whose sentences are parsed, but not read yet."""
        self._large: dict[str, Sentences] = {}
        """The latest cluster that has too many sentences to read them all."""

    def why_abstain(self, cluster: Cluster, text: str) -> str:
        """Abstain besides from texts and articles that are not English: the rules read no other language."""
        readable = self._english_articles(cluster)
        english = {article.article_id for article in readable}
        foreign = [article for article in cluster.articles if article.article_id not in english]
        reason = super().why_abstain(cluster, text) or why_not_english(
            text, self._parser.common, foreign, self._words_told(cluster)
        )
        if reason or readable:
            return reason
        return "the articles are not English" if len(foreign) > 1 else "the article is not English"

    def _english_articles(self, cluster: Cluster) -> tuple[Article, ...]:
        """List the articles that can be read; remembered for each cluster."""
        key = cluster.digest
        if key not in self._english:
            if len(self._english) >= _KEPT:
                self._english.clear()
            self._english[key] = readable_articles(cluster, self._parser.common)
        return self._english[key]

    def _words_told(self, cluster: Cluster) -> frozenset[str]:
        """Collect the words of the articles that can be read; remembered for each cluster."""
        key = cluster.digest
        if key not in self._told:
            if len(self._told) >= _KEPT:
                self._told.clear()
            articles = self._english_articles(cluster)
            # Not remembered by article: an article is asked once.
            told = (words.__wrapped__(part) for article in articles for part in (article.title, article.text))
            self._told[key] = frozenset(word for found in told for word in found)
        return self._told[key]

    def expect(self, asked: Sequence[tuple[Cluster, Sequence[str]]]) -> None:
        """Parse the sentences of several clusters and of the texts about them side by side.

        That takes two thirds of the time that parsing them cluster by cluster takes.
        """
        self._expected.clear()
        wanted: list[str] = []
        for cluster, texts in asked:
            seen = cluster.without_references()
            checked = [text for text in texts if not self.why_abstain(seen, text)]
            if not checked or why_unreadable(seen) or seen.digest in self._clusters:
                continue
            if sum(len(article.text) for article in seen.articles) > _AHEAD * _LONG:
                continue
            sentences = self._sentences(seen)
            if len(wanted) + len(sentences.texts) > _AHEAD:
                continue
            self._expected[seen.digest] = sentences
            wanted += sentences.texts
            wanted += (piece for text in checked for piece in _pieces(sentences.casing, plain(text).text))
        self._parser.parse(wanted)

    def _sentences(self, cluster: Cluster) -> Sentences:
        """Cut a cluster's English articles into sentences, in one typography."""
        articles = self._english_articles(cluster) or cluster.articles
        return Sentences(plain_cluster(cluster.model_copy(update={"articles": articles})), self._parser)

    def reading_of(self, cluster: Cluster, text: str = "") -> ClusterReading:
        """Return the analysed cluster, made once; of one that is too large to read, what bears on a text."""
        key = cluster.without_references().digest
        if key in self._large:
            return self._reading_for(key, text)
        if key not in self._clusters:
            sentences = self._expected.pop(key, None) or self._sentences(cluster)
            if len(sentences.index.units) > _MOST:
                self._large = {key: sentences}
                return self._reading_for(key, text)
            self._remember(key, ClusterReading(sentences.cluster, self._parser, sentences))
        self._clusters.move_to_end(key)
        return self._clusters[key]

    def _reading_for(self, key: str, text: str) -> ClusterReading:
        """Return what a large cluster has on a text; that alone decides, so that other texts change no verdict."""
        own = f"{key} {text}"
        if own not in self._clusters:
            sentences = self._large[key].bearing_on(text, _MOST)
            self._clusters.clear()
            self._remember(own, ClusterReading(sentences.cluster, self._parser, sentences))
        return self._clusters[own]

    def _remember(self, key: str, reading: ClusterReading) -> None:
        self._clusters[key] = reading
        while len(self._clusters) > _KEPT:
            self._clusters.popitem(last=False)

    def readings(self, cluster: Cluster, texts: Sequence[str]) -> list[list[tuple[int, Reading]]]:
        """Analyse the sentences of each text, with their offsets; headline capitals are undone first."""
        casing = self.reading_of(cluster, texts[0]).casing
        pieces = [piece for text in texts for piece in _pieces(casing, text)]
        parses = iter(parse_named(self._parser, pieces, casing.named))
        return [[(start, read(next(parses))) for start, _ in claim_spans(text)] for text in texts]

    def examined(self, cluster: Cluster, texts: Sequence[str]) -> list[list[Examined]]:
        """Examine the sentences of each text: typography, reading, alignment with the articles, features."""
        texts = [plain(text).text for text in texts]
        found = []
        for text, sentences in zip(texts, self.readings(cluster, texts), strict=True):
            reading = self.reading_of(cluster, text)
            before: list[Reading] = []
            looked_at = []
            for (offset, sentence), (start, end) in zip(sentences, claim_spans(text), strict=True):
                alignment = align(reading, sentence)
                features = sentence_features(reading, sentence, alignment, before)
                looked_at.append(Examined(offset, text[start:end], sentence, alignment, features))
                before.append(sentence)
            found.append(looked_at)
        return found

    def features(self, cluster: Cluster, texts: Sequence[str]) -> list[list[dict[str, float]]]:
        """Return the features of each sentence of each text: what the weights are fitted on."""
        return [[one.features for one in sentences] for sentences in self.examined(cluster, texts)]

    def prior(self, one: Examined) -> float:
        """Return the probability of a sentence from its features alone, which `doubt` weighs beside the account."""
        return load_weights("rules").probability(one.features, self._genre)

    def verdicts(self, cluster: Cluster, texts: Sequence[str]) -> list[list[Verdict]]:
        """Judge each text: the whole, its sentences, their propositions."""
        found = []
        # One by one where each has a reading of its own; else together, which parses them side by side.
        self.reading_of(cluster, plain(texts[0]).text)
        is_large = cluster.without_references().digest in self._large
        for some in [[text] for text in texts] if is_large else [texts]:
            examined = self.examined(cluster, some)
            found += [self._verdicts_on(cluster, *one) for one in zip(some, examined, strict=True)]
        return found

    def accounted(self, cluster: ClusterReading, one: Examined) -> tuple[Account, Entailment | None]:
        """Account for a sentence, and ask the model about it, where there is one."""
        held = account(cluster, Matcher(cluster, one.reading), one.reading, one.alignment, one.features)
        return held, self._entailment(cluster, one, held)

    def _entailment(self, cluster: ClusterReading, one: Examined, held: Account) -> Entailment | None:
        """Ask the model about a sentence, without its final full stop, as the parser reads it.

        It is asked as well how the words read alone, how the sentence reads without each verb that is missing, and to
        read closely what the sum for headlines weighs.
        """
        if self._model is None:
            return None
        said = one.text.removesuffix(".")
        asked = as_articles_write(cluster, one.reading, said)
        for mirror in one.alignment.mirrored.values():
            asked = as_told(cluster, one.reading, mirror, asked)
        read = read_best(self._model, cluster.index, asked, closely=counts_as_headline(said))
        # Where the model does not read against the sentence no verb is missing, and none need be left out.
        deeds = missing_deeds(held, one.reading) if read.in_window <= -READ_WITHOUT else []
        read = replace(
            read,
            ordered=self._model.order(said),
            without={
                deed.start: gain_without(self._model, cluster.index, said, deed.start, deed.end) for deed in deeds
            },
        )
        return read if is_held_up(held, read) else self._with_parties(cluster, one, held, read)

    def _with_parties(
        self, cluster: ClusterReading, one: Examined, held: Account, read: Entailment
    ) -> Entailment:  # fmt: skip
        """Ask the model who did it to whom, of two who might change places."""
        reading, said = one.reading, one.text.removesuffix(".")

        def reads_so(units: frozenset[int], first: tuple[int, int], second: tuple[int, int]) -> float:
            return straight(self._model, cluster.index, said, units, first, second) if self._model is not None else 0.0

        spans = {at: party_text(reading.parse, at) for sides in one.alignment.sides for at in sides[1:3]}
        return replace(
            read,
            straight={
                sides.predicate: reads_so(sides.units, spans[sides.first], spans[sides.second])
                for sides in one.alignment.sides
            },
            # Where a sentence has the parties of a deed as the claim has, others are not asked for.
            in_place={} if held.told else {
                each.tokens: reads_so(each.units, each.first, each.second) for each in pairs(cluster, reading)
            },
        )  # fmt: skip

    def _verdicts_on(self, cluster: Cluster, text: str, sentences: Sequence[Examined]) -> list[Verdict]:
        """Judge one text whose sentences were examined, with spans as the text was written."""
        found = self._verdicts_on_plain(cluster, plain(text).text, sentences)
        return [as_written(verdict, text, cluster) for verdict in found]

    def _verdicts_on_plain(self, cluster: Cluster, text: str, sentences: Sequence[Examined]) -> list[Verdict]:
        """Judge one text in plain typography."""
        reading = self.reading_of(cluster, text)
        findings: list[Judgement] = []
        told: list[Told] = []
        one_word = is_one_word(text)
        for one in sentences:
            held, read = self.accounted(reading, one)
            prior = self.prior(one)
            findings.append(
                judge(
                    reading,
                    one.reading,
                    prior,
                    one.alignment,
                    held,
                    one.offset,
                    read,
                    one_word=one_word,
                    of_text=len(text.split()),
                )
            )
            propositions = tuple(proposition_claims(text, one.offset, one.reading))
            told.append(Told(sentence_claim(text, one.offset, one.reading), propositions))
        return verdicts_in_detail(text, findings, told, self.signature, reading.sources)


def _pieces(casing: Casing, text: str) -> list[str]:
    """List the sentences of a text as they are parsed: headline capitals undone, without final full stops.

    A full stop says nothing, and must not change how the parser reads a headline.
    """
    return [casing.undo(text[start:end]).removesuffix(".") for start, end in claim_spans(text)]


def sentence_features(
    cluster: ClusterReading, reading: Reading, alignment: Alignment, before: Sequence[Reading] = ()
) -> dict[str, float]:
    """Compute all features of one sentence, support and conflict; `before` are the sentences before it."""
    return {**support_features(cluster, reading, before), **conflict_features(reading, alignment)}
