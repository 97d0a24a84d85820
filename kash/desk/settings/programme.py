"""The programme's names, its zone and its languages. Paper settings: what the programme says of
itself, who signs, and its logo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FileField
from wtforms.validators import ValidationError

from kash.accounts.models import Programme
from kash.accounts.queries.accounts import programme
from kash.accounts.services.accounts import change_programme, change_settings
from kash.desk import blueprint
from kash.desk.logo import prepared_logo
from kash.desk.setup_form import check_zone
from kash.platform import storage
from kash.platform.database import new_public_id
from kash.platform.web import KashForm, NotFound, current_actor, go, page
from kash.platform.web.errors import one_or_404
from kash.platform.web.fields import HiddenField, SeveralField
from kash.platform.web.forms import choice_field, long_text_field, required, text_field
from kash.platform.web.pictures import MOST_BYTES, PictureProblem
from kash.platform.web.programme import LANGUAGES, PAPER_KINDS, PaperWording, paper_wording
from kash.platform.web.row_versions import RowVersionForm
from kash.policy import allow


class ProgrammeForm(RowVersionForm):
    """Decisions of a programme about itself."""

    name = text_field(_l("Name"), most=120)
    neutral_name = text_field(
        _l("Neutral name"),
        most=60,
        description=_l(
            "Stands in titles and on paper. It should not tell what the programme does."
        ),
    )
    zone = text_field(_l("Time zone"), most=64, validators=[check_zone])
    languages = SeveralField(
        _l("Languages"),
        choices=list(LANGUAGES.items()),
        coerce=str,
        validators=[required(_l("Choose at least one language."))],
    )
    default_language = choice_field(_l("Usual language"), list(LANGUAGES.items()))

    def validate_default_language(self, chosen: Any) -> None:
        """The usual language is one of the programme's."""
        if chosen.data not in (self.languages.data):
            raise ValidationError(_("Choose one of the languages above."))


def the_programme() -> Programme:
    """The programme. Raises NotFound before it is set up."""
    return one_or_404(programme())


def saved_or_shown(
    form: RowVersionForm,
    template: str,
    kept: Callable[[], Mapping[str, Any]],
    part: tuple[Any, str],
    values: Callable[[], dict[str, Any]],
    then: str = "desk.settings",
    **shown: Any,
) -> ResponseReturnValue:
    """Answer to a form of settings: the page that follows once its values are saved, as the part
    that was changed and the section that they belong to; else the form, beside what is `kept` by
    now if somebody saved meanwhile."""
    if form.validate_on_submit():
        with form.showing_problems():
            change_settings(current_actor(), *part, values(), form.row_version_shown)
            return go(then, _("Saved."))
        if form.changed_meanwhile:
            form.compare(kept())
    return page(template, form=form, **shown)


def _values(programme: Programme) -> dict[str, Any]:
    return {
        "name": programme.name,
        "neutral_name": programme.neutral_name,
        "zone": programme.zone,
        "default_language": programme.default_language,
        "row_version": programme.version,
    }


@blueprint.route("/settings/programme", methods=["GET", "POST"])
@allow("settings.edit", fresh=True)
def edit_programme() -> ResponseReturnValue:
    """Change the programme's names, zone and languages."""
    programme = the_programme()
    form = ProgrammeForm(data=_values(programme), languages=programme.languages)
    if form.validate_on_submit():
        usual = form.default_language.data
        others = [code for code in form.languages.data if code != usual]
        with form.showing_problems():
            change_programme(
                current_actor(),
                name=form.name.data,
                neutral_name=form.neutral_name.data,
                zone=form.zone.data,
                languages=[usual, *others],
                version=form.row_version_shown,
            )
            return go("desk.settings", _("Saved."))
        if form.changed_meanwhile:
            form.compare(_values(the_programme()))
    return page("desk/settings/programme.html", form=form)


KIND_WORDS: dict[str, Any] = {
    "certificates": _l("Certificates"),
    "minutes": _l("Minutes of forums"),
    "registers": _l("Sign-in sheets"),
    "consents": _l("Consent forms"),
}
_MOST_LINES = 3


def _few_lines(_form: Any, field: Any) -> None:
    if len([line for line in field.data.splitlines() if line.strip()]) > _MOST_LINES:
        raise ValidationError(_("Use at most %(most)s lines.", most=_MOST_LINES))


class PaperForm(RowVersionForm):
    """Words on paper. What is left empty goes by its usual word."""

    address = long_text_field(_l("Address"), most=240, rows=3, validators=[_few_lines])
    footer = text_field(_l("Line at the foot"), most=80, required=False)
    lead_title = text_field(_l("The lead trainer signs as"), most=60, required=False)
    approver_name = text_field(_l("Name of who signs for the programme"), most=80, required=False)
    approver_title = text_field(_l("Signs as"), most=60, required=False)
    third_name = text_field(_l("Name of a third who signs"), most=80, required=False)
    third_title = text_field(_l("The third signs as"), most=60, required=False)
    minutes_signers = long_text_field(
        _l("Who signs minutes"), most=180, rows=3, validators=[_few_lines]
    )

    def validate_third_title(self, field: Any) -> None:
        """A third line needs to say as what."""
        if self.third_name.data and not field.data:
            raise ValidationError(_("Write as what this person signs."))


class LogoForm(KashForm):
    """A picture."""

    picture = FileField(_l("Picture"))
    row_version = HiddenField(default="0")


class LogoPaperForm(RowVersionForm):
    """On which paper it stands."""

    kinds = SeveralField(_l("It stands on"), choices=list(KIND_WORDS.items()), validators=[])


def _paper_values(kept: PaperWording) -> dict[str, Any]:
    lead, approver, third = (kept.signer(place) for place in range(3))
    return {
        "address": kept.address,
        "footer": kept.footer,
        "lead_title": lead.title,
        "approver_name": approver.name,
        "approver_title": approver.title,
        "third_name": third.name,
        "third_title": third.title,
        "minutes_signers": "\n".join(kept.minutes_signers),
        "row_version": the_programme().version,
    }


@blueprint.get("/settings/paper")
@allow("settings.see")
def paper() -> ResponseReturnValue:
    """Settings of paper as they stand now."""
    return render_template(
        "desk/settings/paper.html",
        kept=paper_wording(),
        kinds=KIND_WORDS,
        programme=the_programme(),
    )


@blueprint.route("/settings/paper/edit", methods=["GET", "POST"])
@allow("settings.edit")
def edit_paper() -> ResponseReturnValue:
    """Change the words."""
    form = PaperForm(data=_paper_values(paper_wording()))
    return saved_or_shown(
        form,
        "desk/settings/paper_edit.html",
        lambda: _paper_values(paper_wording()),
        ("paper", "paper"),
        lambda: {
            "address": form.address.data,
            "footer": form.footer.data,
            "certificate_signers": [
                ["", form.lead_title.data],
                [form.approver_name.data, form.approver_title.data],
                [form.third_name.data, form.third_title.data],
            ],
            "minutes_signers": [
                line.strip() for line in form.minutes_signers.data.splitlines() if line.strip()
            ],
        },
        "desk.paper",
    )


@blueprint.route("/settings/logo", methods=["GET", "POST"])
@allow("settings.edit")
def logo() -> ResponseReturnValue:
    """Upload a picture; what comes is read, made small and kept without its metadata."""
    form = LogoForm(row_version=str(the_programme().version))
    if form.validate_on_submit():
        sent = request.files.get("picture")
        content = sent.stream.read(MOST_BYTES + 1) if sent is not None else b""
        with form.showing_problems(picture=PictureProblem):
            picture = prepared_logo(content)
            key = f"programme/{new_public_id()}.png"
            storage.put(key, picture)
            _replace_logo(key)
            return go("desk.logo_paper", _("Saved. Now choose on which paper it stands."))
    return page("desk/settings/logo.html", form=form, kept=paper_wording())


def _replace_logo(key: str) -> None:
    """Set the logo's key, and delete the picture that was there before."""
    try:
        before = change_settings(current_actor(), "logo", "paper", {"logo": key})
    except BaseException:
        if key:
            storage.delete(key)
        raise
    if before.get("logo"):
        storage.delete(str(before["logo"]))


@blueprint.get("/settings/logo/picture")
@allow("settings.see")
def logo_picture() -> Response:
    """The picture as it is kept. Raises NotFound."""
    key = paper_wording().logo
    if not key:
        raise NotFound
    try:
        content = storage.get(key)
    except storage.StorageError:
        raise NotFound from None
    return Response(content, mimetype="image/png")


@blueprint.route("/settings/logo/paper", methods=["GET", "POST"])
@allow("settings.edit")
def logo_paper() -> ResponseReturnValue:
    """Choose on which paper the logo stands."""
    form = LogoPaperForm(
        data={
            "kinds": sorted(paper_wording().logo_on, key=PAPER_KINDS.index),
            "row_version": the_programme().version,
        }
    )
    return saved_or_shown(
        form,
        "desk/settings/logo_paper.html",
        lambda: {"row_version": the_programme().version},
        ("logo", "paper"),
        lambda: {"logo_on": list(form.kinds.data)},
        "desk.paper",
    )


@blueprint.route("/settings/logo/remove", methods=["GET", "POST"])
@allow("settings.edit")
def remove_logo() -> ResponseReturnValue:
    """Take the logo away, after a question."""
    if request.method == "POST":
        if paper_wording().logo:
            _replace_logo("")
        return go("desk.paper", _("The logo is gone."))
    return render_template("desk/settings/logo_remove.html")
