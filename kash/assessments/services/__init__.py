"""Everything that is done to questions, tests and answers."""
