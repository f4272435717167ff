"""Formulas as plain text."""

from __future__ import annotations

import time

import pytest

from oats_tui.ui.widgets.transcript.markdown.latex import LONGEST, as_unicode

PLAIN = {
    r"E = mc^2": "E = mc²",
    r"x_i^2": "xᵢ²",
    r"x^{-1}": "x⁻¹",
    r"A^T": "Aᵀ",
    r"x_{\text{max}}": "xₘₐₓ",
    r"90^\circ": "90°",
    r"f''(x)": "f′′(x)",
    r"\alpha\le\beta": "α≤β",
    r"\forall x \in \mathbb{N}: x \geq 0": "∀ x ∈ ℕ: x ≥ 0",
    r"\mathbb R^n": "ℝⁿ",
    r"\mathcal{L}(\theta)": "ℒ(θ)",
    r"\mathfrak{g} \mathbf{x}": "𝔤 𝐱",
    r"O(n \log n)": "O(n log n)",
    r"\log_2 8": "log₂ 8",
    r"\sin^2 x": "sin² x",
    r"\sum_{i=1}^n i": "∑ᵢ₌₁ⁿ i",
    r"A \subseteq B \cup C": "A ⊆ B ∪ C",
    r"f: A \to B": "f: A → B",
    r"p \implies q": "p ⟹ q",
    r"x\text{if }y": "x if y",
    r"\operatorname{rank}A": "rank A",
    r"\mathrm{d}x": "dx",
    r"\hat{x} + \vec v": "x̂ + v⃗",
    r"\{a\}": "{a}",
    r"\left( a \right)": "( a )",
    r"\|x\|": "‖x‖",
    r"1{,}000": "1,000",
    r"5 \times 10^{-3}\,\mathrm{kg}": "5 × 10⁻³ kg",
    r"\sqrt{x}": "√x",
    r"\sqrt2 + 1": "√2 + 1",
    r"\sqrt{x+1}": "√(x+1)",
    r"\sqrt{x}y": "√(x)y",
    r"\sqrt[3]{x}": "∛x",
    r"\frac12 mv^2": "½ mv²",
    r"\frac{a}{b} + c": "a⁄b + c",
    r"\frac{a}{b}c": "(a⁄b)c",
    r"2\frac12": "2(½)",
    r"2{\frac{a}{b}}c": "2(a⁄b)c",
    r"a/\frac{b}{c}": "a/(b⁄c)",
    "π ≈ 3": "π ≈ 3",
}

LOSSY = [
    r"x^\alpha",
    r"x_{i,j}",
    r"A^*",
    r"x^{y^2}",
    r"{a+b}^2",
    r"x^2^3",
    r"x^",
    r"_",
    r"\lim_{x\to 0}",
    r"\frac{dy}{dx}",
    r"\frac{a}{b}^2",
    r"\sqrt{x}^2",
    r"\sqrt[n]{x}",
    r"\overline{AB}",
    r"\binom{n}{k}",
    r"\left. a \right|_0",
    r"a & b \\ c",
    r"\begin{matrix}a\end{matrix}",
    r"a % b",
    r"$x$",
    r"\unknown",
    r"\unknown{a}",
    r"a \not= b",
    "{",
    "}",
    "\\",
    "x\\",
    r"\frac",
    r"\sqrt",
    r"\text{a_b}",
    "a\x1bb",
    "a\u202eb",
    "",
    "  ",
    r"\mathbb{+}",
    r"\hat{ab}",
    r"\left",
    "#1",
    "x`y",
    r"\def\a{b}\a",
    r"\input{x}",
    r"\href{http://x}{y}",
    r"\textcolor{red}{x}",
]


@pytest.mark.parametrize(("source", "text"), PLAIN.items())
def test_what_plain_text_can_say(source: str, text: str) -> None:
    assert as_unicode(source) == text


@pytest.mark.parametrize("source", LOSSY)
def test_what_plain_text_cannot_say(source: str) -> None:
    assert as_unicode(source) is None


def test_different_formulas_are_told_apart() -> None:
    made = [as_unicode(source) for source in PLAIN]
    assert len(set(made)) == len(made)


def test_long_formulas_are_left_alone() -> None:
    assert as_unicode("x" * LONGEST) == "x" * LONGEST
    assert as_unicode("x" * (LONGEST + 1)) is None


@pytest.mark.parametrize(
    "piece",
    ["{", "\\sqrt{", "\\sqrt", "\\frac", "\\left(", "^", "x^{", "\\\\[", "\\sqrt[", "\\begin{a}", "$", "\\text{"],
)
def test_hostile_formulas_cost_little(piece: str) -> None:
    for tail in ("", "}" * (LONGEST // 4)):
        start = time.perf_counter()
        as_unicode((piece * LONGEST)[: LONGEST - len(tail)] + tail)
        assert time.perf_counter() - start < 1
