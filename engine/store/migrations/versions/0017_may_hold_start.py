"""An instance knows whether a message start may be its, whatever version it is brought to.

A pair held by an instance that ended in a version without message starts was never freed, and let no other one in.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

CHANGE = """
ALTER TABLE instances ADD COLUMN may_hold_start boolean NOT NULL DEFAULT false;
DELETE FROM message_starts m USING instances i WHERE i.key = m.instance_key AND i.state <> 'active';
UPDATE instances SET may_hold_start = true WHERE key IN (SELECT instance_key FROM message_starts);
"""


def upgrade() -> None:
    """Add the column, mark the instances that hold a pair, and free what nobody holds any more."""
    op.get_bind().exec_driver_sql(CHANGE)
