"""The directory's tables: units, people, memberships, substitutes, the duty roster and API tokens.

Why each constraint and index is there stands beside it in `engine.store.models`.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE units (
    id text NOT NULL,
    parent text,
    level text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    pinyin text NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT units_level CHECK
        (level IN ('hq', 'prov', 'city', 'branch') AND (level = 'hq') = (parent IS NULL)),
    CONSTRAINT units_id CHECK (id ~ '^[A-Z][A-Z0-9-]*$'),
    FOREIGN KEY(parent) REFERENCES units (id)
);
CREATE INDEX ix_units_parent ON units (parent);
CREATE TABLE people (
    id text NOT NULL,
    name text NOT NULL,
    pinyin text NOT NULL,
    unit text NOT NULL,
    mail text,
    phone text,
    language text NOT NULL,
    roles text[] NOT NULL,
    password_hash text,
    active boolean NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT people_language CHECK (language IN ('zh', 'en')),
    CONSTRAINT people_password CHECK (password_hash <> ''),
    CONSTRAINT people_roles CHECK (roles <@ ARRAY['admin', 'analyst', 'operator', 'worker']),
    FOREIGN KEY(unit) REFERENCES units (id)
);
CREATE INDEX people_by_name ON people (pinyin);
CREATE INDEX ix_people_unit ON people (unit);
CREATE TABLE memberships (
    number bigserial NOT NULL,
    person text NOT NULL,
    unit text NOT NULL,
    role text NOT NULL,
    post text NOT NULL,
    specialty text,
    valid_from timestamptz,
    valid_until timestamptz,
    PRIMARY KEY (number),
    CONSTRAINT memberships_validity CHECK
        (valid_until IS NULL OR valid_from IS NULL OR valid_from < valid_until),
    FOREIGN KEY(person) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(unit) REFERENCES units (id)
);
CREATE INDEX memberships_by_group ON memberships (unit, role, post);
CREATE INDEX memberships_by_person ON memberships (person);
CREATE TABLE substitutes (
    number bigserial NOT NULL,
    person text NOT NULL,
    substitute text NOT NULL,
    valid_from timestamptz,
    valid_until timestamptz,
    PRIMARY KEY (number),
    CONSTRAINT substitutes_validity CHECK
        (valid_until IS NULL OR valid_from IS NULL OR valid_from < valid_until),
    CONSTRAINT substitutes_other CHECK (person <> substitute),
    FOREIGN KEY(person) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(substitute) REFERENCES people (id) ON DELETE CASCADE
);
CREATE INDEX substitutes_by_substitute ON substitutes (substitute);
CREATE TABLE shifts (
    number bigserial NOT NULL,
    unit text NOT NULL,
    role text NOT NULL,
    post text NOT NULL,
    person text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (number),
    CONSTRAINT shifts_order CHECK (starts_at < ends_at),
    FOREIGN KEY(unit) REFERENCES units (id),
    FOREIGN KEY(person) REFERENCES people (id) ON DELETE CASCADE
);
CREATE INDEX shifts_by_group ON shifts (unit, role, post, starts_at);
CREATE TABLE api_tokens (
    id text NOT NULL,
    name text NOT NULL,
    secret_hash bytea NOT NULL,
    unit text NOT NULL,
    roles text[] NOT NULL,
    groups text[] NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (id),
    CONSTRAINT api_tokens_roles CHECK (roles <@ ARRAY['admin', 'analyst', 'operator', 'worker']),
    CONSTRAINT api_tokens_hash CHECK (length(secret_hash) = 32),
    FOREIGN KEY(unit) REFERENCES units (id)
);
"""


def upgrade() -> None:
    """Make the tables."""
    op.get_bind().exec_driver_sql(TABLES)
