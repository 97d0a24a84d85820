"""Stories of the sample: two that were told, one that waits for a second reader, one that came
back. All invented."""

from __future__ import annotations

from dataclasses import dataclass

from kash.demo.members import SampleMember
from kash.incidents.queries.cases import open_case
from kash.incidents.services.consents import answer_consents
from kash.stories.queries.drafts import open_draft
from kash.stories.rules.drafts import CHECKS, PURPOSE_OF
from kash.stories.services.writing import WrittenStory, return_story, tell_story, write_story


@dataclass(frozen=True)
class SampleStory:
    """One story; `case` is its place in the list of cases, `becomes` what was done with it."""

    case: int
    language: str
    title: str
    text: str
    becomes: str


STORIES = (
    SampleStory(
        0,
        "en",
        "Arrested without a charge",
        "Three women were taken from the roadside at night. Nobody told them why. At the station"
        " each had to give blood before anything was written down.\n\n"
        "A peer educator of the police was called, and a mediator came. The women were let go"
        " before the morning. The officer in charge said that no order to test anybody exists.",
        "told",
    ),
    SampleStory(
        1,
        "en",
        "The DVD player",
        "A client said that he had not been given what he paid for, and came to complain. His DVD"
        " player was kept until he paid the rest.\n\n"
        "A mediator spoke with both. She gave the DVD player back, he paid what was owed, and"
        " nobody went to the police.",
        "told",
    ),
    SampleStory(
        9,
        "sw",
        "Chumba kilichofunguliwa bila hati",
        "Maafisa walifungua chumba cha wanawake wawili bila hati yoyote. Walipoondoka, akiba"
        " iliyokuwa ndani ya kopo haikuwepo tena.\n\n"
        "Wanawake walishauriwa na wakili. Bado wanasubiri jibu.",
        "waits",
    ),
    SampleStory(
        12,
        "en",
        "Left through the back door",
        "A client went without paying. Somebody who knows him says where he works.",
        "comes back",
    ),
)


def tell_stories(members: list[SampleMember], incidents: list[str]) -> None:
    """Have everybody in some cases agree, write their stories, and read them a second time."""
    custodian, officer, _second = members
    reader, vault = custodian.actor, custodian.vault
    for story in STORIES:
        reference = incidents[story.case]
        case = open_case(officer.actor, officer.vault, reference)
        agrees = {"forum_story": True, "funder": True}
        answer_consents(
            officer.actor, officer.vault, reference, case.version, "", agrees, language="sw"
        )
        written = WrittenStory(
            reference, story.language, story.title, story.text, list(PURPOSE_OF), CHECKS, ready=True
        )
        draft = write_story(written, by=officer.actor, vault=officer.vault)
        version = open_draft(reader, vault, draft).version
        if story.becomes == "told":
            tell_story(draft, version, CHECKS, by=reader, vault=vault)
        elif story.becomes == "comes back":
            reason = "Where he works tells who it was. Leave it out, and tell what came of it."
            return_story(draft, version, reason, by=reader, vault=vault)
