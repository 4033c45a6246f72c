"""The words inside a sentence go to other languages as codes; nothing of ours is left in English there."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import feel
from engine.dmn import parse
from engine.dmn.errors import TERMS as DMN_TERMS
from engine.dmn.errors import DmnError
from engine.errors import Finding
from engine.feel import FeelLimitError, FeelSyntaxError, Moment, compile_expression
from engine.feel.terms import TERMS, term_code
from engine.texts import texts, words

ROOM = Path(feel.__file__).parent
# Where a phrase is given: the names of the parameters, and the calls whose first argument is one.
NAMED = {"what", "reason", "expected", "limit", "cause"}
FIRST = {"fail", "error", "InvalidPatternError", "FeelLimitError"}


def phrases() -> Iterator[str]:
    for file in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                given = [word.value for word in node.keywords if word.arg in NAMED]
                given += node.args[:1] if name in FIRST else node.args[2:4] if name == "syntax_error" else []
                yield from (one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str))


def is_sign(phrase: str) -> bool:
    """Whether it is FEEL's own text in quotes, which no language has another word for."""
    return phrase.startswith("`") and phrase.endswith("`") and " or " not in phrase


def test_every_phrase_of_the_room_is_known() -> None:
    found = set(phrases())
    assert len(found) > 60
    assert sorted(phrase for phrase in found - TERMS if not is_sign(phrase)) == []


@pytest.mark.parametrize("phrase", sorted(TERMS))
def test_a_phrase_has_both_languages(phrase: str) -> None:
    told = texts()[term_code(phrase)]
    assert told["en"].format() == phrase
    assert told["zh"]


@pytest.mark.parametrize("phrase", sorted(DMN_TERMS))
def test_a_phrase_of_dmn_has_both_languages(phrase: str) -> None:
    told = texts()["dmn_term_" + phrase.replace(" ", "_")]
    assert told["en"] == phrase
    assert told["zh"]


@pytest.mark.table("""
    1 + "a" => `+` 不能用于数字和文本
    "1" < 2 => 文本与数字不能比较
    -[1] => `-` 不能用于列表
    date("x") => `x` 不是有效的日期
    @"x" => `x` 不是有效的日期、时间或时长
    matches("a", "(") => 正则表达式 `(` 在第 2 个字符处无效：括号没有闭合
    matches("a", "a", "k") => 正则表达式 `a` 无效：有不认识的标志
    upper case(5) => `upper case` 的参数 `string` 应为文本，而不是数字
    abs("x") => `abs` 的参数 `n` 应为时长（日、时）或数字或时长（年、月），而不是文本
    sum([1, "a"]) => `sum` 的参数 `list` 应为数字，而不是文本
    substring("abc", 9) => 超出范围（起始位置）：9
    sublist([1], 1, 5) => 超出范围（长度）：5
    if 1 then 2 else 3 => 条件必须为真或假，而不是数字
    [1.."a"] => 区间不能从数字到文本
    amount.x.y => 数字没有属性 `x`
    (function(n: list<number>) n)("a") => `function` 的参数 `n` 应为list<number>，而不是文本
    assert(1, false) => 断言的条件不成立
    assert(1, false, "unsigned") => unsigned
""")
def test_a_warning_in_chinese(text: str, expected: str, scope: dict[str, object], moment: Moment) -> None:
    warning = compile_expression(text).evaluate(scope, moment).warnings[0]
    assert words(Finding(**warning.told()), "zh") == expected
    assert words(Finding(**warning.told()), "en") == str(warning)


@pytest.mark.table("""
    1 + => 第 1 行第 4 列应为表达式，实为表达式结尾
    [1, 2 => 第 1 行第 6 列应为`]`，实为表达式结尾
    f(a: 1, 2) => 第 1 行第 10 列应为参数要么都写名称，要么都不写，实为`)`
    a == 1 => 第 1 行第 4 列应为表达式（相等只写一个“=”），实为`=`
    fromAi(x) => 第 1 行第 1 列应为可在此计算的函数；`fromAi` 属于 AI 代理，不受支持，实为`fromAi`
""")
def test_a_syntax_error_in_chinese(text: str, expected: str) -> None:
    with pytest.raises(FeelSyntaxError) as wrong:
        compile_expression(text)
    assert words(Finding(**wrong.value.told()), "zh") == expected
    assert words(Finding(**wrong.value.told()), "en") == str(wrong.value)


def test_a_limit_in_chinese(moment: Moment) -> None:
    with pytest.raises(FeelLimitError) as stopped:
        compile_expression("for i in 1..10 ** 12 return i").evaluate({}, moment)
    assert words(Finding(**stopped.value.told()), "zh") == "表达式被中止：超出上限（计算步数）"
    assert words(Finding(**stopped.value.told()), "en") == str(stopped.value)


def test_a_mistake_inside_a_mistake_of_a_model_is_in_one_language() -> None:
    text = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="m">
      <decision id="d" name="d"><informationRequirement><requiredInput href="#none"/></informationRequirement>
      <literalExpression id="l"><text>1 +</text></literalExpression></decision></definitions>"""
    with pytest.raises(DmnError) as refused:
        parse(text.encode(), "m.dmn")
    said = [words(Finding(**found.told()), "zh") for found in refused.value.findings]
    assert said == [
        "#none 不是本模型或所导入模型的输入数据。",
        "FEEL 表达式有语法错误：第 1 行第 4 列应为表达式，实为表达式结尾",
    ]
