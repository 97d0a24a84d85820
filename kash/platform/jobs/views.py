"""The pages of one job, for its owner only: to anybody else it is as if it were not there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g, redirect, render_template, url_for
from flask_babel import gettext as _

from kash.platform import storage
from kash.platform.jobs import services
from kash.platform.jobs.models import CANCELLED, DONE, FAILED, WAITING, Job
from kash.platform.jobs.services import kind_named, own_job, waits_for_own
from kash.policy import SIGNED_IN, allow

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")


def _owner() -> str:
    return str(g.actor.public_id)


def _own_job(public_id: str) -> Job:
    job = own_job(public_id, _owner()) if public_id.isascii() else None
    if job is None:
        abort(404)
    kind = kind_named(job.kind)
    if kind is not None and kind.needs and not g.actor.may(kind.needs):
        abort(404)
    return job


def message_of(job: Job) -> str:
    """Where the job stands, in a sentence."""
    if job.state == FAILED:
        return job.error
    if job.state == CANCELLED:
        return _("Cancelled.")
    if job.state == DONE:
        return _("Done.")
    if job.cancel_asked:
        return _("It stops at its next step.")
    if waits_for_own(job):
        return _("It waits until your other work is done: one piece at a time for each account.")
    if job.state == WAITING:
        return _("It waits for its turn. You can leave this page.")
    return _("You can leave this page; the work goes on.")


@blueprint.get("/<public_id>")
@allow(SIGNED_IN)
def page(public_id: str) -> str:
    """The bar, and at the end the file."""
    job = _own_job(public_id)
    return render_template(
        "jobs/job.html",
        job=job,
        message=message_of(job),
        hours=int(services.results_kept().files.total_seconds() // 3600),
    )


@blueprint.get("/<public_id>/state")
@allow(SIGNED_IN)
def state(public_id: str) -> dict[str, Any]:
    """State of a job, for which the bar asks every second."""
    job = _own_job(public_id)
    return {
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "error": job.error,
        "message": message_of(job),
    }


@blueprint.post("/<public_id>/cancel")
@allow(SIGNED_IN)
def cancel(public_id: str) -> Any:
    """Ask the work to stop; harmless if it has ended."""
    if not public_id.isascii() or not services.cancel(public_id, _owner()):
        abort(404)
    return redirect(url_for("jobs.page", public_id=public_id), code=303)


@blueprint.get("/<public_id>/result")
@allow(SIGNED_IN)
def result(public_id: str) -> Response:
    """The file, under its neutral name."""
    job = _own_job(public_id)
    if job.state != DONE or not job.result_key:
        abort(404)
    try:
        content = storage.stream(job.result_key)
    except storage.FileMissing:
        abort(404)
    name, kind = job.result_name, job.result_type
    services.note_fetched(public_id, g.actor)
    response = Response(content, mimetype=kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
