"""Services of workshops: planning, their sessions, and who takes part."""
