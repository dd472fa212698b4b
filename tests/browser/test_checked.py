"""`harness check --html` in a browser, opened from disk with the network off."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness import api
from tests.browser.conftest import CLUSTERS, HOSTILE

ASKED = {"crane": "Four workers hurt as crane falls in Delmar", "hostile": HOSTILE}


@pytest.fixture
def checked(tmp_path: Path, harness: Callable[..., Any], parser: object) -> Path:
    """A page of two texts on two clusters: one is disputed, the other hostile."""
    clusters, texts = tmp_path / "clusters.jsonl", tmp_path / "texts.jsonl"
    clusters.write_text("".join(json.dumps(row) + "\n" for row in CLUSTERS))
    texts.write_text("".join(json.dumps({"cluster_id": key, "text": text}) + "\n" for key, text in ASKED.items()))
    ended = harness("check", clusters, texts, "--html", tmp_path / "page.html")
    assert ended.code == 0, ended.err
    assert "page: " in ended.err
    return tmp_path / "page.html"


def test_a_claim_lights_both_sides_and_an_element_its_span(watched: Any, checked: Path):
    page = watched(viewport={"width": 1280, "height": 900}).open(checked)
    assert page.title() == "2 texts checked"
    page.select_option("#verdict", "contested")
    assert page.locator("#count").text_content() == "1 of 2"
    page.locator('#list button[data-id="crane"]').click()
    page.wait_for_function("document.querySelector('#detail h3').textContent === 'crane'")
    page.locator("button.claim").first.click()
    marks = {(each.get_attribute("class"), each.text_content()) for each in page.locator(".articles mark").all()}
    verdict = api.check(CLUSTERS[0], ASKED["crane"])[0]
    told = {("against" if span.article_id in verdict.contradictors else "for", span.text) for span in verdict.evidence}
    assert {side for side, _ in told} == {"for", "against"}
    assert marks == told
    sides = page.locator(".sides").first.text_content()
    assert "crane-1 (Delmar Courier)" in sides
    assert "crane-2 (Radio Nord)" in sides
    page.locator(".headline button", has_text="Four").click()
    spans = [span.text for each in verdict.elements if each.text.startswith("Four") for span in each.evidence]
    assert page.locator(".articles mark").all_text_contents() == spans[:1]


def test_hostile_text_is_text_and_narrow_pages_do_not_overflow(watched: Any, checked: Path):
    page = watched(viewport={"width": 400, "height": 800}).open(checked, "#example=hostile")
    page.wait_for_function("document.querySelector('#detail h3').textContent === 'hostile'")
    assert page.title() == "2 texts checked"  # no script of the texts ran
    assert "<script>document.title" in page.locator("#detail").text_content()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
