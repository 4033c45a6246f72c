"""Whether a file is what the latest version has: its bytes, its translation, its forms and the models it imports."""

import hashlib
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from engine.store import json, raw_connection

from .resources import Prepared

_LATEST_FORMS = """
    SELECT DISTINCT ON (id) id, digest FROM definitions WHERE kind = 'form' AND id = ANY(%s) ORDER BY id, version DESC
"""
# Whichever of a file's decisions is found: they have the same digest.
_LATEST_MODELS = """
    SELECT DISTINCT ON (namespace) namespace, digest FROM definitions WHERE namespace = ANY(%s)
    ORDER BY namespace, deployment_key DESC
"""


def digests(session: Session, prepared: Sequence[Prepared]) -> dict[tuple[str, str], bytes]:
    """(kind, id) → digest, for all that is deployed together.

    A form or model that does not come along counts as the one deployed last.
    """
    own = {(one.kind, one.id): _own(one) for one in prepared}
    forms = _deployed(session, _LATEST_FORMS, {form for one in prepared for form in one.uses})
    forms |= {one.id: own[one.kind, one.id] for one in prepared if one.kind == "form"}
    namespaces = {one.model.namespace: own[one.kind, one.id] for one in prepared if one.model is not None}
    imports = {part.namespace for one in prepared if one.model is not None for part in one.model.imports}
    models = _deployed(session, _LATEST_MODELS, imports) | namespaces
    return {(one.kind, one.id): _whole(one, own[one.kind, one.id], forms, models) for one in prepared}


def _own(one: Prepared) -> bytes:
    # Sorted: where a line of a translation stands means nothing.
    return _digest(one.resource.content, json.dumps(dict(sorted(one.texts.items()))).encode())


def _whole(one: Prepared, own: bytes, forms: Mapping[str, bytes], models: Mapping[str, bytes]) -> bytes:
    with_it = [forms.get(form, b"") for form in sorted(one.uses)]
    if one.model is not None:
        with_it += [models.get(namespace, b"") for namespace in sorted(part.namespace for part in one.model.imports)]
    return _digest(own, *with_it) if with_it else own


def _deployed(session: Session, statement: str, names: set[str]) -> dict[str, bytes]:
    if not names:
        return {}
    rows = raw_connection(session).execute(statement, [sorted(names)])
    return {name: bytes(digest) for name, digest in rows}


def _digest(*parts: bytes) -> bytes:
    """Each part with its length, so that nothing can move from one part to the next unseen."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        state.update(len(part).to_bytes(8, "big"))
        state.update(part)
    return state.digest()
