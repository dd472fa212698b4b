"""The lead baseline: how one article of the cluster begins."""

from typing import ClassVar, Literal

from pydantic import Field

from harness.errors import ModelError
from harness.language.text import words
from harness.models.base import ExtractiveModel
from harness.models.extract import article_sentences, cut, one_line
from harness.records import Article, Cluster


class Lead(ExtractiveModel):
    """The title, or the first real sentence, of the first, longest or most recent article.

    News puts what matters first, which makes the lead the baseline that many systems fail to beat (Brandow, Mitze &
    Rau 1995, section 4; Nenkova 2005). Here the sentence is the first one after any dateline, byline, date or credit.
    Ties go to the earlier article. A cluster whose chosen article lacks what is asked for is a failure: another
    article's title would be another baseline.
    """

    name: ClassVar[str] = "lead"
    deterministic: ClassVar[bool] = True
    positional: ClassVar[str | None] = "article"

    article: Literal["first", "longest", "latest"] = Field(
        default="first",
        description="Which article: the first of the cluster, the one with most words, or the last published "
        "of those that have a date.",
    )
    part: Literal["auto", "title", "sentence"] = Field(
        default="auto", description="The article's title, its first real sentence, or the title where it has one."
    )
    max_words: int | None = Field(
        default=None, ge=1, description="Cut after this many words (1 or more); nothing is cut by default."
    )

    def pick(self, cluster: Cluster) -> str:
        """Pick the article's title or sentence. Raises ModelError where it has none, or where no date is known."""
        article = self._article(cluster)
        title = one_line(article.title)
        if self.part != "sentence" and title:
            return cut(title, self.max_words)
        if self.part == "title":
            raise ModelError(f"article {article.article_id!r}, the {self.article} one, has no title")
        sentences = article_sentences(article)
        if not sentences:
            raise ModelError(f"article {article.article_id!r}, the {self.article} one, has no sentence to take")
        return cut(sentences[0], self.max_words)

    def _article(self, cluster: Cluster) -> Article:
        if self.article == "longest":
            return max(cluster.articles, key=lambda article: len(words(article.text)))
        if self.article == "latest":
            dated = [(article.published, article) for article in cluster.articles if article.published is not None]
            if not dated:
                raise ModelError("no article of the cluster has a date, so none is the latest")
            return max(dated, key=lambda pair: pair[0])[1]
        return cluster.articles[0]
