"""The letter of invitation to the commander of a station: no name of a person, and no group.
Deciding on those who were put down: taken in as new, as somebody who is here, or declined. Putting
names down through a link. The holder of a link has no account, and learns nothing of whether
somebody is known. Making links into a workshop, and ending them. How the fixed values of sign-ups
read to a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from kash.accounts.models import Account
from kash.accounts.services.marks import new_token, token_hash
from kash.people.models import Group, Organisation, Person
from kash.people.services.persons import AlreadyHere, PersonDetails, new_person
from kash.platform.database import new_public_id, writing
from kash.platform.press import PagedDocument, document
from kash.platform.vault import Change, SealError, audited
from kash.platform.web.errors import Problem, one_or_404
from kash.platform.web.formats import local_today, to_local
from kash.platform.web.programme import brand, paper_wording
from kash.policy import NOBODY, Actor
from kash.workshops.invitations.models import SignUp, SignUpLink, Typed, sealed_typed, typed_of
from kash.workshops.invitations.queries import CLOSED, entered_in, stand
from kash.workshops.invitations.rules import (
    MOST_STATIONS,
    UNDECIDED_KEPT,
    LinkStand,
    SignUpDecision,
    rows_left,
)
from kash.workshops.models import Workshop
from kash.workshops.services.people import LinkUnknown, NotEnrolled, enrol_within
from kash.workshops.services.planning import held_for_change


def letter_to_commander(workshop: Workshop, link: SignUpLink, *, language: str) -> bytes:
    """Letter that asks a station for so many people: public title, days, place, and the office to
    call. Raises RenderError."""
    with force_locale(language):
        paged = PagedDocument(
            html=letter_markup(workshop, link, language),
            title=_("Letter of invitation"),
            language=language,
            page_count=_("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
        )
    return document(paged)


def letter_markup(workshop: Workshop, link: SignUpLink, language: str) -> str:
    """The letter as the press takes it."""
    with force_locale(language):
        return render_template(
            "invitations/letter.html",
            workshop=workshop,
            link=link,
            sender=brand(),
            address=paper_wording().address_lines,
            today=local_today(),
        )


def decide(
    workshop: str, decisions: Mapping[str, tuple[SignUpDecision, str]], by: Actor
) -> Counter[str]:
    """Decide on rows of a workshop (public ids), each with who she is where she is the same; what
    was typed of them is shredded. A row that was decided on meanwhile stays as it is. Returns how
    many are "confirmed" now, "waiting" and "declined".

    Those taken in are enrolled, and wait while no seat is free. All is done, or nothing. Raises
    NotFound and WorkshopCancelled; refused if somebody can't be taken in so, with her name where
    the programme enrols nobody who lacks an earlier course, or had this one.
    """
    with audited("invitations.names_decided", by) as change:
        held = held_for_change(change.session, workshop)
        rows = change.session.scalars(
            select(SignUp)
            .join(SignUpLink, SignUpLink.id == SignUp.link_id)
            .where(
                SignUpLink.workshop_id == held.id,
                SignUp.state == "waiting",
                SignUp.public_id.in_(decisions),
            )
            .order_by(SignUp.id)
            .with_for_update(of=SignUp)
        ).all()
        counts: Counter[str] = Counter()
        for row in rows:
            decision, person = decisions[row.public_id]
            if decision is SignUpDecision.DECLINE:
                row.state = "declined"
                counts["declined"] += 1
            else:
                counts[_taken_in(change, held, row, person, by)] += 1
                row.state = "accepted"
            row.typed_sealed, row.decided_by = None, by.public_id
        if not rows:
            change.nothing()
        change.about(held.public_id)
        return counts


_NOT_SO = _l(
    "Nothing was changed: one of these can't be taken in so. Look at each once more. Two "
    "with the same phone are one person, and nobody under 18 is enrolled."
)


def _taken_in(change: Change, workshop: Workshop, row: SignUp, same: str, by: Actor) -> str:
    """The state of enrolment of one who is taken in: the same as somebody here (her public id), or
    added now."""
    session = change.session
    try:
        if same:
            person = session.scalars(select(Person).where(Person.public_id == same)).first()
        else:
            typed, station = typed_of(row), row.link.organisation
            details = PersonDetails(
                chosen_name=typed.name,
                group=row.link.group.public_id,
                sex=typed.sex,
                age_band=typed.age_band,
                phone=typed.phone or None,
                organisation=station.public_id if station else "",
            )
            person = new_person(session, details, by, change.now)
    except (AlreadyHere, SealError):
        raise Problem(_NOT_SO) from None
    if person is None or person.group_id != row.link.group_id:
        raise Problem(_NOT_SO)
    try:
        state, enrolment = enrol_within(session, workshop, person, change.now)
    except NotEnrolled as problem:
        raise Problem(
            problem.of_name % {"name": person.chosen_name} if problem.of_name else _NOT_SO
        ) from None
    change.about(enrolment, person.public_id)
    return str(state)


def shred_undecided(now: datetime) -> None:
    """Hourly clean-up: what nobody decided on long after its link or its workshop ended."""
    old = now - UNDECIDED_KEPT
    day: date = to_local(old).date()
    ended = exists().where(
        SignUpLink.id == SignUp.link_id,
        Workshop.id == SignUpLink.workshop_id,
        (SignUpLink.expires_at < old) | (Workshop.ends_on < day) | (SignUpLink.withdrawn_at < old),
    )
    with writing() as session:
        session.execute(
            update(SignUp)
            .where(SignUp.state == "waiting", ended)
            .values(state="declined", typed_sealed=None)
        )


def put_down(link: int, people: Sequence[tuple[str, Typed]]) -> None:
    """Put people down, each under the id that her row was given, so that the same rows sent twice
    are taken once. Raises LinkUnknown; refused beyond the places that are left."""
    with audited("invitations.names_put_down", NOBODY) as change:
        session = change.session
        held = _held(session, link, change.now)
        sent = SignUp.public_id.in_([public_id for public_id, _ in people])
        there = set(session.scalars(select(SignUp.public_id).where(sent)))
        fresh = [(public_id, typed) for public_id, typed in people if public_id not in there]
        if not fresh:
            change.nothing()
            return
        left = rows_left(held.most_rows, entered_in(held))
        if not left:
            raise Problem(
                _l("No more names can be put down here. Ask the person who gave you the link."),
                status=422,
            )
        if len(fresh) > left:
            raise Problem(
                _l("These are more names than places are left. Empty some rows."), status=422
            )
        session.add_all(
            SignUp(
                public_id=public_id,
                link_id=held.id,
                typed_sealed=sealed_typed(typed, public_id),
                state="waiting",
                entered_on=to_local(change.now).date(),
            )
            for public_id, typed in fresh
        )
        change.about(held.public_id)


def take_out(link: int, sign_up: str) -> None:
    """Let the person who holds a link take out somebody who was typed into it and waits. Nothing
    happens to any other row. Raises LinkUnknown."""
    with audited("invitations.name_taken_out", NOBODY) as change:
        held = _held(change.session, link, change.now)
        gone = change.session.execute(
            delete(SignUp)
            .where(
                SignUp.link_id == held.id, SignUp.public_id == sign_up, SignUp.state == "waiting"
            )
            .returning(SignUp.id)
        ).all()
        if not gone:
            change.nothing()
        change.about(held.public_id)


def _held(session: Session, link: int, now: datetime) -> SignUpLink:
    held = session.scalars(
        select(SignUpLink).where(SignUpLink.id == link).with_for_update()
    ).first()
    if held is None or stand(held, now) is not LinkStand.OPEN:
        raise LinkUnknown(CLOSED)
    return held


@dataclass(frozen=True)
class QuotaDetails:
    """So many places for each of these stations (public ids), to be filled within so many days;
    `call` is the office that the letter says to call."""

    stations: Sequence[str]
    quota: int
    days: int
    call: str = ""


@dataclass(frozen=True)
class OpenDetails:
    """An open link that takes so many names of one group (public id) within so many days."""

    group: str
    most_rows: int
    days: int


def make_quota_links(workshop: str, details: QuotaDetails, by: Actor) -> list[tuple[str, str, str]]:
    """Make a link for the liaison of each station: (public id, station, token), of which the token
    is kept nowhere. Raises NotFound and WorkshopCancelled; refused without stations, and of more
    than are made at a time."""
    with audited("invitations.quota_links_made", by) as change:
        held = held_for_change(change.session, workshop)
        chosen = list(dict.fromkeys(details.stations))
        if len(chosen) > MOST_STATIONS:
            raise Problem(
                _("Choose at most %(most)s stations at a time.", most=MOST_STATIONS),
                field="stations",
            )
        stations = change.session.scalars(
            select(Organisation)
            .where(Organisation.public_id.in_(chosen), Organisation.kind == "station")
            .order_by(Organisation.name)
        ).all()
        # Names of a collective would lie open to the holder of its link.
        police = change.session.scalars(select(Group).where(Group.is_police)).first()
        if not stations or len(stations) < len(chosen) or police is None:
            raise Problem(_l("Choose stations."), field="stations")
        what = {"kind": "quota", "most_rows": details.quota, "call": details.call}
        return [
            _add_link(change, held, by, details.days, group=police, organisation=station, **what)
            for station in stations
        ]


def make_open_link(workshop: str, details: OpenDetails, by: Actor) -> tuple[str, str, str]:
    """Make an open link, as `make_quota_links` does. Raises NotFound, WorkshopCancelled and
    Problem."""
    with audited("invitations.open_link_made", by) as change:
        held = held_for_change(change.session, workshop)
        group = change.session.scalars(
            select(Group).where(Group.public_id == details.group)
        ).first()
        if group is None:
            raise Problem(_l("Choose a group."), field="group")
        what = {"kind": "open", "most_rows": details.most_rows}
        return _add_link(change, held, by, details.days, group=group, **what)


def _add_link(
    change: Change, workshop: Workshop, by: Actor, days: int, **what: Any
) -> tuple[str, str, str]:
    token, public_id = new_token(), new_public_id()
    change.session.add(
        SignUpLink(
            public_id=public_id,
            workshop_id=workshop.id,
            token_hash=token_hash(token),
            expires_at=change.now + timedelta(days=days),
            made_by=by.public_id,
            made_at=change.now,
            **what,
        )
    )
    change.about(workshop.public_id, public_id)
    station: Organisation | None = what.get("organisation")
    return public_id, station.name if station else "", token


def withdraw_link(workshop: str, link: str, by: Actor) -> None:
    """Have a link take no more names; what was typed into it still waits. Raises NotFound."""
    with audited("invitations.link_withdrawn", by) as change:
        withdrawn = one_or_404(
            change.session.scalars(
                select(SignUpLink)
                .join(Workshop, Workshop.id == SignUpLink.workshop_id)
                .where(Workshop.public_id == workshop, SignUpLink.public_id == link)
                .with_for_update(of=SignUpLink)
            ).first()
        )
        if withdrawn.withdrawn_at is not None:
            change.nothing()
            return
        withdrawn.withdrawn_at = change.now
        change.about(workshop, link)


def end_links_made_by(session: Session, account_id: int, now: datetime) -> None:
    """The step that ends links that an account made, when its access ends: one may have been
    kept."""
    public_id = session.scalar(select(Account.public_id).where(Account.id == account_id))
    session.execute(
        update(SignUpLink)
        .where(SignUpLink.made_by == public_id, SignUpLink.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )


STAND: dict[LinkStand, Any] = {
    LinkStand.OPEN: _l("Takes names"),
    LinkStand.WITHDRAWN: _l("Withdrawn"),
    LinkStand.EXPIRED: _l("Expired"),
    LinkStand.OVER: _l("Over"),
}
STAND_TONE = {
    LinkStand.OPEN: "live",
    LinkStand.WITHDRAWN: "bad",
    LinkStand.EXPIRED: "warn",
    LinkStand.OVER: "",
}
