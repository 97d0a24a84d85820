"""Pages of coverage, one module for each noun."""

from kash.coverage.views import goal, moves, needs, paper, stations, tables

__all__ = ["goal", "moves", "needs", "paper", "stations", "tables"]
