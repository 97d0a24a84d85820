"""Indicators: people counted against the programme's own definitions and targets, in a period and
by whatever tells them apart. Counts rest on one fact for each enrolment, written when registers are
confirmed."""

from flask import Blueprint

blueprint = Blueprint("indicators", __name__, url_prefix="/indicators")
