"""Lists of all that is stored by name, of columns and of routes: a rebuilding leaves them equal."""
