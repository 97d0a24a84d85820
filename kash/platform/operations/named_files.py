"""Stored files that the database names, and that a backup must therefore hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from kash.feature import declared
from kash.platform.database import db
from kash.platform.operations.errors import FilesMissing
from kash.platform.storage import FileDamaged, NamedFiles
from kash.platform.web.programme import paper_wording


def named_files() -> set[str]:
    """The keys of the logo and of what features say.

    Results of jobs, lists that wait and cleaned copies of evidence are not among them: they may be
    gone.
    """
    named: set[str] = set()
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
