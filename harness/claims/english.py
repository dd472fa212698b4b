"""Recognise texts that rules written for English cannot read."""

import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

from harness.language.lexical import word_list
from harness.language.text import composed_letters, word_spans
from harness.records import Article, Cluster

Known = Callable[[str], bool]
"""Tells ordinary English words, lower-cased, from others."""
FEWEST: Final = 5
"""Least number of words by which an article's language is judged."""
LOOKED_AT: Final = 4_000
"""Characters at the beginning of an article by which its language is judged."""
ENGLISH: Final = 0.45
"""Least share of English words in an English article. Those of the development data have .70 and more, texts in 45
other languages of Latin script .25 and less."""
FOREIGN_BESIDE: Final = 0.5
"""Share of a headline's small words that are not English, above which it is not where an article is not either."""
FEWEST_SMALL: Final = 3
"""Least number of its words in small letters for those in capitals to be left out: they are names of any language."""
FEWEST_STRANGE: Final = 2
"""Least number of words of a text that neither English nor the articles have for it to be in another language."""
IN_CAPITALS: Final = 0.7
"""The same where all its words have capitals: some are names."""

_ACCENTS = str.maketrans("éèêëïçñàâîô", "eeeeicnaaio")
_ACCENTED = frozenset({"résumé", "résumés", "protégé", "protégés", "protégée", "émigré", "émigrés"})
"""English words that keep two accents."""


def why_not_english(
    text: str, known: Known, articles: Sequence[Article] = (), told: Collection[str] = frozenset()
) -> str:
    """Return a reason to hold that `text` is not English, or an empty string.

    Looks at the script first, then at function words: those of other European languages must outnumber the English
    ones, make up a fifth of the words, and not merely stand inside a name ("Oscar de la Hoya"); one is enough where
    none of the small words is English. `articles` are those of another language that stand beside the text: there a
    text most of whose small words are not English is in their language. Beside English ones, whose words are `told`,
    so is a text most of whose small words, two at least, are neither English nor theirs.
    """
    letters = [character for character in text if character.isalpha()]
    latin = sum(1 for character in letters if character.isascii() or "LATIN" in unicodedata.name(character, ""))
    if letters and latin < len(letters) / 2:
        return f"the text is not English: {len(letters) - latin} of its {len(letters)} letters are not Latin"
    tokens = _words(text)
    english = sum(token.lower() in word_list("language", "english") for token in tokens)
    foreign = sum(1 for _ in _foreign(tokens))
    if foreign >= 2 and foreign > 2 * english and foreign * 5 >= len(tokens):
        return f"the text does not look English: {foreign} of its {len(tokens)} words are another language's"
    # Names say nothing of a text's language; small words do.
    small = [token for token in tokens if token.islower() and token.isalpha()]
    strange = [token for token in small if not _is_english(token, known)]
    marked = any(not token.isascii() for token in strange)
    if (foreign or marked) and len(strange) == len(small) and len(tokens) > 1:
        return f"the text does not look English: it has no English word beside “{' '.join(strange)}”"
    telling = [token.lower() for token in small or tokens if token.lower() not in word_list("language", "shared")]
    strange = [token for token in telling if not _is_english(token, known)]
    if articles and len(strange) > (FOREIGN_BESIDE if small else IN_CAPITALS) * len(telling):
        return f"the text does not look English, and neither does article {articles[0].article_id}"
    capitals = [token.lower() for token in tokens[:1] if token[:1].isupper() and token[1:].islower()]
    opening = [word for word in capitals if not _is_english(word, known)]
    asked = [word for word in [*opening, *(token.lower() for token in small)] if word not in told]
    strange = [word for word in asked if not _is_english(word, known)]
    if told and len(strange) >= FEWEST_STRANGE and len(strange) > FOREIGN_BESIDE * (len(opening) + len(small)):
        return f"the text does not look English: no article has “{' '.join(strange)}”, and English has it neither"
    return ""


def _foreign(tokens: Sequence[str]) -> Iterator[str]:
    """Yield function words of other languages that do not merely stand inside a name."""
    for index, token in enumerate(tokens):
        if token in word_list("language", "foreign") and token not in word_list("language", "english"):
            before = tokens[index - 1][:1].isupper() if index else False
            after = any(later[:1].isupper() for later in tokens[index + 1 : index + 3])
            if not (before and after):
                yield token


def _is_english(word: str, known: Known) -> bool:
    """Recognise a lower-cased English word, without the accents that English keeps: `fiancé`."""
    own = word.removesuffix("'s").removesuffix("’s")
    bare = own.translate(_ACCENTS)
    accents = sum(one != other for one, other in zip(own, bare, strict=True))
    if (accents > 1 and word not in _ACCENTED) or accents == len(own):
        return False  # `évacuées` is no `evacuees`, `à` no `a`
    if bare in word_list("language", "english"):
        return True
    return word not in word_list("language", "foreign") and len(bare) > 1 and (known(bare) or "-" in bare)


def _words(text: str) -> list[str]:
    text = composed_letters(text)
    return [text[start:end] for start, end in word_spans(text)]


def in_another_language(article: Article, known: Known) -> bool:
    """Recognise an article most of whose words are not English; False where it has few words.

    Words in capitals are left out where there are others: names are of any language.
    """
    written = [token for token in _words(f"{article.title} {article.text[:LOOKED_AT]}") if token.isalpha()]
    small = [token for token in written if token.islower()]
    if len(written) < FEWEST:
        return False
    tokens = small if len(small) >= FEWEST_SMALL else [token.lower() for token in written]
    return sum(_is_english(token, known) for token in tokens) < ENGLISH * len(tokens)


def readable_articles(cluster: Cluster, known: Known) -> tuple[Article, ...]:
    """List the articles of a cluster that are English, or say too little to tell."""
    return tuple(article for article in cluster.articles if not in_another_language(article, known))
