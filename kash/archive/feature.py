"""The declaration of archives."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.archive import blueprint, views
from kash.archive.approval import SENT_BACK
from kash.archive.chapters import CHAPTERS
from kash.archive.commands import archive_commands
from kash.archive.models import ArchiveRequest
from kash.archive.personal import PERSONAL
from kash.archive.services import JOB, make_archive
from kash.archive.today import NEEDED, READY
from kash.archive.trail_words import ACTION_WORDS
from kash.feature import Feature
from kash.platform.jobs import JobKind
from kash.platform.web.sample_ids import SampleId
from kash.platform.web.setting_lines import SettingLine


def _requests(_known: object) -> Select[str]:
    return select(ArchiveRequest.public_id).order_by(ArchiveRequest.id.desc())


def _what(_count: int) -> str:
    return _("All of it as open files, made by two people.")


FEATURE = Feature(
    "archive",
    modules=(views,),
    blueprints=(blueprint,),
    commands=(archive_commands,),
    parts=(
        SENT_BACK,
        ACTION_WORDS,
        CHAPTERS,
        NEEDED,
        READY,
        *PERSONAL,
        JobKind(JOB, make_archive, resumable=True, heavy=True, needs="archive.ask"),
        SettingLine("safety", 95, "archive.index", _l("Take everything along"), "key", _what),
        SampleId("/settings/archive/<public_id>", _requests),
    ),
)
