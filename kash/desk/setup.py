"""Setting up an empty programme: once, and only with the code that the terminal shows."""

from __future__ import annotations

from flask import flash, make_response, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from kash.accounts.services.accounts import (
    Founding,
    set_up_code_is_right,
    set_up_programme,
    spend_set_up_code,
)
from kash.accounts.sessions import begin_session, forget_session, remember_browser
from kash.desk import blueprint
from kash.desk.setup_form import CHOICE_NOTES, SetUpForm
from kash.feature import CHOICES, declared
from kash.people.models import Group
from kash.platform.database import utc_now
from kash.platform.web import go, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import Problem
from kash.platform.web.programme import LANGUAGES, programme_facts
from kash.policy import ANYONE, Actor, allow


def _groups(form: SetUpForm) -> list[Group]:
    return [
        Group(name=form.group_a.data, letter="A", is_police=True, position=0),
        Group(name=form.group_b.data, letter="B", is_police=False, position=1),
    ]


@blueprint.route("/setup", methods=["GET", "POST"])
@allow(ANYONE)
def set_up() -> ResponseReturnValue:
    """The first visit. Afterwards this leads to the sign-in page."""
    if programme_facts() is not None:
        return go("accounts.sign_in")
    form = SetUpForm()
    if form.validate_on_submit():
        with form.showing_problems():
            if not set_up_code_is_right(form.code.data):
                raise Problem(
                    _l("This is not the code that the terminal shows."), field="code", status=422
                )
            with FlashedProblems(tone="warn"):
                first = _founded(form)
                spend_set_up_code()
                forget_session()
                begin_session(first.public_id)
                answer = make_response(redirect("/", code=303))
                remember_browser(answer)
                flash(_("The programme is set up."))
                return answer
            return go("accounts.sign_in")
    return page("desk/setup.html", form=form, notes=CHOICE_NOTES)


def _founded(form: SetUpForm) -> Actor:
    chosen = set(form.languages.data)

    def add_what_is_needed(session: Session) -> None:
        session.add_all(_groups(form))
        for founding in declared(Founding):
            founding.step(session, utc_now())

    return set_up_programme(
        name=form.name.data,
        neutral_name=form.neutral_name.data,
        zone=form.zone.data,
        languages=[code for code in LANGUAGES if code in chosen],
        administrator_name=form.administrator_name.data,
        administrator_email=form.administrator_email.data,
        password=form.password.data,
        runs_workshops=form.runs_workshops.data,
        off=frozenset(CHOICES) - set(form.used.data),
        also=add_what_is_needed,
    )
