"""Tree to RE2's text."""

from engine.feel.patterns.charsets import Charset
from engine.feel.patterns.tree import Anchor, BackReference, Choice, Dot, Flags, Group, OneOf, Repeat, Tree


def re2_text(tree: Tree, flags: Flags) -> str:
    """The pattern in RE2's syntax."""
    return ("(?i)" if flags.ignore_case else "") + _text(tree, flags)


def _text(tree: Tree, flags: Flags) -> str:
    if isinstance(tree, OneOf):
        return tree.text or _set(tree.charset)
    if isinstance(tree, Dot):
        return "(?s:.)" if flags.dot_all else "[^\\n\\r]"
    if isinstance(tree, Anchor):
        if flags.multiline:
            return f"(?m:{tree.sign})"
        # RE2's own `$` also stands before a last line end.
        return "\\A" if tree.sign == "^" else "\\z"
    if isinstance(tree, Group):
        return f"({'' if tree.number else '?:'}{_text(tree.body, flags)})"
    if isinstance(tree, Repeat):
        most = "" if tree.most is None else tree.most
        return f"(?:{_text(tree.body, flags)}){{{tree.least},{most}}}{'?' if tree.lazy else ''}"
    if isinstance(tree, Choice):
        return "(?:" + "|".join(_text(option, flags) for option in tree.options) + ")"
    if isinstance(tree, BackReference):
        raise TypeError("RE2 has no back-references")
    return "".join(_text(part, flags) for part in tree.parts)


def _set(charset: Charset) -> str:
    # Halves of surrogate pairs are no characters to RE2, and none stands in a text of ours.
    intervals = charset.without(Charset(((0xD800, 0xDFFF),))).intervals
    if not intervals:
        # RE2 has no empty class; nothing is outside this one.
        return "[^\\x00-\\x{10FFFF}]"
    return "[" + "".join(f"\\x{{{first:x}}}-\\x{{{last:x}}}" for first, last in intervals) + "]"
