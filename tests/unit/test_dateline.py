"""Where the body starts after a dateline. Each expected body was read off the line by eye."""

import pytest

from harness.language.text import dateline_end

DATELINES = [
    ("WASHINGTON (CNN) -- The president", "The president"),
    ("LONDON, March 3 (Reuters) - Shares fell", "Shares fell"),
    ("ALMATY — Protesters returned", "Protesters returned"),
    ("( )- Russia has sent troops", "Russia has sent troops"),
    ("() – Russia has sent troops", "Russia has sent troops"),
    ("(CNN)The mayor resigned", "The mayor resigned"),
    ("(Reuters) - The mayor resigned", "The mayor resigned"),
    ("KABUL, Afghanistan (AP) _ A bomb", "A bomb"),
    ("NEW YORK, N.Y. (AP) — A judge", "A judge"),
    ("ST. PETERSBURG, Fla. — A judge", "A judge"),
    ("SAN FRANCISCO/NEW YORK (Reuters) - Uber said", "Uber said"),
    ("BEIJING, Jan. 6 (Xinhua) -- China", "China"),
    ("MOSCOW, January 6. /TASS/. Russia", "Russia"),
    ("BAGHDAD, Iraq, March 3, 2004 — “We fled", "“We fled"),
    ("Islamabad, Jan 5 (IANS) The court", "The court"),
    ("NEW DELHI: The court", "The court"),
    ("Almaty, Kazakhstan – Protesters", "Protesters"),
    ("Rio de Janeiro, 5 May (EFE).- Brazil", "Brazil"),
    ("Moscow (AFP) - 13 people", "13 people"),
    ("  PARIS: Thousands", "Thousands"),
    ("Jan. 5 (Bloomberg) -- Stocks", "Stocks"),
    ("Bonn, Lyon, Graz, Turin (Reuters) - Shares", "Shares"),
    ("Rio Grande do Sul (Reuters) - Rain", "Rain"),
    ("NEW DELHI, India: The court", "The court"),
    ("OSLO, Norway, Europe – Fish", "Fish"),
]

BODIES = [
    "Putin – the man who rules – said no.",
    "Russia has sent troops into a foreign country this week, but it’s not Ukraine.",
    "The deal (worth $5m) - Smith's largest - fell through.",
    "He said: The militants have not laid down their arms.",
    "BREAKING: Russia sends troops",
    "NATO: Russia must leave",
    "COVID-19 — How it spreads",
    "The United Nations (UN) The council met.",
    "(See page 4) the rest",
    "The mission falls under the Collective Security Treaty Organization – the CSTO – comprising Russia.",
    "Tokayev said: “It is an undermining",
    "GEN. MYERS: I think we are on track",
    "Bonn, Lyon, Graz, Turin, Basel (Reuters) - Shares",
    "Old Town Of New York (Reuters) - Rain",
    "de Janeiro, Brazil – Protesters",
    "Almaty – Protesters",
    "Almaty, Kazakhstan, Asia – Protesters",
    "BREAKING UPDATE – Protesters",
    "Almaty, Kazakhstan: Protesters",
    "OSLO: Fish",
    "Almaty (the city) Protesters",
    "",
    "—",
]


@pytest.mark.parametrize(("text", "body"), DATELINES)
def test_a_dateline_is_passed_over(text, body):
    assert text[dateline_end(text) :] == body


@pytest.mark.parametrize("text", BODIES)
def test_a_sentence_is_no_dateline(text):
    assert dateline_end(text) == 0
