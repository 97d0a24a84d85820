"""Rules of a forum. Nothing here knows the web, the database or the time of day."""
