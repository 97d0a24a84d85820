"""DHIS2: counts of people trained, pushed into the health information system of the country."""
