"""The keys that sign certificates: which there are, and a new one. Paper: of a whole batch by the
worker, of one certificate at once, and previews. The holder's page, and the one-time links that
lead to it. Anyone may check a serial, and learns status, title and date. Files that those who check
certificates may fetch and keep: keys, the list of revoked ones, and the worker that shows the page
without a network. No session is asked for, and none is begun."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from flask import (
    Flask,
    current_app,
    flash,
    jsonify,
    make_response,
    render_template,
    request,
    url_for,
)
from flask import Response as flask_Response
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from kash.accounts.errors import LinkSpent
from kash.accounts.queries.accounts import names_of
from kash.certificates import blueprint, documents
from kash.certificates.forms import PUBLIC_REASONS, ChangeKeyForm, ReprintForm, VerifyForm
from kash.certificates.models import Certificate, HolderLink
from kash.certificates.publishing import Check, check_serial, published_keys, signed_status
from kash.certificates.queries import certificates as keys
from kash.certificates.queries import issuing as holders
from kash.certificates.queries.certificates import current_key
from kash.certificates.queries.designs import designs_on_offer
from kash.certificates.queries.issuing import (
    batch_of,
    certificate,
    links_of,
    own_certificate,
    own_certificates,
    some_for_preview,
    usable_link,
)
from kash.certificates.rules import issuing as issuing_rules
from kash.certificates.services import certificates as printing
from kash.certificates.services import designs as signing
from kash.certificates.services.issuing import NAME_WITHHELD
from kash.certificates.views.certificates import PAPER_TITLES, batch_page, certificate_page
from kash.certificates.views.sections import staff_workshop
from kash.people.models import Person
from kash.people.notices.queries import UNSENT, counted_ways
from kash.people.notices.rules import SayingResult
from kash.people.queries.persons import person
from kash.people.rules.persons import one_group
from kash.platform.approvals.pages import SendBackForm
from kash.platform.database import db, utc_now
from kash.platform.press import qr_svg
from kash.platform.web import NotFound, Problem, current_actor, download, page
from kash.platform.web.commands import CaughtProblem, FlashedProblems
from kash.platform.web.context import keep_language_on_device
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import local_today
from kash.platform.web.headers import kept_for, static_url, uses_camera
from kash.platform.web.language import language_code
from kash.platform.web.pages import go
from kash.platform.web.programme import LANGUAGES, programme_languages
from kash.platform.web.public_address import says_address
from kash.platform.web.taking import noted
from kash.policy import ANYONE, NOBODY, Reach, allow
from kash.settings import Settings
from kash.workshops.queries.scope import own_workshop


@blueprint.get("/certificates/keys")
@allow("certificates.keys")
def signing_keys() -> ResponseReturnValue:
    """Every key, from when to when it signed."""
    return render_template("certificates/keys.html", keys=keys.signing_keys())


@blueprint.route("/certificates/keys/change", methods=["GET", "POST"])
@allow("certificates.keys", fresh=True)
def change_key() -> ResponseReturnValue:
    """Have a new key sign from now on."""
    key = current_key()
    form = ChangeKeyForm(shown=key.public_id if key else "")
    if form.validate_on_submit():
        signing.change_key(form.shown.data, current_actor(), doubted=bool(form.doubted.data))
        flash(_("A new key signs from now on. Earlier paper stays good."))
        return go("certificates.signing_keys")
    return page("certificates/key_change.html", form=form)


@blueprint.post("/workshops/<public_id>/certificates/batches/<batch_id>/print")
@allow("certificates.print")
@says_address
def make_paper(public_id: str, batch_id: str) -> ResponseReturnValue:
    """Have the worker make the print file, the zip or the cards, and show its progress."""
    workshop = own_workshop(public_id, current_actor(), "certificates.print")
    shown = batch_of(workshop, batch_id)
    form = ReprintForm()
    if not form.validate_on_submit():
        return batch_page(workshop, shown, SendBackForm(), paper=form)
    kind = request.form.get("kind", "")
    with CaughtProblem(Problem) as caught:
        with form.showing_problems():
            job = printing.make_paper(
                shown,
                kind,
                str(PAPER_TITLES.get(kind, "")),
                current_actor(),
                reason=form.reason.data,
                back=url_for("certificates.batch", public_id=public_id, batch_id=batch_id),
            )
            return go("jobs.page", public_id=job)
        return batch_page(workshop, batch_of(workshop, batch_id), SendBackForm(), paper=form)
    return batch_page(workshop, batch_of(workshop, batch_id), SendBackForm(), caught.sentence)


@blueprint.get("/workshops/<public_id>/certificates/batches/<batch_id>/preview.pdf")
@allow("certificates.see")
def preview(public_id: str, batch_id: str) -> ResponseReturnValue:
    """How the first certificate and that with the longest name will look, marked as void."""
    shown = batch_of(staff_workshop(public_id), batch_id)
    some = some_for_preview(shown)
    if not some:
        raise NotFound
    made = documents.preview(shown, some)
    return noted(download(made, name=_("preview") + ".pdf", type="application/pdf"))


@blueprint.route(
    "/workshops/<public_id>/certificates/batches/<batch_id>/send", methods=["GET", "POST"]
)
@allow("certificates.print")
@says_address
def send_links(public_id: str, batch_id: str) -> ResponseReturnValue:
    """Say who gets a link to her certificates by what, and who gets none; then send them."""
    shown = batch_of(own_workshop(public_id, current_actor(), "certificates.print"), batch_id)
    if request.method == "POST":
        with FlashedProblems(Problem):
            number = printing.send_links(shown, current_actor())
            flash(_("Links that go out: %(number)s.", number=number))
        return go("certificates.batch", public_id=public_id, batch_id=batch_id)
    told, waiting = printing.holders_to_tell(db.session(), shown, utc_now())
    ways = counted_ways(list(told.values()))
    without = [
        (person, UNSENT[way]) for person, way in told.items() if isinstance(way, SayingResult)
    ]
    return page(
        "certificates/send.html",
        workshop=shown.workshop,
        batch=shown,
        reach={"expected": len(told), **ways},
        waiting=waiting,
        shown=one_group(without, lambda each: each[0].group.letter, request.args.get("group", "")),
        unsent=UNSENT,
    )


@blueprint.get("/workshops/<public_id>/certificates/specimen.pdf")
@allow("certificates.print")
def specimen(public_id: str) -> ResponseReturnValue:
    """How a certificate of this workshop will look, before anybody approved anything."""
    workshop = own_workshop(public_id, current_actor(), "certificates.print")
    made = documents.specimen(workshop, designs_on_offer()[0].public_id)
    return noted(download(made, name="specimen.pdf", type="application/pdf"))


@blueprint.post("/certificates/<public_id>/file")
@allow("certificates.see")
@says_address
def file(public_id: str) -> ResponseReturnValue:
    """One certificate as PDF; each making is noted. Of a revoked one staff gets void paper."""
    actor = current_actor()
    of_whom = certificate(public_id, actor, "certificates.see")
    own = actor.reach("certificates.see") is Reach.SELF
    if own and of_whom.revoked_at is not None:
        raise Problem(printing.ALREADY_REVOKED)
    if not of_whom.person.prints_name:
        raise Problem(NAME_WITHHELD)
    form = ReprintForm()
    if not form.validate_on_submit():
        return certificate_page(of_whom, form)
    content = documents.single_certificate(of_whom)
    with form.showing_problems():
        printing.note_single(of_whom, actor, reason=form.reason.data, own=own)
        return single_file(of_whom, content)
    return certificate_page(certificate(public_id, actor, "certificates.see"), form)


def single_file(found: Certificate, content: bytes) -> ResponseReturnValue:
    """A certificate to keep, named by its serial."""
    return download(
        content, name=f"{issuing_rules.grouped(found.serial or '')}.pdf", type="application/pdf"
    )


_COOKIE = "certificates"
_PATH = "/my-certificates"


class VisitOver(LinkSpent):
    """The short visit is over, or there was none."""

    sentence = _l("This visit is over. Ask the person who sent the link for a new one.")


@blueprint.get("/people/<public_id>/certificates")
@allow("certificates.print")
def holder_links(public_id: str) -> ResponseReturnValue:
    """The links that were made for a person, and a button for another."""
    return _links_page(person(current_actor(), public_id, "people.edit"))


def _links_page(person: Person, token: str = "") -> str:
    links = links_of(person)
    address = ""
    if token:
        address = printing.link_address(token)
    return render_template(
        "certificates/holder_links.html",
        person=person,
        links=links,
        names=names_of(link.made_by for link in links),
        address=address,
        picture=_picture(address) if address else "",
        days=printing.LINK_LASTS.days,
        minutes=int(printing.VISIT_LASTS.total_seconds() // 60),
        now=utc_now(),
    )


def _picture(address: str) -> str:
    code = qr_svg(address, label="").encode()
    return "data:image/svg+xml;base64," + base64.b64encode(code).decode()


@blueprint.post("/people/<public_id>/certificates")
@allow("certificates.print")
@says_address
def make_holder_link(public_id: str) -> ResponseReturnValue:
    """Make a link, and show it this once."""
    actor = current_actor()
    token = printing.make_link(person(actor, public_id, "people.edit"), actor)
    return _links_page(person(actor, public_id, "people.edit"), token)


@blueprint.post("/people/<public_id>/certificates/<link_id>/end")
@allow("certificates.print")
def end_holder_link(public_id: str, link_id: str) -> ResponseReturnValue:
    """End a link, and whatever visit it began."""
    actor = current_actor()
    printing.end_link(person(actor, public_id, "people.edit"), link_id, actor)
    return go("certificates.holder_links", _("The link does not work any more."))


@blueprint.get("/holder/<token>")
@allow(ANYONE)
def holder_link(token: str) -> ResponseReturnValue:
    """Page behind a link: a button, and nothing of anybody."""
    if not usable_link(token, utc_now()):
        raise LinkSpent
    return render_template(
        "certificates/holder_link.html", minutes=int(printing.VISIT_LASTS.total_seconds() // 60)
    )


@blueprint.post("/holder/<token>")
@allow(ANYONE)
def use_holder_link(token: str) -> ResponseReturnValue:
    """Spend the link and begin a visit."""
    secret = printing.use_link(token)
    answer = make_response(go("certificates.holder_page"))
    answer.set_cookie(
        _COOKIE,
        secret,
        max_age=int(printing.VISIT_LASTS.total_seconds()),
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Strict",
        path=_PATH,
    )
    return answer


def visiting() -> HolderLink:
    """The visit of a person who came by a link. Raises VisitOver."""
    secret = request.cookies.get(_COOKIE, "")
    visit = holders.visit(secret, utc_now()) if secret else None
    if visit is None:
        raise VisitOver
    return visit


@blueprint.get(f"{_PATH}/")
@allow(ANYONE)
def holder_page() -> ResponseReturnValue:
    """A holder's own certificates, while her visit lasts."""
    visit = visiting()
    return render_template(
        "certificates/holder.html",
        certificates=own_certificates(visit.person_id),
        ends_at=visit.visit_ends_at,
        verification_address=documents.verification_address(),
        grouped=issuing_rules.grouped,
        today=local_today(),
    )


@blueprint.post(f"{_PATH}/<public_id>/file")
@allow(ANYONE)
def holder_file(public_id: str) -> ResponseReturnValue:
    """One of her certificates as PDF; the making is noted."""
    certificate = own_certificate(visiting().person_id, public_id)
    if certificate.revoked_at is not None:
        raise Problem(printing.ALREADY_REVOKED)
    if not certificate.person.prints_name:
        raise Problem(NAME_WITHHELD)
    content = documents.single_certificate(certificate)
    printing.note_single(certificate, NOBODY, own=True)
    return single_file(own_certificate(visiting().person_id, public_id), content)


@blueprint.post(f"{_PATH}/end")
@allow(ANYONE)
def end_holder_visit() -> ResponseReturnValue:
    """End the visit on this phone."""
    printing.end_visit(request.cookies.get(_COOKIE, ""))
    answer: Response = make_response(go("certificates.verify"))
    answer.delete_cookie(_COOKIE, path=_PATH)
    return answer


def _said(wrong: issuing_rules.Misread) -> str:
    """Sentence on what is wrong with what was typed. Nothing was looked up for it."""
    if wrong is issuing_rules.Misread.LENGTH:
        return _("This is not a whole serial. It has 12 letters and digits, in three groups.")
    return _("One letter or digit is mistyped. Compare it with the paper.")


@blueprint.get("/V")
@allow(ANYONE)
@uses_camera
def scan() -> ResponseReturnValue:
    """Where printed codes lead: the page as it is kept on phones, the same for everybody."""
    language = request.args.get("language", "")
    chosen = _language(language)
    answer = make_response(blank_page(chosen))
    if language == chosen:
        keep_language_on_device(answer, chosen)
    return answer


@blueprint.route("/verify", methods=["GET", "POST"])
@allow(ANYONE)
@uses_camera
def verify() -> ResponseReturnValue:
    """One serial; once its status is told, a name may be compared with the printed one.

    No session is needed, so that the page can be kept, and its form has no token: the person who
    had a stranger's browser send it would learn and change nothing. Nor is that counted, since the
    checks of a whole network could be used up so.
    """
    if request.method == "GET" or request.headers.get("Sec-Fetch-Site") == "cross-site":
        return scan()
    chosen = _language(request.form.get("language", ""))
    with force_locale(chosen):
        answer = _verify(chosen)
    if request.form.get("language") == chosen:
        keep_language_on_device(answer, chosen)
    return answer


def _language(asked: str) -> str:
    return asked if asked in programme_languages() else language_code()


def blank_page(language: str) -> str:
    """The page on which nothing was checked yet."""
    with force_locale(language):
        return _page(language, VerifyForm())


def _page(language: str, form: VerifyForm, **told: Any) -> str:
    others = [(code, LANGUAGES[code]) for code in programme_languages() if code != language]
    return render_template(
        "certificates/verify.html",
        form=form,
        **{"answer": None, "serial": "", "refused": False, "names_refused": False, **told},
        language=language,
        others=others,
        reasons={
            code: PUBLIC_REASONS[issuing_rules.public_class(code)]
            for code in issuing_rules.STATUS_CLASSES
        },
        # Nobody's: not even who is signed in shows.
        without_session=True,
        signed_in=None,
        navigation=[],
        search_url="",
        page_languages=[
            {
                "code": code,
                "label": LANGUAGES[code],
                "current": code == language,
                "url": url_for("certificates.scan", language=code),
            }
            for code in programme_languages()
        ],
    )


def _verify(language: str) -> flask_Response:
    form = VerifyForm()
    admission, verified = None, None
    serial = ""
    if form.validate_on_submit():
        typed = form.serial.data
        wrong = issuing_rules.misread(typed)
        if wrong is not None:
            form.mark_wrong(form.serial, _said(wrong))
        else:
            check = Check(
                issuing_rules.read_serial(typed) or "", form.name.data, request.remote_addr or ""
            )
            admission, verified = check_serial(check, utc_now())
            serial = issuing_rules.grouped(check.serial)
    refused = admission is issuing_rules.Admission.REFUSED
    page = make_response(
        _page(
            language,
            form,
            answer=verified,
            serial=serial,
            refused=refused,
            names_refused=admission is issuing_rules.Admission.WITHOUT_NAME,
            as_of=utc_now(),
            reason_class=PUBLIC_REASONS.get(verified.revoked_class, "") if verified else "",
        ),
        429 if refused else 422 if form.errors else 200,
    )
    if refused:
        page.headers["Retry-After"] = str(int(issuing_rules.CHECKS_WINDOW.total_seconds()))
    return page


def join_verification(app: Flask) -> None:
    """Have the form of the page taken without a token, which a page kept on a phone cannot have."""
    app.extensions["csrf"].exempt(f"{verify.__module__}.{verify.__name__}")


# What the page is made of: with the hash of its content in the address where a page names it so,
# and without one where a script imports it.
_LINKED = ("icon.svg", "tokens.css", "components.css", "js/exit.js", "js/page.js", "js/verify.js")
_IMPORTED = (
    "js/pageshow.js",
    "js/dialog.js",
    "js/typing.js",
    "js/announce.js",
    "js/code.js",
    "js/checking.js",
    "js/names.js",
    "js/scanner.js",
    "vendor/noble-ed25519.js",
    "vendor/qr-decode.js",
)


def issuer() -> str:
    """The address of the programme, by which what it signs names it."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.public_url


@blueprint.get("/verify/keys.json")
@allow(ANYONE)
@kept_for(300)
def keys_file() -> ResponseReturnValue:
    """The keys of the programme, and the titles that codes name."""
    answer = jsonify(published_keys(issuer()))
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.get("/verify/status")
@allow(ANYONE)
@kept_for(60)
def status_file() -> ResponseReturnValue:
    """The signed list of revoked certificates."""
    published = one_or_404(signed_status(issuer(), utc_now()))
    return jsonify(published)


@blueprint.get("/verify/worker.js")
@allow(ANYONE)
def worker_file() -> ResponseReturnValue:
    """The worker that keeps the page. It is another one as soon as anything changes that the page
    is made of, so that phones which come by fetch all of it anew."""
    pages = {url_for("certificates.scan", language=code): code for code in programme_languages()}
    imported = [f"{current_app.static_url_path}/{name}" for name in _IMPORTED]
    files = [*pages, *(static_url(name) for name in _LINKED), *imported]
    digest = hashlib.sha256(json.dumps(files + [static_url(name) for name in _IMPORTED]).encode())
    for code in pages.values():
        digest.update(blank_page(code).encode())
    edition = json.dumps(digest.hexdigest()[:16])
    first = f"const EDITION = {edition};\nconst KEPT = {json.dumps(files)};\n"
    script = (Path(current_app.static_folder or "") / "js" / "verify-worker.js").read_text()
    answer = flask_Response(first + script, mimetype="text/javascript")
    answer.headers["Service-Worker-Allowed"] = "/"
    return answer
