"""Sign-ups by link: a station's liaison types names into her own link, and an open link lets people
put themselves down. Whatever is typed waits sealed until somebody who runs the workshop decides,
and is shredded then; both answer alike whether or not somebody is known."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("invitations", __name__)
