"""People of a workshop: the list, finding and enrolling, answers, and people at the door. Links to
answer, made for a list of people to be printed and handed over. How free seats are given: the
programme's own decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.services.accounts import change_settings
from kash.people import entry
from kash.people.forms import AskContactForm
from kash.people.notices.queries import told_of
from kash.people.queries.directory import groups
from kash.people.queries.duplicates import people_like
from kash.people.queries.persons import closed_people
from kash.people.rules.duplicates import Likeness
from kash.people.rules.persons import OneGroup, one_group, sort_name
from kash.people.services.contacts import ask_for_contact
from kash.platform.database import utc_now
from kash.platform.press import qr_svg
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.bodies import CONTROL_CHARACTERS
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import local_today
from kash.platform.web.public_address import (
    AddressKind,
    kind_of_address,
    public_address,
    says_address,
)
from kash.policy import allow
from kash.workshops import blueprint
from kash.workshops.forms import (
    ENROLMENT,
    ENROLMENT_TONE,
    MOVE,
    SeatRulesForm,
    WalkInForm,
    enrolment_word,
    standstill_sentence,
)
from kash.workshops.frame import frame
from kash.workshops.models import Workshop
from kash.workshops.queries.deliveries import EarlierTold, earlier_told
from kash.workshops.queries.people import (
    SEATS,
    EnrolledPerson,
    OnePlace,
    PeopleCount,
    PersonToEnrol,
    group_letter,
    invitations_advised,
    people_expected,
    people_in,
    people_to_enrol,
    place_of,
    programme_version,
    seat_rules,
    why_the_list_stands,
)
from kash.workshops.queries.scope import own_workshop, workshop, workshop_with_people
from kash.workshops.rules import EnrolmentState, Stage, possible_moves
from kash.workshops.seat_messages import OFFERED, answer_address, offer_event
from kash.workshops.services import people as enrolment_services
from kash.workshops.services.people import (
    MOST_AT_ONCE,
    ArrivingPerson,
    HadThisCourse,
    MinorNotEnrolled,
    MoveNotPossible,
    NeedsEarlierCourse,
    admit_walk_in,
    answer_invitation,
    make_answer_links,
)
from kash.workshops.views.closing import schedule_for
from kash.workshops.views.door import at_session, back_to, taken_in

_SHOWN_FIRST = (EnrolmentState.CONFIRMED,)
_STATES = {str(state): (state,) for state in EnrolmentState}


@blueprint.get("/<public_id>/people")
@allow("workshops.see")
def people(public_id: str) -> str:
    """Everybody confirmed; others by their state."""
    found = workshop_with_people(public_id, current_actor(), "workshops.see")
    return _people_page(public_id, found)


def _people_page(public_id: str, workshop: Workshop, searched: str = "") -> str:
    actor = current_actor()
    state = request.values.get("state", "confirmed")
    states = _STATES.get(state, _SHOWN_FIRST)
    values = frame(workshop)
    shown = one_group(
        people_in(workshop, states), attrgetter("letter"), request.values.get("group", "")
    )
    can_find = values["may_edit"] and actor.may("people.find")
    candidates = _candidates(workshop, searched)
    count: PeopleCount = values["headcount"]
    asks = can_find and values["stage"] in (Stage.PLANNED, Stage.RUNNING)
    withdrawn = _withdrawn(workshop) if values["may_edit"] else None
    return render_template(
        "workshops/people.html",
        shown=shown,
        state=states[0],
        moves=possible_moves(states[0]),
        words=ENROLMENT,
        tones=ENROLMENT_TONE,
        move_words=MOVE,
        can_find=can_find,
        closed=len(closed_people(actor, people_expected(workshop))) if values["may_edit"] else 0,
        search=searched,
        withdrawn=withdrawn,
        candidates=candidates,
        untold=_untold(shown.rows),
        earlier=_earlier(workshop, shown.rows, candidates.rows) if values["may_edit"] else {},
        advised=invitations_advised(workshop, local_today()) if asks else (),
        standstill=[
            standstill_sentence(one)
            for one in why_the_list_stands(workshop, count.confirmed, utc_now())
        ]
        if states[0] is EnrolmentState.WAITING and values["stage"] is not Stage.CANCELLED
        else (),
        ticked=set(request.form.getlist("chosen")),
        door=None,
        schedule=schedule_for(workshop, values["stage"], people=True),
        **values,
    )


def _untold(rows: Sequence[EnrolledPerson]) -> set[str]:
    """The enrolments to whom no message tells of the seat that is held for them."""
    events = {
        offer_event(one.enrolment, one.offer_until): one.enrolment
        for one in rows
        if one.offer_until is not None
    }
    if not events:
        return set()
    sent = {one.event_key for one in told_of(OFFERED, list(events)) if not one.unsent}
    return {enrolment for event, enrolment in events.items() if event not in sent}


def _earlier(
    workshop: Workshop, rows: Sequence[EnrolledPerson], candidates: Sequence[PersonToEnrol]
) -> Mapping[str, EarlierTold]:
    """Notes on those on the page; of whoever came to the door it is too late to ask."""
    people = {one.person for one in rows if not one.walk_in}
    return earlier_told(workshop, people | {one.public_id for one in candidates})


def _withdrawn(workshop: Workshop) -> OnePlace | None:
    """Whose withdrawal the page offers to undo: the one that was just made."""
    enrolment = request.args.get("withdrawn", "")
    if not enrolment:
        return None
    try:
        place = place_of(workshop, enrolment[:16])
    except NotFound:
        return None
    return place if place.state is EnrolmentState.WITHDRAWN else None


@blueprint.post("/<public_id>/people/find")
@allow("workshops.edit")
def find_people(public_id: str) -> ResponseReturnValue:
    """People by name, to enrol them: the list alone for a script, else the whole page."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    text = CONTROL_CHARACTERS.sub("", request.form.get("search", "")).strip()[:200]
    door = at_session(workshop)
    by_script = request.headers.get("HX-Request") == "true"
    if not by_script and door is None:
        return _people_page(public_id, workshop, text)
    candidates = _candidates(workshop, text)
    values = {
        "workshop": workshop,
        "search": text,
        "candidates": candidates,
        "earlier": _earlier(workshop, (), candidates.rows),
        "ticked": set(request.form.getlist("chosen")),
        "door": door,
        "tones": ENROLMENT_TONE,
    }
    if by_script:
        return render_template("workshops/candidates.html", **values)
    form = WalkInForm()
    form.chosen_name.data = text
    form.group.choices = [(one.public_id, one.name) for one in groups()]
    return page("workshops/walk_in.html", form=form, **values)


def _candidates(found: Workshop, text: str) -> OneGroup[PersonToEnrol]:
    """One group of those who were found."""
    actor = current_actor()
    able = text and actor.may("people.find")
    people = people_to_enrol(found, actor, text) if able else []
    return one_group(people, attrgetter("letter"), request.values.get("group", ""))


@blueprint.post("/<public_id>/people")
@allow("workshops.edit")
def enrol(public_id: str) -> ResponseReturnValue:
    """Enrol or invite someone who was found."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    person = request.form.get("person", "")[:16]
    if (door := at_session(workshop)) is not None:
        with FlashedProblems(MinorNotEnrolled):
            admit_walk_in(public_id, person, actor)
            return taken_in(public_id, person)
        return redirect(
            url_for("workshops.walk_in", public_id=public_id, session=door.public_id), code=303
        )
    wanted = (
        EnrolmentState.INVITED if request.form.get("as") == "invited" else EnrolmentState.CONFIRMED
    )
    state = EnrolmentState.CONFIRMED
    with FlashedProblems(MinorNotEnrolled, NeedsEarlierCourse, HadThisCourse):
        state = enrolment_services.enrol(public_id, person, actor, wanted)
        flash(_("Enrolment: %(state)s.", state=enrolment_word(state).lower()))
    address = url_for(
        "workshops.people",
        public_id=public_id,
        state=str(state),
        group=group_letter(person),
    )
    return redirect(address, code=303)


@blueprint.post("/<public_id>/people/<enrolment_id>")
@allow("workshops.edit")
def change_enrolment(public_id: str, enrolment_id: str) -> ResponseReturnValue:
    """Let an enrolment become something else."""
    actor = current_actor()
    own_workshop(public_id, actor, "workshops.edit")
    wanted = request.form.get("become", "")
    back = request.form.get("state", "confirmed")
    if wanted not in _STATES:
        raise MoveNotPossible
    with FlashedProblems(MoveNotPossible, MinorNotEnrolled):
        state = enrolment_services.change_enrolment(
            public_id, enrolment_id, EnrolmentState(wanted), actor
        )
        flash(_("Enrolment: %(state)s.", state=enrolment_word(state).lower()))
    return redirect(
        url_for(
            "workshops.people",
            public_id=public_id,
            state=back if back in _STATES else "confirmed",
            group=request.form.get("group", "")[:1] or None,
        ),
        code=303,
    )


@blueprint.post("/<public_id>/answer")
@allow("workshops.answer")
def answer(public_id: str) -> ResponseReturnValue:
    """Answer an invitation oneself: one comes, or one does not."""
    actor = current_actor()
    workshop(public_id, actor)
    with FlashedProblems(MoveNotPossible, MinorNotEnrolled):
        state = answer_invitation(public_id, actor, comes=request.form.get("answer") == "comes")
        flash(_("Your answer is kept: %(state)s.", state=enrolment_word(state).lower()))
    return redirect(url_for("workshops.workshop", public_id=public_id), code=303)


@blueprint.route("/<public_id>/people/<enrolment_id>/withdraw", methods=["GET", "POST"])
@allow("workshops.edit")
def withdraw(public_id: str, enrolment_id: str) -> ResponseReturnValue:
    """Take somebody out of a workshop, after a question that names her; it can be undone."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    who = place_of(workshop, enrolment_id)
    if request.method == "GET":
        return page("workshops/withdraw.html", workshop=workshop, who=who)
    with FlashedProblems(MoveNotPossible):
        enrolment_services.change_enrolment(
            public_id, enrolment_id, EnrolmentState.WITHDRAWN, actor
        )
        address = url_for(
            "workshops.people",
            public_id=public_id,
            withdrawn=enrolment_id,
            group=group_letter(who.person),
        )
        return redirect(address, code=303)
    return redirect(url_for("workshops.people", public_id=public_id), code=303)


@blueprint.route("/<public_id>/people/contacts", methods=["GET", "POST"])
@allow("workshops.edit")
def ask_contacts(public_id: str) -> ResponseReturnValue:
    """Ask a second person to open the contacts of everybody here to whom they are closed."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    closed = closed_people(actor, people_expected(workshop))
    back = url_for("workshops.people", public_id=public_id)
    if not closed:
        flash(_("No contact here is closed to you, or all are asked for already."))
        return redirect(back, code=303)
    form = AskContactForm()
    # Turning to the other group asks nobody yet.
    if "group" not in request.form and form.validate_on_submit():
        ask_for_contact([one.person for one in closed], form.reason.data, actor)
        flash(_("Asked. It waits for a second person."))
        return redirect(back, code=303)
    return page(
        "people/ask_contact.html",
        form=form,
        total=len(closed),
        shown=one_group(closed, attrgetter("letter"), request.form.get("group", "")),
        turning=url_for("workshops.ask_contacts", public_id=public_id),
        heading=workshop.title,
        back=back,
    )


@blueprint.route("/<public_id>/walk-in", methods=["GET", "POST"])
@allow("workshops.edit")
def walk_in(public_id: str) -> ResponseReturnValue:
    """Take in someone who came to the door, of a session if one is named: found, or typed anew."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    door = at_session(workshop)
    form = WalkInForm()
    form.group.choices = [(one.public_id, one.name) for one in groups()]
    if form.validate_on_submit() and not entry.goes_back():
        known = _likeness(form)
        matches = people_like(actor, known)
        same = request.form.get("same", "")
        apart = entry.confirmed_distinct(matches)
        with form.showing_problems():
            if same in {match.key for match in matches}:
                admit_walk_in(public_id, same, actor)
                return taken_in(public_id, same)
            if len(apart) < len(matches):
                back = back_to(public_id, door)
                return entry.is_it_one(matches, form.chosen_name.data, back, at_door=True)
            person = enrolment_services.walk_in(
                public_id,
                form.command(ArrivingPerson),
                actor,
                person_id=form.key.data,
                none_of=[match.key for match in apart],
            )
            return taken_in(public_id, person)
    return page(
        "workshops/walk_in.html",
        form=form,
        workshop=workshop,
        door=door,
        search="",
        candidates=one_group((), str),
        earlier={},
        ticked=(),
        tones=ENROLMENT_TONE,
    )


def _likeness(form: WalkInForm) -> Likeness:
    """Facts known of somebody at the door."""
    return Likeness(
        key=form.key.data,
        group=form.group.data,
        name=sort_name(form.chosen_name.data),
        sex=form.sex.data,
        age_band=form.age_band.data,
    )


_ANSWER_LINKS_STATES = {str(one): one for one in (EnrolmentState.INVITED, EnrolmentState.WAITING)}


@dataclass(frozen=True)
class Slip:
    """A link for the hand of one person; `picture` is its code as an SVG element."""

    person: str
    name: str
    letter: str
    address: str
    picture: str


@blueprint.post("/<public_id>/people/links")
@allow("workshops.edit")
@says_address
def answer_links(public_id: str) -> ResponseReturnValue:
    """Make links for everybody of one group who is invited or waits, and show them this once."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    state = _ANSWER_LINKS_STATES.get(request.form.get("state", ""), EnrolmentState.INVITED)
    people = one_group(
        people_in(workshop, [state]), attrgetter("letter"), request.form.get("group", "")
    )
    names = {one.enrolment: one for one in people.rows}
    enrolments = list(names)
    made = [
        one
        for start in range(0, len(enrolments), MOST_AT_ONCE)
        for one in make_answer_links(public_id, enrolments[start : start + MOST_AT_ONCE], actor)
    ]
    site = public_address()
    slips = [
        Slip(
            names[one.enrolment].person,
            names[one.enrolment].name,
            names[one.enrolment].letter,
            address := answer_address(one.token),
            qr_svg(address, label=_("Link of %(name)s", name=names[one.enrolment].name)),
        )
        for one in made
    ]
    return render_template(
        "workshops/answer_links.html",
        workshop=own_workshop(public_id, actor, "workshops.edit"),
        state=state,
        shown=one_group(slips, attrgetter("letter"), people.letter),
        leads_nowhere=kind_of_address(site) is AddressKind.LOCAL,
    )


def _kept() -> dict[str, object]:
    return {**vars(seat_rules()), "row_version": programme_version()}


@blueprint.route("/seats", methods=["GET", "POST"])
@allow("workshops.rule")
def seats() -> ResponseReturnValue:
    """Change when the waiting list stops moving by itself, and what stands in the way."""
    form = SeatRulesForm(data=_kept())
    if form.validate_on_submit():
        values = {
            "days_before": form.days_before.data,
            "offer_hours": form.offer_hours.data,
            "needs_earlier": bool(form.needs_earlier.data),
            "refuses_repeats": bool(form.refuses_repeats.data),
        }
        with form.showing_problems():
            change_settings(current_actor(), "seats", SEATS, values, form.row_version_shown)
            flash(_("Saved."))
            return redirect(url_for("workshops.seats"), code=303)
        if form.changed_meanwhile:
            form.compare(_kept())
    return page("workshops/seats.html", form=form)
