"""Ranges of a linear system, by HiGHS. Questions to the solver's child and its answers, as JSON
between two processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kash.figures.statements.rules import (
    Asked,
    Name,
    Range,
    Remainder,
    System,
    Told,
    system_of,
    whole_numbers,
)

_OPTIONS = (("output_flag", False), ("log_to_console", False), ("presolve", "off"), ("threads", 1))


def ranges_of(told: Told) -> dict[Asked, Range] | None:
    """The range of each figure that was not printed, as far as it follows from what was; None if
    that contradicts itself."""
    return solved(system_of(told))


def solved(system: System) -> dict[Asked, Range] | None:
    """The range of each variable that is asked for; None if the system has no solution.

    Raises ArithmeticError if the solver does not say either.
    """
    if not system.bounds:
        return {}
    model, optimal, unbounded, infeasible = _model(system)
    if model.run() is None or model.getModelStatus() in infeasible:
        return None

    def bound(variable: int, sense: int) -> float | None:
        model.changeColCost(variable, float(sense))
        model.run()
        status, value = model.getModelStatus(), model.getInfo().objective_function_value
        model.changeColCost(variable, 0.0)
        if status in unbounded:
            return None
        if status != optimal:
            raise ArithmeticError("a linear programme was not solved")
        return float(sense * value)

    ranges: dict[Asked, Range] = {}
    for asked, variable in system.asked.items():
        low = bound(variable, 1)
        ranges[asked] = whole_numbers(low or 0.0, bound(variable, -1))
    return ranges


def _model(system: System) -> tuple[Any, Any, set[Any], set[Any]]:
    import highspy
    import numpy as np

    status = highspy.HighsModelStatus
    model: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in _OPTIONS:
        model.setOptionValue(option, value)
    endless = highspy.kHighsInf
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(system.bounds), len(system.rows)
    lp.col_cost_ = np.zeros(lp.num_col_)
    lp.col_lower_ = np.array([low for low, _high in system.bounds], dtype=float)
    lp.col_upper_ = np.array([endless if high is None else high for _low, high in system.bounds])
    lp.row_lower_ = lp.row_upper_ = np.zeros(lp.num_row_)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    starts, indices, factors = [0], [], []
    for row in system.rows:
        indices += [variable for variable, _factor in row]
        factors += [float(factor) for _variable, factor in row]
        starts.append(len(indices))
    lp.a_matrix_.start_ = np.array(starts)
    lp.a_matrix_.index_ = np.array(indices)
    lp.a_matrix_.value_ = np.array(factors)
    model.passModel(lp)
    # The objective is nothing yet, so that the first run says only if there is a solution.
    none = {status.kInfeasible}
    return model, status.kOptimal, {status.kUnbounded, status.kUnboundedOrInfeasible}, none


def name_read(written: Any) -> Name:
    """A name as it was written, which is as a list of its parts."""
    indicator, funder, place = written
    return Name(indicator, funder, tuple((dimension, value) for dimension, value in place))


def told_written(told: Told) -> list[Any]:
    """Names with their values."""
    return [[name, value] for name, value in sorted(told.items())]


def told_read(written: Any) -> dict[Name, int | None]:
    """Names with their values, as they were written."""
    return {name_read(name): value for name, value in written}


def ranges_written(ranges: Mapping[Asked, Range] | None) -> list[Any] | None:
    """Ranges of figures and of differences; none if there is no solution."""
    if ranges is None:
        return None
    return [
        [[asked] if isinstance(asked, Name) else list(asked), found.low, found.high]
        for asked, found in ranges.items()
    ]


def ranges_read(written: Any) -> dict[Asked, Range] | None:
    """Ranges as they were written."""
    if written is None:
        return None
    return {_asked(names): Range(low, high) for names, low, high in written}


def _asked(names: Any) -> Asked:
    found = [name_read(name) for name in names]
    return found[0] if len(found) == 1 else Remainder(*found)
