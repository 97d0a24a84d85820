"""what is known of a venue, and when it and who teaches can be had

Revision ID: 0055
Revises: 0054
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0055'
down_revision = '0054'
branch_labels = None
depends_on = None

_Moment = kash.platform.database.UtcDateTime
_TEXTS = {'accessible': 120, 'band': 60, 'contact_name': 120}


def upgrade() -> None:
    with op.batch_alter_table('venue') as venue:
        for name, length in _TEXTS.items():
            venue.add_column(
                sa.Column(
                    name, sa.String(length=length), nullable=False, server_default=''
                )
            )
        venue.add_column(sa.Column('price_cents', sa.Integer(), nullable=True))
        venue.add_column(
            sa.Column('contact_phone_sealed', sa.LargeBinary(), nullable=True)
        )
        venue.add_column(sa.Column('safety_sealed', sa.LargeBinary(), nullable=True))
        venue.create_check_constraint(
            op.f('ck_venue_price_cents'), 'price_cents >= 0'
        )
    with op.batch_alter_table('venue') as venue:
        for name, length in _TEXTS.items():
            venue.alter_column(
                name, existing_type=sa.String(length=length), server_default=None
            )
    op.create_table(
        'absence',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('first', sa.Date(), nullable=False),
        sa.Column('last', sa.Date(), nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.Column('note_sealed', sa.LargeBinary(), nullable=True),
        sa.Column('row_version', sa.Integer(), nullable=False),
        sa.Column('written_by', sa.String(length=16), nullable=False),
        sa.Column('written_at', _Moment(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint('last >= first', name=op.f('ck_absence_days')),
        sa.CheckConstraint(
            "kind in ('leave', 'training', 'sick', 'other')",
            name=op.f('ck_absence_kind'),
        ),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_absence_account_id_account')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_absence')),
        sa.UniqueConstraint('public_id', name=op.f('uq_absence_public_id')),
    )
    op.create_index(
        'ix_absence_account_id_first', 'absence', ['account_id', 'first']
    )
    op.create_index('ix_absence_last_first', 'absence', ['last', 'first'])
    op.create_table(
        'teaching_days',
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('weekdays', sa.JSON(), nullable=False),
        sa.Column('most_days_a_month', sa.SmallInteger(), nullable=True),
        sa.Column('row_version', sa.Integer(), nullable=False),
        sa.CheckConstraint(
            'most_days_a_month between 1 and 31',
            name=op.f('ck_teaching_days_most_days_a_month'),
        ),
        sa.ForeignKeyConstraint(
            ['account_id'],
            ['account.id'],
            name=op.f('fk_teaching_days_account_id_account'),
        ),
        sa.PrimaryKeyConstraint('account_id', name=op.f('pk_teaching_days')),
    )
    op.create_table(
        'venue_block',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('venue_id', sa.Integer(), nullable=False),
        sa.Column('first', sa.Date(), nullable=False),
        sa.Column('last', sa.Date(), nullable=False),
        sa.Column('starts_at', sa.Time(), nullable=True),
        sa.Column('ends_at', sa.Time(), nullable=True),
        sa.Column('reason', sa.String(length=120), nullable=False),
        sa.Column('written_by', sa.String(length=16), nullable=False),
        sa.Column('written_at', _Moment(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint('last >= first', name=op.f('ck_venue_block_days')),
        sa.CheckConstraint(
            '(starts_at is null) = (ends_at is null)',
            name=op.f('ck_venue_block_both_times'),
        ),
        sa.CheckConstraint(
            'ends_at > starts_at', name=op.f('ck_venue_block_times')
        ),
        sa.ForeignKeyConstraint(
            ['venue_id'], ['venue.id'], name=op.f('fk_venue_block_venue_id_venue')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_venue_block')),
        sa.UniqueConstraint('public_id', name=op.f('uq_venue_block_public_id')),
    )
    op.create_index(
        'ix_venue_block_venue_id_first', 'venue_block', ['venue_id', 'first']
    )
    op.create_index('ix_venue_block_last_first', 'venue_block', ['last', 'first'])
    op.create_table(
        'zone_travel',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('one_zone_id', sa.Integer(), nullable=False),
        sa.Column('other_zone_id', sa.Integer(), nullable=False),
        sa.Column('minutes', sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            'one_zone_id < other_zone_id', name=op.f('ck_zone_travel_order')
        ),
        sa.CheckConstraint(
            'minutes between 1 and 1440', name=op.f('ck_zone_travel_minutes')
        ),
        sa.ForeignKeyConstraint(
            ['one_zone_id'], ['zone.id'], name=op.f('fk_zone_travel_one_zone_id_zone')
        ),
        sa.ForeignKeyConstraint(
            ['other_zone_id'],
            ['zone.id'],
            name=op.f('fk_zone_travel_other_zone_id_zone'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_zone_travel')),
        sa.UniqueConstraint(
            'one_zone_id',
            'other_zone_id',
            name=op.f('uq_zone_travel_one_zone_id_other_zone_id'),
        ),
    )
    op.create_index(
        op.f('ix_zone_travel_other_zone_id'), 'zone_travel', ['other_zone_id']
    )


def downgrade() -> None:
    for table in ('zone_travel', 'venue_block', 'teaching_days', 'absence'):
        op.drop_table(table)
    with op.batch_alter_table('venue') as venue:
        venue.drop_constraint(op.f('ck_venue_price_cents'), type_='check')
        for name in ('safety_sealed', 'contact_phone_sealed', 'price_cents', *_TEXTS):
            venue.drop_column(name)
