"""Takes keys away, moves everything to new ones and shreds, and is killed before a commit.

Run by the tests in a process of its own.
"""

import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from kash.accounts.members.services.members import remove, rotate
from kash.application import create_app
from kash.platform.database import db, utc_now
from kash.platform.vault import OpenVault, audited, find_opening, membership, shred
from kash.policy import Actor, Role
from kash.settings import Settings


def _die_before(commit: int) -> None:
    commits = iter(range(1_000))

    def count(_session: Any) -> None:
        if next(commits) == commit:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Session, "before_commit", count)


def do_it_all(given: dict[str, Any], tell: Connection) -> None:
    """Do it all, unless killed on the way, and say so at the end."""
    folder = Path(given["folder"])
    app = create_app(
        Settings(
            data_dir=folder,
            database_url=given["database_url"],
            mail_url=f"file://{folder / 'mail'}",
            secret_key_file=folder / "server.key",
            log_level="error",
        )
    )
    membership._BATCH = given["batch"]
    by = Actor(
        public_id=given["actor"],
        roles=frozenset({Role.DOCUMENTATION}),
        account_id=given["account_id"],
        session_id=given["session"],
    )
    with app.app_context():

        def look() -> OpenVault | None:
            db.session.rollback()
            found = find_opening(db.session(), by.session_id, given["cookie"], utc_now())
            return found[0] if found else None

        _die_before(given["commit"])
        remove(by, given["remove"])
        rotate(by, look, batches=100)
        with audited("test.shredded", by) as change:
            shred(change.session, given["shred"])
            change.about(*given["shred"])
    tell.send("done")
