"""Certificates on Today: batches that wait, those that expire, and those that are hers."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import exists

from kash.certificates.approval import SENT_BACK
from kash.certificates.models import CertificateRule
from kash.certificates.queries.history import count_expiring
from kash.certificates.queries.issuing import certificates_of_person, waiting_for
from kash.certificates.queries.ready import ready_by_tracks
from kash.platform.approvals.pages import waiting_line
from kash.platform.web.beginning import BeginningStep, is_missing
from kash.platform.web.formats import date_text, short_date_text
from kash.platform.web.today import MOST_SHOWN, Need, Own, TodayLine, Viewer, total
from kash.policy import Role


def _batches(asked: Viewer) -> Sequence[TodayLine]:
    return [
        waiting_line(
            _("Certificates: %(title)s", title=batch.title),
            url_for(
                "certificates.batch",
                public_id=batch.workshop_public_id,
                batch_id=batch.batch_public_id,
            ),
            batch.since,
            onward="" if batch.state == "proposed" else _("Issue"),
            key=batch.count,
            small=ngettext("name", "names", batch.count),
            count=batch.count,
        )
        for batch in waiting_for(asked.actor)
    ]


def _expiring(asked: Viewer) -> Sequence[TodayLine]:
    count = count_expiring(asked.actor, asked.day)
    if not count:
        return []
    return [
        TodayLine(
            _("Certificates expire within 60 days"),
            url_for("certificates.index", state="expiring", sort="expires"),
            _("Plan a refresher, or propose renewals on the page of their workshop."),
            key=count,
            button=_("See them"),
        )
    ]


def _ready(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Ready for a certificate: %(title)s", title=one.title),
            url_for("certificates.workshop", public_id=one.workshop),
            _("They did all that its track asks for. Propose their certificates."),
            key=one.count,
            small=ngettext("person", "people", one.count),
            button=_("See them"),
        )
        for one in ready_by_tracks(asked.actor, asked.day)
    ]


def _rule_missing(asked: Viewer) -> Sequence[TodayLine]:
    if not asked.actor.may("certificates.rule") or not is_missing(asked, "rule", once="workshop"):
        return []
    return [
        TodayLine(
            _("Nothing says who gets a certificate"),
            url_for("certificates.rule"),
            _("Until you set the rule, no trainer can propose a certificate."),
            key="–",
            button=_("Set the rule"),
        )
    ]


def _hers(asked: Viewer, person: str) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Certificate: %(title)s", title=one.public_title),
            url_for("certificates.certificate", public_id=one.public_id),
            _("valid until %(day)s", day=date_text(one.expires_on))
            if one.condition(asked.day) in ("expiring", "expired")
            else "",
            key=short_date_text(one.issued_on),
        )
        for one in certificates_of_person(person, asked.actor)[:MOST_SHOWN]
    ]


TODAY = (
    SENT_BACK,
    Need(
        "certificates",
        230,
        _batches,
        lead=_l("Certificates that wait for you:"),
        lead_place=80,
        count=total,
    ),
    Need("expiring", 250, _expiring),
    Need("ready_by_tracks", 240, _ready),
    Need("rule", 170, _rule_missing),
    Own(10, _hers),
    BeginningStep(
        "rule",
        _l("Set who gets a certificate"),
        _l("Without a rule no certificate can be proposed."),
        "certificates.rule",
        {Role.DIRECTOR: 20},
        lambda: exists().where(CertificateRule.id.is_not(None)),
    ),
)
