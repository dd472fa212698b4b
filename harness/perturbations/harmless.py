"""Edits that keep the meaning of a headline: other words, another order, other articles of the same content."""

import re
from collections.abc import Iterator

from harness.claims.attribution import kind_of_saying
from harness.claims.entities import Name, acronym
from harness.claims.meaning import other_names
from harness.claims.parsing.parse import Token
from harness.claims.sentence_analysis import phrase_text
from harness.language.lexical import content_stems, word_list
from harness.language.numerals import number_values
from harness.perturbations.change import Change, Means, replace_span
from harness.perturbations.context import Headline, sentence_case, spell
from harness.perturbations.words import doubles, in_digits, in_letters, inflected

_PARTS = {"verbs": "VERB", "acts": "VERB", "nouns": "NOUN", "adjectives": "ADJ", "adverbs": "ADV"}
_FRONTED = frozenset({"in", "on", "at", "after", "as", "during", "before", "despite", "amid"})
_OPENERS = word_list("function", "content_free") - {"a", "an", "the", "in", "on", "at", "for", "after", "when"}
"""Words that a sentence which stands by itself does not begin with."""


def paraphrase(headline: Headline, means: Means) -> Iterator[Change]:  # noqa: ARG001 - all ways are yielded
    """Put a word or phrase for another that says the same here."""
    reading = headline.reading
    acted = {f.predicate for f in reading.frames if f.kind == "verb" and (f.patients or f.open_agent)}
    idle = {f.predicate for f in reading.frames if f.kind == "verb" and not (f.patients or f.open_agent)}
    named = {index for name in reading.names for index in range(name.start, name.end)}
    for token in reading.parse.tokens:
        for key, part in _PARTS.items():
            if token.pos != part or token.i in named:
                continue
            if (key == "verbs" and token.i not in acted) or (key == "acts" and token.i not in idle):
                continue
            for other in doubles("same", key).get(token.lemma, ()):
                tag = (
                    "VBN" if token.tag == "VBD" and headline.text[token.start : token.end].endswith("n") else token.tag
                )
                new = inflected(other, tag)
                if new.lower() != token.lower:
                    yield replace_span(headline, "another word", token.start, token.end, new)
    for phrase, others in doubles("same", "phrases", "|").items():
        for match in re.finditer(rf"(?<![\w.-]){re.escape(phrase)}(?![\w-])", reading.parse.text):
            for other in others:
                if phrase == "over" and not re.match(r"\s+[$£€]?\d", reading.parse.text[match.end() :]):
                    continue
                # "Nine dead after" is "nine killed after"; "three dead men" is nothing of the kind.
                verbal = {phrase, other} == {"dead", "killed"}
                if not verbal or re.match(r"\s+(?:after|as|in|when)\b", reading.parse.text[match.end() :]):
                    yield replace_span(headline, "another phrase", match.start(), match.end(), other)


def word_order(headline: Headline, means: Means) -> Iterator[Change]:  # noqa: ARG001 - all ways are yielded
    """Swap the members of a list, or put a closing phrase of time, place or occasion to the front."""
    yield from _swap_list(headline)
    yield from _front_phrase(headline)
    yield from _make_passive(headline)


def _swap_list(headline: Headline) -> Iterator[Change]:
    tokens = headline.reading.parse.tokens
    children = headline.reading.parse.children
    text = headline.text
    for token in tokens:
        joined = [child for child in children[token.i] if tokens[child].dep == "conj"]
        ands = [child for child in children[token.i] if tokens[child].lower == "and" and tokens[child].dep == "cc"]
        if len(joined) != 1 or len(ands) != 1 or token.pos not in {"NOUN", "PROPN"}:
            continue
        other = tokens[joined[0]]
        if other.pos != token.pos or (children[other.i] and any(tokens[c].dep == "conj" for c in children[other.i])):
            continue
        plain = all(
            not [c for c in children[each.i] if tokens[c].dep not in {"compound", "conj", "cc", "det"}]
            for each in (token, other)
        )
        (a, b), (c, d) = phrase_text(headline.reading.parse, token.i), phrase_text(headline.reading.parse, other.i)
        if plain and b <= tokens[ands[0]].start and tokens[ands[0]].end <= c and tokens[ands[0]].start - b <= 1:
            swapped = f"{text[:a]}{text[c:d]}{text[b:c]}{text[a:b]}{text[d:]}"
            yield Change(
                "members of a list", sentence_case(swapped, text), text[a:d], f"{text[c:d]}{text[b:c]}{text[a:b]}"
            )


def _front_phrase(headline: Headline) -> Iterator[Change]:
    parse = headline.reading.parse
    text = headline.text.rstrip(" .")
    for token in parse.tokens[1:]:
        if token.lower not in _FRONTED or token.dep not in ({"mark"} if token.lower == "as" else {"prep", "mark"}):
            continue
        above = parse.tokens[token.head]
        top = above if token.dep == "prep" else parse.tokens[above.head]
        inside = parse.subtree(token.i if token.dep == "prep" else above.i)
        last = parse.tokens[inside[-1]].end
        if top.dep != "ROOT" or top.pos not in {"VERB", "AUX"} or inside[0] != token.i or last < len(text):
            continue
        moved, rest = text[token.start :], headline.inner(text[: token.start].rstrip(" ,"))
        objects = [parse.tokens[child] for child in parse.children[token.i] if parse.tokens[child].dep == "pobj"]
        if token.lower in {"in", "on", "at"} and not any(_is_when_or_where(headline, each) for each in objects):
            continue
        if len(rest.split()) >= 3:
            yield Change("closing phrase to the front", sentence_case(f"{moved}, {rest}", headline.text), moved, moved)


def _is_when_or_where(headline: Headline, token: Token) -> bool:
    """Tell whether a noun is a date, or (part of) a name in which the articles have something happen."""
    return token.entity in {"DATE", "TIME"} or any(
        spelling.where and token.lower in spelling.name.words for spelling in headline.context.names
    )


def _make_passive(headline: Headline) -> Iterator[Change]:
    """Write `Council rejects plan` as `Plan rejected by council`, where nothing else hangs on the verb."""
    reading = headline.reading
    tokens = reading.parse.tokens
    text = headline.text.rstrip(" .")
    for frame in reading.frames:
        verb = tokens[frame.predicate]
        if frame.kind != "verb" or verb.dep != "ROOT" or verb.tag != "VBZ" or frame.negated or verb.lemma == "have":
            continue
        if len(frame.agents) != 1 or len(frame.patients) != 1:
            continue
        (a, b), (c, d) = (phrase_text(reading.parse, each[0]) for each in (frame.agents, frame.patients))
        if a != 0 or not (b < verb.start and verb.end < c <= d) or text[b : verb.start].strip():
            continue
        if text[verb.end : c].strip() or text[d:].strip():
            continue
        by = f"{text[c:d]} {inflected(verb.lemma, 'VBN')} by {headline.inner(text[a:b])}"
        yield Change("passive", sentence_case(by, headline.text), text, by)


def numbers(headline: Headline, means: Means) -> Iterator[Change]:  # noqa: ARG001 - all ways are yielded
    """Write a whole number in letters for one in digits, or the other way round."""
    text = headline.text
    tokens = headline.reading.parse.tokens
    for figure in headline.reading.figures:
        written = text[figure.start : figure.end]
        alone = re.fullmatch(r"[A-Za-z]+(?:-[a-z]+)?|\d+", written) is not None
        joined = (
            text[figure.end : figure.end + 1] in {"-", "–", "."} and text[figure.end + 1 : figure.end + 2].isalnum()
        )
        if figure.modifier in {"vague", "range"} or figure.value != int(figure.value) or not alone or joined:
            continue
        if text[: figure.start].endswith(("$", "£", "€", "-", ".", ",")) or figure.unit in {"percent", "age"}:
            continue
        value = int(figure.value)
        if figure.ordinal or not 2 <= value <= 999 or (value > 99 and value % 100):
            continue
        if written.isdigit():
            yield replace_span(headline, "letters for digits", figure.start, figure.end, in_letters(value))
        elif number_values(written) and tokens[figure.token].tag == "CD":
            yield replace_span(headline, "digits for letters", figure.start, figure.end, in_digits(value))


def aliases(headline: Headline, means: Means) -> Iterator[Change]:  # noqa: ARG001 - all ways are yielded
    """Put another name for the same: a surname for a full name or the reverse, an acronym, a country's other name."""
    reading = headline.reading
    for name in reading.names:
        mine = spell(reading, name)
        start = reading.parse.tokens[name.start].start
        if mine.form != "name" or (name.title and name.kind == "person"):
            continue
        for other in _other_names(headline, name, mine.text):
            if other.lower() != mine.text.lower():
                yield replace_span(headline, "another name", start, start + len(mine.text), other)


def _other_names(headline: Headline, name: Name, text: str) -> Iterator[str]:
    if name.nation:
        yield from (other for other in other_names(name.nation) if text in other_names(name.nation))
        return
    known = [
        spelling for spelling in headline.context.names if spelling.form == "name" and spelling.name.kind == name.kind
    ]
    if name.kind == "person":
        bearers = {
            spelling.name.words
            for spelling in known
            if spelling.name.last == name.last and len(spelling.name.words) > 1
        }
        bearers |= {spelling.name.words for spelling in known if name.last in spelling.name.words[:-1]}
        alone = any(spelling.name.words == (name.last,) for spelling in headline.context.names)
        if len(name.words) > 1 and alone and bearers <= {name.words}:
            yield text.split()[-1]
        if len(name.words) == 1 and len(bearers) == 1:
            yield from (spelling.text for spelling in known if spelling.name.words in bearers)
    for spelling in known:
        short, long = sorted((name.words, spelling.name.words), key=len)
        if len(short) == 1 and len(long) > 1 and short[0].replace(".", "") == acronym(long):
            yield spelling.text


def padding(headline: Headline, means: Means) -> Iterator[Change]:  # noqa: ARG001 - all ways are yielded
    """Add a sentence of an article after the headline: one without figures, quotes, speakers, pronouns."""
    stop = "" if headline.text.rstrip()[-1:] in ".!?" else "."
    told = set(content_stems(headline.text))
    for sentence, reading in zip(headline.context.sentences, headline.context.readings, strict=True):
        words = sentence.split()
        if not (6 <= len(words) <= 25 and sentence.endswith(".") and sentence[:1].isupper()):
            continue
        tokens = reading.parse.tokens
        if any(token.pos == "VERB" and kind_of_saying(token.lemma) for token in tokens):
            continue
        if reading.figures or reading.sayings or set(sentence) & set('"“”‘’:;()[]'):
            continue
        if tokens[0].lower in _OPENERS or any(token.pos == "PRON" for token in tokens):
            continue
        if reading.frames and told != set(content_stems(sentence)):
            yield Change("a true sentence", f"{headline.text.rstrip()}{stop} {sentence}", "", sentence)


def double_source(headline: Headline, means: Means) -> Iterator[Change]:
    """Keep the text, and double one of the articles."""
    cluster = headline.context.without(headline.text)
    copied = means.random.choice(cluster.articles)
    taken = {article.article_id for article in cluster.articles}
    name = f"{copied.article_id}-again"
    while name in taken:
        name += "-again"
    twice = (*cluster.articles, copied.model_copy(update={"article_id": name}))
    yield Change("articles", headline.text, "", copied.article_id, cluster.model_copy(update={"articles": twice}))


def reverse_articles(headline: Headline, means: Means) -> Iterator[Change]:  # noqa: ARG001 - one way only
    """Keep the text, and reverse the order of the articles."""
    cluster = headline.context.without(headline.text)
    if len(cluster.articles) > 1:
        turned = cluster.model_copy(update={"articles": tuple(reversed(cluster.articles))})
        yield Change("articles", headline.text, "", "", turned)
