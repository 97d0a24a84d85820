"""The archive: the whole programme as open files (a file of JSON lines for each table, and what is
stored), for another Kash on either engine or for a successor. What is sealed is in it as it is
sealed. Two people make one: the file goes to the person who asked, the words that open it to the
person who agreed."""

from flask import Blueprint

blueprint = Blueprint("archive", __name__, url_prefix="/settings/archive")
