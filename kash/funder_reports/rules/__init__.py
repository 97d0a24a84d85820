"""Rules of reports to funders."""
