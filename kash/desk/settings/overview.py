"""All that can be set, each with what holds now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.models import Programme
from kash.attendance.queries import statuses_for
from kash.attendance.wording import status_word
from kash.desk import blueprint, queries
from kash.desk.settings.programme import the_programme
from kash.people.queries import groups
from kash.policy import allow, declared_permission
from kash.web import current_actor
from kash.web.language import LANGUAGES
from kash.web.programme import paper_wording, retention


@dataclass(frozen=True)
class Now:
    """What the lines of the overview tell of."""

    programme: Programme
    counts: queries.Counts


@dataclass(frozen=True)
class Line:
    """One thing that can be set: where, what it is called, and what holds now."""

    endpoint: str
    label: Any
    icon: str
    says: Callable[[Now], str]


def _programme(now: Now) -> str:
    spoken = ", ".join(LANGUAGES.get(code, code) for code in now.programme.languages)
    return f"{now.programme.name} · {now.programme.neutral_name} · {now.programme.zone} · {spoken}"


def _statuses(_now: Now) -> str:
    return ", ".join(status_word(status.code) for status in statuses_for("workshop"))


def _groups(_now: Now) -> str:
    return ", ".join(f"{group.letter} {group.name}" for group in groups())


def _logo(_now: Now) -> str:
    kept = paper_wording()
    if not kept.logo:
        return _("Usual words, no logo")
    return _("Logo on kinds of paper: %(count)s", count=len(kept.logo_on))


def _retention(_now: Now) -> str:
    kept = retention()
    return _(
        "Files %(hours)s hours, ended sessions %(days)s days, backups %(backups)s days",
        hours=kept.job_results,
        days=kept.ended_sessions,
        backups=kept.backups,
    )


def _count(name: str) -> Callable[[Now], str]:
    return lambda now: _("In use: %(count)s", count=getattr(now.counts, name))


def _text(text: Any) -> Callable[[Now], str]:
    return lambda now: str(text)


# Lines whose page is not there, or not open to whoever looks, are left out.
SECTIONS: tuple[tuple[Any, tuple[Line, ...]], ...] = (
    (
        _l("The programme"),
        (
            Line("desk.edit_programme", _l("Name, time zone and languages"), "edit", _programme),
            Line("people.groups", _l("Groups"), "people", _groups),
            Line(
                "people.organisations", _l("Organisations"), "organisation", _count("organisations")
            ),
            Line("desk.zones", _l("Areas"), "directory", _count("zones")),
            Line("desk.places", _l("Places"), "place", _count("venues")),
        ),
    ),
    (
        _l("Work"),
        (
            Line("desk.statuses", _l("Marks on registers"), "check", _statuses),
            Line(
                "certificates.rule",
                _l("Rule for certificates"),
                "certificate",
                _text(_l("The share of hours that is needed.")),
            ),
            Line("forums.templates", _l("Agenda templates"), "forum", _count("agendas")),
            Line("desk.paper", _l("Words and logo on paper"), "print", _logo),
        ),
    ),
    (
        _l("Safety"),
        (
            Line("desk.retention", _l("How long things are kept"), "lock", _retention),
            Line(
                "accounts.second_step_roles",
                _l("Second step"),
                "key",
                _text(_l("Which roles need one to sign in.")),
            ),
            Line(
                "accounts.index",
                _l("Accounts"),
                "accounts",
                _text(_l("Who may sign in, and with which roles.")),
            ),
            Line(
                "accounts.access",
                _l("Review of access"),
                "accounts",
                _text(_l("What every account may do, and what it took with it.")),
            ),
            Line(
                "accounts.breaches",
                _l("Breach register"),
                "alert",
                _text(_l("What may have shown personal data, and its 72 hours.")),
            ),
            Line(
                "accounts.trail",
                _l("Audit"),
                "history",
                _text(_l("Who did what and when, without values.")),
            ),
        ),
    ),
)


@blueprint.get("/settings")
@allow("settings.see")
def settings() -> ResponseReturnValue:
    """The overview: a line for each thing, with what holds now."""
    actor = current_actor()
    now = Now(the_programme(), queries.counts())

    def is_open(endpoint: str) -> bool:
        view = current_app.view_functions.get(endpoint)
        permission = declared_permission(view) if view is not None else None
        return permission is not None and actor.may(permission)

    def address(line: Line) -> str:
        if is_open(line.endpoint):
            return url_for(line.endpoint)
        return ""

    # What holds is told also to who may not go there.
    always = {"desk.edit_programme", "people.organisations"}
    return render_template(
        "desk/settings/index.html",
        sections=[
            (
                title,
                [
                    (line, address(line), line.says(now))
                    for line in lines
                    if line.endpoint in always or is_open(line.endpoint)
                ],
            )
            for title, lines in SECTIONS
        ],
    )
