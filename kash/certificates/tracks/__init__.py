"""Tracks: the way to becoming a peer educator, as the programme sets it. A track is a tree of
requirements over facts of a person, written as sentences, published by two people; the person who
is enrolled on a version sees what is done, what is missing, and what comes next."""

from flask import Blueprint

blueprint = Blueprint("tracks", __name__, url_prefix="/tracks")
