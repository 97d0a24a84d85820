"""Indicators for programs: counts of whole quarters and years, without the people behind them."""

from __future__ import annotations

from typing import Any

from kash.api.endpoints import endpoints, needs
from kash.api.indicators import LeavingFigure, LeavingFigures
from kash.api.schemas.indicators import (
    IndicatorAsked,
    IndicatorInFull,
    IndicatorsAsked,
    IndicatorsTold,
)
from kash.api.scopes import INDICATORS
from kash.indicators.queries.definitions import Definition, definition_of, definitions_on
from kash.indicators.queries.figures import funders
from kash.indicators.rules.keys import KEYS, DimensionProblem
from kash.indicators.rules.periods import Period, read_period
from kash.platform.database import db
from kash.platform.web.errors import NotFound


@endpoints.get("/indicators")
@needs(INDICATORS)
@endpoints.input(IndicatorsAsked, location="query", arg_name="asked")
@endpoints.output(IndicatorsTold)
@endpoints.doc(operation_id="listIndicators", tags=["Indicators"])
def list_indicators(asked: IndicatorsAsked) -> dict[str, Any]:
    """All indicators of a quarter or a year."""
    period = read_period(asked.period)
    figures = LeavingFigures(period, _funder(asked), db.session())
    definitions = definitions_on(period.last, KEYS)
    return {"items": [_told(definitions[key], period, figures.of(key)) for key in KEYS]}


@endpoints.get("/indicators/<key>")
@needs(INDICATORS)
@endpoints.input(IndicatorAsked, location="query", arg_name="asked")
@endpoints.output(IndicatorInFull)
@endpoints.doc(operation_id="readIndicator", tags=["Indicators"])
def read_indicator(key: str, asked: IndicatorAsked) -> dict[str, Any]:
    """One indicator of a quarter or a year, told apart by one thing at most."""
    if key not in KEYS:
        raise NotFound
    period = read_period(asked.period)
    try:
        found = LeavingFigures(period, _funder(asked), db.session()).of(key, asked.by)
    except DimensionProblem:
        # There is no such thing of this indicator.
        raise NotFound from None
    definition = definition_of(key, period.last)
    return _told(definition, period, found) | {
        "by": asked.by,
        "adds_up": found.adds_up,
        "cells": [
            {"value": one.values[0], "count": one.count} for one in found.cells if one.values
        ],
    }


def _funder(asked: IndicatorsAsked) -> str | None:
    """The funder that is asked for, None for all workshops. Raises NotFound."""
    if not asked.funder:
        return None
    if asked.funder not in dict(funders()):
        raise NotFound
    return asked.funder


def _told(definition: Definition, period: Period, figure: LeavingFigure) -> dict[str, Any]:
    return {
        "key": definition.key,
        "title": definition.title,
        "version": definition.version,
        "definition": definition.text,
        "period": period.text,
        "count": figure.count,
        "community": figure.community,
        "community_starred": figure.starred,
    }
