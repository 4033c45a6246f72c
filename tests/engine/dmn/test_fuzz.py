"""Damaged models: whatever is in a file, it is refused with findings or evaluated, and nothing else happens."""

import random
import re
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

import pytest

from engine.dmn import DmnError, parse
from engine.dmn.checks import check

D = Decimal
PIECES = [
    '"',
    "<",
    "</text>",
    "-",
    "[1..2]",
    "null",
    "&amp;",
    "(",
    "function(x) x",
    "number",
    'typeRef="tX"',
    "9" * 40,
    "#d_a",
    "?",
]
VALUES = [None, D(1), "x", True, [D(1)], {"a": D(1)}, "2026-03-01", 5, 1.5]


@pytest.fixture(scope="module")
def sample(dmn_session: Any) -> Any:
    """A model with nearly everything in it."""
    dmn = dmn_session
    lit = dmn.literal
    parts = '<itemComponent name="net price"><typeRef>number</typeRef></itemComponent>'
    allowed = '<allowedValues><text>"p","q"</text></allowedValues>'
    loop = f'<for iteratorVariable="x"><in>{lit("[1,2,a]")}</in><return>{lit("f(x)")}</return></for>'
    table = dmn.table(
        ['a:number:"x",[1..9]', "b"],
        ['o:string:"p","q"', "n=3"],
        [["1", "-", '"p"', "1"], ["> 3", '"x"', '"q"', "a"]],
        "PRIORITY",
    )
    first, last = f"<variable name='z z'/>{loop}", lit("z z[1]")
    context = f"<context><contextEntry>{first}</contextEntry><contextEntry>{last}</contextEntry></context>"
    call = f'<invocation>{lit("f")}<binding><parameter name="n"/>{lit("a + 1")}</binding></invocation>'
    choice = (
        f"<conditional><if>{lit('a > 1')}</if><then>{call}</then><else><list>{lit('b')}</list></else></conditional>"
    )
    return dmn.definitions(
        f'<itemDefinition name="tCase">{parts}</itemDefinition>'
        + f'<itemDefinition name="tState"><typeRef>string</typeRef>{allowed}</itemDefinition>'
        + dmn.input_data("a", "number")
        + dmn.input_data("c", "tCase")
        + dmn.knowledge("f", {"n": "number"}, lit("n * 2"), type_ref="number")
        + dmn.decision("t", table, "input:a")
        + dmn.decision("u", context, "decision:t knowledge:f")
        + dmn.decision("v", choice, "decision:u knowledge:f input:c")
        + '<decisionService id="k_s" name="s"><outputDecision href="#d_v"/><inputData href="#i_a"/></decisionService>'
        + dmn.decision("w", lit("s(7)"), "knowledge:s", "tState")
    ).decode()


def damage(text: Any, rng: Any) -> Any:
    """Mostly inside the texts and attributes, so that the XML often stays well-formed."""
    for _ in range(rng.randint(1, 4)):
        values = [found.span(1) for found in re.finditer(r'(?:="|<text>)([^"<]*)', text)]
        (one, end), (two, last) = sorted(rng.sample(values, 2))
        match rng.randrange(8):
            case 0 | 1 | 2:
                text = text[:one] + text[two:last] + text[end:two] + text[one:end] + text[last:]
            case 3 | 4:
                at = rng.randint(one, end)
                text = text[:at] + escape(rng.choice(PIECES), {'"': "&quot;"}) + text[at:]
            case 5:
                at = rng.randint(one, end)
                text = text[:at] + text[min(at + 3, end) :]
            case 6:
                text = text[:one] + text[last:]
            case 7:
                at, begin = rng.randrange(len(text)), rng.randrange(len(text))
                text = text[:at] + text[begin : begin + rng.randint(1, 200)] + text[at:]
    return text


def outcome(data: Any, rng: Any, moment: Any) -> Any:
    """What became of a file: the findings that refused it, or the results of all its decisions."""
    try:
        model = parse(data, tolerant=True)
    except DmnError as error:
        return [str(finding) for finding in error.findings], []
    results = [
        decision.evaluate({name: rng.choice(VALUES) for name in decision.reads}, moment)
        for decision in model.decisions.values()
    ]
    return [str(finding) for finding in check(model)], results


@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_model_is_refused_or_evaluated(dmn: Any, sample: Any, seed: Any) -> None:
    rng = random.Random(seed)
    evaluated = 0
    for _ in range(150):
        findings, results = outcome(damage(sample, rng).encode(), rng, dmn.moment)
        assert findings or results
        evaluated += bool(results)
        for result in results:
            assert result.trace_to_json() or result.error
            assert all(str(warning) for warning in result.warnings)
    assert evaluated > 20


def test_the_sample_itself_is_whole(dmn: Any, sample: Any) -> None:
    model = parse(sample.encode())
    assert dmn.ask(model, "w", a=D(1), c={"net price": D(1)}).error is None
    assert dmn.ask(model, "u", a=D(4), b="x").value == 2
