"""Errors of archives: the first for the person who is at a terminal, the others for a page. Asking
for an archive, agreeing to it, and making it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.accounts.errors import NotIndependent
from kash.accounts.queries.accounts import standing_in_requests
from kash.exchange.archive.models import APPROVAL, ArchiveRequest
from kash.exchange.archive.queries import request_of
from kash.exchange.archive.writing_out import write_archive
from kash.platform.approvals.rules import Standing
from kash.platform.jobs import JobResult, Progress
from kash.platform.jobs.services import enqueue
from kash.platform.operations.archive import FilesMissing, Lock, OperationError, lock_of
from kash.platform.vault import audited, new_passphrase
from kash.platform.web.errors import Problem
from kash.policy import Actor


class DamagedArchive(OperationError):
    """An archive that is cut short, altered, or none of ours."""


JOB = "archive.make"
_PIECE = 1024 * 1024


@dataclass(frozen=True)
class ArchiveWish:
    """An archive as it is asked for: why, and whether the server's key goes along."""

    reason: str
    with_key: bool = False


def ask_for_archive(wish: ArchiveWish, *, by: Actor) -> str:
    """Ask for an archive; the public id of the request. Raises Problem."""
    with audited("archive.asked", by) as change:
        waits = select(ArchiveRequest.id).where(ArchiveRequest.state == "proposed")
        if change.session.scalar(waits) is not None:
            raise Problem(
                _l("An archive was asked for already. It must be decided on, or made, first.")
            )
        request: ArchiveRequest = APPROVAL.propose(
            change, by, reason=wish.reason, with_key=wish.with_key
        )
        return request.public_id


def agree_to_archive(public_id: str, *, by: Actor) -> str:
    """Agree to an archive and have it made for the person who asked; the words that open it, which
    are kept nowhere. Raises NotFound, WrongStep, SamePerson and NotIndependent."""
    request_of(public_id)
    words = new_passphrase()
    # Before the turn to write is taken: it takes a second.
    lock = lock_of(words)
    with audited("archive.agreed", by) as change:
        request: ArchiveRequest = APPROVAL.locked(change.session, public_id)
        APPROVAL.approve(change, request, by)
        askers = [request.proposed_by]
        standing = standing_in_requests(change.session, by.public_id, askers, change.now)
        stands = standing(asked_by=request.proposed_by, concerned="")
        if stands is not Standing.MAY:
            raise NotIndependent(stands)
        request.armour, request.recipient = lock.armour.decode(), lock.recipient
        job = enqueue(
            change.session,
            JOB,
            owner=request.proposed_by,
            title=_("Archive of the programme"),
            back="/settings/archive/",
            request=request.public_id,
        )
        request.job = job.public_id
    return words


def return_archive(public_id: str, reason: str, *, by: Actor) -> None:
    """Turn a request back, with the reason. Raises NotFound and WrongStep."""
    with audited("archive.returned", by) as change:
        request: ArchiveRequest = APPROVAL.locked(change.session, public_id)
        APPROVAL.turn_back(change, request, reason, by)


def make_archive(progress: Progress, *, request: str) -> JobResult:
    """The file of an archive that was agreed to; no part of it lies on the disk in clear. Raises
    FilesLost."""
    archive_request = request_of(request)
    lock = Lock(archive_request.armour.encode(), archive_request.recipient)
    folder = tempfile.TemporaryDirectory(dir=current_app.config["SETTINGS"].data_dir)
    path = Path(folder.name) / "kash-archive.age"
    try:
        write_archive(
            path,
            lock=lock,
            with_key=archive_request.with_key,
            only_whole=True,
            report=progress.report,
        )
    except FilesMissing:
        folder.cleanup()
        raise Problem(
            _l(
                "No archive was made: files that belong to records are missing. Tell the "
                "person who runs the server."
            )
        ) from None
    except BaseException:
        folder.cleanup()
        raise
    return JobResult("kash-archive.age", "application/octet-stream", _pieces_of(path, folder))


def _pieces_of(path: Path, folder: tempfile.TemporaryDirectory[str]) -> Iterator[bytes]:
    with folder, path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
