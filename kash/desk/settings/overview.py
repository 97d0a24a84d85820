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
from kash.accounts.names import ROLE_NAMES
from kash.accounts.queries import last_review, must_have_second_step
from kash.attendance.queries import statuses_for
from kash.attendance.wording import status_word
from kash.database import utc_now
from kash.desk import blueprint, queries
from kash.desk.settings.languages import accepted_by
from kash.desk.settings.programme import the_programme
from kash.people.queries import groups
from kash.policy import allow, declared_permission
from kash.web import current_actor
from kash.web.formats import short_date_text
from kash.web.language import LANGUAGES
from kash.web.programme import contact_looks_a_day, paper_wording, retention
from kash.web.public_address import AddressKind, kind_of_address, public_address


@dataclass(frozen=True)
class Now:
    """State that the lines of the overview tell of."""

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


def _address(_now: Now) -> str:
    address = public_address()
    return {
        AddressKind.OPEN: address,
        AddressKind.PLAIN: _(
            "%(address)s. Nothing protects what is sent there. Whoever runs the server sets"
            " KASH_PUBLIC_URL to an address that begins with https.",
            address=address,
        ),
        AddressKind.LOCAL: _(
            "%(address)s. Only the computer on which Kash runs can open it. Whoever runs the"
            " server sets KASH_PUBLIC_URL to the address that people use.",
            address=address,
        ),
    }[kind_of_address(address)]


def _statuses(_now: Now) -> str:
    return ", ".join(status_word(status.code) for status in statuses_for("workshop"))


def _groups(_now: Now) -> str:
    return ", ".join(f"{group.letter} {group.name}" for group in groups())


def _logo(_now: Now) -> str:
    kept = paper_wording()
    if not kept.logo:
        return _("Usual words, no logo")
    return _("Logo on kinds of paper: %(count)s", count=len(kept.logo_on))


def _accepted(_now: Now) -> str:
    reader = accepted_by()["luo"]
    if not reader:
        return _("Dholuo is not offered yet: nobody has accepted its words.")
    return _("Dholuo, accepted by %(name)s", name=reader)


def _retention(_now: Now) -> str:
    kept = retention()
    return _(
        "Files %(hours)s h, ended sessions %(days)s d, backups %(backups)s d",
        hours=kept.job_results,
        days=kept.ended_sessions,
        backups=kept.backups,
    )


def _looks(_now: Now) -> str:
    return _("In a day without a reason: %(count)s", count=contact_looks_a_day())


def _second_step(_now: Now) -> str:
    needing = [str(name) for role, name in ROLE_NAMES.items() if must_have_second_step((role,))]
    return ", ".join(needing) or _("Nobody has to have one.")


def _review(_now: Now) -> str:
    latest = last_review()
    if latest is None:
        return _("Nobody has looked through it yet.")
    return _("Last looked through on %(day)s.", day=short_date_text(latest.at))


def _breaches(now: Now) -> str:
    if not now.counts.open_breaches:
        return _("No entry is open.")
    return _("Open entries: %(count)s", count=now.counts.open_breaches)


def _stand_ins(now: Now) -> str:
    if not now.counts.stand_ins:
        return _("Nobody decides for somebody else now.")
    return _("Deciding for somebody else now: %(count)s", count=now.counts.stand_ins)


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
            Line("", _l("Address of links and codes"), "connection", _address),
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
            Line("desk.reporting_languages", _l("Languages of reports"), "message", _accepted),
            Line(
                "desk.court_days_page",
                _l("Court days"),
                "calendar",
                _text(_l("Holidays on which no court sits, for the clocks of cases.")),
            ),
        ),
    ),
    (
        _l("Safety"),
        (
            Line("desk.retention", _l("How long things are kept"), "lock", _retention),
            Line("desk.contacts", _l("Looks at contacts"), "phone", _looks),
            Line(
                "incidents.officers",
                _l("Officers on duty"),
                "alert",
                _text(_l("Who is told when somebody is held, and the drills.")),
            ),
            Line(
                "accounts.second_step_roles",
                _l("Roles that need a second step"),
                "key",
                _second_step,
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
                _review,
            ),
            Line(
                "certificates.signing_keys",
                _l("Keys of certificates"),
                "key",
                _text(_l("What signs the codes on certificates.")),
            ),
            Line("accounts.lend_approvals", _l("Deciding for each other"), "people", _stand_ins),
            Line("accounts.breaches", _l("Breach register"), "alert", _breaches),
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
    now = Now(the_programme(), queries.counts(utc_now()))

    def is_open(endpoint: str) -> bool:
        view = current_app.view_functions.get(endpoint)
        permission = declared_permission(view) if view is not None else None
        return permission is not None and actor.may(permission)

    def address(line: Line) -> str:
        if is_open(line.endpoint):
            return url_for(line.endpoint)
        return ""

    # What holds is told also to who may not go there.
    always = {
        "",
        "desk.edit_programme",
        "people.organisations",
        "forums.templates",
        "accounts.second_step_roles",
        "accounts.lend_approvals",
        "desk.contacts",
    }
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
