"""`headline` and `surface` as docs/metrics.md defines them, word by word for one case: what the columns must equal."""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from statistics import fmean

from harness.language.lexical import word_list
from harness.language.numerals import number_values
from harness.language.porter import stem
from harness.language.text import WORD, ngrams, normalise
from harness.language.text import words as words_of
from harness.metrics.base import Findings
from harness.records import Case

_TOKEN = re.compile(rf"""{WORD}|[.!?:;]+["')\]]*\s|\n""")
_FUNCTION = word_list("function", "content_free")


def composed(text: str) -> str:
    """Each letter and its marks as one character, and nothing that has no width."""
    return re.sub("[\u00ad\u200b\u2060\ufeff]", "", unicodedata.normalize("NFC", text))


def words(text: str) -> list[str]:
    """The words of a text in composed letters."""
    return words_of(composed(text))


def texts_of(case: Case) -> list[str]:
    """The titles and texts of a case's articles."""
    return [composed(text) for article in case.cluster.articles for text in (article.title, article.text)]


def runs(text: str) -> str:
    """The runs of letters and digits of a text's words, a space round each."""
    parts = re.split(r"[-.&']", " ".join(words(text)))
    return f" {' '.join(parts)} "


def headline(case: Case, novel: Sequence[int]) -> Findings:
    """`headline` without a limit."""
    texts, tokens = texts_of(case), words(case.prediction.text)
    characters = len(unicodedata.normalize("NFC", case.prediction.text.strip()))
    found = Findings({"words": float(len(tokens)), "characters": float(characters)})
    for n in novel:
        known = {gram for text in texts for gram in ngrams(words(text), n)}
        if grams := ngrams(tokens, n):
            found.statistics[f"novel-{n}"] = sum(gram not in known for gram in grams) / len(grams)
        else:
            found.unscorable[f"novel-{n}"] = (
                f"prediction has fewer than {n} words" if n > 1 else "prediction has no word"
            )
    if len(tokens) >= 3:
        found.statistics["copied"] = float(any(runs(case.prediction.text) in runs(text) for text in texts))
    else:
        found.unscorable["copied"] = "prediction has fewer than 3 words"
    references = [reference.text for reference in case.cluster.references]
    long_enough = [runs(text) for text in references if len(words(text)) >= 3]
    if long_enough:
        found.statistics["leakage"] = float(any(one in runs(text) for one in long_enough for text in texts))
    else:
        found.unscorable["leakage"] = (
            "every reference has fewer than 3 words" if references else "cluster has no references"
        )
    return found


def _form(word: str) -> str:
    letters = unicodedata.normalize("NFKD", normalise(word))
    return "".join(c for c in letters if not unicodedata.combining(c)).lower().removesuffix("'s").replace(".", "")


def _stem(form: str) -> str:
    return stem(form) if len(form) > 3 else form


def _pieces(form: str) -> list[str]:
    return form.split("-") if "-" in form else []


class _Held:
    """What the articles hold."""

    def __init__(self, texts: Sequence[str]) -> None:
        tokens = [token for text in texts for token in [*_TOKEN.findall(text), "\n"]]
        written = [token for token in tokens if token[0].isalnum()]
        self.forms = {form for word in written for form in (_form(word), *_pieces(_form(word)))}
        self.stems = set(map(_stem, self.forms))
        self.small = {_stem(_form(word)) for word in written if word[0].islower()}
        self.pairs = {(_form(a), _form(b)) for a, b in pairwise(tokens) if a[0].isalnum() and b[0].isalnum()}
        self.values = {value for text in texts for _, value in number_values(text)}

    def word(self, form: str) -> bool:
        """Whether a content word is there."""
        pieces, values = _pieces(form), [value for _, value in number_values(form)]
        return (
            _stem(form) in self.stems
            or bool(pieces and self.stems.issuperset(map(_stem, pieces)))
            or bool(values and self.values.issuperset(values))
        )

    def name(self, form: str) -> bool:
        """Whether a name is there."""
        return form in self.forms or bool(_pieces(form) and self.forms.issuperset(_pieces(form)))


def _names(tokens: Sequence[str], shouted: bool, small: set[str]) -> list[str]:
    found = []
    titled = not any(word[0].islower() and not _is_function(word, shouted) for word in tokens)
    for before, word in pairwise(["\n", *tokens]):
        if not any(map(str.isupper, word)) or _is_function(word, shouted) or _begins_with_number(word):
            continue
        inner = any(b.isupper() and (a.isalnum() or a == ".") for a, b in pairwise(word))
        first = word[0].isupper()
        known = any(_stem(piece) in small for piece in (_form(word), *_pieces(_form(word))))
        if inner or (first and any(map(str.isdigit, word))):
            marked = not shouted
        else:
            marked = first and not titled and not (not before[0].isalnum() and known)
        if marked:
            found.append(_form(word))
    return found


def _begins_with_number(word: str) -> bool:
    return any(start == 0 for (start, _), _ in number_values(word))


def _is_function(word: str, shouted: bool) -> bool:
    return _form(word) in _FUNCTION and not (len(word) > 1 and word.isupper() and not shouted)


def surface(case: Case) -> Findings:
    """`surface`."""
    text, held = composed(case.prediction.text), _Held(texts_of(case))
    tokens, shouted = _TOKEN.findall(text), not any(map(str.islower, text))
    written = [token for token in tokens if token[0].isalnum()]
    values: list[Decimal] = [value for _, value in number_values(text)]
    checks = {
        "unigram": [
            held.word(_form(word)) for word in written if not word[0].isdigit() and not _is_function(word, shouted)
        ],
        "bigram": [
            (_form(a), _form(b)) in held.pairs for a, b in pairwise(tokens) if a[0].isalnum() and b[0].isalnum()
        ],
        "number": [value in held.values for value in values],
        "name": [held.name(name) for name in _names(tokens, shouted, held.small)],
    }
    reasons = {
        "unigram": "prediction has no content word",
        "bigram": "prediction has no two words side by side",
        "number": "prediction has no number",
        "name": "prediction has no word that its capitals mark as a name",
    }
    found = Findings()
    for part, hits in checks.items():
        if hits:
            found.statistics[f"surface-{part}"] = sum(hits) / len(hits)
        else:
            found.unscorable[f"surface-{part}"] = reasons[part]
    if found.statistics:
        found.statistics["surface"] = fmean(found.statistics.values())
    else:
        found.unscorable["surface"] = reasons["unigram"]
    return found
