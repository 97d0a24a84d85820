"""The letterbox: what it looks like from outside, and that nothing in it is ever lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import func, select

from kash.accounts.members.services.members import rotate
from kash.incidents.models import Incident, IncidentDraft, IncidentDraftScreen
from kash.incidents.queries import cases
from kash.incidents.queries import letterbox as filing
from kash.incidents.queries.letterbox import SCREEN_KIND, anything_open, opened_box
from kash.incidents.rules.filing import Screen, as_bytes, new_code
from kash.incidents.rules.letterbox import (
    MOST,
    ROOM,
    SMALLEST,
    Box,
    BoxFull,
    Draft,
    Letter,
    Sent,
    from_bytes,
)
from kash.incidents.rules.letterbox import as_bytes as box_as_bytes
from kash.incidents.services.filing import answer_screen, submit
from kash.incidents.services.letterbox import deliver, tend_letterbox
from kash.incidents.services.letterbox import letter as sealed_letter
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import (
    Compartment,
    SealedDocument,
    VaultMember,
    audited,
    file_document,
    remove_member,
)
from kash.policy import Actor
from tests.incidents import filed_cases
from tests.incidents.filed_cases import let_arrive

_letters = some.builds(
    Letter,
    public_id=some.text("abc", min_size=16, max_size=16),
    kind=some.just("incident.screen"),
    compartment_id=some.integers(1, 9),
    body=some.text("AB+/", min_size=100, max_size=2000),
    wrapped=some.text("AB+/", min_size=80, max_size=120),
)
_drafts = some.dictionaries(
    some.text("0123456789abcdef", min_size=64, max_size=64),
    some.builds(
        Draft,
        kept_until=some.dates(date(2026, 1, 1), date(2027, 1, 1)),
        held=some.booleans(),
        screens=some.dictionaries(some.sampled_from(["what", "when", "words"]), _letters),
    ),
    max_size=12,
)


# Each letterbox is a quarter of a megabyte.
@settings(deadline=None, max_examples=25)
@given(_drafts)
def test_its_size_and_order_tell_nothing(drafts):
    box = Box(drafts=drafts)
    sealed = box_as_bytes(box)
    assert len(sealed) == SMALLEST - 4
    assert from_bytes(sealed) == box
    backwards = Box(drafts=dict(reversed(drafts.items())))
    assert box_as_bytes(backwards) == sealed


@given(some.lists(some.integers(0, 4000), max_size=3), some.integers(0, 200))
def test_a_draft_is_counted_as_no_smaller_than_it_is(bodies, wrapped):
    screens = {f"s{at}": _letter(size) for at, size in enumerate(bodies)}
    for letter in screens.values():
        letter.wrapped = "B" * wrapped
    draft = Draft(kept_until=date(2026, 1, 1), adds_to="x" * 16, screens=screens)
    assert len(draft.model_dump_json()) <= draft.size <= len(draft.model_dump_json()) + 1200


def test_more_than_fits_is_refused_and_not_cut_off():
    letter = Letter(public_id="x", kind="k", compartment_id=1, body="A" * MOST, wrapped="B")
    draft = Draft(kept_until=date(2026, 1, 1), screens={"words": letter})
    with pytest.raises(BoxFull):
        box_as_bytes(Box(drafts={"x": draft}))


def _letter(size: int) -> Letter:
    return Letter(
        public_id="x" * 16, kind="incident.screen", compartment_id=1, body="A" * size, wrapped="B"
    )


def _draft(size: int, **more: bool) -> Draft:
    return Draft(kept_until=date(2026, 1, 1), screens={"words": _letter(size)}, **more)


@settings(deadline=None, max_examples=10)
@given(some.integers(60, 200), some.booleans(), some.booleans())
def test_unfinished_reports_however_many_leave_room_for_what_is_sent(number, held, beyond):
    flood = {f"{each:064}": _draft(80_000, held=held, beyond=beyond) for each in range(number)}
    box = Box(drafts={**flood, "hers": _draft(5_000), "written": _draft(90_000, held=held)})
    box.make_room("written")
    assert {"hers", "written"} < set(box.drafts)
    # A draft is dropped whole or left as it is, and none while there is room.
    kept = [key for key in box.drafts if key in flood]
    room = next(iter(flood.values())).room
    taken = sum(one.size for one in box.drafts.values() if one.room == room)
    assert taken <= ROOM[room]
    assert len(kept) == number or taken > ROOM[room] - 100_000
    sent = {f"{each:064}": Sent(visible_at=utc_now(), record=_letter(80_000)) for each in range(40)}
    box.sent = sent
    assert from_bytes(box_as_bytes(box)).sent == sent


def test_all_rooms_together_leave_more_than_half_for_what_is_sent():
    assert sum(ROOM.values()) < MOST / 2


@pytest.fixture
def peer(actor):
    return actor("peer")


def _file(peer: Actor, note: str) -> str:
    code = new_code()
    answer_screen(peer, code, "words", Screen(narrative=note))
    submit(peer, code, "en")
    return code


def test_reports_that_come_in_the_same_moment_are_all_kept(both_engines_app, a_member, peer):
    member = a_member("documentation")
    db.session.rollback()

    def files(number: int) -> None:
        with both_engines_app.app_context():
            _file(peer, f"report {number}")
            db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(files, range(8)))
    assert let_arrive() == 8
    found, damaged = cases.open_cases(member.actor, member.vault())
    assert damaged == []
    assert {case.record.narrative for case in found} == {f"report {n}" for n in range(8)}


class Backwards:
    """A source of chance that turns every list round."""

    def shuffle(self, kept: list[str]) -> None:
        kept.reverse()


@pytest.mark.any_engine
def test_no_reports_become_visible_in_the_order_in_which_they_were_sent(
    both_engines_app, a_member, monkeypatch
):
    a_member("documentation")
    monkeypatch.setattr(
        "kash.incidents.services.letterbox.secrets", SimpleNamespace(SystemRandom=Backwards)
    )
    now, receipts = utc_now(), [each * 64 for each in "abc"]
    with writing() as session:
        box = Box(
            sent={
                each: Sent(visible_at=now, record=sealed_letter(session, "incident", b"{}"))
                for each in receipts
            }
        )
        references = deliver(session, box, receipts, now)
    of = dict(db.session.execute(select(Incident.public_id, Incident.receipt_hash)).all())
    assert [of[one] for one in references] == receipts[::-1]
    assert box.sent == {}
    db.session.rollback()


def test_a_report_and_the_worker_never_wait_for_each_other(
    both_engines_app, a_member, peer, count_queries
):
    """Both lock letterbox and quota. In two orders, PostgreSQL would end one of them."""
    a_member("documentation")
    code = new_code()
    orders = []
    for act in (
        lambda: answer_screen(peer, code, "what", Screen(acts=["P1"])),
        lambda: submit(peer, new_code(), "en", held=True),
        lambda: tend_letterbox(utc_now()),
    ):
        with count_queries() as queries:
            act()
        read = [
            table
            for statement in queries.statements
            for table in ("letterbox", "filing_quota")
            if f"FROM {table}" in " ".join(statement.split())
        ]
        orders.append(list(dict.fromkeys(read)))
    assert orders == [["letterbox", "filing_quota"]] * 3


@pytest.mark.any_engine
def test_a_report_that_waits_while_keys_change_opens_for_those_who_stay(
    both_engines_app, a_member, peer
):
    stays, leaves = a_member("documentation"), a_member("documentation")
    _file(peer, "before she left")
    unfinished = new_code()
    answer_screen(peer, unfinished, "words", Screen(narrative="begun before"))
    with audited("vault.member_removed", stays.actor) as change:
        holder = VaultMember.holder == leaves.actor.public_id
        row = change.session.scalars(select(VaultMember).where(holder)).one()
        remove_member(change.session, row)
        change.about(leaves.actor.public_id)
    # Nothing lies among the documents, so that the old keys seem to be of no more use.
    assert rotate(stays.actor, stays.vault) == 0
    answer_screen(peer, unfinished, "what", Screen(acts=["P1"]))
    submit(peer, unfinished, "en")
    _file(peer, "after she left")
    assert let_arrive() == 3
    found, damaged = cases.open_cases(stays.actor, stays.vault())
    assert damaged == []
    assert {case.record.narrative for case in found} == {
        "before she left",
        "begun before",
        "after she left",
    }
    # What came under the old keys moves, and they go.
    assert rotate(stays.actor, stays.vault) == 0
    case_keys = select(func.count()).select_from(Compartment).where(Compartment.name == "case")
    assert db.session.scalar(case_keys) == 1
    db.session.rollback()
    assert len(cases.open_cases(stays.actor, stays.vault())[0]) == 3


@pytest.mark.any_engine
def test_a_draft_of_an_earlier_version_is_found_again_and_sent(both_engines_app, a_member, peer):
    member = a_member("documentation")
    code = new_code()
    session = db.session()
    draft = IncidentDraft(code_hash=filing.draft_hash(code), kept_until=date(2099, 1, 4))
    session.add(draft)
    session.flush()
    for name, screen in (
        ("what", Screen(acts=["M1"])),
        ("words", Screen(narrative="begun before the upgrade")),
    ):
        document = file_document(session, SCREEN_KIND, as_bytes(screen))
        session.add(IncidentDraftScreen(draft_id=draft.id, screen=name, document_id=document.id))
    session.commit()
    tend_letterbox(utc_now())
    for table in (IncidentDraft, IncidentDraftScreen, SealedDocument):
        assert db.session.query(table).count() == 0
    db.session.rollback()
    assert filing.answered_screens(code) == ["what", "words"]
    submit(peer, code, "en")
    assert let_arrive() == 1
    ((case,), damaged) = cases.open_cases(member.actor, member.vault())
    assert damaged == []
    assert case.record.narrative == "begun before the upgrade"
    assert [act.code for act in case.record.acts] == ["M1"]


@pytest.mark.any_engine
def test_members_unfinished_forms_are_left_where_they_are(both_engines_app, a_member):
    from kash.incidents.services.autosaves import keep_typed

    member = a_member("documentation")
    keep_typed(member.actor, "", "a token of a page", [("narrative", "typed")])
    tend_letterbox(utc_now())
    assert db.session.query(IncidentDraftScreen).count() == 1
    assert list(opened_box(db.session()).letters()) == []
    db.session.rollback()


@pytest.mark.parametrize(
    ("state", "is_open"), [("submitted", True), ("verified", True), ("closed", False)]
)
def test_whether_anything_is_open_goes_by_the_states_of_cases(member, state, is_open):
    assert not anything_open(db.session())
    filed_cases.filed(state=state)
    assert anything_open(db.session()) is is_open


def test_a_report_on_its_way_counts_as_open(member, peer):
    code = new_code()
    answer_screen(peer, code, "what", Screen(acts=["P1"]))
    db.session.rollback()
    assert anything_open(db.session())
    db.session.rollback()
    submit(peer, code, "en")
    assert anything_open(db.session())
