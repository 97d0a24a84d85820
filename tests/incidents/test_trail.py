"""What director and administrator learn of cases from the audit trail and from papers: nothing."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from kash.incidents.models import Incident, MediationBrief
from kash.incidents.queries.cases import open_case
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.filing import code_as_shown
from kash.incidents.rules.parts import Person
from kash.incidents.rules.record import Record
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry, SealedDocument, audited
from kash.platform.web.formats import local_today, short_date_text
from tests.incidents.test_case_file import asked_again, pages_of, printed

Member = Any


@pytest.fixture
def officer(a_member):
    return a_member("documentation", name="Amani Mfano")


def worked(officer: Member, filed: Callable[..., str]) -> str:
    """A case that was opened, commented and printed; its reference."""
    consent = CaseConsent(purpose="court", given=True, at=utc_now(), by="x" * 16, wording="2026-6")
    record = Record(
        narrative="N",
        persons=[Person(id="p1", code="P1")],
        consents=[consent],
        court_asks=asked_again("p1"),
    )
    reference = filed(record)
    assert officer.client.get(f"/w/{reference}").status_code == 200
    sent = officer.client.post(f"/w/{reference}/o", data={"text": "A word"})
    assert sent.status_code == 303
    printed(officer, reference, persons=["p1"])
    return reference


def ids_of_the_vault() -> set[str]:
    session = db.session()
    session.rollback()
    return {
        *session.scalars(select(Incident.public_id)),
        *session.scalars(select(SealedDocument.public_id)),
        *session.scalars(select(MediationBrief.public_id)),
    }


@pytest.mark.parametrize("role", ["administrator", "director"])
def test_no_page_of_the_trail_unlocks_a_case_to_who_has_no_keys(role, officer, filed, sign_in):
    reference = worked(officer, filed)
    named = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action.like("incidents.%"))
    ).all()
    assert {reference} <= {subject for entry in named for subject in entry.subjects}
    browser = sign_in(role)
    printings = "/audit?action=incidents.case_file_printed"
    for address in ("/audit", "/audit?action=incidents.opened", printings,
                    "/audit/days", "/accounts/access"):  # fmt: skip
        page = browser.get(address).text
        assert {one for one in ids_of_the_vault() if one in page} == set(), address
    assert "incidents: case file printed" in browser.get("/audit").text


def test_no_command_unlocks_a_case(app, officer, filed):
    worked(officer, filed)
    runner = app.test_cli_runner()
    for given in (["list"], ["list", "--last", "1000"], ["list", "--action", "incidents.opened"],
                  ["verify"]):  # fmt: skip
        said = runner.invoke(args=["audit", *given])
        assert said.exit_code == 0, said.output
        assert {one for one in ids_of_the_vault() if one in said.output} == set(), given
    assert "incidents.case_file_printed" in runner.invoke(args=["audit", "list"]).output


def test_a_paper_that_is_found_leads_to_no_case_but_for_who_opens_it(officer, filed):
    reference = worked(officer, filed)
    text = " ".join(pages_of(printed(officer, reference, persons=["p1"])))
    own = open_case(officer.actor, officer.vault(), reference).record.paper_reference
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{12}", own)
    assert f"Record {code_as_shown(own)}" in text
    assert reference not in text.replace(" ", "")
    assert own not in ids_of_the_vault()
    found = officer.client.post("/w/search", data={"words": own, "show": "all"}).text
    assert f"/w/{reference}" in found
    assert f"On paper: {code_as_shown(own)}" in officer.client.get(f"/w/{reference}").text


def test_a_second_printing_keeps_the_reference(officer, filed):
    reference = worked(officer, filed)
    before = open_case(officer.actor, officer.vault(), reference)
    printed(officer, reference, persons=["p1"])
    after = open_case(officer.actor, officer.vault(), reference)
    assert after.record.paper_reference == before.record.paper_reference
    assert after.version == before.version


def test_a_case_that_nobody_saved_is_printed_under_a_reference_of_its_own(officer, filed):
    consent = CaseConsent(purpose="court", given=True, at=utc_now(), by="x" * 16, wording="2026-6")
    record = Record(persons=[Person(id="p1", code="P1")], consents=[consent])
    record.court_asks = asked_again("p1")
    reference = filed(record)
    entries = len(db.session.scalars(select(AuditEntry.seq)).all())
    text = " ".join(pages_of(printed(officer, reference, persons=["p1"])))
    db.session.rollback()
    assert len(db.session.scalars(select(AuditEntry.seq)).all()) == entries + 1
    own = open_case(officer.actor, officer.vault(), reference).record.paper_reference
    assert f"Record {code_as_shown(own)}" in text


def test_what_a_mediator_did_has_neither_minute_nor_place_among_the_others(
    officer, filed, actor, sign_in
):
    mediator = actor("police_peer", name="Otieno Mfano")
    worked(officer, filed)
    for action in ("mediation.brief_answered", "mediation.brief_closed", "mediation.brief_closed"):
        with audited(action, mediator) as change:
            change.about("0123456789abcdef")
    worked(officer, filed)
    browser = sign_in("director")
    for address in ("/audit", "/audit?action=mediation.brief_closed"):
        page = browser.get(address).text
        assert "Otieno Mfano" not in page, address
        assert "mediation: brief" not in page, address
    page = browser.get("/audit/days").text
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r"(?s)<tr>(.*?)</tr>", page)]
    day = short_date_text(local_today()).split()
    assert rows[1:] == [
        [*day, "Otieno", "Mfano", "mediation:", "brief", "answered", "1"],
        [*day, "Otieno", "Mfano", "mediation:", "brief", "closed", "2"],
    ]
    assert "Otieno Mfano" not in browser.get("/audit/days?month=2025-01").text
