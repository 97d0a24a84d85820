"""Certificates in tracks: holding one as a requirement, and the days of what is renewed. Chapters
of the handbook that tell about certificates. Finding a certificate from every page, by its whole
serial. Merging certificates when two people turn out to be one. Confirmed names that are missing
of those who came to workshops that are over. Columns of this room's tables, sorted by what they
hold about a person. Lines of the settings about certificates, with what holds now. Certificates on
Today: batches that wait, those that expire, and those that are hers. Words of the audit trail for
what is done here: the room, then what happened. The declaration of certificates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from kash.accounts.services.accounts import Founding
from kash.accounts.services.locking import Revocation
from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.certificates import blueprint, documents, forms, views
from kash.certificates.documents import (
    forget_old_pictures,
    make_cards,
    make_print_file,
    make_zip_file,
)
from kash.certificates.models import (
    APPROVAL,
    SENT_BACK,
    Certificate,
    CertificateBatch,
    CertificateRule,
)
from kash.certificates.queries.certificates import count_expiring, find_certificate
from kash.certificates.queries.designs import keys_of_pictures
from kash.certificates.queries.issuing import certificates_of_person, ready_by_tracks, waiting_for
from kash.certificates.rules.issuing import REPLACED, grouped
from kash.certificates.services.certificates import (
    LINK_MESSAGE,
    end_links_made_by,
    remind_in_the_morning,
    send_expiry_reminder,
)
from kash.certificates.services.designs import make_first_key, sign_earlier, signature_ends
from kash.certificates.services.issuing import first_rule, go_on_issuing
from kash.certificates.tracks.leaf_kinds import (
    CertificatePeriods,
    Found,
    LeafKind,
    LeafQuestion,
    alike,
    found_by,
)
from kash.certificates.tracks.models import Track, TrackVersion
from kash.certificates.tracks.rules.standing import CertificatePeriod
from kash.certificates.tracks.rules.tree import KindRule, Leaf, Parameter, ParameterKind
from kash.certificates.views.published import join_verification
from kash.certificates.views.sections import person_rows
from kash.feature import Feature
from kash.people.connections.queries import OpenWay
from kash.people.erasure import (
    GOES,
    AlsoCalled,
    Beneath,
    StandsInTheWay,
    about_things,
    free_texts,
    stays,
)
from kash.people.models import Group, Person
from kash.people.queries.search import Reference, column_of
from kash.people.sections import PersonSection
from kash.people.undo_log import RowChanges
from kash.platform.approvals.pages import waiting_line
from kash.platform.handbook.places import Chapters, each, peers
from kash.platform.jobs import Chore, JobKind
from kash.platform.storage import NamedFiles
from kash.platform.web.formats import date_text, short_date_text, to_local
from kash.platform.web.missing import Lookout, MissingInformation, MissingLine
from kash.platform.web.parts import (
    ActionWords,
    Destination,
    Findable,
    Hit,
    NamedPage,
    SampleId,
    SettingLine,
)
from kash.platform.web.today import (
    MOST_SHOWN,
    BeginningStep,
    Need,
    Own,
    TodayLine,
    Viewer,
    is_missing,
    total,
)
from kash.policy import SIGNED_IN, Actor, Role
from kash.training.models import Course, CourseVersion
from kash.workshops.missing import answered_for
from kash.workshops.models import Workshop
from kash.workshops.queries.deliveries import CertificatesHeld
from kash.workshops.rules import CourseHeld
from kash.workshops.tabs import Milestones, Tab


def certified(session: Session, leaf: Leaf, asked: LeafQuestion) -> Found:
    """Everybody who was given a certificate of a course that was not revoked, whether or not it
    still holds: what somebody became she stays."""
    return found_by(
        session,
        select(Certificate.person_id, literal(1), func.min(Certificate.issued_on))
        .join(CertificateBatch, CertificateBatch.id == Certificate.batch_id)
        .join(Workshop, Workshop.id == CertificateBatch.workshop_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(
            Course.public_id == leaf.text("course"),
            # A renewal is given at whichever workshop was the refresher, and corrected there.
            Certificate.renews_id.is_(None),
            Certificate.serial.is_not(None),
            Certificate.revoked_at.is_(None),
            *asked.of(Certificate.person_id),
            *asked.within(Certificate.issued_on),
        )
        .group_by(Certificate.person_id),
        asked,
    )


def periods(
    session: Session, course: int, people: Collection[int] | None
) -> dict[int, list[CertificatePeriod]]:
    """{person: periods} of the certificates of a course (its key), renewals included; one query for
    some people, two for everybody.

    A corrected certificate goes on where the one that it replaced began.
    """
    if people is not None:
        return _one_by_one(session, course, Certificate.person_id.in_(people))
    later = aliased(Certificate)
    former = select(func.coalesce(later.renews_id, later.supersedes_id)).where(
        or_(later.renews_id.is_not(None), later.supersedes_id.is_not(None))
    )
    # Most have no successor and were never taken back: hundreds have the same days.
    plain = (
        (CertificateBatch.kind == "workshop")
        & Certificate.revoked_at.is_(None)
        & Certificate.id.not_in(former)
    )
    by_person = _one_by_one(session, course, ~plain)
    shared = _issued(Certificate.person_id, Certificate.issued_on, Certificate.expires_on).where(
        plain, CourseVersion.course_id == course
    )
    for (since, until), persons in alike(session, shared):
        period = CertificatePeriod(since, until)
        for person in persons:
            by_person.setdefault(person, []).append(period)
    return by_person


def _issued(*columns: InstrumentedAttribute[Any]) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .join(CertificateBatch, CertificateBatch.id == Certificate.batch_id)
        .join(Workshop, Workshop.id == CertificateBatch.workshop_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .where(Certificate.serial.is_not(None))
    )


def _one_by_one(
    session: Session, course: int, which: ColumnElement[bool]
) -> dict[int, list[CertificatePeriod]]:
    """Periods of certificates of a course, each with what it renews or corrects, which must be
    among them."""
    statement = _issued(
        Certificate.id,
        Certificate.person_id,
        Certificate.renews_id,
        Certificate.supersedes_id,
        Certificate.issued_on,
        Certificate.expires_on,
        Certificate.revoked_at,
        Certificate.revoked_class,
        CertificateBatch.kind,
        CourseVersion.course_id,
    ).where(which)
    courses: dict[int, int | None] = {}
    begins: dict[int, date] = {}
    by_person: dict[int, list[CertificatePeriod]] = {}
    for certificate in session.execute(statement.order_by(Certificate.id)):
        came_from = certificate.renews_id or certificate.supersedes_id
        of_course = (
            certificate.course_id if certificate.kind == "workshop" else courses.get(came_from or 0)
        )
        courses[certificate.id] = of_course
        begins[certificate.id] = since = begins.get(
            certificate.supersedes_id, certificate.issued_on
        )
        if of_course == course and certificate.revoked_class != REPLACED:
            ended = (
                to_local(certificate.revoked_at).date()
                if certificate.revoked_at is not None
                else None
            )
            by_person.setdefault(certificate.person_id, []).append(
                CertificatePeriod(since, certificate.expires_on, ended)
            )
    return by_person


def held(session: Session, course: int, people: Collection[int]) -> dict[int, list[CourseHeld]]:
    """{person: days} for which certificates of a course hold, as enrolling asks; one that was
    revoked holds no more."""
    return {
        person: [CourseHeld(each.since, each.until) for each in hers if each.ended is None]
        for person, hers in periods(session, course, people).items()
    }


TRACK_PARTS = (
    LeafKind(
        KindRule("certificate", (Parameter("course", ParameterKind.COURSE),)),
        _l("A certificate of a course"),
        _l("Was given a certificate of {course}"),
        certified,
    ),
    CertificatePeriods(periods),
    CertificatesHeld(held),
)


CHAPTERS = Chapters(
    {
        "certificates": peers(
            "peer-educator#your-certificate",
            {
                Role.TRAINER: "trainer#certificates",
                Role.DIRECTOR: "director#approve-certificates",
                Role.MONITORING: "monitoring#what-you-see",
            },
        ),
        **each("certificates", "verify scan", "verification#with-the-square-code"),
        **each("certificates", "holder_link use_holder_link holder_page", "verification"),
        **each(
            "certificates",
            "signing_keys change_key",
            {
                Role.ADMINISTRATOR: "director#the-key-of-certificates",
                Role.DIRECTOR: "director#the-key-of-certificates",
            },
        ),
        "certificates.rule": {Role.DIRECTOR: "director#the-rule-for-certificates"},
        "certificates.revoke": {Role.DIRECTOR: "director#revoke-a-certificate"},
        **each(
            "certificates",
            "designs design new_design edit_design design_pictures marks mark signature"
            " withdraw_signature",
            {
                Role.TRAINER: "trainer#certificates",
                Role.DIRECTOR: "director#designs-of-certificates",
            },
        ),
    }
)


def _certificates(actor: Actor, text: str, _limit: int) -> Sequence[Hit]:
    certificate = find_certificate(actor, text)
    if certificate is None:
        return []
    return [
        Hit(
            grouped(certificate.serial or ""),
            url_for("certificates.certificate", public_id=certificate.public_id),
            certificate.public_title,
        )
    ]


FOUND = (
    Findable("certificates", _l("Certificates"), "certificates.see", 20, _certificates),
    NamedPage("certificates.rule", _l("Rule for certificates"), "certificates.rule", 100),
    NamedPage("certificates.signing_keys", _l("Keys of certificates"), "certificates.keys", 110),
    NamedPage("certificates.verify", _l("Check a certificate"), SIGNED_IN, 120),
)


COLUMN = "certificate.person_id"


def move_certificates(row_changes: RowChanges, kept: int, gone: int) -> None:
    """Issued certificates all move: each serial stays valid. Of two that are proposed in one batch
    one goes, since one person gets one."""
    column = column_of(COLUMN)
    table = column.table
    proposed = {
        certificate["batch_id"]: certificate["id"]
        for certificate in row_changes.rows(table, (column == kept) & table.c.serial.is_(None))
    }
    for certificate in row_changes.rows(table, (column == gone) & table.c.serial.is_(None)):
        if certificate["batch_id"] in proposed:
            row_changes.replace(table, certificate["id"], proposed[certificate["batch_id"]])
    row_changes.update(table, column == gone, {column.name: kept})


# Nobody prints a certificate of what was longer ago.
_WITHIN = timedelta(days=365)


def _names(asked: Lookout) -> Select[Any] | None:
    """People who came to workshops that are over and whose printed name nobody confirmed, as far as
    a certificate needs it: who has one, or whose name must not be printed, lacks nothing here."""
    scope = answered_for(asked.actor, "certificates.see", "certificates.propose")
    if scope is None:
        return None
    mine, mends = scope
    # Both are asked of the person and not of her place on the register, so that SQLite looks first
    # whether her name is confirmed, as most are.
    came = exists().where(
        Slot.register_id == Workshop.register_id,
        Slot.starts_at <= asked.now,
        Mark.slot_id == Slot.id,
        Mark.person_id == Person.id,
        MarkStatus.code == Mark.status,
        MarkStatus.weight > 0,
    )
    newest = select(func.max(CertificateRule.version)).scalar_subquery()
    needed = (
        select(CertificateRule.name_must_be_confirmed)
        .where(CertificateRule.version == newest)
        .scalar_subquery()
    )
    has_one = exists().where(
        Certificate.person_id == Person.id,
        Certificate.revoked_at.is_(None),
        CertificateBatch.id == Certificate.batch_id,
        CertificateBatch.workshop_id == Workshop.id,
        Certificate.renews_id.is_(None),
        CertificateBatch.state != "returned",
    )
    of_group = [] if asked.group is None else [Person.group_id == asked.group.key]
    return (
        select(
            RosterEntry.id.label("key"),
            Person.sort_name.label("ordered"),
            mends.label("mends"),
            Workshop.created_by.label("asked"),
            Person.public_id.label("person"),
            Person.chosen_name,
            Group.letter,
            Workshop.public_id,
            Workshop.title,
            Workshop.ends_on,
        )
        .select_from(RosterEntry)
        .join(Workshop, Workshop.register_id == RosterEntry.register_id)
        .join(Person, Person.id == RosterEntry.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(
            mine,
            *of_group,
            RosterEntry.removed_at.is_(None),
            Workshop.state == "planned",
            Workshop.ends_on < asked.day,
            Workshop.ends_on >= asked.day - _WITHIN,
            ~Person.minor,
            Person.printed_name_confirmed_at.is_(None),
            Person.prints_name,
            ~has_one,
            came,
            needed.is_(True),
        )
    )


def _line(row: Any) -> MissingLine:
    if row.mends:
        url = url_for(
            "certificates.names",
            public_id=row.public_id,
            group=row.letter,
            _anchor=f"name-{row.person}",
        )
    else:
        url = url_for("certificates.workshop", public_id=row.public_id, group=row.letter)
    return MissingLine(row.chosen_name, url, row.title, row.ends_on)


MISSING = (
    MissingInformation(
        "names",
        _l("Certificates"),
        _l("Confirmed name for a certificate"),
        _l("They came, but their name is not confirmed."),
        120,
        _names,
        _line,
        by_group=True,
    ),
)


def _proposed(session: Session, person_id: int) -> bool:
    proposed = exists().where(
        Certificate.person_id == person_id,
        Certificate.serial.is_(None),
        Certificate.batch_id == CertificateBatch.id,
        CertificateBatch.state != "returned",
    )
    return bool(session.scalar(select(proposed)))


PERSONAL = (
    Beneath("certificate_printing.certificate_id", stays()),
    AlsoCalled("certificate.printed_name"),
    StandsInTheWay(
        _l("A certificate of this person is proposed. Issue it, or send it back."), _proposed
    ),
    *free_texts("certificate_batch.reason", "certificate_batch.returned_reason"),
    *about_things(
        certificate="serial public_title payload revoked_class",
        certificate_batch="kind job approved state approved_for",
        certificate_design="name content",
        certificate_design_image="use name",
        certificate_design_version="content digest",
        certificate_printing="kind reason",
        published_title="title_id title",
        signature_image="sealed",
        signing_key="key_id public_key state private_sealed",
        verification_attempt="address serial",
    ),
)


def _rule(_count: int) -> str:
    return _("The share of hours that is needed.")


def _keys(_count: int) -> str:
    return _("What signs the codes on certificates.")


LINES = (
    SettingLine("work", 20, "certificates.rule", _l("Rule for certificates"), "certificate", _rule),
    SettingLine(
        "oversight", 70, "certificates.signing_keys", _l("Keys of certificates"), "key", _keys
    ),
)


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
            key=batch.certificates,
            small=ngettext("name", "names", batch.certificates),
            count=batch.certificates,
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
            _("Plan a refresher, or propose renewals on their workshop's page."),
            key=count,
            button=_("See them"),
        )
    ]


def _ready(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Ready for a certificate: %(title)s", title=title),
            url_for("certificates.workshop", public_id=workshop),
            _("They did all that its track asks for."),
            key=count,
            small=ngettext("person", "people", count),
            button=_("See them"),
        )
        for workshop, title, count in ready_by_tracks(asked.actor, asked.day)
    ]


def _rule_missing(asked: Viewer) -> Sequence[TodayLine]:
    if not asked.actor.may("certificates.rule") or not is_missing(asked, "rule", once="workshop"):
        return []
    return [
        TodayLine(
            _("Nothing says who gets a certificate"),
            url_for("certificates.rule"),
            _("Until then no trainer can propose a certificate."),
            key="–",
            button=_("Set the rule"),
        )
    ]


def _hers(asked: Viewer, person: str) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Certificate: %(title)s", title=certificate.public_title),
            url_for("certificates.certificate", public_id=certificate.public_id),
            _("valid until %(day)s", day=date_text(certificate.expires_on))
            if certificate.condition(asked.day) in ("expiring", "expired")
            else "",
            key=short_date_text(certificate.issued_on),
        )
        for certificate in certificates_of_person(person, asked.actor)[:MOST_SHOWN]
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


ACTION_WORDS = ActionWords(
    {
        "certificates.approved": _l("certificates: approved"),
        "certificates.badge_made": _l("certificates: badge made"),
        "certificates.correction_proposed": _l("certificates: correction proposed"),
        "certificates.design_changed": _l("certificates: design changed"),
        "certificates.design_chosen": _l("certificates: design chosen"),
        "certificates.design_made": _l("certificates: design made"),
        "certificates.design_picture_added": _l("certificates: design picture added"),
        "certificates.design_picture_removed": _l("certificates: design picture removed"),
        "certificates.design_put_into_use": _l("certificates: design put into use"),
        "certificates.design_retired": _l("certificates: design retired"),
        "certificates.exported": _l("certificates: exported"),
        "certificates.holder_link_ended": _l("certificates: holder link ended"),
        "certificates.holder_link_made": _l("certificates: holder link made"),
        "certificates.holder_link_used": _l("certificates: holder link used"),
        "certificates.holder_visit_ended": _l("certificates: holder visit ended"),
        "certificates.issued": _l("certificates: issued"),
        "certificates.links_sent": _l("certificates: links sent to holders"),
        "certificates.issuing_stopped": _l("certificates: issuing stopped"),
        "certificates.key_changed": _l("certificates: key changed"),
        "certificates.mark_kept": _l("certificates: mark kept"),
        "certificates.mark_removed": _l("certificates: mark removed"),
        "certificates.names_confirmed": _l("certificates: names confirmed"),
        "certificates.printed": _l("certificates: printed"),
        "certificates.printed_one": _l("certificates: printed one"),
        "certificates.proposed": _l("certificates: proposed"),
        "certificates.renewals_proposed": _l("certificates: renewals proposed"),
        "certificates.rest_left_out": _l("certificates: rest left out"),
        "certificates.revoked": _l("certificates: revoked"),
        "certificates.rule_set": _l("certificates: rule set"),
        "certificates.signature_allowed": _l("certificates: signature allowed"),
        "certificates.signature_kept": _l("certificates: signature kept"),
        "certificates.signature_use_withdrawn": _l("certificates: signature use withdrawn"),
        "certificates.signature_withdrawn": _l("certificates: signature withdrawn"),
        "certificates.signed": _l("certificates: signed"),
        "certificates.turned_back": _l("certificates: sent back"),
        "certificates.went_back": _l("certificates: went back"),
    }
)


def _tracks_of_courses(_known: Mapping[str, str]) -> Select[str]:
    return (
        select(Track.public_id)
        .join(TrackVersion, TrackVersion.track_id == Track.id)
        .where(Track.course_id.is_not(None), TrackVersion.state == "published")
        .order_by(Track.id)
    )


FEATURE = Feature(
    "certificates",
    modules=(documents, views),
    start=join_verification,
    blueprints=(blueprint,),
    filters={"name_doubt": forms.name_doubt},
    parts=(
        *PERSONAL,
        NamedFiles(keys_of_pictures),
        ACTION_WORDS,
        CHAPTERS,
        Destination(
            "certificates.index",
            _l("Certificates"),
            "certificate",
            "certificates.see",
            120,
            covers=("/my-certificates",),
        ),
        OpenWay(
            20,
            _l("Digital badges (Open Badges 3.0)"),
            _l("A signed file of the certificate, for the person who earned it and asks for it."),
            "certificates.index",
            "certificates.see",
        ),
        *TODAY,
        *MISSING,
        *FOUND,
        *LINES,
        *TRACK_PARTS,
        Tab(_l("Certificates"), "certificates.workshop", "certificates.see", 50),
        Milestones(50, views.workshop.milestones),
        PersonSection(_l("Certificates"), person_rows),
        Reference(
            COLUMN,
            _l("Certificates"),
            move_certificates,
            erased=stays(printed_name="…", revoked_reason=""),
        ),
        Reference("holder_link.person_id", erased=GOES),
        Founding(make_first_key),
        Founding(first_rule),
        Revocation(
            "certificates.holder_links",
            _l("Links to certificates that it made stop working"),
            end_links_made_by,
        ),
        APPROVAL,
        LINK_MESSAGE,
        # What is issued afterwards is not signed with it.
        Revocation(
            "signatures.signature_ends", _l("The signature stands on nothing new"), signature_ends
        ),
        JobKind("certificates.print_file", make_print_file, resumable=True, heavy=True),
        JobKind("certificates.zip_file", make_zip_file, resumable=True, heavy=True),
        JobKind("certificates.cards", make_cards, resumable=True, heavy=True),
        JobKind("certificates.issue", go_on_issuing, resumable=True, heavy=True),
        SampleId("/certificates/rule/tracks/<public_id>", _tracks_of_courses),
        Chore("sign_earlier_certificates", sign_earlier, minutes=30),
        Chore("remind_of_expiry", remind_in_the_morning, minutes=60),
        JobKind("certificates.reminder", send_expiry_reminder, patient=True),
        Chore("forget_design_pictures", forget_old_pictures, minutes=60),
    ),
)
