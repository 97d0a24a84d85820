"""Signed sheets that came back: their pictures, and what is entered beside them. A session as it
was taught: its beginning and end, what was left out, what was reached, notes."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import datetime, time

from flask import Response, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.attendance import scans
from kash.attendance.documents import column_heading
from kash.attendance.queries.sheets import (
    printed_sheet,
    reading_of,
    registers_of_sheets,
    scan_of,
    scans_of,
    sheets_of,
)
from kash.attendance.rules.marking import LONGEST, Edge, Reply
from kash.attendance.rules.registers import opens_at
from kash.attendance.services import sheets as sheets_services
from kash.attendance.services.marking import set_times, undo_time
from kash.attendance.services.marking import tap_time as tap
from kash.attendance.services.sheets import MOST_WRITTEN_IN, keep_scans, save_reading
from kash.platform.cleaning import CannotClean, ScannedPage
from kash.platform.database import utc_now
from kash.platform.storage import StorageError
from kash.platform.vault import SealError
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.bodies import MEGABYTE, takes_file
from kash.platform.web.commands import CaughtProblem, FlashedProblems
from kash.platform.web.formats import from_local, to_local
from kash.policy import allow
from kash.training.queries import delivered_of
from kash.workshops import blueprint
from kash.workshops.forms import RecordForm, whole_number
from kash.workshops.frame import for_marking, frame, go_to, mine
from kash.workshops.models import Workshop
from kash.workshops.queries.deliveries import TaughtSession, taught_session
from kash.workshops.services.sessions import TaughtRecord, record_session
from kash.workshops.services.timetable import WorkshopCancelled
from kash.workshops.views.closing import sheets_as_pdf

MOST_BYTES = 30 * MEGABYTE
MOST_FILES = 20


@blueprint.get("/<public_id>/sheets")
@allow("attendance.confirm")
def sheets(public_id: str) -> ResponseReturnValue:
    """The printed sheets, with what came back of them."""
    return _sheets_page(mine(public_id, "attendance.confirm"))


def _sheets_page(workshop: Workshop, problem: str = "") -> ResponseReturnValue:
    lines = sheets_of(workshop.register_id)
    body = render_template(
        "workshops/sheets.html",
        lines=lines,
        readers=names_of(line.read_by for line in lines),
        unmatched=scans_of(workshop.register_id),
        most=MOST_BYTES // MEGABYTE,
        problem=problem,
        **frame(workshop),
    )
    return body, 422 if problem else 200


@blueprint.post("/<public_id>/sheets")
@allow("attendance.mark")
@takes_file(MOST_BYTES)
def upload_scans(public_id: str) -> ResponseReturnValue:
    """Take photos and scans of signed sheets, and find each page's sheet by its code."""
    workshop = for_marking(public_id)
    register, register_id = workshop.register.public_id, workshop.register_id
    sent = [file for file in request.files.getlist("scans") if file.filename]
    if not sent:
        return _sheets_page(workshop, _("Choose a photo or a scan first."))
    pages: list[ScannedPage] = []
    for number, file in enumerate(sent[:MOST_FILES], start=1):
        try:
            pages += scans.pages_of(file.read())
        except CannotClean:
            return _sheets_page(
                workshop,
                _(
                    "File %(number)s could not be read. Photos as JPEG or PNG are taken, and PDF "
                    "from a scanner. Nothing was kept.",
                    number=number,
                ),
            )
    homes = registers_of_sheets([code for code in map(scans.sheet_of, pages) if code])
    ours = [
        scan for scan in pages if homes.get(scans.sheet_of(scan) or "", register_id) == register_id
    ]
    try:
        stored = scans.store(register, ours)
    except StorageError as failure:
        return _sheets_page(workshop, str(failure))
    if stored:
        keep_scans(register, stored, current_actor())
    matched = sum(scan.sheet in homes for scan in stored)
    flash(
        _("Pages kept: %(count)s. Sheets found: %(matched)s.", count=len(stored), matched=matched)
    )
    if len(sent) > MOST_FILES:
        told = _("Only the first %(most)s were read. Bring the others in next.", most=MOST_FILES)
        flash(told, "warn")
    if len(ours) < len(pages):
        flash(
            _("Pages that belong to another workshop: %(count)s.", count=len(pages) - len(ours)),
            "warn",
        )
    if matched < len(stored):
        flash(_("Choose by hand which sheet the other pages are."), "warn")
    return go_to("workshops.sheets", public_id)


@blueprint.get("/<public_id>/scans/<scan_id>")
@allow("attendance.confirm")
def scan_picture(public_id: str, scan_id: str) -> ResponseReturnValue:
    """One page's picture."""
    workshop = mine(public_id, "attendance.confirm")
    scan = scan_of(workshop.register_id, scan_id)
    try:
        content = scans.picture(workshop.register.public_id, scan.public_id)
    except (StorageError, SealError):
        raise NotFound from None
    return Response(content, mimetype="image/jpeg")


@blueprint.route("/<public_id>/scans/<scan_id>/match", methods=["GET", "POST"])
@allow("attendance.mark")
def match_scan(public_id: str, scan_id: str) -> ResponseReturnValue:
    """Choose by hand which sheet a page is."""
    workshop = for_marking(public_id)
    scan = scan_of(workshop.register_id, scan_id)
    lines = sheets_of(workshop.register_id)
    if request.method == "POST":
        sheet = request.form.get("sheet", "")
        if sheet in {line.public_id for line in lines}:
            sheets_services.match_scan(workshop.register.public_id, scan_id, sheet, current_actor())
            return go_to("workshops.read_sheet", public_id, sheet_id=sheet)
        flash(_("Choose a sheet."), "warn")
    return page("workshops/match_scan.html", workshop=workshop, scan=scan, lines=lines)


@blueprint.route("/<public_id>/scans/<scan_id>/remove", methods=["GET", "POST"])
@allow("attendance.mark")
def remove_scan(public_id: str, scan_id: str) -> ResponseReturnValue:
    """Throw a page's picture away."""
    workshop = for_marking(public_id)
    scan = scan_of(workshop.register_id, scan_id)
    if request.method == "POST":
        register = workshop.register.public_id
        sheets_services.remove_scan(register, scan_id, current_actor())
        # An hourly chore deletes what could not be deleted now.
        with suppress(StorageError):
            scans.forget(register, scan_id)
        flash(_("The picture is removed."))
        return go_to("workshops.sheets", public_id)
    return page("workshops/remove_scan.html", workshop=workshop, scan=scan)


@blueprint.post("/<public_id>/sheets/<sheet_id>/print")
@allow("attendance.mark")
def print_again(public_id: str, sheet_id: str) -> ResponseReturnValue:
    """The same sheet once more, with its number and its rows."""
    sheet = printed_sheet(for_marking(public_id).register_id, sheet_id)
    return sheets_as_pdf(public_id, [sheet.public_id], "workshops.sheets", again=True)


@blueprint.route("/<public_id>/sheets/<sheet_id>", methods=["GET", "POST"])
@allow("attendance.mark")
def read_sheet(public_id: str, sheet_id: str) -> ResponseReturnValue:
    """Enter the signatures of one sheet beside its picture; the form sends the columns ticked in
    each row as `tick-<row>-<column>`."""
    workshop = for_marking(public_id)
    register = workshop.register.public_id
    sheet = printed_sheet(workshop.register_id, sheet_id)
    row_version, ticks, count = reading_of(workshop.register_id, sheet)
    problem, written_in = "", str(count)
    if request.method == "POST":
        ticks = tuple(
            frozenset(
                column
                for column in range(len(sheet.columns))
                if f"tick-{row}-{column}" in request.form
            )
            for row in range(len(sheet.rows))
        )
        written_in = request.form.get("written_in", "")
        count = whole_number(written_in.strip()[:5] or "0", -1)
        shown = whole_number(request.form.get("row_version"), -1)
        if not 0 <= count <= MOST_WRITTEN_IN:
            problem = _("Enter a number from 0 to %(most)s.", most=MOST_WRITTEN_IN)
        else:
            with CaughtProblem() as caught:
                answers = save_reading(register, sheet_id, ticks, count, shown, current_actor())
                replies = Counter(answer.answer for answer in answers)
                applied = replies[Reply.APPLIED]
                flash(_("The sheet is entered. New marks: %(count)s.", count=applied))
                differing = replies[Reply.CONFLICT] + replies[Reply.REJECTED]
                if not differing:
                    return go_to("workshops.sheets", public_id)
                flash(
                    _(
                        "Signed, but marked otherwise or closed: %(count)s. Settle that below.",
                        count=differing,
                    ),
                    "warn",
                )
                return go_to("workshops.counts", public_id)
            problem = caught.sentence
    body, _status = page(
        "workshops/read_sheet.html",
        workshop=workshop,
        sheet=sheet,
        row_version=row_version,
        ticks=ticks,
        written_in=written_in,
        problem=problem,
        scans=scans_of(workshop.register_id, sheet_id),
        column_heading=column_heading,
    )
    return body, 422 if problem else 200


@blueprint.route("/<public_id>/sessions/<session_id>/taught", methods=["GET", "POST"])
@allow("workshops.edit")
def taught(public_id: str, session_id: str) -> ResponseReturnValue:
    """How a session was taught: when, and what came of its plan."""
    workshop, shown = _shown(public_id, session_id)
    form = RecordForm(data=_values(shown))
    if form.validate_on_submit():
        with form.showing_problems():
            typed = _typed(form, shown)
            if typed:
                set_times(workshop.register.public_id, shown.slot, typed, current_actor())
            record_session(
                public_id, session_id, _told(form), form.row_version_shown, current_actor()
            )
            flash(_("Saved."))
            return go_to("workshops.taught", public_id, session_id=session_id)
    return _page(public_id, session_id, form)


def _shown(public_id: str, session_id: str) -> tuple[Workshop, TaughtSession]:
    """A workshop that the actor runs, and one of its sessions. Raises NotFound, Forbidden and
    WorkshopCancelled."""
    workshop = mine(public_id)
    if workshop.state == "cancelled":
        raise WorkshopCancelled
    return workshop, taught_session(workshop, session_id)


def _page(public_id: str, session_id: str, form: RecordForm) -> ResponseReturnValue:
    workshop, shown = _shown(public_id, session_id)
    if form.changed_meanwhile:
        form.show_row_version(shown.row_version)
    node, source = shown.node, workshop.version.translates
    return page(
        "workshops/taught.html",
        form=form,
        workshop=workshop,
        shown=shown,
        # What is tapped is this moment, so that it is asked while the session can be going on.
        can_tap=opens_at(shown.starts_at) <= utc_now() < shown.starts_at + LONGEST,
        steps={step.step.lineage: step for step in shown.steps},
        objectives={objective.lineage: objective for objective in shown.objectives},
        lent_in=source.language if source else None,
        delivered=delivered_of([node.lineage]).get(node.lineage) if node else None,
    )


@blueprint.post("/<public_id>/sessions/<session_id>/taught/tap")
@allow("workshops.edit")
def tap_time(public_id: str, session_id: str) -> ResponseReturnValue:
    """Say that the session begins, or ends, at this moment."""
    workshop, shown = _shown(public_id, session_id)
    form, edge = RecordForm(), _edge()
    with FlashedProblems():
        # The same page, sent twice, taps once.
        key = f"{form.key.data}-{edge}"
        tap(workshop.register.public_id, shown.slot, edge, key, current_actor())
    return _with_what_is_typed(public_id, session_id, form, shown, edge)


def _edge() -> Edge:
    sent = request.form.get("edge", "")
    if sent not in set(Edge):
        raise NotFound
    return Edge(sent)


@blueprint.post("/<public_id>/sessions/<session_id>/taught/undo")
@allow("workshops.edit")
def untap_time(public_id: str, session_id: str) -> ResponseReturnValue:
    """Take back what was last said of the beginning or end."""
    workshop, shown = _shown(public_id, session_id)
    edge = _edge()
    undo_time(workshop.register.public_id, shown.slot, edge, current_actor())
    flash(_("Taken back."))
    return _with_what_is_typed(public_id, session_id, RecordForm(), shown, edge)


def _clock(moment: datetime | None) -> time | None:
    return to_local(moment).time().replace(second=0, microsecond=0) if moment else None


def _values(shown: TaughtSession) -> dict[str, object]:
    start, end = _clock(shown.taught.start), _clock(shown.taught.end)
    lineages = [step.step.lineage for step in shown.steps]
    left_out = {lineage: shown.left_out.get(lineage, ("", "")) for lineage in lineages}
    return {
        "start": start,
        "end": end,
        "start_seen": f"{start:%H:%M}" if start else "",
        "end_seen": f"{end:%H:%M}" if end else "",
        "steps": [
            {"lineage": lineage, "reason": reason, "words": words}
            for lineage, (reason, words) in left_out.items()
        ],
        "objectives": [
            {"lineage": objective.lineage, "reached": shown.reached.get(objective.lineage, "")}
            for objective in shown.objectives
        ],
        "notes": shown.notes,
        "next_time": shown.next_time,
        "row_version": shown.row_version,
    }


def _typed(form: RecordForm, shown: TaughtSession) -> dict[Edge, datetime | None]:
    """Times that were typed anew, on the day on which the session was taught or, if nobody said so,
    was planned."""
    day = to_local(shown.taught.start or shown.starts_at).date()
    typed: dict[Edge, datetime | None] = {}
    for edge, clock, seen in (
        (Edge.START, form.start.data, form.start_seen.data),
        (Edge.END, form.end.data, form.end_seen.data),
    ):
        if (f"{clock:%H:%M}" if clock else "") != (seen or ""):
            typed[edge] = from_local(day, clock) if clock else None
    return typed


def _told(form: RecordForm) -> TaughtRecord:
    return TaughtRecord(
        left_out={
            line.form.lineage.data or "": (line.form.reason.data, line.form.words.data or "")
            for line in form.steps
            if line.form.reason.data
        },
        reached={
            line.form.lineage.data or "": line.form.reached.data
            for line in form.objectives
            if line.form.reached.data
        },
        notes=form.notes.data or "",
        next_time=form.next_time.data or "",
    )


def _with_what_is_typed(
    public_id: str, session_id: str, form: RecordForm, before: TaughtSession, tapped: Edge
) -> ResponseReturnValue:
    """Go on with the page; what was typed but not saved yet stays on it, the other time too."""
    saved = TaughtRecord(before.left_out, before.reached, before.notes, before.next_time)
    typed = {str(edge) for edge in _typed(form, before) if edge is not tapped}
    if _told(form) == saved and not typed:
        return go_to("workshops.taught", public_id, session_id=session_id)
    _workshop, shown = _shown(public_id, session_id)
    now = RecordForm(formdata=None, data=_values(shown))
    for name in {"start", "end", "start_seen", "end_seen", "key"} - typed:
        form[name].data, form[name].raw_data = now[name].data, None
    return _page(public_id, session_id, form)
