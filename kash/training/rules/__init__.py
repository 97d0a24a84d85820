"""Pure decisions about courses: what their rows hold, how versions differ, what a title tells."""
