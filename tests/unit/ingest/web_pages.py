"""Web pages as newsrooms publish them, written for these tests: one article among what stands round articles."""

import json

TITLE = "Ferry sinks off Corwick after collision with trawler"
BODY = [
    "A ferry sank off Corwick on Sunday after it hit a trawler in thick fog, the coastguard said.",
    "All 40 passengers were brought ashore, and nobody aboard the ferry was hurt, the harbour master told reporters.",
    "The owner of the ferry, Corwick Lines, said that it would hold an inquiry, and that the route would stay closed.",
    "“We were lucky that the lifeboat was out on a drill,” said Jane Marrow, who was on deck with her two children.",
    "The trawler, which was built in 1987, was towed to the harbour with a hole in its bow above the water line.",
]
MENU = '<div class="menu"><a href="/">Home</a> <a href="/n">News</a> <a href="/s">Sport</a></div>'
COOKIES = '<div id="consent"><p>We use cookies to improve your experience on our site.</p><button>Accept</button></div>'
STORIES = (
    '<div class="more-stories"><h4>You may also like</h4><p><a href="/1">The mayor of Hollin resigned on Friday over a '
    'contract for the dam, council sources said.</a></p><p><a href="/2">A storm warning was issued for all of the '
    "north coast on Saturday evening.</a></p></div>"
)
COMMENTS = (
    '<section id="comments"><h3>2 comments</h3><div class="comment"><p class="author">seadog42</p><p>My uncle was on '
    "that ferry for years and always said that the radar was broken.</p></div></section>"
)
FOOT = "<footer><p>The Corwick Post is published by Northern Media, 4 Quay Street, in Corwick.</p></footer>"
ADVERTISEMENT = (
    '<div class="ad-slot"><p>Save 50% on garden furniture this weekend only at HomeBarn, while stocks last.</p></div>'
)
FIGURE = "<figure><img src='f.jpg'><figcaption>The ferry Dora in the harbour of Corwick in 2019.</figcaption></figure>"


def paragraphs(texts=BODY):
    return "\n".join(f"<p>{text}</p>" for text in texts)


def data(**more):
    told = {"@type": "NewsArticle", "headline": TITLE, "articleBody": "\n\n".join(BODY), **more}
    return f'<script type="application/ld+json">{json.dumps(told)}</script>'


def page(body, head="", title=f"{TITLE} | Corwick Post"):
    top = f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
    return f"{top}<body>{body}</body></html>"


HEADED = f"<h1>{TITLE}</h1>"
PAGES = {
    "plain": page(f"{MENU}{HEADED}{paragraphs()}{FOOT}"),
    "article": page(
        f'{COOKIES}{MENU}<main><article>{HEADED}<p class="byline">By Ann Lee</p><time>12 May 2024</time>{FIGURE}'
        f"{paragraphs(BODY[:2])}{ADVERTISEMENT}{paragraphs(BODY[2:])}</article></main>{STORIES}{COMMENTS}{FOOT}"
    ),
    "divs": page(
        f'{COOKIES}{MENU}<div class="c"><div>{HEADED}<div class="story">{paragraphs()}</div>{STORIES}</div></div>'
        f"{COMMENTS}"
    ),
    "breaks": page(f'{MENU}{HEADED}<div class="story">{"<br><br>".join(BODY)}</div>{STORIES}'),
    "single breaks": page(f'{MENU}{HEADED}<div class="story">{"<br/>".join(BODY)}</div>{STORIES}'),
    "divs for paragraphs": page(f"{MENU}{HEADED}<div>{''.join(f'<div>{text}</div>' for text in BODY)}</div>{STORIES}"),
    "upper case": page(f"<H1>{TITLE}</H1>{paragraphs().replace('<p>', '<P>').replace('</p>', '')}").replace(
        "html", "HTML"
    ),
    "accelerated": page(
        f'<amp-sidebar id="s"><ul><li>Home</li></ul></amp-sidebar><article>{HEADED}<amp-img src="x"></amp-img>'
        f'{paragraphs(BODY[:3])}<amp-ad width=300 type="x"></amp-ad>{paragraphs(BODY[3:])}</article>'
    ).replace("<html>", "<html ⚡ lang=en>"),
    "form round all": page(f'<form id="aspnetForm" action="/">{MENU}{HEADED}{paragraphs()}</form>'),
    "only data": page('<div id="root"></div><noscript>Enable JavaScript.</noscript>', data(), "Corwick Post"),
    "teaser and data": page(
        f'{MENU}{HEADED}<p>{BODY[0]}</p><div class="paywall"><p>Subscribe today to read on.</p></div>', data()
    ),
    "og:title": page(
        f"{MENU}{paragraphs()}", f'<meta property="og:title" content="{TITLE} - Corwick Post"/>', "Corwick Post"
    ),
    "og:title reversed": page(
        f"{MENU}{paragraphs()}", f"<meta content='{TITLE}' property='og:title'>", "Corwick Post"
    ),
    "logo as heading": page(f"<h1>Corwick Post</h1>{MENU}<h2>{TITLE}</h2>{paragraphs()}"),
    "deep": page(f"{'<div>' * 60}{HEADED}{paragraphs()}{'</div>' * 60}"),
}  # fmt: skip
"""Name → page: each is the article of `TITLE` and `BODY`."""
