"""Processes, decisions and forms, version by version."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base


class Definition(Base):
    """One version. `content` is the whole file; `drg_key` groups the decisions of one DMN file, `namespace`
    is its model's.

    `texts` are the English texts: element id, or path in a form, → text. `digest` tells whether a file, its
    translation and what is deployed with it are what the latest version has.
    """

    __tablename__ = "definitions"
    __table_args__ = (
        CheckConstraint("kind IN ('process', 'decision', 'form')", name="definitions_kind"),
        CheckConstraint("version > 0", name="definitions_version"),
        # The decisions of one file are deployed as one; nothing else is grouped.
        CheckConstraint("(kind = 'decision') = (drg_key IS NOT NULL)", name="definitions_drg"),
        # Two deployments at the same time never make the same version.
        UniqueConstraint("kind", "id", "version", name="definitions_version_once"),
        Index("definitions_deployment", "deployment_key"),
        # Imports between DMN files go by namespace.
        Index("definitions_namespace", "namespace", "deployment_key", postgresql_where="namespace IS NOT NULL"),
        Index("definitions_drg_key", "drg_key", postgresql_where="drg_key IS NOT NULL"),
        # Binding `versionTag` takes the newest version with the tag.
        Index("definitions_tag", "kind", "id", "version_tag", postgresql_where="version_tag IS NOT NULL"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    id: Mapped[str]
    version: Mapped[int] = mapped_column(Integer)
    version_tag: Mapped[str | None]
    name: Mapped[str]
    resource: Mapped[str]
    deployment_key: Mapped[int] = mapped_column(ForeignKey("deployments.key"))
    drg_key: Mapped[int | None]
    namespace: Mapped[str | None]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    texts: Mapped[dict[str, Any]]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
