"""Her first account for somebody outside: by the consents that originals ask, and remembered."""

import hashlib
import io
from datetime import timedelta
from zipfile import ZipFile

import pytest

from kash.incidents.consent_texts import VERSION
from kash.incidents.queries.cases import open_case
from kash.incidents.rules.case_file import who_keeps_it
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.parts import CourtAsk, Evidence, Person
from kash.incidents.rules.record import Record, Taking
from kash.incidents.services.cases import changing, comment
from kash.incidents.services.mediation import give_account, say_how_taken
from kash.incidents.services.redacting import ask_redaction, redact
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry
from kash.platform.web.formats import local_today
from tests.conftest import AMember
from tests.incidents.conftest import Filed
from tests.incidents.filed_cases import PAPER, asked_again, may_leave
from tests.incidents.test_case_file import text_of
from tests.incidents.test_first_account import bytes_kept
from tests.incidents.test_second_member import waiting
from tests.refusals import refuses

pytestmark = pytest.mark.usefixtures("both_engines_app")

WHO = {"paper": PAPER.key, "more": "Petition 12"}


@pytest.fixture
def anna(a_member):
    return a_member("documentation", name="Anna Officer")


def kept_case(anna: AMember, filed: Filed, record: Record, took: str = "") -> str:
    record.narrative = record.narrative or "Of Achieng."
    record.filing.author = took or anna.actor.public_id
    reference = filed(record)
    comment(reference, "Read.", by=anna.actor, vault=anna.vault())
    return reference


def agreed(person: str, **more: str) -> list[CaseConsent]:
    said = {"given": True, "at": utc_now(), "by": "x" * 16, "wording": VERSION, "person": person}
    return [CaseConsent(purpose=one, **{**said, **more}) for one in ("court", "health")]


@pytest.mark.any_engine
def test_the_archive_holds_the_bytes_and_says_what_they_are_to_whom_and_why(anna, a_member, filed):
    brenda = a_member("documentation", name="Brenda Second")
    reference = kept_case(anna, filed, may_leave())
    version = open_case(anna.actor, anna.vault(), reference).version
    taking = Taking(language="Dholuo", interpreter="peer")
    say_how_taken(anna.actor, anna.vault(), reference, version, taking)
    (before,) = bytes_kept(anna)
    ask_redaction(anna.actor, anna.vault(), reference, ["Achieng"], "By mistake.")
    (proposal,) = waiting(anna, reference)
    redact(brenda.actor, brenda.vault(), reference, proposal)
    (content,) = bytes_kept(anna)
    address = f"/w/{reference}/h/out"
    refused = anna.client.post(address, data=WHO | {"more": ""})
    assert refused.mimetype == "text/html"
    assert 'id="more-error"' in refused.text
    assert f'<option selected value="{PAPER.key}">{PAPER.receiver}' in refused.text
    answer = anna.client.post(address, data=WHO)
    assert answer.headers["Content-Disposition"] == "attachment; filename=record.zip"
    with ZipFile(io.BytesIO(answer.data)) as package:
        assert package.namelist() == ["1.json", "sheet.pdf"]
        assert {one.date_time[0] for one in package.infolist()} == {1980}
        assert package.read("1.json") == content
        pdf = package.read("sheet.pdf")
    text = "".join(text_of(pdf).split())
    sha256, gone = (hashlib.sha256(one).hexdigest() for one in (content, before))
    for said in (sha256, gone, f"{len(before)}bytes", "Dholuo", "Apeereducator", "AnnaOfficer"):
        assert said in text, said
    for said in ("MfanoAdvocates·Case12of2026", "Petition12", "BrendaSecond"):
        assert said in text, said
    assert b"Anna" not in pdf.replace(b"\0", b"")
    record = open_case(anna.actor, anna.vault(), reference).record
    (given,) = record.accounts_given
    assert (given.by, given.who, given.reason, given.sha256) == (
        anna.actor.public_id,
        PAPER.receiver,
        "Petition 12",
        [sha256],
    )
    assert record.timeline[-1].what == "account_given"
    (entry,) = db.session.query(AuditEntry).filter_by(action="incidents.account_given")
    assert (entry.actor, entry.subjects) == (anna.actor.public_id, [reference])
    db.session.rollback()
    for page in (f"/w/{reference}", f"/w/{reference}/h"):
        shown = brenda.client.get(page).text
        assert PAPER.receiver in shown, page
        assert sha256 in shown, page


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("band", "consents", "leaves"),
    [
        ("25_34", lambda: agreed("p1") + agreed("p2"), True),
        ("25_34", lambda: agreed("p1"), False),
        ("25_34", lambda: agreed("p1") + agreed("p2")[:1], False),
        ("under_18", lambda: agreed("p1") + agreed("p2"), False),
        ("under_18", lambda: agreed("p1") + agreed("p2", origin="guardian", paper="ID 1"), True),
    ],
)
def test_it_leaves_by_the_consents_of_everybody_as_an_original_does(
    anna, a_member, filed, band, consents, leaves
):
    # A case with a child is for a custodian alone, others are not.
    her = a_member("custodian") if band == "under_18" else anna
    persons = [Person(id="p1", code="A", age_band="25_34"), Person(id="p2", code="B")]
    persons[1].age_band = band
    reference = kept_case(
        her,
        filed,
        Record(persons=persons, consents=consents(), court_asks=asked_again()),
        took="o" * 16,
    )
    db.session.rollback()
    record = open_case(her.actor, her.vault(), reference).record
    assert (not who_keeps_it(record, Evidence(document="e"))) is leaves
    answer = her.client.post(f"/w/{reference}/h/out", data=WHO)
    assert (answer.status_code, answer.mimetype == "application/zip") == (
        (200, True) if leaves else (409, False)
    )
    if not leaves:
        with refuses("It stays here"):
            give_account(her.actor, her.vault(), reference, PAPER, "B")
        db.session.rollback()
    shown = her.client.get(f"/w/{reference}/h/out").text
    assert ("It stays here: not everybody it tells of agreed" in shown) is not leaves
    record = open_case(her.actor, her.vault(), reference).record
    assert len(record.accounts_given) == leaves


def late(person: str) -> list[CourtAsk]:
    return asked_again(person, on=local_today() - timedelta(days=15))


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("asks", "missing"),
    [
        (lambda: [], "A, B"),
        (lambda: asked_again("p1"), "B"),
        (lambda: asked_again() + asked_again("p2", given=False), "B"),
        (lambda: asked_again("p1") + late("p2"), "B"),
        (lambda: asked_again("p1") + asked_again("p2", read_back_on=None), "B"),
        (lambda: asked_again("p1") + asked_again("p2", about="Another case"), "B"),
    ],
)
def test_it_goes_to_nobody_about_whom_not_everybody_in_it_was_asked_again(
    anna, filed, asks, missing
):
    persons = [Person(id="p1", code="A"), Person(id="p2", code="B")]
    consents = agreed("p1") + agreed("p2")
    record = Record(persons=persons, consents=consents, court_asks=asks())
    reference = kept_case(anna, filed, record, took="o" * 16)
    with refuses("Ask again, read back what the paper says, and note it") as refused:
        give_account(anna.actor, anna.vault(), reference, PAPER, "B")
    db.session.rollback()
    assert f"note it: {missing}." in str(refused.value)
    address = f"/w/{reference}/h/out"
    assert "Ask again, and note it" in anna.client.get(address).text
    answer = anna.client.post(address, data=WHO)
    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    assert open_case(anna.actor, anna.vault(), reference).record.accounts_given == []


def test_whoever_was_taken_off_the_record_is_still_told_of(anna, filed):
    persons = [Person(id="p1", code="A"), Person(id="p2", code="B")]
    consents = agreed("p1") + agreed("p2")
    reference = kept_case(
        anna, filed, Record(persons=persons, consents=consents, court_asks=asked_again())
    )
    with changing("incidents.changed", anna.actor, anna.vault(), reference) as case:
        del case.record.persons[1]
    with refuses("It stays here"):
        give_account(anna.actor, anna.vault(), reference, PAPER, "B")
    db.session.rollback()
    assert "somebody who was taken off" in anna.client.get(f"/w/{reference}/h/out").text


def test_nothing_is_given_before_anything_is_kept(anna, filed):
    reference = filed(may_leave())
    assert (
        "No first account of this case can be given out yet, or one does not open"
        in anna.client.get(f"/w/{reference}/h/out").text
    )
    answer = anna.client.post(f"/w/{reference}/h/out", data=WHO)
    assert "This cannot be done with the case as it stands." in answer.text
    record = open_case(anna.actor, anna.vault(), reference).record
    assert record.accounts_given == []
