"""what forms of attendance and encrypted submissions of KoboToolbox left goes

Nothing read it any more. The private halves of the keys lie in the vault, and go too.

Revision ID: 0107
Revises: 0106
"""

import sqlalchemy as sa
from alembic import op

from kash.platform.database import UtcDateTime

revision = '0107'
down_revision = '0106'
branch_labels = None
depends_on = None

_CHECKS = {
    'purpose': "purpose in ('registration', 'attendance')",
    'group': "purpose <> 'registration' or (group_id is not null and connection_id is not null)",
    'workshop': "purpose <> 'attendance' or workshop_id is not null",
}
_FORMS = "(select id from kobo_form where purpose = 'attendance')"
_KEYS = "(select id from vault_document where kind = 'submission_key')"


def upgrade() -> None:
    op.drop_table('submission_key')
    op.drop_table('kobo_mark')
    op.execute(f'delete from vault_document_key where document_id in {_KEYS}')
    op.execute("delete from vault_document where kind = 'submission_key'")
    op.execute(f'delete from kobo_row where form_id in {_FORMS}')
    op.execute("delete from kobo_form where purpose = 'attendance'")
    with op.batch_alter_table('kobo_form') as batch:
        for name in _CHECKS:
            batch.drop_constraint(op.f(f'ck_kobo_form_{name}'), type_='check')
        batch.drop_constraint(op.f('uq_kobo_form_workshop_id'), type_='unique')
        batch.drop_constraint(op.f('fk_kobo_form_workshop_id_workshop'), type_='foreignkey')
        for name in ('purpose', 'workshop_id', 'marks_sealed', 'waiting'):
            batch.drop_column(name)
        for name in ('connection_id', 'group_id'):
            batch.alter_column(name, existing_type=sa.Integer(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('kobo_form') as batch:
        for name in ('connection_id', 'group_id'):
            batch.alter_column(name, existing_type=sa.Integer(), nullable=True)
        batch.add_column(
            sa.Column('purpose', sa.String(12), nullable=False, server_default='registration')
        )
        batch.add_column(sa.Column('workshop_id', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('marks_sealed', sa.LargeBinary(), nullable=True))
        batch.add_column(sa.Column('waiting', sa.Integer(), nullable=False, server_default='0'))
        batch.create_foreign_key(
            op.f('fk_kobo_form_workshop_id_workshop'), 'workshop', ['workshop_id'], ['id']
        )
        batch.create_unique_constraint(op.f('uq_kobo_form_workshop_id'), ['workshop_id'])
        for name, text in _CHECKS.items():
            batch.create_check_constraint(op.f(f'ck_kobo_form_{name}'), text)
    op.create_table(
        'kobo_mark',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('form_id', sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(16), nullable=False) for name in ('slot', 'entry')),
        sa.Column('state', sa.String(8), nullable=False),
        sa.Column('said', sa.String(200), nullable=False),
        sa.Column('choice', sa.String(16), nullable=False),
        sa.Column('draft', sa.String(16), nullable=True),
        sa.Column('draft_said', sa.String(200), nullable=False),
        sa.Column('decided_by', sa.String(16), nullable=False),
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
    op.create_table(
        'submission_key',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('public_key', sa.Text(), nullable=False),
        sa.Column('document_id', sa.BigInteger(), nullable=False),
        sa.Column('made_by', sa.String(16), nullable=False),
        sa.Column('made_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(
            ['document_id'],
            ['vault_document.id'],
            name=op.f('fk_submission_key_document_id_vault_document'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_submission_key')),
        sa.UniqueConstraint('public_id', name=op.f('uq_submission_key_public_id')),
    )
    op.create_index(op.f('ix_submission_key_document_id'), 'submission_key', ['document_id'])
