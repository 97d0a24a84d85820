"""Accounts of funders: which funder an account belongs to, so that it reads what was sent to that
funder and nothing of another. One person asks, another agrees."""

from flask import Blueprint

blueprint = Blueprint("funders", __name__, url_prefix="/funders/accounts")
