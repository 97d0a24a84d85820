"""Words that shut no door: what is not documented is not called no violation, whoever reads that
is told where to go on, and nobody is told to destroy the original of a piece of evidence."""

from pathlib import Path

import pytest
from flask import url_for
from flask_babel import force_locale

from kash.incidents import names, wording
from kash.incidents.filing_words import ACT_GROUPS, ENDS_HERE, RECEIPT_STATES
from kash.incidents.models import Incident
from kash.platform.database import db
from tests.incidents.filed_cases import let_arrive
from tests.incidents.sent_reports import sent_in_pages

ROOT = Path(__file__).parents[2]
NAMED = "Outside what we document"
GONE = (
    "Not a violation",
    "no violation of",
    "It was not taken up",
    "Made to pay a bribe",
    "Si ukiukaji",
    "Alilazimishwa kutoa hongo",
)
SPOKEN = (
    *sorted((ROOT / "kash/incidents").rglob("*.py")),
    *sorted((ROOT / "templates").rglob("*.html")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "translations").rglob("*.po")),
)


def _state(state: str) -> None:
    for row in db.session.query(Incident):
        row.state = state
    db.session.commit()


def test_no_page_chapter_or_translation_says_that_nothing_was_violated():
    found = {
        (path.name, word)
        for path in SPOKEN
        for word in GONE
        if word in path.read_text(encoding="utf-8")
    }
    assert found == set()


def test_every_list_calls_it_by_the_same_words():
    called = (
        names.STATE_NAMES,
        wording.STEP_NAMES,
        wording.EVENT_NAMES,
        wording.OUTCOME_NAMES,
        {state: said[0] for state, said in RECEIPT_STATES.items()},
    )
    assert [str(one["no_violation"]) for one in called] == [NAMED] * 5


@pytest.mark.parametrize("state", sorted(ENDS_HERE))
def test_a_receipt_of_what_goes_no_further_shows_where_else_to_go(a_member, sign_in, state):
    a_member("documentation")
    phone = sign_in("peer")
    receipt = sent_in_pages(phone)
    typed = {"code": receipt.code, "word": receipt.word}
    ways = ("What else you can do", 'name="kind" value="oversight"', "Ask that it is looked at")
    assert [way for way in ways if way in phone.post("/w/r", data=typed).text] == []
    let_arrive()
    _state(state)
    page = phone.post("/w/r", data=typed).text
    assert [way for way in ways if way not in page] == []
    helped = phone.post("/w/h", data={"kind": "oversight"})
    assert '<option selected value="oversight"' in helped.text


def test_an_officer_reads_what_else_can_help_before_and_after_that_step(app, a_member, filed):
    officer = a_member("documentation")
    reference = filed(state="triaged")
    with app.test_request_context():
        at = {
            verb: url_for("incidents.step", reference=reference, verb=verb)
            for verb in ("no_violation", "verify", "look_again")
        }
    step = officer.client.get(at["no_violation"]).text
    after = officer.client.get(f"/w/{filed(state='no_violation')}").text
    for page in (step, after):
        assert NAMED in page
        assert "What else can help her" in page
        assert 'href="/services?kind=oversight"' in page
    assert at["look_again"].removeprefix(f"/w/{reference}") in after
    assert "What else can help her" not in officer.client.get(at["verify"]).text


def test_nobody_is_told_to_destroy_the_original_of_evidence(a_member, filed):
    page = a_member("documentation").client.get(f"/w/{filed()}/e/new").text
    assert "Delete nothing yet where it came from" in page
    assert "First ask whether it may go to court" in page
    assert "Delete it from the phone" not in page


def test_money_that_was_taken_is_not_called_her_bribe(app):
    phone = {code: label for _title, _icon, group in ACT_GROUPS for code, label in group}
    with app.test_request_context():
        for tongue, said in (
            ("en", "Money demanded or taken"),
            ("sw", "Fedha zilidaiwa au kuchukuliwa"),
            ("luo", "Pesa nodwar kata nokaw"),
        ):
            with force_locale(tongue):
                assert [str(phone["M1"]), str(names.ACT_NAMES["M1"])] == [said, said]
