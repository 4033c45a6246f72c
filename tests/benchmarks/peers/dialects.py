"""The JVM engines' diagrams for engines that run scripts instead of Java delegates."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

RESOURCES = Path(__file__).parent / "src" / "main" / "resources"
LOADS = ("seq", "exc", "ext", "par", "cyc", "seq5", "user")
_DELEGATE = re.compile(r'<serviceTask id="(\w+)" e:class="@PKG@(\w+)"/>')
_CONDITION = re.compile(r"<conditionExpression[^>]*>\$\{(.*?)\}</conditionExpression>")
_OWN = re.compile(r' e:\w+="[^"]*"')


@dataclass(frozen=True)
class Dialect:
    """`scripts` by the delegate's name, `{id}` being the task's; `condition` around an expression of variables."""

    format: str
    scripts: Mapping[str, str]
    condition: str

    def diagram(self, load: str) -> str:
        """A BPMN file of the same shape."""
        text = (RESOURCES / f"{load}.bpmn").read_text()
        text = _DELEGATE.sub(lambda found: self._script(found[1], found[2]), text)
        text = _CONDITION.sub(lambda found: self.condition.format(found[1]), text)
        return _OWN.sub("", text)

    def _script(self, task: str, delegate: str) -> str:
        script = self.scripts[delegate].format(id=task)
        return f'<scriptTask id="{task}" scriptFormat="{self.format}"><script>{script}</script></scriptTask>'


PYTHON = Dialect(
    "python",
    {
        "Noop": "pass",
        "Rand": "x = randint(1, 100)",
        "Init": "i = 0; n = 10",
        "Inc": "i = i + 1",
        "SetVar": "v_{id} = 1",
    },
    "<conditionExpression>{}</conditionExpression>",
)
JAVASCRIPT = Dialect(
    "javascript",
    {
        "Noop": "next()",
        "Rand": "environment.variables.x = Math.ceil(Math.random() * 100); next()",
        "Init": "environment.variables.i = 0; environment.variables.n = 10; next()",
        "Inc": "environment.variables.i += 1; next()",
        "SetVar": "environment.variables.v_{id} = 1; next()",
    },
    '<conditionExpression xsi:type="tFormalExpression" language="javascript">'
    "with (environment.variables) {{ next(null, {}) }}</conditionExpression>",
)
