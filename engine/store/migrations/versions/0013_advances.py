"""What an advance's statement needs: a refusal of its own, and no lock on the definition for every case."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

REFUSE = """
CREATE FUNCTION refuse_rows(names text[], written bigint[]) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'TL001',
        MESSAGE = 'the records of an instance are not what its snapshot says',
        DETAIL = (SELECT string_agg(name || ': ' || count, ', ') FROM unnest(names, written) t(name, count));
END $$;
"""

# The foreign key locked the definition's row for each case that began: a write of its own, and one row that all
# starts of a process met at. Definitions are never deleted.
UNLOCK = "ALTER TABLE instances DROP CONSTRAINT instances_definition_key_fkey"


def upgrade() -> None:
    """Make the function, drop the key."""
    op.get_bind().exec_driver_sql(REFUSE)
    op.get_bind().exec_driver_sql(UNLOCK)
