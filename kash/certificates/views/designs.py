"""How a design will look: a page that is marked as void, as PDF or as a picture. Designs: the list,
one of them, a new one, changing one, and what is done with it. Digital badges for holders who ask,
and what those who check them may fetch. Pictures: those of a design, one's own signature, and
funders' marks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Response, current_app, flash, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.queries.accounts import names_of
from kash.certificates import blueprint, forms
from kash.certificates import publishing as badges
from kash.certificates.documents import (
    BeingDrawn,
    batch_lines,
    days_between,
    made_once,
    other_language,
    press_design,
    sentence,
    signatories_of,
    signature_picture,
    signing_lines,
    stand_in,
    turn_to_draw,
    usual_words,
)
from kash.certificates.models import Design
from kash.certificates.queries import designs as queries
from kash.certificates.queries.designs import longest_names
from kash.certificates.queries.issuing import batch_of, certificate, own_certificate
from kash.certificates.rules.designs import (
    MOST_SIGNERS,
    SENTENCE_FIELDS,
    DesignContent,
    content_from,
    longest,
)
from kash.certificates.rules.issuing import grouped, lacks_of
from kash.certificates.services import designs as services
from kash.certificates.views.published import visiting
from kash.certificates.views.sections import staff_workshop
from kash.people.queries.search import find_people
from kash.platform import storage
from kash.platform.database import utc_now
from kash.platform.press import (
    CertificateDesign,
    CertificateEntry,
    RenderError,
    RenderLimits,
    print_file,
)
from kash.platform.press.child_process import page_picture
from kash.platform.press.designs import FIELDS, REQUIRED
from kash.platform.web import NotFound, current_actor, download, page
from kash.platform.web import Problem as web_Problem
from kash.platform.web.bodies import takes_file
from kash.platform.web.commands import CaughtProblem, FlashedProblems
from kash.platform.web.errors import Problem, one_or_404
from kash.platform.web.formats import date_text, hours_text, local_today
from kash.platform.web.headers import kept_for
from kash.platform.web.pages import go
from kash.platform.web.pictures import MOST_BYTES, prepared_picture, prepared_signature
from kash.platform.web.programme import LANGUAGES, programme_languages
from kash.policy import ANYONE, NOBODY, Actor, allow
from kash.settings import Settings

SAMPLE_SERIAL = "0A1B2C3D4E5F"
PICTURE_WIDTH = 1100
# A page of one's own writing must not keep anybody waiting, or fill the memory.
_LIMITS = RenderLimits(seconds=20, megabytes=1024)


class NotDrawn(Problem):
    """A design of one's own with something in it that is never set."""

    status = 422


def sample_name() -> str:
    """An invented person."""
    return "Zawadi Kielelezo"


def longest_name(actor: Actor) -> str:
    """Of the people within reach the printed name that takes most room; a long one if none."""
    return longest(longest_names(actor)) or "Mwanaidi Tumaini Rehema wa Kielelezo Sampuli"


def preview(content: DesignContent, name: str, *, design_id: int, language: str = "") -> bytes:
    """A certificate that was never issued, for those who decide on its design, as PDF.

    Signatures stand on it only where their owners allowed it. Raises RenderError, and NotDrawn for
    markup that is not taken; BeingDrawn while something else is drawn.
    """
    design, entry, _language = _sample(content, name, design_id, language)
    with turn_to_draw():
        return print_file(design, [entry], limits=_LIMITS)


def _sample(
    content: DesignContent, name: str, design_id: int, language: str
) -> tuple[CertificateDesign, CertificateEntry, str]:
    language = language or programme_languages()[0]
    if content.base == "own" and any(lack.kind != "empty" for lack in lacks_of(content)):
        raise NotDrawn(_("Put right what is listed first."))
    with force_locale(language):
        lines = signing_lines(content, None, None, language)
        design = press_design(
            content, language, signatories=signatories_of(lines, design_id), void=_("Void")
        )
        return design, _sample_entry(content, name, language), language


def preview_picture(pdf: bytes) -> bytes:
    """The page as PNG. Raises RenderError."""
    return page_picture(pdf, PICTURE_WIDTH)


def kept_picture(content: DesignContent, name: str, *, design_id: int) -> bytes:
    """A design with the invented person or the longest name, as PNG, made once.

    Raises RenderError, NotDrawn, and BeingDrawn while something else is drawn.
    """
    design, entry, language = _sample(content, name, design_id, "")
    return made_once(
        (design, entry, language),
        lambda: preview_picture(print_file(design, [entry], limits=_LIMITS)),
    )


def _sample_entry(content: DesignContent, name: str, language: str) -> CertificateEntry:
    settings: Settings = current_app.config["SETTINGS"]
    today = local_today()
    first, last = today - timedelta(days=4), today - timedelta(days=3)
    later = date(today.year + 2, today.month, 1)
    own = content.base == "own"
    second = ""
    if content.bilingual:
        other = other_language(language)
        with force_locale(other):
            second = _sample_sentence(content, other, first, last)
    return CertificateEntry(
        serial=grouped(SAMPLE_SERIAL),
        printed_name=name,
        body=_sample_sentence(content, language, first, last),
        qr=f"{settings.public_url}/verify#{SAMPLE_SERIAL}",
        course_title=_("Working Together"),
        date_text=_("Issued on %(day)s", day=date_text(today)),
        hours_text=_("Hours attended: %(hours)s", hours=hours_text(720)) if content.hours else "",
        # Only a design of one's own may mark it and need to be seen with it.
        expires_text=_("Valid until %(day)s", day=date_text(later)) if own else "",
        body_second=second,
    )


def _sample_sentence(content: DesignContent, language: str, first: date, last: date) -> str:
    title = _("Working Together")
    days = days_between(first, last, language)
    usual = _("took part in %(title)s, held %(days)s.", title=title, days=days)
    return sentence(content, language, usual, title, days)


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
    number = request.args.get("version", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 5 else None


@blueprint.get("/certificates/designs")
@allow("certificates.see_designs")
def designs() -> ResponseReturnValue:
    """All designs, with which of them new batches may take."""
    return render_template(
        "certificates/designs.html",
        designs=queries.designs(),
        content_of=lambda found: content_from(found.content),
        base_names=forms.BASE_NAMES,
        page_names=forms.PAGE_NAMES,
        design_name=forms.design_name,
    )


@blueprint.route("/certificates/designs/new", methods=["GET", "POST"])
@allow("certificates.design")
def new_design() -> ResponseReturnValue:
    """Begin a design."""
    form = forms.NewDesignForm(data={"base": "classic"})
    if form.validate_on_submit():
        own = form.base.data == "own"
        content = DesignContent(
            base=form.base.data,
            html=_STARTING_HTML if own else "",
            css=_STARTING_CSS if own else "",
        )
        with form.showing_problems():
            public_id = services.make_design(form.name.data, content, current_actor())
            flash(_("Made. Now say what stands on it."))
            return go("certificates.edit_design", design_id=public_id)
    return page("certificates/design_new.html", form=form)


@blueprint.get("/certificates/designs/<design_id>")
@allow("certificates.see_designs")
def design(design_id: str) -> ResponseReturnValue:
    """One design: how it looks, its versions, and what can be done with it."""
    return _design_page(queries.design(design_id))


def _design_page(design: Design, problem: str = "") -> ResponseReturnValue:
    content = content_from(design.content)
    versions = queries.versions_of(design)
    in_use = next(
        (version for version, _number in versions if version.number == design.in_use), None
    )
    changed = in_use is None or content_from(in_use.content) != content
    lacks = lacks_of(content)
    return render_template(
        "certificates/design.html",
        design=design,
        title=forms.design_name(design),
        content=content,
        versions=versions,
        changed=changed,
        lacks=forms.lack_sentences(lacks),
        problem=problem,
        names=names_of(version.created_by for version, _number in versions),
        base_names=forms.BASE_NAMES,
        page_names=forms.PAGE_NAMES,
        drawable=not any(lack.kind != "empty" for lack in lacks) or content.base != "own",
    ), 409 if problem else 200


@blueprint.route("/certificates/designs/<design_id>/edit", methods=["GET", "POST"])
@allow("certificates.design")
def edit_design(design_id: str) -> ResponseReturnValue:
    """Change a design's draft; batches keep the old content until the draft is put into use."""
    design = queries.design(design_id)
    form = forms.design_form(design)
    if form.validate_on_submit():
        name = form.name.data
        # A built-in name is shown translated, and stored untranslated unless it was changed.
        with form.showing_problems():
            services.save_design(
                design_id,
                design.name if name == forms.design_name(design) else name,
                form.content(content_from(design.content)),
                form.row_version_shown,
                current_actor(),
            )
            return go("certificates.design", _("Saved. Batches take it once it is put into use."))
    design = queries.design(design_id)
    if form.changed_meanwhile:
        form.show_row_version(design.row_version)
    return _edit_page(design, form)


def _edit_page(design: Design, form: forms.DesignForm) -> tuple[str, int]:
    content = content_from(design.content)
    return page(
        "certificates/design_edit.html",
        form=form,
        design=design,
        content=content,
        title=forms.design_name(design),
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
    design = queries.design(design_id)
    form = forms.design_form(design)
    if not form.validate_on_submit():
        raise NotDrawn(_("Put right what is marked first."))
    return _picture(form.content(content_from(design.content)), design, request.form.get("who", ""))


@blueprint.get("/certificates/designs/<design_id>/preview.png")
@allow("certificates.see_designs")
def design_picture(design_id: str) -> ResponseReturnValue:
    """A design or one of its versions as PNG, marked as void, with the name that `who` in the
    address asks for: an invented one if it is empty, the "longest", or a person's by her id. While
    another is being drawn, a picture that asks again. Raises NotFound and NotDrawn."""
    design = queries.design(design_id)
    try:
        return _picture(_shown(design, _number()), design, request.args.get("who", ""))
    except BeingDrawn:
        return _stand_in()


@blueprint.get("/certificates/designs/<design_id>/preview.pdf")
@allow("certificates.see_designs")
def design_paper(design_id: str) -> ResponseReturnValue:
    """The same as PDF, to be tried on the printer."""
    design = queries.design(design_id)
    content = _shown(design, _number())
    pdf = _drawn(content, design, request.args.get("who", ""))
    return download(pdf, name="void.pdf", type="application/pdf")


def _drawn(content: DesignContent, design: Design, who: str) -> bytes:
    actor = current_actor()
    if who == "longest":
        name = longest_name(actor)
    elif who:
        name = queries.name_on_paper(who, actor)
    else:
        name = sample_name()
    try:
        return preview(content, name, design_id=design.id)
    except RenderError as error:
        raise NotDrawn(_told(content, error)) from None


def _told(content: DesignContent, error: RenderError) -> str:
    """Why nothing was drawn: a page of one's own may be too much of everything."""
    if content.base == "own":
        return _("This takes too long, or more than one page.")
    return _(error.sentence)


def _picture(content: DesignContent, design: Design, who: str) -> Response:
    try:
        if who in ("", "longest"):
            name = longest_name(current_actor()) if who else sample_name()
            png = kept_picture(content, name, design_id=design.id)
        else:
            png = preview_picture(_drawn(content, design, who))
    except RenderError as error:
        raise NotDrawn(_told(content, error)) from None
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
        title=forms.design_name(design),
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
    with CaughtProblem(web_Problem) as caught:
        if content.base == "own" and not lacks_of(content):
            # It must be seen to fit on a page before anything can be issued by it.
            _drawn(content, design, "longest")
        number = services.put_into_use(design_id, row_version, current_actor())
        flash(_("In use as version %(version)s. New batches take it.", version=number))
        return go("certificates.design")
    return _design_page(queries.design(design_id), caught.sentence)


@blueprint.post("/certificates/designs/<design_id>/choose")
@allow("certificates.design")
def choose_design(design_id: str) -> ResponseReturnValue:
    """Make it the programme's own choice."""
    with CaughtProblem(web_Problem) as caught:
        services.choose_design(design_id, current_actor())
        return go("certificates.design", _("Chosen. Proposals begin with this design."))
    return _design_page(queries.design(design_id), caught.sentence)


@blueprint.post("/certificates/designs/<design_id>/retire")
@allow("certificates.design")
def retire_design(design_id: str) -> ResponseReturnValue:
    """Offer it no more, or again."""
    back = request.form.get("back", "") == "yes"
    with CaughtProblem(web_Problem) as caught:
        services.retire_design(design_id, current_actor(), back=back)
        flash(_("It is offered again.") if back else _("It is offered no more."))
        return go("certificates.design")
    return _design_page(queries.design(design_id), caught.sentence)


def _file(token: str) -> Response:
    return download(token.encode(), name="badge.jwt", type="application/jwt")


@blueprint.post("/certificates/<public_id>/badge")
@allow("certificates.badge")
def badge(public_id: str) -> ResponseReturnValue:
    """A badge of one's own certificate."""
    actor = current_actor()
    of_whom = certificate(public_id, actor, "certificates.badge")
    return _file(badges.make_badge(of_whom, actor))


@blueprint.post("/my-certificates/<public_id>/badge")
@allow(ANYONE)
def holder_badge(public_id: str) -> ResponseReturnValue:
    """The same during a visit by a one-time link."""
    certificate = own_certificate(visiting().person_id, public_id)
    return _file(badges.make_badge(certificate, NOBODY))


@blueprint.get("/verify/issuer.json")
@allow(ANYONE)
@kept_for(300)
def issuer_file() -> ResponseReturnValue:
    """The programme as issuer of badges."""
    return jsonify(badges.profile())


@blueprint.get("/verify/did.json")
@allow(ANYONE)
@kept_for(300)
def identity_file() -> ResponseReturnValue:
    """The keys by which badges are checked, as the programme's identifier leads to them."""
    return jsonify(badges.published_identity())


@blueprint.get("/verify/badges")
@allow(ANYONE)
@kept_for(60)
def badges_file() -> ResponseReturnValue:
    """The list of revoked badges."""
    token = one_or_404(badges.revoked_badges(utc_now()))
    return Response(token, mimetype="application/jwt")


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
    design = queries.design(design_id)
    content = content_from(design.content)
    form = forms.PictureForm(data={"use": "logo"})
    if content.base != "own":
        form.use.choices = list(forms.PICTURE_USES.items())[:2]
    if form.validate_on_submit():
        use = form.use.data
        name = (form.name.data) if use == "own" else ""
        with form.showing_problems():
            png = prepared_picture(_sent(), *_SIZES[use])
            services.put_picture(design_id, use, name, png, current_actor())
            flash(_("Saved. It is printed once the design is in use."))
            return go("certificates.design_pictures")
    pictures: list[tuple[str, str]] = [("logo", content.logo), ("seal", content.seal)]
    pictures += sorted(content.pictures.items())
    return page(
        "certificates/design_pictures.html",
        form=form,
        design=design,
        title=forms.design_name(design),
        content=content,
        pictures=[(name, key) for name, key in pictures if key not in ("", "programme")],
    )


@blueprint.post("/certificates/designs/<design_id>/pictures/<image_id>/remove")
@allow("certificates.design")
def remove_design_picture(design_id: str, image_id: str) -> ResponseReturnValue:
    """Take a picture away."""
    services.remove_picture(design_id, image_id, current_actor())
    return go("certificates.design_pictures", _("The picture is gone."))


@blueprint.get("/certificates/designs/<design_id>/pictures/<image_id>.png")
@allow("certificates.see_designs")
def design_image(design_id: str, image_id: str) -> ResponseReturnValue:
    """A picture of a design as it is kept."""
    return _png(queries.image_of(queries.design(design_id), image_id).key)


@blueprint.route("/certificates/signature", methods=["GET", "POST"])
@allow("certificates.sign")
@takes_file(MOST_BYTES)
def signature() -> ResponseReturnValue:
    """One's own signature: upload it, and see where it may stand."""
    form = forms.OnePictureForm()
    if form.validate_on_submit():
        with form.showing_problems():
            services.keep_signature(prepared_signature(_sent(), *_SIGNATURE_SIZE), current_actor())
            flash(_("Saved and sealed. It stands nowhere until you allow it."))
            return go("certificates.signature")
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
        offered=[
            design for design in queries.designs_on_offer() if design.public_id not in allowed
        ],
        design_name=forms.design_name,
        problem=problem,
    )
    return body, 409 if problem else status


@blueprint.get("/certificates/signature.png")
@allow("certificates.sign")
def signature_image() -> ResponseReturnValue:
    """One's own signature as it is kept; nobody else's."""
    signature = one_or_404(queries.own_signature(current_actor()))
    return Response(signature_picture(signature), mimetype="image/png")


@blueprint.route("/certificates/signature/withdraw", methods=["GET", "POST"])
@allow("certificates.sign")
def withdraw_signature() -> ResponseReturnValue:
    """Take one's signature back, after a question."""
    if request.method == "POST":
        with CaughtProblem() as caught:
            services.withdraw_signature(current_actor())
            flash(_("Withdrawn. What was issued keeps it."))
            return go("certificates.signature")
        return _signature_page(forms.OnePictureForm(), caught.sentence)
    return render_template("certificates/signature_withdraw.html")


@blueprint.post("/certificates/signature/designs/<design_id>")
@allow("certificates.sign")
def sign_design(design_id: str) -> ResponseReturnValue:
    """Allow one's signature wherever one signs by a design."""
    with CaughtProblem() as caught:
        services.allow_on_design(queries.design(design_id), current_actor())
        return go("certificates.signature", _("Allowed until you say otherwise."))
    return _signature_page(forms.OnePictureForm(), caught.sentence)


@blueprint.post("/certificates/signature/uses/<use_id>/withdraw")
@allow("certificates.sign")
def withdraw_signature_use(use_id: str) -> ResponseReturnValue:
    """Allow it there no more."""
    services.withdraw_use(use_id, current_actor())
    return go("certificates.signature", _("Withdrawn. What was issued before keeps it."))


@blueprint.post("/workshops/<public_id>/certificates/batches/<batch_id>/signature")
@allow("certificates.sign")
def sign_batch(public_id: str, batch_id: str) -> ResponseReturnValue:
    """Allow one's signature on the certificates of one batch."""
    batch = batch_of(staff_workshop(public_id), batch_id)
    actor = current_actor()
    with FlashedProblems(web_Problem):
        if actor.public_id not in {line.account for line in batch_lines(batch)}:
            raise Problem(_l("You do not sign these certificates."))
        services.allow_on_batch(batch_of(staff_workshop(public_id), batch_id), actor)
        flash(_("Your signature will stand on these certificates."))
    return go("certificates.batch")


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
    funder, stored = queries.funder(funder_id)
    form = forms.OnePictureForm()
    if form.validate_on_submit():
        with form.showing_problems():
            services.keep_mark(funder, prepared_picture(_sent(), *_MARK_SIZE), current_actor())
            return go("certificates.marks", _("Saved. It stands on what is issued from now on."))
    return page("certificates/mark.html", form=form, funder=funder, held=stored)


@blueprint.get("/certificates/marks/<funder_id>.png")
@allow("certificates.design")
def mark_image(funder_id: str) -> ResponseReturnValue:
    """A funder's mark as it is kept."""
    _funder, stored = queries.funder(funder_id)
    if stored is None:
        raise NotFound
    return _png(stored.key)


@blueprint.post("/certificates/marks/<funder_id>/remove")
@allow("certificates.design")
def remove_mark(funder_id: str) -> ResponseReturnValue:
    """Print a funder's mark no more."""
    funder, _held = queries.funder(funder_id)
    services.remove_mark(funder, current_actor())
    return go("certificates.marks", _("The mark is gone."))
