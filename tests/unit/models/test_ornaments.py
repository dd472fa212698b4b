"""What decorates a headline, counts its words or numbers it goes; signs that belong to it stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.models.postprocess import DEFAULT, apply, finish, first_line, first_line_is_complete

HEADLINE = "Ferry sinks off Corwick, nine rescued"
OTHER = "Corwick ferry disaster: what we know"
BEFORE = [
    "",
    "📰 ",
    "🔥 ",
    "→ ",
    "✅ ",
    "⚠️ ",
    "🇬🇧 ",
    "👨\u200d👩\u200d👧 ",
    "1️⃣ ",
    "★ ",
    "– ",
    "• ",
    "▶ ",
    "🔥🔥 ",
]
BEHIND = [
    "", " 🚢💔", " (6 words)", " (37 characters)", " [Word count: 6]", " (6 words, 37 characters)", " *(6 words)*",
    " [1][2]", " (about 6 words)", " (Length: 37 characters)", " [Article 1]", " — (6 words)", " (Note: neutral tone)",
    " (37 characters, including spaces)",
]  # fmt: skip
FRAMES = ["{}", "**{}**", '"{}"', "“{}”", "### {}", "''{}''", "``{}``", "``{}''", "‹{}›", '“{}"', "”{}”", "[{}]"]


def answered(raw: str) -> str:
    return finish(raw, DEFAULT, "end").text


@given(st.sampled_from(BEFORE), st.sampled_from(FRAMES), st.sampled_from(BEHIND))
def test_decoration_and_counts_go_whatever_frame_they_stand_round(before, frame, behind):
    assert answered(before + frame.format(HEADLINE) + behind) == HEADLINE


@given(st.sampled_from(BEFORE[:10]), st.sampled_from(FRAMES), st.sampled_from(BEHIND[:9]))
def test_they_go_within_the_frame_too(before, frame, behind):
    assert answered(frame.format(before + HEADLINE + behind)) == HEADLINE


@pytest.mark.parametrize(
    ("raw", "right"),
    [
        ("Mayor: &quot;We will rebuild&quot; after flood", 'Mayor: "We will rebuild" after flood'),
        ("Smith &amp; Sons closes Tarn mill", "Smith & Sons closes Tarn mill"),
        ("Arlen&#39;s dam holds", "Arlen's dam holds"),
        ("Arlen&#x2019;s dam holds &mdash; for now", "Arlen’s dam holds — for now"),
        ("&ldquo;Ferry sinks&rdquo;", "Ferry sinks"),
        ("Profits &lt; costs at Norden Dairy", "Profits < costs at Norden Dairy"),
        ("&lt;h1&gt;Ferry sinks&lt;/h1&gt;", "Ferry sinks"),
    ],
)
def test_entities_are_the_characters_they_stand_for(raw, right):
    assert answered(raw) == right


@pytest.mark.parametrize(
    "raw",
    [
        f"1. {HEADLINE} 2. {OTHER} 3. X",
        f"a) {HEADLINE}\nb) {OTHER}",
        f"A. {HEADLINE}\nB. {OTHER}",
        f"**1.** {HEADLINE}\n**2.** {OTHER}",
        f"**1. {HEADLINE}**\n**2. {OTHER}**",
        f"1. **Neutral:** {HEADLINE}\n2. **Dramatic:** {OTHER}",
        f"#1: {HEADLINE}\n#2: {OTHER}",
        f"Option 1: {HEADLINE} / Option 2: {OTHER}",
        f"Option A - {HEADLINE}\nOption B - {OTHER}",
        f"First option: {HEADLINE}\nSecond option: {OTHER}",
        f"| Headline |\n|---|\n| {HEADLINE} |",
        f"Word count: 6\n{HEADLINE}",
        f"✨ Headline ✨\n{HEADLINE}",
        f"[{HEADLINE}](https://paper.example/a)",
    ],
)
def test_the_first_of_several_is_taken_without_its_number(raw):
    assert answered(raw) == HEADLINE


@pytest.mark.parametrize(
    "raw",
    [
        f"🔥 Headline: {HEADLINE}",
        f"📰 **Headline:** {HEADLINE}",
        f"Great!\n{HEADLINE}",
        f'Great! "{HEADLINE}"',
        f"Great! **{HEADLINE}**",
        f"Sure — {HEADLINE}",
        f"Sure, here's one: {HEADLINE}",
        f"Yes, of course. Here is a headline: {HEADLINE}",
        f"Headline (neutral): {HEADLINE}",
        f"Headline in 10 words: {HEADLINE}",
        f"Generated headline: {HEADLINE}",
        f"[Headline] {HEADLINE}",
        f"Headline | {HEADLINE}",
        f"Headline -\n{HEADLINE}",
        f"Let me think about this.\n\n{HEADLINE}",
        f"Okay, the user wants a headline. It should be short.\n\nHeadline: {HEADLINE}",
        f"Below is the headline you asked for.\n\n{HEADLINE}",
        f"Q: Write a headline.\nA: {HEADLINE}",
        f"**Thinking:** The ferry.\n\n**Headline:** {HEADLINE}",
        f"Thought: ferry.\nFinal Answer: {HEADLINE}",
        f"<thought_process>a</thought_process>\n{HEADLINE}",
        f"<|thinking_start|>a<|thinking_end|>{HEADLINE}",
        f"<｜begin▁of▁thinking｜>a<｜end▁of▁thinking｜>{HEADLINE}",
        f"assistantfinal{HEADLINE}",
        f"{HEADLINE}<end_of_utterance>",
        f"{HEADLINE}[|endofturn|]",
        f"{HEADLINE}[DONE]",
        f"{HEADLINE} ### Instruction: next",
        f"{HEADLINE}###",
        f"<extra_id_0> {HEADLINE}<extra_id_1>",
        f"▁{HEADLINE.replace(' ', '▁')}",
        f"{HEADLINE}<n>more",
        f"```text {HEADLINE}```",
        f"<!DOCTYPE html><html><body><h1>{HEADLINE}</h1></body></html>",
        rf"\textbf{{{HEADLINE}}}",
        rf"$\boxed{{\text{{{HEADLINE}}}}}$",
        f'{{"generated_headline": "{HEADLINE}", "words": 6}}',
        f'{{"reason": "short", "headline": "{HEADLINE}", "c',
        f'{{headline: "{HEADLINE}"}}',
        f'"{{\\"headline\\": \\"{HEADLINE}\\"}}"',
        f'json\n{{"headline": "{HEADLINE}"}}',
        f'The headline for these articles is "{HEADLINE}"',
        f"This is the headline: {HEADLINE}",
        f"Certainly. {HEADLINE}",
        f"Headline A: {HEADLINE}\nHeadline B: {OTHER}",
        f"- Option 1: {HEADLINE}\n- Option 2: {OTHER}",
        f"**Title**: *{HEADLINE}*",
        f'headline = "{HEADLINE}"',
        f"“‘{HEADLINE}’”",
        f'\\"{HEADLINE}\\"',
        f"{HEADLINE}\\n\\nNote: short",
        f"[START]{HEADLINE}[END]",
        f"{HEADLINE}<|im_end",
        f"{HEADLINE}<end_of_turn",
        f"{HEADLINE}</",
        f"<think/>{HEADLINE}",
        f"1.\n{HEADLINE}\n2.\n{OTHER}",
        f"1.{HEADLINE}\n2.{OTHER}",
        f"[1] {HEADLINE}\n[2] {OTHER}",
        f"The articles discuss a ferry.\n\nHeadline: {HEADLINE}",
        f"['{HEADLINE}', '{OTHER}']",
        f'{{"1": "{HEADLINE}", "2": "{OTHER}"}}',
        f'<tool_call>{{"name": "answer", "arguments": {{"headline": "{HEADLINE}"}}}}</tool_call>',
    ],
)
def test_wordings_marks_and_keys_of_further_models_go(raw):
    assert answered(raw) == HEADLINE


@pytest.mark.parametrize(
    "raw", ['{"reason": "cut', '{"reason": "none"}', "📰 🔥", "Let me think", "(6 words)", "Word count: 6"]
)
def test_what_holds_no_headline_is_a_failure(raw):
    assert finish(raw, DEFAULT, "end").stopped == "refused"


@pytest.mark.parametrize(
    "text",
    [
        "Great! Says Mayor",
        "Yes! Tarn wins cup",
        "Thanks! Mayor bows out",
        "OK! magazine to close",
        'The title of the film is "Ferry"',
        "Final: Tarn 3, Hale 2",
        "Analysis: why Tarn lost",
        "❤️ emoji tops list of most used",
        "'We ❤ Tarn' shirts sell out",
        "Mayor replies with a 👍",
        "Tarn hits 40 ℃",
        "Norden® wins case over Tarn ®",
        "€5 bus fare for Tarn",
        "-5C in Tarn as cold bites",
        "AT&T cuts 500 jobs in Tarn",
        "R&D; spending falls in Tarn",
        "Ferry sinks (9 dead)",
        "Mayor sums up year (in six words)",
        "A. Smith wins Tarn vote",
        "''Never again'' says mayor of ''Tarn''",
        "``Never again,'' says mayor",
        "(Almost) nothing left in Tarn (again)",
        "Ferry sinks - The Tarn Post",
        "Corwick: ferry sinks 2. Liga side wins",
    ],
)
def test_signs_and_words_of_a_headline_stay(text):
    assert apply(text, DEFAULT) == (text, ())
    assert answered(f"{text}\nmore") == text


PIECES = st.lists(
    st.sampled_from(
        ["Ferry", " ", "\n", "A. ", "B. ", "###", "&#10;", "&lt;", "📰 ", "|", "(6 words)", "1. ", "2. ", "Q: ", "<n>"]
    ),
    max_size=9,
)


@given(PIECES, PIECES)
def test_a_complete_first_line_stays_whatever_follows(before, after):
    start, more = "".join(before), "".join(after)
    if first_line_is_complete(start):
        assert first_line(start + more) == first_line(start) != ""
