"""The room as a whole: what it imports, and that its tables agree with one another."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import engine.feel
from engine.feel.builtins import BUILT_INS
from engine.feel.names import name_parts
from engine.feel.typesystem import PRIMITIVES
from engine.feel.warning import SENTENCES, FeelWarning

ROOM = Path(engine.feel.__file__).parent
SOURCES = {path.relative_to(ROOM).as_posix(): path.read_text(encoding="utf-8") for path in sorted(ROOM.rglob("*.py"))}
KINDS = {*PRIMITIVES.values(), "null", "any"}


def _imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("name", SOURCES)
def test_nothing_else_of_trunkline_is_imported(name: str) -> None:
    ours = [
        module for module in _imports(SOURCES[name]) if module.split(".")[0] in ("engine", "handlers", "web", "tests")
    ]
    assert all(module == "engine.feel" or module.startswith("engine.feel.") for module in ours)


@pytest.mark.parametrize("name", SOURCES)
def test_nothing_is_run_that_is_not_ours(name: str) -> None:
    calls = {node.func.id for node in ast.walk(ast.parse(SOURCES[name])) if _is_plain_call(node)}
    assert not calls & {"eval", "exec", "compile", "__import__", "open"}


def _is_plain_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


def test_the_front_door_has_what_it_names() -> None:
    for name in engine.feel.__all__:
        assert hasattr(engine.feel, name)


def test_every_reason_has_its_sentence() -> None:
    used = {
        code
        for source in SOURCES.values()
        for code in re.findall(r'(?:NoValue|warn)\(\s*(?:\w+, )?"([a-z_]+)"', source)
    }
    assert used <= SENTENCES.keys()
    # `number_too_large` and its like are chosen by an expression; all others are found by the search above.
    assert len(used) > 25


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_needs_only_its_parameters(code: str) -> None:
    parameters = dict.fromkeys(re.findall(r"{(\w+)}", SENTENCES[code]), "X")
    text = str(FeelWarning(code, parameters, 1, 1))
    assert "{" not in text
    assert text.count("X") >= len(parameters)


@pytest.mark.parametrize("name", BUILT_INS)
def test_a_built_in_is_well_declared(name: str) -> None:
    built_in = BUILT_INS[name]
    assert built_in.name == name
    assert name_parts(name)
    for signature in built_in.signatures:
        assert signature.function == name
        optional = [parameter.optional for parameter in signature.parameters]
        assert optional == sorted(optional), "what may be left out stands last"
        for parameter in signature.parameters:
            assert parameter.kinds <= KINDS, parameter
            assert name_parts(parameter.name)


@pytest.mark.parametrize("name", sorted(BUILT_INS))
def test_a_built_in_refuses_politely(name: str, answer: Callable[[str], str]) -> None:
    many = ", ".join(["function() 1"] * 9)
    for text in (f"{name}({many})", f"{name}(no such parameter: 1)"):
        assert answer(text) != "syntax error"


@pytest.mark.parametrize("name", sorted(BUILT_INS))
def test_a_built_in_is_a_value_too(name: str, answer: Callable[[str], str]) -> None:
    assert answer(f"({name}) instance of function<Any> -> Any") in ("true", "false")
    assert answer(f"is(({name}), ({name}))") == "true"


def test_files_and_functions_stay_short() -> None:
    for name, source in SOURCES.items():
        assert source.count("\n") <= 500, name
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 60, f"{name}: {node.name}"
