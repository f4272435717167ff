"""Short formulas as plain text, where one can still tell from the text what was meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, Literal

from oats_tui.ui.widgets.transcript.markdown import symbols

LONGEST = 500
"""Characters of a formula beyond which it is not looked at."""

_PLAIN = re.compile(r"[A-Za-z0-9+\-*/=<>()\[\]|,.;:!?@\"]")
_SCRIPTS = {"^": symbols.SUPERSCRIPTS, "_": symbols.SUBSCRIPTS}
_FRACTIONS = {"frac", "dfrac", "tfrac"}
_UPRIGHT = {"mathrm", "text", "textrm", "mathit", "operatorname"}
_SIZES = {"left", "right", "middle", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr"}
_DELIMITERS = set("()[]|/<>")
_CLINGS_BEFORE = set(")]√∛∜⁄/")
_CLINGS_BEHIND = set("([√∛∜⁄/!'′°%")


class _NotPlain(Exception):  # noqa: N818 - it is no error, only a way out
    """A formula says more than plain text can."""


@dataclass(frozen=True, slots=True)
class _Atom:
    """A piece of a formula.

    Attributes:
        text: How it is written.
        kind: A ``word`` keeps apart from letters beside it; a ``root`` or ``ratio`` is put into brackets where it
            would not be told from what is beside it; a ``script`` belongs to what is in front of it.
        apart: How a root or ratio is written then.
        takes_scripts: Whether a script behind it belongs to it and to nothing else.
    """

    text: str
    kind: Literal["plain", "word", "root", "ratio", "script"] = "plain"
    apart: str = ""
    takes_scripts: bool = True


@lru_cache(maxsize=512)
def as_unicode(source: str) -> str | None:
    """Return a formula as one line of text, or None where that would not say the same.

    Args:
        source: LaTeX as it stands between dollars.
    """
    if len(source) > LONGEST or not source.strip() or source.strip().endswith("\\"):
        return None
    from pylatexenc.latexwalker import LatexWalker, LatexWalkerError

    try:
        walker = LatexWalker(source.strip(), latex_context=_context(), tolerant_parsing=False)
        text = _joined(_atoms(_units(walker.get_latex_nodes()[0])))
    except (_NotPlain, LatexWalkerError, RecursionError):
        return None
    except Exception:  # noqa: BLE001 - a formula that the library stumbles over is shown as it was written
        return None
    return re.sub(r"\s+", " ", text).strip() or None


@cache
def _context() -> Any:
    """Return what the library knows of LaTeX, with commands that it does not know the arguments of."""
    from pylatexenc.latexwalker import get_default_latex_context_db
    from pylatexenc.macrospec import std_macro

    context = get_default_latex_context_db()
    macros = [std_macro(name, False, 2) for name in ("frac", "dfrac", "tfrac")]
    macros += [std_macro(name, False, 1) for name in (*_UPRIGHT, *symbols.ALPHABETS, *symbols.ACCENTS)]
    context.add_context_category("formulas", prepend=True, macros=macros)
    return context


@cache
def _symbol(name: str) -> str | None:
    """Return the one character that a command without arguments stands for."""
    from pylatexenc.latex2text import get_default_latex_context_db

    if name in symbols.COMMANDS:
        return symbols.COMMANDS[name]
    spec = get_default_latex_context_db().get_macro_spec(name)
    text = spec.simplify_repl if spec is not None else None
    return text if isinstance(text, str) and symbols.is_symbol(text) else None


def _units(nodes: Sequence[Any]) -> list[Any]:
    """Return nodes with the characters of text one by one."""
    units: list[Any] = []
    for node in nodes:
        units += node.chars if hasattr(node, "chars") else [node]
    return units


def _atoms(units: Sequence[Any]) -> list[_Atom]:
    """Return the pieces that some characters and nodes make."""
    atoms: list[_Atom] = []
    index = 0
    while index < len(units):
        unit = units[index]
        index += 1
        if isinstance(unit, str) and unit in _SCRIPTS:
            while index < len(units) and isinstance(units[index], str) and units[index].isspace():
                index += 1
            _add_script(atoms, unit, units[index : index + 1])
            index += 1
        elif getattr(unit, "macroname", None) in _SIZES:
            _check_delimiter(units[index : index + 1])
        else:
            atoms += _atom(unit)
    return atoms


def _atom(unit: Any) -> list[_Atom]:
    """Return what one character or node makes."""
    if isinstance(unit, str):
        return [_Atom(_character(unit))]
    if hasattr(unit, "macroname"):
        made = _command(unit)
        return [*made, _Atom(" ")] if getattr(unit, "macro_post_space", "") else made
    if hasattr(unit, "nodelist") and getattr(unit, "delimiters", None) == ("{", "}"):
        made = _atoms(_units(unit.nodelist))
        return made if len(made) < 2 else [*made[:-1], replace(made[-1], takes_scripts=False)]
    if hasattr(unit, "specials_chars") and unit.specials_chars in symbols.SPECIALS:
        return [_Atom(symbols.SPECIALS[unit.specials_chars])]
    raise _NotPlain


def _character(character: str) -> str:
    """Return how a character is written."""
    if character.isspace():
        return " "
    if character == "'":
        return "′"
    if _PLAIN.match(character) or symbols.is_symbol(character):
        return character
    raise _NotPlain


def _command(node: Any) -> list[_Atom]:
    """Return what a command makes."""
    name = node.macroname
    arguments = [each for each in (node.nodeargd.argnlist if node.nodeargd else ()) if each is not None]
    if name == "sqrt" and arguments:
        return [_root(arguments)]
    if name in _FRACTIONS and len(arguments) == 2:
        return [_ratio(_text_of(arguments[0]), _text_of(arguments[1]))]
    if name in _UPRIGHT and len(arguments) == 1:
        return [_word(_words(arguments[0]))]
    if name in symbols.ALPHABETS and len(arguments) == 1:
        return [_Atom(letter) for letter in _letters(name, _text_of(arguments[0]))]
    if name in symbols.ACCENTS and len(arguments) == 1:
        return [_accented(name, _text_of(arguments[0]))]
    if arguments:
        raise _NotPlain
    if name in symbols.FUNCTIONS:
        return [_word(symbols.FUNCTIONS[name])]
    symbol = _symbol(name)
    if symbol is None:
        raise _NotPlain
    return [_Atom(symbol)]


def _root(arguments: Sequence[Any]) -> _Atom:
    """Return a root."""
    sign = symbols.ROOTS.get(_text_of(arguments[0]) if len(arguments) == 2 else "")
    text = _text_of(arguments[-1])
    if sign is None or not text:
        raise _NotPlain
    apart = f"{sign}({text})"
    return _Atom(f"{sign}{text}" if _is_single(text) else apart, "root", apart, False)


def _ratio(above: str, below: str) -> _Atom:
    """Return a fraction of two single signs."""
    vulgar = symbols.VULGAR.get((above, below))
    if vulgar:
        return _Atom(vulgar, "ratio", f"({vulgar})", False)
    if not _is_single(above) or not _is_single(below):
        raise _NotPlain
    return _Atom(f"{above}⁄{below}", "ratio", f"({above}⁄{below})", False)


def _word(text: str) -> _Atom:
    """Return a name; a single letter is like any other letter."""
    return _Atom(text, "plain" if len(text) == 1 else "word")


def _words(node: Any) -> str:
    """Return text that is no formula."""
    nodes = node.nodelist if hasattr(node, "nodelist") else [node]
    text = "".join(getattr(each, "chars", "\\") for each in nodes)
    if not text.strip() or not re.fullmatch(r"[\w\s.,;:!?()+\-/=]*", text) or "_" in text:
        raise _NotPlain
    return text


def _letters(alphabet: str, text: str) -> str:
    """Return letters in another alphabet."""
    made = [symbols.letter(alphabet, character) for character in text]
    if not made or None in made:
        raise _NotPlain
    return "".join(filter(None, made))


def _accented(name: str, text: str) -> _Atom:
    """Return one letter with an accent."""
    if len(text) != 1 or not text.isalpha():
        raise _NotPlain
    return _Atom(text + symbols.ACCENTS[name])


def _text_of(node: Any) -> str:
    """Return the text of an argument."""
    nodes = node.nodelist if hasattr(node, "nodelist") else [node]
    return _joined(_atoms(_units(nodes))).strip()


def _is_single(text: str) -> bool:
    """Return whether a text is one number or one sign."""
    return text.isdigit() or len(text) == 1 or (len(text) == 2 and text[1] in symbols.ACCENTS.values())


def _add_script(atoms: list[_Atom], mark: str, units: Sequence[Any]) -> None:
    """Add what is raised or lowered."""
    while atoms and atoms[-1].text.isspace():
        atoms.pop()
    if not units or (atoms and not atoms[-1].takes_scripts):
        raise _NotPlain
    if mark == "^" and _symbol_of(units[0]) == "∘":
        atoms.append(_Atom("°", "script"))
        return
    text = _text_of(units[0]).replace(" ", "") if not isinstance(units[0], str) else _character(units[0])
    if mark == "^" and set(text) == {"′"}:
        atoms.append(_Atom(text, "script"))
        return
    table = _SCRIPTS[mark]
    if not text or any(character not in table for character in text):
        raise _NotPlain
    made = _Atom("".join(table[character] for character in text), "script")
    before = [atom for atom in atoms[-2:] if atom.kind == "script"]
    if any(set(atom.text) <= set(table.values()) for atom in before[-1:]):
        raise _NotPlain
    atoms.append(made)


def _symbol_of(unit: Any) -> str | None:
    """Return the one sign that a node is."""
    while hasattr(unit, "nodelist") and len(unit.nodelist) == 1:
        unit = unit.nodelist[0]
    return _symbol(unit.macroname) if hasattr(unit, "macroname") else None


def _check_delimiter(units: Sequence[Any]) -> None:
    """Raise where what follows is no bracket that stands for itself."""
    if not units:
        raise _NotPlain
    unit = units[0]
    if (
        unit not in _DELIMITERS
        if isinstance(unit, str)
        else getattr(unit, "macroname", "") not in symbols.BRACKETS
    ):
        raise _NotPlain


def _joined(atoms: Sequence[_Atom]) -> str:
    """Return the pieces as one text, so that none runs into another."""
    made = ""
    for index, atom in enumerate(atoms):
        behind = "".join(each.text for each in atoms[index + 1 : index + 3])
        text = atom.text
        if atom.kind in ("root", "ratio") and _clings(atom, made, behind):
            text = atom.apart
        is_word = atom.kind == "word" or (index > 0 and atoms[index - 1].kind == "word")
        if is_word and made[-1:].isalnum() and text[:1].isalnum() and atom.kind != "script":
            made += " "
        made += text
    return made


def _clings(atom: _Atom, before: str, behind: str) -> bool:
    """Return whether a root or ratio could be taken together with what is beside it."""
    last, first = before[-1:], behind[:1]
    if before.rstrip()[-1:] == "/" or behind.lstrip()[:1] == "/":
        return True
    if atom.kind == "root":
        return first.isalnum() or first in _CLINGS_BEHIND
    if len(atom.text) == 1:
        return last.isdigit() or first.isdigit() or last in _CLINGS_BEFORE or first in _CLINGS_BEHIND
    return last.isalnum() or first.isalnum() or last in _CLINGS_BEFORE or first in _CLINGS_BEHIND
