"""The register: every case opened in memory in one pass, looked through, and let go again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pydantic_core import from_json

from kash.incidents.queries.cases import KIND, Additions, CaseAccess, access_of, cases_by_document
from kash.incidents.queries.letterbox import SCREENS_NAMED, Screens, Withdrawals, court_days
from kash.incidents.queries.mediation import all_answers
from kash.incidents.queries.officers import may_work
from kash.incidents.rules.casework import OVER
from kash.incidents.rules.clocks import Clock, clocks_from
from kash.incidents.rules.consents import Seen, for_custodian
from kash.incidents.rules.letterbox import adds_to
from kash.incidents.rules.mediation import Answer, take_over
from kash.incidents.rules.record import as_bytes, from_bytes
from kash.incidents.rules.totals import (
    ALL,
    QUEUE,
    SOON,
    Filters,
    Summary,
    Wanted,
    days_left,
    is_untaken,
    matches_words,
    may_match,
    passes_filters,
    searchable_text,
    summary_of,
)
from kash.platform.database import db
from kash.platform.vault import OpenVault, Sealed, SealError, fetch_each, open_each
from kash.platform.web.formats import zone
from kash.policy import Actor


@dataclass(frozen=True)
class RegisterLine:
    """A case in the register, with its clocks; `until`: the last day on which it is kept, None as
    far as something keeps it."""

    summary: Summary
    clocks: Sequence[Clock]
    until: date | None = None

    def running(self, now: datetime) -> list[Clock]:
        """The clocks that have not ended, the soonest first."""
        return [clock for clock in self.clocks if clock.runs(now)]

    def is_over(self, now: datetime) -> bool:
        """True if one has ended of which nobody said what came of it."""
        return any(not clock.runs(now) for clock in self.clocks)


@dataclass
class CaseRegister:
    """Register as it was found: lines in no particular order, cases that do not open, how many
    there are of each kind (`queue`, `open`, `all`), and documents whose keys are still as they were
    filed."""

    lines: list[RegisterLine] = field(default_factory=list)
    damaged: list[Any] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: {"queue": 0, "open": 0, "all": 0})
    new: list[Sealed] = field(default_factory=list)
    wards: set[str] = field(default_factory=set)
    stations: set[str] = field(default_factory=set)
    # Reports that add to another, by reference, of which that was not noted when they came in.
    additions: dict[str, str] = field(default_factory=dict)
    # Whether somebody is held in a case that is kept from the actor and that nobody took up; and
    # who an officer on duty calls about a child's, of which she is told that it is there and
    # nothing else: for each such case the names of the custodians who have no part in it. Both are
    # told only if everything is counted: else words would tell which cases hold them.
    hides_held: bool = False
    # Cases that were shredded as the actor asked, and that she has not read of.
    shredded: Collection[str] = ()
    # By reference, the account that owns each open case.
    owners: Mapping[str, str] = field(default_factory=dict)
    # Cases that nothing keeps since something was taken back that nobody has read, and whose days
    # are not noted yet; also such as the actor may not see.
    unsettled: list[str] = field(default_factory=list)
    left_to: set[tuple[str, ...]] = field(default_factory=set)


def register(
    by: Actor,
    vault: OpenVault,
    asked: Filters,
    wanted: Sequence[Wanted],
    now: datetime,
    *,
    counting: bool = True,
    known: Mapping[str, str] | None = None,
) -> CaseRegister:
    """The cases that fit, of those that the actor may see, in nine queries at most and one pass.

    Without `counting`, records that cannot hold the words are not read any further, and what is
    counted are only those that were. `known`: what reports add to, found in a pass before.
    """
    rows = cases_by_document(db.session())
    there, courts = zone(), court_days()
    today = now.astimezone(there).date()
    access = access_of(by)
    unsure = [wish for wish in wanted if not wish.plain]
    screens, withdrawals = Screens(db.session(), vault), Withdrawals(db.session(), vault)
    answers: dict[str, Answer] | None = None
    shredded = withdrawals.shredded_for.get(by.public_id, ())
    page = CaseRegister(shredded=shredded, owners=withdrawals.owners)
    adds = {**(known or {}), **withdrawals.additions}
    additions = Additions(db.session(), vault, adds, withdrawals.for_officers)
    for sealed, plaintext in open_each(vault, fetch_each(db.session(), KIND)):
        if sealed.id not in rows:
            continue
        reference, state = rows[sealed.id].public_id, rows[sealed.id].state
        parts: list[Sealed] = []
        try:
            if isinstance(plaintext, SealError):
                raise ValueError
            if SCREENS_NAMED in plaintext or withdrawals.waits(sealed.id):
                record, parts = screens.put_together(from_bytes(plaintext))
                withdrawals.put_into(sealed.id, record)
                if withdrawals.begins_days(sealed.id, reference, state, record):
                    page.unsettled.append(reference)
                plaintext = as_bytes(record)
            holding = not wanted or may_match(searchable_text(plaintext, wanted), reference, wanted)
            if not holding and not counting:
                continue
            record = from_bytes(plaintext)
            if any(intervention.brief for intervention in record.interventions):
                answers = all_answers() if answers is None else answers
                take_over(record, answers)
            if reference not in adds and (first := adds_to(record)):
                page.additions[reference] = first
            if not access.includes(short := additions.seen(reference, record)):
                if counting and is_untaken(record, state, now):
                    page.hides_held = True
                    if access.hears_of(short):
                        free = may_work(access.others, short)
                        page.left_to.add(
                            tuple(officer.name for officer in free if officer.custodian)
                        )
                continue
            line = summary_of(reference, state, record)
            guarded = line.for_custodian
            if reference in additions:
                # Who has it may have to be kept away by what somebody told since.
                guarded = for_custodian(short) is not None
                if line.assigned_to and not _may_have(access, line.assigned_to, short):
                    line = line._replace(assigned_to="")
            line = line._replace(taken_back=withdrawals.waits(sealed.id))
            clocks = clocks_from(line.moments, there, courts) if line.moments else ()
            here = not unsure or matches_words(from_json(as_bytes(record)), reference, unsure)
        except ValueError:
            page.damaged.append(rows[sealed.id])
            continue
        page.new += [
            document.without_body() for document in (sealed, *parts) if document.form != "kept"
        ]
        until = withdrawals.last_days.get(reference)
        ends = until is not None and days_left(until, today) <= SOON
        pressing = ends or guarded
        shown = list(_kinds(line, clocks, by.public_id, today, pressing=pressing))
        for kind in shown:
            page.counts[kind] += 1
        if line.ward:
            page.wards.add(line.ward)
        page.stations.update(line.stations)
        if not (holding and here and asked.show in shown):
            continue
        runs = bool(clocks) and any(clock.runs(now) for clock in clocks)
        over = bool(clocks) and any(not clock.runs(now) for clock in clocks)
        owner = page.owners.get(reference, "")
        if passes_filters(line, asked, running=runs, over=over, owner=owner):
            page.lines.append(RegisterLine(line, clocks, until))
    if page.additions:
        # Filed by an earlier version, which noted nowhere else what they add to.
        more = adds | page.additions
        again = register(by, vault, asked, wanted, now, counting=counting, known=more)
        again.additions = page.additions
        return again
    return page


def _may_have(access: CaseAccess, holder: str, seen: Seen) -> bool:
    return any(officer.public_id == holder for officer in may_work(access.others, seen))


def _kinds(
    line: Summary, clocks: Sequence[Clock], me: str, today: date, *, pressing: bool
) -> Iterator[str]:
    yield ALL
    # What was taken back concerns the person who reads it, also where somebody has it or it is
    # over.
    stops = line.taken_back or line.to_ask_each
    if stops:
        yield QUEUE
    if line.state in OVER:
        return
    yield "open"
    waits = pressing or line.state == "submitted" or line.to_ask or line.refused
    waits = waits or _is_due(line, clocks, today)
    if line.assigned_to == me or (not line.assigned_to and waits):
        yield from () if stops else (QUEUE,)


def _is_due(line: Summary, clocks: Sequence[Clock], today: date) -> bool:
    # One that is over waits until somebody says what came of it.
    if line.due_on is not None and line.due_on <= today:
        return True
    return bool(clocks)
