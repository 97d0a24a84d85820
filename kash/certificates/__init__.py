"""Certificates: a stored rule says who may have one and what each other person still lacks; names
are confirmed by the people themselves; one person proposes, another approves; print file and single
files are made by the worker; anyone may check a serial, and learns status, title and date."""

from apiflask import APIBlueprint
from flask import Flask

blueprint = APIBlueprint("certificates", __name__, enable_openapi=False)

from kash.certificates import documents, leaving, views  # noqa: E402, F401


def init_certificates(app: Flask) -> None:
    """Put the room's tab on workshops and its part on the pages of people, and say what becomes
    of certificates when two people turn out to be one."""
    from kash.certificates.merging import declare_references

    declare_references()
    views.join_other_rooms(app)
    views.join_verification(app)
    leaving.join_hand_over()
