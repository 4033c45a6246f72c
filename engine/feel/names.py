"""Names of several tokens: which sequence of tokens is one name, given the names that are known."""

from collections.abc import Iterable
from difflib import get_close_matches

from engine.feel.errors import FeelSyntaxError
from engine.feel.tokens import Sort, Token, tokenize

# Words that no name may run over unless it is known.
STOPPERS = frozenset(("then", "else", "in", "return", "satisfies", "instance", "of", "between", "and", "or"))

# Words that begin something else than a name.
KEYWORDS = STOPPERS | {"if", "for", "some", "every", "function", "external", "null", "true", "false"}


class NameTable:
    """Known names by their tokens; the longest that fits is taken, so spaces need not be as they were declared."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Make a name known. One that has no tokens of FEEL can never be written and is left out."""
        parts = name_parts(name)
        # A name of one token needs no help to be found.
        if len(parts) < 2:
            return
        known = self._by_first.setdefault(parts[0], [])
        if (parts, name) not in known:
            known.append((parts, name))
            known.sort(key=lambda entry: -len(entry[0]))

    def match(self, tokens: list[Token], index: int) -> tuple[str, int] | None:
        """The longest known name of several tokens at `index`, and the index after it."""
        for parts, name in self._by_first.get(tokens[index].text, ()):
            end = index + len(parts)
            if end <= len(tokens) and all(
                token.text == part and token.sort is not Sort.STRING
                for token, part in zip(tokens[index:end], parts, strict=True)
            ):
                return name, end
        return None


def name_parts(name: str) -> tuple[str, ...]:
    """The tokens of a name, or nothing if it cannot be written in FEEL."""
    try:
        tokens = tokenize(name)[:-1]
    except FeelSyntaxError:
        return ()
    if not tokens or any(token.sort in (Sort.STRING, Sort.AT) for token in tokens):
        return ()
    return tuple(token.text for token in tokens)


def joined_words(tokens: list[Token], index: int) -> tuple[str, int]:
    """Words that follow one another without an operator are one name: nothing else could be meant."""
    end = index + 1
    # `Phase 1` is a name as well; `.5` after a word is none, but a mistake in a path.
    while (token := tokens[end]).sort in (Sort.WORD, Sort.NUMBER) and token.text not in STOPPERS:
        if token.text[0] == ".":
            break
        end += 1
    return " ".join(token.text for token in tokens[index:end]), end


def similar_name(name: str, known: Iterable[str]) -> str | None:
    """The known name that a mistyped one was probably meant to be."""
    # A loose match would suggest nonsense for short names.
    found = get_close_matches(name, [other for other in known if other != name], n=1, cutoff=0.7)
    return found[0] if found else None
