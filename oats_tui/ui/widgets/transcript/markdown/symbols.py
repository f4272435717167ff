"""Signs of formulas that plain text has, too."""

from __future__ import annotations

import unicodedata

SUPERSCRIPTS = dict(
    zip(
        "0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ",
        strict=True,
    )
)
SUBSCRIPTS = dict(
    zip(
        "0123456789+-=()aehijklmnoprstuvxβγρφχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)
VULGAR = {
    ("1", "2"): "½", ("1", "3"): "⅓", ("2", "3"): "⅔", ("1", "4"): "¼", ("3", "4"): "¾", ("1", "5"): "⅕",
    ("2", "5"): "⅖", ("3", "5"): "⅗", ("4", "5"): "⅘", ("1", "6"): "⅙", ("5", "6"): "⅚", ("1", "7"): "⅐",
    ("1", "8"): "⅛", ("3", "8"): "⅜", ("5", "8"): "⅝", ("7", "8"): "⅞", ("1", "9"): "⅑", ("1", "10"): "⅒",
}  # fmt: skip
ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}
ACCENTS = {
    "hat": "\u0302",
    "widehat": "\u0302",
    "bar": "\u0304",
    "overline": "\u0305",
    "vec": "\u20d7",
    "dot": "\u0307",
    "ddot": "\u0308",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "check": "\u030c",
    "breve": "\u0306",
    "acute": "\u0301",
    "grave": "\u0300",
}
ALPHABETS = {
    "mathbb": ("DOUBLE-STRUCK", "DOUBLE-STRUCK"),
    "mathcal": ("SCRIPT", "SCRIPT"),
    "mathscr": ("SCRIPT", "SCRIPT"),
    "mathfrak": ("FRAKTUR", "BLACK-LETTER"),
    "mathbf": ("BOLD", "BOLD"),
    "boldsymbol": ("BOLD ITALIC", "BOLD ITALIC"),
}
"""By command, what letters of its alphabet are called, and what those are called that Unicode had earlier."""

FUNCTIONS = {name: name for name in (
    "arccos", "arcsin", "arctan", "arg", "cos", "cosh", "cot", "coth", "csc", "deg", "det", "dim",
    "exp", "gcd", "hom", "inf", "ker", "lg", "lim", "liminf", "limsup", "ln", "log", "max", "min",
    "mod", "Pr", "sec", "sin", "sinh", "sup", "tan", "tanh",
)} | {"bmod": "mod"}  # fmt: skip
COMMANDS = {
    **dict.fromkeys((",", ":", ";", ">", " ", "quad", "qquad", "thinspace"), " "),
    **dict.fromkeys(("!", "displaystyle", "textstyle", "limits", "nolimits"), ""),
    **{sign: sign for sign in "{}%#$"},
    "lbrace": "{", "rbrace": "}", "mid": "|", "vert": "|", "lvert": "|", "rvert": "|", "colon": ":",
    "|": "‖", "Vert": "‖", "lVert": "‖", "rVert": "‖", "prime": "′", "degree": "°", "dots": "…", "ldots": "…",
    "cdots": "⋯", "implies": "⟹", "impliedby": "⟸", "iff": "⟺", "land": "∧", "lor": "∨", "lnot": "¬", "neg": "¬",
    "Re": "ℜ", "Im": "ℑ", "lt": "<", "gt": ">", "ne": "≠", "neq": "≠", "setminus": "∖", "varnothing": "∅",
    "emptyset": "∅", "to": "→", "gets": "←", "le": "≤", "ge": "≥", "triangleq": "≜", "coloneqq": "≔",
}  # fmt: skip
BRACKETS = {*"{}|", "lbrace", "rbrace", "langle", "rangle", "lfloor", "rfloor", "lceil", "rceil",
            "vert", "Vert", "lvert", "rvert", "lVert", "rVert"}  # fmt: skip
SPECIALS = {"''": "′′", "~": " ", "--": "--", "---": "---"}

_CATEGORIES = {"Lu", "Ll", "Lo", "Sm", "So", "Po", "Ps", "Pe", "Pd"}


def is_symbol(text: str) -> bool:
    """Return whether a text is one sign beyond ASCII that can stand in a line of text."""
    return len(text) == 1 and not text.isascii() and unicodedata.category(text) in _CATEGORIES


def letter(alphabet: str, character: str) -> str | None:
    """Return a letter or digit of one of the alphabets, or None where there is none."""
    if not character.isascii() or not character.isalnum():
        return None
    usual, earlier = ALPHABETS[alphabet]
    if character.isdigit():
        name = unicodedata.name(character)
    else:
        name = f"{'CAPITAL' if character.isupper() else 'SMALL'} {character.upper()}"
    for known in (f"MATHEMATICAL {usual} {name}", f"{earlier} {name}"):
        try:
            return unicodedata.lookup(known)
        except KeyError:
            continue
    return None
