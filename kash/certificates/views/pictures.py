"""Pictures: those of a design, one's own signature, and funders' marks."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.certificates import blueprint
from kash.certificates.forms.designs import (
    PICTURE_USES,
    OnePictureForm,
    PictureForm,
    design_name,
)
from kash.certificates.paper.reading import batch_lines, signature_picture
from kash.certificates.queries import designs
from kash.certificates.queries import signatures as queries
from kash.certificates.queries.issuing import batch_of
from kash.certificates.rules.designs import content_from
from kash.certificates.services import designs as design_services
from kash.certificates.services import signatures as services
from kash.certificates.views.scope import staff_workshop
from kash.platform import storage
from kash.platform.web import NotFound, Problem, current_actor, page
from kash.platform.web.bodies import takes_file
from kash.platform.web.commands import CaughtProblem, FlashedProblems
from kash.platform.web.errors import one_or_404
from kash.platform.web.pictures import (
    MOST_BYTES,
    prepared_picture,
    prepared_signature,
)
from kash.policy import allow

# At 300 dots an inch: a logo of 60 by 16 mm, a seal of 27 mm, a signature and a mark of 60 by 14.
_SIZES = {"logo": (710, 240), "seal": (400, 400), "own": (1800, 1800)}
_SIGNATURE_SIZE = (710, 200)
_MARK_SIZE = (480, 160)


def _sent() -> bytes:
    sent = request.files.get("picture")
    return sent.stream.read(MOST_BYTES + 1) if sent is not None else b""


def _png(key: str) -> Response:
    try:
        return Response(storage.get(key), mimetype="image/png")
    except storage.StorageError:
        raise NotFound from None


@blueprint.route("/certificates/designs/<design_id>/pictures", methods=["GET", "POST"])
@allow("certificates.design")
@takes_file(MOST_BYTES)
def design_pictures(design_id: str) -> ResponseReturnValue:
    """The pictures of a design, and a form for another; each is drawn anew."""
    found = designs.design(design_id)
    content = content_from(found.content)
    form = PictureForm(data={"use": "logo"})
    if content.base != "own":
        form.use.choices = list(PICTURE_USES.items())[:2]
    if form.validate_on_submit():
        use = form.use.data
        name = (form.name.data) if use == "own" else ""
        with form.showing_problems():
            png = prepared_picture(_sent(), *_SIZES[use])
            design_services.put_picture(design_id, use, name, png, current_actor())
            flash(_("Saved. It is printed once the design is put into use."))
            return redirect(url_for("certificates.design_pictures", design_id=design_id))
    kept: list[tuple[str, str]] = [("logo", content.logo), ("seal", content.seal)]
    kept += sorted(content.pictures.items())
    return page(
        "certificates/design_pictures.html",
        form=form,
        design=found,
        title=design_name(found),
        content=content,
        pictures=[(name, key) for name, key in kept if key not in ("", "programme")],
    )


@blueprint.post("/certificates/designs/<design_id>/pictures/<image_id>/remove")
@allow("certificates.design")
def remove_design_picture(design_id: str, image_id: str) -> ResponseReturnValue:
    """Take a picture away."""
    design_services.remove_picture(design_id, image_id, current_actor())
    flash(_("The picture is gone."))
    return redirect(url_for("certificates.design_pictures", design_id=design_id), code=303)


@blueprint.get("/certificates/designs/<design_id>/pictures/<image_id>.png")
@allow("certificates.see_designs")
def design_image(design_id: str, image_id: str) -> ResponseReturnValue:
    """A picture of a design as it is kept."""
    return _png(designs.image_of(designs.design(design_id), image_id).key)


@blueprint.route("/certificates/signature", methods=["GET", "POST"])
@allow("certificates.sign")
@takes_file(MOST_BYTES)
def signature() -> ResponseReturnValue:
    """One's own signature: upload it, and see where it may stand."""
    form = OnePictureForm()
    if form.validate_on_submit():
        with form.showing_problems():
            services.keep_signature(prepared_signature(_sent(), *_SIGNATURE_SIZE), current_actor())
            flash(_("Saved and sealed. It stands nowhere until you allow it."))
            return redirect(url_for("certificates.signature"))
    return _signature_page(form)


def _signature_page(form: Any, problem: str = "") -> ResponseReturnValue:
    actor = current_actor()
    uses = queries.own_uses(actor)
    allowed = {design.public_id for _use, design, _batch in uses if design is not None}
    body, status = page(
        "certificates/signature.html",
        form=form,
        held=queries.own_signature(actor),
        uses=uses,
        offered=[one for one in designs.designs_on_offer() if one.public_id not in allowed],
        design_name=design_name,
        problem=problem,
    )
    return body, 409 if problem else status


@blueprint.get("/certificates/signature.png")
@allow("certificates.sign")
def signature_image() -> ResponseReturnValue:
    """One's own signature as it is kept; nobody else's."""
    held = one_or_404(queries.own_signature(current_actor()))
    return Response(signature_picture(held), mimetype="image/png")


@blueprint.route("/certificates/signature/withdraw", methods=["GET", "POST"])
@allow("certificates.sign")
def withdraw_signature() -> ResponseReturnValue:
    """Take one's signature back, after a question."""
    if request.method == "POST":
        with CaughtProblem(services.NoSignature) as caught:
            services.withdraw_signature(current_actor())
            flash(_("Withdrawn. Nothing that is issued from now on bears your signature."))
            return redirect(url_for("certificates.signature"), code=303)
        return _signature_page(OnePictureForm(), caught.sentence)
    return render_template("certificates/signature_withdraw.html")


@blueprint.post("/certificates/signature/designs/<design_id>")
@allow("certificates.sign")
def sign_design(design_id: str) -> ResponseReturnValue:
    """Allow one's signature wherever one signs by a design."""
    with CaughtProblem(services.NoSignature) as caught:
        services.allow_on_design(designs.design(design_id), current_actor())
        flash(_("Allowed until you say otherwise."))
        return redirect(url_for("certificates.signature"), code=303)
    return _signature_page(OnePictureForm(), caught.sentence)


@blueprint.post("/certificates/signature/uses/<use_id>/withdraw")
@allow("certificates.sign")
def withdraw_signature_use(use_id: str) -> ResponseReturnValue:
    """Allow it there no more."""
    services.withdraw_use(use_id, current_actor())
    flash(_("Withdrawn. What was issued before keeps it."))
    return redirect(url_for("certificates.signature"), code=303)


@blueprint.post("/workshops/<public_id>/certificates/batches/<batch_id>/signature")
@allow("certificates.sign")
def sign_batch(public_id: str, batch_id: str) -> ResponseReturnValue:
    """Allow one's signature on the certificates of one batch."""
    batch = batch_of(staff_workshop(public_id), batch_id)
    actor = current_actor()
    with FlashedProblems(Problem):
        if actor.public_id not in {line.account for line in batch_lines(batch)}:
            raise services.NotASignatory
        services.allow_on_batch(batch_of(staff_workshop(public_id), batch_id), actor)
        flash(_("Your signature will stand on these certificates."))
    return redirect(url_for("certificates.batch", public_id=public_id, batch_id=batch_id), code=303)


@blueprint.get("/certificates/marks")
@allow("certificates.design")
def marks() -> ResponseReturnValue:
    """Funders and their marks."""
    return render_template("certificates/marks.html", funders=queries.all_marks())


@blueprint.route("/certificates/marks/<funder_id>", methods=["GET", "POST"])
@allow("certificates.design")
@takes_file(MOST_BYTES)
def mark(funder_id: str) -> ResponseReturnValue:
    """Upload a funder's mark."""
    funder, held = queries.funder(funder_id)
    form = OnePictureForm()
    if form.validate_on_submit():
        with form.showing_problems():
            services.keep_mark(funder, prepared_picture(_sent(), *_MARK_SIZE), current_actor())
            flash(_("Saved. It stands on what is issued from now on."))
            return redirect(url_for("certificates.marks"))
    return page("certificates/mark.html", form=form, funder=funder, held=held)


@blueprint.get("/certificates/marks/<funder_id>.png")
@allow("certificates.design")
def mark_image(funder_id: str) -> ResponseReturnValue:
    """A funder's mark as it is kept."""
    _funder, held = queries.funder(funder_id)
    if held is None:
        raise NotFound
    return _png(held.key)


@blueprint.post("/certificates/marks/<funder_id>/remove")
@allow("certificates.design")
def remove_mark(funder_id: str) -> ResponseReturnValue:
    """Print a funder's mark no more."""
    funder, _held = queries.funder(funder_id)
    services.remove_mark(funder, current_actor())
    flash(_("The mark is gone."))
    return redirect(url_for("certificates.marks"), code=303)
