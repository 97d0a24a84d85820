"""Reports: what a workshop came to, put together from what other rooms know of it: how long its
sessions really took, what was left out and why, which objectives were reached, what tests and
evaluations say. Numbers of people only, by the letters of their groups, and no names but the
trainers'. What goes to funders holds nothing that anybody wrote in their own words."""

from flask import Blueprint

blueprint = Blueprint("reports", __name__)
