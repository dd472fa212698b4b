"""What of a prediction stands in its articles, read off the surface: the floor that any factual check has to beat.

Four precisions: of content words, of word pairs, of numbers by value, of names. They find invented words, figures and
people; they are nearly blind to a wrong role, a lost negation or a swapped date. docs/metrics.md says how well each
tells faithful summaries from unfaithful ones.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from functools import cache, cached_property, lru_cache, partial
from itertools import pairwise
from statistics import fmean
from typing import ClassVar

from harness.claims.lexical import word_list
from harness.claims.porter import stem
from harness.memo import Memo
from harness.metrics.base import Findings, Measure, Metric
from harness.numerals import may_hold_number, number_values
from harness.records import Case, content_digest
from harness.text import WORD, normalise

_TOKEN = re.compile(rf"""{WORD}|[.!?:;]+["')\]]*\s|\n""")
"""A word as it is written, or the end of a sentence or clause, as far as word pairs and capitals are concerned.

`Mr. ` counts as one.
"""
_END = "\n"
"""What stands for an end among the forms of words: no word has it."""

_CHECKED: Mapping[str, str] = {
    "unigram": "content words",
    "bigram": "pairs of neighbouring words",
    "number": "numbers, by value,",
    "name": "names",
}
_NOTHING: Mapping[str, str] = {
    "unigram": "prediction has no content word",
    "bigram": "prediction has no two words side by side",
    "number": "prediction has no number",
    "name": "prediction has no word that its capitals mark as a name",
}


@cache
def _function_words() -> frozenset[str]:
    return word_list("function", "content_free")


def _plain(word: str) -> str:
    """The form in which words are compared: lower case, no accents, no possessive, no dots (U.S. is US)."""
    if not word[0].isalnum():
        return _END
    plain = normalise(word)
    if not plain.isascii():
        letters = unicodedata.normalize("NFKD", plain)
        plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return plain.lower().removesuffix("'s").replace(".", "")


_form = Memo(_plain)
_form_in_lower_case = Memo(lambda word: _form[word] if word[0].islower() else _END)
_stem = Memo(lambda form: stem(form) if len(form) > 3 else form)
_values = Memo(lambda form: tuple(value for _, value in number_values(form)))
_begins_with_number = Memo(lambda word: any(start == 0 for (start, _), _ in number_values(word)))
_may_hold_number = Memo(may_hold_number)


class _Articles:
    """What the articles of one cluster have, indexed once for all configurations."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        self._texts = texts
        tokens = _TOKEN.findall(_END.join(texts))
        forms = _form.all(tokens)
        self.forms = set(forms)
        self.pairs = set(pairwise(forms))
        hyphened = [form for form in self.forms if "-" in form]
        self.forms.update([piece for form in hyphened for piece in form.split("-")])
        self.stems = set(_stem.all(self.forms))
        self.lower_stems = set(_stem.all(set(_form_in_lower_case.all(tokens)) - {_END}))

    @cached_property
    def numbers(self) -> set[Decimal]:
        """The values of all numbers; worked out when a prediction has one."""
        return {value for text in self._texts for _, value in number_values(text)}

    def has_word(self, form: str) -> bool:
        """Whether a form of the word, its hyphened pieces or its value as a number stands in an article."""
        if _stem[form] in self.stems or ("-" in form and all(_stem[piece] in self.stems for piece in form.split("-"))):
            return True
        values = _values[form]
        return bool(values) and all(value in self.numbers for value in values)

    def has_name(self, form: str) -> bool:
        """Whether the name, or all of its hyphened pieces, stands in an article exactly so, whatever its case."""
        return form in self.forms or ("-" in form and all(piece in self.forms for piece in form.split("-")))


@lru_cache(maxsize=64)
def _articles(texts: tuple[str, ...]) -> _Articles:
    return _Articles(texts)


def _is_shouted(text: str) -> bool:
    """Whether `text` is all in capitals, or in a script that has none."""
    return not any(map(str.islower, text))


def _is_function_word(word: str, shouted: bool) -> bool:
    """Whether `word` is on the list; `US`, `IT` and `WHO` are not, unless the whole text is in capitals."""
    acronym = len(word) > 1 and word.isupper() and not shouted
    return not acronym and _form[word] in _function_words()


def _is_content_word(word: str, shouted: bool) -> bool:
    return word[0].isalnum() and not word[0].isdigit() and not _is_function_word(word, shouted)


def _may_be_name(word: str, shouted: bool) -> bool:
    """Whether a capital could mark `word`: it has one, and is neither a function word nor a number."""
    return any(map(str.isupper, word)) and not _is_function_word(word, shouted) and not _begins_with_number[word]


_content = {shouted: Memo(partial(_is_content_word, shouted=shouted)) for shouted in (False, True)}
_nameable = {shouted: Memo(partial(_may_be_name, shouted=shouted)) for shouted in (False, True)}


class ReadText:
    """A text, read once for all that is asked about its words."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[str] = _TOKEN.findall(text)
        self._forms = _form.all(self._tokens)
        self._shouted = _is_shouted(text)

    def content_words(self) -> list[str]:
        """Its words, in the form in which they are compared, but function words and numerals."""
        counts = _content[self._shouted]
        return [form for word, form in zip(self._tokens, self._forms, strict=True) if counts[word]]

    def word_pairs(self) -> list[tuple[str, str]]:
        """Neighbouring words, function words among them; none across the end of a sentence or clause."""
        return [pair for pair in pairwise(self._forms) if _END not in pair]

    def numbers(self) -> list[Decimal]:
        """The values of its numbers."""
        if not any(map(_may_hold_number.__getitem__, self._tokens)):
            return []
        return [value for _, value in number_values(self._text)]

    def names(self, lower_stems: AbstractSet[str] = frozenset()) -> list[str]:
        """The words that its capitals mark as names, in the form in which they are compared.

        A word of several is a name for itself. Function words and number words never are. Any other word is one

        - with a capital beside another letter or a dot, or a capital first letter and a digit (`GOP`, `McCain`,
          `G20`), unless the whole text is in capitals;
        - with a capital first letter in the middle of a sentence, unless every content word of the text has one: the
          capitals of a title say nothing;
        - with a capital first letter at the start of a sentence, under the same condition, if neither its stem nor
          that of a hyphened piece is among `lower_stems`, the stems of what the articles write in lower case.
        """
        nameable = _nameable[self._shouted]
        titled = not any(word[0].islower() and not _is_function_word(word, self._shouted) for word in self._tokens)
        found = []
        before = _END
        for word, form in zip(self._tokens, self._forms, strict=True):
            starts, before = before == _END, form
            if not nameable[word]:
                continue
            if _has_inner_capital(word) or (word[0].isupper() and any(map(str.isdigit, word))):
                marked = not self._shouted
            elif starts:
                known = any(_stem[piece] in lower_stems for piece in (form, *form.split("-")))
                marked = word[0].isupper() and not titled and not known
            else:
                marked = word[0].isupper() and not titled
            if marked:
                found.append(form)
        return found


def _has_inner_capital(word: str) -> bool:
    """True for `GOP`, `U.S` and `McCain`, not for `Re-Open` and `O'Neill`."""
    return any(right.isupper() and (left.isalnum() or left == ".") for left, right in pairwise(word))


class Surface(Metric):
    """Share of a prediction's words, word pairs, numbers and names that stand in the articles: a factual floor."""

    name: ClassVar[str] = "surface"

    def measures(self) -> tuple[Measure, ...]:
        """The mean of the four precisions, then each of them."""
        return (
            Measure("surface", "mean of those of the four precisions below that have something to check"),
            *(
                Measure(f"surface-{part}", f"share of {things} that an article has", shown=part in {"number", "name"})
                for part, things in _CHECKED.items()
            ),
        )

    def signatures(self, versions: Mapping[str, str]) -> dict[str, str]:  # noqa: ARG002
        """`surface-name|function-words:1f0c…|v:1`, with the digest of the list of words that are not counted."""
        digest = content_digest(sorted(_function_words()))[:8]
        return {
            measure.name: "|".join(
                [
                    measure.name,
                    *([] if measure.name in {"surface-bigram", "surface-number"} else [f"function-words:{digest}"]),
                    f"v:{self.version}",
                ]
            )
            for measure in self.measures()
        }

    def findings(self, case: Case) -> Findings:
        """Each precision with something to check, and their mean; a reason for the others."""
        return self.findings_all([case])[0]

    def findings_all(self, cases: Sequence[Case]) -> list[Findings]:
        """The same for each case; the articles of one cluster are read once for all that follow each other."""
        found = []
        cluster = None
        for case in cases:
            if case.cluster is not cluster:
                cluster = case.cluster
                articles = _articles(
                    tuple(text for article in cluster.articles for text in (article.title, article.text))
                )
            found.append(_precisions(ReadText(case.prediction.text), articles))
        return found


def _precisions(text: ReadText, articles: _Articles) -> Findings:
    supported = {
        "unigram": list(map(articles.has_word, text.content_words())),
        "bigram": list(map(articles.pairs.__contains__, text.word_pairs())),
        "number": [value in articles.numbers for value in text.numbers()],
        "name": list(map(articles.has_name, text.names(articles.lower_stems))),
    }
    found = Findings()
    for part, checks in supported.items():
        if checks:
            found.statistics[f"surface-{part}"] = sum(checks) / len(checks)
        else:
            found.unscorable[f"surface-{part}"] = _NOTHING[part]
    if found.statistics:
        found.statistics["surface"] = fmean(found.statistics.values())
    else:
        found.unscorable["surface"] = _NOTHING["unigram"]
    return found
