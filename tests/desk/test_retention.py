"""What the settings say is what the chores do, and nothing goes beyond its bounds."""

import re
from datetime import timedelta
from typing import Any

import pytest

from kash.accounts.models import Programme, SignedInSession
from kash.accounts.services.accounts import change_settings, delete_old_sessions
from kash.platform.database import db, utc_now
from kash.platform.jobs.services import results_kept
from kash.platform.vault import AuditEntry
from kash.platform.web.programme import (
    BOUNDS,
    Retention,
    forget_programme_facts,
    retention,
    retention_from,
)
from kash.policy import SYSTEM

GIVEN = {name: bounds.usual for name, bounds in BOUNDS.items()}


def test_the_form_sets_what_the_chores_read(sign_in):
    browser = sign_in("administrator")
    answer = browser.post(
        "/settings/retention/edit", data=GIVEN | {"job_results": 2, "ended_sessions": 7}
    )
    assert answer.status_code == 303
    forget_programme_facts()
    db.session.rollback()
    assert results_kept().files == timedelta(hours=2)
    now = utc_now()
    db.session.query(SignedInSession).update({"created_at": now - timedelta(days=7, hours=15)})
    db.session.commit()
    assert delete_old_sessions(now) == 0
    assert delete_old_sessions(now + timedelta(hours=2)) == 1
    last = db.session.query(AuditEntry).order_by(AuditEntry.seq.desc()).first()
    assert last is not None
    assert (last.action, last.subjects) == ("accounts.retention_changed", ["settings"])


@pytest.mark.parametrize("name", sorted(BOUNDS))
def test_nothing_is_kept_beyond_its_bounds(sign_in, name):
    browser = sign_in("administrator")
    for wrong in (BOUNDS[name].least - 1, BOUNDS[name].most + 1, "soon"):
        answer = browser.post("/settings/retention/edit", data=GIVEN | {name: wrong})
        assert answer.status_code == 422
    assert retention_from({name: BOUNDS[name].most + 1}) == Retention()


def test_who_saved_meanwhile_is_told_and_loses_nothing(sign_in):
    browser = sign_in("administrator")
    db.session.rollback()
    shown = db.session.get_one(Programme, 1).version
    change_settings(SYSTEM, "retention", "retention", {"merge_undo": 48})
    sent: dict[str, Any] = GIVEN | {"merge_undo": 5, "row_version": str(shown)}
    answer = browser.post("/settings/retention/edit", data=sent)
    assert answer.status_code == 409
    assert "<b>48</b>" in answer.text
    assert 'value="5"' in answer.text
    assert (
        browser.post(
            "/settings/retention/edit", data=sent | {"row_version": str(shown + 1)}
        ).status_code
        == 303
    )
    forget_programme_facts()
    db.session.rollback()
    assert retention().merge_undo == 5


def test_a_password_given_long_ago_is_asked_again(sign_in):
    browser = sign_in("administrator")
    db.session.query(SignedInSession).update({"fresh_at": utc_now() - timedelta(hours=2)})
    db.session.commit()
    assert browser.post("/settings/retention/edit", data=GIVEN).status_code != 200
    forget_programme_facts()
    db.session.rollback()
    assert retention() == Retention()


def test_nothing_set_is_as_usual(app):
    assert retention_from(None) == Retention()


def test_the_page_tells_what_signing_in_leaves_behind(sign_in):
    page = sign_in("director").get("/settings/retention").text
    key = r'<div class="key">\s*(\S+)\s*<small>(\w+)</small>\s*</div>'
    what = r'\s*<div class="what">\s*<b>([^<]+)<'
    fixed = re.findall(key + what, page.split('id="fixed"')[1])
    assert fixed == [
        ("15", "minutes", "Attempts to sign in that failed"),
        ("30", "days", "Addresses from which an account signed in"),
        ("5", "minutes", "Questions to passkeys"),
        ("16", "hours", "Being signed in"),
    ]
