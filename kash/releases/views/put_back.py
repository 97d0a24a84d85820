"""The page of figures that may have been printed before the database was put back: one person says
what became of them, another agrees."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.queries.accounts import names_of
from kash.platform.approvals.pages import SendBackForm
from kash.platform.database import db, utc_now
from kash.platform.web import current_actor, page
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import NotFound, Problem
from kash.policy import allow
from kash.releases import blueprint
from kash.releases.approval import RECOVERY
from kash.releases.put_back_forms import KINDS, AgreeForm, SayForm
from kash.releases.queries.doubts import doubts, sent_back, waiting_for
from kash.releases.services import recoveries as services
from kash.releases.words import table_name

_OPENED = _l("On record. These figures can be printed now.")
_CLOSED = _l("On record. These figures stay as they were printed; the next ones can follow.")


@blueprint.get("/put-back")
@allow("releases.see")
def put_back() -> ResponseReturnValue:
    """The oldest day that waits, and what is said of it."""
    return _page()


def _page(
    say: SayForm | None = None,
    agree: AgreeForm | None = None,
    back: SendBackForm | None = None,
    problem: str = "",
) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    waiting = doubts(session, utc_now())
    doubt = waiting[0] if waiting else None
    said = waiting_for(session, doubt.day) if doubt else None
    knows = actor.may(RECOVERY.proposes) or actor.may(RECOVERY.approves)
    return page(
        "releases/put_back.html",
        form=say or agree or back,
        doubt=doubt,
        more=len(waiting) - 1,
        titles=[table_name(one.window.key) for one in doubt.printing.tables] if doubt else [],
        said=said,
        returned=sent_back(session, doubt.day) if doubt and knows else None,
        knows=knows,
        kinds=KINDS,
        names=names_of(said.accounts) if said and knows else {},
        decision=RECOVERY.offered(said, actor) if said else None,
        say=say or SayForm(formdata=None, day=doubt.day.isoformat() if doubt else ""),
        agree=agree or AgreeForm(formdata=None, recovery=said.public_id if said else ""),
        back=back or SendBackForm(formdata=None),
        problem=problem,
    )


def _back_to_page(sentence: object) -> ResponseReturnValue:
    flash(str(sentence))
    waits = bool(doubts(db.session(), utc_now()))
    return redirect(url_for("releases.put_back" if waits else "releases.index"), code=303)


@blueprint.post("/put-back/say")
@allow("releases.make")
def say_what_became() -> ResponseReturnValue:
    """Say what became of the figures of the day that waits."""
    form = SayForm()
    try:
        day = date.fromisoformat(form.day.data or "")
    except ValueError:
        raise NotFound from None
    if form.is_whole():
        with CaughtProblem(Problem) as caught, form.showing_problems():
            services.say(day, form.details(), by=current_actor())
            return _back_to_page(_("Noted. A director or a custodian agrees to it next."))
        return _page(say=form, problem="" if form.errors else caught.sentence)
    return _page(say=form)


@blueprint.post("/put-back/agree")
@allow("releases.approve")
def agree_what_became() -> ResponseReturnValue:
    """Agree to what another said, from one's own knowledge."""
    form = AgreeForm()
    if form.validate_on_submit():
        with CaughtProblem(Problem) as caught, form.showing_problems():
            closed = services.agree(form.recovery.data or "", form.code.data, by=current_actor())
            return _back_to_page(_CLOSED if closed else _OPENED)
        return _page(agree=form, problem="" if form.errors else caught.sentence)
    return _page(agree=form)


@blueprint.post("/put-back/send-back")
@allow("releases.approve")
def return_what_became() -> ResponseReturnValue:
    """Send back what another said."""
    form = SendBackForm()
    if form.validate_on_submit():
        with CaughtProblem(Problem) as caught:
            recovery = request.form.get("recovery", "")
            services.turn_back(recovery, form.reason.data, by=current_actor())
            return _back_to_page(_("Sent back."))
        return _page(back=form, problem=caught.sentence)
    return _page(back=form)
