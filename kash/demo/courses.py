"""Writing the sample's courses, proposing them and having them published."""

from __future__ import annotations

from dataclasses import replace

from kash.demo.accounts import DIRECTOR, TRAINER
from kash.demo.curriculum import WORKING_TOGETHER, SampleCourse, SamplePlan, SampleStep
from kash.demo.curriculum_swahili import USHIRIKIANO
from kash.platform.database import new_public_id
from kash.platform.press import PagedDocument, document
from kash.policy import Actor
from kash.training.queries import version_with_plans
from kash.training.rules.fields import KINDS, Value
from kash.training.rules.nodes import CourseNode, Key
from kash.training.rules.texts import FieldText
from kash.training.rules.translations import fingerprint
from kash.training.services.copies import fill_draft, start_version, translate
from kash.training.services.courses import add_course
from kash.training.services.material_files import attach_file
from kash.training.services.states import propose, publish
from kash.training.services.translations import write_words
from kash.training.trees import tree_of


def write_courses(actors: dict[str, Actor]) -> dict[str, str]:
    """The public id of each course's published version, by the name of the course.

    Each has a second version under way: of the English course a draft, of the other a proposal.
    """
    versions = {}
    trainer = actors[TRAINER.key]
    for course in (WORKING_TOGETHER, USHIRIKIANO):
        made, version = add_course(
            course.name,
            course.audience,
            course.level,
            public_title=course.public_title,
            language=course.language,
            by=trainer,
        )
        fill_draft(version, tree_of_sample(course), by=trainer)
        if course is WORKING_TOGETHER:
            _add_cards(version, trainer)
        propose(version, trainer)
        publish(version, actors[DIRECTOR.key])
        versions[course.name] = version
        following = start_version(made, course.language, trainer)
        if course is USHIRIKIANO:
            propose(following, trainer)
        else:
            fill_draft(following, _revised(tree_of(version_with_plans(following))), trainer)
            _begin_translation(version, trainer)
    return versions


def _add_cards(version: str, trainer: Actor) -> None:
    """Give the first material that goes home its file."""
    found = version_with_plans(version)
    plan, row = next(
        (plan.public_id, row.public_id)
        for module in found.modules
        for plan in module.plans
        for row in plan.of("material")
        if row.used == "home"
    )
    paper = PagedDocument(
        html=(
            "<header class='cover'><h1>Four sentences for the road</h1></header>"
            "<div class='messages'><p>Am I being arrested, and what for?</p>"
            "<p>I would like to call somebody.</p><p>I will say nothing until I have.</p>"
            "<p>Which station are you taking me to?</p></div>"
        ),
        title="Four sentences",
        language="en",
        kind="handout",
    )
    attach_file(version, plan, row, document(paper), by=trainer)


def _revised(tree: CourseNode) -> CourseNode:
    """The course as the trainer goes on writing it: one session is longer, says something else at
    its start and needs less, and the last module comes before the one that it followed."""

    def revise(node: CourseNode) -> CourseNode:
        if node.kind == "step" and node["method"] == "reflection" and node["minutes"] == 10:
            words = "Everybody writes or draws one card: what she was told, and by whom."
            return replace(node, fields={**node.fields, "minutes": 20, "to_do": words})
        below = tuple(revise(child) for child in node.children)
        if node.kind == "plan" and node["title"] == "What I was told about you":
            kept = tuple(child for child in below if child.text != "Wall space")
            return replace(node, fields={**node.fields, "minutes": 70}, children=kept)
        return replace(node, children=below)

    revised = revise(tree)
    *first, one, other = revised.children
    return replace(revised, children=(*first, other, one))


def _begin_translation(version: str, trainer: Actor) -> None:
    """A translation into Kiswahili of which the first titles are worded."""
    made = translate(version, "sw", trainer)
    source = tree_of(version_with_plans(version))
    said = {"version": ["Tukifanya Kazi Pamoja: Kozi ya Msingi"], "module": ["Kukutana"]}
    words: dict[Key, dict[str, FieldText]] = {}
    for node in source.walk():
        if said.get(node.kind):
            name = node.declared.fields[0].name
            text = FieldText(said[node.kind].pop(0), fingerprint(node[name]))
            words[node.key] = {name: text}
    write_words(made, words, 1, by=trainer)


def tree_of_sample(course: SampleCourse) -> CourseNode:
    """A course of the sample as a version holds it."""
    modules = tuple(
        _node("module", tuple(_session(plan) for plan in module.plans), title=module.title)
        for module in course.modules
    )
    return _node(
        "version",
        modules,
        lineage="",
        public_title=course.public_title,
        summary=course.summary,
        days=course.days,
        group_least=course.group_least,
        group_most=course.group_most,
        prerequisites=course.prerequisites,
    )


def _session(plan: SamplePlan) -> CourseNode:
    steps = plan.steps or (SampleStep(plan.minutes, "must", "", plan.method),)
    rows = [
        *(_node("objective", text=text, seen=seen) for text, seen in _pairs(plan.objectives)),
        *(
            _node(
                "step",
                minutes=step.minutes,
                rank=step.rank,
                method=step.method,
                to_do=step.to_do,
                to_say=step.to_say,
            )
            for step in steps
        ),
        *(_node("key_message", text=text) for text in plan.key_messages),
        *(
            _node("hard_moment", said=said, answer=answer, stop=stop)
            for said, answer, stop in plan.hard_moments
        ),
        *(_node("legal_point", text=text, source=source) for text, source in plan.legal_points),
        *(
            _node(
                "material",
                text=text,
                amount=amount,
                used="home" if text.startswith("Pocket card") else "room",
            )
            for text, amount in _pairs(plan.materials)
        ),
    ]
    more = {name: value for name, value in plan.more.items() if value}
    return _node(
        "plan", tuple(rows), title=plan.title, minutes=plan.minutes, notes=plan.notes, **more
    )


def _pairs(lines: tuple[str | tuple[str, str], ...]) -> list[tuple[str, str]]:
    return [(line, "") if isinstance(line, str) else line for line in lines]


def _node(
    kind: str, children: tuple[CourseNode, ...] = (), *, lineage: str | None = None, **said: Value
) -> CourseNode:
    fields = {field.name: said.get(field.name, field.empty) for field in KINDS[kind]}
    lineage = new_public_id() if lineage is None else lineage
    return CourseNode(kind, lineage, fields, children=children)
