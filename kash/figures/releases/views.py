"""Pages of plans: published for everybody, proposed by one and approved by another. Pages of what
was printed, for everybody; and printing it, for the person who has the vault open. The page of
figures that may have been printed before the database was put back: one person says what became of
them, another agrees. The rule in plain words: page, leaflet, and dice on a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.members.vault_sessions import current_vault, require_vault
from kash.accounts.queries.accounts import names_of
from kash.figures.releases import blueprint, queries, services
from kash.figures.releases.documents import pictures
from kash.figures.releases.models import ReleasePlan
from kash.figures.releases.plan_forms import (
    KINDS,
    AgreeForm,
    ApprovePlanForm,
    BeginPlanForm,
    DiceForm,
    ReleaseNoteForm,
    SayForm,
    YearPlanForm,
    as_entered,
)
from kash.figures.releases.queries import (
    APPROVAL,
    EVERY,
    RECOVERY,
    PrintedTable,
    by_key,
    days_due,
    doubts,
    line_name,
    lost_days,
    next_day,
    notes_of,
    printed_tables,
    promise_sentences,
    read_table,
    sent_back,
    table_name,
    waiting_for,
)
from kash.figures.releases.reading_words import printed_rows
from kash.figures.releases.rule_texts import VERSION, rule_words
from kash.figures.releases.rules.proposing import propose
from kash.figures.releases.rules.tables import (
    KNOWN,
    QUARTERS,
    SIXTHS,
    YearPlan,
    first_day,
    last_days,
    proposed_days,
)
from kash.incidents.services.saved_views import RecordsNotOpen, ReportsStillWait
from kash.platform.approvals.pages import ProposalPage, SendBackForm
from kash.platform.database import db, utc_now
from kash.platform.web import current_actor, download, page
from kash.platform.web.commands import CaughtProblem, FlashedProblems
from kash.platform.web.errors import NotFound, Problem, one_or_404
from kash.platform.web.formats import local_today
from kash.platform.web.language import language_code
from kash.platform.web.logs import leaves_no_trace
from kash.platform.web.pages import go
from kash.platform.web.parts import page_sections
from kash.platform.web.row_versions import number_shown
from kash.platform.web.taking import XLSX, noted, table_csv, table_xlsx
from kash.policy import allow


@blueprint.get("/plans")
@allow("releases.see")
def plans() -> ResponseReturnValue:
    """The plans of all years, and those that wait for the person who decides on them."""
    actor = current_actor()
    return render_template(
        "releases/plans.html",
        plans=queries.plans(actor),
        may_begin=actor.may("releases.make") and bool(queries.years_to_plan(local_today())),
        titles={key: table_name(key) for key in KNOWN},
    )


@blueprint.get("/plans/<plan_id>")
@allow("releases.see")
def plan(plan_id: str) -> ResponseReturnValue:
    """A plan: what is printed on which days, and what it promises."""
    return _plan_page(queries.plan(plan_id, current_actor()), SendBackForm(formdata=None))


def _plan_page(found: ReleasePlan, form: SendBackForm, problem: str = "") -> ResponseReturnValue:
    actor, year_plan = current_actor(), found.year_plan
    earlier = [plan.year_plan for plan in queries.approved_before(found.year)]
    calendar: dict[date, list[str]] = {}
    for window in found.calendar:
        calendar.setdefault(window.freeze_on, []).append(table_name(window.key))
    return render_template(
        "releases/plan.html",
        plan=found,
        tables=[
            (table, table_name(table.title_key), [line_name(table.key, c) for c in table.codes])
            for table in year_plan.tables
        ],
        every=EVERY,
        sixths=SIXTHS,
        calendar=calendar,
        promise=promise_sentences([*earlier, year_plan]),
        decision=APPROVAL.offered(found, actor),
        names=names_of(found.accounts) if queries.decides_on_plans(actor) else {},
        decides=queries.decides_on_plans(actor),
        form=form,
        approve_form=ApprovePlanForm(formdata=None, data={"digest": found.digest}),
        problem=problem,
    ), 409 if problem else 422 if form.errors else 200


@blueprint.route("/plans/new", methods=["GET", "POST"])
@allow("releases.make")
def new_plan() -> ResponseReturnValue:
    """Choose a year and say what the forum expects; then propose a plan of it."""
    years = queries.years_to_plan(local_today())
    year = number_shown(request.args.get("year"))
    if year not in years:
        return _begin_page(years)
    stated = _stated(request.args.get("stated"))
    start = _proposed(year, stated)
    days = proposed_days(year, local_today())
    form = YearPlanForm(data=as_entered(start, days, stated_figure=stated))
    if form.validate_on_submit():
        with form.showing_problems():
            plan_id = services.propose_plan(year, form.details(start), by=current_actor())
            flash(_("Proposed. A director or a custodian reads it next."))
            return go("releases.plan", plan_id=plan_id)
    return _form_page(form, year)


def _begin_page(years: list[int]) -> ResponseReturnValue:
    form = BeginPlanForm(formdata=None)
    form.year.choices = [(str(year), str(year)) for year in years]
    if years:
        form.year.data = str(years[-1])
    answer = render_template("releases/begin_plan.html", form=form, years=years)
    return answer, 409 if request.method == "POST" else 200


def _stated(text: str | None) -> int | None:
    """Figure that a forum states, as the address names it; None if that is no number."""
    written = (text or "").strip()
    return number_shown(written) if written.isascii() and written.isdigit() else None


def _proposed(year: int, stated: int | None) -> YearPlan:
    earlier = [plan.year_plan for plan in queries.approved_before(year)]
    return propose(queries.printed_lines(), stated, year=year, earlier=earlier)


def _form_page(
    form: YearPlanForm, year: int, plan: ReleasePlan | None = None
) -> ResponseReturnValue:
    quarters = range(1, QUARTERS + 1)
    return page(
        "releases/plan_form.html",
        form=form,
        year=year,
        plan=plan,
        titles={key: table_name(key) for key in KNOWN},
        lines={key: [line_name(key, code) for code in table.codes] for key, table in KNOWN.items()},
        spans={
            quarter: (first_day(year, quarter), last_days(year)[quarter - 1])
            for quarter in quarters
        },
    )


@blueprint.route("/plans/<plan_id>/edit", methods=["GET", "POST"])
@allow("releases.make")
def edit_plan(plan_id: str) -> ResponseReturnValue:
    """Change a plan that waits."""
    plan = queries.plan(plan_id, current_actor())
    if plan.state != "proposed":
        raise NotFound
    form = YearPlanForm(data=_saved(plan))
    if form.validate_on_submit():
        with form.showing_problems():
            services.change_plan(
                plan_id, form.details(plan.year_plan), form.row_version_shown, by=current_actor()
            )
            return go("releases.plan", _("Saved."))
        plan = queries.plan(plan_id, current_actor())
    if form.changed_meanwhile:
        form.compare(_saved(plan))
    return _form_page(form, plan.year, plan)


def _saved(found: ReleasePlan) -> dict[str, object]:
    days: list[date | None] = [None] * QUARTERS
    for window in found.calendar:
        days[(window.freeze_on.month - 1) // 3] = window.freeze_on
    begins = next(place for place, day in enumerate(days) if day is not None)
    # Quarters of which no table is printed keep a day, for a change of how often.
    for place, day in enumerate(last_days(found.year)[begins:], begins):
        days[place] = days[place] or day
    return as_entered(
        found.year_plan,
        days,
        stated_figure=found.stated_figure,
        forum_decision=found.forum_decision,
        row_version=found.row_version,
    )


def _page(plan_id: str) -> ProposalPage[ReleasePlan]:
    return ProposalPage(
        APPROVAL,
        lambda: queries.plan(plan_id, current_actor()),
        _plan_page,
        url_for("releases.plan", plan_id=plan_id),
    )


@blueprint.post("/plans/<plan_id>/approve")
@allow("releases.approve")
def approve_plan(plan_id: str) -> ResponseReturnValue:
    """Approve what another person proposed: from then on nothing in it changes."""
    digest = ApprovePlanForm().digest.data
    return _page(plan_id).step(
        lambda one: services.approve_plan(one.public_id, digest, by=current_actor()),
        lambda _nothing: _("Approved and published. Nothing in it changes from now on."),
    )


@blueprint.post("/plans/<plan_id>/turn-back")
@allow("releases.approve")
def return_plan(plan_id: str) -> ResponseReturnValue:
    """Turn a plan back, with what must be put right."""
    return _page(plan_id).send_back(
        lambda one, reason: services.return_plan(one.public_id, reason, by=current_actor()),
        _("Sent back. Another plan of the year can be proposed."),
        as_organiser=False,
    )


@blueprint.get("/")
@allow("releases.see")
def index() -> ResponseReturnValue:
    """The newest of each table, all that was printed by year, and what is to be printed."""
    tables, now = printed_tables(), utc_now()
    years: dict[int, list[PrintedTable]] = {}
    for table in sorted(tables, key=lambda table: -table.year):
        years.setdefault(table.year, []).append(table)
    return render_template(
        "releases/index.html",
        newest=[read_table(table) for table in by_key(tables).values()],
        years=years,
        due=days_due(now),
        waiting=[table.day for table in doubts(db.session(), now)],
        lost=lost_days(),
        coming=next_day(now),
        sections=page_sections("figures", ""),
    )


@blueprint.get("/table")
@allow("releases.see")
def table() -> ResponseReturnValue:
    """All printed lines, as XLSX or CSV."""
    rows = printed_rows(printed_tables())
    if request.args.get("kind") == "csv":
        return noted(download(table_csv(rows), name="releases.csv", type="text/csv; charset=utf-8"))
    return noted(download(table_xlsx(rows), name="releases.xlsx", type=XLSX))


@blueprint.post("/print")
@allow("releases.make")
@leaves_no_trace
@require_vault
def print_day() -> ResponseReturnValue:
    """Print all tables of a day; the person who asks again is shown them. How long it takes is
    noted nowhere."""
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        raise NotFound from None
    vault = one_or_404(current_vault())
    with FlashedProblems(RecordsNotOpen, ReportsStillWait):
        printed = services.print_release(day, by=current_actor(), vault=vault)
        if printed:
            flash(_("These figures are printed. They stay as they are."))
            return go("releases.release", public_id=printed[0])
    return go("releases.index")


@blueprint.get("/<public_id>")
@allow("releases.see")
def release(public_id: str) -> ResponseReturnValue:
    """One table as it was printed, with those before it and those printed with it."""
    tables, shown = _with_table(public_id)
    same = [table for table in tables if table.key == shown.key]
    return render_template(
        "releases/release.html",
        read=read_table(same[: same.index(shown) + 1]),
        beside=[table for table in tables if table.freeze_on == shown.freeze_on and table != shown],
        notes=notes_of(public_id).get(public_id, []),
    )


@blueprint.route("/<public_id>/note", methods=["GET", "POST"])
@allow("releases.make")
def note(public_id: str) -> ResponseReturnValue:
    """Write a note beside a table."""
    _tables, shown = _with_table(public_id)
    form = ReleaseNoteForm()
    if form.validate_on_submit():
        with form.showing_problems():
            services.add_note(public_id, form.text.data, by=current_actor())
            return go("releases.release", _("The note stands beside the table."))
    return page("releases/note.html", form=form, table=shown)


def _with_table(public_id: str) -> tuple[Sequence[PrintedTable], PrintedTable]:
    tables = printed_tables()
    return tables, one_or_404(
        next((table for table in tables if table.release_id == public_id), None)
    )


_OPENED = _l("On record. These figures can be printed now.")
_CLOSED = _l("These figures stay as they were printed; the next can follow.")


@blueprint.get("/put-back")
@allow("releases.see")
def put_back() -> ResponseReturnValue:
    """The oldest day that waits, and what is said of it."""
    return _put_back_page()


def _put_back_page(
    say: SayForm | None = None,
    agree: AgreeForm | None = None,
    back: SendBackForm | None = None,
    problem: str = "",
) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    waiting = doubts(session, utc_now())
    doubt = waiting[0] if waiting else None
    proposed = waiting_for(session, doubt.day) if doubt else None
    knows = actor.may(RECOVERY.proposes) or actor.may(RECOVERY.approves)
    return page(
        "releases/put_back.html",
        form=say or agree or back,
        doubt=doubt,
        more=len(waiting) - 1,
        titles=[table_name(table.window.key) for table in doubt.printing.tables] if doubt else [],
        said=proposed,
        returned=sent_back(session, doubt.day) if doubt and knows else None,
        knows=knows,
        kinds=KINDS,
        names=names_of(proposed.accounts) if proposed and knows else {},
        decision=RECOVERY.offered(proposed, actor) if proposed else None,
        say=say or SayForm(formdata=None, day=doubt.day.isoformat() if doubt else ""),
        agree=agree or AgreeForm(formdata=None, recovery=proposed.public_id if proposed else ""),
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
        return _put_back_page(say=form, problem="" if form.errors else caught.sentence)
    return _put_back_page(say=form)


@blueprint.post("/put-back/agree")
@allow("releases.approve")
def agree_what_became() -> ResponseReturnValue:
    """Agree to what another said, from one's own knowledge."""
    form = AgreeForm()
    if form.validate_on_submit():
        with CaughtProblem(Problem) as caught, form.showing_problems():
            closed = services.agree(form.recovery.data or "", form.code.data, by=current_actor())
            return _back_to_page(_CLOSED if closed else _OPENED)
        return _put_back_page(agree=form, problem="" if form.errors else caught.sentence)
    return _put_back_page(agree=form)


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
        return _put_back_page(back=form, problem=caught.sentence)
    return _put_back_page(back=form)


@blueprint.get("/rule")
@allow("releases.see")
def rule() -> ResponseReturnValue:
    """The rule, as it is read out to a forum."""
    return page(
        "releases/rule.html", said=rule_words(language_code()), version=VERSION, pictures=pictures
    )


@blueprint.get("/rule/leaflet.pdf")
@allow("releases.see")
def leaflet() -> ResponseReturnValue:
    """The same on paper, in the reader's language."""
    content = services.rule_leaflet(language_code())
    return download(content, name="leaflet.pdf", type="application/pdf")


@blueprint.get("/dice")
@allow("releases.see")
def dice() -> ResponseReturnValue:
    """Dice that a forum throws itself, and an invented example."""
    form = DiceForm()
    if request.args:
        form.validate()
    throws = form.throws()
    return page("releases/dice.html", form=form, throws=throws, said=rule_words(language_code()))
