"""Play mode on a terminal: a case in memory, completed step by step by whoever plays, with time moved by hand."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from engine.errors import Finding, Invalid, NotFound, TrunklineError
from engine.texts import terminal_language, words

from .box import Sandbox
from .case import Case, Item

HELP = """<number> [JSON]   complete what waits under this number, with these variables
next              let time pass until the next thing falls due
vars              show the variables
quit              end
"""


def play(files: Sequence[tuple[str, bytes]], variables: Mapping[str, Any], read: Iterable[str], out: TextIO) -> int:
    """Play the first process of the files; commands come as lines of `read` (see HELP). 1 if nothing can be started."""
    box = Sandbox()
    box.deploy_files(files)
    if not box.specs:
        return 1
    case = box.start(next(iter(box.specs)), variables)
    out.write(HELP)
    _show(box, out)
    for line in read:
        word, _, rest = line.strip().partition(" ")
        if word == "quit":
            break
        try:
            _do(box, case, word, rest, out)
        # A slip of the hand, such as a number that is not there or JSON that is none, does not end the play.
        except TrunklineError as error:
            out.write(f"{words(error, terminal_language())}\n")
        _show(box, out)
    return 0


def read_object(text: str) -> dict[str, Any]:
    """Variables as they are written on a terminal. Raises Invalid for what is no JSON object."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Invalid("json_malformed", reason=str(error)) from error
    if not isinstance(value, dict):
        raise Invalid("variables_not_an_object")
    return value


def _do(box: Sandbox, case: Case, word: str, rest: str, out: TextIO) -> None:
    if word == "next":
        due = box.next_due()
        if due is not None:
            box.advance(to=due)
    elif word == "vars":
        out.write(json.dumps(case.variables, ensure_ascii=False, default=str, indent=2) + "\n")
    elif word:
        # Only as it is shown: to a list, 0 and -1 are its last.
        item = _numbered(box).get(word)
        if item is None:
            raise NotFound("play_number_unknown", word=word)
        item.complete(read_object(rest) if rest else {})


def _numbered(box: Sandbox) -> dict[str, Item]:
    """What waits, by the number it is shown with."""
    waiting = (item for case in box.cases for item in case.waiting)
    return {str(number): item for number, item in enumerate(waiting, start=1)}


def _show(box: Sandbox, out: TextIO) -> None:
    language = terminal_language()
    out.write(f"\n{box.now.astimezone(box.zone):%Y-%m-%d %H:%M}\n")
    for case in box.cases:
        out.write(f"{case.process_id} {case.case_no or ''} {case.state}: {' → '.join(case.path)}\n")
        for stopped in case.incidents:
            finding = Finding(stopped.record.code, stopped.record.parameters)
            out.write(f"  ! {stopped.element}: {words(finding, language)}\n")
        for doubt in case.doubts:
            for warning in doubt.warnings:
                said = words(Finding(**warning.told()), language)
                place = f"{warning.line}:{warning.column}"
                out.write(f"  ? {doubt.element}: {said} ({doubt.expression} {place})\n")
        case.doubts.clear()
    for number, item in _numbered(box).items():
        out.write(f"  {number}  {item!r}\n")
