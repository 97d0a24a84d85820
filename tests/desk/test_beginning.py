"""Whatever waits for somebody's decision is on her Today, and an empty programme says what comes
next."""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from kash.accounts.members.queries import waiting_to_be_let_in
from kash.certificates.services.issuing import set_rule
from kash.feature import declared
from kash.forums.models import Forum
from kash.money.payouts.models import RateTable
from kash.people.models import ServiceEntry
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import add_member, make_keys, new_passphrase, new_recovery_code
from kash.platform.web.today import Need, Panel, ShownStep, Viewer, is_missing, steps_for, steps_of
from kash.policy import GRANTS, SYSTEM, Actor, Role, StandIn
from kash.training.models import Course, CourseVersion
from kash.training.queries import waiting_for

ClientFor = Callable[[Actor], FlaskClient]
Counting = Callable[[], AbstractContextManager[Any]]

# What Today shows to whoever may take a decision, by its permission.
SHOWN_AS = {
    "messages.decide": "messages",
    "accounts.agree": "requests",
    "accounts.manage": "housekeeping",
    "access.review": "review",
    "attendance.confirm": "to_confirm",
    "attendance.mark": "registers",
    "archive.agree": "archives",
    "funder_reports.approve": "funder_reports",
    "funders.tie": "funder_accounts",
    "breaches.manage": "breaches",
    "certificates.approve": "certificates",
    "certificates.print": "certificates",
    "certificates.rule": "rule",
    "api.agree": "api_tokens",
    "connections.agree": "connections",
    "connections.record": "connections_unfinished",
    "archive.ask": "archives_ready",
    "funder_reports.write": "funder_reports_returned",
    "overview.own": "sent",
    "indicators.approve": "indicators",
    "curriculum.approve": "courses",
    "curriculum.edit": "returned",
    "assessments.hold": "follow_ups",
    "evaluations.run": "evaluations",
    "forums.edit": "to_record",
    "incidents.briefs": "briefs",
    "incidents.decide": "vault",
    "incidents.edit": "vault",
    "incidents.number": "number",
    "incidents.outside": "outside",
    "payouts.approve": "payouts",
    "payouts.pay": "payouts",
    "payouts.rates": "rates",
    "people.agree_contact": "contacts",
    "people.erase": "erasures",
    "people.looks": "looks",
    "people.minors": "minors",
    "records.missing": "missing",
    "settings.agree": "choices",
    "releases.approve": "release_plans",
    "releases.make": "releases_due",
    "statements.approve": "statements",
    "statements.make": "statements_to_send",
    "skills.grant": "skills",
    "stories.approve": "stories",
    "stories.write": "stories",
    "tracks.approve": "tracks",
    "tracks.edit": "tracks_returned",
    "vault.members": "to_let_in",
    "vault.open": "vault",
    "vault.unseal": "vault",
}
# What nobody waits for: seeing, and what one does when one wants to.
OWN_WISH = {
    "people.ask_erasure",
    "people.copy",
    "people.erasures",
    "api.make",
    "api.see",
    "dhis2.use",
    "kobo.use",
    "connections.see",
    "workshops.rule",
    "messages.ask",
    "messages.choose",
    "messages.see",
    "messages.texts",
    "messages.write",
    "skills.see",
    "feeds.venues",
    "quarters.plan",
    "quarters.see",
    "clashes.rule",
    "clashes.see",
    "series.edit",
    "coverage.goal",
    "indicators.define",
    "indicators.see",
    "targets.set",
    "coverage.see",
    "releases.see",
    "statements.ledger",
    "statements.see",
    "tracks.keep",
    "tracks.see",
    "tracks.standing",
    "accounts.propose",
    "accounts.see",
    "approvals.delegate",
    "assessments.questions",
    "assessments.see",
    "assessments.write",
    "attendance.check_in",
    "attendance.see",
    "audit.see",
    "audit.verify",
    "archive.see",
    "overview.see",
    "funder_reports.see",
    "breaches.see",
    "calendar.see",
    "curriculum.compare",
    "certificates.badge",
    "certificates.design",
    "certificates.keys",
    "certificates.propose",
    "certificates.revoke",
    "certificates.see",
    "certificates.see_designs",
    "certificates.sign",
    "absences.see",
    "budget.edit",
    "budget.see",
    "absences.write",
    "venues.plan",
    "venues.see",
    "curriculum.see",
    "directory.edit",
    "directory.see",
    "evaluations.see",
    "reports.see",
    "forums.see",
    "stories.drafts",
    "stories.see",
    "trends.see",
    "incidents.duty",
    "incidents.file",
    "incidents.see",
    "payouts.propose",
    "payouts.see",
    "people.contact",
    "people.edit",
    "people.find",
    "people.import",
    "people.merge",
    "people.see",
    "people.trail",
    "search",
    "settings.edit",
    "settings.see",
    "workshops.answer",
    "workshops.edit",
    "workshops.see",
}


def _main(body: str) -> str:
    text = re.sub(r"(?s)<(script|style|svg)\b.*?</\1>", " ", body.split('id="main"', 1)[1])
    return " ".join(unescape(re.sub(r"(?s)<[^>]+>", " ", text)).split())


def _version(state: str, proposed_by: str | None = None, because: str = "") -> str:
    number = db.session.query(Course).count()
    row = CourseVersion(
        public_id=new_public_id(),
        course=Course(public_id=new_public_id(), name=f"Rights {number}"),
        number=1,
        language="en",
        public_title="Community health basics",
        state=state,
        proposed_by=proposed_by,
        returned_because=because,
    )
    db.session.add(row)
    db.session.commit()
    return row.public_id


def _waiting(who: Actor, *, returned: bool = False) -> list[str]:
    return [one.public_id for one in waiting_for(who) if one.returned is returned]


def _missing(who: Actor) -> set[str]:
    asked = Viewer(who, utc_now())
    return {key for key in ("rates", "rule") if is_missing(asked, key, once="workshop")}


def _steps(who: Actor) -> Sequence[ShownStep]:
    return steps_of(Viewer(who, utc_now()))


def test_every_permission_is_known_to_wait_on_today_or_to_be_an_own_wish(app):
    """Whoever adds a decision says here where it is seen by whom it waits for."""
    assert set(SHOWN_AS) | OWN_WISH == set(GRANTS)
    assert set(SHOWN_AS).isdisjoint(OWN_WISH)
    parts = [*declared(Need), *declared(Panel)]
    assert set(SHOWN_AS.values()) <= {part.key for part in parts}


def test_a_proposed_course_waits_for_the_director_and_not_for_who_proposed_it(
    both_engines_app, actor, client_for
):
    """It lay there until somebody told her."""
    trainer, director = actor("trainer"), actor("director")
    both = actor("director", "trainer")
    theirs, own = _version("proposed", trainer.public_id), _version("proposed", both.public_id)
    _version("draft")
    assert _waiting(director) == [theirs, own]
    assert _waiting(both) == [theirs]
    assert _waiting(trainer) == []
    page = client_for(director).get("/").text
    assert f'href="/courses/versions/{theirs}"' in page
    assert "Courses that wait for you: 2 ." in _main(page)


def test_a_proposed_course_waits_for_a_stand_in_unless_its_author_is_absent(actor):
    trainer, director = actor("trainer"), actor("director", "trainer")
    theirs = _version("proposed", trainer.public_id)
    _version("proposed", director.public_id)
    lent = Actor(
        actor("trainer").public_id,
        frozenset({Role.TRAINER}),
        stands_in=(StandIn("curriculum.approve", director.public_id),),
    )
    assert _waiting(lent) == [theirs]


def test_a_course_that_was_sent_back_waits_for_who_writes_courses(actor, client_for):
    trainer = actor("trainer")
    back = _version("draft", because="Say what the second day is for.")
    assert _waiting(trainer, returned=True) == [back]
    assert "Sent back: Rights 0, version 1" in _main(client_for(trainer).get("/").text)
    assert _waiting(actor("director"), returned=True) == []


def test_a_missing_rule_and_missing_rates_are_told_once_there_is_work_that_needs_them(
    actor, client_for, workshop
):
    """Trainers learnt of it when they proposed, and the director never."""
    trainer, director = actor("trainer"), actor("director")
    assert _missing(director) == set()
    workshop(trainer, [utc_now()])
    page = _main(client_for(director).get("/").text)
    assert "Nothing says who gets a certificate" in page
    assert "Nothing says what is paid" in page
    assert "Nothing says" not in _main(client_for(trainer).get("/").text)
    _rule()
    assert _missing(director) == {"rates"}
    _rates()
    assert "Nothing says" not in _main(client_for(director).get("/").text)


def _rule() -> None:
    db.session.rollback()
    set_rule(80, name_must_be_confirmed=True, by=SYSTEM)


def _rates() -> None:
    db.session.add(
        RateTable(
            public_id=new_public_id(),
            version=1,
            currency="KES",
            bands=["All"],
            rates={},
            least_weight=1,
            weighted=False,
            created_by=new_public_id(),
        )
    )
    db.session.commit()


def test_a_review_of_access_that_is_due_is_told_to_the_director_too(actor, client_for, monkeypatch):
    monkeypatch.setattr("kash.accounts.queries.safety.review_is_due", lambda *_: True)
    assert "Review of access is due" in _main(client_for(actor("director")).get("/").text)
    page = _main(client_for(actor("administrator", "director")).get("/").text)
    assert page.count("Review of access is due") == 1


def test_somebody_who_waits_for_keys_is_told_to_who_can_give_them(a_member, actor):
    """New members waited until they asked aloud."""
    officer = a_member("documentation")
    assert waiting_to_be_let_in(officer.actor) == 0
    newcomer = actor("documentation")
    add_member(
        db.session(),
        newcomer.public_id,
        make_keys(new_passphrase(), new_recovery_code()),
        utc_now(),
    )
    db.session.commit()
    assert waiting_to_be_let_in(officer.actor) == 1
    assert "Somebody waits for keys of the vault" in _main(officer.client.get("/").text)
    assert waiting_to_be_let_in(newcomer) == 0
    assert waiting_to_be_let_in(actor("administrator")) == 0


# --- What comes next --------------------------------------------------------------------------


def test_an_empty_programme_says_to_each_what_comes_next_and_where(actor, client_for):
    """A director saw "Nothing waits" and did not know where to begin."""
    expected = {
        "administrator": ["keys", "director", "trainers"],
        "director": ["rates", "rule", "services", "published", "workshop", "forum"],
        "trainer": ["organisations", "people", "workshop", "course", "published"],
        "documentation": ["vault", "services"],
        "custodian": ["identity"],
        "monitoring": ["targets"],
    }
    for role, keys in expected.items():
        who = actor(role)
        steps = _steps(who)
        assert [step.key for step in steps] == keys
        browser = client_for(who)
        page = browser.get("/").text
        assert "What comes next" in page
        for step in steps:
            assert str(step.label) in unescape(page)
        part = page.split('aria-labelledby="beginning"')[1].split("</section>")[0]
        for address in re.findall(r'href="([^"]+)"', part):
            assert browser.get(address, follow_redirects=True).status_code == 200, address
    for role in ("peer", "police_peer", "funder"):
        assert _steps(actor(role)) == ()


def test_steps_are_ticked_as_they_are_done_and_gone_when_all_are(actor, client_for, workshop):
    trainer, director = actor("trainer"), actor("director")
    workshop(trainer, [utc_now()])
    _rule()
    steps = {step.key: step.done for step in _steps(director)}
    assert steps == {
        "rates": False,
        "rule": True,
        "services": False,
        "published": True,
        "workshop": True,
        "forum": False,
    }
    assert "Done: 3 of 6" in _main(client_for(director).get("/").text)
    _rates()
    db.session.add(Forum(public_id=new_public_id(), name="F", secretary_id=trainer.account_id))
    db.session.commit()
    assert [step.key for step in _steps(director) if not step.done] == ["services"]
    db.session.add(
        ServiceEntry(name="S", sort_name="s", kind="clinic", checked_on=utc_now().date())
    )
    db.session.commit()
    assert all(step.done for step in _steps(director))
    assert "What comes next" not in client_for(director).get("/").text


def test_one_who_holds_two_roles_has_each_step_once(app):
    roles = (Role.TRAINER, Role.DIRECTOR, Role.DOCUMENTATION)
    keys = [step.key for step in steps_for(roles)]
    assert len(keys) == len(set(keys))
    assert set(keys) == {step.key for role in roles for step in steps_for({role})}


@pytest.mark.parametrize("rows", [1, 3])
def test_what_waits_is_asked_with_as_many_queries_for_three_rows_as_for_one(
    actor, client_for, count_queries, rows
):
    director = actor("director", "trainer")
    for _number in range(rows):
        _version("proposed", new_public_id())
        _version("draft", because="Why?")
    browser = client_for(director)
    browser.get("/")
    db.session.rollback()
    db.session.expunge_all()
    with count_queries() as asked:
        page = browser.get("/").text
    assert page.count("Proposed: Rights") == page.count("Sent back: Rights") == rows
    assert asked.count <= 42
