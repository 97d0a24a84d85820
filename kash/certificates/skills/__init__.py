"""Trainers' skills: who may lead, co-teach or observe which course, since when and on what
evidence. They open nothing: the person who plans a workshop is told, and decides."""

from flask import Blueprint

blueprint = Blueprint("skills", __name__, url_prefix="/skills")
