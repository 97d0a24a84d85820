"""Page, leaflet and dice: for everybody who reads the figures, with and without a script."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest
from flask.testing import FlaskClient

from kash.policy import Actor

pytestmark = pytest.mark.any_engine


def test_police_funders_and_peers_read_the_rule_in_their_language(
    client_for: Callable[[Actor], FlaskClient], actor: Callable[..., Actor]
) -> None:
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
def test_the_leaflet_has_two_pages_in_each_language(
    client_for: Callable[[Actor], FlaskClient], actor: Callable[..., Actor], language: str
) -> None:
    answer = client_for(actor("monitoring", language=language)).get("/releases/rule/leaflet.pdf")
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        assert len(pdf.pages) == 2
        assert str(pdf.Root.Lang) == language


def test_the_example_changes_with_what_was_rolled_and_says_what_is_no_face(
    client_for: Callable[[Actor], FlaskClient], actor: Callable[..., Actor]
) -> None:
    browser = client_for(actor("peer"))
    # Whoever opens it has done nothing wrong yet.
    assert browser.get("/releases/dice").status_code == 200
    asked = {"sides": "4", "police": "3 2 4 1 2 1", "client": "11", "other": "4"}
    page = browser.get("/releases/dice", query_string=asked)
    assert page.status_code == 200
    # Three rolls before the first one, one before the second: 43 and 3 less 1.
    assert ("+3 −1" in page.text, "<b>45</b>" in page.text) == (True, True)
    assert "<b>15</b>" in page.text
    wrong = browser.get("/releases/dice", query_string={**asked, "police": "7"})
    assert wrong.status_code == 422
    assert 'value="7"' in wrong.text
    assert "A die shows 1 to 4" in wrong.text
