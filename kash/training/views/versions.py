"""Pages about a version: to read, to propose and publish, and its papers."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.platform.approvals.errors import SamePerson
from kash.platform.cleaning import CleaningBusy
from kash.platform.press import RenderError
from kash.platform.storage import StorageError
from kash.platform.web import current_actor, download
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import ChangedMeanwhile
from kash.platform.web.language import LANGUAGES, programme_languages
from kash.policy import allow
from kash.training import blueprint, documents, queries
from kash.training.approval import APPROVAL
from kash.training.deliveries import delivered_kept, delivered_of
from kash.training.forms.courses import ReturnCourseForm
from kash.training.material_files import NotJoined, files_of
from kash.training.models import CourseVersion, SessionPlan
from kash.training.rules.delivered import whole_time
from kash.training.rules.fields import PLAN
from kash.training.rules.nodes import by_key, code_of
from kash.training.rules.states import group_size, total_minutes
from kash.training.rules.timing import timed_steps
from kash.training.rules.titles import telling_words
from kash.training.services import states
from kash.training.services.sessions import plan_in
from kash.training.services.states import NoPlansYet, StepNotPossible, TitlesMissing
from kash.training.trees import tree_of


@blueprint.get("/versions/<public_id>")
@allow("curriculum.see")
def version(public_id: str) -> ResponseReturnValue:
    """A whole version to read."""
    actor = current_actor()
    return _version_page(queries.version(actor, public_id), ReturnCourseForm(formdata=None))


def _version_page(found: CourseVersion, form: ReturnCourseForm) -> str:
    actor = current_actor()
    decision = APPROVAL.offered(found, actor)
    tree = queries.read_version(found)
    versions = queries.versions_of(actor, found.course) if queries.sees_everything(actor) else []
    open_in = {each.language for each in versions if each.state != "published"}
    return render_template(
        "training/version.html",
        version=found,
        tree=tree,
        code=code_of(tree_of(found)),
        lent=sum(len(node.lent) for node in tree.walk()),
        group_size=group_size(found.group_least, found.group_most),
        decision=decision,
        names=names_of([found.published_for, decision.standing_in]),
        minutes=_minutes(found),
        delivered=(delivered := delivered_kept([plan.lineage for plan in _plans(found)])),
        whole_time=whole_time(
            (plan.minutes, delivered.get(plan.lineage)) for plan in _plans(found)
        ),
        plans=sum(len(module.plans) for module in found.modules),
        language_names=LANGUAGES,
        whole=queries.sees_everything(current_actor()),
        telling=telling_words(found.public_title),
        form=form,
        siblings=len(versions),
        into=[
            (code, LANGUAGES.get(code, code))
            for code in programme_languages()
            if code != found.language and code not in open_in
        ],
    )


@blueprint.get("/versions/<public_id>/plans/<plan_id>")
@allow("curriculum.see")
def session(public_id: str, plan_id: str) -> ResponseReturnValue:
    """One session to read, with what is for facilitators for whoever sees the whole curriculum."""
    found = queries.version(current_actor(), public_id)
    plan = plan_in(found, plan_id)
    plans = [each for module in found.modules for each in module.plans]
    nodes = by_key(queries.read_version(found))
    place = plans.index(plan)
    files = files_of(row.file for row in plan.rows)
    return render_template(
        "training/session.html",
        version=found,
        plan=plan,
        node=nodes[PLAN.name, plan.lineage],
        steps=timed_steps(nodes[PLAN.name, plan.lineage]),
        delivered=delivered_of([plan.lineage]).get(plan.lineage),
        before=plans[place - 1] if place else None,
        after=plans[place + 1] if place + 1 < len(plans) else None,
        number=_number_of(found, plan),
        whole=queries.sees_everything(current_actor()),
        files={
            row.lineage: (row.public_id, files[row.file]) for row in plan.rows if row.file in files
        },
    )


def _number_of(found: CourseVersion, plan: SessionPlan) -> str:
    at = found.modules.index(plan.module)
    return f"{at + 1}.{plan.module.plans.index(plan) + 1}"


def _plans(found: CourseVersion) -> list[SessionPlan]:
    return [plan for module in found.modules for plan in module.plans]


def _minutes(found: CourseVersion) -> int:
    return total_minutes(plan.minutes for plan in _plans(found))


@blueprint.post("/versions/<public_id>/propose")
@allow("curriculum.edit")
def propose(public_id: str) -> ResponseReturnValue:
    """Hand a draft to a director."""
    with FlashedProblems(NoPlansYet, TitlesMissing, StepNotPossible, tone="warn"):
        states.propose(public_id, current_actor())
        flash(_("Proposed. A director reads it next."))
    return redirect(url_for("training.version", public_id=public_id))


@blueprint.post("/versions/<public_id>/take-back")
@allow("curriculum.edit")
def take_back(public_id: str) -> ResponseReturnValue:
    """Go on writing what was proposed."""
    with FlashedProblems(StepNotPossible, tone="warn"):
        states.take_back(public_id, current_actor())
        return redirect(url_for("training.edit", public_id=public_id))
    return redirect(url_for("training.version", public_id=public_id))


@blueprint.route("/versions/<public_id>/publish", methods=["GET", "POST"])
@allow("curriculum.approve")
def publish(public_id: str) -> ResponseReturnValue:
    """Ask, then publish what was read: from now on nothing in it changes."""
    found = queries.version(current_actor(), public_id)
    if request.method == "GET":
        return render_template("training/publish.html", version=found)
    with FlashedProblems(SamePerson, StepNotPossible, ChangedMeanwhile, tone="warn"):
        states.publish(public_id, current_actor(), code=request.args.get("read", ""))
        flash(_("Published. Workshops can now be made from it."))
    return redirect(url_for("training.version", public_id=public_id))


@blueprint.post("/versions/<public_id>/return")
@allow("curriculum.approve")
def return_to_draft(public_id: str) -> ResponseReturnValue:
    """Send a proposal back with a sentence."""
    form = ReturnCourseForm()
    found = queries.version(current_actor(), public_id)
    if not form.validate():
        return _version_page(found, form), 422
    with FlashedProblems(StepNotPossible, tone="warn"):
        states.return_to_draft(public_id, form.because.data, current_actor())
        flash(_("Sent back to be changed."))
    return redirect(url_for("training.version", public_id=public_id))


@blueprint.get("/versions/<public_id>/guide.pdf")
@allow("curriculum.see")
def guide(public_id: str) -> ResponseReturnValue:
    """The guide on paper; notes for the facilitator only for whoever sees the whole curriculum."""
    found = queries.version(current_actor(), public_id)
    with FlashedProblems(RenderError):
        made = documents.guide(found, with_notes=queries.sees_everything(current_actor()))
        return download(made, name="guide.pdf", type="application/pdf")
    return redirect(url_for("training.version", public_id=public_id))


@blueprint.get("/versions/<public_id>/handout.pdf")
@allow("curriculum.see")
def handout(public_id: str) -> ResponseReturnValue:
    """The hand-out on paper: key messages, legal points, and files to take home."""
    found = queries.version(current_actor(), public_id)
    if not documents.told_at_home(queries.read_version(found)):
        flash(_("No session has a key message, a legal point or a file to take home yet."), "warn")
        return redirect(url_for("training.version", public_id=public_id))
    with FlashedProblems(RenderError, NotJoined, CleaningBusy, StorageError):
        return download(documents.handout(found), name="handout.pdf", type="application/pdf")
    return redirect(url_for("training.version", public_id=public_id))
