"""The rule in plain words: page, leaflet, and dice on a table."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from kash.platform.web import download, page
from kash.platform.web.language import language_code
from kash.policy import allow
from kash.releases import blueprint
from kash.releases.documents import pictures
from kash.releases.documents.leaflet import rule_leaflet
from kash.releases.rule_forms import DiceForm
from kash.releases.rule_texts import VERSION, rule_words


@blueprint.get("/rule")
@allow("releases.see")
def rule() -> ResponseReturnValue:
    """The rule, as it is read out to a forum."""
    return page(
        "releases/rule.html",
        said=rule_words(language_code()),
        version=VERSION,
        pictures=pictures,
    )


@blueprint.get("/rule/leaflet.pdf")
@allow("releases.see")
def leaflet() -> ResponseReturnValue:
    """The same on paper, in the reader's language."""
    made = rule_leaflet(language_code())
    return download(made, name="leaflet.pdf", type="application/pdf")


@blueprint.get("/dice")
@allow("releases.see")
def dice() -> ResponseReturnValue:
    """Dice that a forum throws itself, and an invented example."""
    form = DiceForm()
    if request.args:
        form.validate()
    throws = form.throws()
    return page("releases/dice.html", form=form, throws=throws, said=rule_words(language_code()))
