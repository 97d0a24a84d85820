"""Evaluations: what participants thought of a day or a workshop, so that nobody can be found in it.
A form is made from standard questions and opened by the trainer; people in the hall answer
on a phone without an account, or on paper. Each answer is sealed to a key that was made for this
form and lies in no order. At closing all are opened together, only counts and shuffled comments are
kept, and only where they come from five people or more; the key is destroyed."""

from flask import Blueprint

blueprint = Blueprint("evaluations", __name__)
