"""Writes of reports to funders."""
