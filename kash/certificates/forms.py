"""Forms of designs, and how designs are called on pages. Forms for what comes after issuing: paper
again, corrections, renewals. Forms of the certificates room. The form by which a new key takes
over. Reads the page on which printed names are corrected and confirmed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField
from wtforms.validators import ValidationError

from kash.certificates.models import Design, DesignVersion
from kash.certificates.queries.designs import designs_on_offer, signing_accounts
from kash.certificates.queries.issuing import Candidate
from kash.certificates.rules import designs as design_rules
from kash.certificates.rules.issuing import REVOCATION_CLASSES, Lack
from kash.people.rules.names import doubt_of
from kash.platform.press import joined_signs
from kash.platform.press.designs import MOST_MARKUP
from kash.platform.web import KashForm
from kash.platform.web.bodies import CONTROL_CHARACTERS
from kash.platform.web.fields import HiddenField
from kash.platform.web.forms import (
    choice_field,
    long_text_field,
    radio_field,
    text_field,
    whole_number_field,
)
from kash.platform.web.row_versions import RowVersionForm

_PICTURE_NAME = re.compile(r"[a-z0-9-]{1,32}")

BASE_NAMES = {
    "classic": _l("Classic: fine lines all round"),
    "modern": _l("Modern: a woven band at the side"),
    "plain": _l("Plain: black, for simple printers"),
    "own": _l("Your own HTML and CSS"),
}
# What the designs that every programme has are called, until somebody calls them otherwise.
_BUILT_IN_NAMES = {
    "Classic": _l("Classic: fine lines all round"),
    "Modern": _l("Modern: a woven band at the side"),
    "Plain": _l("Plain: black, for simple printers"),
}


_DOUBTS = {
    "comma": _l("There is a comma: is the surname first?"),
    "small": _l("In small letters."),
    "capitals": _l("In capitals."),
    "single": _l("One word: is it the whole name?"),
}


def name_doubt(name: str) -> str:
    """A sentence on why a printed name should be looked at, or nothing."""
    doubt = doubt_of(name)
    return str(_DOUBTS[doubt]) if doubt else ""


def design_name(design: Design) -> str:
    """Name of a design."""
    return str(_BUILT_IN_NAMES.get(design.name, design.name))


def version_name(version: DesignVersion) -> str:
    """A version of a design by name and number."""
    return _(
        "%(name)s, version %(version)s", name=design_name(version.design), version=version.number
    )


def offer_designs(field: Any) -> None:
    """Offer in a field the designs that are in use; the programme's own choice is preselected."""
    offered = designs_on_offer()
    field.choices = [(design.public_id, design_name(design)) for design in offered]
    if not field.data and not field.raw_data and offered:
        field.data = offered[0].public_id


PAGE_NAMES = {
    "A4": _l("A4 landscape"),
    "A5": _l("A5 landscape"),
    "letter": _l("US letter landscape"),
}
LOGO_NAMES = {
    "": _l("None"),
    "programme": _l("The programme's logo, as the settings say"),
    "own": _l("A picture of this design's own"),
}
LANGUAGE_CODES = ("en", "sw")
DEFAULT_ACCENT = "#0a5463"


class NewDesignForm(KashForm):
    """Name of a new design, and the one that it begins with."""

    name = text_field(_l("Name"), most=80)
    base = radio_field(_l("It begins as"), list(BASE_NAMES.items()))


def _only_known_fields(_form: Any, field: Any) -> None:
    unknown = design_rules.unknown_fields(field.data or "")
    if unknown:
        offered = ", ".join(f"[{name}]" for name in design_rules.SENTENCE_FIELDS)
        raise ValidationError(
            _(
                "There is no field %(name)s. Offered are: %(offered)s.",
                name=f"[{unknown[0]}]",
                offered=offered,
            )
        )


def _dark_enough(_form: Any, field: Any) -> None:
    colour = (field.data or "").lower()
    if not design_rules.is_colour(colour):
        raise ValidationError(_("Write a colour as # and six digits or letters from a to f."))
    if design_rules.contrast(colour) < design_rules.LEAST_CONTRAST:
        raise ValidationError(
            _(
                "This colour is too pale for white paper: its contrast is %(contrast)s, and "
                "%(least)s is the least.",
                contrast=f"{design_rules.contrast(colour):.1f}",
                least=f"{design_rules.LEAST_CONTRAST:.1f}",
            )
        )


def _words(label: Any, most: int, *, fields: bool = False) -> Any:
    return text_field(
        label, most=most, required=False, validators=[_only_known_fields] if fields else []
    )


class DesignForm(RowVersionForm):
    """All that a design says. Empty words go by the usual ones."""

    name = text_field(_l("Name"), most=80)
    page = radio_field(_l("Paper"), list(PAGE_NAMES.items()))
    accent = text_field(_l("Colour"), most=7, validators=[_dark_enough])
    bilingual = BooleanField(_l("Heading and sentence in a second language too"))
    hours = BooleanField(_l("Say how many hours were attended"))
    marks = BooleanField(_l("Print the marks of those who paid for the workshop"))
    logo = radio_field(_l("Logo"), list(LOGO_NAMES.items()), required=False)
    heading_en = _words(_l("Heading"), 80)
    certify_en = _words(_l("Line above the name"), 80)
    sentence_en = _words(_l("Sentence below the name"), 240, fields=True)
    heading_sw = _words(_l("Heading"), 80)
    certify_sw = _words(_l("Line above the name"), 80)
    sentence_sw = _words(_l("Sentence below the name"), 240, fields=True)
    signer_1 = choice_field(_l("First line"), [], required=False)
    signer_name_1 = text_field(_l("Name"), most=80, required=False)
    signer_role_1 = text_field(_l("Signs as"), most=60, required=False)
    signer_2 = choice_field(_l("Second line"), [], required=False)
    signer_name_2 = text_field(_l("Name"), most=80, required=False)
    signer_role_2 = text_field(_l("Signs as"), most=60, required=False)
    signer_3 = choice_field(_l("Third line"), [], required=False)
    signer_name_3 = text_field(_l("Name"), most=80, required=False)
    signer_role_3 = text_field(_l("Signs as"), most=60, required=False)
    signer_4 = choice_field(_l("Fourth line"), [], required=False)
    signer_name_4 = text_field(_l("Name"), most=80, required=False)
    signer_role_4 = text_field(_l("Signs as"), most=60, required=False)
    html = long_text_field(_l("HTML"), most=MOST_MARKUP, rows=18)
    css = long_text_field(_l("CSS"), most=MOST_MARKUP, rows=14)

    def validate_signer_1(self, _field: Any) -> None:
        """A fixed name has to be typed, in whichever line."""
        for place in range(1, design_rules.MOST_SIGNERS + 1):
            name = self[f"signer_name_{place}"]
            if self[f"signer_{place}"].data == "named" and not name.data:
                self.mark_wrong(name, _("Write the name that stands here."))
                raise ValidationError(_("Write the name that stands here."))

    def content(self, kept: design_rules.DesignContent) -> design_rules.DesignContent:
        """Content as it was typed, with what this form doesn't ask taken from `kept`."""
        own_logo = kept.logo if kept.logo not in ("", "programme") else ""
        logo = self.logo.data or ""
        words = {
            code: design_rules.Words(
                self[f"heading_{code}"].data or "",
                self[f"certify_{code}"].data or "",
                self[f"sentence_{code}"].data or "",
            )
            for code in LANGUAGE_CODES
        }
        accent = self.accent.data.lower()
        own = kept.base == "own"
        return replace(
            kept,
            page=self.page.data,
            accent="" if accent == DEFAULT_ACCENT else accent,
            bilingual=bool(self.bilingual.data),
            hours=bool(self.hours.data),
            marks=bool(self.marks.data),
            logo=own_logo if logo == "own" else logo,
            words={code: word for code, word in words.items() if any(word.all)},
            signers=self._signers(),
            html=(self.html.data) if own else "",
            css=(self.css.data) if own else "",
        )

    def _signers(self) -> tuple[design_rules.Signer, ...]:
        signers = []
        for place in range(1, design_rules.MOST_SIGNERS + 1):
            chosen = self[f"signer_{place}"].data or ""
            if not chosen:
                continue
            kind, _colon, account = chosen.partition(":")
            signers.append(
                design_rules.Signer(
                    design_rules.SignerKind(kind),
                    account=account,
                    name=(self[f"signer_name_{place}"].data or "") if kind == "named" else "",
                    role=self[f"signer_role_{place}"].data or "",
                )
            )
        return tuple(signers)


def design_form(design: Design) -> DesignForm:
    """The form of a design, filled with what it says; what was posted takes its place."""
    content = design_rules.content_from(design.content)
    values: dict[str, Any] = {
        "name": design_name(design),
        "page": content.page,
        "accent": content.accent or DEFAULT_ACCENT,
        "bilingual": content.bilingual,
        "hours": content.hours,
        "marks": content.marks,
        "logo": content.logo if content.logo in ("", "programme") else "own",
        "html": content.html,
        "css": content.css,
        "row_version": str(design.row_version),
    }
    for code in LANGUAGE_CODES:
        words = content.words.get(code, design_rules.Words())
        values |= {
            f"heading_{code}": words.heading,
            f"certify_{code}": words.certify_line,
            f"sentence_{code}": words.sentence,
        }
    for place, signer in enumerate(content.signers, 1):
        chosen = signer.kind.value + (f":{signer.account}" if signer.account else "")
        values |= {
            f"signer_{place}": chosen,
            f"signer_name_{place}": signer.name,
            f"signer_role_{place}": signer.role,
        }
    form = DesignForm(data=values)
    if content.logo in ("", "programme"):
        form.logo.choices = [logo for logo in LOGO_NAMES.items() if logo[0] != "own"]
    offered = [
        ("", _("Nobody")),
        (design_rules.SignerKind.LEAD.value, _("The lead trainer of the workshop")),
        (design_rules.SignerKind.APPROVER.value, _("The person who approved the batch")),
        (design_rules.SignerKind.NAMED.value, _("The name that is typed below")),
        *((f"account:{public_id}", name) for public_id, name in signing_accounts()),
    ]
    logos = {value for value, _label in offered}
    gone = {
        f"account:{signer.account}"
        for signer in content.signers
        if signer.account and f"account:{signer.account}" not in logos
    }
    offered += [(value, _("Somebody who signs no more")) for value in sorted(gone)]
    for place in range(1, design_rules.MOST_SIGNERS + 1):
        form[f"signer_{place}"].choices = offered
    return form


PICTURE_USES = {"logo": _l("the logo"), "seal": _l("the seal"), "own": _l("a picture for my HTML")}


class PictureForm(KashForm):
    """A picture of a design, and what it is."""

    use = radio_field(_l("It is"), list(PICTURE_USES.items()))
    name = text_field(
        _l("Name in your HTML"),
        most=32,
        required=False,
        description=_l("Small letters, digits and dashes. It is written image:NAME."),
    )
    picture = FileField(_l("Picture"))

    def validate_name(self, field: Any) -> None:
        """Only a picture for one's own HTML has a name, and needs one."""
        if self.use.data == "own" and not _PICTURE_NAME.fullmatch(field.data or ""):
            raise ValidationError(_("Use small letters, digits and dashes, at most 32."))


class OnePictureForm(KashForm):
    """A picture and nothing else."""

    picture = FileField(_l("Picture"))


LACK_SENTENCES = {
    "unknown_field": _l("There is no field called “%(what)s”."),
    "missing_field": _l("The field “%(what)s” is missing; no certificate is without it."),
    "field_twice": _l("The field “%(what)s” stands there twice."),
    "no_picture": _l("The fields qr, logo and seal, and no others, are img elements: %(what)s."),
    "no_block": _l("The field “%(what)s” takes more than a line: mark a div or section."),
    "element": _l("The element “%(what)s” is not taken."),
    "attribute": _l("The attribute “%(what)s” is not taken."),
    "address": _l("Pictures come from this design only, as image:NAME. Not taken: %(what)s"),
    "unknown_image": _l("There is no picture called “%(what)s”. Upload it below."),
    "unclosed": _l("The element “%(what)s” is not closed where it should be."),
    "style": _l("The CSS holds something that is not taken: %(what)s"),
    "too_long": _l("This is too long: at most 60,000 characters and 600 elements."),
    "sentence": _l("The sentence has no field [%(what)s]."),
    "contrast": _l("%(what)s is too pale for white paper."),
    "empty": _l("The field “%(what)s” would be empty."),
}


def lack_sentences(lacks: Iterable[Lack]) -> list[str]:
    """Sentences on what keeps a design from being used."""
    return [str(LACK_SENTENCES[lack.kind]) % {"what": lack.what or "–"} for lack in lacks]


PRINTING_NAMES = {
    "print_file": _l("Print file of the batch"),
    "zip_file": _l("Single files of the batch"),
    "cards": _l("Cards of the batch"),
    "one_file": _l("One certificate"),
    "own_file": _l("By its holder"),
}
REASON_NAMES = {
    "misprint": _l("The printer failed"),
    "damaged": _l("Paper was damaged"),
    "lost": _l("Paper was lost"),
    "second_copy": _l("A second copy is needed"),
}
CONDITION_NAMES = {
    "valid": _l("Valid"),
    "expiring": _l("Expires soon"),
    "expired": _l("Expired"),
    "revoked": _l("Revoked"),
    "replaced": _l("Replaced"),
}


class ReprintForm(KashForm):
    """Why paper is made again; not asked the first time."""

    reason = choice_field(
        _l("Reason for reprint"),
        [
            ("", _l("Choose")),
            *((code, REASON_NAMES[code]) for code in design_rules.REPRINT_REASONS),
        ],
        required=False,
    )


class NameCorrectionForm(KashForm):
    """The name as it must be printed, read and confirmed by the person."""

    name = text_field(_l("Name as it must be printed"), most=200)
    confirmed = BooleanField(_l("The person has read this name and says that it is right"))

    def validate_confirmed(self, field: BooleanField) -> None:
        """Nothing is proposed that the person has not read."""
        if not field.data:
            raise ValidationError(_("Let the person read it first."))


class RenewalForm(KashForm):
    """Whose certificates are renewed after a refresher; the boxes are drawn by the page."""


class DecisionForm(KashForm):
    """The same by decision, with its reason."""

    reason = long_text_field(
        _l("Why they are renewed without a refresher"),
        most=1000,
        required=True,
        rows=2,
        description=_l("The approver reads it. It stands on no certificate."),
    )


REVOCATION_NAMES = {
    "wrong_name": _l("The printed name is wrong"),
    "wrong_record": _l("The attendance on record was wrong"),
    "duplicate": _l("It was issued twice"),
    "withdrawn_by_holder": _l("The holder asked for it"),
    "conduct": _l("Against the code of conduct"),
    # Nobody chooses it.
    "replaced": _l("It was replaced by a corrected one"),
}
# By the classes of `standing.public_class`.
PUBLIC_REASONS = {"other": _l("Withdrawn by the issuer"), "replaced": REVOCATION_NAMES["replaced"]}


class RuleForm(KashForm):
    """The rule for everyone: a new version each time it is saved."""

    least_share = whole_number_field(_l("Least share of the hours, in per cent"), least=1, most=100)
    months_valid = whole_number_field(_l("Valid for, in months"), least=1, most=240, required=False)
    name_must_be_confirmed = BooleanField(
        _l("People must confirm their printed name before a certificate is proposed")
    )


class ProposeForm(KashForm):
    """Design in which the batch is printed; the view offers those that are in use. `read` says that
    the names that are not confirmed yet were read."""

    design = choice_field(_l("Design"), [], required=True)
    read = BooleanField(_l("All printed names were read by their holders and are right"))


class RevokeForm(KashForm):
    """Why a certificate no longer holds; the person who checks it learns neither."""

    reason_class = choice_field(
        _l("Kind of reason (stays inside the programme)"),
        [(code, REVOCATION_NAMES[code]) for code in REVOCATION_CLASSES],
        required=True,
    )
    reason = long_text_field(_l("Reason (stays inside the programme)"), most=1000, required=True)


class VerifyForm(KashForm):
    """A serial, and if one likes the name as printed. A whole scanned address is taken too.

    Anyone's, on a page without a session: so it has no token.
    """

    class Meta(KashForm.Meta):
        """As every form, but for the token."""

        csrf = False

    serial = text_field(_l("Serial"), most=200)
    name = text_field(_l("Name as printed"), most=200, required=False)


class ChangeKeyForm(KashForm):
    """Change of the key, which may be in other hands until now; `shown` is the one that the page
    showed."""

    shown = HiddenField()
    doubted = BooleanField(_l("Somebody else may have the key that signed up to now"))


LONGEST_NAME = 200


@dataclass(frozen=True)
class NameRow:
    """A name as it stands in its field, and whether it is ticked as read and right."""

    name: str
    confirmed: bool

    @property
    def said(self) -> str:
        """The name that a page showed, as the page says it back."""
        return f"{int(self.confirmed)}:{self.name}"


def rows_stored(people: Iterable[Candidate]) -> dict[str, NameRow]:
    """The rows of these people as they are stored, by their public ids."""
    return {
        person.person_public_id: NameRow(person.printed_name, person.name_confirmed)
        for person in people
    }


def rows_typed(
    stored: Mapping[str, NameRow], form: Mapping[str, str], *, all_right: bool = False
) -> dict[str, NameRow]:
    """The rows that were sent, of those that the page may show: `name-<id>` and `confirmed-<id>`.

    `all_right` ticks every one of them.
    """
    return {
        key: NameRow(_one_space(form[f"name-{key}"]), all_right or f"confirmed-{key}" in form)
        for key in stored
        if f"name-{key}" in form
    }


def _one_space(name: str) -> str:
    """A name with one space where there are several. A sign that cannot be printed stays, so that
    it is told and nothing typed is lost; Python's own splitting takes some for spaces."""
    return " ".join(part for part in name.split(" ") if part)


def rows_changed(
    stored: Mapping[str, NameRow], typed: Mapping[str, NameRow], form: Mapping[str, str]
) -> dict[str, NameRow]:
    """Of the rows that were sent those that differ from what the page showed (`shown-<id>`).

    So a page that was opened earlier takes back nothing that was confirmed elsewhere meanwhile.
    """
    return {
        key: typed_row
        for key, typed_row in typed.items()
        if typed_row.said
        != form.get(f"shown-{key}", NameRow(stored[key].name, confirmed=False).said)
    }


def rows_met(
    stored: Mapping[str, NameRow], changed: Mapping[str, NameRow], form: Mapping[str, str]
) -> dict[str, NameRow]:
    """Of the rows that were changed those that somebody else changed otherwise, as they are stored.

    Nobody who typed one has seen what stands there now.
    """
    return {
        key: stored[key]
        for key, typed_row in changed.items()
        if typed_row != stored[key]
        and form.get(f"shown-{key}", stored[key].said) != stored[key].said
    }


def met_name(stored: NameRow) -> str:
    """Sentence with the name that stands instead of one that was typed."""
    if stored.confirmed:
        return _(
            "Saved here meanwhile, read and right: “%(name)s”. Yours is not saved: correct it, "
            "or press Save to replace that.",
            name=stored.name,
        )
    return _(
        "Saved here meanwhile: “%(name)s”. Yours is not saved: correct it, or press Save to "
        "replace that.",
        name=stored.name,
    )


def wrong_name(name: str) -> str:
    """Sentence on what keeps a name from paper; empty if nothing does."""
    if not name:
        return _("A certificate needs a name.")
    if len(name) > LONGEST_NAME:
        return _("At most %(most)s characters fit.", most=LONGEST_NAME)
    if CONTROL_CHARACTERS.search(name):
        return _("This holds a sign that can't be printed.")
    if joined := " ".join(joined_signs(name)):
        return _("This can't be printed as one sign, leave it out: %(signs)s", signs=joined)
    return ""
