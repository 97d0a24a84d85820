"""Reads of reports to funders."""
