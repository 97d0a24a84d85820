"""Rules of DHIS2."""
