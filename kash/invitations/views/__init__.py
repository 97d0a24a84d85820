"""Pages of sign-ups: those of whoever runs the workshop, and those behind links."""

from kash.invitations.views import links, public
