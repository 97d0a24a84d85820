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
    found = verify_minutes()
    for one in found:
        day = to_local(one.starts_at).date().isoformat()
        click.echo(
            f"{one.meeting_id} {day} {one.code} pieces {one.leaves} withdrawn {one.withdrawn}"
            f" errata {one.errata}"
        )
        for fault in (
            *(f"piece {place} was altered" for place in one.altered),
            *([] if one.whole else ["the pieces do not make the root"]),
            *([] if one.errata_whole else ["the errata do not stand on the root"]),
            *([] if one.in_chain else ["the audit chain does not name the root"]),
        ):
            click.echo(f"  {fault}", err=True)
    if not all(one.sound for one in found):
        raise SystemExit(1)
    click.echo(f"Locked minutes: {len(found)}. All of them are as they were confirmed.")
