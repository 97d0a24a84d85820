"""Everything that is done to groups, organisations, persons, postings and consents."""
