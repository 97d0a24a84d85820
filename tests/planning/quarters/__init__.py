"""Tests of planning a quarter."""
