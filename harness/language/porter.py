"""The Porter stemmer (Porter, "An algorithm for suffix stripping", Program 14(3), 1980) as rouge-score runs it.

rouge-score calls NLTK's stemmer in its default mode, which departs from the paper: a table of irregular forms, `ies`
and `ied` kept as `ie` in words of four letters, `y` turned to `i` after any consonant but a first letter, `alli`
stripped before the rest of step 2, and the endings `fulli` and `logi`. Those departures are repeated here, so that
numbers equal rouge-score's; a test compares the two stemmers. Importing NLTK itself costs more than two seconds.

Step numbers are the paper's. A word is seen as a run of consonants and vowels; its *measure* m is how often a vowel
stands right before a consonant. Digits count as consonants.
"""

from collections.abc import Iterable, Mapping

_IRREGULAR = {
    "sky": "sky",
    "skies": "sky",
    "dying": "die",
    "lying": "lie",
    "tying": "tie",
    "news": "news",
    "innings": "inning",
    "inning": "inning",
    "outings": "outing",
    "outing": "outing",
    "cannings": "canning",
    "canning": "canning",
    "howe": "howe",
    "proceed": "proceed",
    "exceed": "exceed",
    "succeed": "succeed",
}
_STEP_1A = {"sses": "ss", "ies": "i", "ss": "ss", "s": ""}
_STEP_2 = {
    "ational": "ate",
    "tional": "tion",
    "enci": "ence",
    "anci": "ance",
    "izer": "ize",
    "bli": "ble",
    "alli": "al",
    "entli": "ent",
    "eli": "e",
    "ousli": "ous",
    "ization": "ize",
    "ation": "ate",
    "ator": "ate",
    "alism": "al",
    "iveness": "ive",
    "fulness": "ful",
    "ousness": "ous",
    "aliti": "al",
    "iviti": "ive",
    "biliti": "ble",
    "fulli": "ful",
    "logi": "log",
}
_STEP_3 = {"icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": ""}
_STEP_4 = (
    *("al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism"),
    *("ate", "iti", "ous", "ive", "ize"),
)


_Endings = Mapping[str, tuple[str, ...]]


def _by_last_letter(endings: Iterable[str]) -> _Endings:
    """Last letter → the endings that have it, the longest first; most words have none and are done at once."""
    found: dict[str, tuple[str, ...]] = {}
    for ending in sorted(endings, key=len, reverse=True):
        found[ending[-1]] = (*found.get(ending[-1], ()), ending)
    return found


_ENDINGS_1A, _ENDINGS_2, _ENDINGS_3, _ENDINGS_4 = map(_by_last_letter, (_STEP_1A, _STEP_2, _STEP_3, _STEP_4))


class _Shapes(dict[int, str]):
    """Code point → vowel, consonant or y; whatever is not listed is a consonant."""

    def __missing__(self, letter: int) -> str:
        return "c"


_SHAPES = _Shapes(
    str.maketrans({**dict.fromkeys("bcdfghjklmnpqrstvwxz0123456789-'", "c"), **dict.fromkeys("aeiou", "v"), "y": "y"})
)


def _shape(word: str) -> str:
    """`c` for each consonant and `v` for each vowel; `y` is a vowel after a consonant."""
    shape = word.translate(_SHAPES)
    while "y" in shape:
        at = shape.index("y")
        shape = f"{shape[:at]}{'v' if shape[:at].endswith('c') else 'c'}{shape[at + 1 :]}"
    return shape


def _measure(word: str) -> int:
    return _shape(word).count("vc")


def _ends_short(word: str) -> bool:
    """Test the paper's condition *o, consonant-vowel-consonant but not w, x or y; `is` fulfils it here too."""
    shape = _shape(word)
    return shape == "vc" or (shape.endswith("cvc") and word[-1] not in "wxy")


def _ending(word: str, endings: _Endings) -> str:
    """Find the longest of `endings` that `word` has, or nothing."""
    possible = endings.get(word[-1:], ())
    return next(filter(word.endswith, possible)) if word.endswith(possible) else ""


def stem(word: str) -> str:
    """The stem of a word in lower case; a word of one or two letters is its own."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= 2:
        return word
    if word[-1] == "s":
        word = _step_1a(word)
    if word[-1] in "dg":
        word = _step_1b(word)
    if word[-1] == "y":
        word = _step_1c(word)
    return _step_5(_step_4(_step_3(_step_2(word))))


def _step_1a(word: str) -> str:
    """Plurals: caresses, ponies, cats."""
    if len(word) == 4 and word.endswith("ies"):
        return word[:-1]
    ending = _ending(word, _ENDINGS_1A)
    return word.removesuffix(ending) + _STEP_1A[ending] if ending else word


def _step_1b(word: str) -> str:
    """Past tenses and participles: agreed, plastered, motoring."""
    if word.endswith("ied"):
        return word[:-1] if len(word) == 4 else word[:-2]
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    rest = word.removesuffix("ed") if word.endswith("ed") else word.removesuffix("ing")
    if rest == word or "v" not in _shape(rest):
        return word
    if rest.endswith(("at", "bl", "iz")):
        return rest + "e"
    if rest[-1] == rest[-2:-1] and _shape(rest)[-1] == "c":
        return rest if rest[-1] in "lsz" else rest[:-1]
    return rest + "e" if _measure(rest) == 1 and _ends_short(rest) else rest


def _step_1c(word: str) -> str:
    """Turn a final y after a consonant into i: happy."""
    return word[:-1] + "i" if len(word) > 2 and word[-1] == "y" and _shape(word)[-2] == "c" else word


def _step_2(word: str) -> str:
    """Double endings: relational, digitizer, hopefulness."""
    if word.endswith("alli") and _measure(word[:-4]) > 0:
        return _step_2(word[:-2])
    ending = _ending(word, _ENDINGS_2)
    if not ending:
        return word
    # The l of `logi` counts for the measure, so that geology and theology lose their ending as archaeology does.
    rest = word[:-3] if ending == "logi" else word.removesuffix(ending)
    return word.removesuffix(ending) + _STEP_2[ending] if _measure(rest) > 0 else word


def _step_3(word: str) -> str:
    """Endings -ic-, -full, -ness: triplicate, formative, goodness."""
    ending = _ending(word, _ENDINGS_3)
    rest = word.removesuffix(ending)
    return rest + _STEP_3[ending] if ending and _measure(rest) > 0 else word


def _step_4(word: str) -> str:
    """Single endings after a measure of two: revival, inference, adoption."""
    ending = _ending(word, _ENDINGS_4)
    rest = word.removesuffix(ending)
    if ending and _measure(rest) > 1 and (ending != "ion" or rest[-1] in "st"):
        return rest
    return word


def _step_5(word: str) -> str:
    """Cut a final e, and the second of two final l: probate, controll."""
    if word.endswith("e"):
        measure = _measure(word[:-1])
        if measure > 1 or (measure == 1 and not _ends_short(word[:-1])):
            word = word[:-1]
    return word[:-1] if word.endswith("ll") and _measure(word[:-1]) > 1 else word
