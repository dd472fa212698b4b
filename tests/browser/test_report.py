"""The report in a browser, opened from disk with the network off: clicked through as a reader would."""

from pathlib import Path
from typing import Any

import pytest

from harness import api
from tests.browser.conftest import CLUSTERS, HOSTILE, TEXTS


def choose(page: Any, cluster_id: str) -> None:
    """Choose an example from the list and wait until it is drawn."""
    page.locator(f'#list button[data-id="{cluster_id}"]').click()
    page.wait_for_function("id => document.querySelector('#detail h3').textContent === id", arg=cluster_id)


def row(page: Any, configuration: str) -> Any:
    """The part of an example that shows one configuration."""
    return page.locator("#detail .row").filter(has=page.locator(f"xpath=./div[text()='{configuration}']"))


def marked(page: Any) -> list[tuple[str, str]]:
    """What is marked in the articles: the side and the words."""
    marks = page.locator(".articles mark")
    return [(each.get_attribute("class"), each.text_content()) for each in marks.all()]


def test_answer_and_leaderboard_come_first(watched: Any, report: Path):
    page = watched(viewport={"width": 1280, "height": 900}).open(report)
    top = page.locator(".answer").bounding_box()
    board = page.locator("#board").bounding_box()
    assert top["y"] + top["height"] <= board["y"]
    assert board["y"] + board["height"] < 900  # seen without scrolling
    assert page.evaluate("window.scrollY") == 0
    assert "cannot" in page.locator(".answer").text_content()  # four clusters tell nothing apart for certain


def test_leaderboard_sorts_by_a_column(watched: Any, report: Path):
    page = watched().open(report)
    names = page.locator("#board tbody th")
    head = page.locator("#board thead th", has_text="supported")
    head.locator("button").click()
    first = names.all_text_contents()
    head.locator("button").click()
    assert [text.split()[0] for text in names.all_text_contents()] == [text.split()[0] for text in first][::-1]
    assert head.get_attribute("aria-sort") == "ascending"


def test_filter_to_contradicted_and_choose_a_claim(watched: Any, report: Path, run: api.Run):
    page = watched().open(report)
    page.select_option("#verdict", "contradicted")
    ids = [button.get_attribute("data-id") for button in page.locator("#list button").all()]
    assert ids == ["bridge"]
    assert page.locator("#count").text_content() == "1 of 4"
    choose(page, "bridge")
    row(page, "ours").locator("button.claim").first.click()
    verdict = run.cluster("bridge").verdicts["ours"][0]
    assert verdict.label == "contradicted"
    # exactly the evidence of the verdict's record is marked, on the side that the record says
    expected = {
        ("against" if span.article_id in verdict.contradictors else "for", span.text) for span in verdict.evidence
    }
    assert set(marked(page)) == expected


def test_both_sides_of_a_contested_fact_are_marked_and_named(watched: Any, report: Path, run: api.Run):
    page = watched().open(report, "#example=crane")
    verdict = run.cluster("crane").verdicts["ours"][0]
    assert verdict.label == "contested"
    row(page, "ours").locator("button.claim").first.click()
    found = marked(page)
    texts = {article["id"]: (article.get("title", ""), article["text"]) for article in CLUSTERS[0]["articles"]}
    for span in verdict.evidence:
        # offsets of the record count code points: an emoji of several stands before one of the sentences
        assert texts[span.article_id][0 if span.title else 1][span.start : span.end] == span.text
    sides = {span.text: "against" if span.article_id in verdict.contradictors else "for" for span in verdict.evidence}
    for side, text in found:
        assert sides[text] == side
    assert {"for", "against"} <= {side for side, _ in found}
    told = row(page, "ours").locator(".sides").first.text_content()
    assert "says so: crane-1 (Delmar Courier)" in told
    assert "says otherwise: crane-2 (Radio Nord)" in told
    # both sides stand in words beside the claim too, and lead to their place in the articles
    quoted = [(each.get_attribute("class"), each.text_content()) for each in page.locator(".quotes li").all()]
    assert [side for side, _ in quoted] == ["for", "against"]
    assert quoted[0][1].startswith("says so · crane-1 (Delmar Courier) ")
    assert quoted[1][1].startswith("says otherwise · crane-2 (Radio Nord) ")
    page.locator(".quotes .against button").click()
    pane, mark = page.locator(".articles").bounding_box(), page.locator(".articles mark.against").last.bounding_box()
    assert pane["y"] <= mark["y"] < pane["y"] + pane["height"]
    row(page, "ours").locator("button.claim").first.click()
    assert page.locator(".quotes").count() == 0


def test_an_element_of_a_headline_lights_its_own_span(watched: Any, report: Path, run: api.Run):
    page = watched().open(report, "#example=crane")
    elements = run.cluster("crane").verdicts["ours"][0].elements
    element = next(each for each in elements if each.text == "Delmar")
    button = row(page, "ours").locator(".headline button", has_text="Delmar")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert {text for _, text in marked(page)} == {span.text for span in element.evidence}
    button.click()
    assert marked(page) == []


def test_an_invention_is_marked_as_missing(watched: Any, report: Path):
    page = watched().open(report, "#example=crane")
    missing = row(page, "theirs").locator(".headline .unaccounted, .headline .contradicted").all_text_contents()
    assert any("Lindqvist" in text or "resigns" in text for text in missing)


def test_moves_by_keyboard_and_links_to_an_example(watched: Any, report: Path):
    page = watched().open(report)
    ids = [button.get_attribute("data-id") for button in page.locator("#list button").all()]
    current = page.locator("#list button[aria-current=true]")
    assert current.get_attribute("data-id") == ids[0]
    page.keyboard.press("j")
    page.wait_for_function("id => location.hash === '#example=' + id", arg=ids[1])
    page.keyboard.press("ArrowRight")
    page.wait_for_function("id => location.hash === '#example=' + id", arg=ids[2])
    page.keyboard.press("k")
    page.wait_for_function("id => location.hash === '#example=' + id", arg=ids[1])
    assert current.get_attribute("data-id") == ids[1]
    page.keyboard.press("/")
    page.keyboard.type("bridge")
    assert [button.get_attribute("data-id") for button in page.locator("#list button").all()] == ["bridge"]


def test_outcome_and_order(watched: Any, report: Path, run: api.Run):
    page = watched().open(report)
    page.select_option("#outcome", "w1")
    won = {button.get_attribute("data-id") for button in page.locator("#list button").all()}
    scores = {
        cluster: {name: row.get("rouge1-f") for name, row in run.cluster(cluster).scores.items()}
        for cluster in run.clusters
    }
    expected = {
        cluster
        for cluster, row in scores.items()
        if row["ours"] is not None and row["theirs"] is not None and row["theirs"] > row["ours"]
    }
    assert won == expected
    page.select_option("#outcome", "")
    page.select_option("#order", "u0")
    order = [button.get_attribute("data-id") for button in page.locator("#list button").all()]
    known = [scores[cluster]["ours"] for cluster in order if scores[cluster]["ours"] is not None]
    # every other measure of the leaderboard orders too
    options = page.locator("#order option").all_text_contents()
    for name in ("ROUGE-2", "supported", "contradicted", "within limit"):
        assert f"theirs: {name}, lowest first" in options
    page.select_option("#order", label="ours: supported, lowest first")
    shares = {cluster: run.cluster(cluster).scores["ours"].get("factual-supported") for cluster in run.clusters}
    found = [shares[button.get_attribute("data-id")] for button in page.locator("#list button").all()]
    assert [share for share in found if share is not None] == sorted(share for share in found if share is not None)
    assert known == sorted(known)
    assert len(known) > 1


def test_a_failure_is_told_with_its_reason(watched: Any, report: Path):
    page = watched().open(report)
    page.select_option("#verdict", "failed")
    choose(page, "long")
    assert (
        "no row for the cluster" in row(page, "theirs").text_content() or "long" in row(page, "theirs").text_content()
    )
    assert row(page, "theirs").locator(".label.failed").count() == 1


def test_hostile_text_is_shown_as_text(watched: Any, report: Path):
    page = watched().open(report, "#example=hostile")
    assert page.title().startswith("looked-at")
    assert page.locator("#detail img, #detail script, #list img").count() == 0
    assert HOSTILE in row(page, "ours").locator(".headline").text_content()
    choose(page, "long")
    assert page.locator(".articles .text").text_content() == CLUSTERS[3]["articles"][0]["text"]  # type: ignore[index]


def test_a_planted_script_is_blocked(watched: Any, report: Path, tmp_path: Path):
    planted = tmp_path / "planted.html"
    page_text = report.read_text(encoding="utf-8")
    planted.write_text(
        page_text.replace("</main>", "<script>document.title='taken'</script></main>", 1), encoding="utf-8"
    )
    looked = watched()
    page = looked.open(planted)
    assert page.title() != "taken"
    assert len(looked.faults) == 1
    assert "Content Security Policy" in looked.faults.pop()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fits_a_phone_by_day_and_by_night(watched: Any, report: Path, scheme: str):
    page = watched(viewport={"width": 400, "height": 800}, color_scheme=scheme).open(report, "#example=crane")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    back = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (back == "rgb(255, 255, 255)") == (scheme == "light")
    page.locator("#theme").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != back


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault_of_accessibility(watched: Any, report: Path, scheme: str):
    from axe_playwright_python.sync_playwright import Axe

    looked = watched(color_scheme=scheme, bypass_csp=True)
    page = looked.open(report, "#example=crane")
    row(page, "ours").locator("button.claim").first.click()
    found = Axe().run(page).response["violations"]
    serious = {each["id"]: each["nodes"][0]["html"] for each in found if each["impact"] in ("serious", "critical")}
    assert serious == {}


def test_the_texts_of_all_configurations_are_there(report: Path, watched: Any):
    page = watched().open(report, "#example=bridge")
    shown = page.locator("#detail .headline").all_text_contents()
    assert shown == [TEXTS["ours"]["bridge"], TEXTS["theirs"]["bridge"]]
