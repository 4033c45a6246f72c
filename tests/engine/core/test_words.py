"""Whatever an instance can get stuck on is said in both languages."""

import ast
from pathlib import Path

from engine import core
from engine.errors import Finding
from engine.texts import texts, words


def codes() -> set[str]:
    found = {"expression_failed", "not_a_date", "not_a_duration", "not_a_cycle"}  # made from parts
    for file in Path(core.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Stuck", "warned"):
                code = node.args[1]
                if isinstance(code, ast.Constant):
                    found.add(str(code.value))
    return found


def test_every_code_has_words() -> None:
    assert len(codes()) > 15
    assert {code for code in codes() if set(texts().get(code, {})) != {"zh", "en"}} == set()


def test_words_name_what_is_wrong_and_what_to_do() -> None:
    finding = Finding("not_a_limit", {"expression": "limits.acept", "warnings": []})
    assert "{value, unit}" in words(finding, "en")
    assert "limits.acept" in words(finding, "zh")
