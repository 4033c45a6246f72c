"""Word of changed tasks is sent after the commit: the triggers that sent it within made commits wait for each other."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

DROP = """
DROP TRIGGER tasks_opened ON tasks;
DROP TRIGGER tasks_changed ON tasks;
DROP FUNCTION tell_of_tasks();
DROP FUNCTION tell_of_updated_tasks();
"""


def upgrade() -> None:
    """Drop the triggers."""
    op.get_bind().exec_driver_sql(DROP)
