"""The programme's settings: read by those who may, changed by the administrator alone."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from kash.accounts.models import Programme, SignedInSession
from kash.accounts.services.breaches import lend_approvals
from kash.accounts.services.inviting import record_review
from kash.accounts.services.locking import lock_at_once
from kash.attendance.register import ensure_statuses
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry
from kash.platform.web.formats import local_today

GIVEN: dict[str, Any] = {
    "name": "River programme",
    "neutral_name": "River office",
    "zone": "Africa/Kampala",
    "languages": ["en", "sw"],
    "default_language": "sw",
}


def _programme() -> Programme:
    db.session.rollback()
    found = db.session.get(Programme, 1)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("role", "sees", "edits"),
    [
        ("administrator", 200, 200),
        ("director", 200, 403),
        ("trainer", 403, 403),
        ("peer", 403, 403),
        ("police_peer", 403, 403),
    ],
)
def test_who_reads_and_who_changes(sign_in, role, sees, edits):
    browser = sign_in(role)
    overview, page = browser.get("/settings"), browser.get("/settings/programme")
    assert (overview.status_code, page.status_code) == (sees, edits)
    assert ("Lake programme" in overview.text) == (sees == 200)
    if edits == 403:
        assert "Lake programme" not in page.text
        assert browser.post("/settings/programme", data=GIVEN).status_code == 403
        assert _programme().name == "Lake programme"


def test_the_overview_shows_groups_and_marks(sign_in):
    ensure_statuses(db.session())
    db.session.commit()
    text = sign_in("administrator").get("/settings").text
    assert "<title>Programme</title>" in text
    for expected in ("Police", "Community", "Africa/Nairobi", "Kiswahili", "/settings/zones"):
        assert expected in text
    assert text.count("<select") == 0


def _lines(text: str) -> dict[str, tuple[str, str]]:
    """What stands on the overview: each line's address, or nothing, and what it says."""
    found = re.findall(
        r'<div class="what">\s*(?:<a href="([^"]+)">|<b>)([^<]+)</(?:a|b)>\s*<p>([^<]*)</p>', text
    )
    return {label: (address, says) for address, label, says in found}


def test_the_overview_tells_of_safety_as_far_as_each_may_see(app, actor, client_for):
    administrator, director = actor("administrator"), actor("director", name="Achieng")
    stand_in = actor("trainer", name="Baraka")

    def lines_of(browser: FlaskClient) -> dict[str, tuple[str, str]]:
        return _lines(browser.get("/settings").text) | _lines(browser.get("/oversight").text)

    shown = [lines_of(client_for(who)) for who in (administrator, director)]
    told = {
        "Review of access": "Nobody has looked through it yet.",
        "Breach register": "No entry is open.",
        "Deciding for each other": "Nobody decides for somebody else now.",
        "Roles that need a second step": "Nobody has to have one.",
    }
    for lines in shown:
        assert {label: lines[label][1] for label in told} == told
    assert [{label for label in told if not lines[label][0]} for lines in shown] == [
        {"Deciding for each other"},
        {"Roles that need a second step"},
    ]
    record_review(administrator)
    lock_at_once(administrator, actor("peer").public_id)
    today = local_today()
    lend_approvals(
        director,
        stand_in.public_id,
        permissions=["certificates.approve"],
        first=today,
        last=today,
        reason="Leave",
    )
    db.session.execute(update(Programme).values(settings={"second_step_roles": ["trainer"]}))
    db.session.commit()
    browser = client_for(actor("director", totp_sealed=b"sealed"))
    lines = lines_of(browser)
    assert lines["Review of access"][1].startswith("Last looked through on ")
    assert lines["Breach register"] == ("/breaches", "Open entries: 1")
    assert lines["Deciding for each other"] == (
        "/account/stand-in",
        "Deciding for somebody else now: 1",
    )
    assert lines["Roles that need a second step"] == (
        "",
        "Administrator, Director, Trainer, Documentation officer, Custodian",
    )


def test_a_change_is_kept_and_audited(sign_in):
    browser = sign_in("administrator")
    assert browser.post("/settings/programme", data=GIVEN).status_code == 303
    programme = _programme()
    assert (programme.name, programme.neutral_name, programme.zone) == (
        "River programme",
        "River office",
        "Africa/Kampala",
    )
    assert (programme.languages, programme.default_language) == (["sw", "en"], "sw")
    last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert last is not None
    assert (last.action, last.subjects) == ("accounts.programme_changed", ["programme"])


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "Enter this."),
        ({"neutral_name": "x" * 61}, "Use at most 60 characters."),
        ({"zone": "Africa/Atlantis"}, "There is no such time zone."),
        ({"zone": "../../etc/passwd"}, "There is no such time zone."),
        ({"languages": []}, "Choose"),
        ({"languages": ["tlh"]}, "Choose from the list."),
        ({"languages": ["en"], "default_language": "sw"}, "Choose one of the languages above."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(sign_in, wrong, sentence):
    answer = sign_in("administrator").post("/settings/programme", data=GIVEN | wrong)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert _programme().name == "Lake programme"


def test_an_old_password_is_asked_again(sign_in):
    """Changing the programme is a dangerous action: the password must be fresh."""
    browser = sign_in("administrator")
    for row in db.session.scalars(select(SignedInSession)):
        row.fresh_at = utc_now() - timedelta(hours=1)
    db.session.commit()
    assert browser.post("/settings/programme", data=GIVEN).status_code != 200
    assert _programme().name == "Lake programme"
