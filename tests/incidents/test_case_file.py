"""The case file for a lawyer: read back, its marks, its properties, and who gets none."""

import io
import re
import subprocess
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import pikepdf
import pytest
from sqlalchemy import select

from kash.incidents.consent_texts import VERSION
from kash.incidents.queries.cases import first_account_of, open_case
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.parts import (
    Act,
    CaseDecision,
    CashBail,
    Filing,
    Information,
    Party,
    Person,
    Referral,
    Term,
)
from kash.incidents.rules.record import Record
from kash.incidents.services.cases import changing, comment
from kash.incidents.services.documentation import file_identity
from kash.incidents.services.evidence import Received, add_evidence
from kash.platform.database import db, utc_now
from kash.platform.jobs.models import Job
from kash.platform.vault import AuditEntry
from kash.platform.web.formats import date_text, to_local
from tests.incidents.filed_cases import PAPER, asked_again
from tests.platform.cleaning import samples

Member = Any


@pytest.fixture
def officer(a_member):
    return a_member("documentation", name="Amani Mfano")


def agreed(person: str = "", purpose: str = "court", *, given: bool = True) -> CaseConsent:
    return CaseConsent(
        purpose=purpose, given=given, at=utc_now(), by="x" * 16, person=person, wording=VERSION
    )


def agreed_to_all(person: str = "") -> list[CaseConsent]:
    """To a file for a court, and that it speaks of health."""
    return [agreed(person, purpose) for purpose in ("court", "health")]


def a_record() -> Record:
    record = Record(
        narrative="They came at night.\n" * 3,
        asked_for="The phone back",
        persons=[
            Person(id="p1", code="Swallow", age_band="25_34"),
            Person(id="p2", code="Weaver", note="Scar on the hand"),
        ],
        parties=[
            Party(id="o1", station="s" * 16, station_name="Mfano Post", service_number="No 0099/K")
        ],
        acts=[
            Act(id="a1", code="M1", persons=["p1"], parties=["o1"], amount=150050,
                circumstances="At the gate"),
            Act(id="a2", code="P1", persons=["p2"], circumstances="With a belt"),
        ],
        terms=[Term(id="t1", kind="return", owed_by="o1", owed_to="p1", what="A phone")],
        referrals=[Referral(id="r1", kind="legal", service="v" * 16, service_name="Mfano Lawyers",
                            person="p1")],
    )  # fmt: skip
    record.court_asks = asked_again()
    record.happening.begun_on = date(2026, 11, 2)
    record.place.ward = "Kondele"
    return record


BOTH: dict[str, Any] = {"paper": PAPER.key, "persons": ["p1", "p2"]}


def pages_of(pdf: bytes) -> list[str]:
    """What each page says, in the order in which it was set, on one line."""
    read = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return [" ".join(page.split()) for page in read.stdout.decode().split("\f")[:-1]]


def text_of(pdf: bytes) -> str:
    """The words of all pages, but for the reference, which is drawn and may spell anything."""
    return re.sub(r"\b[0-9A-Z]{4}( [0-9A-Z]{4}){2}\b", "", " ".join(pages_of(pdf)))


def printed(member: Member, reference: str, **chosen: Any) -> bytes:
    answer = member.client.post(f"/w/{reference}/f", data={"paper": PAPER.key, **chosen})
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    return bytes(answer.data)


def test_it_holds_what_was_chosen_of_who_agreed(officer, filed):
    record = a_record()
    record.consents = agreed_to_all("p1")
    reference = filed(record)
    text = text_of(printed(officer, reference, persons=["p1"], terms="y", referrals="y"))
    for there in (
        "Swallow", "Money demanded or taken", "130104", "At the gate", "KES 1,500.50", "Mfano Post",
        "A phone", "Mfano Lawyers", "2 November 2026", "What follows is alleged",
        "Not verified yet", "Persons who are not in this file: 1.", "Numbers of officers",
    ):  # fmt: skip
        assert there in text
    # No consent speaks of officers' numbers.
    for absent in (
        "0099/K",
        "destroy",
        "Weaver",
        "Scar",
        "belt",
        "at night",
        "The phone back",
        "Kondele",
    ):
        assert absent not in text


def test_it_says_who_wrote_it_who_looked_at_it_and_never_doubts_her_own_account(
    officer, actor, filed
):
    record = a_record()
    record.consents = agreed_to_all()
    author, second = (
        actor("documentation", name=f"{one} Mfano").public_id for one in ("Baraka", "Chebet")
    )
    written, looked = (datetime(2026, 11, day, 9, tzinfo=UTC) for day in (3, 5))
    record.filing = Filing(how="form", author=author, filed_at=written)
    record.verification = CaseDecision(by=second, at=looked, outcome="verified")
    record.information = [
        Information(id="i1", source="herself", reliability="doubtful"),
        Information(id="i2", source="media", reliability="uncertain"),
    ]
    sent = {"persons": ["p1", "p2"], "sources": "y", "narrative": "y"}
    text = text_of(printed(officer, filed(record), **sent))
    for there in (
        "by Baraka Mfano, 3 November 2026",
        "Looked at by a second person: Chebet Mfano, 5 November 2026",
        "Uncertain",
    ):
        assert there in text
    assert "Doubtful" not in text
    # Who sent it from a phone is named on no paper.
    record.filing.how, record.verification = "phone", CaseDecision()
    record.filing.author = actor("peer").public_id
    text = text_of(printed(officer, filed(record), **sent))
    assert "sent from a phone" in text
    assert "by Amani Mfano" not in text.replace("Printed by Amani Mfano", "")


def test_it_lists_evidence_with_the_hash_of_its_original(officer, filed):
    record = a_record()
    record.consents = agreed_to_all()
    reference, stream = filed(record), io.BytesIO(samples.jpeg())
    digest = sha256(samples.jpeg()).hexdigest()
    add_evidence(officer.actor, officer.vault(), reference, Received("Sleeve"), stream, 1_000_000)
    text = text_of(printed(officer, reference, **BOTH))
    assert f"{digest[:32]} {digest[32:]}" in text
    assert "Pieces of evidence that are not listed" not in text
    left_out = text_of(printed(officer, reference, persons=["p1"]))
    assert digest[:32] not in left_out
    assert "Pieces of evidence that are not listed: 1." in left_out


def test_the_words_are_in_it_only_when_all_agreed_and_it_was_chosen(officer, filed):
    record = a_record()
    record.consents = agreed_to_all("p1")
    half = filed(record)
    sent = {"paper": PAPER.key, "persons": ["p1"], "narrative": "y"}
    assert "at night" not in text_of(printed(officer, half, **sent))
    record.consents = agreed_to_all()
    whole = filed(record)
    assert "at night" in text_of(printed(officer, whole, **sent))
    assert "at night" not in text_of(printed(officer, whole, persons=["p1"]))


def test_what_was_asked_for_is_never_printed_as_agreed(officer, filed):
    record = a_record()
    record.terms, record.wanted = [], ["release", "pay"]
    record.persons[0].arrested_at = datetime(2026, 11, 2, 19, 30, tzinfo=UTC)
    record.consents = agreed_to_all()
    sent = {"persons": ["p1", "p2"], "terms": "y", "narrative": "y"}
    text = text_of(printed(officer, filed(record), **sent))
    assert "What was agreed" not in text
    for there in ("What is asked for", "Release, Pay", "The phone back"):
        assert there in text
    assert "Arrested at Let go at" in text
    assert "2 Nov 2026" in text
    record.consents = [agreed("p1")]
    text = text_of(printed(officer, filed(record), persons=["p1"], terms="y"))
    # It was written of everybody, and one of them did not agree to the paper.
    assert "Release" not in text


@pytest.mark.parametrize(
    "wished",
    [
        {"wish": True},
        {"wish": True, "origin": "told_reporter"},
        {"wish": True, "origin": "not_asked", "wording": ""},
        # Nobody knows what was read out.
        {"wording": ""},
    ],
)
def test_a_wish_alone_prints_nothing(officer, filed, wished):
    record = a_record()
    record.consents = [
        one.model_copy(update=wished) for person in record.persons
        for one in agreed_to_all(person.id)
    ]  # fmt: skip
    answer = officer.client.post(f"/w/{filed(record)}/f", data=BOTH)
    assert answer.mimetype == "text/html"
    assert "Nobody in this case has agreed to a file for a court" in answer.text


CANARY = "canary4711"


def of_health() -> Record:
    """Somebody's status was told to others, and every place where words are typed says so."""
    record = a_record()
    record.narrative = record.asked_for = record.place.place = CANARY
    record.wanted = ["medical", "complaint"]
    record.persons[0].note = CANARY
    record.parties[0].description = record.parties[0].unit = CANARY
    record.acts[0].circumstances = CANARY
    record.acts += [
        Act(id="a3", code="H2", persons=["p1"], circumstances=CANARY),
        Act(id="a4", code="H1"),
    ]
    record.information = [Information(id="i1", connection=CANARY, note=CANARY)]
    record.terms[0].what = CANARY
    record.referrals.append(
        Referral(id="r2", kind="medical", service_name=CANARY, person="p1", note=CANARY)
    )
    return record


EVERYTHING = {
    "persons": ["p1", "p2"],
    **dict.fromkeys(("narrative", "sources", "terms", "referrals"), "y"),
}


def test_a_file_says_nothing_of_her_health_unless_she_agreed_to_that_too(officer, filed):
    record = of_health()
    record.consents = [agreed()]
    record.place.ward = "Kondele"
    reference = filed(record)
    page = officer.client.get(f"/w/{reference}/f").text
    assert "Without what concerns health: Swallow, Weaver" in page
    text = text_of(printed(officer, reference, **EVERYTHING))
    # Where a ward is left out no empty line says that it is not known.
    for absent in (CANARY, "HIV", "H1", "H2", "Medical", "A doctor", "Ward", "Place"):
        assert absent not in text
    for there in ("130104", "Assault", "Mfano Post", "Mfano Lawyers", "complaint"):
        assert there in text

    record.consents = agreed_to_all()
    reference = filed(record)
    assert "Without what concerns health" not in officer.client.get(f"/w/{reference}/f").text
    text = text_of(printed(officer, reference, **EVERYTHING))
    health = ("H2 HIV status disclosed", "H1 Forced HIV test", "Medical", "A doctor")
    for there in (*health, "Ward", "Kondele", "Place"):
        assert there in text
    # Note, description, unit, three acts' and the narrative's words, what was asked, and so on.
    assert text.count(CANARY) == 12


def test_no_clinic_that_was_typed_freely_tells_of_her_health(officer, filed):
    record = a_record()
    clinic = "HIV clinic"
    record.place.ward = clinic
    record.parties = [
        Party(id="o1", station_name=clinic, unit="CCC ward", service_number="CCC No 99/K"),
        Party(id="o2", kind="health_worker", station_name=clinic, unit="CCC ward"),
    ]
    record.acts = [
        Act(id="a1", code="H2", persons=["p1"]),
        Act(id="a2", code="L1", persons=["p1"]),
        Act(id="a3", code="L4", persons=["p1"], parties=["o2"]),
    ]
    record.terms[0].owed_by = "o2"
    record.referrals = [Referral(id="r1", kind="legal", service_name="HIV Tribunal", person="p1")]
    record.bail = [
        CashBail(id=f"b{number}", person="p1", amount=500000, receipt=receipt, place_name=clinic)
        for number, receipt in enumerate(("ARV 4455", "ARV"))
    ]
    record.consents = [agreed()]
    text = text_of(printed(officer, filed(record), **EVERYTHING))
    # That anything of health is left out stands there whether or not there was any.
    text = text.replace("What concerns health, of those who did not agree to that.", "")
    for absent in ("HIV", "CCC", "ARV", "linic", "Health", "health", "No receipt", "99/K"):
        assert absent not in text
    for there in ("L1", "By whom: another person", "1 Police", "4455"):
        assert there in text
    record.consents = agreed_to_all()
    text = text_of(printed(officer, filed(record), **EVERYTHING))
    for there in ("2 Health worker", "CCC ward", "HIV Tribunal", "ARV 4455"):
        assert there in text


def test_of_two_only_what_was_done_to_her_who_agreed_is_told(officer, filed):
    record = of_health()
    record.consents = [*agreed_to_all("p1"), agreed("p2")]
    text = text_of(printed(officer, filed(record), **EVERYTHING))
    # Her own note, and the words of her own acts, of her term and of her referral.
    assert text.count(CANARY) == 5
    assert "H2 HIV status disclosed" in text
    assert "To whom: Swallow" in text
    record.consents = [agreed("p1"), *agreed_to_all("p2")]
    text = text_of(printed(officer, filed(record), **EVERYTHING))
    assert CANARY not in text
    assert "H2" not in text


def test_each_page_says_who_printed_it_and_when(officer, filed):
    record = a_record()
    record.narrative = "A line of what happened.\n" * 150
    record.consents = agreed_to_all()
    made = printed(officer, filed(record), persons=["p1", "p2"], narrative="y")
    with pikepdf.open(io.BytesIO(made)) as pdf:
        pages = len(pdf.pages)
        # The pale text lies below every page.
        assert all("/KashBackground" in page.resources.XObject for page in pdf.pages)
    assert pages > 2
    said = [page.count("Printed by Amani Mfano, ") for page in pages_of(made)]
    # Once at the foot, and across the page.
    assert said == [8] * pages


def test_its_properties_say_nothing(officer, filed):
    record = a_record()
    record.consents = [agreed()]
    reference = filed(record)
    answer = officer.client.post(f"/w/{reference}/f", data=BOTH)
    assert answer.headers["Content-Disposition"] == "attachment; filename=record.pdf"
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        assert str(pdf.docinfo["/Title"]) == f"Record, printed on {date_text(utc_now())}"
        assert set(pdf.docinfo) <= {"/Title", "/Producer", "/Creator"}
        metadata = pdf.Root.Metadata.read_bytes().decode()
        assert pdf.Root.MarkInfo.Marked
    for secret in (reference, "Swallow", "Amani", "Kondele"):
        assert secret not in metadata


def test_printing_is_one_entry_and_no_job(officer, filed):
    record = a_record()
    record.consents = [agreed()]
    reference = filed(record)
    printed(officer, reference, persons=["p1"])
    entries = [(row.action, list(row.subjects)) for row in db.session.scalars(select(AuditEntry))]
    assert entries == [("incidents.case_file_printed", [reference])]
    assert db.session.scalar(select(Job.id)) is None


@pytest.mark.parametrize(
    "consents",
    [[], [agreed(purpose="funder"), agreed(purpose="record")], [agreed(), agreed(given=False)]],
)
def test_without_the_consent_there_is_none(officer, filed, consents):
    record = a_record()
    record.consents = consents
    reference = filed(record)
    page = officer.client.get(f"/w/{reference}/f")
    assert page.status_code == 200
    assert "Nobody in this case has agreed" in page.text
    refused = officer.client.post(f"/w/{reference}/f", data=BOTH | {"narrative": "y"})
    assert refused.status_code == 409
    assert refused.mimetype == "text/html"
    assert "Nobody in this case has agreed" in refused.text


def test_whoever_did_not_agree_cannot_be_chosen(officer, filed):
    record = a_record()
    record.consents = [agreed("p1")]
    reference = filed(record)
    for chosen in (["p2"], ["p1", "p2"], [], ["<script>"]):
        answer = officer.client.post(
            f"/w/{reference}/f", data={"paper": PAPER.key, "persons": chosen}
        )
        assert answer.status_code == 422
    assert "Weaver" in officer.client.get(f"/w/{reference}/f").text


def test_names_are_in_it_only_by_a_custodians_own_keys(a_member, filed):
    custodian = a_member("custodian", name="Neema Mfano")
    officer = a_member("documentation")
    record = a_record()
    record.declared = ["0123456789abcdef"]
    record.consents = [agreed()]
    reference = filed(record)
    file_identity(
        reference,
        "p1",
        {"legal_name": "Zawadi Kielelezo", "number": "11223344"},
        by=officer.actor,
        vault=officer.vault(),
    )
    sent = {"persons": ["p1", "p2"], "identities": "y"}
    assert "Zawadi" not in text_of(printed(officer, reference, **sent))
    assert "Names and numbers" not in officer.client.get(f"/w/{reference}/f").text
    text = text_of(printed(custodian, reference, **sent))
    assert "Zawadi Kielelezo, 11223344" in text
    assert "Zawadi" not in text_of(printed(custodian, reference, persons=["p2"], identities="y"))
    last = list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq)))[-2]
    assert last.action == "incidents.case_file_printed"
    assert len(last.subjects) == 2


def test_hostile_words_stay_words(officer, filed):
    record = a_record()
    record.narrative = '<img src="http://127.0.0.1:9/x"><script>alert(1)</script>\u202e'
    record.persons[0].code = "</td><h1>"
    record.consents = agreed_to_all()
    text = text_of(printed(officer, filed(record), persons=["p1"], narrative="y"))
    assert "<script>alert(1)</script>" in text
    assert "</td><h1>" in text


def test_the_words_of_consent_on_paper_name_nobody(officer):
    answer = officer.client.get("/w/c.pdf")
    assert answer.mimetype == "application/pdf"
    text = text_of(answer.data)
    assert text.count(f"Wording {VERSION}") == 7
    # The mark stands on the sheet that says what was agreed to.
    assert len(pages_of(answer.data)) == 1


def test_a_file_names_the_first_account_by_its_day_and_digest_and_tells_nothing_of_it(
    officer, filed
):
    record = a_record()
    record.narrative, record.consents = "As it came in.", agreed_to_all()
    reference = filed(record)
    comment(reference, "Read.", by=officer.actor, vault=officer.vault())
    with changing("incidents.changed", officer.actor, officer.vault(), reference) as case:
        case.record.narrative = "As it is today."
    text = text_of(printed(officer, reference, persons=["p1", "p2"], narrative="y"))
    first = first_account_of(officer.vault(), open_case(officer.actor, officer.vault(), reference))
    assert first is not None
    day = date_text(to_local(first.account.kept_at).date())
    assert f"Her first account was sealed on {day} and is kept unchanged." in text
    assert f"SHA-256: {first.fingerprint[:32]} {first.fingerprint[32:]}" in text
    assert ("As it is today." in text, "As it came in." in text) == (True, False)
