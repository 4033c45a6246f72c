"""What Vite has built: scripts and styles by page, told by its manifest, served for ever under their hashed names."""

import json
from collections.abc import Mapping
from functools import cache
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request, send_from_directory, url_for
from markupsafe import Markup
from werkzeug.security import safe_join

from web.asking import public

FOLDER = Path(__file__).parents[1] / "frontend" / "dist"
FOR_EVER = 365 * 24 * 3600
# As web/frontend/vite.config.ts writes them, the smaller first.
CODINGS = {"br": ".br", "gzip": ".gz"}

pages = Blueprint("assets", __name__)


@pages.get("/assets/<path:name>")
@public
def asset(name: str) -> Response:
    """A built file. Names with a hash in them never change; the few without are asked for with a version."""
    response = _smallest(name)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = f"public, max-age={FOR_EVER}, immutable"
    return response


def _smallest(name: str) -> Response:
    """The file as it was compressed when it was built, if the browser takes that."""
    known: dict[str, Any] = {"mimetype": guess_type(name)[0], "download_name": Path(name).name, "max_age": FOR_EVER}
    for coding, ending in CODINGS.items():
        path = safe_join(str(FOLDER), name + ending) if request.accept_encodings[coding] else None
        if path is not None and Path(path).is_file():
            response = send_from_directory(FOLDER, name + ending, **known)
            response.headers["Content-Encoding"] = coding
            return response
    return send_from_directory(FOLDER, name, max_age=FOR_EVER)


@pages.get("/favicon.ico")
@public
def favicon() -> Response:
    """Browsers ask for this name whatever a page says."""
    return send_from_directory(FOLDER, "logo.svg", max_age=FOR_EVER)


def entry(name: str) -> Markup:
    """The elements of `<head>` that load an entry: its styles, its script, and the scripts that one needs."""
    manifest = _manifest()
    chunk = manifest[f"src/{name}.ts"]
    styles, scripts = _needed(manifest, chunk)
    lines = [Markup('<link rel="stylesheet" href="{}">').format(_address(file)) for file in styles]
    # Else a browser learns of each script only when it has read the one that needs it.
    lines += [Markup('<link rel="modulepreload" href="{}">').format(_address(file)) for file in scripts]
    lines.append(Markup('<script type="module" src="{}"></script>').format(_address(chunk["file"])))
    return Markup("\n").join(lines)


def plain(name: str) -> str:
    """The address of a file without a hash in its name."""
    changed = int((FOLDER / name).stat().st_mtime)
    return f"{_address(name)}?{changed}"


def _needed(manifest: Mapping[str, Any], chunk: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    styles, scripts = [*chunk.get("css", ())], []
    for name in chunk.get("imports", ()):
        inner_styles, inner_scripts = _needed(manifest, manifest[name])
        styles = [*inner_styles, *styles]
        scripts += [manifest[name]["file"], *inner_scripts]
    return list(dict.fromkeys(styles)), list(dict.fromkeys(scripts))


def _address(file: str) -> str:
    return url_for("assets.asset", name=file)


@cache
def _read(changed: int) -> Mapping[str, Any]:
    manifest: Mapping[str, Any] = json.loads((FOLDER / ".vite" / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def _manifest() -> Mapping[str, Any]:
    """The manifest; read anew once the front end has been built anew."""
    return _read((FOLDER / ".vite" / "manifest.json").stat().st_mtime_ns)
