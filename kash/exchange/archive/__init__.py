"""The archive: the whole programme as open files (a file of JSON lines for each table, and what is
stored), for another Kash on either engine or for whoever follows. What is sealed is in it as it is
sealed. Two people make one: the file goes to whoever asked, the words that open it to whoever
agreed."""

from flask import Blueprint

blueprint = Blueprint("archive", __name__, url_prefix="/settings/archive")
