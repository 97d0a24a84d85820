"""Stored files that the database names, and that a backup must therefore hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from sqlalchemy import select

from kash.attendance.models import Register, SheetScan
from kash.attendance.scans import key_of_scan
from kash.certificates.models import DesignImage, FunderMark
from kash.feature import declared
from kash.incidents.queries.mediation import documents_of_evidence
from kash.incidents.rules.totals import ORIGINAL, file_key
from kash.platform.database import db
from kash.platform.operations.errors import FilesMissing
from kash.platform.storage import FileDamaged, NamedFiles
from kash.platform.web.programme import paper_wording


def named_files() -> set[str]:
    """The keys of evidence, pictures of sheets, pictures of designs, the logo, and what features
    say.

    Results of jobs, lists that wait and cleaned copies of evidence are not among them: they may be
    gone.
    """
    scans = db.session.execute(
        select(Register.public_id, SheetScan.public_id).join(
            Register, Register.id == SheetScan.register_id
        )
    )
    named = {key_of_scan(register, scan) for register, scan in scans}
    for model in (DesignImage, FunderMark):
        # Not by `load_only`, which would leave half a picture's row in the session.
        named |= {model(public_id=id).key for id in db.session.scalars(select(model.public_id))}
    named |= {file_key(document, ORIGINAL) for document in documents_of_evidence()}
    for part in declared(NamedFiles):
        named.update(part.keys())
    if logo := paper_wording().logo:
        named.add(logo)
    db.session.rollback()
    return named


def refuse_lost(lost: Collection[str]) -> None:
    """Raise FilesMissing if any of these keys is still named; it tells folders, and no key."""
    still = set(lost) and set(lost) & named_files()
    if not still:
        return
    folders = Counter(key.split("/")[0] for key in still)
    counted = ", ".join(f"{folder}: {number}" for folder, number in sorted(folders.items()))
    raise FilesMissing(
        f"Files that the database names are not in the file store ({counted}). Is its disk there, "
        "and is KASH_STORAGE_URL right? If they are lost for good, add --without-lost-files."
    )


def damaged_line(problem: FileDamaged) -> str:
    """A line for the operator about a stored file that is not as it was stored."""
    return (
        f"A file in the folder {problem.folder} of the file store is cut short or was altered "
        "since it was stored. Put it back from an older backup. If it is lost for good, add "
        "--without-lost-files."
    )
