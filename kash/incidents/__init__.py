"""Incidents: who did what, and to which person, what was asked for, and how it was settled.

Of an incident the database shows a random reference, its state, the hash of its receipt code and an
hour at which somebody should look at it. Everything else is one document that only members of the
vault can open. Peer educators file without keys and can't read back what they filed; mediators see
briefs, and never a case."""

from flask import Blueprint

blueprint = Blueprint("incidents", __name__, url_prefix="/w")
# Pages for anybody, at addresses that tell nothing: the receipt, and help.
near = Blueprint("near", __name__)
