"""Pages that come only when something was typed and pressed: what to do, as whom, for each.

A new one is a line below. Whoever writes something says so: it is pictured after everything else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import select

from kash.assessments.evaluations.models import EvaluationForm
from kash.assessments.evaluations.queries import hall_code
from kash.certificates.models import Certificate
from kash.certificates.queries.certificates import in_condition
from kash.certificates.rules.issuing import grouped, qr_text
from kash.desk.demo.opening import CaseWork
from kash.platform.database import db, new_public_id
from kash.platform.web.formats import local_today
from kash.training.course_files import FOLDER
from kash.training.rules.course_files import sealed
from tools.pictures.acts import Answer, Attach, Fetch, Fill, Go, Press
from tools.pictures.case_answers import case_answers
from tools.pictures.design_answers import design_answers
from tools.pictures.door_answers import door_answers
from tools.pictures.pad_answers import pad_answers

_SEARCH = "main form[role=search]"
_MAIN = "main form:not([role=search]) button.main"
_ERRORS = Press(_MAIN, "[data-errors], main [aria-invalid=true]", 422)
_TWIN = (Fill("#chosen_name", "Subira Mfano"), Fill("label.pick:has-text('Community') input"))
_IS_IT_ONE = Press(_MAIN, "form#answer")


def _found(key: str, endpoint: str, called: str, typed: str, shows: str) -> Answer:
    return Answer(
        key,
        endpoint,
        called,
        (Fill(f"{_SEARCH} [name=search]", typed), Press(f"{_SEARCH} button.btn", shows)),
    )


def _pressed(
    key: str, endpoint: str, called: str, button: str, shows: str, variant: str = ""
) -> Answer:
    return Answer(key, endpoint, called, (Press(button, shows),), variant, writes=True)


def _dialog(key: str, endpoint: str, variant: str = "") -> Answer:
    acts = (Press("main a[data-confirm]", "dialog[open]"),)
    return Answer(key, endpoint, "dialog", acts, variant)


def _searches() -> Iterator[Answer]:
    for key in ("director", "trainer", "peer", "police", "funder"):
        yield _found(key, "desk.search_page", "found", "mfano", "#found")
    yield _found("trainer", "desk.search_page", "nothing", "Zzzz", "#found .empty")
    yield _found("trainer", "people.index", "found", "mfano", "main table")
    yield _found("trainer", "people.index", "nobody", "Zzzz", "main .empty")
    yield _found("monitoring", "people.index", "found", "mfano", "main table")
    yield _found("trainer", "people.merge_with", "found", "mfano", "main .ledger")
    yield _found("trainer", "workshops.people", "found", "mfano", "#candidates .ledger")
    yield _found("trainer", "workshops.people", "nobody", "Zzzz", "#candidates .muted")
    named = (Fill("#search", "mfano"), Press("main form.form button.btn >> nth=0", "#found"))
    yield Answer("trainer", "forums.find_member", "found", named)
    yield _found("trainer", "forums.find_guest", "found", "mfano", "#found")
    yield _found("peer", "directory.index", "found", "clinic", "main table")
    yield _found("trainer", "directory.index", "nothing", "Zzzz", "main .empty")
    yield _found("trainer", "certificates.index", "found", "mfano", "main table")


def _of_people() -> Iterator[Answer]:
    yield Answer("trainer", "people.add", "is-it-one", (*_TWIN, _IS_IT_ONE))
    at_door = (*_TWIN, Fill("#age_band", "25 to 34"), _IS_IT_ONE)
    yield Answer("trainer", "workshops.walk_in", "is-it-one", at_door)
    check = Press("button[value=check]", "button[value=merge]")
    yield Answer("trainer", "people.merge", "check", (check,))
    yield Answer(
        "trainer",
        "people.index",
        "ticked",
        (
            Fill("tbody tr:nth-child(1) .tick input"),
            Fill("tbody tr:nth-child(2) .tick input"),
            Press("button[form=chosen]", "fieldset.field"),
            _ERRORS,
        ),
    )
    show = "main .ledger form button:has-text('Show')"
    yield _pressed(
        "trainer", "people.person", "phone-shown", show, "[aria-labelledby=contact] b.num"
    )
    yield _pressed(
        "trainer", "people.duplicates", "told-apart", "button:has-text('Not the same')", ".toast"
    )


def _of_lists() -> Iterator[Answer]:
    wrong = Attach("#file", "names.xlsx", b"%PDF-1.7 this is no list")
    yield Answer("trainer", "people.bring_list", "unreadable", (wrong, _ERRORS))
    changed = Press("form.dock button.main", ".note", 409)
    yield Answer("trainer", "people.list", "changed", (Fill("[name=seen]", "x"), changed))
    out = Press("tr.bad button[value=out]", "button[value=ask]")
    yield Answer("trainer", "people.list", "corrected", (out,), writes=True)
    columns = (
        Fill("[name=column-6]", "Ward"),
        Press("button:has-text('Read it again so')", "#columns"),
    )
    yield Answer("trainer", "people.list", "read-again", columns, writes=True)


def _of_courses() -> Iterator[Answer]:
    """A file of a course that is here, whose first version differs and second is a new one."""
    plain = json.loads(sorted(FOLDER.glob("*.json"))[0].read_bytes())
    wrong = Attach("#file", "course.json", sealed({**plain, "versions": [{"number": "two"}]}))
    yield Answer("trainer", "training.bring", "wrong", (wrong, _ERRORS))
    first, *others = plain["versions"]
    changed = {**first, "summary": "Changed elsewhere."}
    newer = {**first, "lineage": new_public_id(), "number": 9, "summary": "The next one."}
    looked = Attach(
        "#file", "course.json", sealed({**plain, "versions": [changed, *others, newer]})
    )
    look = Press(_MAIN, "main .ledger")
    yield Answer("trainer", "training.bring", "looked-at", (looked, look))


def _of_certificates() -> Iterator[Answer]:
    opened = Press("main button", "main .ledger")
    yield Answer("visitor", "certificates.holder_link", "opened", (opened,), writes=True)
    made = Press("main form.inline button", "main img")
    yield Answer("trainer", "certificates.holder_links", "made", (made,), writes=True)
    unread = Press("main form.form button", "[aria-invalid=true]", 422)
    yield Answer("trainer", "certificates.correct", "unread", (unread,))
    issued = _one_that_is("valid")
    if issued is None:
        raise LookupError("The sample has no certificate that is valid.")
    serial = Fill("#serial", grouped(issued.serial or ""))
    check = "[data-serial-from-fragment] button"
    valid = Press(check, ".verdict.good")
    compared = Press(".verdict ~ form button", ".verdict .match")
    page = ("visitor", "certificates.verify")
    yield Answer(*page, "valid", (serial, valid))
    yield Answer(
        *page, "name-matches", (serial, valid, Fill("#name", issued.printed_name), compared)
    )
    yield Answer(*page, "name-differs", (serial, valid, Fill("#name", "Zzzz"), compared))
    unknown = (Fill("#serial", "AAAA-AAAA-AAA0"), Press(check, "[aria-invalid=true]", 422))
    yield Answer(*page, "misread", unknown)
    # The browser that pictures has no camera.
    yield Answer(*page, "no-camera", (Press("[data-camera-on]", "[data-camera-says]:not(:empty)"),))
    expired = _one_that_is("expired")
    if expired is not None:
        typed = Fill("#serial", grouped(expired.serial or ""))
        yield Answer(*page, "expired", (typed, Press(check, ".verdict.warn")))
    revoked = db.session.scalars(
        select(Certificate).where(Certificate.revoked_at.is_not(None)).order_by(Certificate.id)
    ).first()
    code = _code(issued)
    same = (
        Fill("#scanned-name", issued.printed_name),
        Press("[data-name-check] button", "[data-name-says]:not(:empty)"),
    )
    yield Answer(*page, "scanned-valid", (Go(f"/V#{code}", ".verdict.good"), *same))
    if revoked is not None:
        yield Answer(*page, "scanned-revoked", (Go(f"/V#{_code(revoked)}", ".verdict.warn"),))
    other = code[:100] + ("A" if code[100] != "A" else "B") + code[101:]
    yield Answer(*page, "scanned-not-ours", (Go(f"/V#{other}", ".verdict.bad"),))


def _one_that_is(condition: str) -> Certificate | None:
    """The first certificate of the sample that is valid, expired, …"""
    return db.session.scalars(
        select(Certificate)
        .where(in_condition(condition, local_today()), Certificate.serial.is_not(None))
        .order_by(Certificate.id)
        .limit(1)
    ).one_or_none()


def _code(certificate: Certificate) -> str:
    """Text after the sign # in a printed code."""
    return qr_text("http://localhost", certificate.payload or b"").rpartition("#")[2]


def _of_evaluations() -> Iterator[Answer]:
    form = db.session.scalars(
        select(EvaluationForm).where(EvaluationForm.state == "open").limit(1)
    ).one()
    by_code = (Fill("#code", hall_code(form)), Press("main button.main", "[data-sheet]"))
    yield Answer("visitor", "evaluations.answer", "sheet", by_code)
    sent = (
        *by_code,
        Fill("main input[name=q0][value='5']"),
        Press("main button.main", "[data-sent]:not([hidden])"),
    )
    yield Answer("visitor", "evaluations.answer", "sent", sent, writes=True)
    wrong = (Fill("#code", "ZZZZZZ"), Press("main button.main", "#code-error", 404))
    yield Answer("visitor", "evaluations.answer", "unknown", wrong)


def _of_payouts() -> Iterator[Answer]:
    wrong = Attach("#file", "result.csv", b"Reference,Status\nZZZZZZZZZZ,Completed\n")
    unknown = Press(_MAIN, "main table", 422)
    yield Answer("trainer", "payouts.results", "unknown", (wrong, unknown))


def _of_accounts(password: str) -> Iterator[Answer]:
    yield Answer(
        "visitor",
        "accounts.sign_in",
        "wrong",
        (
            Fill("#email", "nobody@demo.example"),
            Fill("#password", "no such password"),
            Press(_MAIN, "[data-errors]", 422),
        ),
    )
    yield Answer(
        "administrator",
        "accounts.invite",
        "link",
        (
            Fill("#name", "Mpya Mfano"),
            Fill("#email", "new@demo.example"),
            Fill("label.pick:has-text('Trainer') input"),
            Press(_MAIN, "#link"),
        ),
        writes=True,
    )
    yield _pressed(
        "administrator", "accounts.trail", "verified", "main .title button", ".toast, .note"
    )
    yield _pressed("custodian", "accounts.recovery_codes", "shown", "main button.btn", "main code")
    yield Answer(
        "administrator",
        "accounts.own_password",
        "too-common",
        (Fill("#present", password), Fill("#new", "password1234"), _ERRORS),
    )
    yield Answer(
        "administrator",
        "accounts.index",
        "go-on",
        (
            Press("main a[data-confirm]", "dialog[open]"),
            Press("dialog button.bad", "#password"),
            Fill("#password", password),
            Press(_MAIN, "main form[action*='/invitations/']"),
        ),
        late=True,
    )


def _dialogs() -> Iterator[Answer]:
    yield _dialog("administrator", "accounts.index")
    yield _dialog("trainer", "workshops.workshop", "planned")
    yield _dialog("trainer", "people.list", "saved")


def _papers() -> Iterator[Answer]:
    chosen = (Fill("main [type=checkbox] >> nth=0"), Fill("main [type=checkbox] >> nth=6"))
    cards = Fetch("main form[method=post]:not([role=search]) button.main")
    yield Answer("peer", "directory.cards", "paper", chosen, paper=cards)
    badges = Fetch("form[action$='/documents/badges'] button")
    yield Answer("trainer", "workshops.documents", "badges", (), paper=badges)


def _refusals() -> Iterator[Answer]:
    none = (Go("/nothing-is-here", "main", 404),)
    yield Answer("trainer", "desk.today", "not-found", none)
    yield Answer("police", "desk.today", "refused", (Go("/accounts", "main", 403),))
    old = (
        Fill("main form[role=search] [name=csrf_token]", "x"),
        Press("main form[role=search] button.btn", ".actions .main", 400),
    )
    yield Answer("trainer", "directory.index", "too-old", old)


def answers(password: str, running: str, work: CaseWork | None = None) -> list[Answer]:
    """All of them. `password` is everybody's in the sample, `running` the workshop of today; codes
    of reports are in `work`."""
    return [
        *_searches(),
        *_of_people(),
        *_of_lists(),
        *_of_courses(),
        *_of_certificates(),
        *_of_evaluations(),
        *_of_payouts(),
        *_of_accounts(password),
        *_dialogs(),
        *_papers(),
        *case_answers(work or CaseWork()),
        *design_answers(),
        *pad_answers(),
        *door_answers(running),
        *_refusals(),
    ]
