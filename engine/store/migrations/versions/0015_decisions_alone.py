"""Decisions evaluated by themselves are kept too: they belong to no instance, but to the unit of whoever asked.

Why each constraint is there stands beside it in `engine.store.models`.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

CHANGE = """
ALTER TABLE decision_instances
    ALTER COLUMN instance_key DROP NOT NULL,
    ALTER COLUMN root_key DROP NOT NULL,
    ALTER COLUMN element DROP NOT NULL,
    ALTER COLUMN element_key DROP NOT NULL,
    ALTER COLUMN definition_key DROP NOT NULL,
    ALTER COLUMN process_id DROP NOT NULL,
    ADD COLUMN unit text,
    ADD CONSTRAINT decision_instances_alone CHECK
        (num_nulls(instance_key, root_key, element, element_key, definition_key, process_id) IN (0, 6)
         AND (instance_key IS NULL OR unit IS NULL));
"""


def upgrade() -> None:
    """Let them be without an instance."""
    op.get_bind().exec_driver_sql(CHANGE)
