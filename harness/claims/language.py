"""Whether a text can be read by rules that were written for English."""

import unicodedata

from harness.claims.lexical import word_list
from harness.text import word_spans


def why_not_english(text: str) -> str:
    """A reason to hold that `text` is not English, or an empty string.

    Looks at the script first, then at function words: those of nine other European languages must outnumber the
    English ones, make up a fifth of the words, and not merely stand inside a name ("Oscar de la Hoya").
    """
    letters = [character for character in text if character.isalpha()]
    latin = sum(1 for character in letters if character.isascii() or "LATIN" in unicodedata.name(character, ""))
    if letters and latin < len(letters) / 2:
        return f"the text is not English: {len(letters) - latin} of its {len(letters)} letters are not Latin"
    tokens = [text[start:end] for start, end in word_spans(text)]
    english_words, foreign_words = word_list("language", "english"), word_list("language", "foreign")
    english = foreign = 0
    for index, token in enumerate(tokens):
        if token.lower() in english_words:
            english += 1
        elif token in foreign_words:
            before = tokens[index - 1][:1].isupper() if index else False
            after = any(later[:1].isupper() for later in tokens[index + 1 : index + 3])
            foreign += not (before and after)
    if foreign >= 2 and foreign > 2 * english and foreign * 5 >= len(tokens):
        return f"the text does not look English: {foreign} of its {len(tokens)} words are another language's"
    return ""
