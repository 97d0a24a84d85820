"""Practice months after a workshop: what changed, who told it, and typing it in."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.assessments import blueprint
from kash.assessments.forms.practice import PracticeForm, practice_form
from kash.assessments.queries.practice import (
    ToldAbout,
    names_somebody,
    practice_asked,
    practice_told,
    told_about,
    written_practice,
)
from kash.assessments.queries.tests import RegisteredPerson, participants
from kash.assessments.rules.practice import Often, Teller
from kash.assessments.services.errors import MayNameSomebody, NothingTold, ToldFromAbove, WrongEntry
from kash.assessments.services.practice import delete_practice_words, tell_practice
from kash.assessments.views.scope import held_by_her, holds, seen_workshop
from kash.assessments.words import OFTEN, TELLER
from kash.people.rules.one_group import one_group
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.language import language_code
from kash.policy import allow
from kash.workshops.frame import frame
from kash.workshops.models import Workshop


@dataclass(frozen=True)
class ToldPerson:
    """A person in the list, and what was told about her, by teller."""

    who: RegisteredPerson
    told: dict[Teller, ToldAbout]

    @property
    def letter(self) -> str:
        """The letter of her group."""
        return self.who.letter


@blueprint.get("/workshops/<public_id>/practice")
@allow("assessments.see")
def practice(public_id: str) -> ResponseReturnValue:
    """Practice that changed: how often by objective, what was written, and who told it."""
    found = seen_workshop(public_id)
    told = told_about(found)
    people = [ToldPerson(one, told.get(one.person_id, {})) for one in participants(found)]
    return render_template(
        "assessments/practice.html",
        **frame(found),
        **practice_shown(found),
        holds=holds(found),
        shown=one_group(people, attrgetter("letter"), request.args.get("group", "")),
        told=sum(1 for one in people if one.told),
        expected=len(people),
        written=written_practice(found, current_actor()),
    )


def practice_shown(found: Workshop) -> dict[str, Any]:
    """The distribution of what was told, as templates show it."""
    asked = practice_asked(found, language_code())
    return {
        "practice_asked": asked,
        "practice_told": practice_told(found, list(asked)),
        "often_words": OFTEN,
        "teller_words": TELLER,
    }


@blueprint.route("/workshops/<public_id>/practice/<entry_id>", methods=["GET", "POST"])
@allow("assessments.hold")
def tell(public_id: str, entry_id: str) -> ResponseReturnValue:
    """Type in what somebody told about the practice of one person."""
    found = held_by_her(public_id)
    people = participants(found)
    who = next((one for one in people if one.entry == entry_id), None)
    if who is None:
        raise NotFound
    told = told_about(found, who.person_id).get(who.person_id, {})
    form = _form(found, people, who, told)
    if request.method == "POST" and form.validate():
        with form.showing_problems(NothingTold, ToldFromAbove, MayNameSomebody):
            telling = form.telling()
            if (
                telling.text
                and not form.names_nobody.data
                and names_somebody(telling.text, current_actor())
            ):
                raise MayNameSomebody
            try:
                tell_practice(public_id, entry_id, telling, by=current_actor())
            except WrongEntry:
                raise NotFound from None
            flash(_("Saved."))
            return redirect(
                url_for("assessments.practice", public_id=public_id, group=who.letter), code=303
            )
        found = held_by_her(public_id)
    return page(
        "assessments/tell.html",
        **frame(found),
        form=form,
        who=who,
        told=told,
        teller_words=TELLER,
        asks_for_names=isinstance(form.problem, MayNameSomebody),
    )


@blueprint.route("/workshops/<public_id>/practice/words/<told_id>", methods=["GET", "POST"])
@allow("assessments.hold")
def delete_words(public_id: str, told_id: str) -> ResponseReturnValue:
    """Ask, then delete words about somebody's practice, as where somebody is named in them."""
    found = held_by_her(public_id)
    written = dict(written_practice(found, current_actor()))
    if request.method == "GET":
        if told_id not in written:
            raise NotFound
        return render_template(
            "assessments/delete_words.html", **frame(found), told_id=told_id, said=written[told_id]
        )
    delete_practice_words(public_id, told_id, by=current_actor())
    flash(_("Deleted."))
    return redirect(url_for("assessments.practice", public_id=public_id), code=303)


def _form(
    found: Workshop,
    people: list[RegisteredPerson],
    who: RegisteredPerson,
    told: dict[Teller, ToldAbout],
) -> PracticeForm:
    # A list of names shows one group at a time: a peer is of her own.
    peers = [(one.person, one.name) for one in people if one.letter == who.letter and one != who]
    asked = request.args.get("told_by", "")
    teller = Teller(asked) if asked in set(Teller) else None
    there = told[teller].often if teller in told else {}
    values = {f"often_{one}": str(often) for one, often in there.items() if often in set(Often)}
    if teller is not None:
        values["told_by"] = str(teller)
    return practice_form(practice_asked(found, language_code()), peers, values)
