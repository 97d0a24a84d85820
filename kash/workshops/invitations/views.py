"""Forms of sign-ups: the links, the list of a station, and the open form. Links into a workshop,
and the list of those who wait for a decision. Pages behind links, for those who hold one: no
account, no session, no trace of who looked. They answer alike whether or not somebody is known:
nothing that is typed is looked up here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FormField
from wtforms.validators import Optional

from kash.accounts.services.throttle import count_try, tries_are_over
from kash.people.queries.directory import groups
from kash.people.rules.persons import AGE_BANDS, is_a_name
from kash.people.words import AGE_BAND, SEX
from kash.platform.press import qr_svg
from kash.platform.web import Forbidden, NotFound, Problem, current_actor, download, page
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import TooManyTries
from kash.platform.web.fields import NewIdField, PhoneField, RowsField, SeveralField
from kash.platform.web.forms import KashForm, choice_field, text_field, whole_number_field
from kash.platform.web.language import language_code
from kash.platform.web.logs import leaves_no_trace
from kash.platform.web.programme import LANGUAGES, programme_languages
from kash.platform.web.public_address import (
    AddressKind,
    kind_of_address,
    public_address,
    says_address,
)
from kash.platform.web.taking import noted
from kash.policy import ANYONE, allow
from kash.workshops.frame import frame, go_to, mine
from kash.workshops.invitations import blueprint
from kash.workshops.invitations.models import SignUpLink, Typed
from kash.workshops.invitations.queries import (
    entered_in,
    link_behind,
    link_of,
    links_of,
    own_rows,
    stations,
    waiting_letters,
    waiting_rows,
)
from kash.workshops.invitations.rules import (
    LONGEST_DAYS,
    MOST_ROWS,
    ROWS_SHOWN,
    Bulk,
    LinkKind,
    in_bulk,
    read_decision,
    rows_left,
)
from kash.workshops.invitations.services import (
    STAND,
    STAND_TONE,
    OpenDetails,
    QuotaDetails,
    decide,
    letter_to_commander,
    make_open_link,
    make_quota_links,
    put_down,
    take_out,
    withdraw_link,
)
from kash.workshops.models import Workshop
from kash.workshops.services.people import LinkUnknown

_UNDER_AGE = "under18"


def _days(usual: int) -> Any:
    return whole_number_field(
        _l("Days until the link ends"), least=1, most=LONGEST_DAYS, default=usual
    )


class QuotaForm(KashForm):
    """Links for the liaisons of stations."""

    stations = SeveralField(_l("Stations"), validators=[Optional()], choices=[])
    quota = whole_number_field(_l("Places for each station"), least=1, most=MOST_ROWS, default=10)
    days = _days(14)
    call = text_field(
        _l("Whom to call"),
        most=120,
        required=False,
        description=_l("An office and its number, for the letter. No name of a person."),
    )


class OpenLinkForm(KashForm):
    """An open link."""

    group = choice_field(_l("Who it is for"))
    most_rows = whole_number_field(_l("Names at most"), least=1, most=MOST_ROWS, default=60)
    days = _days(14)


class _Anyone(KashForm):
    """Anyone's, on a page without a session: so it has no token."""

    class Meta(KashForm.Meta):
        """As every form, but for the token."""

        csrf = False


class SignUpRow(_Anyone):
    """Somebody to put down. A row in which nothing is written is nobody."""

    name = text_field(_l("Name"), most=200, required=False)
    sex = choice_field(_l("Sex"), [("", _l("Not said")), *SEX.items()], required=False)
    age_band = choice_field(
        _l("Age"),
        [("", _l("Choose")), *((band, AGE_BAND[band]) for band in AGE_BANDS)],
        required=False,
    )
    key = NewIdField()

    @property
    def is_empty(self) -> bool:
        """True if nothing is written in this row."""
        return not (self.name.data or self.age_band.data or self.sex.data)

    @property
    def typed(self) -> Typed:
        """The row as it was typed."""
        return Typed(self.name.data or "", self.sex.data or "", self.age_band.data or "")

    def check_together(self) -> None:
        """Also: a name has a letter, and nobody under 18 is put down."""
        if self.is_empty:
            return
        if not self.name.data:
            self.mark_wrong(self.name, _("Enter this."))
        elif not is_a_name(self.name.data):
            self.mark_wrong(self.name, _("A name needs at least one letter."))
        if not self.age_band.data:
            self.mark_wrong(self.age_band, _("Choose one."))
        elif self.age_band.data == _UNDER_AGE:
            self.mark_wrong(self.age_band, _("People under 18 can't be put down here."))


class StationListForm(_Anyone):
    """The list that a liaison fills in."""

    rows = RowsField(FormField(SignUpRow), max_entries=MOST_ROWS)

    def written(self) -> list[SignUpRow]:
        """The rows in which somebody is written."""
        return [entry.form for entry in self.rows if not entry.form.is_empty]


class OwnSignUpForm(SignUpRow):
    """Somebody who puts herself down."""

    phone = PhoneField(
        _l("Phone"), description=_l("So that you can be told. You may leave it empty.")
    )

    @property
    def typed(self) -> Typed:
        """The row as it was typed."""
        return Typed(
            self.name.data or "",
            self.sex.data or "",
            self.age_band.data or "",
            self.phone.data or "",
        )

    def check_together(self) -> None:
        """Also: there is a name."""
        super().check_together()
        if self.is_empty:
            self.mark_wrong(self.name, _("Enter this."))


_AT = "/workshops/<public_id>/sign-ups"


@blueprint.get(_AT)
@allow("workshops.edit")
def workshop(public_id: str) -> str:
    """The links into a workshop, and those who wait, one group at a time."""
    return _page(mine(public_id))


def _page(found: Workshop) -> str:
    """The page; what was chosen there and could not be done is chosen again."""
    letters = waiting_letters(found)
    letter = request.values.get("group", "")
    if letter not in letters:
        letter = next(iter(letters), "")
    rows, total = waiting_rows(found, current_actor(), letter)
    keys = [row["public_id"] for row in rows]
    return render_template(
        "invitations/workshop.html",
        links=links_of(found),
        rows=rows,
        total=total,
        letters=letters,
        letter=letter,
        chosen={key: request.form.get(f"decision-{key}") for key in keys},
        stands=STAND,
        stand_tones=STAND_TONE,
        age_words=AGE_BAND,
        sex_words=SEX,
        languages=_languages(),
        **frame(found),
    )


def _languages() -> list[tuple[str, str]]:
    return [(code, LANGUAGES[code]) for code in programme_languages()]


@blueprint.post(_AT)
@allow("workshops.edit")
def decide_rows(public_id: str) -> ResponseReturnValue:
    """Decide on the rows of the page: each as it was chosen, the others by the button for all;
    whether all of these are declined is asked before, since what was typed is gone then."""
    found = mine(public_id)
    if "back" in request.form:
        return _page(found)
    letter = request.form.get("group", "")[:1]
    sent = request.form.get("all", "")
    bulk = Bulk(sent) if sent in set(Bulk) else Bulk.NONE
    shown = set(request.form.getlist("shown"))
    decisions = {}
    others = 0
    for row in waiting_rows(found, current_actor(), letter)[0]:
        key = row["public_id"]
        if key not in shown:
            continue
        chosen = read_decision(request.form.get(f"decision-{key}", "")[:40])
        others += chosen is None
        decided = chosen or in_bulk(bulk, likely=bool(row["likely"]))
        if decided is not None:
            decisions[key] = decided
    if bulk is Bulk.DECLINE and others and "sure" not in request.form:
        return page("invitations/decline.html", workshop=found, letter=letter, others=others)
    with CaughtProblem() as caught:
        done = decide(public_id, decisions, current_actor())
        flash(
            _(
                "Enrolled: %(seated)s. On the waiting list: %(waiting)s. Declined: %(declined)s.",
                seated=done["confirmed"],
                waiting=done["waiting"],
                declined=done["declined"],
            )
        )
        return go_to("invitations.workshop", public_id, group=letter or None)
    flash(caught.sentence, "bad")
    return _page(mine(public_id)), caught.problem.status


def _shown_once(
    public_id: str, links: Sequence[tuple[str, str, str]], endpoint: str
) -> ResponseReturnValue:
    """The page of links that were just made, each with its code as an SVG element."""
    site = public_address()
    return render_template(
        "invitations/made.html",
        workshop=mine(public_id),
        links=[
            (link, station, address, qr_svg(address, label=station or _("Open link")))
            for link, station, token in links
            for address in [f"{site}{url_for(endpoint, token=token)}"]
        ],
        languages=_languages(),
        leads_nowhere=kind_of_address(site) is AddressKind.LOCAL,
    )


@blueprint.route(f"{_AT}/stations", methods=["GET", "POST"])
@allow("workshops.edit")
@says_address
def quotas(public_id: str) -> ResponseReturnValue:
    """Make a link for the liaison of each station, with its number of places."""
    found = mine(public_id)
    form = QuotaForm()
    form.stations.choices = stations()
    if form.validate_on_submit():
        with form.showing_problems():
            links = make_quota_links(public_id, form.command(QuotaDetails), current_actor())
            return _shown_once(public_id, links, "invitations.station")
    return page("invitations/quotas.html", form=form, workshop=found)


@blueprint.route(f"{_AT}/open", methods=["GET", "POST"])
@allow("workshops.edit")
@says_address
def open_link(public_id: str) -> ResponseReturnValue:
    """Make an open link, whose names wait for a decision."""
    found = mine(public_id)
    form = OpenLinkForm()
    form.group.choices = [(group.public_id, group.name) for group in groups()]
    if form.validate_on_submit():
        with form.showing_problems():
            link = make_open_link(public_id, form.command(OpenDetails), current_actor())
            return _shown_once(public_id, [link], "invitations.sign_up")
    return page("invitations/open.html", form=form, workshop=found)


@blueprint.route(f"{_AT}/<link_id>/withdraw", methods=["GET", "POST"])
@allow("workshops.edit")
def withdraw(public_id: str, link_id: str) -> ResponseReturnValue:
    """Have a link take no more names, after a question: another has to be made and handed over."""
    found = mine(public_id)
    if request.method == "GET":
        return page("invitations/withdraw.html", workshop=found, link=link_of(found, link_id))
    withdraw_link(public_id, link_id, current_actor())
    flash(_("The link takes no more names. What was typed into it still waits below."))
    return go_to("invitations.workshop", public_id)


@blueprint.get(f"{_AT}/<link_id>/letter.pdf")
@allow("workshops.edit")
def letter(public_id: str, link_id: str) -> ResponseReturnValue:
    """The letter of invitation to the commander of a station."""
    found = mine(public_id)
    link = link_of(found, link_id)
    if link.organisation is None:
        raise NotFound
    wanted = request.args.get("language", "")
    language = wanted if wanted in programme_languages() else programme_languages()[0]
    content = letter_to_commander(found, link, language=language)
    return noted(download(content, name="invitation.pdf", type="application/pdf"))


# A whole hall behind one address puts itself down; a person who guesses needs millions of tries.
_WINDOW, _WRONG_TRIES, _SENDS = timedelta(minutes=10), 60, 120
_WRONG, _SENT = "invitations.link", "invitations.sent"
_LONGEST = 64


def _behind(token: str, kind: LinkKind) -> SignUpLink:
    """The open link of a token; wrong ones are counted, and all that is sent. Raises LinkUnknown,
    TooManyTries and Forbidden."""
    address = request.remote_addr or ""
    if request.method == "POST":
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise Forbidden
        count_try(_SENT, address, limit=_SENDS, window=_WINDOW)
    if tries_are_over(_WRONG, address, limit=_WRONG_TRIES):
        raise TooManyTries
    try:
        return link_behind(token[:_LONGEST], kind)
    except LinkUnknown:
        count_try(_WRONG, address, limit=_WRONG_TRIES, window=_WINDOW)
        raise


def _answer(token: str, endpoint: str, work: Callable[..., ResponseReturnValue], *more: Any) -> Any:
    """The answer of `work` in the language that was chosen, or a page that says what is in its
    way."""
    chosen = request.args.get("in", "")
    language = chosen if chosen in programme_languages() else language_code()
    with force_locale(language):
        with CaughtProblem(Problem) as caught:
            return work(token, language, *more)
        return _public_page(
            "invitations/closed.html", token, endpoint, language, problem=caught.sentence
        ), caught.problem.status


def _public_page(template: str, token: str, endpoint: str, language: str, **values: Any) -> str:
    return render_template(
        template,
        token=token[:_LONGEST],
        endpoint=endpoint,
        language=language,
        tongues=_languages(),
        **values,
    )


def _back(endpoint: str, token: str, language: str, *, sent: bool) -> ResponseReturnValue:
    where: dict[str, Any] = {"token": token[:_LONGEST], "in": language, "sent": int(sent) or None}
    return redirect(url_for(endpoint, **where), code=303)


def _turns() -> bool:
    """True if another language is asked for, with what was typed so far."""
    return "turn" in request.form


@blueprint.route("/q/<token>", methods=["GET", "POST"])
@allow(ANYONE)
@leaves_no_trace
def station(token: str) -> ResponseReturnValue:
    """The list of a station: what was typed into this link and waits, and rows for more."""
    answered: ResponseReturnValue = _answer(token, "invitations.station", _station)
    return answered


def _station(token: str, language: str) -> ResponseReturnValue:
    link = _behind(token, LinkKind.QUOTA)
    left = rows_left(link.most_rows, entered_in(link))
    form = StationListForm()
    if request.method == "GET":
        for _ in range(min(left, ROWS_SHOWN)):
            form.rows.append_entry()
    elif not _turns() and form.validate():
        with form.showing_problems():
            people = [(row.key.data, row.typed) for row in form.written()]
            if people:
                put_down(link.id, people)
            return _back("invitations.station", token, language, sent=bool(people))
    link = link_behind(token[:_LONGEST], LinkKind.QUOTA)
    shown = _public_page(
        "invitations/station.html",
        token,
        "invitations.station",
        language,
        form=form,
        link=link,
        workshop=link.workshop,
        rows=own_rows(link),
        left=left,
        sent=request.args.get("sent") == "1",
    )
    return shown, 422 if request.method == "POST" and not _turns() else 200


@blueprint.post("/q/<token>/<row_id>/out")
@allow(ANYONE)
@leaves_no_trace
def station_out(token: str, row_id: str) -> ResponseReturnValue:
    """Take somebody off the list again who waits on it."""
    answered: ResponseReturnValue = _answer(token, "invitations.station", _take_out, row_id)
    return answered


def _take_out(token: str, language: str, row_id: str) -> ResponseReturnValue:
    take_out(_behind(token, LinkKind.QUOTA).id, row_id[:16])
    return _back("invitations.station", token, language, sent=False)


@blueprint.route("/s/<token>", methods=["GET", "POST"])
@allow(ANYONE)
@leaves_no_trace
def sign_up(token: str) -> ResponseReturnValue:
    """The open form: one name, and the same answer for everybody."""
    answered: ResponseReturnValue = _answer(token, "invitations.sign_up", _sign_up)
    return answered


def _sign_up(token: str, language: str) -> ResponseReturnValue:
    link = _behind(token, LinkKind.OPEN)
    sent = request.method == "GET" and request.args.get("sent") == "1"
    form = OwnSignUpForm()
    if request.method == "POST" and not _turns() and form.validate():
        with form.showing_problems():
            put_down(link.id, [(form.key.data, form.typed)])
            return _back("invitations.sign_up", token, language, sent=True)
    link = link_behind(token[:_LONGEST], LinkKind.OPEN)
    shown = _public_page(
        "invitations/sign_up.html",
        token,
        "invitations.sign_up",
        language,
        form=form,
        workshop=link.workshop,
        sent=sent,
    )
    return shown, 422 if request.method == "POST" and not _turns() else 200


def join_sign_ups(app: Flask) -> None:
    """Have names taken without a token of a session: the holder of a link has none."""
    for view in (station, station_out, sign_up):
        app.extensions["csrf"].exempt(f"{view.__module__}.{view.__name__}")
