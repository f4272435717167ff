"""Formulas as Unicode, where nothing is lost by that."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

LONGEST = 500
"""Characters of a formula that is looked at."""

_SUPER = dict(zip("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", strict=True))
_SUB = dict(zip("0123456789+-=()aeoxhklmnpstijruv", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ", strict=True))
_SPACES = {",": " ", ";": " ", ":": " ", "!": "", "quad": "  ", "qquad": "    ", " ": " "}
_WORDS = {"text", "mathrm", "operatorname", "textrm"}
_LETTERS = {"mathbb": "DOUBLE-STRUCK", "mathcal": "SCRIPT", "mathfrak": "FRAKTUR"}
_PLAIN = {"left": "", "right": "", "cdot": "·", "cdots": "⋯", "ldots": "…", "dots": "…", "to": "→", "colon": ":"}
_FUNCTIONS = {
    "sin",
    "cos",
    "tan",
    "log",
    "ln",
    "exp",
    "lim",
    "max",
    "min",
    "sup",
    "inf",
    "det",
    "gcd",
    "dim",
    "ker",
}


class _LossyError(Exception):
    """Something would be lost."""


@lru_cache(maxsize=512)
def as_unicode(source: str) -> str | None:
    """Return a formula in LaTeX as Unicode, or None where one could not tell from it what was meant.

    Greek letters, operators, relations, arrows and letters of other alphabets are shown; powers and indices
    where every character of them has a raised or lowered form; fractions of two single characters.
    """
    if len(source) > LONGEST:
        return None
    from pylatexenc.latexwalker import LatexWalker, LatexWalkerParseError

    try:
        nodes, _, _ = LatexWalker(source, tolerant_parsing=False).get_latex_nodes()
        return "".join(_all(nodes)).strip() or None
    except (LatexWalkerParseError, _LossyError, RecursionError, ValueError, IndexError, AttributeError, TypeError):
        return None


def _all(nodes: Any) -> list[str]:
    """Return what some nodes are; a power or index is what follows its sign."""
    made: list[str] = []
    pending = ""
    for node in nodes or ():
        if node is None:
            continue
        for text, script in _pieces(node):
            if script:
                if pending:
                    raise _LossyError
                pending = script
            elif pending:
                head, rest = (text, "") if text[:1] == "\0" else (text.lstrip()[:1], text.lstrip()[1:])
                made.append(_script(head.strip("\0"), _SUPER if pending == "^" else _SUB) + rest)
                pending = ""
            else:
                made.append(text.strip("\0"))
    if pending:
        raise _LossyError
    return made


def _pieces(node: Any) -> list[tuple[str, str]]:
    """Return the texts of a node, and the signs of powers and indices between them."""
    kind = type(node).__name__
    if kind == "LatexCharsNode":
        pieces: list[tuple[str, str]] = []
        text = ""
        for character in node.chars:
            if character in "^_":
                pieces += [(text, "")] if text else []
                pieces.append(("", character))
                text = ""
            else:
                text += "−" if character == "-" else character
        return pieces + ([(text, "")] if text else [])
    if kind == "LatexGroupNode":
        inner = "".join(_all(node.nodelist))
        return [(f"\0{inner}\0", "")]
    if kind == "LatexMacroNode":
        return [(_macro(node) + (" " if node.macro_post_space and node.macroname in _FUNCTIONS else ""), "")]
    if kind == "LatexSpecialsNode" and node.specials_chars in ("~", "&", "^", "_"):
        return [("", node.specials_chars)] if node.specials_chars in "^_" else [(" ", "")]
    raise _LossyError


def _macro(node: Any) -> str:
    """Return what a macro stands for."""
    name = str(node.macroname)
    arguments = [each for each in (node.nodeargd.argnlist if node.nodeargd else []) or [] if each is not None]
    if name in _SPACES:
        return _SPACES[name]
    if name in _PLAIN:
        return _PLAIN[name]
    if name in _FUNCTIONS:
        return name
    if name in _WORDS and len(arguments) == 1:
        return _inner(arguments[0])
    if name in _LETTERS and len(arguments) == 1:
        return _styled(_inner(arguments[0]), _LETTERS[name])
    if name == "sqrt" and len(arguments) == 1:
        inner = _inner(arguments[0])
        return f"√{inner}" if len(inner) == 1 else f"√({inner})"
    if name in ("frac", "tfrac", "dfrac") and len(arguments) == 2:
        above, below = map(_inner, arguments)
        if len(above) == len(below) == 1:
            return f"{above}⁄{below}"
        raise _LossyError
    return _symbol(name, arguments)


def _symbol(name: str, arguments: Any) -> str:
    """Return the one character that a macro stands for."""
    from pylatexenc.latex2text import get_default_latex_context_db

    spec = get_default_latex_context_db().get_macro_spec(name)
    shown = getattr(spec, "simplify_repl", None)
    if arguments or not isinstance(shown, str) or len(shown) != 1 or unicodedata.category(shown)[0] in "CZ":
        raise _LossyError
    return shown


def _inner(node: Any) -> str:
    """Return the text of an argument."""
    return "".join(_all(node.nodelist if type(node).__name__ == "LatexGroupNode" else [node])).strip()


def _styled(text: str, alphabet: str) -> str:
    """Return letters of another alphabet."""
    made = []
    for letter in text:
        case = "CAPITAL" if letter.isupper() else "SMALL"
        for name in (f"MATHEMATICAL {alphabet} {case} {letter.upper()}", f"{alphabet} CAPITAL {letter.upper()}"):
            try:
                made.append(unicodedata.lookup(name.replace("FRAKTUR CAPITAL", "BLACK-LETTER CAPITAL")))
                break
            except KeyError:
                continue
        else:
            raise _LossyError
    return "".join(made)


def _script(text: str, forms: dict[str, str]) -> str:
    """Return a text raised or lowered."""
    text = text.replace("−", "-")
    if not text or any(character not in forms for character in text):
        raise _LossyError
    return "".join(forms[character] for character in text)
