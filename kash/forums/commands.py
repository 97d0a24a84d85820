"""`flask forums`: verifying locked minutes."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from kash.forums.queries.minutes import verify_minutes
from kash.platform.web.formats import to_local

forum_commands = AppGroup("forums", help="Forums and their minutes.")


@forum_commands.command("verify")
def verify_command() -> None:
    """Compare locked minutes with their roots, and the roots with the audit chain; fails if
    anything is wrong. Names meetings by their ids, and never what they say."""
    minutes_verified = verify_minutes()
    for verified in minutes_verified:
        day = to_local(verified.starts_at).date().isoformat()
        click.echo(
            f"{verified.meeting_id} {day} {verified.code}"
            f" pieces {verified.leaves} withdrawn {verified.withdrawn} errata {verified.errata}"
        )
        for fault in (
            *(f"piece {place} was altered" for place in verified.altered),
            *([] if verified.whole else ["the pieces do not make the root"]),
            *([] if verified.errata_whole else ["the errata do not stand on the root"]),
            *([] if verified.in_chain else ["the audit chain does not name the root"]),
        ):
            click.echo(f"  {fault}", err=True)
    if not all(verified.sound for verified in minutes_verified):
        raise SystemExit(1)
    click.echo(f"Locked minutes: {len(minutes_verified)}. All of them are as they were confirmed.")
