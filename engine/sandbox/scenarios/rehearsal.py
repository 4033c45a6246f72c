"""Playing the scenarios of some processes on a terminal: paths, what does not hold, what no scenario takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from engine.diagrams.picture import picture
from engine.errors import Finding, Invalid
from engine.sandbox.box import Sandbox
from engine.texts import terminal_language, words

from .coverage import Coverage, coverage
from .in_memory import InMemory
from .playing import play
from .reading import BEGINNING, moment, read
from .stage import Story

File = tuple[str, bytes]


@dataclass
class Rehearsal:
    """The scenarios of some files. `known` is deployed beside them: what they call, and tables they use."""

    files: Sequence[File]
    scenarios: Sequence[File]
    known: Sequence[File]
    out: TextIO
    stories: list[Story] = field(default_factory=list)

    def play(self) -> bool:
        """Play every scenario; says whether all hold. Raises Invalid for files that cannot be deployed."""
        box = Sandbox()
        named = {name for name, _ in self.files}
        box.deploy_files([*self.files, *(file for file in self.known if file[0] not in named)])
        held = [self._play(box, name, data) for name, data in self.scenarios]
        return all(held)

    def cover(self, folder: Path) -> None:
        """Say what no scenario takes, and draw each diagram into the folder with that in red."""
        box = Sandbox()
        box.deploy_files([*self.known, *self.files])
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in self.files:
            specs = [versions[-1] for versions in box.specs.values() if versions[-1].file == name]
            found = coverage(specs, self.stories)
            for one in found:
                self._tell_coverage(one)
            if found:
                self._draw(folder / f"{Path(name).stem}.svg", name, data, found)

    def _play(self, deployed: Sandbox, name: str, data: bytes) -> bool:
        refused: Invalid | None = None
        stage = None
        try:
            scenario = read(data, name)
            stage = InMemory(deployed.copy(moment(scenario.get("now", BEGINNING))))
            play(scenario, stage)
        except Invalid as error:
            refused = error
        self._say("scenario_fails" if refused else "scenario_holds", file=name)
        # Of one that does not hold, too: how far it came is what one has to know then.
        for story in stage.stories() if stage else ():
            self.stories.append(story)
            self._say("scenario_case", 1, **_shown(story))
        if refused is not None:
            self._tell(Finding(refused.code, refused.parameters))
            for finding in refused.findings:
                self._tell(finding)
        return refused is None

    def _tell_coverage(self, found: Coverage) -> None:
        counts = {
            "elements": found.elements - len(found.missing_elements),
            "all_elements": found.elements,
            "flows": found.flows - len(found.missing_flows),
            "all_flows": found.flows,
        }
        self._say("scenario_coverage", process=found.process, **counts)
        for missing in (*found.missing_elements, *found.missing_flows):
            self._say("scenario_never_taken", 1, id=missing)

    def _draw(self, path: Path, name: str, data: bytes, found: Sequence[Coverage]) -> None:
        title = words(Finding("scenario_picture", {"file": name}), terminal_language())
        drawing = picture(data, name, {one for cover in found for one in cover.missing}, title)
        if drawing is None:
            self._say("scenario_without_layout", file=name)
            return
        path.write_text(drawing, encoding="utf-8")
        self._say("scenario_drawn", 1, file=str(path))

    def _say(self, code: str, indent: int = 0, **parameters: Any) -> None:
        self.out.write("  " * indent + words(Finding(code, parameters), terminal_language()) + "\n")

    def _tell(self, finding: Finding) -> None:
        self.out.write(f"  ! {words(finding, terminal_language())}\n")


def _shown(story: Story) -> Mapping[str, str]:
    path = " → ".join(story.path) or "–"
    return {"process": story.process, "case_no": story.case_no or "", "state": story.state, "path": path}
