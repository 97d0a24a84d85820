"""the rule for certificates as a track, and the track by which each certificate was earned

Revision ID: 0050
Revises: 0049
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = '0050'
down_revision = '0049'
branch_labels = None
depends_on = None

_ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
_NAME, _NAME_SW = 'Certificate of a workshop', 'Cheti cha warsha'
_TRACK = sa.table(
    'track',
    *(
        sa.column(name)
        for name in (
            'id', 'public_id', 'name', 'name_sw', 'purpose', 'course_id', 'certifies', 'created_at',
        )
    ),
)
_VERSION = sa.table(
    'track_version',
    sa.column('tree', sa.JSON),
    *(
        sa.column(name)
        for name in (
            'id', 'public_id', 'track_id', 'number', 'state', 'row_version', 'returned_because',
            'published_by', 'published_at', 'created_at',
        )
    ),
)
_RULE = sa.table(
    'certificate_rule',
    *(
        sa.column(name)
        for name in ('id', 'version', 'least_share', 'requires_id', 'created_by', 'created_at')
    ),
)


def _new_id() -> str:
    return ''.join(secrets.choice(_ALPHABET) for _ in range(16))


def upgrade() -> None:
    with op.batch_alter_table('track') as table:
        table.add_column(
            sa.Column('certifies', sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table('track') as table:
        table.alter_column('certifies', existing_type=sa.Boolean(), server_default=None)
    for name, column, condition in (
        ('uq_track_course_id_certifies', 'course_id', 'certifies'),
        ('uq_track_certifies', 'certifies', 'certifies and course_id is null'),
    ):
        op.create_index(
            name,
            'track',
            [column],
            unique=True,
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )
    with op.batch_alter_table('certificate_rule') as table:
        table.add_column(sa.Column('requires_id', sa.Integer(), nullable=True))
    _write_track()
    with op.batch_alter_table('certificate_rule') as table:
        table.alter_column('requires_id', existing_type=sa.Integer(), nullable=False)
        table.drop_constraint(op.f('ck_certificate_rule_least_share'), type_='check')
        table.drop_column('least_share')
        table.create_foreign_key(
            op.f('fk_certificate_rule_requires_id_track_version'),
            'track_version',
            ['requires_id'],
            ['id'],
        )
    op.create_index('ix_certificate_rule_requires_id', 'certificate_rule', ['requires_id'])
    with op.batch_alter_table('certificate') as table:
        table.add_column(sa.Column('version_id', sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f('fk_certificate_version_id_track_version'), 'track_version', ['version_id'], ['id']
        )
    op.create_index('ix_certificate_version_id', 'certificate', ['version_id'])


def _write_track() -> None:
    """A track of one requirement, with a version for each share that the rule ever asked for."""
    bind = op.get_bind()
    rules = bind.execute(
        sa.select(_RULE.c.id, _RULE.c.least_share, _RULE.c.created_by, _RULE.c.created_at).order_by(
            _RULE.c.version
        )
    ).all()
    if not rules:
        return
    taken = set(bind.scalars(sa.select(_TRACK.c.name)))
    names = (_NAME, *(f'{_NAME} {number}' for number in range(2, len(taken) + 3)))
    public_id = _new_id()
    bind.execute(
        sa.insert(_TRACK).values(
            public_id=public_id,
            name=next(name for name in names if name not in taken),
            name_sw=_NAME_SW,
            purpose='',
            course_id=None,
            certifies=sa.true(),
            created_at=rules[0].created_at,
        )
    )
    track = bind.scalar(sa.select(_TRACK.c.id).where(_TRACK.c.public_id == public_id))
    number, share, version = 0, None, None
    for rule in rules:
        if rule.least_share != share:
            number, share, key = number + 1, rule.least_share, _new_id()
            bind.execute(
                sa.insert(_VERSION).values(
                    public_id=key,
                    track_id=track,
                    number=number,
                    tree={'all': [{'is': 'workshop', 'share': share}]},
                    state='published',
                    row_version=1,
                    returned_because='',
                    published_by=rule.created_by,
                    published_at=rule.created_at,
                    created_at=rule.created_at,
                )
            )
            version = bind.scalar(sa.select(_VERSION.c.id).where(_VERSION.c.public_id == key))
        bind.execute(sa.update(_RULE).where(_RULE.c.id == rule.id).values(requires_id=version))


def downgrade() -> None:
    bind = op.get_bind()
    op.drop_index('ix_certificate_version_id', 'certificate')
    with op.batch_alter_table('certificate') as table:
        table.drop_constraint(op.f('fk_certificate_version_id_track_version'), type_='foreignkey')
        table.drop_column('version_id')
    op.drop_index('ix_certificate_rule_requires_id', 'certificate_rule')
    with op.batch_alter_table('certificate_rule') as table:
        table.add_column(sa.Column('least_share', sa.SmallInteger(), nullable=True))
    trees = bind.execute(
        sa.select(_RULE.c.id, _VERSION.c.tree).join(_VERSION, _VERSION.c.id == _RULE.c.requires_id)
    ).all()
    for rule, tree in trees:
        share = tree['all'][0]['share']
        bind.execute(sa.update(_RULE).where(_RULE.c.id == rule).values(least_share=share))
    with op.batch_alter_table('certificate_rule') as table:
        table.alter_column('least_share', existing_type=sa.SmallInteger(), nullable=False)
        table.create_check_constraint(
            op.f('ck_certificate_rule_least_share'), 'least_share between 1 and 100'
        )
        table.drop_constraint(
            op.f('fk_certificate_rule_requires_id_track_version'), type_='foreignkey'
        )
        table.drop_column('requires_id')
    for name in ('uq_track_certifies', 'uq_track_course_id_certifies'):
        op.drop_index(name, 'track')
    standard = sa.select(_TRACK.c.id).where(_TRACK.c.certifies, _TRACK.c.course_id.is_(None))
    _forget(standard)
    with op.batch_alter_table('track') as table:
        table.drop_column('certifies')


def _forget(tracks: sa.Select[tuple[int]]) -> None:
    """Take back the track of the rule, with whoever is on it; the share stands with the rule."""
    bind = op.get_bind()
    keys = bind.scalars(tracks).all()
    enrolment = sa.table('track_enrolment', sa.column('id'), sa.column('track_id'))
    of_these = sa.select(enrolment.c.id).where(enrolment.c.track_id.in_(keys))
    move = sa.table('track_move', sa.column('enrolment_id'))
    badge = sa.table('track_badge', sa.column('track_id'))
    bind.execute(sa.delete(move).where(move.c.enrolment_id.in_(of_these)))
    bind.execute(sa.delete(enrolment).where(enrolment.c.track_id.in_(keys)))
    bind.execute(sa.delete(badge).where(badge.c.track_id.in_(keys)))
    bind.execute(sa.delete(_VERSION).where(_VERSION.c.track_id.in_(keys)))
    bind.execute(sa.delete(_TRACK).where(_TRACK.c.id.in_(keys)))
