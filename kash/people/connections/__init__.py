"""Connections: by which ways something leaves the programme or comes in from other systems, and on
whose word. One person records who is at the other end and under which contract, another agrees."""

from flask import Blueprint

blueprint = Blueprint("connections", __name__, url_prefix="/connections")
