"""Reports to funders: the figures of a statement that was sent, in words, with charts, workshops,
money by budget code and stories. Written by one person, approved by another, and the same for ever
afterwards but for a story that was withdrawn."""

from flask import Blueprint

blueprint = Blueprint("funder_reports", __name__, url_prefix="/funder-reports")
