"""How long sessions and links last, what a password must be, when sign-in has to wait."""
