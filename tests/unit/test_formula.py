"""Formulas of authored texts in Unicode."""

from __future__ import annotations

import pytest

from interviewer.wording.formulas import read_formulas


@pytest.mark.parametrize(
    ("latex", "shown"),
    [
        (r"$\alpha + \beta$", "α + β"),
        (r"$x^2$ and $x_i$", "x² and xᵢ"),
        (r"$x_{ij}^T W_{\text{out}}$", "xᵢⱼᵀ Wₒᵤₜ"),
        (r"$\frac{a_i}{\sqrt{d_k}}$", "aᵢ/(√dₖ)"),
        (r"$\frac{a+b}{2}$", "(a+b)/2"),
        (r"$L = -\sum_{i=1}^{n} y_i \log \hat{p}_i$", "L = −∑ᵢ₌₁ⁿ yᵢ log p̂ᵢ"),
        (r"\(\mathbb{E}[x^2] \le \sigma^{2}\)", "𝔼[x²] ≤ σ²"),
        (r"$$\int_0^\infty e^{-x^2} dx$$", "∫₀^∞ e^(−x²) dx"),
        (r"\[ W \in \mathbb{R}^{d \times k} \]", "W ∈ ℝ^(d × k)"),
        (r"$\left( x \right)$", "( x )"),
        (r"$\foo{x} + \baz$", r"\foo{x} + \baz"),
    ],
)
def test_common_latex_becomes_readable(latex: str, shown: str) -> None:
    assert read_formulas(latex) == shown


@pytest.mark.parametrize(
    "text",
    [
        "batch_size and d_model stay names",
        "it costs $5 and then $10 more",
        "code `$x_i$` is code",
        "```python\nprice = '$x_i$'\n```",
        r"C:\to\in\alpha",
        "$",
        "$$",
        "",
    ],
)
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert read_formulas(text) == text


@pytest.mark.parametrize("text", ["$" + "{" * 5000 + "$", "$" + "^" * 5000 + "x$", r"$\frac$", "$x_$", "$}{$", "$$$$$"])
def test_broken_formulas_end_no_program(text: str) -> None:
    assert isinstance(read_formulas(text), str)
