"""Forms of designs, and how designs are called on pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField
from wtforms.validators import ValidationError

from kash.certificates.models import Design, DesignVersion
from kash.certificates.queries.designs import designs_on_offer
from kash.certificates.queries.signatures import signing_accounts
from kash.certificates.rules.designs import (
    LEAST_CONTRAST,
    MOST_SIGNERS,
    SENTENCE_FIELDS,
    DesignContent,
    Signer,
    SignerKind,
    Words,
    content_from,
    contrast,
    is_colour,
    unknown_fields,
)
from kash.certificates.rules.readiness import Lack
from kash.platform.press.own_designs import MOST_MARKUP
from kash.platform.web import KashForm
from kash.platform.web.forms import choice_field, long_text_field, radio_field, text_field
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


def design_name(design: Design) -> str:
    """Name of a design."""
    return str(_BUILT_IN_NAMES.get(design.name, design.name))


def version_name(version: DesignVersion) -> str:
    """A version of a design by name and number."""
    return _(
        "%(name)s, version %(version)s",
        name=design_name(version.design),
        version=version.number,
    )


def offer_designs(field: Any) -> None:
    """Offer in a field the designs that are in use; the programme's own choice is preselected."""
    offered = designs_on_offer()
    field.choices = [(one.public_id, design_name(one)) for one in offered]
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
    unknown = unknown_fields(field.data or "")
    if unknown:
        offered = ", ".join(f"[{name}]" for name in SENTENCE_FIELDS)
        raise ValidationError(
            _(
                "There is no field %(name)s. Offered are: %(offered)s.",
                name=f"[{unknown[0]}]",
                offered=offered,
            )
        )


def _dark_enough(_form: Any, field: Any) -> None:
    colour = (field.data or "").lower()
    if not is_colour(colour):
        raise ValidationError(_("Write a colour as # and six digits or letters from a to f."))
    if contrast(colour) < LEAST_CONTRAST:
        raise ValidationError(
            _(
                "This colour is too pale to be read on white paper: its contrast is %(contrast)s,"
                " and %(least)s is the least.",
                contrast=f"{contrast(colour):.1f}",
                least=f"{LEAST_CONTRAST:.1f}",
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
    marks = BooleanField(_l("Print the marks of whoever paid for the workshop"))
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
        for place in range(1, MOST_SIGNERS + 1):
            name = self[f"signer_name_{place}"]
            if self[f"signer_{place}"].data == "named" and not name.data:
                self.mark_wrong(name, _("Write the name that stands here."))
                raise ValidationError(_("Write the name that stands here."))

    def content(self, kept: DesignContent) -> DesignContent:
        """Content as it was typed, with what this form doesn't ask taken from `kept`."""
        own_logo = kept.logo if kept.logo not in ("", "programme") else ""
        logo = self.logo.data or ""
        words = {
            code: Words(
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
            words={code: said for code, said in words.items() if any(said.all)},
            signers=self._signers(),
            html=(self.html.data) if own else "",
            css=(self.css.data) if own else "",
        )

    def _signers(self) -> tuple[Signer, ...]:
        signers = []
        for place in range(1, MOST_SIGNERS + 1):
            chosen = self[f"signer_{place}"].data or ""
            if not chosen:
                continue
            kind, _colon, account = chosen.partition(":")
            signers.append(
                Signer(
                    SignerKind(kind),
                    account=account,
                    name=(self[f"signer_name_{place}"].data or "") if kind == "named" else "",
                    role=self[f"signer_role_{place}"].data or "",
                )
            )
        return tuple(signers)


def design_form(design: Design) -> DesignForm:
    """The form of a design, filled with what it says; what was posted takes its place."""
    kept = content_from(design.content)
    values: dict[str, Any] = {
        "name": design_name(design),
        "page": kept.page,
        "accent": kept.accent or DEFAULT_ACCENT,
        "bilingual": kept.bilingual,
        "hours": kept.hours,
        "marks": kept.marks,
        "logo": kept.logo if kept.logo in ("", "programme") else "own",
        "html": kept.html,
        "css": kept.css,
        "row_version": str(design.row_version),
    }
    for code in LANGUAGE_CODES:
        words = kept.words.get(code, Words())
        values |= {
            f"heading_{code}": words.heading,
            f"certify_{code}": words.certify_line,
            f"sentence_{code}": words.sentence,
        }
    for place, signer in enumerate(kept.signers, 1):
        chosen = signer.kind.value + (f":{signer.account}" if signer.account else "")
        values |= {
            f"signer_{place}": chosen,
            f"signer_name_{place}": signer.name,
            f"signer_role_{place}": signer.role,
        }
    form = DesignForm(data=values)
    if kept.logo in ("", "programme"):
        form.logo.choices = [one for one in LOGO_NAMES.items() if one[0] != "own"]
    offered = [
        ("", _("Nobody")),
        (SignerKind.LEAD.value, _("The lead trainer of the workshop")),
        (SignerKind.APPROVER.value, _("Whoever approved the batch")),
        (SignerKind.NAMED.value, _("The name that is typed below")),
        *((f"account:{public_id}", name) for public_id, name in signing_accounts()),
    ]
    known = {value for value, _label in offered}
    gone = {
        f"account:{signer.account}"
        for signer in kept.signers
        if signer.account and f"account:{signer.account}" not in known
    }
    offered += [(value, _("Somebody who signs no more")) for value in sorted(gone)]
    for place in range(1, MOST_SIGNERS + 1):
        form[f"signer_{place}"].choices = offered
    return form


PICTURE_USES = {
    "logo": _l("the logo"),
    "seal": _l("the seal"),
    "own": _l("a picture for my HTML"),
}


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
    "no_picture": _l("The fields qr, logo and seal are img elements, and no others are: %(what)s."),
    "no_block": _l("The field “%(what)s” takes more than a line: mark a div or section."),
    "element": _l("The element “%(what)s” is not taken."),
    "attribute": _l("The attribute “%(what)s” is not taken."),
    "address": _l("Pictures come from this design only, as image:NAME. Not taken: %(what)s"),
    "unknown_image": _l("There is no picture called “%(what)s”. Upload it below."),
    "unclosed": _l("The element “%(what)s” is not closed where it should be."),
    "style": _l("The CSS holds something that is not taken: %(what)s"),
    "too_long": _l("This is too long: at most 60,000 characters and 600 elements."),
    "sentence": _l("The sentence has no field [%(what)s]."),
    "contrast": _l("The colour %(what)s is too pale to be read on white paper."),
    "empty": _l("The field “%(what)s” would be empty."),
}


def lack_sentences(lacks: Iterable[Lack]) -> list[str]:
    """Sentences on what keeps a design from being used."""
    return [str(LACK_SENTENCES[lack.kind]) % {"what": lack.what or "–"} for lack in lacks]
