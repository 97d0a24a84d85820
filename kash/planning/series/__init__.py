"""Series: workshops and meetings that come again by a rule, such as every third Wednesday. The rule
makes the dates once; each is then a workshop or a meeting of its own."""

from flask import Blueprint

blueprint = Blueprint("series", __name__, url_prefix="/series")
