"""Closed by one, confirmed by another, then only corrected: as the pages offer it."""

from kash.attendance.services.marking import close_ended
from kash.platform.database import db
from kash.platform.vault import AuditEntry
from tests.workshops.conftest import put_ahead
from tests.workshops.test_views import both_groups, entries, fields, marks, sessions, text_of, url


def test_another_confirms_and_a_correction_says_why(held, client_for, actor):
    trainer, director = client_for(held.trainer), client_for(actor("director", name="Neema Mfano"))
    session, entry = sessions(held)[0], entries(held)["Zawadi Sampuli"]
    at = url(held, "attendance", session)
    form = both_groups(trainer, at) | {f"mark-{entry}": "absent", "action": "close"}
    assert trainer.post(at, data=form).status_code == 303
    assert "You closed it." in text_of(trainer.get(at))
    assert trainer.get(f"{at}/confirm").status_code == 303
    trainer.post(f"{at}/confirm")
    assert "You closed this register yourself." in text_of(trainer.get(at))
    # Before the confirming a mark is changed by opening the register again.
    assert trainer.get(f"{at}/{entry}/correct").location == at
    shown_to_her = director.get(f"{at}/confirm")
    question = text_of(shown_to_her)
    assert "absent: 1" in question
    assert "present: 2" in question
    # Who has not been shown it confirms nothing.
    assert director.post(f"{at}/confirm").location == f"{at}/confirm"
    seen = {"seen": fields(shown_to_her)["seen"]}
    assert director.post(f"{at}/confirm", data=seen).location == url(held, "attendance")
    shown = text_of(trainer.get(at))
    assert "Register confirmed" in shown
    assert "Neema Mfano" in shown
    assert "Open the register again" not in shown
    assert trainer.post(f"{at}/reopen").location == at
    assert "This register was confirmed" in text_of(trainer.get(at))
    change = f"{at}/{entry}/correct"
    stale = fields(trainer.get(change))
    unsaid = trainer.post(change, data=stale | {"status": "present", "correction": ""})
    assert unsaid.status_code == 422
    sent = stale | {"status": "present", "correction": "Signed on A-1."}
    for _ in range(2):
        assert trainer.post(change, data=sent).location == f"{at}/{entry}"
    assert marks(held) == [("present", 1), ("present", 1), ("present", 2)]
    history = text_of(trainer.get(f"{at}/{entry}"))
    assert "Corrected" in history
    assert "Signed on A-1." in history
    late = trainer.post(change, data=stale | {"status": "late", "correction": "Came at nine."})
    assert late.status_code == 409
    assert "what stands now is present" in text_of(late)
    once_more = fields(late)
    assert once_more["seen"] == "2"
    assert trainer.post(change, data=once_more | {"status": "late"}).status_code == 303
    assert marks(held) == [("late", 3), ("present", 1), ("present", 1)]


def test_only_who_runs_it_and_the_director_confirm(held, client_for, sign_in):
    trainer = client_for(held.trainer)
    session, entry = sessions(held)[0], entries(held)["Zawadi Sampuli"]
    at = url(held, "attendance", session)
    trainer.post(at, data=fields(trainer.get(at)) | {"action": "close"})
    for role, status in (
        ("monitoring", 403),
        ("trainer", 403),
        ("peer", 403),
        ("police_peer", 403),
    ):
        site = sign_in(role)
        assert site.post(f"{at}/confirm").status_code == status
        assert site.get(f"{at}/{entry}/correct").status_code in (403, 404)
    assert "Register confirmed" not in text_of(trainer.get(at))


def test_a_paper_closes_what_is_over_group_by_group(held, client_for):
    site, at = client_for(held.trainer), url(held, "attendance")
    absent = f"mark-{entries(held)['Zawadi Sampuli']}-{held.row.register.slots[0].public_id}"
    db.session.rollback()
    paper = {"action": "close", "rest": "present"}
    # Nothing is said of those who were not on the page: the other group is shown next.
    first = site.post(at, data=fields(site.get(f"{at}?group=B")) | paper | {absent: "absent"})
    assert (first.status_code, first.location) == (303, f"{at}?group=A")
    assert [mark for mark, _version in marks(held)] == ["absent", *["present"] * 7]
    told = text_of(site.get(first.location))
    assert "Registers closed: 0." in told
    assert "Somebody has no mark yet in a session that is over." in told
    # Without the tick nobody is taken to have been there.
    unsaid = site.post(at, data=fields(site.get(f"{at}?group=A")) | {"action": "close"})
    assert unsaid.location == f"{at}?group=A"
    before = db.session.query(AuditEntry).count()
    db.session.rollback()
    site.post(at, data=fields(site.get(f"{at}?group=A")) | paper)
    assert db.session.query(AuditEntry).count() == before + 1
    slots = held.row.register.slots
    assert [slot.closed_by for slot in slots] == [held.trainer.public_id] * 4
    assert [mark for mark, _version in marks(held)] == ["absent", *["present"] * 11]


def test_a_session_ahead_and_one_nobody_marked_stay_open(held, client_for):
    site, at = client_for(held.trainer), url(held, "attendance")
    put_ahead(held.row, 4)
    close_ended(held.register, held.trainer, ())
    assert not any(slot.closed_at for slot in held.row.register.slots)
    db.session.rollback()
    for group in "AB":
        paper = {"action": "close", "rest": "present"}
        site.post(at, data=fields(site.get(f"{at}?group={group}")) | paper)
    assert sum(slot.closed_at is not None for slot in held.row.register.slots) == 3
