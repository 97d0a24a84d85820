"""What a service refuses stands beside the field that it is about, with the status it always had.

Whoever reads a sentence over the whole form does not know what to mend; and a sentence beside a
field that is shown nowhere is never read.
"""

from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from flask import template_rendered

from kash.accounts.errors import (
    NO_PASSKEYS_HERE,
    PASSKEY_KNOWN,
    TOO_MANY_PASSKEYS,
    WRONG_CODE,
    WRONG_SPOKEN_CODE,
    NeedsSecond,
    PasskeyCopied,
    PasskeyRefused,
    SignInPaused,
    WeakPassword,
    WrongPassword,
    asked_already,
    email_needed,
    email_taken,
    last_administrator,
    no_such_person,
    only_administrators,
    own_roles,
    person_minor,
    person_taken,
    request_closed,
    roles_conflict,
    wrong_sign_in,
)
from kash.accounts.rules import Affected
from kash.accounts.services.breaches import (
    BREACH_CLOSED,
    LENT_ALREADY,
    NOTICE_GIVEN,
    cannot_stand_in,
    later_than_now,
    open_breach,
    wrong_days,
)
from kash.accounts.services.invitations import invite
from kash.accounts.services.sign_in import new_password_link
from kash.platform.database import utc_now
from kash.platform.web.errors import Problem, TooManyTries
from kash.policy import SYSTEM, Actor, Role

NEW = "seven quiet herons at dawn"
SEEN = next(iter(Affected))
INVITING = ("administrator", "/accounts/invite", "inviting.invite_one")
INVITED = {"name": "Njeri", "email": "n@example.org", "roles": "trainer"}
ROLES = ("administrator", "/accounts/{trainer}/roles", "accounts.set_roles")
CHOSEN = {"roles": "trainer"}
ASKING = ("administrator", "/accounts/{director}/new-password", "accounts.ask_for_link")
LINKING = ("administrator", "/accounts/{trainer}/participant", "accounts.link_person")
JOINING = ("", "/join/{invitation}", "inviting.accept_invitation")
BY_LINK = ("", "/new-password/{link}", "inviting.accept_new_password")
OWN = ("trainer", "/account/password", "accounts.change_password")
CONFIRMING = ("trainer", "/confirm", "inviting.signing_in.confirm_password")
SIGN_IN = ("", "/sign-in", "sign_in.check_password")
CODE = ("", "/sign-in/code", "sign_in.check_second_step")
PASSKEY = ("", "/sign-in/passkey", "sign_in.passkey_proofs.sign_in_with_passkey")
SECOND = ("", "/sign-in/code/passkey", "sign_in.check_passkey")
CONFIRMED = ("trainer", "/confirm/passkey", "inviting.confirm_with_passkey")
ADDING = ("trainer", "/account/passkeys/add", "sign_in.passkey_proofs.add_passkey")
LENDING = ("director", "/account/stand-in", "inviting.delegations.lend_approvals")
NOTICE = ("administrator", "/breaches/{breach}/notice", "breaches.breaches_services.record_notice")
BREACH = ("administrator", "/breaches/new", "breaches.breaches_services.open_breach")
GIVEN = {"notified_at": "2026-11-28T10:00"}
LENT = {
    "stand_in": "{director}",
    "permissions": "certificates.approve",
    "first": "2026-11-28",
    "last": "2026-11-30",
    "reason": "Leave",
}
FOUND = {"what": "A paper was lost.", "affected": str(SEEN), "noticed_at": "2026-11-28T10:00"}
JOINED = {"name": "Njeri", "password": NEW}
TYPED = {"email": "t@example.org", "password": "x", "code": "123456"}
DEVICE = {"name": "Phone", "credential": "sent by the device"}
CHANGED = {"present": "x", "new": NEW, "again": NEW}

# (who, where, which service), what is sent, what it raises; the field beside which it stands, "" if
# over the form, None if on a page of its own; the status.
CASES: list[tuple[tuple[str, str, str], dict[str, str], Problem, str | None, int]] = [
    (INVITING, INVITED, roles_conflict(), "roles", 422),
    (INVITING, INVITED, only_administrators(), "roles", 422),
    (INVITING, INVITED, NeedsSecond(), "reason", 422),
    (INVITING, INVITED, email_taken(), "email", 422),
    (INVITING, INVITED, email_needed(), "email", 422),
    (INVITING, INVITED, asked_already(), "email", 422),
    (INVITING, INVITED, person_taken(), "person", 422),
    (INVITING, INVITED, person_minor(), "person", 422),
    (INVITING, INVITED, no_such_person(), "person", 422),
    (ROLES, CHOSEN, roles_conflict(), "roles", 422),
    (ROLES, CHOSEN, last_administrator(), "roles", 422),
    (ROLES, CHOSEN, own_roles(), "roles", 422),
    (ROLES, CHOSEN, only_administrators(), "roles", 422),
    (ROLES, CHOSEN, email_needed(), "", 422),
    (ROLES, CHOSEN, asked_already(), "", 422),
    (ASKING, {"reason": "Lost."}, asked_already(), "", 422),
    (ASKING, {"reason": "Lost."}, own_roles(), "", 422),
    (ASKING, {"reason": "Lost."}, request_closed(), "", 422),
    (ASKING, {"reason": "Lost."}, only_administrators(), "", 422),
    (LINKING, {}, person_taken(), "person", 422),
    (LINKING, {}, no_such_person(), "person", 422),
    (JOINING, JOINED, WeakPassword("Too short."), "password", 422),
    (
        JOINING,
        JOINED,
        Problem(WRONG_SPOKEN_CODE, field="spoken_code", status=422),
        "spoken_code",
        422,
    ),
    (JOINING, JOINED, TooManyTries(), "spoken_code", 422),
    (JOINING, JOINED, email_taken(), "", 422),
    (JOINING, JOINED, person_taken(), "", 422),
    (BY_LINK, JOINED, WeakPassword("Too short."), "password", 422),
    (
        BY_LINK,
        JOINED,
        Problem(WRONG_SPOKEN_CODE, field="spoken_code", status=422),
        "spoken_code",
        422,
    ),
    (BY_LINK, JOINED, TooManyTries(), "spoken_code", 422),
    (OWN, CHANGED, WrongPassword(), "present", 422),
    (OWN, CHANGED, SignInPaused(), "present", 422),
    (OWN, CHANGED, WeakPassword("Too short."), "new", 422),
    (CONFIRMING, TYPED, WrongPassword(), "password", 422),
    (CONFIRMING, TYPED, SignInPaused(), "password", 429),
    (CONFIRMED, DEVICE, PasskeyRefused(), "", 422),
    (CONFIRMED, DEVICE, Problem(NO_PASSKEYS_HERE, field="", status=422), "", 422),
    (SIGN_IN, TYPED, wrong_sign_in(), "", 422),
    (SIGN_IN, TYPED, SignInPaused(), "", 429),
    (CODE, TYPED, Problem(WRONG_CODE, field="code", status=422), "code", 422),
    (CODE, TYPED, SignInPaused(), "code", 429),
    (PASSKEY, DEVICE, PasskeyRefused(), "", 422),
    (PASSKEY, DEVICE, Problem(NO_PASSKEYS_HERE, field="", status=422), "", 422),
    (SECOND, DEVICE, PasskeyCopied(), "", 422),
    (SECOND, DEVICE, Problem(NO_PASSKEYS_HERE, field="", status=422), "", 422),
    (ADDING, DEVICE, PasskeyRefused(), "", 422),
    (ADDING, DEVICE, Problem(PASSKEY_KNOWN, field="", status=422), "", 422),
    (ADDING, DEVICE, Problem(TOO_MANY_PASSKEYS, field="", status=422), "", 422),
    (LENDING, LENT, cannot_stand_in(), "stand_in", 422),
    (LENDING, LENT, wrong_days("The last day is past."), "last", 422),
    (LENDING, LENT, Problem(LENT_ALREADY, field=""), "", 422),
    (NOTICE, GIVEN, later_than_now(field="notified_at"), "notified_at", 422),
    (NOTICE, GIVEN, Problem(NOTICE_GIVEN, field="notified_at"), "notified_at", 422),
    (NOTICE, GIVEN, Problem(BREACH_CLOSED, field=""), "", 422),
    (BREACH, FOUND, later_than_now(field="noticed_at"), "noticed_at", 422),
]


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
        for name in ("form", "notice_form")
        for field, told in getattr(context.get(name), "errors", {}).items()
    }


def _known(text: str, actor: Callable[..., Actor]) -> str:
    """An address or a value with what stands for an id in it."""
    if "{director}" in text:
        return text.format(director=actor("director").public_id)
    if "{trainer}" in text:
        return text.format(trainer=actor("trainer").public_id)
    if "{link}" in text:
        return text.format(link=new_password_link(SYSTEM, actor("trainer").public_id))
    if "{invitation}" in text:
        token = invite(SYSTEM, name="Njeri", email="n@example.org", roles=[Role.TRAINER])
        return text.format(invitation=token)
    if "{breach}" in text:
        made = open_breach(SYSTEM, what="Lost.", affected=[SEEN], noticed_at=utc_now())
        return text.format(breach=made)
    return text


@pytest.mark.parametrize(("where", "sent", "problem", "field", "status"), CASES)
def test_a_problem_stands_beside_its_field(
    monkeypatch, shown, client, actor, sign_in, where, sent, problem, field, status
):
    role, address, service = where
    browser = sign_in(role) if role else client
    address = _known(address, actor)
    data = {name: _known(value, actor) for name, value in sent.items()}
    waiting = actor("trainer").public_id

    def refuse(*_args: Any, **_more: Any) -> NoReturn:
        raise problem

    views = "kash.accounts.views."
    monkeypatch.setattr(views + service, refuse)
    monkeypatch.setattr(views + "sign_in.site", lambda: "example.org")
    monkeypatch.setattr(views + "sign_in.pending_account", lambda: (waiting, "/"))
    shown.clear()
    answer = browser.post(address, data=data)
    assert answer.status_code == status
    assert _errors(shown[-1]) == ({} if field is None else {field: [str(problem)]})
    assert str(problem) in answer.text.replace("&#39;", "'")


def test_who_may_not_alone_and_gives_no_reason_is_asked_for_one(monkeypatch, shown, actor, sign_in):
    def refuse(*_args: Any, **_more: Any) -> NoReturn:
        raise NeedsSecond

    for service in ("set_roles", "ask_for_roles"):
        monkeypatch.setattr(f"kash.accounts.views.accounts.{service}", refuse)
    address = f"/accounts/{actor('trainer').public_id}/roles"
    answer = sign_in("administrator").post(address, data={"roles": "director"})
    assert answer.status_code == 422
    assert _errors(shown[-1]) == {"reason": [str(NeedsSecond())]}
