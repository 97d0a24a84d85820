"""Columns of the lists of people, organisations and services, where they are taken away as tables.
Neither a phone nor an e-mail of a person is one of them: those are shown one by one, and noted.
Pages of the directory of services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.people import directory as blueprint
from kash.people import documents, words
from kash.people import words as directory_words
from kash.people.forms import CardForm, ServiceForm, ServiceSearchForm
from kash.people.models import PeopleList, ServiceEntry
from kash.people.queries.directory import (
    ServiceSearch,
    service_areas,
    service_entry,
    services_for_paper,
    services_of_directory,
    zone_names,
)
from kash.people.queries.search import ListedPerson
from kash.people.rules import directory
from kash.people.services.directory import add_service, change_service, mark_checked, show_address
from kash.platform.database import utc_now
from kash.platform.vault.models import AuditEntry
from kash.platform.web import current_actor, download, go, page
from kash.platform.web.formats import local_today, to_local
from kash.platform.web.language import language_code
from kash.platform.web.programme import LANGUAGES
from kash.platform.web.taking import TableColumn, is_taken, noted, offers_table, taken
from kash.policy import allow

NAME_COLUMNS: Sequence[TableColumn[ListedPerson]] = (
    TableColumn(_l("Name"), lambda one: one.chosen_name, "#beneficiary+name"),
    TableColumn(_l("Group"), lambda one: one.group_name, "#beneficiary+type"),
)
PERSON_COLUMNS: Sequence[TableColumn[ListedPerson]] = (
    *NAME_COLUMNS,
    TableColumn(_l("Station"), lambda one: one.organisation, "#org+name"),
    TableColumn(_l("Ward"), lambda one: one.ward, "#adm3+name"),
    TableColumn(_l("Rank or cadre"), lambda one: one.cadre, "#beneficiary+rank"),
    TableColumn(_l("Number"), lambda one: one.reference, "#beneficiary+id"),
    TableColumn(_l("Under 18"), lambda one: one.minor, "#beneficiary+minor"),
    TableColumn(_l("Added"), lambda one: one.created_at, "#date+added"),
)
# Rows of `minors`.
MINOR_COLUMNS: Sequence[TableColumn[Any]] = (
    TableColumn(_l("Name"), lambda row: row.chosen_name, "#beneficiary+name"),
    TableColumn(_l("Group"), lambda row: row.group_name, "#beneficiary+type"),
    TableColumn(_l("Since"), lambda row: row.since, "#date+start"),
    TableColumn(_l("Seen"), lambda row: row.seen_at, "#date+seen"),
)
# Rows of `organisation_list`.
ORGANISATION_COLUMNS: Sequence[TableColumn[Any]] = (
    TableColumn(_l("Name"), lambda row: row.name, "#org+name"),
    TableColumn(_l("Kind"), lambda row: words.KIND[row.kind], "#org+type"),
    TableColumn(_l("Place"), lambda row: row.place, "#loc+name"),
    TableColumn(_l("Group"), lambda row: row.group_name, "#beneficiary+type"),
    TableColumn(_l("People there now"), lambda row: row.people, "#population"),
)
# An entry of the trail, and the name of the person who acted.
TrailLine = tuple[AuditEntry, str]
PERSON_TRAIL_COLUMNS: Sequence[TableColumn[TrailLine]] = (
    TableColumn(_l("When"), lambda line: line[0].at, "#date"),
    TableColumn(_l("Who"), lambda line: line[1], "#contact+name"),
    TableColumn(_l("What"), lambda line: words.trail_text(line[0].action), "#activity"),
)
_LIST_STATES = {"waiting": _l("Waits for you"), "undone": _l("Undone")}
# A list that was brought in, and the name of the person who did.
BroughtList = tuple[PeopleList, str]
LIST_COLUMNS: Sequence[TableColumn[BroughtList]] = (
    TableColumn(_l("Brought in"), lambda line: line[0].created_at, "#date"),
    TableColumn(_l("By whom"), lambda line: line[1], "#contact+name"),
    TableColumn(
        _l("Group"), lambda line: line[0].group.name if line[0].group else "", "#beneficiary+type"
    ),
    TableColumn(_l("New"), lambda line: line[0].new_count, "#beneficiary+num+new"),
    TableColumn(_l("Here already"), lambda line: line[0].same_count, "#beneficiary+num+known"),
    TableColumn(_l("Left out"), lambda line: line[0].left_count, "#beneficiary+num+out"),
    TableColumn(_l("State"), lambda line: _LIST_STATES.get(line[0].state, _l("Saved")), "#status"),
)


def _done(row: Any) -> object:
    if row.added:
        return _l("Added")
    return _l("Filled in") if row.row_version else _l("Was here already")


# Rows of `list_people`.
LISTED_COLUMNS: Sequence[TableColumn[Any]] = (
    TableColumn(_l("Name"), lambda row: row.chosen_name, "#beneficiary+name"),
    TableColumn(_l("What was done"), _done, "#status"),
    TableColumn(_l("Under 18"), lambda row: row.minor, "#beneficiary+minor"),
)
# The phone of a service is for everybody.
SERVICE_COLUMNS: Sequence[TableColumn[ServiceEntry]] = (
    TableColumn(_l("Name"), lambda one: one.name, "#service+name"),
    TableColumn(_l("Kind"), lambda one: directory_words.SERVICE_KIND[one.kind], "#service+type"),
    TableColumn(_l("Area"), lambda one: one.area, "#adm3+name"),
    TableColumn(_l("Phone"), lambda one: directory_words.phone_text(one.phone), "#service+phone"),
    TableColumn(_l("Last checked"), lambda one: one.checked_on, "#date+checked"),
)


# What paper and tables hold at most.
MOST_ON_PAPER = 1000
_LONGEST = 120


def _minute() -> int:
    return directory.minute_of_week(to_local(utc_now()))


def _asked(text: str = "", given: Mapping[str, str] | None = None) -> ServiceSearch:
    """Search by which the address, or the posted form, narrows the directory."""
    given = request.args if given is None else given
    kind, language = given.get("kind", ""), given.get("language", "")
    return ServiceSearch(
        text=text,
        area=given.get("area", "")[:_LONGEST],
        kind=kind if kind in directory.SERVICE_KINDS else "",
        language=language if language in words.LANGUAGE else "",
        open_at=_minute() if given.get("open") == "1" else None,
        hidden=given.get("shown") == "no",
    )


def _kept(asked: ServiceSearch) -> dict[str, Any]:
    """The same as fields of an address, but for what was typed."""
    choices = {
        "area": asked.area,
        "kind": asked.kind,
        "language": asked.language,
        "open": "1" if asked.open_at is not None else "",
        "shown": "no" if asked.hidden else "",
    }
    return {name: value for name, value in choices.items() if value}


def _said() -> dict[str, Any]:
    minute = _minute()
    today = local_today()
    return {
        "words": words,
        "kinds": directory_words.SERVICE_KIND,
        "served": directory_words.SERVED,
        "costs": directory_words.COST,
        "phone_text": directory_words.phone_text,
        "hours_lines": directory_words.hours_lines,
        "is_open": lambda entry: directory.open_at(entry.stretches, minute),
        "open_text": lambda entry: directory_words.open_text(entry.stretches, minute),
        "is_stale": lambda entry: directory.check_is_stale(entry.checked_on, today),
    }


@blueprint.get("")
@allow("directory.see")
@offers_table("services")
def index() -> ResponseReturnValue:
    """The services, narrowed by area, kind, language, and what is open now."""
    return _list(_asked())


@blueprint.post("/search")
@allow("directory.see")
@offers_table("services")
def search() -> ResponseReturnValue:
    """Search the directory. The text may say what somebody needs: it stays out of every address."""
    form = ServiceSearchForm()
    if not form.validate_on_submit():
        return _list(_asked("", request.form), form), 422
    wanted = _asked(form.search.data, request.form)
    if not wanted.text and not is_taken():
        return go("directory.index", **_kept(wanted))
    return _list(wanted)


def _list(asked: ServiceSearch, wrong: ServiceSearchForm | None = None) -> str | Response:
    actor = current_actor()
    entries = services_of_directory(actor, asked)
    if is_taken() and wrong is None:
        return taken(entries, SERVICE_COLUMNS)
    return render_template(
        "directory/list.html",
        listing=entries,
        asked=asked,
        kept=_kept(asked),
        wrong=wrong,
        area_choices=[(area, area) for area in service_areas(actor)],
        may_edit=actor.may("directory.edit"),
        **_said(),
    )


@blueprint.get("/<public_id>")
@allow("directory.see")
def entry(public_id: str) -> ResponseReturnValue:
    """One service."""
    return _entry_page(service_entry(current_actor(), public_id))


def _entry_page(found: ServiceEntry, address: str | None = None) -> str:
    return render_template(
        "directory/entry.html",
        entry=found,
        shown_address=address,
        may_edit=current_actor().may("directory.edit"),
        **_said(),
    )


@blueprint.post("/<public_id>/address")
@allow("directory.edit")
def address(public_id: str) -> ResponseReturnValue:
    """Show a confidential address this once; the look is written down."""
    actor = current_actor()
    shown = show_address(service_entry(actor, public_id, "directory.edit").public_id, actor)
    service = service_entry(actor, public_id, "directory.edit")
    return _entry_page(service, shown or service.address or _("None"))


@blueprint.post("/<public_id>/checked")
@allow("directory.edit")
def checked(public_id: str) -> ResponseReturnValue:
    """Everything about a service was found to be right today."""
    mark_checked(public_id, local_today(), current_actor())
    return go("directory.entry", _("Saved."))


@blueprint.route("/new", methods=["GET", "POST"])
@allow("directory.edit")
def add() -> ResponseReturnValue:
    """Add a service."""
    form = ServiceForm(checked_on=local_today())
    form.key.data = form.new_id
    if form.validate_on_submit():
        with form.showing_problems():
            entry_id = add_service(form.details(), current_actor(), form.new_id)
            return go("directory.entry", _("Saved."), public_id=entry_id)
    return _edit_page(form, None)


@blueprint.route("/<public_id>/edit", methods=["GET", "POST"])
@allow("directory.edit")
def edit(public_id: str) -> ResponseReturnValue:
    """Change a service; the person who was slower keeps what she typed, and reads it against the
    page."""
    actor = current_actor()
    service = service_entry(actor, public_id, "directory.edit")
    form = ServiceForm()
    if not form.is_submitted():
        form.fill(service)
    elif form.validate():
        with form.showing_problems():
            change_service(public_id, form.details(), form.row_version_shown, actor)
            return go("directory.entry", _("Saved."))
        service = service_entry(actor, public_id, "directory.edit")
        if form.changed_meanwhile:
            form.beside(service)
    return _edit_page(form, service)


def _edit_page(form: ServiceForm, found: ServiceEntry | None) -> tuple[str, int]:
    areas = {*zone_names(), *service_areas(current_actor())}
    return page(
        "directory/edit.html", form=form, entry=found, areas=sorted(areas, key=str.casefold)
    )


@blueprint.route("/cards", methods=["GET", "POST"])
@allow("directory.see")
def cards() -> ResponseReturnValue:
    """Choose services, get sheets of cards."""
    wanted = _asked()
    entries = services_for_paper(current_actor(), wanted, most=directory.MOST_CARDS)
    form = CardForm(language=language_code(), sheets=1, qr=True)
    form.offer(entries)
    if not form.is_submitted():
        form.services.data = [service.public_id for service in entries] if wanted else []
    elif form.validate():
        chosen = set(form.services.data)
        content = documents.cards(
            [service for service in entries if service.public_id in chosen],
            language=form.language.data,
            sheets=form.sheets.data or 1,
            with_qr=bool(form.qr.data),
        )
        return download(content, name="cards.pdf", type="application/pdf")
    return page(
        "directory/cards.html",
        form=form,
        asked=wanted,
        area_choices=[(area, area) for area in service_areas(current_actor())],
        notes={service.public_id: _note_of(service) for service in entries},
    )


@blueprint.get("/list.pdf")
@allow("directory.see")
def paper() -> ResponseReturnValue:
    """The services that the address narrows to, as a list on A4."""
    language = request.args.get("in", "")
    entries = services_for_paper(current_actor(), _asked(), most=MOST_ON_PAPER)
    content = documents.service_list(
        entries,
        language=language if language in LANGUAGES else language_code(),
        today=local_today(),
    )
    return download(content, name="list.pdf", type="application/pdf")


@blueprint.get("/list.csv")
@allow("directory.see")
def table() -> ResponseReturnValue:
    """The same as a table; it holds no more than the pages show to everyone."""
    entries = services_for_paper(current_actor(), _asked(), most=MOST_ON_PAPER)
    content = documents.service_table(entries).encode()
    return noted(download(content, name="list.csv", type="text/csv"))


def _note_of(found: ServiceEntry) -> str:
    parts = [found.area, found.card_name and _("on the card: %(name)s", name=found.card_name)]
    return " · ".join(part for part in parts if part)
