"""Errors of archives: the first for whoever is at a terminal, the others for a page."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.operations.errors import OperationError
from kash.platform.web.errors import Problem


class DamagedArchive(OperationError):
    """An archive that is cut short, altered, or none of ours."""


class FilesLost(Problem):
    """Files that the database names are lost, so that an archive would not be the whole."""

    sentence = _l(
        "No archive was made: files that belong to records are not where files are stored. Tell "
        "whoever runs the server."
    )


class ArchiveWaits(Problem):
    """An archive that is asked for while another waits or is being made."""

    sentence = _l("An archive was asked for already. It must be decided on, or made, first.")
