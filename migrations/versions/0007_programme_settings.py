"""programme settings

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

STANDARD_TONES = {
    'present': 'good',
    'in_attendance': 'good',
    'late': 'warn',
    'left_early': 'warn',
    'absent': 'bad',
}


def upgrade() -> None:
    op.create_table(
        'zone',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=120), nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.Column('within_id', sa.Integer(), nullable=True),
        sa.Column('active', sa.Boolean(), nullable=False),
        sa.Column('edition', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "kind in ('county', 'sub_county', 'ward', 'other')", name=op.f('ck_zone_kind')
        ),
        sa.ForeignKeyConstraint(['within_id'], ['zone.id'], name=op.f('fk_zone_within_id_zone')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_zone')),
        sa.UniqueConstraint('name', name=op.f('uq_zone_name')),
        sa.UniqueConstraint('public_id', name=op.f('uq_zone_public_id')),
    )
    op.create_index(op.f('ix_zone_within_id'), 'zone', ['within_id'])

    with op.batch_alter_table('venue') as batch:
        batch.add_column(sa.Column('zone_id', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('directions', sa.Text(), nullable=False, server_default=''))
        batch.add_column(
            sa.Column('safe_for', sa.String(length=300), nullable=False, server_default='')
        )
        batch.add_column(
            sa.Column('active', sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch.add_column(sa.Column('edition', sa.Integer(), nullable=False, server_default='1'))
        batch.create_foreign_key(op.f('fk_venue_zone_id_zone'), 'zone', ['zone_id'], ['id'])
        batch.create_index(op.f('ix_venue_zone_id'), ['zone_id'])

    with op.batch_alter_table('mark_status') as batch:
        batch.add_column(sa.Column('name', sa.String(length=40), nullable=False, server_default=''))
        batch.add_column(
            sa.Column('tone', sa.String(length=8), nullable=False, server_default='quiet')
        )
        batch.add_column(
            sa.Column('active', sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch.add_column(sa.Column('edition', sa.Integer(), nullable=False, server_default='1'))
        batch.create_check_constraint(
            op.f('ck_mark_status_tone'), "tone in ('good', 'warn', 'bad', 'quiet')"
        )
    status = sa.table('mark_status', sa.column('code'), sa.column('tone'))
    for code, tone in STANDARD_TONES.items():
        op.execute(status.update().where(status.c.code == code).values(tone=tone))

    op.create_table(
        'agenda_template',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=120), nullable=False),
        sa.Column('language', sa.String(length=8), nullable=False),
        sa.Column('edition', sa.Integer(), nullable=False),
        sa.Column('created_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_agenda_template')),
        sa.UniqueConstraint('name', name=op.f('uq_agenda_template_name')),
        sa.UniqueConstraint('public_id', name=op.f('uq_agenda_template_public_id')),
    )
    op.create_table(
        'agenda_template_item',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('template_id', sa.Integer(), nullable=False),
        sa.Column('position', sa.SmallInteger(), nullable=False),
        sa.Column('kind', sa.String(length=8), nullable=False),
        sa.Column('title', sa.String(length=200), nullable=False),
        sa.Column('minutes', sa.SmallInteger(), nullable=True),
        sa.CheckConstraint(
            "kind in ('plain', 'arising')", name=op.f('ck_agenda_template_item_kind')
        ),
        sa.ForeignKeyConstraint(
            ['template_id'],
            ['agenda_template.id'],
            name=op.f('fk_agenda_template_item_template_id_agenda_template'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_agenda_template_item')),
    )
    op.create_index(
        op.f('ix_agenda_template_item_template_id'), 'agenda_template_item', ['template_id']
    )
    with op.batch_alter_table('agenda_item') as batch:
        batch.add_column(sa.Column('minutes', sa.SmallInteger(), nullable=True))
    with op.batch_alter_table('forum') as batch:
        batch.add_column(sa.Column('template_id', sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f('fk_forum_template_id_agenda_template'), 'agenda_template', ['template_id'], ['id']
        )
        batch.create_index(op.f('ix_forum_template_id'), ['template_id'])


def downgrade() -> None:
    with op.batch_alter_table('forum') as batch:
        batch.drop_index(op.f('ix_forum_template_id'))
        batch.drop_constraint(op.f('fk_forum_template_id_agenda_template'), type_='foreignkey')
        batch.drop_column('template_id')
    with op.batch_alter_table('agenda_item') as batch:
        batch.drop_column('minutes')
    op.drop_table('agenda_template_item')
    op.drop_table('agenda_template')
    with op.batch_alter_table('mark_status') as batch:
        batch.drop_constraint(op.f('ck_mark_status_tone'), type_='check')
        batch.drop_column('edition')
        batch.drop_column('active')
        batch.drop_column('tone')
        batch.drop_column('name')
    with op.batch_alter_table('venue') as batch:
        batch.drop_index(op.f('ix_venue_zone_id'))
        batch.drop_constraint(op.f('fk_venue_zone_id_zone'), type_='foreignkey')
        batch.drop_column('edition')
        batch.drop_column('active')
        batch.drop_column('safe_for')
        batch.drop_column('directions')
        batch.drop_column('zone_id')
    op.drop_table('zone')
