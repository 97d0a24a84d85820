"""Everything that is done to courses and their versions."""
