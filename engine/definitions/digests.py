"""Whether a file is what the latest version has: its bytes, its translation, its forms and the models it builds on."""

import hashlib
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from engine.store import json, raw_connection

from .resources import Prepared

_LATEST_FORMS = """
    SELECT DISTINCT ON (id) id, digest FROM definitions WHERE kind = 'form' AND id = ANY(%s) ORDER BY id, version DESC
"""
# Whichever of a file's decisions is found: they have the same file and texts.
_LATEST_MODELS = """
    SELECT DISTINCT ON (namespace) namespace, content, texts FROM definitions WHERE namespace = ANY(%s)
    ORDER BY namespace, deployment_key DESC
"""


def digests(session: Session, prepared: Sequence[Prepared]) -> dict[tuple[str, str], bytes]:
    """(kind, id) → digest, for all that is deployed together.

    A form or model that does not come along counts as the one deployed last.
    """
    own = {(one.kind, one.id): _own(one.resource.content, one.texts) for one in prepared}
    forms = _deployed_forms(session, {form for one in prepared for form in one.uses})
    forms |= {one.id: own[one.kind, one.id] for one in prepared if one.kind == "form"}
    models = _deployed_models(session, {namespace for one in prepared for namespace in one.builds_on})
    models |= {one.model.namespace: own[one.kind, one.id] for one in prepared if one.model is not None}
    return {(one.kind, one.id): _whole(one, own[one.kind, one.id], forms, models) for one in prepared}


def _own(content: bytes, texts: Mapping[str, str]) -> bytes:
    # Sorted: where a line of a translation stands means nothing.
    return _digest(content, json.dumps(dict(sorted(texts.items()))).encode())


def _whole(one: Prepared, own: bytes, forms: Mapping[str, bytes], models: Mapping[str, bytes]) -> bytes:
    with_it = [forms.get(form, b"") for form in sorted(one.uses)]
    # What each of them is by itself, for all of them are here: what is kept with a deployed one speaks of then.
    with_it += [models[namespace] for namespace in sorted(one.builds_on)]
    return _digest(own, *with_it) if with_it else own


def _deployed_forms(session: Session, ids: set[str]) -> dict[str, bytes]:
    rows = raw_connection(session).execute(_LATEST_FORMS, [sorted(ids)]) if ids else ()
    return {id: bytes(digest) for id, digest in rows}  # noqa: A001


def _deployed_models(session: Session, namespaces: set[str]) -> dict[str, bytes]:
    rows = raw_connection(session).execute(_LATEST_MODELS, [sorted(namespaces)]) if namespaces else ()
    return {namespace: _own(bytes(content), texts) for namespace, content, texts in rows}


def _digest(*parts: bytes) -> bytes:
    """Each part with its length, so that nothing can move from one part to the next unseen."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        state.update(len(part).to_bytes(8, "big"))
        state.update(part)
    return state.digest()
