"""Words for what is wrong with a file or a row, and for how long a training was."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

FILE_FAULTS = {
    "encoding": _l("The signs of this file cannot be read. Save it as CSV in UTF-8."),
    "columns": _l(
        "This is no export of trainings: it needs the columns training_title_phrase (or"
        " training_title), training_start_date, and participants or first_name and last_name."
    ),
    "people": _l(
        "This is a list of people without their trainings. Bring people in under Lists of people;"
        " here export the trainings, or a report about people that names title and start of each"
        " training."
    ),
    "quotes": _l("Quotation marks in this file do not close. Export it again."),
    "empty": _l("There is no training in this file."),
    "long": _l("At most 2,000 trainings and 5,000 names at once. Export it in parts."),
}
ROW_FAULTS = {
    "title": _l("It has no title."),
    "text": _l("Its title, place or organiser is longer than 200 characters."),
    "day": _l("A day cannot be read. Write it as 2019-03-31."),
    "two_days": _l("Day and month can be read in two ways. Write it as 2019-03-31."),
    "mixed": _l("Day and month stand in another order here than you said. Write it as 2019-03-31."),
    "order": _l("It ends before it begins, or its days cannot be true."),
    "length": _l("How long it was cannot be read: a number, and hour, day or week."),
}
LENGTHS = {
    "hour": _l("Hours: %(number)s"),
    "day": _l("Days: %(number)s"),
    "week": _l("Weeks: %(number)s"),
}
