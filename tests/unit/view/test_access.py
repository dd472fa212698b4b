"""Who may ask the viewer what."""

from pathlib import Path

import pytest

from tests.unit.view.asking import PORT, TOKEN, Asked


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    return Asked(tmp_path)


def test_whoever_has_the_token_is_answered(asked: Asked):
    answer = asked("")
    assert answer.status == 200
    assert "There are no runs yet" in answer.text


@pytest.mark.parametrize("token", ["", "other", TOKEN[:-1], f"{TOKEN}x", TOKEN.upper(), "static", "the-tokén"])
@pytest.mark.parametrize("path", ["", "runs", "static/page.js", "annotations"])
def test_without_the_token_nothing_is_answered(asked: Asked, token: str, path: str):
    answer = asked(path, first=token)
    assert answer.status == 403
    assert TOKEN not in answer.text


@pytest.mark.parametrize(
    "host",
    [None, "", "evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:80", f"127.0.0.1.evil.example:{PORT}",
     f"[::1]:{PORT}", f"0.0.0.0:{PORT}", f"127.0.0.1:{PORT}@evil.example"],
)  # fmt: skip
def test_another_host_is_refused(asked: Asked, host: str | None):
    assert asked("", host=host).status == 403


def test_localhost_is_this_machine(asked: Asked):
    assert asked("", host=f"localhost:{PORT}").status == 200


@pytest.mark.parametrize(
    "origin",
    ["null", "http://evil.example", f"http://evil.example:{PORT}", "http://127.0.0.1", f"https://127.0.0.1:{PORT}", "",
     f"http://127.0.0.1:{PORT + 1}", "file://"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_origin_is_refused(asked: Asked, origin: str, method: str):
    assert asked("annotations", method=method, origin=origin).status == 403


def test_its_own_origin_is_not(asked: Asked):
    assert asked("", origin=f"http://127.0.0.1:{PORT}").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["", "runs", "compare", "examples", "static/page.js"])
def test_nothing_else_can_be_changed(asked: Asked, method: str, path: str):
    assert asked(path, method=method).status == 405


@pytest.mark.parametrize("path", ["", "nothing", "static/page.js", "static/..%2Fapp.py", "static/app.py"])
@pytest.mark.parametrize("token", [TOKEN, "wrong"])
def test_every_answer_has_the_policy(asked: Asked, path: str, token: str):
    headers = asked(path, first=token).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_pages_hold_no_script_and_no_style_of_their_own(asked: Asked):
    text = asked("").text
    assert "<style" not in text
    assert " style=" not in text
    assert "onclick" not in text
    assert all("src=" in tag for tag in text.split("<script")[1:])


def test_files_of_ours_alone_are_sent(asked: Asked):
    assert asked("static/page.js").headers["content-type"].startswith("text/javascript")
    for name in ("app.py", "../app.py", "..%2Fapp.py", "", "/etc/passwd"):
        assert asked(f"static/{name}").status == 404


def test_a_ticket_leads_to_the_token_once(tmp_path: Path):
    asked = Asked(tmp_path, ticket="only-once")
    assert asked("", first="only-once", host="evil.example").status == 403
    first = asked("", first="only-once")
    assert (first.status, first.headers["location"]) == (303, f"/{TOKEN}/")
    assert asked("", first="only-once").status == 403
    assert asked("").status == 200
