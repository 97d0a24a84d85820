"""Chapters of the handbook that tell about archives. Columns of this room's tables, sorted by what
they hold about a person. Archives on Today: what waits for a director, and what became of the file
for the person who asked. Words of the audit trail for what is done here: the room, then what
happened. The declaration of archives."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.exchange.archive import blueprint, views
from kash.exchange.archive.commands import archive_commands
from kash.exchange.archive.models import APPROVAL, SENT_BACK, ArchiveRequest
from kash.exchange.archive.queries import (
    any_ended,
    failed_requests,
    ready_requests,
    waiting_requests,
)
from kash.exchange.archive.services import JOB, make_archive
from kash.feature import Feature
from kash.people.erasure import about_things
from kash.platform.approvals.pages import waiting_line
from kash.platform.handbook.places import Chapters
from kash.platform.jobs import JobKind
from kash.platform.web.parts import ActionWords, SampleId, SettingLine
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "archive": {
            Role.ADMINISTRATOR: "administrator#archive-of-everything",
            Role.DIRECTOR: "director#archive-of-everything",
        }
    }
)


PERSONAL = (
    *about_things(archive_request="reason armour recipient job state approved_for returned_reason"),
)


def _to_agree(asked: Viewer) -> Sequence[TodayLine]:
    return [
        waiting_line(
            _("Archive of the whole programme"),
            url_for("archive.request", public_id=request.public_id),
            request.created_at,
            icon="key",
        )
        for request in waiting_requests(asked.actor)
    ]


def _ended(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Your archive could not be made"),
            url_for("archive.request", public_id=request.public_id),
            _("Its page says why. It stands here until an archive is asked for again."),
            icon="key",
            button=_("See why"),
        )
        for request in failed_requests(asked.actor)
    ] + [
        TodayLine(
            _("Your archive is ready"),
            url_for("jobs.page", public_id=request.job),
            _(
                "The file is kept for a day. The person who agreed to it has the words that open"
                " it."
            ),
            icon="key",
            button=_("To the file"),
        )
        for request in ready_requests(asked.actor)
    ]


READY = Need("archives_ready", 192, _ended, exists=lambda asked: any_ended(asked.actor))
NEEDED = Need(
    "archives",
    281,
    _to_agree,
    lead=_l("Archives that wait for you:"),
    lead_place=110,
    exists=lambda asked: APPROVAL.any_open_to(asked.actor),
)


ACTION_WORDS = ActionWords(
    {
        "archive.asked": _l("archive: asked for"),
        "archive.agreed": _l("archive: agreed to"),
        "archive.returned": _l("archive: sent back"),
        "archive.written": _l("archive: written from the command line"),
    }
)


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
        SettingLine("oversight", 95, "archive.index", _l("Archive of everything"), "key", _what),
        SampleId("/settings/archive/<public_id>", _requests),
    ),
)
