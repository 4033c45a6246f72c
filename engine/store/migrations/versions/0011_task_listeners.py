"""User tasks whose listeners are being asked, and why they denied a change.

Why each constraint is there stands beside it in `engine.store.models`.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

COLUMNS = """
ALTER TABLE tasks ADD COLUMN transition text, ADD COLUMN denied_reason text,
    ADD CONSTRAINT tasks_transition CHECK
        (transition IS NULL OR (state = 'created' AND transition IN ('assigning', 'updating', 'completing')));
"""


def upgrade() -> None:
    """Add the columns."""
    op.get_bind().exec_driver_sql(COLUMNS)
