"""A custodian who has a part in a case decides nothing about it, and reads no reason."""

import pytest
from sqlalchemy import select

from kash.accounts.members.services.vault_sessions import decide, may_decide
from kash.incidents.rules.parts import Filing, Information, Party, Person
from kash.incidents.rules.record import Record
from kash.platform.database import db
from kash.platform.vault import Unsealing
from tests.conftest import AMember
from tests.incidents.conftest import Filed
from tests.refusals import refuses

REASON = "A court asks for her name."


def ask(anna: AMember, filed: Filed, record: Record) -> str:
    """Have an officer ask who the first person of a case is; the request."""
    record.persons.append(Person(id="p1", code="A1"))
    address = f"/w/{filed(record)}/p/p1"
    assert anna.client.post(address, data={"legal_name": "Zawadi Kielelezo"}).status_code == 303
    assert anna.client.post(f"{address}/ask", data={"reason": REASON}).status_code == 303
    return asked().public_id


def asked() -> Unsealing:
    """The only request there is."""
    db.session.rollback()
    return db.session.scalars(select(Unsealing)).one()


def test_a_custodian_who_is_named_neither_reads_the_reason_nor_decides(a_member, filed):
    grace, ruth = a_member("custodian"), a_member("custodian")
    anna = a_member("documentation")
    named = Party(id="q1", kind="other", account=grace.actor.public_id)
    request = ask(anna, filed, Record(parties=[named]))
    address = f"/w/v/u/{request}"

    page = grace.client.get(address)
    assert REASON not in page.text
    assert "You are kept away from this" in page.text
    with refuses("Another custodian has to decide this."):
        decide(grace.actor, grace.vault(), request, grant=True)
    grace.client.post(address, data={"decision": "refuse"})
    assert asked().granted is None

    assert REASON in ruth.client.get(address).text
    ruth.client.post(address, data={"decision": "grant"})
    assert asked().granted is True


def test_who_declared_that_she_must_not_work_on_it_does_not_decide(a_member, filed):
    grace, anna = a_member("custodian"), a_member("documentation")
    request = ask(anna, filed, Record(declared=[grace.actor.public_id]))
    assert not may_decide(grace.actor, grace.vault(), request)


@pytest.mark.parametrize("part", ["filer", "source"])
def test_who_filed_or_told_it_does_not_decide(a_member, filed, part):
    grace, anna = a_member("custodian"), a_member("documentation")
    account = grace.actor.public_id
    record = (
        Record(filing=Filing(how="phone", author=account))
        if part == "filer"
        else Record(information=[Information(id="i1", account=account)])
    )
    request = ask(anna, filed, record)
    assert not may_decide(grace.actor, grace.vault(), request)
    with refuses("Another custodian has to decide this."):
        decide(grace.actor, grace.vault(), request, grant=True)
