"""The desk: what a person sees first, and the programme's own set-up and settings.

Today gathers from every room what needs the person who is signed in, and asks only those rooms in
which there can be something for her.
"""

from flask import Blueprint

blueprint = Blueprint("desk", __name__)
