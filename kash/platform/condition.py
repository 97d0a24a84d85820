"""How the machine and what is kept on it are doing, as `/healthz` and an administrator's Today say.

What is known lies in small files of the data directory and not in the database, which may be the
very thing that is damaged or full. They are no part of a backup.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from kash.settings import CannotStart, Settings

# With less than this, in bytes, whatever is being written may be the last.
LEAST_ROOM = 16 * 1024 * 1024
# How long a write that was refused for want of room is told of: a quota shows in no other way.
REFUSAL_COUNTS = timedelta(minutes=10)
# A backup that has not ended after so long was killed.
LONGEST_BACKUP = timedelta(hours=3)
_REFUSED, _BACKUP, _CHECK = "no-room", "last-backup.json", "last-check.json"


@dataclass(frozen=True)
class Condition:
    """Condition of the machine: if there is no room, since when the database is known to be
    damaged, and when the last try of a backup failed, if it did."""

    no_room: bool = False
    damaged: datetime | None = None
    backup_failed: datetime | None = None

    @property
    def wrong(self) -> list[str]:
        """Faults that somebody must see to, in fixed words."""
        sentences = {
            "no room": self.no_room,
            "damaged": self.damaged,
            "backup failed": self.backup_failed,
        }
        return [word for word, holds in sentences.items() if holds]


def condition(settings: Settings, now: datetime) -> Condition:
    """How things are now. It reads two small files and asks the system how much room there is."""
    return Condition(
        no_room=_lacks_room(settings, now),
        damaged=last_check(settings).damaged,
        backup_failed=_failed_backup(settings, now),
    )


# --- Room -------------------------------------------------------------------------------------


def _lacks_room(settings: Settings, now: datetime) -> bool:
    with contextlib.suppress(OSError):
        refused = datetime.fromtimestamp((settings.data_dir / _REFUSED).stat().st_mtime, UTC)
        if now - refused < REFUSAL_COUNTS:
            return True
    return any(_room(folder) < LEAST_ROOM for folder in _folders(settings))


def _folders(settings: Settings) -> set[Path]:
    folders = {settings.data_dir}
    if settings.database_file is not None:
        folders.add(settings.database_file.parent)
    files = urlsplit(settings.storage_address)
    if files.scheme == "file":
        folders.add(Path(unquote(files.path)))
    return folders


def _room(folder: Path) -> int:
    try:
        space = os.statvfs(folder)
    except OSError:
        # It is not there yet, or is no concern of this one.
        return LEAST_ROOM
    return space.f_bavail * space.f_frsize


def note_refusal(settings: Settings) -> None:
    """Keep that something could not be written for want of room."""
    with contextlib.suppress(OSError):
        (settings.data_dir / _REFUSED).touch()


# --- Backups ----------------------------------------------------------------------------------


def _failed_backup(settings: Settings, now: datetime) -> datetime | None:
    noted = _read(settings.data_dir / _BACKUP)
    began = _moment(noted.get("began"))
    if began is None:
        return None
    unended = not noted.get("ended") and now - began > LONGEST_BACKUP
    return began if unended or noted.get("failed") else None


def note_backup(settings: Settings, began: datetime, *, ended: bool, failed: bool = False) -> None:
    """Keep how far the last try of a backup is."""
    told = {"began": began.isoformat(), "ended": ended, "failed": failed}
    _write(settings.data_dir / _BACKUP, told)


# --- The check of the database ----------------------------------------------------------------


@dataclass(frozen=True)
class DatabaseCheck:
    """How far the database was read through: the table that comes next, whether this round has
    found damage, since when damage is known, and when a round last found none.

    `whole_found_at` is since when damage is known that was found by reading the whole at once, as a
    backup does. That looks at pages of no table too, so no round of tables takes it back.
    """

    next_table: str = ""
    round_found: bool = False
    damaged_at: datetime | None = None
    whole_at: datetime | None = None
    whole_found_at: datetime | None = None

    @property
    def damaged(self) -> datetime | None:
        """Since when the database is known to be damaged."""
        return min(filter(None, (self.damaged_at, self.whole_found_at)), default=None)


def last_check(settings: Settings) -> DatabaseCheck:
    """How far the check is."""
    noted = _read(settings.data_dir / _CHECK)
    return DatabaseCheck(
        next_table=str(noted.get("next_table", "")),
        round_found=bool(noted.get("round_found")),
        damaged_at=_moment(noted.get("damaged_at")),
        whole_at=_moment(noted.get("whole_at")),
        whole_found_at=_moment(noted.get("whole_found_at")),
    )


def keep_check(settings: Settings, check: DatabaseCheck) -> None:
    """Keep how far the check is."""
    told = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in vars(check).items()
    }
    _write(settings.data_dir / _CHECK, told)


def note_damage(settings: Settings, now: datetime) -> None:
    """Keep that the database is damaged, until a whole round finds nothing."""
    check = last_check(settings)
    damaged_at = check.damaged_at or now
    keep_check(settings, replace(check, damaged_at=damaged_at, round_found=True))


def note_damaged_backup(settings: Settings, now: datetime) -> None:
    """Keep that a backup found the database damaged, until another or a whole check does not."""
    check = last_check(settings)
    keep_check(settings, replace(check, whole_found_at=check.whole_found_at or now))


def note_sound_backup(settings: Settings) -> None:
    """Take back what an earlier backup found."""
    check = last_check(settings)
    if check.whole_found_at is not None:
        keep_check(settings, replace(check, whole_found_at=None))


# --- Files ------------------------------------------------------------------------------------


def _read(path: Path) -> dict[str, Any]:
    try:
        noted = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def _write(path: Path, told: dict[str, Any]) -> None:
    # On a full disk it goes unsaid: that there is no room is told anyway.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        try:
            draft.write_text(json.dumps(told))
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


# --- Before anything is opened ----------------------------------------------------------------


def has_programme(settings: Settings) -> bool:
    """True if a programme was kept here: the first action of each leaves a mirror of the audit."""
    return any(settings.audit_folder.glob("*.jsonl"))


def refuse_unfit_place(settings: Settings) -> None:
    """Make the data directory. Raises CannotStart if nothing can be written there, or if the
    database of the programme that was kept there is gone."""
    folder = settings.data_dir
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(
            f"The data directory {folder} cannot be made: {error.strerror}."
        ) from None
    database = settings.database_file
    places = [folder]
    if database is not None:
        if (not database.exists() or not database.stat().st_size) and has_programme(settings):
            raise CannotStart(
                f"The database {database} is gone, but a programme was kept with it: put it back, "
                "or restore a backup into an empty data directory."
            )
        places += [database] if database.exists() else [database.parent]
    for place in places:
        if place.exists() and not os.access(place, os.W_OK):
            raise CannotStart(f"{place} cannot be written by this user, or its disk is read-only.")
