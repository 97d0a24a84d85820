"""The leaflet that tells how the numbers are made, on two pages. The errors of printing, each with
a sentence for the person who meets it. The errors of plans, each with a sentence for the person who
meets it. The ledger: which cases have entered which tables, in one sealed document of the vault. It
says of each case that it was counted, so it lies nowhere in clear. Once anything was printed it
must be there: an empty one would count every case again. Dated notes beside what was printed and
turned out wrong. A plan on its way: proposed, changed, approved by another, or turned back. None of
these opens a record, so nobody can make a plan fit what it will print. Printing: throwing, storing
and showing in one step. A person who prints chooses nothing and sees nothing before it stands for
good: neither which cases are counted, nor what is thrown, nor whether it is kept. Dice and counts
are in memory until the transaction ends, and nowhere else. Figures that may have been printed
before the database was put back: two people say so."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from flask import render_template
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.figures.releases.documents import pictures
from kash.figures.releases.models import Release, ReleaseNote, ReleasePlan, ReleaseRecovery
from kash.figures.releases.queries import (
    APPROVAL,
    RECOVERY,
    Doubt,
    PlannedTable,
    PrintingDay,
    counted_cases,
    doubt_of,
    doubts,
    printing_days,
    proves,
    refusal_sentence,
    waiting_for,
)
from kash.figures.releases.rule_texts import VERSION, rule_words
from kash.figures.releases.rules.tables import (
    Die,
    Entered,
    PlanFlaw,
    TablePlan,
    YearPlan,
    as_printed,
    counts,
    digest_of,
    refusals,
    tables_as_json,
    throw,
    windows_as_json,
    windows_of,
    wrong_quarter,
)
from kash.incidents.documents import render_now
from kash.platform.approvals.approval import WrongStep
from kash.platform.press import PagedDocument
from kash.platform.vault import (
    MirrorMissing,
    OpenVault,
    Sealed,
    SealError,
    audited,
    fetch,
    file_document,
    keep_keys,
    mac_prefix,
    note_once,
    open_document,
    root_subject,
    save_document,
)
from kash.platform.web.errors import ChangedMeanwhile, NotFound, Problem, one_or_404
from kash.platform.web.formats import local_today, to_local
from kash.platform.web.programme import brand
from kash.policy import Actor

LEDGER_NOT_OPEN = _l(
    "The sealed list of counted cases does not open for you, so nothing is printed. A backup may "
    "have it whole."
)


def rule_leaflet(language: str) -> bytes:
    """The leaflet as PDF. Raises RenderError."""
    words = rule_words(language)
    return render_now(
        PagedDocument(
            html=render_template(
                "releases/paper/rule.html",
                said=words,
                version=VERSION,
                organisation=brand(),
                pictures=pictures,
            ),
            title=str(words["title"]),
            language=language,
            kind="plain",
        )
    )


_FIELDS = {PlanFlaw.DIE: "die", PlanFlaw.SHAPE: "die"}


KIND = "release_ledger"


@dataclass(frozen=True)
class Ledger:
    """Ledger as it was opened; `sealed` is None before anything was printed."""

    entered: Entered = field(repr=False)
    sealed: Sealed | None = field(default=None, repr=False)


def open_ledger(session: Session, vault: OpenVault) -> Ledger:
    """Open the ledger. Raises Problem."""
    sealed = fetch(session, kind=KIND)
    if not sealed and session.scalar(select(Release.id).limit(1)) is None:
        return Ledger({})
    if len(sealed) != 1:
        raise Problem(LEDGER_NOT_OPEN)
    try:
        return Ledger(_read(open_document(vault, sealed[0])), sealed[0])
    except (SealError, ValueError, AttributeError, TypeError):
        raise Problem(LEDGER_NOT_OPEN) from None


def save_ledger(session: Session, vault: OpenVault, ledger: Ledger, entered: Entered) -> None:
    """Seal the ledger as it is afterwards, within the transaction that prints."""
    plaintext = _written(entered)
    if ledger.sealed is None:
        file_document(session, KIND, plaintext)
        return
    keep_keys(session, vault, [ledger.sealed])
    save_document(session, vault, ledger.sealed, plaintext)


def _written(entered: Entered) -> bytes:
    ordered = {reference: sorted(keys) for reference, keys in sorted(entered.items())}
    return json.dumps(ordered, separators=(",", ":")).encode()


def _read(plaintext: bytes) -> dict[str, frozenset[str]]:
    content: Mapping[str, Iterable[str]] = json.loads(plaintext)
    return {reference: frozenset(keys) for reference, keys in content.items()}


def add_note(release: str, text: str, *, by: Actor) -> None:
    """Put a note of today beside a table. Raises NotFound and Problem."""
    if any(letter.isnumeric() for letter in text):
        raise Problem(
            _l("Leave out every digit. Say in words what was wrong and what follows from it."),
            field="text",
            status=422,
        )
    with audited("releases.note_added", by) as change:
        wanted = select(Release.id).where(Release.public_id == release)
        release_key = one_or_404(change.session.scalar(wanted))
        day = to_local(change.now).date()
        same = select(ReleaseNote.id).where(
            ReleaseNote.release_id == release_key, ReleaseNote.day == day, ReleaseNote.text == text
        )
        if change.session.scalar(same) is not None:
            # Sent twice: no note is ever taken away.
            change.nothing()
            return
        note = ReleaseNote(release_id=release_key, day=day, text=text)
        change.session.add(note)
        change.session.flush()
        change.about(release)


@dataclass(frozen=True)
class PlanDetails:
    """A plan as entered: its tables, the freeze days of the four quarters, and what the forum
    stated and decided."""

    tables: Sequence[TablePlan]
    days: Sequence[date | None]
    stated_figure: int | None
    forum_decision: str


def propose_plan(year: int, details: PlanDetails, *, by: Actor) -> str:
    """Propose a plan; its public id. Raises Problem."""
    with audited("releases.plan_proposed", by) as change:
        _hold(change.session)
        taken = select(ReleasePlan.id).where(
            ReleasePlan.year == year, ReleasePlan.state != "returned"
        )
        if change.session.scalar(taken) is not None:
            raise Problem(_l("This year has a plan already."), field="year")
        plan: ReleasePlan = APPROVAL.propose(
            change, by, year=year, **_columns(change.session, year, details)
        )
        return plan.public_id


def change_plan(public_id: str, details: PlanDetails, row_version: int, *, by: Actor) -> None:
    """Change a plan that waits; the person who changes it is the one who proposes it from then on,
    so that she does not approve it. Raises NotFound, WrongStep, ChangedMeanwhile and
    Problem."""
    with audited("releases.plan_changed", by) as change:
        _hold(change.session)
        plan: ReleasePlan = APPROVAL.locked(change.session, public_id)
        if plan.state != "proposed":
            raise WrongStep
        if plan.row_version != row_version:
            raise ChangedMeanwhile
        for name, value in _columns(change.session, plan.year, details).items():
            setattr(plan, name, value)
        plan.proposed_by = by.public_id
        plan.row_version += 1
        change.about(public_id)


def approve_plan(public_id: str, digest: str, *, by: Actor) -> None:
    """Approve exactly the plan that was read, for ever. Raises NotFound, SamePerson, WrongStep,
    ChangedMeanwhile and Problem."""
    with audited("releases.plan_approved", by) as change:
        _hold(change.session)
        plan: ReleasePlan = APPROVAL.locked(change.session, public_id)
        if plan.state == "proposed" and plan.digest != digest:
            raise ChangedMeanwhile
        if plan.state == "proposed" and plan.calendar[0].freeze_on <= local_today():
            raise Problem(
                _l(
                    "Its first day is here or over. Send it back, so that it begins with the "
                    "next window."
                )
            )
        if plan.state == "proposed":
            _refuse_unsound(change.session, plan.year_plan)
        APPROVAL.approve(change, plan, by)


def return_plan(public_id: str, reason: str, *, by: Actor) -> None:
    """Turn a plan back, with what must be put right. Raises NotFound and WrongStep."""
    with audited("releases.plan_returned", by) as change:
        plan: ReleasePlan = APPROVAL.locked(change.session, public_id)
        APPROVAL.turn_back(change, plan, reason, by)


def _hold(session: Session) -> None:
    """Let anybody who decides on another plan meanwhile wait: each is held against all before
    it."""
    session.execute(select(ReleasePlan.id).order_by(ReleasePlan.id).with_for_update()).all()


def _refuse_unsound(session: Session, plan: YearPlan) -> None:
    """Hold a plan against all that were approved, also for later years. Raises Problem with every
    reason against it."""
    approved = session.scalars(select(ReleasePlan).where(ReleasePlan.state == "approved"))
    refused = refusals(plan, [other.year_plan for other in approved])
    if refused:
        first = refused[0]
        raise Problem(
            " ".join(dict.fromkeys(refusal_sentence(refusal) for refusal in refused)),
            field=f"{first.key}_{_FIELDS.get(first.flaw, 'every')}" if first.key else "",
            status=422,
        )


def _columns(session: Session, year: int, details: PlanDetails) -> dict[str, object]:
    wrong = wrong_quarter(year, details.days, local_today())
    if wrong is not None:
        raise Problem(
            _l(
                "Choose a coming day of this quarter. Only quarters before the first printed one "
                "may be empty."
            ),
            field=f"day_{wrong}",
            status=422,
        )
    plan = YearPlan(year, tuple(details.tables))
    _refuse_unsound(session, plan)
    windows = windows_of(plan, details.days)
    return {
        "tables": tables_as_json(plan.tables),
        "windows": windows_as_json(windows),
        "digest": digest_of(plan, windows),
        "stated_figure": details.stated_figure,
        "forum_decision": details.forum_decision,
    }


def print_release(
    day: date, *, by: Actor, vault: OpenVault, die: Die = secrets.randbelow
) -> list[str]:
    """Print all tables of a freeze day, once: their public ids, in the order of the plan. If they
    are printed already nothing is thrown, and they are the same.

    Raises NotFound, Problem, and as `counted_cases`.
    """
    with audited("releases.printed", by) as change:
        days = printing_days(change.session, locked=True)
        wanted = next((printing for printing in days if printing.day == day), None)
        if wanted is None:
            raise NotFound
        if wanted.is_printed:
            change.nothing()
            return [printing.printed for printing in wanted.tables if printing.printed]
        if wanted.due_at > change.now:
            raise Problem(_l("It is too early: what was filed on the last day is not visible yet."))
        if any(printing.day < day and not printing.is_printed for printing in days):
            raise Problem(_l("Print the figures of the earlier day first."))
        if any(printing.day == day for printing in doubts(change.session, change.now, [wanted])):
            raise Problem(
                _l(
                    "The database was put back, and these figures may have been printed before. "
                    "Two people say first what became of them."
                )
            )
        plans = {
            printing.plan.year: printing.plan.year_plan
            for other in days
            for printing in other.tables
        }
        lost = [printing for other in days for printing in other.tables if printing.lost]
        releases = _print(change.session, vault, wanted, list(plans.values()), lost, die)
        digests = {
            printing.witness: release.digest
            for printing, release in zip(_unprinted(wanted), releases, strict=True)
        }
        change.about(*(release.public_id for release in releases))
        change.about(*map(root_subject, digests.values()))
        # Before the commit, with which it is shown: a database that is put back forgets the throw.
        try:
            note_once(change.session, digests)
        except (OSError, MirrorMissing):
            raise Problem(
                _l(
                    "The mirror of the audit trail could not be written, so nothing was printed. "
                    "The operator looks with flask audit verify."
                ),
                status=503,
            ) from None
        left = iter([release.public_id for release in releases])
        return [printing.printed or next(left) for printing in wanted.tables if not printing.lost]


def _unprinted(wanted: PrintingDay) -> list[PlannedTable]:
    return [table for table in wanted.tables if not (table.printed or table.lost)]


def _print(
    session: Session,
    vault: OpenVault,
    wanted: PrintingDay,
    plans: Sequence[YearPlan],
    lost: Sequence[PlannedTable],
    die: Die,
) -> list[Release]:
    # All of it before the first record is opened: no time between tells of a throw.
    thrown = [(planned, throw(planned.table, die)) for planned in _unprinted(wanted)]
    ledger = open_ledger(session, vault)
    cases, entered = counted_cases(session, vault, wanted.day, plans), ledger.entered
    # What was printed and is lost here was counted all the same, and is counted no second time.
    for planned in lost:
        earlier = counted_cases(session, vault, planned.window.freeze_on, plans)
        _counts, entered = counts(earlier, planned.table, entered, plans)
    rows = []
    for planned, noise in thrown:
        counted, entered = counts(cases, planned.table, entered, plans)
        rows.append(_row(planned, _lines(planned.table, counted, noise)))
    save_ledger(session, vault, ledger, entered)
    session.add_all(rows)
    session.flush()
    return rows


def _lines(
    table: TablePlan, found: Mapping[str, int], noise: Mapping[str, int]
) -> list[list[str | int | None]]:
    return [
        [code, as_printed(found[code] + noise[code], table.floor, table.unit)]
        for code in table.codes
    ]


def _row(one: PlannedTable, lines: list[list[str | int | None]]) -> Release:
    return Release(
        plan_id=one.plan.id,
        table_key=one.window.key,
        window=one.window.number,
        freeze_on=one.window.freeze_on,
        lines=lines,
    )


@dataclass(frozen=True)
class RecoveryDetails:
    """A word on a day: a kind as in `ReleaseRecovery`, with the code or the reason."""

    kind: str
    code: str = ""
    reason: str = ""


def say(day: date, details: RecoveryDetails, *, by: Actor) -> str:
    """Say what became of the figures of a day; the public id of what another agrees to. Raises
    NotFound and Problem."""
    with audited("releases.recovery_said", by) as change:
        doubt = doubt_of(change.session, day, change.now)
        if waiting_for(change.session, day) is not None:
            raise Problem(
                _l("Somebody said what became of these figures; a second person must agree.")
            )
        code = details.code if details.kind == "code" else ""
        _recoveries_check(change.session, doubt, details.kind, code)
        recovery: ReleaseRecovery = RECOVERY.propose(
            change,
            by,
            day=day,
            kind=details.kind,
            code=code,
            reason=details.reason,
            noted=doubt.noted,
        )
        return recovery.public_id


def _recoveries_check(session: Session, doubt: Doubt, kind: str, code: str) -> None:
    if doubt.unsaid:
        raise Problem(
            _l(
                "The mirror of the audit trail is missing, or knows more than the database. The "
                "operator looks with flask audit verify, and begins a new one with flask audit "
                "new-mirror."
            )
        )
    if kind != "code":
        return
    proof = proves(session, code, doubt)
    if proof is None:
        raise Problem(
            _l(
                "No entry of the audit trail has this code. If it is typed right, the database "
                "was put back to before these minutes."
            ),
            field="code",
            status=422,
        )
    if not proof or doubt.noted:
        raise Problem(
            _l(
                "These minutes were printed before the figures were due, or after the database "
                "was put back, or the mirror knows them. Their code proves nothing."
            ),
            field="code",
            status=422,
        )


def agree(public_id: str, code: str, *, by: Actor) -> bool:
    """Agree to what another said; where it is a code, the agreeing person types it from her own
    copy. True if these figures are closed from now on.

    Raises NotFound, WrongStep, SamePerson, StandsBehind and Problem.
    """
    with audited("releases.recovery_agreed", by) as change:
        recovery: ReleaseRecovery = RECOVERY.locked(change.session, public_id)
        if recovery.state != "proposed":
            raise WrongStep
        doubt = doubt_of(change.session, recovery.day, change.now)
        if recovery.kind == "code" and mac_prefix(code) != mac_prefix(recovery.code):
            raise Problem(
                _l("This is not the code that was typed first. Read your own copy."),
                field="code",
                status=422,
            )
        _recoveries_check(change.session, doubt, recovery.kind, recovery.code)
        recovery.noted = doubt.noted
        RECOVERY.approve(change, recovery, by)
        return recovery.kind == "printed"


def turn_back(public_id: str, reason: str, *, by: Actor) -> None:
    """Turn back what another said. Raises NotFound and WrongStep."""
    with audited("releases.recovery_returned", by) as change:
        RECOVERY.turn_back(change, RECOVERY.locked(change.session, public_id), reason, by)
