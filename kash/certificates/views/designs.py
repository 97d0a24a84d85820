"""Designs: the list, one of them, a new one, changing one, and what is done with it."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.certificates import blueprint, previews
from kash.certificates.design_pictures import BeingDrawn, stand_in
from kash.certificates.forms.designs import (
    BASE_NAMES,
    PAGE_NAMES,
    DesignForm,
    NewDesignForm,
    design_form,
    design_name,
    lack_sentences,
)
from kash.certificates.models import Design
from kash.certificates.paper.wording import usual_words
from kash.certificates.queries import designs as queries
from kash.certificates.rules.designs import (
    MOST_SIGNERS,
    SENTENCE_FIELDS,
    DesignContent,
    content_from,
)
from kash.certificates.rules.readiness import lacks_of
from kash.certificates.services import designs as services
from kash.people.queries.search import find_people
from kash.platform.press import RenderError
from kash.platform.press.own_designs import FIELDS, REQUIRED
from kash.platform.web import Problem, current_actor, download, page
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.programme import LANGUAGES, programme_languages
from kash.policy import allow

_STARTING_HTML = """<div class="head">
  <p data-field="organisation"></p>
  <h1 data-field="heading"></h1>
</div>
<p class="person" data-field="name"></p>
<p data-field="body"></p>
<p data-field="date"></p>
<div data-field="signatures"></div>
<img class="qr" data-field="qr" alt="">
<p data-field="serial"></p>
<p data-field="check_line"></p>"""
_STARTING_CSS = """.own { padding: 24mm; }
h1 { font: 34pt/1.2 var(--serif); margin: 8mm 0; }
.person { font-size: 30pt; width: 230mm; margin: 4mm 0; }
.signs { margin: 18mm 0 10mm; }"""


def _shown(found: Design, number: int | None) -> DesignContent:
    """Content that is looked at: that of a version, else of what is worked on."""
    if number is not None:
        return content_from(queries.design_version(found, number).content)
    return content_from(found.content)


def _number() -> int | None:
    asked = request.args.get("version", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else None


@blueprint.get("/certificates/designs")
@allow("certificates.see_designs")
def designs() -> ResponseReturnValue:
    """All designs, with which of them new batches may take."""
    return render_template(
        "certificates/designs.html",
        designs=queries.designs(),
        content_of=lambda found: content_from(found.content),
        base_names=BASE_NAMES,
        page_names=PAGE_NAMES,
        design_name=design_name,
    )


@blueprint.route("/certificates/designs/new", methods=["GET", "POST"])
@allow("certificates.design")
def new_design() -> ResponseReturnValue:
    """Begin a design."""
    form = NewDesignForm(data={"base": "classic"})
    if form.validate_on_submit():
        own = form.base.data == "own"
        content = DesignContent(
            base=form.base.data,
            html=_STARTING_HTML if own else "",
            css=_STARTING_CSS if own else "",
        )
        with form.showing_problems():
            made = services.make_design(form.name.data, content, current_actor())
            flash(_("Made. Now say what stands on it, and put it into use."))
            return redirect(url_for("certificates.edit_design", design_id=made))
    return page("certificates/design_new.html", form=form)


@blueprint.get("/certificates/designs/<design_id>")
@allow("certificates.see_designs")
def design(design_id: str) -> ResponseReturnValue:
    """One design: how it looks, its versions, and what can be done with it."""
    return _design_page(queries.design(design_id))


def _design_page(design: Design, problem: str = "") -> ResponseReturnValue:
    content = content_from(design.content)
    versions = queries.versions_of(design)
    in_use = next((one for one, _number in versions if one.number == design.in_use), None)
    changed = in_use is None or content_from(in_use.content) != content
    lacks = lacks_of(content)
    return render_template(
        "certificates/design.html",
        design=design,
        title=design_name(design),
        content=content,
        versions=versions,
        changed=changed,
        lacks=lack_sentences(lacks),
        problem=problem,
        names=names_of(version.created_by for version, _number in versions),
        base_names=BASE_NAMES,
        page_names=PAGE_NAMES,
        drawable=not any(lack.kind != "empty" for lack in lacks) or content.base != "own",
    ), 409 if problem else 200


@blueprint.route("/certificates/designs/<design_id>/edit", methods=["GET", "POST"])
@allow("certificates.design")
def edit_design(design_id: str) -> ResponseReturnValue:
    """Change what a design says; what is in use stays as it is until it is put into use."""
    design = queries.design(design_id)
    form = design_form(design)
    if form.validate_on_submit():
        name = form.name.data
        with form.showing_problems():
            services.save_design(
                design_id,
                design.name if name == design_name(design) else name,
                form.content(content_from(design.content)),
                form.row_version_shown,
                current_actor(),
            )
            flash(_("Saved. Batches take it once it is put into use."))
            return redirect(url_for("certificates.design", design_id=design_id))
    design = queries.design(design_id)
    if form.changed_meanwhile:
        form.show_row_version(design.row_version)
    return _edit_page(design, form)


def _edit_page(design: Design, form: DesignForm) -> tuple[str, int]:
    content = content_from(design.content)
    return page(
        "certificates/design_edit.html",
        form=form,
        design=design,
        content=content,
        title=design_name(design),
        languages=[(code, LANGUAGES[code]) for code in programme_languages()],
        usual={code: usual_words(code) for code in programme_languages()},
        sentence_fields=[f"[{name}]" for name in SENTENCE_FIELDS],
        places=range(1, MOST_SIGNERS + 1),
        fields=FIELDS,
        required=REQUIRED,
    )


@blueprint.post("/certificates/designs/<design_id>/preview")
@allow("certificates.design")
def preview_design(design_id: str) -> ResponseReturnValue:
    """Picture of a design as it is being typed: of the sample, of the longest name, or of one
    person."""
    found = queries.design(design_id)
    form = design_form(found)
    if not form.validate_on_submit():
        raise previews.NotDrawn(_("Put right what is marked; then there is something to see."))
    return _picture(form.content(content_from(found.content)), found, request.form.get("who", ""))


@blueprint.get("/certificates/designs/<design_id>/preview.png")
@allow("certificates.see_designs")
def design_picture(design_id: str) -> ResponseReturnValue:
    """A design or one of its versions as a picture, marked as void; while others are drawn one that
    stands in for it."""
    found = queries.design(design_id)
    try:
        return _picture(_shown(found, _number()), found, request.args.get("who", ""))
    except BeingDrawn:
        return _stand_in()


@blueprint.get("/certificates/designs/<design_id>/preview.pdf")
@allow("certificates.see_designs")
def design_paper(design_id: str) -> ResponseReturnValue:
    """The same as PDF, to be tried on the printer."""
    found = queries.design(design_id)
    content = _shown(found, _number())
    pdf = _drawn(content, found, request.args.get("who", ""))
    return download(pdf, name="void.pdf", type="application/pdf")


def _drawn(content: DesignContent, design: Design, who: str) -> bytes:
    actor = current_actor()
    if who == "longest":
        name = previews.longest_name(actor)
    elif who:
        name = queries.name_on_paper(who, actor)
    else:
        name = previews.sample_name()
    try:
        return previews.preview(content, name, design_id=design.id)
    except RenderError as error:
        raise previews.NotDrawn(_told(content, error)) from None


def _told(content: DesignContent, error: RenderError) -> str:
    """Why nothing was drawn: a page of one's own may be too much of everything."""
    if content.base == "own":
        return _("This takes too long, or more than one page. Make it fit on a single page.")
    return _(error.sentence)


def _picture(content: DesignContent, design: Design, who: str) -> Response:
    try:
        if who in ("", "longest"):
            name = previews.longest_name(current_actor()) if who else previews.sample_name()
            png = previews.kept_picture(content, name, design_id=design.id)
        else:
            png = previews.preview_picture(_drawn(content, design, who))
    except RenderError as error:
        raise previews.NotDrawn(_told(content, error)) from None
    return Response(png, mimetype="image/png")


def _stand_in() -> Response:
    """A picture that says that the one which was asked for comes later; by itself it asks again."""
    late = Response(stand_in(), mimetype="image/svg+xml")
    late.headers["Retry-After"] = late.headers["Refresh"] = "3"
    return late


@blueprint.post("/certificates/designs/<design_id>/people")
@allow("certificates.design")
def preview_people(design_id: str) -> ResponseReturnValue:
    """People by name, to see the design with one of them; posted because a name is typed."""
    design = queries.design(design_id)
    typed = request.form.get("search", "").strip()[:200]
    return render_template(
        "certificates/design_people.html",
        design=design,
        title=design_name(design),
        typed=typed,
        people=find_people(current_actor(), typed, 12) if typed else [],
    )


@blueprint.post("/certificates/designs/<design_id>/use")
@allow("certificates.design")
def use_design(design_id: str) -> ResponseReturnValue:
    """Put what was worked on into use, as a version that never changes."""
    design = queries.design(design_id)
    content = content_from(design.content)
    typed = request.form.get("row_version", "")
    row_version = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0
    with CaughtProblem(Problem) as caught:
        if content.base == "own" and not lacks_of(content):
            # It must be seen to fit on a page before anything can be issued by it.
            _drawn(content, design, "longest")
        number = services.put_into_use(design_id, row_version, current_actor())
        flash(_("In use as version %(version)s. New batches take it.", version=number))
        return redirect(url_for("certificates.design", design_id=design_id), code=303)
    return _design_page(queries.design(design_id), caught.sentence)


@blueprint.post("/certificates/designs/<design_id>/choose")
@allow("certificates.design")
def choose_design(design_id: str) -> ResponseReturnValue:
    """Make it the programme's own choice."""
    with CaughtProblem(Problem) as caught:
        services.choose_design(design_id, current_actor())
        flash(_("Chosen. Proposals begin with this design."))
        return redirect(url_for("certificates.design", design_id=design_id), code=303)
    return _design_page(queries.design(design_id), caught.sentence)


@blueprint.post("/certificates/designs/<design_id>/retire")
@allow("certificates.design")
def retire_design(design_id: str) -> ResponseReturnValue:
    """Offer it no more, or again."""
    back = request.form.get("back", "") == "yes"
    with CaughtProblem(Problem) as caught:
        services.retire_design(design_id, current_actor(), back=back)
        flash(_("It is offered again.") if back else _("It is offered no more."))
        return redirect(url_for("certificates.design", design_id=design_id), code=303)
    return _design_page(queries.design(design_id), caught.sentence)
