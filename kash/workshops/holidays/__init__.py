"""Holidays: those of the law of Kenya, and days that the programme adds with their source."""

from flask import Blueprint

blueprint = Blueprint("holidays", __name__, url_prefix="/settings/holidays")
