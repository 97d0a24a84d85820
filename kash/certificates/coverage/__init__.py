"""Coverage: who is trained where. Training needs by station, trained people who are still posted
there, at what pace they leave, and where they went. Counts for those who plan; names stand only on
a station's own page, for those who reach the people."""

from flask import Blueprint

blueprint = Blueprint("coverage", __name__, url_prefix="/coverage")
