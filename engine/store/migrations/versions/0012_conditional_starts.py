"""Start events that a condition opens, beside those of messages, signals and timers.

Why each constraint is there stands beside it in `engine.store.models`.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

CONSTRAINT = """
ALTER TABLE start_events DROP CONSTRAINT start_events_kind,
    ADD CONSTRAINT start_events_kind CHECK
        (CASE kind WHEN 'timer' THEN due_at IS NOT NULL WHEN 'message' THEN name IS NOT NULL
         WHEN 'signal' THEN name IS NOT NULL WHEN 'condition' THEN name IS NOT NULL ELSE false END);
"""


def upgrade() -> None:
    """Allow them."""
    op.get_bind().exec_driver_sql(CONSTRAINT)
