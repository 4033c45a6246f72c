"""python -m engine …: the database, deploying and checking files, cases, workers, people and the clock."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from engine import clock, logs, store
from engine.core.timers import parse_duration
from engine.definitions import Resource, deploy
from engine.definitions.resources import TRANSLATION, DeployRefused, Reader
from engine.diagrams import lint as lint_diagram
from engine.directory.acting import Actor, acting
from engine.directory.people import add_person
from engine.directory.tokens import add_token
from engine.dmn import tck
from engine.errors import Finding, Invalid, NotFound, TrunklineError
from engine.instances import start
from engine.sandbox.play import play, read_object
from engine.sandbox.scenarios.rehearsal import Rehearsal
from engine.settings import Settings, load
from engine.store import case_clock
from engine.texts import terminal_language, words
from engine.work.ports import PortsError
from engine.work.topics import load_topics
from engine.work.worker import run_worker

FILES = ("*.bpmn", "*.dmn", "*.form", "*.en.yaml")
OPERATOR = Actor("system:command_line", "command")
Command = Callable[[argparse.Namespace, Settings], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 1 where it found something wrong, 2 where it was refused."""
    asked = parser().parse_args(arguments)
    command: Command = asked.run
    try:
        settings = load()
        logs.configure(settings.log_level)
        with logs.request(), acting(OPERATOR):
            return command(asked, settings)
    except TrunklineError as error:
        say(words(error, terminal_language()), sys.stderr)
        tell(error.findings)
    except (PortsError, OSError) as error:
        say(str(error), sys.stderr)
    return 2


def parser() -> argparse.ArgumentParser:
    """The commands and their arguments."""
    top = argparse.ArgumentParser(prog="python -m engine", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="command")

    def add(name: str, run: Command, told: str, under: Any = commands) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = under.add_parser(name, help=told, description=told)
        made.set_defaults(run=run)
        return made

    def group(name: str, told: str) -> Any:
        return commands.add_parser(name, help=told).add_subparsers(required=True, metavar="command")

    add("upgrade", db_upgrade, "migrate the database to this version", group("db", "the database"))
    for name, run, told in (
        ("deploy", deploy_files, "deploy BPMN, DMN and form files with their translations, all or none"),
        ("lint", lint_files, "check files without deploying them"),
    ):
        add(name, run, told).add_argument("files", nargs="+", type=Path, help="files, or folders of them")
    begin = add("start", start_case, "start a case")
    begin.add_argument("process", help="process id")
    begin.add_argument("--variables", default="{}", help="JSON object")
    begin.add_argument("--business-id")
    _play(add)
    add("worker", work, "run handlers, timers and commands until stopped")
    add("tck", run_tck, "run the test cases of the DMN TCK below a folder").add_argument("folder", type=Path)
    _people(add, group)
    moved = add("clock", set_clock, "show or move the case clock")
    moved.add_argument("--to", help="an ISO date and time, from which it goes on")
    moved.add_argument("--by", help="an ISO duration forward, such as PT2H")
    moved.add_argument("--pin", help="an ISO date and time at which it stands")
    moved.add_argument("--reset", action="store_true", help="back to real time")
    return top


def _play(add: Callable[..., argparse.ArgumentParser]) -> None:
    playing = add("play", play_files, "play diagrams in memory: by hand with a clock one sets, or by scenarios")
    playing.add_argument(
        "files", nargs="+", type=Path, help="diagrams, tables, forms and scenarios, or folders of them"
    )
    playing.add_argument("--variables", default="{}", help="JSON object, for the first process played by hand")
    playing.add_argument("--by-hand", action="store_true", help="even where there are scenarios")
    deployed = "files or folders deployed too: what is called, tables that are used"
    playing.add_argument("--with", dest="known", action="append", default=[], type=Path, help=deployed)
    playing.add_argument("--coverage", type=Path, metavar="FOLDER", help="draw into it what no scenario takes")


def _people(add: Callable[..., argparse.ArgumentParser], group: Callable[[str, str], Any]) -> None:
    user = add("add", add_user, "add a person who can log in", group("user", "people"))
    user.add_argument("id")
    user.add_argument("--name", help="as colleagues write it")
    user.add_argument("--unit", required=True)
    user.add_argument("--group", action="append", default=[], help="unit.role.post, as often as needed")
    user.add_argument("--role", action="append", default=[], choices=["analyst", "operator"])
    user.add_argument("--admin", action="store_true")
    user.add_argument("--mail")
    user.add_argument("--password-file", type=Path, help="else it is asked for")
    token = add("add", add_api_token, "make an API token; it is shown once", group("token", "API tokens"))
    token.add_argument("name")
    token.add_argument("--unit", required=True)
    token.add_argument("--role", action="append", default=[], choices=["analyst", "operator", "admin"])
    token.add_argument("--group", action="append", default=[])
    token.add_argument("--days", type=int, default=365)


# Commands


def db_upgrade(asked: argparse.Namespace, settings: Settings) -> int:
    with store.database(settings) as url:
        store.upgrade(url)
    return 0


def deploy_files(asked: argparse.Namespace, settings: Settings) -> int:
    with connected(settings), store.transaction() as session:
        deployment = deploy(session, read_files(asked.files))
    for one in deployment.definitions:
        say(f"{one.kind} {one.id} version {one.version}{'' if one.new else ' (unchanged)'}")
    tell(deployment.findings)
    return 0


def lint_files(asked: argparse.Namespace, settings: Settings) -> int:
    findings = found_in(read_files(asked.files), settings)
    tell(findings)
    return 1 if any(finding.severity == "error" for finding in findings) else 0


def start_case(asked: argparse.Namespace, settings: Settings) -> int:
    variables = read_object(asked.variables)
    with connected(settings), store.transaction() as session:
        instance = start(session, process_id=asked.process, variables=variables, business_id=asked.business_id)
    say(f"{instance.key} {instance.case_no or ''}".strip())
    return 0


def play_files(asked: argparse.Namespace, settings: Settings) -> int:
    files = playable(asked.files)
    known = playable(asked.known) if asked.known else []
    scenarios = [] if asked.by_hand else [(str(path), path.read_bytes()) for path in scenarios_in(asked.files)]
    if not scenarios and asked.coverage is None:
        return play([*known, *files], read_object(asked.variables), sys.stdin, sys.stdout)
    if not scenarios:
        raise NotFound("scenarios_none", paths=", ".join(map(str, asked.files)))
    rehearsal = Rehearsal(files, scenarios, known, sys.stdout)
    holds = rehearsal.play()
    if asked.coverage is not None:
        rehearsal.cover(asked.coverage)
    return 0 if holds else 1


def work(asked: argparse.Namespace, settings: Settings) -> int:
    with store.database(settings) as url:
        store.require_current(url)
        store.configure(url)
        run_worker(settings)
        store.dispose()
    sys.stdout.flush()
    # Threads of runs that were given up are not waited for: another worker has their jobs.
    os._exit(0)


def run_tck(asked: argparse.Namespace, settings: Settings) -> int:
    return tck.run(asked.folder, sys.stdout)


def add_user(asked: argparse.Namespace, settings: Settings) -> int:
    # Not as an argument: whoever lists the machine's processes would read it.
    password = asked.password_file.read_text().strip() if asked.password_file else getpass.getpass()
    roles = [*asked.role, *(["admin"] if asked.admin else [])]
    with connected(settings), store.transaction() as session:
        name = asked.name or asked.id
        add_person(
            session, asked.id, name, asked.unit, password=password, roles=roles, groups=asked.group, mail=asked.mail
        )
    return 0


def add_api_token(asked: argparse.Namespace, settings: Settings) -> int:
    with connected(settings), store.transaction() as session:
        lifetime = timedelta(days=asked.days)
        given = {"roles": asked.role, "groups": asked.group, "lifetime": lifetime, "created_by": OPERATOR.id}
        text = add_token(session, asked.name, asked.unit, **given)
    say(text)
    return 0


def set_clock(asked: argparse.Namespace, settings: Settings) -> int:
    with connected(settings):
        with store.transaction() as session:
            if asked.reset:
                case_clock.reset(session)
            if asked.pin:
                case_clock.pin(session, read_moment(asked.pin, settings))
            if asked.to:
                case_clock.move_to(session, read_moment(asked.to, settings))
            if asked.by:
                case_clock.move_by(session, parse_duration(asked.by).as_timedelta())
        # Case time stays what it is within a transaction, so only another one tells where it has gone.
        with store.transaction() as session:
            say(clock.now().astimezone(settings.timezone).isoformat(timespec="seconds"))
    return 0


# What they share


@contextmanager
def connected(settings: Settings) -> Iterator[None]:
    """The store, on the database the settings name. Raises Conflict if that is not migrated."""
    with store.database(settings) as url:
        store.require_current(url)
        store.configure(url, connections=4)
        yield
        store.dispose()


def read_files(paths: Sequence[Path]) -> list[Resource]:
    """The files named that can be deployed, and those below the folders named. Raises NotFound if there are none."""
    files = [f for p in paths for f in (sorted({f for k in FILES for f in p.rglob(k)}) if p.is_dir() else [p])]
    found = [Resource(file.name, file.read_bytes()) for file in files if not is_scenario(file)]
    if not found:
        raise NotFound("files_none", paths=", ".join(map(str, paths)))
    return found


def playable(paths: Sequence[Path]) -> list[tuple[str, bytes]]:
    """The same without translations, which play no part."""
    return [(file.name, file.content) for file in read_files(paths) if not file.is_translation]


def scenarios_in(paths: Sequence[Path]) -> list[Path]:
    """The scenarios named, and those in folders `scenarios` below the folders named."""
    folders = [sorted(p.rglob("scenarios/*.yaml")) if p.is_dir() else [p] for p in paths]
    return [file for files in folders for file in files if is_scenario(file)]


def is_scenario(file: Path) -> bool:
    return file.suffix == ".yaml" and not file.name.endswith(TRANSLATION)


def found_in(files: Sequence[Resource], settings: Settings) -> list[Finding]:
    """Everything that deploying the files would say, and jobs nobody here has a handler for."""
    reader = Reader()
    try:
        reader.read(files)
    except DeployRefused as refused:
        return list(refused.findings)
    topics = load_topics(settings.handlers)
    diagrams = [file for file in files if file.name.endswith(".bpmn")]
    found = [finding for file in diagrams for finding in lint_diagram(file.content, file.name, topics)]
    # Reading a diagram finds most of what lint does.
    return [finding for finding in reader.findings if finding not in found] + found


def read_moment(text: str, settings: Settings) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid("moment_malformed", text=text) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=settings.timezone)


def tell(findings: Sequence[Finding]) -> None:
    """One finding a line, as compilers do: file, line, severity, sentence, element."""
    for finding in findings:
        place = f"{finding.file}:{finding.line}" if finding.line else finding.file
        element = f" [{finding.element}]" if finding.element else ""
        say(f"{place}: {finding.severity}: {words(finding, terminal_language())}{element}", sys.stderr)


def say(line: str, stream: Any = None) -> None:
    (stream or sys.stdout).write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
