"""marks that come from forms of KoboToolbox

Revision ID: 0089
Revises: 0088
"""

import sqlalchemy as sa
from alembic import op

from kash.platform.database import UtcDateTime

revision = '0089'
down_revision = '0088'
branch_labels = None
depends_on = None

_GROUP = "purpose <> 'registration' or group_id is not null"


def upgrade() -> None:
    # Nothing ever made a form of attendance; one that somebody put there by hand is of no workshop.
    _forget_attendance()
    with op.batch_alter_table('kobo_form') as table:
        table.alter_column('connection_id', existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column('workshop_id', sa.Integer(), nullable=True))
        table.add_column(sa.Column('marks_sealed', sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column('waiting', sa.Integer(), nullable=False, server_default='0'))
        table.create_foreign_key(
            op.f('fk_kobo_form_workshop_id_workshop'), 'workshop', ['workshop_id'], ['id']
        )
        table.create_unique_constraint(op.f('uq_kobo_form_workshop_id'), ['workshop_id'])
        table.drop_constraint(op.f('ck_kobo_form_group'), type_='check')
        table.create_check_constraint(
            op.f('ck_kobo_form_group'),
            "purpose <> 'registration' or (group_id is not null and connection_id is not null)",
        )
        table.create_check_constraint(
            op.f('ck_kobo_form_workshop'), "purpose <> 'attendance' or workshop_id is not null"
        )
    with op.batch_alter_table('kobo_form') as table:
        table.alter_column('waiting', existing_type=sa.Integer(), server_default=None)
    op.create_table(
        'kobo_mark',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('form_id', sa.Integer(), nullable=False),
        sa.Column('slot', sa.String(length=16), nullable=False),
        sa.Column('entry', sa.String(length=16), nullable=False),
        sa.Column('state', sa.String(length=8), nullable=False),
        sa.Column('said', sa.String(length=200), nullable=False),
        sa.Column('choice', sa.String(length=16), nullable=False),
        sa.Column('draft', sa.String(length=16), nullable=True),
        sa.Column('draft_said', sa.String(length=200), nullable=False),
        sa.Column('decided_by', sa.String(length=16), nullable=False),
        sa.Column('decided_at', UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('', 'accepted', 'out')", name=op.f('ck_kobo_mark_state')),
        sa.ForeignKeyConstraint(
            ['form_id'], ['kobo_form.id'], name=op.f('fk_kobo_mark_form_id_kobo_form')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_kobo_mark')),
        sa.UniqueConstraint(
            'form_id', 'slot', 'entry', name=op.f('uq_kobo_mark_form_id_slot_entry')
        ),
    )


def downgrade() -> None:
    op.drop_table('kobo_mark')
    _forget_attendance()
    with op.batch_alter_table('kobo_form') as table:
        table.drop_constraint(op.f('ck_kobo_form_workshop'), type_='check')
        table.drop_constraint(op.f('ck_kobo_form_group'), type_='check')
        table.create_check_constraint(op.f('ck_kobo_form_group'), _GROUP)
        table.drop_constraint(op.f('uq_kobo_form_workshop_id'), type_='unique')
        table.drop_constraint(op.f('fk_kobo_form_workshop_id_workshop'), type_='foreignkey')
        table.drop_column('waiting')
        table.drop_column('marks_sealed')
        table.drop_column('workshop_id')
        table.alter_column('connection_id', existing_type=sa.Integer(), nullable=False)


def _forget_attendance() -> None:
    op.execute(
        "DELETE FROM kobo_row WHERE form_id IN"
        " (SELECT id FROM kobo_form WHERE purpose = 'attendance')"
    )
    op.execute("DELETE FROM kobo_form WHERE purpose = 'attendance'")
