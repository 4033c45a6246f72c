"""Files that are deployed together, read and checked: what each defines, and every finding if one is wrong."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine import diagrams, dmn, yaml
from engine.core.expressions import Literal
from engine.core.spec import ProcessSpec
from engine.core.user_tasks import UserTask
from engine.dmn.drg import DrawnDecision
from engine.errors import Finding, Invalid, Severity
from engine.store import json

TRANSLATION = ".en.yaml"


@dataclass(frozen=True)
class Resource:
    """A file by its name (folders may be part of it) and bytes."""

    name: str
    content: bytes

    @property
    def stem(self) -> str:
        return self.name.removesuffix(TRANSLATION) if self.is_translation else self.name.rpartition(".")[0]

    @property
    def is_translation(self) -> bool:
        return self.name.endswith(TRANSLATION)


@dataclass(frozen=True)
class Prepared:
    """One definition of a file, ready to become a version.

    `uses` are the forms (by id) it shows, `builds_on` the models (by namespace) it imports and those they import.
    """

    kind: str
    id: str
    name: str
    resource: Resource
    texts: Mapping[str, str]
    version_tag: str | None = None
    spec: ProcessSpec | None = None
    model: dmn.Model | None = None
    uses: frozenset[str] = frozenset()
    builds_on: frozenset[str] = frozenset()


class DeployRefused(Invalid):
    """Nothing of the deployment was taken; `findings` say why, each with file, element and line."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        super().__init__("deployment_refused", findings=tuple(findings))


@dataclass
class Reader:
    """Reads the files of one deployment and collects what is to be said of them."""

    findings: list[Finding] = field(default_factory=list)
    doubts: list[tuple[tuple[Finding, ...], tuple[ProcessSpec, ...]]] = field(default_factory=list)

    def read(self, resources: Sequence[Resource]) -> list[Prepared]:
        """What the files define; DMN files with imports are linked later. Raises DeployRefused."""
        texts = self._translations([r for r in resources if r.is_translation])
        files = [r for r in resources if not r.is_translation]
        stems = {file.stem for file in files}
        for translation in resources:
            if translation.is_translation and translation.stem not in stems:
                self.error("translation_without_file", translation.name, stem=translation.stem)
        prepared = [one for file in files for one in self._file(file, texts.get(file.stem, {}))]
        self._refuse_twins(prepared)
        self.refuse()
        # After the refusal: what forms would settle can be told only where all of them could be read.
        self.findings += self._confirmed({one.id: one.resource for one in prepared if one.kind == "form"})
        return prepared

    def error(self, code: str, file: str, **parameters: Any) -> None:
        self.findings.append(Finding(code, parameters, "error", file))

    def refuse(self) -> None:
        """Raise DeployRefused if one finding is an error."""
        if any(finding.severity == "error" for finding in self.findings):
            raise DeployRefused(self.findings)

    def _file(self, file: Resource, texts: Mapping[str, str]) -> list[Prepared]:
        suffix = file.name.rpartition(".")[2].lower()
        if suffix == "bpmn":
            return self._processes(file, texts)
        if suffix == "dmn":
            return self._decisions(file, texts)
        if suffix == "form":
            return self._form(file, texts)
        self.error("file_kind_unknown", file.name)
        return []

    def _processes(self, file: Resource, texts: Mapping[str, str]) -> list[Prepared]:
        try:
            parsed = diagrams.parse(file.content, file.name)
        except diagrams.DiagramError as error:
            self.findings += error.findings
            return []
        self.findings += parsed.findings
        self.doubts.append((parsed.doubts, parsed.processes))
        return [
            Prepared(
                "process",
                spec.process_id,
                spec.description or spec.process_id,
                file,
                texts,
                spec.version_tag,
                spec=spec,
                uses=forms_of(spec),
            )
            for spec in parsed.processes
        ]

    def _confirmed(self, forms: Mapping[str, Resource]) -> list[Finding]:
        """The doubts that the forms of the deployment do not settle; a form that did not come along settles all."""
        fields = {key for form in forms.values() for key in fields_of(json.loads(form.content))}
        return [
            doubt
            for doubts, specs in self.doubts
            if all(forms_of(spec) <= forms.keys() and _asks_by_form(spec) for spec in specs)
            for doubt in doubts
            if doubt.parameters["name"] not in fields
        ]

    def _decisions(self, file: Resource, texts: Mapping[str, str]) -> list[Prepared]:
        try:
            model = dmn.parse(file.content, file.name)
        except dmn.DmnError as error:
            self.refuse_model(error, file.name)
            return []
        if not model.imports:
            self.doubt_model(model, file.name)
        drawn = [node for node in model.definitions.elements.values() if isinstance(node, DrawnDecision)]
        if not drawn:
            self.error("dmn_without_decision", file.name)
        return [
            Prepared("decision", node.id, node.name or node.id, file, texts, node.version_tag or None, model=model)
            for node in drawn
        ]

    def refuse_model(self, error: dmn.DmnError, file: str) -> None:
        """Keep what the DMN room found, under codes of its own."""
        for found in error.findings:
            self.findings.append(_told(found, "error", file))

    def doubt_model(self, model: dmn.Model, file: str) -> None:
        """Keep what the checks of tables say: gaps, overlaps, rules that never decide, types."""
        for found in dmn.check(model):
            self.findings.append(_told(found, "warning", file))

    def _form(self, file: Resource, texts: Mapping[str, str]) -> list[Prepared]:
        try:
            form = json.loads(file.content)
        except (ValueError, RecursionError) as error:
            self.error("form_not_json", file.name, reason=str(error))
            return []
        if not isinstance(form, dict) or not isinstance(form.get("id"), str) or not form["id"]:
            self.error("form_without_id", file.name)
            return []
        components = form.get("components", [])
        if not isinstance(components, list) or not all(_is_component(part) for part in components):
            self.error("form_without_components", file.name)
            return []
        tag = form.get("versionTag")
        return [Prepared("form", form["id"], form["id"], file, texts, tag if isinstance(tag, str) else None)]

    def _translations(self, files: Sequence[Resource]) -> dict[str, Mapping[str, str]]:
        return {file.stem: self._texts(file) for file in files}

    def _texts(self, file: Resource) -> Mapping[str, str]:
        try:
            texts = yaml.load(file.content)
        except yaml.NotYaml as error:
            self.error("translation_not_yaml", file.name, reason=str(error))
            return {}
        if texts is None:
            return {}
        if not isinstance(texts, dict) or not all(isinstance(x, str) for pair in texts.items() for x in pair):
            self.error("translation_not_flat", file.name)
            return {}
        return texts

    def _refuse_twins(self, prepared: Sequence[Prepared]) -> None:
        seen: dict[tuple[str, str], str] = {}
        for one in prepared:
            first = seen.setdefault((one.kind, one.id), one.resource.name)
            # Twice in one file is found where that file is read.
            if first != one.resource.name:
                self.error("id_in_two_files", one.resource.name, kind=one.kind, id=one.id, other=first)


def _told(found: dmn.Finding, severity: Severity, file: str) -> Finding:
    return Finding(**found.told(), severity=severity, file=file, element=found.element, line=found.line)


def _is_component(part: Any) -> bool:
    return isinstance(part, dict) and isinstance(part.get("type"), str)


def forms_of(spec: ProcessSpec) -> frozenset[str]:
    """The ids of the forms a process names as they stand, on tasks and actions."""
    sources = [getattr(element, "form_id", None) for element in spec.elements.values()]
    sources += [element.properties.get("action.form") for element in spec.elements.values()]
    return frozenset(source.text for source in sources if isinstance(source, Literal))


def fields_of(part: Mapping[str, Any]) -> Iterator[str]:
    """The variables a form gives: the first names of its components' keys and paths."""
    for name in (part.get("key"), part.get("path")):
        if isinstance(name, str):
            yield name.partition(".")[0]
    for inner in part.get("components", ()):
        yield from fields_of(inner)


def _asks_by_form(spec: ProcessSpec) -> bool:
    """Whether what people give is known: every task of theirs names its form as it stands."""
    tasks = [element for element in spec.elements.values() if isinstance(element, UserTask)]
    return all(isinstance(task.form_id, Literal) for task in tasks)
