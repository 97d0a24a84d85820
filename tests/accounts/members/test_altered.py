"""Whoever writes the database, without the key file and without a passphrase, gets nothing sealed
to a key of her own: not by altered rows, not by older ones, and not by rows that are gone."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import text

from kash.accounts.members import queries
from kash.accounts.members.services import vault_sessions as identity_requests
from kash.accounts.members.services.alarms import KeyNotRight, WordsNotCompared, look_after_keys
from kash.accounts.members.services.members import (
    begin_compartments,
    note_compared,
    own_words,
    remove,
    rotate,
)
from kash.accounts.members.services.vault_sessions import open_with_passphrase
from kash.platform.database import db, utc_now
from kash.platform.vault import (
    AuditEntry,
    KeyAltered,
    SealError,
    fetch,
    file_document,
    find_opening,
    fingerprint,
    note_restore,
    open_document,
    raised_alarms,
    rotation_due,
    unfinished_rotations,
)
from kash.platform.vault import compartments as sealing
from kash.platform.vault.compartments import Secret
from kash.policy import SYSTEM
from tests.conftest import AMember
from tests.incidents.sent_reports import carried
from tests.refusals import refuses

pytestmark = pytest.mark.usefixtures("both_engines_app")
Member = Callable[..., AMember]
KIND = "test.case"


class Thief:
    """Somebody with a pair of keys and the database."""

    def __init__(self) -> None:
        self.private = X25519PrivateKey.generate()
        self.public = self.private.public_key().public_bytes_raw()

    def writes(self, statement: str, **values: Any) -> None:
        """One statement on the database, behind the programme's back."""
        db.session.rollback()
        db.session.execute(text(statement), values)
        db.session.commit()

    def copies(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table, to be put back another day."""
        db.session.rollback()
        return [dict(row) for row in db.session.execute(text(f"SELECT * FROM {table}")).mappings()]

    def puts_back(self, table: str, row: dict[str, Any]) -> None:
        names = ", ".join(row)
        values = ", ".join(f":{name}" for name in row)
        self.writes(f"INSERT INTO {table} ({names}) VALUES ({values})", **row)

    def opens(self) -> int:
        """How many secrets of compartments lie wrapped to her key."""
        opened = 0
        for wrap in self.copies("vault_wrap"):
            for row in self.copies("vault_compartment"):
                for member in self.copies("vault_member"):
                    info = sealing._wrap_info(row["name"], row["generation"], member["public_id"])
                    try:
                        sealing.open_from(self.private, bytes(wrap["wrapped"]), info)
                    except SealError:
                        continue
                    opened += 1
        return opened


@pytest.fixture
def thief():
    return Thief()


def filed(what: bytes = b"what was done") -> str:
    public_id = file_document(db.session(), KIND, what).public_id
    db.session.commit()
    return str(public_id)


def alarms() -> list[list[str]]:
    db.session.rollback()
    found = db.session.query(AuditEntry).filter_by(action="vault.key_altered")
    return [list(entry.subjects) for entry in found.order_by(AuditEntry.seq)]


def rotates(her: AMember) -> int:
    """As when she opens the vault: what is due is begun and done."""
    return rotate(her.actor, her.vault)


def the_id(table: str, **where: Any) -> int:
    condition = " AND ".join(f"{name} = :{name}" for name in where)
    statement = text(f"SELECT id FROM {table} WHERE {condition}")
    return int(db.session.execute(statement, where).scalar_one())


# --- A member's key -----------------------------------------------------------------------------


def test_a_key_in_a_members_row_is_wrapped_nothing(a_member, thief):
    her, other, gone = (a_member("documentation") for _ in range(3))
    filed()
    remove(her.actor, gone.public_id)
    thief.writes(
        "UPDATE vault_member SET public_key = :key WHERE public_id = :id",
        key=thief.public,
        id=other.public_id,
    )
    with pytest.raises(KeyNotRight, match="was altered in the database"):
        rotates(her)
    assert thief.opens() == 0
    assert unfinished_rotations(db.session()) == {"case": 1}
    assert alarms() == [[other.public_id, "keys:case"]]
    # Once is enough, and all members read it until the row is gone.
    with pytest.raises(KeyNotRight):
        rotates(her)
    assert len(alarms()) == 1
    today = her.client.get("/").get_data(as_text=True)
    assert "A key of the vault is not the one that was made" in today
    # Whose row it is, is told that her key is not hers any more, and opens nothing with it.
    with pytest.raises(KeyNotRight):
        open_with_passphrase(other.actor, other.passphrase, lambda: None)
    page = her.client.get("/w/v/m").get_data(as_text=True)
    assert "this key was altered" in page
    remove(her.actor, other.public_id)
    assert rotates(her) == 0
    her.client.post("/w/v/close")
    open_with_passphrase(her.actor, her.passphrase, lambda: None)
    assert raised_alarms() == []
    assert "A key of the vault is not" not in her.client.get("/").get_data(as_text=True)


@pytest.mark.parametrize("seal", ["none", "copied", "invented"])
def test_a_member_whom_nobody_let_in_gets_nothing(a_member, thief, seal):
    her, gone = a_member("documentation"), a_member("documentation")
    look_after_keys()
    filed()
    remove(her.actor, gone.public_id)
    row = next(one for one in thief.copies("vault_member") if one["public_id"] == her.public_id)
    wrap = thief.copies("vault_wrap")[0]
    given = {"none": None, "copied": wrap["seal"], "invented": b"\1" * 32}[seal]
    thief.puts_back(
        "vault_member",
        row | {"id": 999, "public_id": "t" * 16, "holder": "h" * 16, "public_key": thief.public},
    )
    thief.puts_back("vault_wrap", wrap | {"member_id": 999, "seal": given})
    with pytest.raises(KeyNotRight):
        rotates(her)
    assert thief.opens() == 0
    assert alarms() == [["t" * 16, "keys:case"]]


def test_who_was_removed_does_not_come_back_with_her_rows(a_member, thief):
    her, gone = a_member("documentation"), a_member("documentation")
    filed()
    rows = {table: thief.copies(table) for table in ("vault_member", "vault_wrap")}
    stale = gone.vault()
    remove(her.actor, gone.public_id)
    number = next(one["id"] for one in rows["vault_member"] if one["public_id"] == gone.public_id)
    thief.puts_back(
        "vault_member", next(one for one in rows["vault_member"] if one["id"] == number)
    )
    thief.puts_back(
        "vault_wrap", next(one for one in rows["vault_wrap"] if one["member_id"] == number)
    )
    with pytest.raises(KeyNotRight):
        rotates(her)
    assert alarms() == [[gone.public_id, "keys:case"]]
    # Nor does the new generation wait for ever: without her rows it is made.
    thief.writes("DELETE FROM vault_member WHERE id = :id", id=number)
    # That a new one is due can't be unsaid either.
    thief.writes("UPDATE vault_compartment SET rotation_due = :no", no=False)
    assert rotation_due(db.session(), her.vault()) == ["case"]
    assert rotates(her) == 0
    later = filed(b"of later")
    (sealed,) = fetch(db.session(), later)
    assert sealed.generation == 2
    with pytest.raises(SealError):
        open_document(stale, sealed)


def test_a_seal_that_is_taken_off_is_not_one_that_never_was(a_member, thief):
    her, other, gone = (a_member("documentation") for _ in range(3))
    look_after_keys()
    remove(her.actor, gone.public_id)
    number = the_id("vault_member", public_id=other.public_id)
    thief.writes("UPDATE vault_wrap SET seal = NULL WHERE member_id = :id", id=number)
    assert queries.member_line(her.actor, other.public_id).trust == "altered"
    with pytest.raises(KeyNotRight):
        rotates(her)
    line = queries.member_line(her.actor, other.public_id)
    with pytest.raises(KeyNotRight):
        note_compared(her.actor, her.vault(), other.public_id, line.shown)


def test_the_words_of_who_waits_come_from_her_own_key(a_member, thief):
    a_member("documentation")
    waits = a_member("director", is_open=False)
    thief.writes(
        "DELETE FROM vault_wrap WHERE member_id = :id",
        id=the_id("vault_member", public_id=waits.public_id),
    )
    words = own_words(waits.actor, waits.passphrase)
    with refuses("This passphrase does not open the vault."):
        own_words(waits.actor, "river amused")
    thief.writes(
        "UPDATE vault_member SET public_key = :key WHERE public_id = :id",
        key=thief.public,
        id=waits.public_id,
    )
    assert fingerprint(thief.public) != words
    page = waits.client.post("/w/v", data={"passphrase": waits.passphrase})
    text_shown = page.get_data(as_text=True)
    assert (page.status_code, fingerprint(thief.public) in text_shown) == (422, False)
    assert "was altered in the database" in text_shown
    assert alarms() == [[waits.public_id]]


def test_words_hang_on_the_key_file(a_member, monkeypatch):
    her = a_member("documentation")
    key = queries.member_of(her.actor.public_id)
    assert key is not None
    before = fingerprint(key.public_key)
    from kash.platform.vault import membership
    from kash.platform.vault.keys import new_keys

    class Other:
        keys = new_keys()

    monkeypatch.setattr(membership, "vault_of", lambda _app: Other)
    assert fingerprint(key.public_key) != before


def test_no_identity_is_granted_to_another_key(a_member, thief):
    custodian = a_member("custodian")
    officer = a_member("documentation")
    wanted = file_document(db.session(), "test.identity", b"a name", compartment="identity")
    db.session.commit()
    public_id = wanted.public_id
    asked = identity_requests.ask(officer.actor, public_id, "why")
    thief.writes(
        "UPDATE vault_member SET public_key = :key WHERE public_id = :id",
        key=thief.public,
        id=officer.public_id,
    )
    with pytest.raises(KeyNotRight):
        identity_requests.decide(custodian.actor, custodian.vault(), asked, grant=True)
    assert thief.copies("vault_unsealing")[0]["wrapped"] is None
    assert alarms() == [[officer.public_id, "keys:case"]]


# --- A compartment's key ------------------------------------------------------------------------


def test_nothing_is_filed_to_another_key(a_member, thief, sign_in):
    her = a_member("documentation")
    look_after_keys()
    peer = sign_in("peer")
    begun = peer.post("/w/n", data={"go": "begin-no"}).get_data(as_text=True)
    thief.writes("UPDATE vault_compartment SET public_key = :key", key=thief.public)
    with pytest.raises(KeyAltered):
        filed()
    db.session.rollback()
    typed = carried(begun) | {"screen": "when", "go": "next", "place": "Typed in full."}
    answer = peer.post("/w/n", data=typed)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "the key that seals them was altered" in page) == (409, True)
    assert "Typed in full." in page
    # When somebody filed is told by nothing: the alarm comes with the clock.
    assert alarms() == []
    look_after_keys()
    look_after_keys()
    assert alarms() == [["keys:case"]]
    assert "A key of the vault is not the one" in her.client.get("/").get_data(as_text=True)
    # It opens for nobody either: what would be saved would be sealed to it.
    with pytest.raises(KeyNotRight):
        open_with_passphrase(her.actor, her.passphrase, lambda: None)


def test_a_generation_that_nobody_made_takes_nothing(a_member, thief):
    """With a secret of her own, wrapped to the members: to anybody's public key one can wrap."""
    her = a_member("documentation")
    look_after_keys()
    first = filed()
    (row,) = thief.copies("vault_compartment")
    own = Secret("case", 2, b"\7" * 32)
    thief.writes("UPDATE vault_compartment SET state = 'retiring'")
    for seal in (None, row["seal"], b"\1" * 32):
        thief.writes("DELETE FROM vault_compartment WHERE generation = 2")
        thief.puts_back(
            "vault_compartment",
            row
            | {"id": 77, "generation": 2, "public_key": own.public, "seal": seal}
            | {"state": "current"},
        )
        member = queries.member_of(her.actor.public_id)
        assert member is not None
        wrapped = sealing.wrap_for_member(own, member.public_key, member.public_id)
        thief.puts_back(
            "vault_wrap",
            {"compartment_id": 77, "member_id": member.id, "wrapped": wrapped, "seal": None},
        )
        with pytest.raises(KeyAltered):
            her.vault()
        with pytest.raises(KeyNotRight):
            open_with_passphrase(her.actor, her.passphrase, lambda: None)
        with pytest.raises(KeyAltered):
            filed()
        db.session.rollback()
    (sealed,) = fetch(db.session(), first)
    assert sealed.generation == 1


def test_a_secret_that_makes_another_key_opens_nothing(a_member, thief):
    her = a_member("documentation")
    member = queries.member_of(her.actor.public_id)
    assert member is not None
    own = Secret("case", 1, b"\7" * 32)
    wrapped = sealing.wrap_for_member(own, member.public_key, member.public_id)
    thief.writes("UPDATE vault_wrap SET wrapped = :wrapped", wrapped=wrapped)
    with pytest.raises(KeyAltered):
        her.vault()
    with pytest.raises(KeyNotRight):
        open_with_passphrase(her.actor, her.passphrase, lambda: None)
    assert alarms() == [["keys:case"]]


def test_an_older_generation_does_not_come_back(a_member, thief):
    her, gone = a_member("documentation"), a_member("documentation")
    before = {table: thief.copies(table) for table in ("vault_compartment", "vault_wrap")}
    remove(her.actor, gone.public_id)
    assert rotates(her) == 0
    filed()
    (present,) = thief.copies("vault_compartment")
    (old,) = before["vault_compartment"]
    number = the_id("vault_member", public_id=her.public_id)
    (wrap,) = (one for one in before["vault_wrap"] if one["member_id"] == number)
    # The generation that the removed one knows, current again; or alone, and called retiring.
    thief.writes("UPDATE vault_compartment SET state = 'retiring'")
    thief.puts_back("vault_compartment", old | {"id": 78})
    thief.puts_back("vault_wrap", wrap | {"compartment_id": 78})
    with pytest.raises(KeyAltered):
        filed()
    db.session.rollback()
    look_after_keys()
    assert alarms() == [["keys:case"]]
    thief.writes("DELETE FROM vault_wrap WHERE compartment_id = :id", id=present["id"])
    thief.writes("UPDATE vault_compartment SET state = 'retiring'")
    with pytest.raises(KeyNotRight):
        open_with_passphrase(her.actor, her.passphrase, lambda: None)
    # Nor are new keys made under a number that there was.
    thief.writes("DELETE FROM vault_wrap")
    thief.writes("DELETE FROM vault_document_key")
    thief.writes("DELETE FROM vault_compartment")
    with pytest.raises(KeyNotRight):
        begin_compartments(her.actor)


def test_nobody_begins_anew_what_nobody_gave_up(a_member, thief):
    her = a_member("documentation")
    a_member("documentation")
    look_after_keys()
    thief.writes("DELETE FROM vault_wrap")
    assert queries.compartments_to_begin(her.actor) == ["case"]
    with pytest.raises(KeyNotRight):
        begin_compartments(her.actor)
    assert thief.copies("vault_compartment")[0]["generation"] == 1
    assert alarms() == [["keys:case"]]


# --- What is older than seals -------------------------------------------------------------------


def as_before_seals(thief: Thief) -> None:
    """The vault as a programme has it that was just brought up to date."""
    from flask import current_app

    from kash.platform.vault.sealing import vault_of

    thief.writes("UPDATE vault_wrap SET seal = NULL")
    thief.writes("UPDATE vault_compartment SET seal = NULL")
    vault_of(current_app).memory_file.unlink(missing_ok=True)


def test_older_keys_are_sealed_once_the_words_were_compared(a_member, thief):
    her, other, gone = (a_member("documentation", name=name) for name in ("Amina", "Baraka", "C"))
    as_before_seals(thief)
    first = filed()
    look_after_keys()
    assert all(row["seal"] is not None for row in thief.copies("vault_compartment"))
    assert {line.trust for line in queries.member_lines(her.actor)} == {"uncompared"}
    # Filing goes on, and rotation refuses, without an alarm.
    filed()
    remove(her.actor, gone.public_id)
    with pytest.raises(WordsNotCompared):
        rotates(her)
    assert (alarms(), unfinished_rotations(db.session())) == ([], {"case": 2})
    today = her.client.get("/").get_data(as_text=True)
    assert "Compare four words with Baraka" in today
    page = her.client.get("/w/v").get_data(as_text=True)
    assert "Have another member compare your four words below with you, aloud" in page
    path = f"/w/v/m/{other.public_id}/in"
    asked = her.client.get(path).get_data(as_text=True)
    line = queries.member_line(her.actor, other.public_id)
    assert line.fingerprint in asked
    # What she compares it with stands on the other's own page, from the other's own key.
    assert line.fingerprint in other.client.get("/w/v").get_data(as_text=True)
    done = her.client.post(path, data={"compared": "y", "shown": line.shown})
    assert done.status_code == 303
    assert queries.member_line(her.actor, other.public_id).trust == "sealed"
    # Each waits to be compared by another; one whose words were not stops it still.
    with pytest.raises(WordsNotCompared):
        rotates(her)
    own = queries.member_line(other.actor, her.public_id)
    note_compared(other.actor, other.vault(), her.public_id, own.shown)
    assert rotates(her) == 0
    (sealed,) = fetch(db.session(), first)
    assert (sealed.generation, open_document(other.vault(), sealed)) == (2, b"what was done")
    entries = db.session.query(AuditEntry).filter_by(action="vault.words_compared")
    assert [list(entry.subjects) for entry in entries.order_by(AuditEntry.seq)] == [
        [other.public_id],
        [her.public_id],
    ]


def test_who_is_alone_has_nobody_to_compare_with(a_member, thief):
    her = a_member("documentation")
    as_before_seals(thief)
    look_after_keys()
    assert queries.member_line(her.actor, her.public_id).trust == "uncompared"
    open_with_passphrase(her.actor, her.passphrase, lambda: None)
    assert queries.member_line(her.actor, her.public_id).trust == "sealed"


def test_a_key_that_was_altered_before_is_found_by_its_words(a_member, thief):
    """Before seals were, somebody may have altered a row: the words are not the same then."""
    her, other = a_member("documentation"), a_member("documentation")
    as_before_seals(thief)
    thief.writes(
        "UPDATE vault_member SET public_key = :key WHERE public_id = :id",
        key=thief.public,
        id=other.public_id,
    )
    look_after_keys()
    shown = queries.member_line(her.actor, other.public_id).fingerprint
    assert shown == fingerprint(thief.public)
    found = find_opening(db.session(), other.actor.session_id, other.cookie, utc_now())
    assert found is not None
    own = fingerprint(found[0].private.public_key().public_bytes_raw())
    assert own != shown


def test_who_asks_is_compared_before_an_identity_is_granted(a_member, thief):
    custodian, officer = a_member("custodian"), a_member("documentation")
    as_before_seals(thief)
    look_after_keys()
    wanted = file_document(db.session(), "test.identity", b"a name", compartment="identity")
    db.session.commit()
    asked = identity_requests.ask(officer.actor, wanted.public_id, "why")
    with refuses("First compare four words with this person, on the page of who"):
        identity_requests.decide(custodian.actor, custodian.vault(), asked, grant=True)
    line = queries.member_line(custodian.actor, officer.public_id)
    note_compared(custodian.actor, custodian.vault(), officer.public_id, line.shown)
    identity_requests.decide(custodian.actor, custodian.vault(), asked, grant=True)


def test_a_new_programme_is_sealed_from_its_first_key(a_member):
    custodian, officer = a_member("custodian"), a_member("documentation")
    assert {line.trust for line in queries.member_lines(officer.actor)} == {"sealed"}
    remove(custodian.actor, officer.public_id)
    assert rotates(custodian) == 0
    assert queries.to_be_compared(*queries.others_of(custodian.actor)) == []


def test_a_backup_that_was_put_back_is_believed_once_it_is_noted(a_member, thief):
    """What is remembered was of another database: the restore puts it aside, and only that."""
    her, gone = a_member("documentation"), a_member("documentation")
    tables = ("vault_member", "vault_compartment", "vault_wrap")
    before = {table: thief.copies(table) for table in tables}
    remove(her.actor, gone.public_id)
    assert rotates(her) == 0
    for table in reversed(tables):
        thief.writes(f"DELETE FROM {table}")
    for table in tables:
        for row in before[table]:
            thief.puts_back(table, row)
    with pytest.raises(KeyAltered):
        filed()
    db.session.rollback()
    note_restore(SYSTEM)
    document = filed()
    token = open_with_passphrase(gone.actor, gone.passphrase, lambda: None)
    found = find_opening(db.session(), gone.actor.session_id, token, utc_now())
    assert found is not None
    assert open_document(found[0], fetch(db.session(), document)[0]) == b"what was done"
    # From then on what stands there is remembered.
    look_after_keys()
    assert raised_alarms() == []
    assert queries.member_line(her.actor, gone.public_id).trust == "sealed"
