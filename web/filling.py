"""What a new installation begins with: the schema, the demo's organisation, and the processes of the repository."""

import sys
from pathlib import Path

import yaml

import engine

PROCESSES = Path(__file__).parents[1] / "processes"
FILES = ("*.bpmn", "*.dmn", "*.form", "*.en.yaml")
# Decisions that several processes share lie in a folder of their own.
SHARED = "decisions"


def fill(settings: engine.Settings, url: str) -> None:
    """Migrate the database, and add what is not there yet; what somebody has changed since stays."""
    engine.upgrade(url)
    engine.configure(url, connections=2)
    try:
        if settings.demo:
            _load_demo_organisation()
        _deploy_processes()
    finally:
        engine.dispose()


def demo_accounts() -> list[str]:
    """One line a person of the demo: the name to log in with, the person's name and groups."""
    people = yaml.safe_load(engine.DEMO_ORGANISATION.read_text(encoding="utf-8"))["people"]
    named = [person for person in people if person.get("password")]
    width = max(len(person["id"]) for person in named)
    return [f"  {person['id']:<{width}}  {person['name']}  {' '.join(_rights(person))}" for person in named]


def _rights(person: dict[str, list[str]]) -> list[str]:
    return [*person.get("roles", ()), *person.get("groups", ())]


def _load_demo_organisation() -> None:
    with engine.transaction() as session:
        # Whoever has people of their own shall not get the demo's, whose passwords are public.
        if not engine.has_people(session):
            text = engine.DEMO_ORGANISATION.read_text(encoding="utf-8")
            engine.load_organisation(session, text, engine.DEMO_ORGANISATION.name)


def _deploy_processes() -> None:
    folders = [folder for folder in sorted(PROCESSES.glob("*")) if any(folder.glob("*.bpmn"))]
    missing = [folder for folder in folders if not _is_deployed(folder.name)]
    for folder in [PROCESSES / SHARED, *missing] if missing else []:
        files = sorted({file for kind in FILES for file in folder.glob(kind)})
        try:
            with engine.transaction() as session:
                engine.deploy(session, [engine.Resource(file.name, file.read_bytes()) for file in files], folder.name)
        except engine.Invalid as refused:
            # One process that is not right does not keep the others from being used.
            _tell(folder, refused)


def _is_deployed(process_id: str) -> bool:
    """A process lies in the folder of its id."""
    with engine.transaction() as session:
        try:
            engine.latest(session, "process", process_id)
        except engine.NotFound:
            return False
    return True


def _tell(folder: Path, refused: engine.Invalid) -> None:
    language = engine.terminal_language()
    sys.stderr.write(f"{folder.name}: {engine.words(refused, language)}\n")
    for finding in refused.findings:
        sys.stderr.write(f"  {finding.file}:{finding.line or ''} {engine.words(finding, language)} {finding.element}\n")
