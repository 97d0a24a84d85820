"""Page, leaflet and dice: for everybody who reads the figures, with and without a script."""

import io
import re
from base64 import b64decode

import pikepdf
import pytest

from kash.figures.releases.documents.pictures import four_steps, hundred_dots
from kash.figures.releases.rules.tables import as_printed

pytestmark = pytest.mark.any_engine


def test_police_funders_and_peers_read_the_rule_in_their_language(client_for, actor):
    for role, language, told in (
        ("police_peer", "sw", "Kete mezani"),
        ("funder", "en", "What a printed 40 means"),
        ("peer", "sw", "40 iliyochapishwa"),
    ):
        browser = client_for(actor(role, language=language))
        assert told in browser.get("/releases/rule").text
        table = browser.get("/releases/dice")
        assert (table.status_code, "Kete" in table.text) == (200, language == "sw")


@pytest.mark.parametrize("language", ["en", "sw"])
def test_the_leaflet_has_two_pages_in_each_language(client_for, actor, language):
    answer = client_for(actor("monitoring", language=language)).get("/releases/rule/leaflet.pdf")
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        assert len(pdf.pages) == 2
        assert str(pdf.Root.Lang) == language


def test_the_example_changes_with_what_was_rolled_and_says_what_is_no_face(client_for, actor):
    browser = client_for(actor("peer"))
    # Whoever opens it has done nothing wrong yet.
    assert browser.get("/releases/dice").status_code == 200
    asked = {"sides": "4", "police": "3 2 4 1 2 1", "client": "11", "other": "4"}
    page = browser.get("/releases/dice", query_string=asked)
    assert page.status_code == 200
    # Three rolls before the first one, one before the second: 44 and 3 less 1 is no multiple of 5.
    for shown in (">44</td>", "+3 −1", ">46</td>", "<b>45</b>"):
        assert shown in page.text
    assert "<b>15</b>" in page.text
    wrong = browser.get("/releases/dice", query_string={**asked, "police": "7"})
    assert wrong.status_code == 422
    assert 'value="7"' in wrong.text
    assert "A die shows 1 to 4" in wrong.text


def test_the_weakest_promise_stands_in_front_and_the_picture_draws_rolls_as_rolls(
    client_for, actor
):
    page = client_for(actor("peer", language="en")).get("/releases/rule").text
    promised = page[page.index('id="promise-h"') :].partition("</section>")[0]
    assert promised.index("88 % at most") < promised.index("<img")
    small = promised[promised.index('class="help"') :]
    assert ("73 % at most" in small, "57 times in 100" in small) == (True, True)
    assert "73 %" not in promised.removesuffix(small)
    for filled in (50, 88):
        assert hundred_dots(filled) in promised
    drawn = b64decode(four_steps().partition(",")[2]).decode()
    # Two frames, one of three dice and one of one; the one that ends each stands outside of it.
    frames = [
        (float(x), float(x) + float(width), float(y))
        for x, y, width in re.findall(r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="38"', drawn)
    ]
    dice = re.findall(r'<rect x="(\d+)" y="(\d+)" width="28"', drawn)
    inside = [
        sum(left < float(x) < right and float(y) == top + 5 for x, y in dice)
        for left, right, top in frames
    ]
    assert (inside, len(dice)) == ([3, 1], 6)
    assert (">44<" in drawn, ">46<" in drawn, ">45<" in drawn) == (True, True, True)
    assert as_printed(46, 10, 1) == 45
