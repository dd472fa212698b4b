"""Builds the prompt for a cluster: a template, and the articles cut to a budget of tokens.

The budget is shared by water-filling: every article may have the same number of tokens, the others share what a short
one does not need, and a long one is cut at the end of a sentence. Near-duplicates (wire copy) are shown once. The
`Prompt` records what was left out.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from harness.errors import DataError, Problem, UsageError, nearest_name
from harness.ingest import near_duplicates
from harness.inputs.files import located, nearest_file, read_text
from harness.language.text import sentence_spans, word_spans
from harness.records import Article, Cluster, Prompt, content_digest

TokenCounter = Callable[[str], int]

PLACEHOLDERS = ("articles", "count", "reply")
"""Placeholders of a template: `{articles}`; `{count}`, the number of articles shown; and `{reply}`, behind which the
beginning of the model's reply stands, written for it (`{reply}Headline:`)."""

LEAST_SHARE = 24
"""Tokens below which an article's share says nothing; rather than go under it, the last articles are left out."""

LONGEST = 100_000
"""Most bytes of a template; a longer file is something else."""

BUILTIN_PREFIX = "builtin:"
BUILTIN: Mapping[str, str] = {
    "headline": "one headline of at most 10 words",
    "summary": "one sentence of at most 30 words",
}
"""Templates that come with the package, in `templates/`: name → what it asks for."""
_BUILTIN_NAMES = ", ".join(f"{BUILTIN_PREFIX}{name}" for name in BUILTIN)
ACCEPTED = f"the path of a text file with {{articles}} in it, or {_BUILTIN_NAMES}"
"""Values of the parameter `prompt` of a model."""

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_SEPARATOR = "\n\n"


@dataclass(frozen=True)
class Template:
    """A prompt with placeholders; every other character stands for itself."""

    text: str
    labelled: bool = True
    """True to head each article by its number and source."""

    def fill(self, articles: str, count: int) -> str:
        """Fill in the prompt. Placeholders inside the articles are left alone."""
        values = {"articles": articles, "count": str(count), "reply": ""}
        return _PLACEHOLDER.sub(lambda match: values.get(match.group(1), match.group()), self.text)

    @property
    def reply(self) -> str:
        """Beginning of the model's reply, at the end of every filled prompt; empty where the model begins it."""
        return self.text.partition("{reply}")[2]

    @property
    def two_beginnings(self) -> tuple[str, str]:
        """Two beginnings of article blocks that have nothing in common but the label."""
        label = f"{_label(1, '')}\n" if self.labelled else ""
        return f"{label}Zinc", f"{label}A"

    @property
    def digest(self) -> str:
        """Content digest of the text."""
        return content_digest(self.text)


ARTICLES_ONLY = Template("{articles}", labelled=False)
"""Template for models trained to summarise: the articles, joined by blank lines."""


def template_problems(text: str, where: str) -> list[Problem]:
    """List what is wrong with a template: an unknown placeholder, no `{articles}`, or one behind `{reply}`."""
    accepted = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    problems = []
    for line, content in enumerate(text.splitlines(), start=1):
        for name in _PLACEHOLDER.findall(content):
            if name not in PLACEHOLDERS:
                nearest = nearest_name(name, PLACEHOLDERS)
                problems.append(
                    Problem(
                        "unknown placeholder in the prompt template",
                        where,
                        line,
                        found=f"{{{name}}}",
                        accepted=f"{accepted}; any other text in braces that is not one lower-case word",
                        nearest=f"{{{nearest}}}" if nearest else "",
                    )
                )
    if "{articles}" not in text:
        problems.append(Problem("the prompt template has no place for the articles", where, accepted="{articles}"))
    behind = _PLACEHOLDER.search(text.partition("{reply}")[2])
    if behind:
        problems.append(Problem("the beginning of the reply must be plain text", where, found=behind.group()))
    return problems


def problems(prompt: str) -> Iterator[Problem]:
    """Yield what `harness validate` finds wrong with the template that a model's parameter `prompt` names."""
    if _is_builtin(prompt):
        if prompt.removeprefix(BUILTIN_PREFIX) not in BUILTIN:
            yield _unknown_builtin(prompt)
        return
    file = located(prompt)
    if not file.exists():
        yield Problem(
            "there is no such prompt template (paths are relative to the working directory)",
            path="prompt",
            found=prompt,
            accepted=ACCEPTED,
            nearest=nearest_file(prompt) or _nearest_builtin(prompt),
        )
        return
    try:
        yield from template_problems(_text(file), str(file))
    except DataError as error:
        for problem in error.problems:
            yield replace(problem, message=f"the prompt template cannot be read: {problem.message}", path="prompt")


def named_template(prompt: str) -> Template:
    """Read the template that a model's parameter `prompt` names: a built-in one or a file.

    Raises UsageError where there is none of this name, where the file cannot be read, or where it is no template.
    """
    if not _is_builtin(prompt):
        return read_template(located(prompt))
    name = prompt.removeprefix(BUILTIN_PREFIX)
    if name not in BUILTIN:
        raise UsageError(str(_unknown_builtin(prompt)))
    return Template(files("harness.models").joinpath("templates", f"{name}.md").read_text(encoding="utf-8").strip())


def _is_builtin(prompt: str) -> bool:
    """Tell whether `prompt` names a template of the package; `./builtin:x` is a file of that name."""
    return prompt.startswith(BUILTIN_PREFIX)


def _unknown_builtin(prompt: str) -> Problem:
    return Problem(
        "there is no such built-in prompt",
        path="prompt",
        found=prompt,
        accepted=ACCEPTED,
        nearest=_nearest_builtin(prompt),
    )


def _nearest_builtin(prompt: str) -> str:
    """Find the built-in prompt that was perhaps meant, with or without its prefix and the file's suffix."""
    name = prompt.rpartition(":")[2].strip().removesuffix(".md")
    nearest = nearest_name(name, BUILTIN)
    return f"{BUILTIN_PREFIX}{nearest}" if nearest else ""


def _text(file: Path) -> str:
    return read_text(str(file), "a text with {articles} in it, in UTF-8", LONGEST)


def read_template(path: Path) -> Template:
    """Read the template in a text file; strip white space at both ends.

    Raises UsageError where the file cannot be read or is no template.
    """
    try:
        text = _text(path).strip()
    except DataError as error:
        raise UsageError(f"the prompt template cannot be read: {error}") from None
    problems = template_problems(text, str(path))
    if problems:
        raise UsageError("\n".join(str(problem) for problem in problems))
    return Template(text)


@dataclass(frozen=True)
class _Shown:
    """The part of an article that is shown."""

    article: Article
    label: str
    title: str
    end: int

    @property
    def text(self) -> str:
        """Label, title and body, each on a line of its own."""
        return "\n".join(part for part in (self.label, self.title, self.article.text[: self.end].rstrip()) if part)


def build_prompt(
    cluster: Cluster,
    template: Template,
    budget: int,
    count_tokens: TokenCounter,
    *,
    include_titles: bool = True,
    include_sources: bool = False,
) -> Prompt:
    """Build the prompt for one cluster: its articles, with labels and titles, within `budget` tokens.

    `include_sources` puts the source behind the number in an article's label.

    Raises UsageError where not even one word fits.
    """
    kept = [cluster.articles[group] for group in _one_of_each(cluster.articles)]
    whole = [
        _Shown(
            article,
            _label(number, article.source if include_sources else "") if template.labelled else "",
            article.title if include_titles else "",
            len(article.text),
        )
        for number, article in enumerate(kept, start=1)
    ]
    share = budget
    while True:
        shown = _fit(whole, share, count_tokens)
        block = _SEPARATOR.join(article.text for article in shown)
        excess = count_tokens(block) - budget
        if excess <= 0 and shown:
            break
        share -= max(1, excess)
        if share <= 0:
            raise UsageError(f"a budget of {budget} tokens holds no word of cluster {cluster.cluster_id!r}")
    ids = tuple(article.article.article_id for article in shown)
    return Prompt(
        cluster_id=cluster.cluster_id,
        text=template.fill(block, len(shown)),
        article_ids=ids,
        dropped_articles=tuple(a.article_id for a in cluster.articles if a.article_id not in ids),
        dropped_characters=sum(_count_dropped(article, include_titles) for article in shown),
    )


def _one_of_each(articles: Sequence[Article]) -> list[int]:
    """Choose the articles to show: the longest of each group of near-duplicates, the first among equals."""
    groups = near_duplicates.groups([article.text for article in articles])
    return sorted(max(group, key=lambda index: (len(articles[index].text), -index)) for group in groups)


def _label(number: int, source: str | None) -> str:
    """Write the line above an article."""
    return f"Article {number} ({source}):" if source else f"Article {number}:"


def _fit(whole: Sequence[_Shown], budget: int, count_tokens: TokenCounter) -> list[_Shown]:
    """Cut each article to its share; drop the last articles where a share would be too small to be worth having."""
    between = count_tokens(_SEPARATOR)
    costs = [count_tokens(article.text) + between for article in whole]
    for count in range(len(whole), 0, -1):
        level = fair_level(costs[:count], budget)
        if count == 1 or level >= min(LEAST_SHARE, max(costs[:count])):
            break
    cut = [_cut(article, level - between, count_tokens) for article in whole[:count]]
    return [article for article in cut if article.title or article.end]


def fair_level(costs: Sequence[int], budget: int) -> int:
    """Find the greatest level such that articles cut to at most `level` tokens cost at most `budget` together.

    Where everything fits it is the greatest cost. This is max-min fairness: nobody's share can grow but at the
    expense of somebody with no more (Bertsekas & Gallager, Data Networks, 1992, section 6.5.2).
    """
    remaining = budget
    ordered = sorted(costs)
    for index, cost in enumerate(ordered):
        share = remaining // (len(ordered) - index)
        if cost > share:
            return max(0, share)
        remaining -= cost
    return ordered[-1] if ordered else 0


def _cut(article: _Shown, allowance: int, count_tokens: TokenCounter) -> _Shown:
    """Cut an article to its allowance, at the end of a sentence, else of a word, else of its title."""

    def fits(candidate: _Shown) -> bool:
        return count_tokens(candidate.text) <= allowance

    if fits(article):
        return article
    body, title = article.article.text, article.title
    for ends in ([end for _, end in sentence_spans(body)], [end for _, end in word_spans(body)]):
        candidates = [_Shown(article.article, article.label, title, end) for end in ends]
        best = _last_that(fits, candidates)
        if best is not None:
            return best
    ends = [end for _, end in word_spans(title)]
    shortened = [_Shown(article.article, article.label, title[:end], 0) for end in [*ends, len(title)] if end]
    return _last_that(fits, shortened) or _Shown(article.article, article.label, "", 0)


def _last_that(fits: Callable[[_Shown], bool], candidates: Sequence[_Shown]) -> _Shown | None:
    """Find the last candidate that fits, by bisection: candidates grow."""
    low, high = 0, len(candidates)
    while low < high:
        middle = (low + high) // 2
        if fits(candidates[middle]):
            low = middle + 1
        else:
            high = middle
    return candidates[low - 1] if low else None


def _count_dropped(shown: _Shown, include_titles: bool) -> int:
    """Count the characters of body, and of a wanted title, that did not fit; white space at a cut is none."""
    title = len(shown.article.title) - len(shown.title) if include_titles else 0
    return len(shown.article.text[shown.end :].strip()) + title
