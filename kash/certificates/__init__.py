"""Certificates: a stored rule says who may have one and what each other person still lacks; names
are confirmed by the people themselves; one person proposes, another approves; print file and single
files are made by the worker; anyone may check a serial, and learns status, title and date."""

from apiflask import APIBlueprint

blueprint = APIBlueprint("certificates", __name__, enable_openapi=False)
