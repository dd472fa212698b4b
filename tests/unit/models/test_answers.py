"""What chat models write round a headline, and headlines that look alike and must stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.models.postprocess import DEFAULT, apply, finish, first_line, first_line_is_complete

HEADLINE = "Ferry sinks off Corwick"
OPENED = ["<think>", "<thinking>", "<reasoning>", "<thought>", "<THINK>", "[THINK]", "◁think▷", "<|begin_of_thought|>"]
CLOSED = [
    "</think>",
    "</thinking>",
    "</reasoning>",
    "</thought>",
    "</THINK>",
    "[/THINK]",
    "◁/think▷",
    "<|end_of_thought|>",
]
TAGS = list(zip(OPENED, CLOSED, strict=True))
ENDS = [
    "</s>",
    "<|im_end|>",
    "<|endoftext|>",
    "<eos>",
    "[/INST]",
    "<|eot_id|>",
    "<end_of_turn>",
    "<｜end▁of▁sentence｜>",
]
THOUGHTS = [
    "",
    "\n",
    "The ferry.",
    "Okay, the user wants a headline.\nFerry lost?\n",
    "**Headline:** Ferry?\n\n- short",
]
PREAMBLES = [
    "Sure!", "Sure! Here is a headline:", "Certainly — here's a headline for the articles:", "Here is a headline:",
    "Here's your headline", "Of course.", "Okay.", "Sure thing!", "**Headline**", "## Headline", "### Title", "Title",
    "**Headline:**", "Headline:", "---", "***", "```", "```text", "* * *", "<answer>", "Here you go!",
    "Here is a short, neutral headline for the articles:", "Absolutely! Here's one:", "Here is my suggestion:",
    "I'd be happy to help!", "Sure, I can write a headline for that.", "Based on the articles, here is a headline:",
    "Here is a headline that summarizes the articles", "Here are three headlines:", "Final answer:",
]  # fmt: skip
FRAMES = [
    "{}", "**{}**", '"{}"', "“{}”", "# {}", "Headline: {}", "**Headline:** {}", '**"{}"**', "1. {}", "- {}", "*{}*",
          "Title: “{}”", "1. **{}**", "`{}`", "<headline>{}</headline>", "<h1>{}</h1>", "Sure! {}",
          "Option 1: {}", "**Option A:** {}", "**Headline option 2: {}**", "The headline is: {}", "assistant: {}",
          "A possible headline could be: “{}”", "Answer: {}", r"\boxed{{{}}}",
]  # fmt: skip


def answered(raw: str) -> str:
    return apply(raw, DEFAULT)[0]


@given(st.sampled_from(TAGS), st.sampled_from(THOUGHTS), st.sampled_from(FRAMES), st.sampled_from(["", *ENDS]))
def test_reasoning_before_the_headline_and_ends_behind_it_go(tags, thought, frame, end):
    written = frame.format(HEADLINE)
    assert answered(f"{tags[0]}{thought}{tags[1]}\n\n{written}{end}") == HEADLINE
    assert answered(f"{thought}{tags[1]}\n\n{written}{end}") == HEADLINE  # begun in the prompt
    assert answered(f"{written}{end}\n{tags[0]}{thought}") == HEADLINE  # thought of afterwards


@given(st.sampled_from(OPENED), st.sampled_from(THOUGHTS), st.sampled_from(["end", "length"]))
def test_reasoning_that_never_ends_is_a_failure(opened, thought, stopped):
    answer = finish(opened + thought, DEFAULT, stopped)
    assert answer.text == ""
    assert answer.raw_text == opened + thought
    assert answer.stopped == ("length" if stopped == "length" else "refused")


@given(
    st.lists(st.sampled_from(PREAMBLES), max_size=3),
    st.sampled_from(FRAMES),
    st.sampled_from(["", *ENDS, "\n```", "\n\n---\n\nLet me know!"]),
)
def test_preambles_before_the_headline_go(before, frame, after):
    raw = "\n\n".join([*before, frame.format(HEADLINE)]) + after
    assert answered(raw) == HEADLINE


@given(
    st.lists(
        st.sampled_from([*PREAMBLES, *ENDS, "…", "**", "—", "</think>", "<answer></answer>"]), min_size=1, max_size=3
    )
)
def test_what_has_no_headline_is_a_failure(lines):
    assert finish("\n".join(lines), DEFAULT, "end").text == ""


@pytest.mark.parametrize(
    "raw",
    [
        "<|channel|>analysis<|message|>We need one.<|end|><|start|>assistant<|channel|>final<|message|>" + HEADLINE,
        "<|channel|>commentary<|message|>Hm.<|end|><|channel|>final <|constrain|>text<|message|>"
        + HEADLINE
        + "<|return|>",
        "analysisWe need a headline.assistantfinal" + HEADLINE,
        "<|im_start|>assistant\n" + HEADLINE + "<|im_end|>\n<|im_start|>user\nThanks",
        "<|start_header_id|>assistant<|end_header_id|>\n\n" + HEADLINE + "<|eot_id|>",
        "<start_of_turn>model\n" + HEADLINE + "<end_of_turn>",
        "[INST] [/INST] " + HEADLINE + "</s>",
        "<s>" + HEADLINE + "</s>",
        '{"headline": "' + HEADLINE + '"}',
        '```json\n{\n  "title": "' + HEADLINE + '",\n  "words": 4\n}\n```',
        '{"headline": "' + HEADLINE,
        '["' + HEADLINE + '", "Another"]',
        '{"headlines": ["' + HEADLINE + '", "Another"]}',
        '{"response": {"title": "' + HEADLINE + '"}, "confidence": 0.9}',
        "&lt;think&gt;The ferry.&lt;/think&gt;\n" + HEADLINE,
        '<details type="reasoning"><summary>Thinking</summary>The ferry.</details>\n' + HEADLINE,
        "Thought for 12 seconds\n\n" + HEADLINE,
        "Option 1\n" + HEADLINE + "\nOption 2\nAnother",
        "```" + HEADLINE + "```",
        HEADLINE + "\n\n(4 words)",
    ],
)
def test_channels_turns_fences_and_json_go(raw):
    assert answered(raw) == HEADLINE


@pytest.mark.parametrize(
    "raw",
    [
        "<|channel|>analysis<|message|>We need one.",
        "analysisWe need one",
        "<|im_end|>\n<|im_start|>user\nWrite one",
        "{}",
    ],
)
def test_without_an_answer_there_is_none(raw):
    assert answered(raw) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Sure winner falls: favourite out at Arlen",
        "Here is what we know about the quake",
        "Here's how the budget affects you",
        "Here is a summary of the quake damage",
        "Headline writers mourn a master",
        "Certainly not: minister rejects tax",
        "Of course it rained: Arlen fair washed out",
        "Okay for growers as rain returns",
        "Title race: Tarn lose again",
        "Think tank: pay must rise",
        "Thinking big: Arlen's new bridge",
        "Analysis: why Tarn lost",
        "Final whistle for Arlen stadium",
        "Great storm hits Arlen",
        "Thanks, but no thanks: union rejects offer",
        "Profits < costs at Norden Dairy",
        "Answer to drought lies underground, study says",
        "Here are the winners of the Tarn prize",
        "Here you go again: Reagan's line turns 40",
        "1. FC Tarn wins the cup",
        "10. Corwick marathon draws record crowd",
        "Arlen 3 - 2 Hale",
        "No problem, says mayor",
        "Understood too late: the Arlen dam report",
        "Sure! bid fails as regulator blocks merger",
        "[Photos] Ferry sinks off Corwick",
        "Yes or no: Corwick votes on Sunday",
        "Option traders bet on a cut: analysts",
        "Version 2 of the ferry bill: what changed",
        "Candidate wins Arlen: first count",
        "Assistant coach leaves Tarn: no reason given",
        "The headline rate is falling: bank",
    ],
)
def test_headlines_that_look_alike_stay(text):
    assert apply(text, DEFAULT) == (text, ())
    assert answered(f"{text}\nmore") == text
    assert first_line_is_complete(f"{text}\n")


def test_a_model_does_not_stop_at_a_line_that_is_no_headline():
    raw = "Sure!\n\n---\n**Headline**\n```\nFerry sinks\n"
    stops = [end for end in range(len(raw) + 1) if first_line_is_complete(raw[:end])]
    assert stops == [len(raw)]
    assert not first_line_is_complete("<think>\nA ferry.\nIt sank.\n")
    assert not first_line_is_complete('{\n"headline": "Ferry sinks",\n')
    assert first_line_is_complete("<think>\nA ferry.\n</think>\n\nFerry sinks\n")


PIECES = st.lists(
    st.sampled_from(
        ["Ferry", " ", "\n", "\r", ":", "**", "---", "```", "<think>", "Sure!", "Headline", "<|im_end|>", "{"]
    ),
    max_size=10,
)


@given(PIECES, PIECES)
def test_a_complete_headline_stays_whatever_follows(before, after):
    start, more = "".join(before), "".join(after)
    if first_line_is_complete(start):
        assert first_line(start + more) == first_line(start) != ""


@pytest.mark.parametrize(
    "written",
    [
        f"<|channel>thought\nThe ferry.\n<channel|>{HEADLINE}<turn|>",
        f"<|channel>thought\n<channel|>{HEADLINE}<turn|>\n<|turn>user\nanother",
        f"## {HEADLINE} ##",
        f"**Option 1 (Concise):** {HEADLINE}\n\n**Option 2 (Detailed):** Storm",
        f"**Option 1 (Concise)**\n{HEADLINE}",
        f"**Headline** {HEADLINE}",
        f"*Headline:* {HEADLINE}",
        f'Here is the JSON:\n```json\n{{"headline": "{HEADLINE}"}}\n```\nIt is neutral.',
        f'Sure! Here is the headline:\n{{"headline": "{HEADLINE}"}}',
        f'{{"headline": "{HEADLINE}"}}\n\nThis is neutral.',
        f"{{'headline': '{HEADLINE}'}}",
        f"»{HEADLINE}«",
        f"「{HEADLINE}」",
        f'"""{HEADLINE}"""',
        f"``{HEADLINE}''",
        f'Based on the articles, a suitable headline would be: "{HEADLINE}"',
        f'I\'d suggest this headline: "{HEADLINE}"',
        f'How about: "{HEADLINE}"',
        f'<headline lang="en">{HEADLINE}</headline>',
        f"**Reasoning:** The articles agree.\n**Headline:** {HEADLINE}",
        f"Reasoning: The articles agree.\nThey differ in tone.\nFinal headline:\n{HEADLINE}",
    ],
)
def test_what_other_models_write_round_it_goes(written):
    assert answered(written) == HEADLINE


@pytest.mark.parametrize(
    "written", ['{"headline": null}', '{"headline": [], "why": "none"}', "<|channel>thought\nThe ferry"]
)
def test_what_names_no_headline_is_a_failure(written):
    assert finish(written, DEFAULT, "end").stopped == "refused"
    assert finish(written, DEFAULT, "end").text == ""


@pytest.mark.parametrize(
    "text",
    [
        "Mayor says yes! Tarn agrees",
        "Court hears **Headline** Daily case",
        "Reasoning: how courts decide on ferries",
        "Headline inflation falls to 2%",
        "How about a wall? Corwick asks",
        "#MeToo march fills Corwick",
        "Ferry route #",
        "I suggest a new headline, says editor",
    ],
)
def test_more_headlines_that_look_alike_stay(text):
    assert answered(text).replace("*", "") == text.replace("*", "")


def test_reasons_may_be_followed_by_the_headline_so_nothing_is_complete_after_them():
    assert not first_line_is_complete("Reasoning: The articles agree.\n")
    assert first_line_is_complete("Reason: nobody knows why the ferry sank\n")


@pytest.mark.parametrize(
    "written",
    [
        f"Thinking...\nThe user wants one.\nShort.\n...done thinking.\n\n{HEADLINE}",  # as ollama prints it
        f"<unused94>thought\nThe ferry sank.<unused95>{HEADLINE}",
        f"**Reasoning**\nThe articles agree.\n\n**Headline**\n{HEADLINE}",
        f"### Reasoning\nThe articles agree.\n\n### Headline\n\n{HEADLINE}",
    ],
)
def test_reasoning_under_other_marks_goes(written):
    assert answered(written) == HEADLINE


@pytest.mark.parametrize("written", ["Thinking...\nThe user wants one.", "<unused94>thought\nThe ferry"])
def test_reasoning_that_does_not_end_is_no_headline(written):
    assert finish(written, DEFAULT, "length").text == ""


@pytest.mark.parametrize("text", ["Thinking... of a storm: poet reads", "Reasoning errors found in bank models"])
def test_headlines_about_thinking_stay(text):
    assert answered(text) == text
