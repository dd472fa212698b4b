"""Web pages for fuzzing: whole ones with something broken in them, and heaps of mark-up that begin as one."""

from hypothesis import strategies as st

from tests.property.inputs import MARKUP_PIECES, TEXTS, encoded, spliced
from tests.unit.ingest.web_pages import PAGES

PIECES = [
    *MARKUP_PIECES,
    *("<div class='ad'>", "</div>", "<article>", "</article>", "<table><tr><td>", "</table>", "<ul><li>", "</ul>"),
    *("<figure><figcaption>", "</figcaption></figure>", "<form>", "</form>", "<nav>", "</nav>", "<svg>", "</svg>"),
    *("<noscript>", "<template>", "<textarea>", "<meta property='og:title' content='Dam holds'>", '<meta content="'),
    *('<script type="application/ld+json">{"articleBody": "', "\\n\\u201c\\ud83d", '"}</script>', "<!--[if IE]>"),
    *("<![endif]-->", "<amp-img>", "<p hidden onclick='a > b'>", "</p", "<h2>Dam</h2>", "&nbsp;", "&#x1F600;"),
    *("<a@b.c>", "<b>", "<br>", "'", "&#8217;"),
]  # fmt: skip
HEAPS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=60).map("".join),
    st.tuples(st.sampled_from(PIECES), st.sampled_from([20, 120, 3000]), st.sampled_from(PIECES)).map(
        lambda part: part[0] * part[1] + part[2]
    ),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join).map(lambda piece: piece * 300),
    TEXTS,
).map(lambda heap: f"<!DOCTYPE html><html><body>{heap}")
BROKEN = st.sampled_from(sorted(PAGES)).flatmap(lambda name: spliced(PAGES[name].encode()))
WEB_PAGES = st.one_of(HEAPS.map(encoded), BROKEN, HEAPS.map(lambda page: page.encode("utf-16", "surrogatepass")))
