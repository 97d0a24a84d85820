"""Pages of plans: published for everybody, proposed by one and approved by another."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.platform.approvals.pages import ProposalPage, SendBackForm
from kash.platform.web import current_actor, page
from kash.platform.web.errors import NotFound
from kash.platform.web.formats import local_today
from kash.platform.web.row_versions import number_shown
from kash.policy import allow
from kash.releases import blueprint
from kash.releases.approval import APPROVAL
from kash.releases.models import ReleasePlan
from kash.releases.plan_forms import ApprovePlanForm, BeginPlanForm, YearPlanForm, as_entered
from kash.releases.plan_words import EVERY, promise_sentences
from kash.releases.queries import plans as queries
from kash.releases.rules.days import first_day, proposed_days
from kash.releases.rules.proposing import propose
from kash.releases.rules.tables import KNOWN, QUARTERS, SIXTHS, YearPlan, last_days
from kash.releases.services import plans as services
from kash.releases.words import line_name, table_name


@blueprint.get("/plans")
@allow("releases.see")
def plans() -> ResponseReturnValue:
    """The plans of all years, and those that wait for whoever decides on them."""
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
    earlier = [one.year_plan for one in queries.approved_before(found.year)]
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
            made = services.propose_plan(year, form.details(start), by=current_actor())
            flash(_("Proposed. A director or a custodian reads it next."))
            return redirect(url_for("releases.plan", plan_id=made), code=303)
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
    earlier = [one.year_plan for one in queries.approved_before(year)]
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
        spans={one: (first_day(year, one), last_days(year)[one - 1]) for one in quarters},
    )


@blueprint.route("/plans/<plan_id>/edit", methods=["GET", "POST"])
@allow("releases.make")
def edit_plan(plan_id: str) -> ResponseReturnValue:
    """Change a plan that waits."""
    found = queries.plan(plan_id, current_actor())
    if found.state != "proposed":
        raise NotFound
    form = YearPlanForm(data=_saved(found))
    if form.validate_on_submit():
        with form.showing_problems():
            services.change_plan(
                plan_id,
                form.details(found.year_plan),
                form.row_version_shown,
                by=current_actor(),
            )
            flash(_("Saved."))
            return redirect(url_for("releases.plan", plan_id=plan_id), code=303)
        found = queries.plan(plan_id, current_actor())
    if form.changed_meanwhile:
        form.compare(_saved(found))
    return _form_page(form, found.year, found)


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
