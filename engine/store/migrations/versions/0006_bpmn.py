"""Room for the rest of BPMN: jobs of listeners, conditions that are waited for, start events with several definitions.

Why each constraint is there stands beside it in `engine.store.models`.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WIDER = """
ALTER TABLE jobs DROP CONSTRAINT jobs_kind;
ALTER TABLE jobs ADD CONSTRAINT jobs_kind
    CHECK (kind IN ('BPMN_ELEMENT', 'REMINDER', 'EXECUTION_LISTENER', 'TASK_LISTENER'));
ALTER TABLE subscriptions DROP CONSTRAINT subscriptions_kind;
ALTER TABLE subscriptions ADD CONSTRAINT subscriptions_kind CHECK (kind IN ('message', 'signal', 'condition'));
ALTER TABLE start_events ADD COLUMN part integer NOT NULL DEFAULT 0;
ALTER TABLE start_events DROP CONSTRAINT start_events_pkey;
ALTER TABLE start_events ADD PRIMARY KEY (definition_key, element, part);
"""


def upgrade() -> None:
    """Widen what rows may say."""
    op.get_bind().exec_driver_sql(WIDER)
