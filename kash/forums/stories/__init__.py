"""Stories for the forum: what happened to somebody, written so that nobody knows who it was.

Before it is told a story lies in the vault, with its link to the case, for those who write and read
it. Once a second person has read it, its text stands in clear, since it is for everybody who sees
the printed numbers; nothing in the database then ties it to a case. Which case it is of stays in
the letterbox of reports, under the server's keys: with the consent, the person who takes it back,
the story goes at that moment.
"""

from flask import Blueprint

blueprint = Blueprint("stories", __name__, url_prefix="/stories")
