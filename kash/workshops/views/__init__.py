"""The pages of a workshop, one module a tab."""

from kash.workshops.views import answers, attendance, closing, door, people, plan, scans
