"""Forums: series of meetings in which the programme's groups review their work together.

A forum has members, who choose how they appear, and meetings with an agenda, a register,
minutes, decisions and actions. What is still open comes up again in the next meeting. Minutes go
onto paper that every group reads, so members see of each other what that paper shows and no more.
"""

from flask import Blueprint

from kash.platform.web import go

blueprint = Blueprint("forums", __name__, url_prefix="/forums")
