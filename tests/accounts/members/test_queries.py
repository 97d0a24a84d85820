"""Who holds keys, and who asked to read an identity, beside those who just don't."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from kash.accounts.members.queries import (
    CompartmentStatus,
    IdentityRequestLine,
    MemberLine,
    compartments_to_begin,
    holds_anything,
    identity_request_line,
    identity_request_lines,
    left_without,
    may_hold_keys,
    member_line,
    member_lines,
    member_of,
    standings,
    waiting_to_be_let_in,
)
from kash.accounts.members.vault_sessions import forget_loaded
from kash.platform.database import db, utc_now
from kash.platform.vault import (
    Compartment,
    CompartmentWrap,
    DocumentKey,
    SealedDocument,
    Unsealing,
    VaultMember,
    fingerprint,
)
from kash.platform.web.errors import NotFound
from kash.policy import Actor, Role
from tests.rows import row

NOW = utc_now().replace(microsecond=0)
HOUR = timedelta(hours=1)
CASE, IDENTITY = "case", "identity"


@pytest.fixture(autouse=True)
def _as_it_was(sqlite_app):
    with sqlite_app.test_request_context("/"):
        yield
    db.session.rollback()


def _member(who: Actor, *opens: Compartment, **more: Any) -> VaultMember:
    found = row(VaultMember, holder=who.public_id, public_key=who.public_id.encode() * 2, **more)
    for one in opens:
        row(CompartmentWrap, compartment_id=one.id, member_id=found.id)
    return found


def test_members_stand_by_name_with_what_they_open_and_wait_for(actor):
    officer = actor("documentation", name="zawadi")
    custodian = actor("custodian", name="Amani")
    second, director = actor("custodian", name="Bora"), actor("director", name="Chiku")
    trainer = actor("trainer")
    assert [may_hold_keys(one) for one in (officer, custodian, director)] == [True, True, False]
    assert (compartments_to_begin(custodian), compartments_to_begin(trainer)) == (
        [CASE, IDENTITY],
        [],
    )
    assert standings() == [
        CompartmentStatus(
            name, made=False, holders=0, unfinished=False, documents=0, all_documents=0
        )
        for name in (CASE, IDENTITY)
    ]
    retiring = row(Compartment, name=IDENTITY, generation=1, state="retiring")
    cases, identities = (
        row(Compartment, name=name, generation=at, state="current")
        for name, at in ((CASE, 1), (IDENTITY, 2))
    )
    members = {
        "Amani": _member(custodian, cases, identities, admitted_at=NOW, opened_at=NOW),
        "zawadi": _member(officer, cases, admitted_at=NOW, admitted_by=custodian.public_id),
        "Bora": _member(second, retiring),
        "Chiku": _member(director),
    }
    for compartment, documents in ((cases, 2), (identities, 1), (retiring, 1)):
        for _at in range(documents):
            document = row(SealedDocument, kind="incident", compartment=compartment.name)
            row(DocumentKey, document_id=document.id, compartment_id=compartment.id, form="filed")
    roles = {"Amani": "custodian", "Bora": "custodian", "zawadi": "documentation"}

    def told(name: str, holds: tuple[str, ...], waits: tuple[str, ...]) -> MemberLine:
        member = members[name]
        return MemberLine(
            public_id=member.public_id,
            holder=member.holder,
            name=name,
            roles=(Role(roles.get(name, "director")),),
            holds=frozenset(holds),
            waits_for=frozenset(waits),
            fingerprint=fingerprint(member.public_key),
            joined_at=member.joined_at,
            admitted_by="Amani" if name == "zawadi" else "",
            opened_at=NOW if name == "Amani" else None,
            mine=name == "Amani",
            # Rows without a seal, as those that are older than seals.
            trust="sealed" if name == "Chiku" else "uncompared",
            shown=hashlib.sha256(member.public_key).hexdigest(),
        )

    lines = member_lines(custodian)
    assert lines == [
        told("Amani", (CASE, IDENTITY), ()),
        told("Bora", (), (CASE, IDENTITY)),
        told("Chiku", (), tuple(lines[2].waits_for)),
        told("zawadi", (CASE,), ()),
    ]
    assert member_line(custodian, members["zawadi"].public_id) == lines[3]
    with pytest.raises(NotFound):
        member_line(custodian, custodian.public_id)
    assert [member_of(one.public_id) for one in (officer, trainer)] == [members["zawadi"], None]
    # As making keys does; it is read once in a request.
    forget_loaded()
    assert [may_hold_keys(one) for one in (director, trainer)] == [True, False]
    assert [holds_anything(members[name]) for name in ("zawadi", "Bora", "Chiku")] == [
        True,
        True,
        False,
    ]
    waiting = 1 + bool(lines[2].waits_for)
    assert waiting_to_be_let_in(custodian) == waiting
    assert waiting_to_be_let_in(second) == waiting_to_be_let_in(trainer) == 0
    found = {one.name: one for one in standings()}
    assert [(one.made, one.holders, one.all_documents) for one in found.values()] == [
        (True, 2, 2),
        (True, 1, 2),
    ]
    assert (left_without(custodian.public_id), left_without(officer.public_id)) == (
        {CASE: "last", IDENTITY: "lost"},
        {CASE: "last"},
    )
    # What lies under the older keys opens for her alone.
    assert left_without(second.public_id) == {IDENTITY: "lost"}
    assert left_without(trainer.public_id) == {}
    assert compartments_to_begin(custodian) == []


def test_requests_are_ones_own_and_for_a_custodian_those_that_wait(actor):
    asker, other = actor("documentation", name="Zawadi"), actor("documentation", name="Amani")
    custodian = actor("custodian", name="Bora")
    members = {one.public_id: _member(one) for one in (asker, other, custodian)}

    def ask(by: Actor, hours: int, granted: bool | None, **more: Any) -> Unsealing:
        document = row(SealedDocument, kind="identity", compartment=IDENTITY)
        return row(
            Unsealing,
            document_id=document.id,
            member_id=members[by.public_id].id,
            asked_at=NOW - hours * HOUR,
            granted=granted,
            decided_by=None if granted is None else custodian.public_id,
            **more,
        )

    soon, over = NOW + HOUR, NOW - HOUR
    granted = ask(asker, 3, True, runs_out_at=soon)
    made = [
        ask(asker, 4, None),
        granted,
        ask(asker, 1, False),
        ask(asker, 2, True, runs_out_at=over),
        ask(other, 1, None),
        ask(other, 5, True, runs_out_at=soon),
    ]

    def told(who: Actor) -> list[tuple[int, str, str, str, bool]]:
        ids = [one.public_id for one in made]
        return [
            (ids.index(one.public_id), one.state, one.asked_by, one.decided_by, one.mine)
            for one in identity_request_lines(who)
        ]

    assert told(asker) == [
        (2, "refused", "Zawadi", "Bora", True),
        (3, "over", "Zawadi", "Bora", True),
        (1, "granted", "Zawadi", "Bora", True),
        (0, "waits", "Zawadi", "", True),
    ]
    assert told(custodian) == [(4, "waits", "Amani", "", False), (0, "waits", "Zawadi", "", False)]
    most = (soon - utc_now()) // timedelta(minutes=1) + 1
    line = identity_request_line(asker, granted.public_id)
    assert line == IdentityRequestLine(
        public_id=granted.public_id,
        document=line.document,
        kind="identity",
        label=line.label,
        asker=asker.public_id,
        asked_by="Zawadi",
        asked_at=granted.asked_at,
        state="granted",
        decided_by="Bora",
        runs_out_at=soon,
        minutes_left=line.minutes_left,
        mine=True,
        address=line.address,
    )
    seen = identity_request_line(custodian, granted.public_id).minutes_left
    assert most >= line.minutes_left >= seen >= (soon - utc_now()) // timedelta(minutes=1)
    assert identity_request_line(custodian, granted.public_id).address == ""
    assert identity_request_line(asker, made[3].public_id).minutes_left == 0
    for who, wrong in ((other, granted.public_id), (custodian, "nowhere")):
        with pytest.raises(NotFound):
            identity_request_line(who, wrong)
