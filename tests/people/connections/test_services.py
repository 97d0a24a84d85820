"""Nothing leaves before two people agreed on who takes it, and a change is agreed to anew."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kash.accounts.errors import NotIndependent
from kash.accounts.models import Account, AccountBacking
from kash.people.connections.queries import (
    NotOn,
    connection,
    connection_on,
    secret_of,
    waiting_connections,
)
from kash.people.connections.rules import Stands
from kash.people.connections.services import (
    agree_to_connection,
    change_connection,
    record_connection,
    return_connection,
    switch_off,
    switch_on,
)
from kash.platform.approvals.approval import WrongStep
from kash.platform.approvals.rules import Standing
from kash.platform.database import db
from kash.platform.vault import AuditEntry
from kash.platform.web.errors import ChangedMeanwhile, NotFound
from kash.platform.web.formats import local_today
from tests.refusals import refuses

from .recorded import TOKEN, entered, switched_on


@pytest.mark.any_engine
def test_one_records_another_agrees_and_only_then_it_can_be_switched_on(both_engines_app, actor):
    """One person alone could else send the figures wherever she likes."""
    officer, director = actor("monitoring"), actor("director")
    made = record_connection("dhis2", entered(), by=officer)
    assert connection(made).stands is Stands.RECORDED
    with refuses("Nobody has agreed to this connection as it is now"):
        switch_on(made, 1, by=officer)
    assert [one.public_id for one in waiting_connections(director)] == [made]
    agree_to_connection(made, 1, by=director)
    with pytest.raises(NotOn):
        connection_on("dhis2", made)
    assert (connection(made).stands, waiting_connections(director)) == (Stands.AGREED, [])
    switch_on(made, 1, by=officer)
    assert connection_on("dhis2", made).stands is Stands.ON
    with pytest.raises(NotOn):
        connection_on("kobo", made)
    switch_on(made, 1, by=officer)
    switch_off(made, by=director)
    switch_off(made, by=director)
    assert connection(made).stands is Stands.OFF
    with pytest.raises(NotOn):
        connection_on("dhis2", made)
    actions = db.session.scalars(
        select(AuditEntry.action)
        .where(AuditEntry.action.startswith("connections."))
        .order_by(AuditEntry.seq)
    )
    assert list(actions) == [
        f"connections.{one}" for one in ("recorded", "agreed", "switched_on", "switched_off")
    ]


@pytest.mark.any_engine
def test_whatever_is_changed_is_off_until_it_is_agreed_to_anew(app, actor):
    """An agreed connection could else be pointed at another country on the quiet."""
    officer, director, other = actor("monitoring"), actor("director"), actor("administrator")
    made = switched_on(actor)
    with pytest.raises(ChangedMeanwhile):
        change_connection(made, entered(country="Elsewhere"), 9, by=officer)
    change_connection(made, entered(country="Elsewhere", secret=""), 1, by=other)
    found = connection(made)
    assert (found.stands, found.country, found.proposed_by, found.approved_by) == (
        Stands.RECORDED, "Elsewhere", other.public_id, None,
    )  # fmt: skip
    # The secret stays, and the one that was shown is not what is agreed to.
    assert secret_of(found) == TOKEN
    with pytest.raises(ChangedMeanwhile):
        agree_to_connection(made, 1, by=director)
    change_connection(made, entered(secret="another"), 2, by=officer)
    assert secret_of(connection(made)) == "another"
    return_connection(made, "The clauses lack a day of deletion.", by=director)
    assert connection(made).stands is Stands.RETURNED
    with pytest.raises(WrongStep):
        agree_to_connection(made, 3, by=director)
    change_connection(made, entered(), 3, by=officer)
    assert (connection(made).stands, connection(made).returned_reason) == (Stands.RECORDED, "")


@pytest.mark.any_engine
def test_nobody_agrees_to_what_she_recorded_nor_a_friend_whom_she_brought_in(app, actor):
    both, friend = actor("monitoring", "director"), actor("director")
    made = record_connection("dhis2", entered(), by=both)
    account = select(Account.id).where(Account.public_id == friend.public_id)
    db.session.add(AccountBacking(account_id=db.session.scalars(account).one(), by=both.public_id))
    db.session.commit()
    for who, stands in ((both, Standing.ASKED), (friend, Standing.TIED)):
        with pytest.raises(NotIndependent) as refused:
            agree_to_connection(made, 1, by=who)
        assert (refused.value.standing, waiting_connections(who)) == (stands, [])
    agree_to_connection(made, 1, by=actor("director"))


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"address": "http://dhis2.example.org"}, "an address that begins with https"),
        ({"secret": ""}, "Enter the token"),
        ({"contract_on": timedelta(days=1)}, "today at the latest"),
    ],
)
def test_a_connection_lacks_nothing_that_is_agreed_to(app, actor, changed, words):
    if isinstance(changed.get("contract_on"), timedelta):
        changed = {"contract_on": local_today() + timedelta(days=1)}
    with refuses(words):
        record_connection("dhis2", entered(**changed), by=actor("monitoring"))
    with pytest.raises(NotFound):
        record_connection("nothing", entered(), by=actor("monitoring"))


@pytest.mark.any_engine
def test_the_token_lies_sealed_and_belongs_to_its_row(app, actor):
    """A stolen database would else push figures in the programme's name."""
    made = record_connection("dhis2", entered(), by=actor("monitoring"))
    kept = connection(made).secret
    assert kept is not None
    assert TOKEN.encode() not in kept
    assert TOKEN not in repr(entered())
