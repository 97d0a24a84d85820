"""What a service of cases refuses stands beside the field that it is about, with the status it
always had."""

import io
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from flask import template_rendered

from kash.accounts.members.services.alarms import ALREADY_ASKED, NO_KEYS
from kash.incidents import documents as charge_warning
from kash.incidents.consent_texts import VERSION
from kash.incidents.forms.documentation import DocumentationForm
from kash.incidents.rules.casework import Refusal
from kash.incidents.rules.consents import ForCustodian
from kash.incidents.rules.mediation_gate import Why
from kash.incidents.rules.parts import CashBail, Person, Term
from kash.incidents.rules.record import Record
from kash.incidents.services.cases import CASE_CLOSED, HandsOver, OpensToOfficers
from kash.incidents.services.documentation import IDENTITY_WOULD_BE_LEFT, NO_TERM, WHY_IS_MISSING
from kash.incidents.services.mediation import (
    NO_CONSENT_TO_MEDIATE,
    NO_MEDIATOR,
    MustKeepAway,
    NotToBeAsked,
)
from kash.incidents.services.saved_views import (
    NOT_TO_BE_AGREED,
    CaseChangedMeanwhile,
    NobodyHoldsKeys,
)
from kash.incidents.services.second_member import StepRefused
from kash.platform.cleaning import CleaningBusy
from kash.platform.storage import StorageError
from kash.platform.web import KashForm
from kash.platform.web.errors import Problem

CHOICE = ("/w/{}/w", "consents.note_choice")
OWN_YES = ("/w/{}/w/y", "consents.note_own_yes")
CONSENTS = ("/w/{}/c", "consents.answer_consents")
TAKING = ("/w/{}/t", "history.say_how_taken")
EDIT = ("/w/{}/edit", "documentation.write_case")
IDENTITY = ("/w/{}/p/p1", "evidence.file_identity")
READING = ("/w/{}/p/p1/ask", "evidence.vault_sessions_ask")
REFERRAL = ("/w/{}/r", "casework.refer")
TERM = ("/w/{}/g", "casework.agree")
BAIL = ("/w/{}/v", "mediation.write_down_bail")
CORRECTED = ("/w/{}/v/b1", "mediation.write_down_bail")
ASKING = ("/w/{}/m", "mediation.mediation.ask_mediator")
EVIDENCE = ("/w/{}/e/new", "evidence.evidence_services.add_evidence")
STEP = ("/w/{}/s/2", "casework.take_step")
DECISION = ("/w/{}/q", "casework.note_decision")
DUTY = ("/w/d/new", "mediation.mediation.add_mediator")

# (where, which service), what it raises; the field beside which it stands, "" if over the form,
# None if in no form; the status.
CASES: list[tuple[tuple[str, str], Exception, str | None, int]] = [
    (CHOICE, Problem(CASE_CLOSED, field=""), "", 422),
    (CHOICE, CaseChangedMeanwhile(), None, 409),
    (OWN_YES, Problem(CASE_CLOSED, field=""), "", 422),
    (OWN_YES, CaseChangedMeanwhile(), "answer", 422),
    (CONSENTS, CaseChangedMeanwhile(), None, 409),
    (TAKING, Problem(CASE_CLOSED, field=""), "", 422),
    (TAKING, Problem(WHY_IS_MISSING, field="why"), "why", 422),
    (TAKING, CaseChangedMeanwhile(), None, 409),
    (EDIT, Problem(IDENTITY_WOULD_BE_LEFT, field=""), "", 422),
    (EDIT, Problem(WHY_IS_MISSING, field="why"), "why", 422),
    (EDIT, Problem(CASE_CLOSED, field=""), "", 422),
    (EDIT, NobodyHoldsKeys(), "", 422),
    (EDIT, Problem(NO_TERM, field=""), "", 422),
    (EDIT, Problem(NOT_TO_BE_AGREED, field="kind"), "", 422),
    (EDIT, HandsOver(ForCustodian.MINOR, ["Grace"]), None, 422),
    (EDIT, CaseChangedMeanwhile(), None, 409),
    (IDENTITY, NobodyHoldsKeys(), "", 422),
    (IDENTITY, CaseChangedMeanwhile(), "", 422),
    (READING, Problem(ALREADY_ASKED, field="loss_known"), "", 422),
    (READING, Problem(NO_KEYS, field="passphrase"), "", 422),
    (REFERRAL, Problem(CASE_CLOSED, field=""), "", 422),
    (TERM, Problem(NOT_TO_BE_AGREED, field="kind"), "kind", 422),
    (TERM, Problem(CASE_CLOSED, field=""), "", 422),
    (TERM, Problem(NO_TERM, field=""), "", 422),
    (BAIL, Problem(CASE_CLOSED, field=""), "", 422),
    (CORRECTED, Problem(CASE_CLOSED, field=""), "", 422),
    (CORRECTED, CaseChangedMeanwhile(), None, 409),
    (ASKING, Problem(CASE_CLOSED, field=""), "", 422),
    (ASKING, MustKeepAway(), "mediator", 422),
    (ASKING, Problem(NO_CONSENT_TO_MEDIATE, field="persons"), "persons", 422),
    (ASKING, NotToBeAsked(Why.NOT_WANTED), "persons", 422),
    (ASKING, NotToBeAsked(Why.GATE), "requests", 422),
    (EVIDENCE, Problem("This file is empty.", field="file", status=415), "file", 422),
    (EVIDENCE, StorageError(), "file", 422),
    (EVIDENCE, CleaningBusy(), "file", 422),
    (STEP, StepRefused(Refusal.STATE), "", 422),
    (DECISION, NobodyHoldsKeys(), "", 422),
    (DECISION, CaseChangedMeanwhile(), None, 409),
    (DUTY, Problem(NO_MEDIATOR, field="account"), "account", 422),
]
SENT = {
    "version": "1",
    "on": "2026-11-20",
    "answer": "yes",
    "agreed": "herself",
    "language": "Dholuo",
    "legal_name": "typed here",
    "reason": "typed here",
    "kind": "not_yet",
    "paid_to": "court",
}
CASE = Record(
    persons=[Person(id="p1", code="A", identity="sealed0000000000")],
    bail=[CashBail(id="b1", person="p1", amount=100, receipt="17", place_name="Winam")],
    questioned_terms=[Term(id="t1", kind="other", owed_by="p1", what="typed long ago")],
)


@pytest.fixture
def shown(app):
    """What each template was given that was rendered."""
    given: list[dict[str, Any]] = []

    def note(_app: Any, context: dict[str, Any], **_more: Any) -> None:
        given.append(context)

    with template_rendered.connected_to(note, app):
        yield given


def _errors(context: dict[str, Any]) -> dict[str, list[str]]:
    return {
        field or "": [str(one) for one in told]
        for name in ("form", "choice", "own")
        for field, told in getattr(context.get(name), "errors", {}).items()
    }


def _refusing(problem: Exception) -> Callable[..., NoReturn]:
    def refuse(*_args: Any, **_more: Any) -> NoReturn:
        raise problem

    return refuse


def _as_valid(_form: KashForm, **_more: Any) -> bool:
    return True


@pytest.fixture
def member(a_member, monkeypatch):
    """Somebody who documents and decides; whatever she sends is taken as valid."""
    for form in (KashForm, DocumentationForm):
        monkeypatch.setattr(form, "validate", _as_valid)
    return a_member("documentation", "custodian")


@pytest.mark.parametrize(("where", "problem", "field", "status"), CASES)
def test_a_problem_stands_beside_its_field(
    monkeypatch, shown, filed, member, where, problem, field, status
):
    address, service = where
    reference = filed(CASE)
    words = charge_warning.VERSION if where is OWN_YES else VERSION
    sent: dict[str, Any] = SENT | {"wording": words}
    if where is OWN_YES:
        sent["language"] = "luo"
    if where is TERM:
        sent["kind"] = "other"
    if where is EVIDENCE:
        sent["file"] = (io.BytesIO(b"not read"), "photo.jpg")
    monkeypatch.setattr("kash.incidents.views." + service, _refusing(problem))
    shown.clear()
    answer = member.client.post(address.format(reference), data=sent)
    assert answer.status_code == status
    assert _errors(shown[-1]) == ({} if field is None else {field: [str(problem)]})


def test_whoever_opens_a_case_to_all_officers_is_told_over_the_form(
    monkeypatch, shown, filed, member
):
    monkeypatch.setattr("kash.incidents.views." + EDIT[1], _refusing(OpensToOfficers()))
    answer = member.client.post(EDIT[0].format(filed(CASE)), data=SENT)
    assert answer.status_code == 422
    assert _errors(shown[-1]) == {"": [shown[-1]["opening"]]}
    assert shown[-1]["opening"]


def test_a_step_of_a_case_that_somebody_else_saved_is_looked_at_again(
    monkeypatch, shown, filed, member
):
    monkeypatch.setattr("kash.incidents.views." + STEP[1], _refusing(CaseChangedMeanwhile()))
    answer = member.client.post(STEP[0].format(filed(CASE)), data=SENT | {"version": "7"})
    assert answer.status_code == 422
    assert _errors(shown[-1]) == {
        "": ["Somebody else saved this case meanwhile. Look at it again, then go on."]
    }
    assert shown[-1]["form"].version.data == "1"


def test_bail_that_somebody_else_changed_is_not_taken_off(monkeypatch, filed, member):
    monkeypatch.setattr(
        "kash.incidents.views.mediation.take_off_bail", _refusing(CaseChangedMeanwhile())
    )
    reference = filed(CASE)
    answer = member.client.post(f"/w/{reference}/v/b1/x?v=1")
    assert (answer.status_code, answer.location) == (303, f"/w/{reference}/v/b1")
    with member.client.session_transaction() as session:
        assert session["_flashes"] == [("message", "Somebody else saved this case meanwhile.")]
