"""The register of cases: what waits for one, everything that is open, and finding anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents import blueprint, names, wording
from kash.incidents.forms.casework import ViewNameForm
from kash.incidents.queries.alerts import open_alerts
from kash.incidents.queries.officers import officers
from kash.incidents.queries.register import CaseRegister, RegisterLine, register
from kash.incidents.rules.filters import (
    ALL,
    CLOCK_OVER,
    CLOCK_RUNS,
    OPEN,
    QUEUE,
    Filters,
    filters_from,
)
from kash.incidents.rules.search import Wanted, wanted_words
from kash.incidents.rules.workflow import OVER
from kash.incidents.sections import Entry, entries_for
from kash.incidents.services import saved_views as saved_views_services
from kash.incidents.services.alerts import note_look
from kash.incidents.services.cases import note_search
from kash.incidents.services.saved_views import saved_views
from kash.incidents.views.case_context import require_vault, the_vault
from kash.platform.database import utc_now
from kash.platform.web import Listing, current_actor
from kash.platform.web.account_names import account_names
from kash.platform.web.input import CONTROL_CHARACTERS
from kash.platform.web.lists import ROWS, asked_for
from kash.platform.web.programme import LANGUAGES
from kash.policy import allow

SORTS: dict[str, Callable[[RegisterLine], Any]] = {
    "filed": lambda line: line.summary.filed_at.isoformat() if line.summary.filed_at else "",
    "happened": lambda line: line.summary.day,
    "ward": lambda line: line.summary.ward.casefold(),
    "state": lambda line: list(names.STATE_NAMES).index(line.summary.state),
    "clock": lambda _line: "",
}
ENTRIES = (
    Entry(_l("Write down a case"), "incidents.new_case", 10, "incidents.edit"),
    # Whoever reads reports has no place in the bar for filing one.
    Entry(_l("Six short steps"), "incidents.filing", 30, "incidents.file"),
)
_LAST = "9999"
_TICKS = ("urgent", "minor", "no_consent", "ask_again")


@blueprint.get("")
@allow("incidents.see")
@require_vault
def index() -> ResponseReturnValue:
    """Cases that wait for the actor, or all that are open, or every one; from Today those in which
    somebody is asked again, which names nobody in the address."""
    show = request.args.get("show", "")
    shown = show if show in (QUEUE, OPEN, ALL) else QUEUE
    again = "ask_again" in request.args
    return _page(Filters(show=shown, ask_again=again), posted=again)


@blueprint.post("/search")
@allow("incidents.see")
@require_vault
def search() -> ResponseReturnValue:
    """Words and filters are posted: they stay out of every address. A view is asked for by its
    id."""
    chosen = request.form.get("view", "")
    if chosen:
        for view in saved_views(current_actor(), the_vault()):
            if view.id == chosen:
                return _page(view.filters, posted=True)
    return _page(_asked(), posted=True)


@blueprint.post("/views")
@allow("incidents.see")
@require_vault
def save_view() -> ResponseReturnValue:
    """Keep the present words and filters under a name."""
    form = ViewNameForm()
    asked = _asked()
    if form.validate_on_submit():
        with form.showing_problems():
            saved_views_services.save_view(
                form.name.data,
                asked,
                shared=bool(form.shared.data),
                by=current_actor(),
                vault=the_vault(),
            )
            flash(_("The view is kept."))
            return _page(asked, posted=True)
    return _page(asked, posted=True, form=form), 422


@blueprint.post("/views/<view_id>/remove")
@allow("incidents.see")
@require_vault
def remove_view(view_id: str) -> ResponseReturnValue:
    """Take an own view away."""
    saved_views_services.remove_view(view_id, by=current_actor(), vault=the_vault())
    flash(_("The view is gone."))
    return redirect(url_for("incidents.index"), 303)


def _asked() -> Filters:
    given = request.form
    kept: dict[str, Any] = {
        name: CONTROL_CHARACTERS.sub(" ", value.strip()) for name, value in given.items()
    }
    kept |= {name: name in given and given[name] not in ("", "False") for name in _TICKS}
    asked = filters_from(kept)
    return asked if asked.show in (QUEUE, OPEN, ALL) else replace(asked, show=ALL)


def _wanted(text: str) -> list[Wanted]:
    called: dict[str, list[str]] = {code: [] for code in names.ACT_NAMES}
    for language in LANGUAGES:
        with force_locale(language):
            for code, name in names.ACT_NAMES.items():
                called[code].append(str(name))
    return wanted_words(text, called)


def _page(asked: Filters, *, posted: bool, form: ViewNameForm | None = None) -> str:
    actor, vault, now = current_actor(), the_vault(), utc_now()
    wanted = _wanted(asked.words) if asked.words else []
    # Read before the cases: an alert that is raised meanwhile is of one that she may not see.
    alerts = open_alerts()
    found = register(actor, vault, asked, wanted, now, counting=not wanted)
    note_search(actor, vault, found.new, found.additions, unsettled=found.unsettled)
    lines = _in_order(found, asked, now)
    if actor.may("incidents.edit") and _shows_who_is_held(asked, found, lines):
        note_look(alerts, now)
    everybody = officers()
    return render_template(
        "incidents/index.html",
        entries=entries_for(actor),
        asked=asked,
        kept=_kept(asked),
        posted=posted,
        listing=lines,
        damaged=found.damaged,
        keepers=() if asked.asked() else [", ".join(names) for names in sorted(found.left_to)],
        counts=found.counts if not wanted else None,
        now=now,
        works=actor.may("incidents.edit"),
        views=saved_views(actor, vault),
        view_form=form or ViewNameForm(formdata=None),
        names=account_names({line.summary.assigned_to for line in lines} - {""}),
        wards=sorted(found.wards, key=str.casefold),
        stations=sorted(found.stations, key=str.casefold),
        people=[(one.public_id, one.name) for one in everybody if one.works or one.custodian],
        words=names,
        says=wording,
        clock_choices=[
            ("", _("All")),
            (CLOCK_RUNS, _("A clock is running")),
            (CLOCK_OVER, _("A deadline has passed")),
        ],
    )


def _shows_who_is_held(asked: Filters, found: CaseRegister, lines: Listing[RegisterLine]) -> bool:
    """True if every new case of somebody who is held stands on this page."""
    if asked != Filters(show=asked.show) or found.hides_held or found.damaged:
        return False
    held = [one for one in found.lines if one.summary.held and one.summary.state == "submitted"]
    return all(one in lines.rows for one in held)


def _kept(asked: Filters) -> dict[str, Any]:
    return {name: ("1" if value is True else value) for name, value in asked.as_kept().items()} | {
        "show": asked.show
    }


def _by_clock(line: RegisterLine) -> str:
    """By the clock that ends first."""
    if line.summary.state in OVER:
        return _LAST
    return min((clock.ends.isoformat() for clock in line.clocks), default=_LAST)


def _in_order(found: CaseRegister, asked: Filters, now: datetime) -> Listing[RegisterLine]:
    """The page that is asked for, in memory: the newest first, but in one's queue what is urgent
    and what has least time."""
    default = "clock" if asked.show == QUEUE else "filed"
    wished = asked_for(SORTS, default, "asc" if default == "clock" else "desc")
    key = _by_clock if wished.sort == "clock" else SORTS[wished.sort]
    lines = sorted(found.lines, key=lambda line: line.summary.reference)
    if default == "clock" and wished.sort == "clock":
        lines.sort(key=SORTS["filed"], reverse=True)
        lines.sort(key=lambda line: (not line.summary.held, not line.summary.urgent, key(line)))
    else:
        lines.sort(key=key, reverse=wished.direction == "desc")
    if wished.sort == default:
        # Until somebody says what came of it.
        lines.sort(key=lambda line: line.summary.state in OVER or not line.is_over(now))
    pages = max(1, -(-len(lines) // ROWS))
    number = min(wished.page, pages)
    start = (number - 1) * ROWS
    return Listing(
        lines[start : start + ROWS], number, pages, len(lines), wished.sort, wished.direction
    )
