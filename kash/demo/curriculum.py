"""The sample programme's English course, and how a course is written down here."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class SampleStep:
    """A step of a session."""

    minutes: int
    rank: str
    method: str
    to_do: str
    to_say: str = ""


@dataclass(frozen=True)
class SamplePlan:
    """A session plan. With an objective may stand how it is seen, with a material how many; without
    steps the method is one."""

    title: str
    minutes: int
    objectives: tuple[str | tuple[str, str], ...]
    method: str
    materials: tuple[str | tuple[str, str], ...] = ()
    notes: str = ""
    steps: tuple[SampleStep, ...] = ()
    key_messages: tuple[str, ...] = ()
    hard_moments: tuple[tuple[str, str, str], ...] = ()
    legal_points: tuple[tuple[str, str], ...] = ()
    more: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SampleModule:
    """A part of a course."""

    title: str
    plans: tuple[SamplePlan, ...]


@dataclass(frozen=True)
class SampleCourse:
    """A course with its one version. `public_title` is all that certificates show."""

    name: str
    audience: str
    level: str
    language: str
    public_title: str
    summary: str
    modules: tuple[SampleModule, ...]
    days: int | None = None
    group_least: int | None = None
    group_most: int | None = None
    prerequisites: str = ""


_MEETING = SampleModule(
    "Meeting one another",
    (
        SamplePlan(
            "Welcome and how we work together",
            45,
            (
                "Each participant knows the purpose, the timetable and the house rules",
                "The group has agreed on its own rules, confidentiality first",
            ),
            "Participants arrive in mixed pairs and introduce each other by the name they chose, "
            "with one thing they are good at. The group writes its rules on a sheet; the "
            "facilitator asks for examples until each rule can be seen or heard. The sheet hangs "
            "until the end.",
            ("Flip chart and pens", "Name cards without ranks or places of work"),
            "Nobody is asked for a legal name. Uniforms and arms stay outside; agree on this with "
            "the stations a week before.",
        ),
        SamplePlan(
            "What I was told about you",
            60,
            (
                "Participants name three beliefs that stand between the two groups",
                "Participants tell a belief from something they saw themselves",
            ),
            "Each group works alone for fifteen minutes: what have we been told about the others, "
            "and who told us? The lists are read out without reply. In mixed groups of four, "
            "participants mark what they have seen with their own eyes. Close with one thing each "
            "person will no longer repeat.",
            ("Cards in two colours", "Wall space"),
            "Stop the reading at once if it turns into accusation; go back to the rules. One "
            "facilitator of each group stays with anyone who leaves the room.",
            steps=(
                SampleStep(
                    10,
                    "must",
                    "reflection",
                    "Give each person three cards of the colour of her group. Everybody writes or "
                    "draws what she was told about the others, and who told her.",
                    "Write what you were told, not what you think. No names, no places.",
                ),
                SampleStep(
                    15,
                    "must",
                    "discussion",
                    "Collect the cards and read them out, one colour after the other. Nobody "
                    "replies while they are read.",
                    "We only listen now. There is time to answer after the break.",
                ),
                SampleStep(
                    20,
                    "should",
                    "group_work",
                    "Mixed groups of four take six cards and put a dot on what one of them has "
                    "seen with her own eyes.",
                ),
                SampleStep(
                    15,
                    "must",
                    "reflection",
                    "Round: each person says one thing that she will no longer repeat.",
                    "One sentence each. Whoever does not want to speak passes on the ball.",
                ),
            ),
            key_messages=(
                "What I was told is not what I saw.",
                "Whoever is in this room is more than her work.",
            ),
            hard_moments=(
                (
                    "They chose this life, so they should not complain.",
                    "Say: nobody here has to explain her work. Today we ask what the law promises "
                    "to everybody. Then ask the group which card on the wall this sentence is.",
                    "Stop the round if somebody is spoken of by name, or if a second person joins "
                    "in. Take ten minutes of break and speak with both apart.",
                ),
                (
                    "You take money from us every Friday.",
                    "Say: we name what happens, and no person and no station. How to report it is "
                    "the last session of today.",
                    "Stop if an officer answers as the one who is meant.",
                ),
            ),
            more={
                "why": "People who have said aloud what they were told can begin to doubt it.",
                "leads": "both",
                "group_size": "Mixed groups of four",
                "room": "Chairs in one circle, no tables; free wall for the cards",
                "preparation": "Hang the rules of the first session where all can see them. Agree "
                "which of you two reads which colour.",
                "distress_with": "The facilitator of her own group goes out with her; the other "
                "goes on",
                "distress_service": "Kisumu Counselling Centre",
                "no_electricity": "Needs none.",
                "low_literacy": "Let people draw, or whisper the sentence to a facilitator who "
                "writes it down.",
                "with_15": "One card each, read in one round.",
                "with_60": "Four circles at once, each with a facilitator of either group.",
            },
        ),
    ),
)

_RIGHTS = SampleModule(
    "Rights that we all have",
    (
        SamplePlan(
            "The Bill of Rights in daily work",
            90,
            (
                "Participants find dignity, equality, and freedom and security of the person in "
                "the Constitution (Articles 27, 28 and 29)",
                "Participants say what each means in a street, a cell and a clinic",
            ),
            "Short input (15 minutes) with the text of the articles in hand. Three stations in the "
            "room – street, cell, clinic – each with two short situations. Mixed groups visit all "
            "three and write beside each situation the article that it touches and what an officer "
            "and a member of the community can each do.",
            ("Constitution of Kenya 2010, Chapter Four, one copy for two", "Six situation cards"),
            "The Constitution binds everyone: officers have the same rights, also on duty and in "
            "disciplinary matters. Give room for their examples.",
        ),
        SamplePlan(
            "When a person is arrested",
            90,
            (
                "Participants list the rights of an arrested person (Article 49)",
                "Officers explain the reason for an arrest in plain words, in a language that the "
                "person understands",
                "Participants know what the occurrence book should say and who may ask for its "
                "number",
            ),
            "Role play in three acts: the arrest, the report office, the call to a friend. After "
            "each act the observers say which right was kept, which was forgotten, and what it "
            "would have cost to keep it. Then the act is played again.",
            ("Role cards", "Sample occurrence book page", "Pocket card: rights on arrest"),
            "Nobody plays themselves. People who have been detained may watch or sit out, without "
            "being asked why.",
        ),
        SamplePlan(
            "Held without a charge",
            90,
            (
                "Participants explain the limit of 24 hours, and what a weekend does to it",
                "Participants tell bail by the police from bail by the court",
                "Participants know three people to call when the limit has passed",
            ),
            "Timeline on the floor: hours marked with tape from arrest to court. Groups walk five "
            "cases along it and stop where something must happen: reason told, call made, entry "
            "written, charge or release. For each stop they name the person responsible. Close by "
            "filling in the pocket card with telephone numbers.",
            ("Masking tape", "Five case sheets", "Pocket cards"),
            "Article 49(1)(f): as soon as reasonably possible, not later than 24 hours, or the "
            "end of the next court day if those hours end outside court hours. Article 49(2): no "
            "remand in custody for an offence punishable by a fine only or by up to six months.",
        ),
    ),
)

_HEALTH = SampleModule(
    "Health and safety",
    (
        SamplePlan(
            "Health services with respect",
            60,
            (
                "Participants know which services near them are free and confidential",
                "Participants say why carrying condoms or medicine is no evidence of an offence",
            ),
            "A health worker of the partner clinic answers questions from a closed box. Mixed "
            "groups draw the way from their station or meeting place to the nearest service and "
            "mark where people are stopped, turned away or shamed. Each group proposes one change "
            "it can make itself.",
            ("Question box", "Map of the sub-county", "List of services"),
            "Questions are read out without handwriting being seen. Nothing about anyone’s own "
            "health is asked or answered in the room.",
        ),
        SamplePlan(
            "The first seventy-two hours",
            75,
            (
                "Participants give the order of steps after an assault: safety, care, record, "
                "choice",
                "Participants know why care must begin within 72 hours and that care comes before "
                "a statement",
                "Participants know what a P3 form is for and that it costs nothing",
            ),
            "Cards with steps are put in order by small groups, against the clock. The health "
            "worker corrects. Officers describe how the gender desk receives a person; "
            "participants list what would make them come, and what would make them turn back at "
            "the door.",
            ("Step cards", "Sample P3 form", "Referral cards"),
            "Say at the start what will be talked about, and that leaving is always possible. Have "
            "a counsellor in the house.",
        ),
    ),
)

_MEDIATION = SampleModule(
    "Settling a dispute",
    (
        SamplePlan(
            "Listening",
            60,
            (
                "Participants give back what they heard before they answer",
                "Participants ask open questions without blame",
            ),
            "Pairs of one officer and one member of the community: three minutes telling, one "
            "minute giving back, then exchange. The topic is harmless: the best meal I ever "
            "shared. Second round with something that annoyed me at work. Plenary: what did being "
            "heard do?",
            ("A bell",),
        ),
        SamplePlan(
            "Six steps of mediation",
            90,
            (
                "Participants name the six steps and what a mediator must not do",
                "Participants know what is never mediated: violence, offences against children, "
                "anything that one side fears to refuse",
            ),
            "Demonstration by two facilitators with a case about rent and noise. Participants "
            "write the steps they saw: agree to talk, tell, give back, find needs, look for ways, "
            "write down. Then three groups sort ten cases into may be mediated, may not, and ask "
            "first.",
            ("Ten case cards", "Form for a written settlement"),
            "A settlement is free, and either side may stop at any time. It never replaces a "
            "report that a person wants to make.",
        ),
        SamplePlan(
            "Practice with observers",
            90,
            (
                "Each participant has been a mediator for twenty minutes",
                "Each participant has heard two things they did well and one to try",
            ),
            "Groups of five: two parties, two mediators of different groups, one observer with the "
            "step sheet. Three rounds with changed roles. The observer speaks first, then the "
            "parties, last the mediators.",
            ("Case sheets", "Observer sheets"),
        ),
    ),
)

_TOGETHER = SampleModule(
    "Working together from Monday",
    (
        SamplePlan(
            "What a peer educator does, and does not do",
            60,
            (
                "Participants describe the tasks of a peer educator at a station and in a "
                "collective",
                "Participants know to whom to turn when they see a right broken",
            ),
            "Two columns on the wall: mine, not mine. Participants place task cards and defend the "
            "place. Disputed cards go to a panel of one experienced officer and one experienced "
            "member of a collective.",
            ("Task cards",),
            "A peer educator does not investigate, does not keep names of clients or informers, "
            "and takes no money for help.",
        ),
        SamplePlan(
            "A call at night",
            60,
            (
                "Participants agree on whom to call, and on what is said on the telephone and "
                "what not",
                "Participants have exchanged duty numbers of their choice",
            ),
            "Simulation in the dark, with real telephones and in two rooms: a person is held, a "
            "person is hurt, a bar is closed by force. After each call: what did the other need to "
            "know, and what did nobody need to know?",
            ("Telephones", "Duty list"),
            "Numbers are exchanged by hand between those who want to, never on a list that goes "
            "round.",
        ),
        SamplePlan(
            "Our plan for three months",
            75,
            (
                "Each station and collective has three steps with a person and a day",
                "The steps fit into the monthly review meeting",
            ),
            "Participants of one ward sit together, whichever group they belong to. They choose "
            "three steps, write who does what by when, and read them to a second ward, who asks "
            "only: what could stop you?",
            ("Plan sheets", "Calendar"),
        ),
        SamplePlan(
            "What we take home",
            45,
            (
                "Participants name one thing they will do differently",
                "Participants have checked how their name will be printed",
            ),
            "Silent walk past the sheets of three days; each puts a dot where something changed "
            "for them. Closing round in one sentence. Name sheets are checked and signed.",
            ("Dots", "Name sheets"),
        ),
    ),
)

WORKING_TOGETHER = SampleCourse(
    name="Rights and working together",
    audience="Peer educators of both groups",
    level="Basic",
    language="en",
    public_title="Working Together: Basic Course",
    summary=(
        "Three days in which the two groups meet as equals. They learn what the law says about "
        "arrest, detention and care, practise listening and mediation, and leave with a plan for "
        "their own ward."
    ),
    modules=(_MEETING, _RIGHTS, _HEALTH, _MEDIATION, _TOGETHER),
    days=3,
    group_least=12,
    group_most=30,
)
