"""People of a workshop: the list, finding and enrolling, answers, and people at the door. Links to
answer, made for a list of people to be printed and handed over. How free seats are given: the
programme's own decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from flask import flash, render_template, request, url_for
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
from kash.platform.web.pages import go
from kash.platform.web.public_address import (
    AddressKind,
    kind_of_address,
    public_address,
    says_address,
)
from kash.platform.web.ticks import MOST_TICKED, ticked
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
from kash.workshops.frame import frame, go_to, mine, seen
from kash.workshops.models import Workshop
from kash.workshops.queries.deliveries import earlier_told
from kash.workshops.queries.people import (
    SEATS,
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
from kash.workshops.queries.scope import workshop
from kash.workshops.rules import EnrolmentState, SeatRules, Stage, StayReason, possible_moves
from kash.workshops.services import people as enrolment_services
from kash.workshops.services.people import (
    CHANGED,
    MOST_AT_ONCE,
    ArrivingPerson,
    DoneForSeveral,
    NotEnrolled,
    admit_walk_in,
    answer_invitation,
    change_all,
    make_answer_links,
)
from kash.workshops.services.seats import OFFERED, answer_address, offer_event
from kash.workshops.views.closing import schedule_for
from kash.workshops.views.door import at_session, back_to, taken_in

_STATES = {str(state): state for state in EnrolmentState}


@blueprint.get("/<public_id>/people")
@allow("workshops.see")
def people(public_id: str) -> str:
    """Everybody confirmed; others by their state."""
    return people_page(seen(public_id, "workshops.see"))


def people_page(
    workshop: Workshop, searched: str = "", left: Mapping[str, str] | None = None
) -> str:
    """Page of those who stand in a workshop, and of those who were searched for; `left` says why
    something was not done for some of them (public ids)."""
    actor = current_actor()
    state = _STATES.get(request.values.get("state", ""), EnrolmentState.CONFIRMED)
    values = frame(workshop)
    may_edit, stands = values["may_edit"], values["stage"]
    shown = _shown(people_in(workshop, [state]))
    can_find = may_edit and actor.may("people.find")
    candidates = _candidates(workshop, searched)
    asks = can_find and stands in (Stage.PLANNED, Stage.RUNNING)
    standstill: Sequence[StayReason] = ()
    if state is EnrolmentState.WAITING and stands is not Stage.CANCELLED:
        standstill = why_the_list_stands(workshop, values["headcount"]["confirmed"], utc_now())
    return render_template(
        "workshops/people.html",
        shown=shown,
        state=state,
        moves=possible_moves(state),
        words=ENROLMENT,
        tones=ENROLMENT_TONE,
        move_words=MOVE,
        can_find=can_find,
        closed=len(closed_people(actor, people_expected(workshop))) if may_edit else 0,
        search=searched,
        withdrawn=_withdrawn(workshop) if may_edit else None,
        candidates=candidates,
        untold=_untold(shown.rows),
        earlier=_earlier(workshop, shown.rows, candidates.rows) if may_edit else {},
        advised=invitations_advised(workshop, local_today()) if asks else (),
        standstill=[standstill_sentence(reason) for reason in standstill],
        ticked=set(left or ticked()),
        left=left or {},
        door=None,
        schedule=schedule_for(workshop, stands, people=True),
        **values,
    )


def _shown(rows: Sequence[Any], wanted: str = "") -> OneGroup[Any]:
    """One group of those rows: the wanted one, else the one that was on the screen."""
    return one_group(rows, attrgetter("letter"), wanted or request.values.get("group", ""))


def _candidates(workshop: Workshop, text: str) -> OneGroup[Any]:
    """One group of those who were found."""
    actor = current_actor()
    able = text and actor.may("people.find")
    return _shown(people_to_enrol(workshop, actor, text) if able else [])


def _untold(rows: Sequence[Any]) -> set[str]:
    """The enrolments to which no message tells of the seat that is held for them."""
    events = {
        offer_event(row.enrolment, row.offer_until): row.enrolment
        for row in rows
        if row.offer_until is not None
    }
    if not events:
        return set()
    sent = {told.event_key for told in told_of(OFFERED, list(events)) if not told.unsent}
    return {enrolment for event, enrolment in events.items() if event not in sent}


def _earlier(
    workshop: Workshop, rows: Sequence[Any], candidates: Sequence[Any]
) -> Mapping[str, dict[str, Any]]:
    """Notes on those on the page; of those who came to the door it is too late to ask."""
    people = {row.person for row in rows if not row.walk_in}
    return earlier_told(workshop, people | {candidate.public_id for candidate in candidates})


def _withdrawn(workshop: Workshop) -> Any:
    """Enrolment of which the page offers to undo the withdrawal: the one just made."""
    try:
        place = place_of(workshop, request.args.get("withdrawn", "")[:16])
    except NotFound:
        return None
    return place if place.state == EnrolmentState.WITHDRAWN else None


@blueprint.post("/<public_id>/people/find")
@allow("workshops.edit")
def find_people(public_id: str) -> ResponseReturnValue:
    """People by name, to enrol them: the list alone for a script, else the whole page."""
    workshop = mine(public_id)
    text = CONTROL_CHARACTERS.sub("", request.form.get("search", "")).strip()[:200]
    door = at_session(workshop)
    by_script = request.headers.get("HX-Request") == "true"
    if not by_script and door is None:
        return people_page(workshop, text)
    candidates = _candidates(workshop, text)
    values = {
        "workshop": workshop,
        "search": text,
        "candidates": candidates,
        "earlier": _earlier(workshop, (), candidates.rows),
        "ticked": set(ticked()),
        "left": {},
        "door": door,
        "tones": ENROLMENT_TONE,
    }
    if by_script:
        return render_template("workshops/candidates.html", **values)
    form = _walk_in_form()
    form.chosen_name.data = text
    return page("workshops/walk_in.html", form=form, **values)


def _walk_in_form() -> WalkInForm:
    form = WalkInForm()
    form.group.choices = [(group.public_id, group.name) for group in groups()]
    return form


@blueprint.post("/<public_id>/people")
@allow("workshops.edit")
def enrol(public_id: str) -> ResponseReturnValue:
    """Enrol or invite someone who was found."""
    actor = current_actor()
    person = request.form.get("person", "")[:16]
    if (door := at_session(mine(public_id))) is not None:
        with FlashedProblems(NotEnrolled):
            admit_walk_in(public_id, person, actor)
            return taken_in(public_id, person)
        return go_to("workshops.walk_in", public_id, session=door.public_id)
    state = EnrolmentState.CONFIRMED
    with FlashedProblems(NotEnrolled):
        state = enrolment_services.enrol(public_id, person, actor, wanted_state())
        flash(_("Enrolment: %(state)s.", state=enrolment_word(state).lower()))
    return go_to("workshops.people", public_id, state=str(state), group=group_letter(person))


def wanted_state() -> EnrolmentState:
    """Invited or confirmed, as the button says by which somebody is enrolled."""
    invites = request.form.get("as") == "invited"
    return EnrolmentState.INVITED if invites else EnrolmentState.CONFIRMED


def told_of_several(do: Callable[[Sequence[str]], DoneForSeveral]) -> Mapping[str, str]:
    """Do something for the ticked, and tell for how many it was done; returns why not for others
    (public ids)."""
    people = ticked()
    if not people:
        flash(_("Tick the people first."), "warn")
        return {}
    if len(people) > MOST_TICKED:
        flash(_("Nothing was done. Tick at most: %(most)s.", most=MOST_TICKED), "bad")
        return {}
    several = do(people)
    flash(
        _(
            "Done for: %(done)s. On the waiting list: %(waiting)s. Left out: %(left)s.",
            done=several.done,
            waiting=several.waiting,
            left=len(several.left),
        )
    )
    return several.left


@blueprint.post("/<public_id>/people/several")
@allow("workshops.edit")
def change_several(public_id: str) -> ResponseReturnValue:
    """Let the enrolments of the ticked become something else; without that the other group is
    shown, and nobody is changed."""
    workshop = mine(public_id)
    wanted = _STATES.get(request.form.get("become", ""))
    if wanted is None:
        return people_page(workshop)
    left = told_of_several(lambda people: change_all(public_id, people, wanted, current_actor()))
    if left:
        return people_page(workshop, left=left), 409
    letter = request.form.get("shown", "")[:1] or None
    return go_to("workshops.people", public_id, state=str(wanted), group=letter)


@blueprint.post("/<public_id>/people/<enrolment_id>")
@allow("workshops.edit")
def change_enrolment(public_id: str, enrolment_id: str) -> ResponseReturnValue:
    """Let an enrolment become something else."""
    mine(public_id)
    wanted = _STATES.get(request.form.get("become", ""))
    back = request.form.get("state", "confirmed")
    if wanted is None:
        raise NotEnrolled(CHANGED)
    with FlashedProblems(NotEnrolled):
        state = enrolment_services.change_enrolment(
            public_id, enrolment_id, wanted, current_actor()
        )
        flash(_("Enrolment: %(state)s.", state=enrolment_word(state).lower()))
    shown = back if back in _STATES else "confirmed"
    letter = request.form.get("group", "")[:1] or None
    return go_to("workshops.people", public_id, state=shown, group=letter)


@blueprint.post("/<public_id>/answer")
@allow("workshops.answer")
def answer(public_id: str) -> ResponseReturnValue:
    """Answer an invitation oneself: one comes, or one does not."""
    actor = current_actor()
    workshop(public_id, actor)
    with FlashedProblems(NotEnrolled):
        state = answer_invitation(public_id, actor, comes=request.form.get("answer") == "comes")
        flash(_("Your answer is kept: %(state)s.", state=enrolment_word(state).lower()))
    return go_to("workshops.workshop", public_id)


@blueprint.route("/<public_id>/people/<enrolment_id>/withdraw", methods=["GET", "POST"])
@allow("workshops.edit")
def withdraw(public_id: str, enrolment_id: str) -> ResponseReturnValue:
    """Take somebody out of a workshop, after a question that names her; it can be undone."""
    workshop = mine(public_id)
    who = place_of(workshop, enrolment_id)
    if request.method == "GET":
        return page("workshops/withdraw.html", workshop=workshop, who=who)
    with FlashedProblems(NotEnrolled):
        enrolment_services.change_enrolment(
            public_id, enrolment_id, EnrolmentState.WITHDRAWN, current_actor()
        )
        letter = group_letter(who.person)
        return go_to("workshops.people", public_id, withdrawn=enrolment_id, group=letter)
    return go_to("workshops.people", public_id)


@blueprint.route("/<public_id>/people/contacts", methods=["GET", "POST"])
@allow("workshops.edit")
def ask_contacts(public_id: str) -> ResponseReturnValue:
    """Ask a second person to open the contacts of people here that the actor can't see."""
    actor = current_actor()
    workshop = mine(public_id)
    closed = closed_people(actor, people_expected(workshop))
    if not closed:
        flash(_("No contact here is closed to you, or all are asked for already."))
        return go_to("workshops.people", public_id)
    form = AskContactForm()
    # Turning to the other group asks nobody yet.
    if "group" not in request.form and form.validate_on_submit():
        ask_for_contact([person.person for person in closed], form.reason.data, actor)
        flash(_("Asked. It waits for a second person."))
        return go_to("workshops.people", public_id)
    return page(
        "people/ask_contact.html",
        form=form,
        total=len(closed),
        shown=one_group(closed, attrgetter("letter"), request.form.get("group", "")),
        turning=url_for("workshops.ask_contacts", public_id=public_id),
        heading=workshop.title,
        back=url_for("workshops.people", public_id=public_id),
    )


@blueprint.route("/<public_id>/walk-in", methods=["GET", "POST"])
@allow("workshops.edit")
def walk_in(public_id: str) -> ResponseReturnValue:
    """Take in someone who came to the door, of a session if one is named: found, or typed anew."""
    actor = current_actor()
    workshop = mine(public_id)
    door = at_session(workshop)
    form = _walk_in_form()
    if form.validate_on_submit() and not entry.goes_back():
        likeness = Likeness(
            key=form.key.data,
            group=form.group.data,
            name=sort_name(form.chosen_name.data),
            sex=form.sex.data,
            age_band=form.age_band.data,
        )
        matches = people_like(actor, likeness)
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
        left={},
        tones=ENROLMENT_TONE,
    )


@blueprint.post("/<public_id>/people/links")
@allow("workshops.edit")
@says_address
def answer_links(public_id: str) -> ResponseReturnValue:
    """Make links for everybody of one group who is invited or waits, and show them this once."""
    state = EnrolmentState.INVITED
    if request.form.get("state") == EnrolmentState.WAITING:
        state = EnrolmentState.WAITING
    people = _shown(people_in(mine(public_id), [state]))
    tokens: dict[str, str] = {}
    enrolments = [row.enrolment for row in people.rows]
    for start in range(0, len(enrolments), MOST_AT_ONCE):
        some = enrolments[start : start + MOST_AT_ONCE]
        tokens |= make_answer_links(public_id, some, current_actor())
    # For the hand of each person: the link's address, and its code as an SVG element.
    slips = [
        {
            "person": row.person,
            "name": row.name,
            "address": address,
            "picture": qr_svg(address, label=_("Link of %(name)s", name=row.name)),
        }
        for row in people.rows
        if row.enrolment in tokens
        for address in [answer_address(tokens[row.enrolment])]
    ]
    return render_template(
        "workshops/answer_links.html",
        workshop=mine(public_id),
        state=state,
        shown=people,
        slips=slips,
        leads_nowhere=kind_of_address(public_address()) is AddressKind.LOCAL,
    )


@blueprint.route("/seats", methods=["GET", "POST"])
@allow("workshops.rule")
def seats() -> ResponseReturnValue:
    """Change when the waiting list stops moving by itself, and what stands in the way."""

    def saved() -> dict[str, Any]:
        return {**vars(seat_rules()), "row_version": programme_version()}

    form = SeatRulesForm(data=saved())
    if form.validate_on_submit():
        with form.showing_problems():
            values = vars(form.command(SeatRules))
            change_settings(current_actor(), "seats", SEATS, values, form.row_version_shown)
            return go("workshops.seats", _("Saved."))
        if form.changed_meanwhile:
            form.compare(saved())
    return page("workshops/seats.html", form=form)
