"""The declaration of certificates."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.accounts.revocations import Revocation
from kash.accounts.setup import Founding
from kash.certificates import blueprint, documents, views
from kash.certificates.approval import APPROVAL
from kash.certificates.chapters import CHAPTERS
from kash.certificates.design_pictures import forget_old_pictures
from kash.certificates.documents import make_cards, make_print_file, make_zip_file
from kash.certificates.hits import FOUND
from kash.certificates.merging import COLUMN, move_certificates
from kash.certificates.missing import MISSING
from kash.certificates.personal import PERSONAL
from kash.certificates.services.holders import end_links_made_by
from kash.certificates.services.issuing_in_parts import go_on_issuing
from kash.certificates.services.reminding import remind_in_the_morning, send_expiry_reminder
from kash.certificates.services.signatures import signature_ends
from kash.certificates.services.signing import make_first_key, sign_earlier
from kash.certificates.setting_lines import LINES
from kash.certificates.today import TODAY
from kash.certificates.track_kinds import TRACK_PARTS
from kash.certificates.trail_words import ACTION_WORDS
from kash.certificates.views.person_section import person_rows
from kash.certificates.views.verification import join_verification
from kash.connections.kinds import OpenWay
from kash.feature import Feature
from kash.people.erasure import GOES, stays
from kash.people.references import Reference
from kash.people.sections import PersonSection
from kash.platform.jobs import Chore, JobKind
from kash.platform.web.navigation import Destination
from kash.platform.web.sample_ids import SampleId
from kash.tracks.models import Track, TrackVersion
from kash.workshops.tabs import Tab


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
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        Destination(
            "certificates.index", _l("Certificates"), "certificate", "certificates.see", 120
        ),
        OpenWay(
            20,
            _l("Digital badges (Open Badges 3.0)"),
            _l("One's own certificate as a signed file, for whoever earned it and asks for it."),
            "certificates.index",
            "certificates.see",
        ),
        *TODAY,
        *MISSING,
        *FOUND,
        *LINES,
        *TRACK_PARTS,
        Tab(_l("Certificates"), "certificates.workshop", "certificates.see", 50),
        PersonSection(_l("Certificates"), person_rows),
        Reference(
            COLUMN,
            _l("Certificates"),
            move_certificates,
            erased=stays(printed_name="…", revoked_reason=""),
        ),
        Reference("holder_link.person_id", erased=GOES),
        Founding(make_first_key),
        Revocation(
            "certificates.holder_links",
            _l("Links to certificates that it made stop working"),
            end_links_made_by,
        ),
        APPROVAL,
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
