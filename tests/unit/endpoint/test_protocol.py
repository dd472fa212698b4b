import json

import pytest

from harness.endpoint.protocol import UnusableError, Usage, read


def chat(**changed):
    answer = {
        "model": "m-1",
        "system_fingerprint": "fp",
        "choices": [{"message": {"content": "Dam holds"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 2},
    }
    return json.dumps({**answer, **changed}).encode()


def said(message, reason="stop"):
    return chat(choices=[{"message": message, "finish_reason": reason}])


def test_a_chat_completion():
    found = read(chat(), "chat")
    assert (found.text, found.stopped, found.version, found.usage) == ("Dam holds", "end", "m-1 fp", Usage(7, 2))


def test_a_plain_completion_of_a_server_that_says_little():
    found = read(b'{"choices": [{"text": " Dam"}]}', "completions")
    assert (found.text, found.stopped, found.version, found.usage) == (" Dam", "end", "", Usage())


@pytest.mark.parametrize(
    ("data", "text", "stopped"),
    [
        (said({"content": "Dam"}, "length"), "Dam", "length"),
        (said({"content": "Dam"}, "content_filter"), "Dam", "refused"),
        (said({"content": None}, "length"), "", "length"),
        (said({"content": None, "refusal": "I cannot"}), "", "refused"),
        (said({"content": ""}), "", "end"),
        (said({"content": "a\ud800b"}), "a\ufffdb", "end"),
        (said({"content": "Dam"}, None), "Dam", "end"),
        (said({"content": [{"type": "text", "text": "Dam "}, {"type": "text", "text": "holds"}]}), "Dam holds", "end"),
        (
            said({"content": [{"type": "reasoning", "text": "Hm."}, {"type": "output_text", "text": "Dam"}]}),
            "Dam",
            "end",
        ),
        (said({"content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Dam"}]}), "Dam", "end"),
        (said({"content": ["Dam ", {"text": "holds"}]}), "Dam holds", "end"),
        (said({"content": []}, "length"), "", "length"),
        (said({"content": "Dam", "reasoning_content": "Hm."}), "Dam", "end"),
        (said({"content": None, "reasoning_content": "Hm."}, "length"), "", "length"),
    ],
)
def test_how_it_ended(data, text, stopped):
    found = read(data, "chat")
    assert (found.text, found.stopped) == (text, stopped)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not a JSON object"),
        (chat(choices=[]), "no choices"),
        (chat(choices="x"), "no choices"),
        (b'{"error": {"message": "too long, api_key=hunter2"}}', r"no choices: too long, api_key=\[redacted\]"),
        (chat(choices=[{"text": "x"}]), "no message"),
        (said({}), "no text"),
        (said({"content": [{"type": "text"}]}), "a part of its text is no text"),
        (said({"content": 7}), "its text is no text"),
        (said({"content": None, "tool_calls": [{}]}), "calls a tool"),
    ],
)
def test_what_cannot_be_used_says_why(data, why):
    with pytest.raises(UnusableError, match=why):
        read(data, "chat")


def test_an_unusable_answer_keeps_what_it_cost():
    with pytest.raises(UnusableError, match="no choices") as caught:
        read(chat(choices=[]), "chat")
    assert caught.value.usage == Usage(7, 2)


@pytest.mark.parametrize("count", [-1, 1.5, "7", True, None, 10**12])
def test_a_count_that_is_none_is_not_believed(count):
    assert read(chat(usage={"prompt_tokens": count, "completion_tokens": 2}), "chat").usage == Usage(None, 2)
