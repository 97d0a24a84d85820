"""Two people who are one: merging them, and taking a merge back within a day. Looking through
everyone for people who are written down twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.people.erasure import GOES, stays
from kash.people.facts import PLAIN, SEALED
from kash.people.models import LikelyDuplicate, NotTheSame, Person, PersonMerge, Posting
from kash.people.queries.duplicates import SWEEP, last_sweep, numbered_likenesses
from kash.people.queries.search import Move, Reference, Row, column_of, joined, references
from kash.people.rules.duplicates import Known, Match, PostedStay, joined_stays
from kash.people.rules.persons import ages_disagree, is_minor, sort_name
from kash.people.services.persons import ages_apart, email_values, phone_values, refuse_reference
from kash.people.undo_log import ChangedSince, RowChanges, table_of, undo
from kash.platform.database import db, new_public_id, utc_now, writing
from kash.platform.jobs import JobResult, Progress, enqueue
from kash.platform.vault import audited, open_sealed, open_text, seal
from kash.platform.web import Problem
from kash.platform.web.errors import ChangedMeanwhile, get_or_404
from kash.platform.web.formats import to_local
from kash.platform.web.programme import retention
from kash.policy import SYSTEM, Actor

_SEALED = "person.merge"


class MergedMeanwhile(Problem):
    """One of the two was merged by somebody else at the same time."""

    status = 409
    sentence = _l("Somebody else just merged one of them. Nothing was changed.")


def merge_people(
    kept: str, gone: str, choices: Mapping[str, str], row_versions: tuple[int, int], by: Actor
) -> str:
    """Make one person of two; returns the public id of the merge.

    `choices` says for each of FACTS whose fact stays, "kept" or "gone" (kept if missing).
    `row_versions` are those of the two that were read. Everything that refers to the one who goes
    refers to the one who is kept from then on; so does her public id.

    Raises Problem, MergedMeanwhile, ChangedMeanwhile, AlreadyHere, and what else the rooms forbid.
    """
    if kept == gone:
        raise Problem(_l("Choose two different people."))
    with audited("people.persons_merged", by) as change:
        session = change.session
        pair = _locked(session, (kept, gone))
        if kept not in pair or gone not in pair:
            raise MergedMeanwhile
        stays, goes = pair[kept], pair[gone]
        if (stays["row_version"], goes["row_version"]) != row_versions:
            raise ChangedMeanwhile
        facts = _facts(session, stays, goes, choices, change.now, by)
        for reference in references():
            if reference.forbid is not None:
                reference.forbid(session, stays["id"], goes["id"])
        row_changes = RowChanges(session, by.public_id, change.now)
        table = table_of(Person)
        # Her number is free before it is taken over: it may stand once in a group.
        row_changes.update(table, table.c.id == goes["id"], {"reference": ""})
        # Last declared, first moved: a higher room's rows may refer to a lower one's.
        for reference in reversed(references()):
            reference.carry_over(row_changes, stays["id"], goes["id"])
        row_changes.delete(table, table.c.id == goes["id"])
        row_changes.update(table, table.c.id == stays["id"], facts)
        merge = PersonMerge(
            public_id=new_public_id(),
            gone=gone,
            kept_id=stays["id"],
            merged_by=by.public_id,
            merged_at=change.now,
        )
        merge.sealed = seal(row_changes.serialised(), kind=_SEALED, public_id=merge.public_id)
        session.add(merge)
        change.about(kept, gone, merge.public_id, *row_changes.concerned)
        return merge.public_id


def _locked(session: Session, public_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The rows of persons, locked in the order of their keys, so that two merges never wait for
    each other."""
    table = table_of(Person)
    rows = session.execute(
        select(table)
        .where(table.c.public_id.in_(public_ids))
        .order_by(table.c.id)
        .with_for_update()
    )
    return {mapping["public_id"]: dict(mapping) for mapping in rows.mappings()}


def _facts(
    session: Session,
    stays: Mapping[str, Any],
    goes: Mapping[str, Any],
    choices: Mapping[str, str],
    now: datetime,
    by: Actor,
) -> dict[str, Any]:
    def whose(name: str) -> Mapping[str, Any]:
        return goes if choices.get(name) == "gone" else stays

    facts: dict[str, Any] = {fact.name: whose(fact.name)[fact.name] for fact in PLAIN}
    year = to_local(now).year
    if ages_disagree(facts["age_band"], facts["birth_year"], year):
        raise ages_apart()
    said_on = whose("age_band")["age_recorded_on"]
    minor = stays["minor"] or goes["minor"]
    if facts["age_band"] or facts["birth_year"]:
        recorded = said_on.year if said_on else None
        minor = is_minor(facts["age_band"], facts["birth_year"], year, recorded)
    if minor and not stays["minor"]:
        # A person who saw it first did so of the one who goes.
        first = goes if goes["minor"] else {"minor_since": now, "minor_by": by.public_id}
        facts |= {name: first[name] for name in ("minor_since", "minor_by")}
        facts |= {"minor_seen_at": None, "minor_seen_by": ""}
    facts |= {
        "sort_name": sort_name(facts["chosen_name"]),
        "group_id": whose("group")["group_id"],
        "age_recorded_on": said_on,
        "minor": minor,
        "row_version": max(stays["row_version"], goes["row_version"]) + 1,
        "created_at": min(stays["created_at"], goes["created_at"]),
        "changed_at": now,
        "printed_name_confirmed_at": _confirmed(facts, stays, goes),
    }
    refuse_reference(session, facts["group_id"], facts["reference"], stays["id"], goes["id"])
    for fact in SEALED:
        facts |= _contact(fact.name, stays, whose(fact.name))
    return facts


def _confirmed(
    facts: Mapping[str, Any], stays: Mapping[str, Any], goes: Mapping[str, Any]
) -> datetime | None:
    """When the name for paper was confirmed, if either confirmed just this name."""
    name = facts["printed_name"] or facts["chosen_name"]
    moments = [
        pair["printed_name_confirmed_at"]
        for pair in (stays, goes)
        if (pair["printed_name"] or pair["chosen_name"]) == name
        and pair["printed_name_confirmed_at"] is not None
    ]
    return max(moments, default=None)


def _contact(which: str, stays: Mapping[str, Any], whose: Mapping[str, Any]) -> dict[str, Any]:
    sealed = whose[f"{which}_sealed"]
    if whose is not stays and sealed is not None:
        # What is sealed is bound to the person it was sealed for.
        value = open_text(sealed, kind=f"person.{which}", public_id=whose["public_id"])
        values = phone_values if which == "phone" else email_values
        return values(stays["public_id"], value, whose[f"{which}_by"])
    return {name: whose[name] for name in (f"{which}_sealed", f"{which}_lookup", f"{which}_by")}


def undo_merge(public_id: str, by: Actor) -> str:
    """Take a merge back, exactly; returns the public id of the person who is there again.

    Raises NotFound and Problem.
    """
    try:
        with audited("people.merge_undone", by) as change:
            session = change.session
            merge = get_or_404(session, PersonMerge, public_id, lock=True)
            if merge.undone_at is not None:
                change.nothing()
                return merge.gone
            if (
                merge.sealed is None
                or merge.merged_at + retention().span("merge_undo") <= change.now
            ):
                raise Problem(_l("This merge can no longer be undone. The time for it has passed."))
            person = session.scalar(
                select(Person.public_id).where(Person.id == merge.kept_id).with_for_update()
            )
            written = open_sealed(merge.sealed, kind=_SEALED, public_id=merge.public_id)
            merge.sealed = None
            merge.undone_at = change.now
            merge.undone_by = by.public_id
            gone = merge.gone
            session.flush()
            undo(session, written)
            change.about(str(person), gone, public_id)
            return gone
    except (ChangedSince, IntegrityError):
        raise Problem(
            _l(
                "This merge can no longer be undone: a mark, a posting, a certificate or the "
                "like was changed after it."
            )
        ) from None


def forget_merges() -> None:
    """Throw away what is needed to take back merges that are older than the programme allows."""
    span = retention().span("merge_undo")
    with writing() as session:
        session.execute(
            update(PersonMerge)
            .where(PersonMerge.sealed.is_not(None), PersonMerge.merged_at <= utc_now() - span)
            .values(sealed=None)
        )


def _move_postings(row_changes: RowChanges, kept: int, gone: int) -> None:
    table = table_of(Posting)
    rows = row_changes.rows(table, table.c.person_id == kept)
    rows += row_changes.rows(table, table.c.person_id == gone)
    joined = joined_stays(
        [
            PostedStay(
                posting["id"], posting["organisation_id"], posting["since"], posting["until"]
            )
            for posting in rows
        ]
    )
    present = {posting["id"]: posting for posting in rows}
    for key in present.keys() - {stay.key for stay in joined}:
        row_changes.delete(table, table.c.id == key)
    # Whatever ends, ends before another is open: one posting is open at a time.
    for stay in sorted(joined, key=lambda stay: stay.until is None):
        posting = present[stay.key]
        if (posting["until"], posting["person_id"]) != (stay.until, kept):
            row_changes.update(
                table, table.c.id == stay.key, {"until": stay.until, "person_id": kept}
            )


def _move_not_the_same(row_changes: RowChanges, kept: int, gone: int) -> None:
    """Move the marks of not being the same: the person who is not the one who goes is not the one
    who is kept either."""
    table = table_of(NotTheSame)

    def pairs(person: int) -> Any:
        return row_changes.rows(table, or_(table.c.first_id == person, table.c.second_id == person))

    apart = {(values["first_id"], values["second_id"]) for values in pairs(kept)}
    for values in pairs(gone):
        other = values["second_id"] if values["first_id"] == gone else values["first_id"]
        pair = (min(kept, other), max(kept, other))
        if other == kept or pair in apart:
            row_changes.delete(table, table.c.id == values["id"])
        else:
            row_changes.update(
                table, table.c.id == values["id"], {"first_id": pair[0], "second_id": pair[1]}
            )
            apart.add(pair)


def _forget_likely(name: str) -> Move:
    def move(row_changes: RowChanges, kept: int, gone: int) -> None:
        # The next sweep looks anew at the person who is kept.
        column = column_of(name)
        row_changes.delete(column.table, column == gone)

    return move


def _forbid_two_accounts(session: Session, kept: int, gone: int) -> None:
    column = column_of("account.person_id")
    if len(session.scalars(select(column).where(column.in_((kept, gone)))).all()) > 1:
        raise Problem(
            _l("Both have an account. Ask an administrator to take one off its person."), status=409
        )


def _no_address(row: Row) -> bytes:
    return seal("", kind="account.email", public_id=row["public_id"])


# An account that is closed stays as the one who did what the trail says, by its public id alone.
ACCOUNT = stays(
    person_id=None,
    name="…",
    email_sealed=_no_address,
    email_lookup=lambda row: f"erased {row['public_id']}",
    password_hash="",
    totp_sealed=None,
    passkey_handle=None,
    language="",
)

# What refers to a person in this room, and in that of accounts beside it.
REFERENCES = (
    Reference("posting.person_id", _l("Postings"), _move_postings, erased=GOES),
    Reference("consent.person_id", _l("Answers on consent"), erased=GOES),
    Reference(
        "people_list_person.person_id",
        move=joined("people_list_person.person_id", ("list_id",), lambda _kept, _gone: {}),
        erased=GOES,
    ),
    Reference("account.person_id", _l("Accounts"), forbid=_forbid_two_accounts, erased=ACCOUNT),
    Reference("invitation.person_id", _l("Invitations"), erased=GOES),
    Reference(
        "contact_request_person.person_id",
        move=joined("contact_request_person.person_id", ("request_id",), lambda _kept, _gone: {}),
        erased=GOES,
    ),
    Reference("person_merge.kept_id", _l("Earlier merges"), erased=GOES),
    # Once it is decided, it says no longer who it was about.
    Reference("erasure_request.person_id", erased=stays(person_id=None, refused_reason="")),
    Reference("not_the_same.first_id", move=_move_not_the_same, erased=GOES),
    Reference("not_the_same.second_id", move=_move_not_the_same, erased=GOES),
    Reference(
        "likely_duplicate.first_id", move=_forget_likely("likely_duplicate.first_id"), erased=GOES
    ),
    Reference(
        "likely_duplicate.second_id", move=_forget_likely("likely_duplicate.second_id"), erased=GOES
    ),
)


_REPORTED_EVERY = 200
_NIGHT_HOUR = 2
_Pair = tuple[int, int]


# Why two may be one, and if their names alone would say so.
LikelyPair = tuple[Match, bool]


def ask_for_sweep(by: Actor) -> str:
    """Have the worker look through everyone; the job's public id. One at a time."""
    with audited("people.duplicates_sought", by) as change:
        running = last_sweep()
        if running is not None and not running.ended:
            change.nothing()
            return running.public_id
        job = enqueue(change.session, SWEEP, owner=by.public_id, title=_("Possible duplicates"))
        change.about("programme")
        return job.public_id


def sweep(progress: Progress) -> JobResult | None:
    """Compare everyone with everyone else, and store the pairs that are worth a look."""
    store_pairs(likely_pairs(progress))
    return None


def likely_pairs(progress: Progress) -> dict[_Pair, LikelyPair]:
    """{(smaller key, larger key): why these two may be one}, but for those told apart."""
    people = list(numbered_likenesses())
    # Comparing takes a while: the read transaction must not stay open meanwhile.
    db.session.rollback()
    keys = {likeness.key: number for number, likeness in people}
    people_known = Known()
    pairs: list[tuple[_Pair, Match]] = []
    for done, (number, likeness) in enumerate(people):
        if done % _REPORTED_EVERY == 0:
            progress.report(done, len(people))
        for match in people_known.matches(likeness):
            other = keys[match.key]
            pairs.append(((min(number, other), max(number, other)), match))
        people_known.add(likeness)
    progress.report(len(people), len(people))
    called = dict(people)
    return {
        pair: (match, people_known.alike_by_name(*(called[number] for number in pair)))
        for pair, match in pairs
    }


def store_pairs(pairs: dict[_Pair, LikelyPair]) -> None:
    """Keep these pairs in place of the last ones; a pair that was there keeps its id."""
    with writing() as session:
        here = set(session.scalars(select(Person.id)))
        told_apart = select(NotTheSame.first_id, NotTheSame.second_id)
        apart = {(first, second) for first, second in session.execute(told_apart)}
        wanted = {
            pair: _values(*likely)
            for pair, likely in pairs.items()
            if pair not in apart and here.issuperset(pair)
        }
        for stored in session.scalars(select(LikelyDuplicate).with_for_update()):
            values = wanted.pop((stored.first_id, stored.second_id), None)
            if values is None:
                session.delete(stored)
                continue
            for name, value in values.items():
                setattr(stored, name, value)
        rows = [
            {
                "public_id": new_public_id(),
                "first_id": pair[0],
                "second_id": pair[1],
                "found_at": utc_now(),
                **values,
            }
            for pair, values in wanted.items()
        ]
        if rows:
            session.execute(insert(LikelyDuplicate), rows)


def _values(match: Match, by_name: bool) -> dict[str, Any]:
    reasons = [str(reason) for reason in match.reasons]
    return {
        "score": match.score,
        "certain": match.certain,
        "reasons": reasons,
        "names_alike": by_name,
        "reason": reasons[0],
    }


def nightly() -> None:
    """Ask for a sweep once a night."""
    now = utc_now()
    if to_local(now).hour != _NIGHT_HOUR:
        return
    last = last_sweep()
    if last is None or last.created_at < now - timedelta(hours=20):
        ask_for_sweep(SYSTEM)
