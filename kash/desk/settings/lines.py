"""How many looks at phones and e-mails are usual in a day. Languages in which only reports are
filed: offered once somebody accepted their words. Lines of the settings about the programme, its
paper and its registers. All that can be set, each with what holds now. The areas in which people
live and services lie, and one spelling for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from kash.attendance.forms import status_word
from kash.attendance.queries.statuses import statuses_for
from kash.desk import blueprint
from kash.desk.queries import ZONE_COLUMNS, ZONE_KINDS
from kash.desk.settings.programme import saved_or_shown, the_programme
from kash.feature import declared, is_used
from kash.people.models import Zone
from kash.people.queries import directory as places
from kash.people.services import directory as places_services
from kash.people.services.directory import ZoneDetails, change_zone, unify_spellings
from kash.platform.database import db, utc_now
from kash.platform.web import KashForm, current_actor, go, page, paged
from kash.platform.web.fields import SeveralField
from kash.platform.web.forms import (
    BooleanField,
    choice_field,
    radio_field,
    required,
    text_field,
    whole_number_field,
)
from kash.platform.web.parts import SettingLine, in_use
from kash.platform.web.programme import (
    CONTACT_LOOKS,
    LANGUAGES,
    contact_looks_a_day,
    days_backups_are_kept,
    paper_wording,
    programme_facts,
    retention,
)
from kash.platform.web.public_address import AddressKind, kind_of_address, public_address
from kash.platform.web.row_versions import RowVersionForm
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow, declared_permission


class ContactsForm(RowVersionForm):
    """How many looks an account has in a day without a reason."""

    looks_a_day = whole_number_field(
        _l("Looks in a day"),
        least=CONTACT_LOOKS.least,
        most=CONTACT_LOOKS.most,
        description=_l("Each phone or e-mail that is shown is one look."),
    )


def _kept() -> dict[str, int]:
    return {"looks_a_day": contact_looks_a_day(), "row_version": the_programme().version}


@blueprint.route("/settings/contacts", methods=["GET", "POST"])
@allow("settings.edit", fresh=True)
def contacts() -> ResponseReturnValue:
    """Change how many looks are usual; a person who needs more says why, and a director is told."""
    form = ContactsForm(data=_kept())
    return saved_or_shown(
        form,
        "desk/settings/contacts.html",
        _kept,
        ("contacts", "contacts"),
        lambda: {"looks_a_day": form.looks_a_day.data},
        bounds=CONTACT_LOOKS,
    )


class ReportingLanguagesForm(RowVersionForm):
    """Acceptance of the words of each language; where nobody accepted them, it is not offered."""

    luo = text_field(
        _l("Dholuo was read and accepted by"),
        most=120,
        required=False,
        description=_l("Somebody who speaks it well. While this is empty it is not offered."),
    )


def accepted_by() -> dict[str, str]:
    """People who accepted the words of each language."""
    facts = programme_facts()
    readers = facts.accepted_by if facts is not None else {}
    return {"luo": readers.get("luo", "")}


def _languages_kept() -> dict[str, object]:
    return {**accepted_by(), "row_version": the_programme().version}


@blueprint.route("/settings/languages", methods=["GET", "POST"])
@allow("settings.edit")
def reporting_languages() -> ResponseReturnValue:
    """Name who accepted the words of a language."""
    form = ReportingLanguagesForm(data=_languages_kept())
    return saved_or_shown(
        form,
        "desk/settings/languages.html",
        _languages_kept,
        ("languages", "languages"),
        lambda: {"luo": form.luo.data},
    )


def _programme(_count: int) -> str:
    programme = the_programme()
    spoken = ", ".join(LANGUAGES.get(code, code) for code in programme.languages)
    return (
        f"{programme.name} · {programme.neutral_name} · {programme.zone} · {spoken} · {_address()}"
    )


def _address() -> str:
    address = public_address()
    return {
        AddressKind.OPEN: address,
        AddressKind.PLAIN: _(
            "%(address)s. Nothing protects what is sent there. The person who runs the "
            "server sets KASH_PUBLIC_URL to an address that begins with https.",
            address=address,
        ),
        AddressKind.LOCAL: _(
            "%(address)s. Only the computer on which Kash runs can open it. The person who "
            "runs the server sets KASH_PUBLIC_URL to the address that people use.",
            address=address,
        ),
    }[kind_of_address(address)]


def _statuses(_count: int) -> str:
    return ", ".join(status_word(status.code) for status in statuses_for("workshop"))


def _logo(_count: int) -> str:
    wording = paper_wording()
    if not wording.logo:
        return _("Usual words, no logo")
    return _("Logo on kinds of paper: %(count)s", count=len(wording.logo_on))


def _accepted(_count: int) -> str:
    reader = accepted_by()["luo"]
    if not reader:
        return _("Dholuo is not offered yet: nobody has accepted its words.")
    return _("Dholuo, accepted by %(name)s", name=reader)


def _retention(_count: int) -> str:
    spans = retention()
    return _(
        "Files %(hours)s h, ended sessions %(days)s d, backups %(backups)s d",
        hours=spans.job_results,
        days=spans.ended_sessions,
        backups=days_backups_are_kept(current_app.config["SETTINGS"]),
    )


def _looks(_count: int) -> str:
    return _("In a day without a reason: %(count)s", count=contact_looks_a_day())


def _zones(_now: object) -> Select[Any]:
    return select(func.count(Zone.id)).where(Zone.active)


LINES = (
    SettingLine(
        "programme",
        10,
        "desk.edit_programme",
        _l("Name, time zone and languages"),
        "edit",
        _programme,
        always=True,
    ),
    SettingLine("programme", 50, "desk.zones", _l("Areas"), "directory", in_use, _zones),
    SettingLine("work", 10, "desk.statuses", _l("Marks on registers"), "check", _statuses),
    SettingLine("paper", 40, "desk.paper", _l("Words and logo on paper"), "print", _logo),
    SettingLine(
        "paper",
        50,
        "desk.reporting_languages",
        _l("Languages of reports"),
        "message",
        _accepted,
        right="incidents",
    ),
    SettingLine("safety", 10, "desk.retention", _l("How long things are kept"), "lock", _retention),
    SettingLine(
        "safety", 20, "desk.contacts", _l("Looks at contacts"), "phone", _looks, always=True
    ),
)


_SECTIONS: tuple[tuple[str, Any], ...] = (
    ("programme", _l("The programme")),
    ("work", _l("Work")),
    ("paper", _l("Paper and messages")),
    ("safety", _l("Safety")),
)


@blueprint.get("/settings")
@allow("settings.see")
def settings() -> ResponseReturnValue:
    """The overview: a line for each thing, with what holds now."""
    return _overview(_("Settings"), _SECTIONS)


@blueprint.get("/oversight")
@allow("audit.see")
def oversight() -> ResponseReturnValue:
    """Access and what was done with it: a line for each thing, with what holds now."""
    return _overview(_("Oversight"), (("oversight", _l("Access and what was done")),))


def _overview(heading: str, sections: Sequence[tuple[str, Any]]) -> ResponseReturnValue:
    shown = [section for section, _title in sections]
    actor = current_actor()

    def is_open(endpoint: str) -> bool:
        view = current_app.view_functions.get(endpoint)
        permission = declared_permission(view) if view is not None else None
        return permission is not None and actor.may(permission)

    # Lines whose page is not there, or not open to the reader, are left out.
    lines = [
        line
        for line in sorted(declared(SettingLine), key=lambda line: line.place)
        if line.section in shown and is_used(line.right) and (line.always or is_open(line.endpoint))
    ]
    counts = _counts(lines, utc_now())
    return render_template(
        "desk/settings/index.html",
        heading=heading,
        sections=[
            (
                title,
                [
                    (
                        line,
                        url_for(line.endpoint) if is_open(line.endpoint) else "",
                        line.says(counts.get(number, 0)),
                    )
                    for number, line in enumerate(lines)
                    if line.section == section
                ],
            )
            for section, title in sections
        ],
    )


def _counts(lines: list[SettingLine], now: datetime) -> dict[int, int]:
    """Counts of the lines, by their numbers; one query."""
    counting = {
        number: line.count(now).scalar_subquery()
        for number, line in enumerate(lines)
        if line.count is not None
    }
    if not counting:
        return {}
    return dict(zip(counting, db.session.execute(select(*counting.values())).one(), strict=True))


class ZoneForm(RowVersionForm):
    """An area."""

    name = text_field(_l("Name"), most=120)
    kind = radio_field(_l("Kind"), list(ZONE_KINDS.items()), default="ward")
    within = choice_field(_l("Lies in"), required=False)
    active = BooleanField(_l("In use"), default=True)

    def offer(self, zones: Sequence[Zone], excluding: str = "") -> None:
        """Set what can be chosen: wider areas, and never the zone itself."""
        self.within.choices = [
            ("", _("None")),
            *(
                (zone.public_id, zone.name)
                for zone in zones
                if zone.kind != "ward" and zone.public_id != excluding
            ),
        ]


class SpellingsForm(KashForm):
    """Spellings and the area that each means."""

    spellings = SeveralField(
        _l("Spellings"), choices=[], validators=[required(_l("Choose at least one."))]
    )
    zone = choice_field(_l("They mean"))


@blueprint.get("/settings/zones")
@allow("settings.see")
@offers_table("areas")
def zones() -> ResponseReturnValue:
    """The areas, and how many spellings stand beside them."""
    areas = paged(places.zones(also_closed=True))
    if is_taken():
        return taken(areas, ZONE_COLUMNS)
    return render_template(
        "desk/settings/zones.html",
        listing=areas,
        kinds=ZONE_KINDS,
        spellings=len(places.spellings().shown),
    )


@blueprint.route("/settings/zones/new", methods=["GET", "POST"])
@allow("settings.edit")
def add_zone() -> ResponseReturnValue:
    """Add an area."""
    form = ZoneForm()
    form.offer(places.zones())
    if form.validate_on_submit():
        with form.showing_problems():
            places_services.add_zone(form.command(ZoneDetails), current_actor())
            return go("desk.zones", _("Saved."))
    return page("desk/settings/zone.html", form=form, zone=None)


def _values(zone: Zone) -> dict[str, Any]:
    return {
        "name": zone.name,
        "kind": zone.kind,
        "within": zone.within.public_id if zone.within is not None else "",
        "active": zone.active,
        "row_version": zone.row_version,
    }


@blueprint.route("/settings/zones/<public_id>", methods=["GET", "POST"])
@allow("settings.edit")
def edit_zone(public_id: str) -> ResponseReturnValue:
    """Change an area; a new name goes to all that was typed with the old one."""
    area = places.zone(public_id)
    form = ZoneForm(data=_values(area))
    form.offer(places.zones(also_closed=True), excluding=public_id)
    if form.validate_on_submit():
        with form.showing_problems():
            change_zone(
                public_id, form.command(ZoneDetails), form.row_version_shown, current_actor()
            )
            return go("desk.zones", _("Saved."))
        if form.changed_meanwhile:
            form.compare(_values(places.zone(public_id)))
    return page("desk/settings/zone.html", form=form, zone=public_id)


@blueprint.route("/settings/zones/spellings", methods=["GET", "POST"])
@allow("settings.edit")
def spellings() -> ResponseReturnValue:
    """Areas as they were typed, and which zone they mean."""
    typed = places.spellings()
    listing = paged(typed.shown)
    form = SpellingsForm()
    form.spellings.choices = [(spelling.text, spelling.text) for spelling in listing.rows]
    form.zone.choices = [
        ("", _("Choose")),
        *((zone.public_id, zone.name) for zone in places.zones()),
    ]
    if form.validate_on_submit():
        changed = unify_spellings(form.zone.data, list(form.spellings.data), current_actor())
        return go("desk.spellings", _("Entries changed: %(count)s.", count=changed))
    return page(
        "desk/settings/spellings.html",
        form=form,
        listing=listing,
        hidden=typed.hidden,
        chosen=set(request.form.getlist("spellings")),
    )
