"""Keep one travel time for each zone, in place of one for each pair.

A zone gets the shortest time that was typed for it. Where that says less of a pair than was typed
for it, the farther of the two gets what was typed: no pair takes less than before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0108'
down_revision = '0107'
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    pairs = connection.execute(
        sa.text('SELECT one_zone_id, other_zone_id, minutes FROM zone_travel ORDER BY minutes, id')
    ).all()
    op.drop_table('zone_travel')
    op.create_table(
        'zone_travel',
        sa.Column('zone_id', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('minutes', sa.SmallInteger(), nullable=False),
        sa.CheckConstraint('minutes between 1 and 1440', name=op.f('ck_zone_travel_minutes')),
        sa.ForeignKeyConstraint(['zone_id'], ['zone.id'], name=op.f('fk_zone_travel_zone_id_zone')),
        sa.PrimaryKeyConstraint('zone_id', name=op.f('pk_zone_travel')),
    )
    travel: dict[int, int] = {}
    for one, other, minutes in pairs:
        travel.setdefault(one, minutes)
        travel.setdefault(other, minutes)
        if max(travel[one], travel[other]) < minutes:
            travel[one if travel[one] >= travel[other] else other] = minutes
    for zone, minutes in travel.items():
        connection.execute(
            sa.text('INSERT INTO zone_travel (zone_id, minutes) VALUES (:zone, :minutes)'),
            {'zone': zone, 'minutes': minutes},
        )


def downgrade() -> None:
    connection = op.get_bind()
    zones = connection.execute(
        sa.text('SELECT zone_id, minutes FROM zone_travel ORDER BY zone_id')
    ).all()
    op.drop_table('zone_travel')
    op.create_table(
        'zone_travel',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('one_zone_id', sa.Integer(), nullable=False),
        sa.Column('other_zone_id', sa.Integer(), nullable=False),
        sa.Column('minutes', sa.SmallInteger(), nullable=False),
        sa.CheckConstraint('minutes between 1 and 1440', name=op.f('ck_zone_travel_minutes')),
        sa.CheckConstraint('one_zone_id < other_zone_id', name=op.f('ck_zone_travel_order')),
        sa.ForeignKeyConstraint(
            ['one_zone_id'], ['zone.id'], name=op.f('fk_zone_travel_one_zone_id_zone')
        ),
        sa.ForeignKeyConstraint(
            ['other_zone_id'], ['zone.id'], name=op.f('fk_zone_travel_other_zone_id_zone')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_zone_travel')),
        sa.UniqueConstraint(
            'one_zone_id', 'other_zone_id', name=op.f('uq_zone_travel_one_zone_id_other_zone_id')
        ),
    )
    op.create_index(op.f('ix_zone_travel_other_zone_id'), 'zone_travel', ['other_zone_id'])
    for place, (one, minutes) in enumerate(zones):
        for other, more in zones[place + 1 :]:
            connection.execute(
                sa.text(
                    'INSERT INTO zone_travel (one_zone_id, other_zone_id, minutes)'
                    ' VALUES (:one, :other, :minutes)'
                ),
                {'one': one, 'other': other, 'minutes': max(minutes, more)},
            )
