r"""LaTeX of authored texts as Unicode that a terminal can show: `$\frac{a_i}{\sqrt{d}}$` reads (aᵢ)/√d.

Only what stands between dollar signs, `\( \)` or `\[ \]` is set anew, and code is left alone: `batch_size` is a name
and no index. A command that is not known stays as it was written. Never used on what a candidate typed.
"""

from __future__ import annotations

import re


def _pairs(text: str) -> dict[str, str]:
    """Words in turn as names and what they stand for."""
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_NAMES = {
    **_pairs(
        "alpha α beta β gamma γ delta δ epsilon ε zeta ζ eta η theta θ iota ι kappa κ lambda λ mu μ nu ν xi ξ pi π "
        "rho ρ sigma σ tau τ upsilon υ phi φ chi χ psi ψ omega ω varepsilon ε varphi φ vartheta ϑ Gamma Γ Delta Δ "
        "Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω ell ℓ hbar ℏ nabla ∇ partial ∂ sum ∑ prod ∏ int ∫ "
        "infty ∞ cdot · times × div ÷ pm ± mp ∓ odot ⊙ otimes ⊗ oplus ⊕ circ ∘ ast ∗ star ⋆ dagger † le ≤ leq ≤ ge ≥ "
        "geq ≥ ne ≠ neq ≠ ll ≪ gg ≫ approx ≈ sim ∼ simeq ≃ equiv ≡ propto ∝ in ∈ notin ∉ subset ⊂ cup ∪ cap ∩ forall ∀ "
        "exists ∃ to → rightarrow → leftarrow ← mapsto ↦ Rightarrow ⇒ Leftarrow ⇐ iff ⇔ mid | vert | Vert ‖ parallel ∥ "
        "ldots … dots … cdots ⋯ vdots ⋮ top ⊤ perp ⊥ langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ prime ′"
    ),
    "quad": "  ",
    "qquad": "    ",
}
_FUNCTIONS = frozenset("exp log ln max min argmax argmin sin cos tan tanh det lim sup inf Pr".split())  # noqa: SIM905
_WRAPPERS = frozenset(
    "text mathrm mathbf mathit mathsf mathcal operatorname boldsymbol bm textbf textit".split()  # noqa: SIM905
)
_ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "vec": "\u20d7", "dot": "\u0307", "overline": "\u0304"}
_DOUBLE = dict(zip("RNZQCEP", "ℝℕℤℚℂ𝔼ℙ", strict=True))
_RAISED = dict(
    zip("0123456789+-=()abcdefghijklmnoprstuvwxyzTβ⊤", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀᵝᵀ", strict=True)
)
_LOWERED = dict(zip("0123456789+-=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))
_CODE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]*`)", re.DOTALL)
_MATH = re.compile(
    r"\$\$(?P<shown>[^$]+?)\$\$|\\\[(?P<block>.+?)\\\]|\\\((?P<inline>.+?)\\\)"
    r"|(?<![\\$\w])\$(?P<dollars>\S|\S[^$\n]*?\S)\$(?!\d)",
    re.DOTALL,
)
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}^_]|\s+|.", re.DOTALL)
_SIZES = frozenset(["left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "limits", "displaystyle"])
_DEEPEST = 40


def read_formulas(text: str) -> str:
    """Return authored text with its formulas in Unicode; text without any comes back as it was."""
    if "$" not in text and "\\" not in text:
        return text
    parts = _CODE.split(text)
    return "".join(part if at % 2 else _MATH.sub(_read_match, part) for at, part in enumerate(parts))


def _read_match(match: re.Match[str]) -> str:
    source = next(group for group in match.groups() if group is not None)
    read = _Reader(source).read()
    return read if match["dollars"] or match["inline"] else read.strip()


class _Reader:
    """Reads one formula from left to right."""

    def __init__(self, source: str) -> None:
        self._tokens = _TOKEN.findall(source)
        self._at = 0
        self._depth = 0

    def read(self, until: str = "") -> str:
        """Everything up to a closing brace, or to the end."""
        parts: list[str] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token == until:
                break
            parts.append(self._read_token(token))
        return "".join(parts)

    def _read_token(self, found: str) -> str:
        if found == "{":
            return self._group()
        if found in ("^", "_"):
            return _shift(self._argument(), found)
        if found.startswith("\\") and len(found) > 1:
            return self._command(found[1:])
        return " " if found.isspace() else "−" if found == "-" else found

    def _group(self) -> str:
        if self._depth >= _DEEPEST:
            return "{"
        self._depth += 1
        read = self.read("}")
        self._depth -= 1
        return read

    def _argument(self) -> str:
        """The next group or token."""
        while self._at < len(self._tokens) and self._tokens[self._at].isspace():
            self._at += 1
        if self._at >= len(self._tokens) or self._depth >= _DEEPEST:
            return ""
        token = self._tokens[self._at]
        self._at += 1
        self._depth += 1
        read = self._read_token(token)
        self._depth -= 1
        return read

    def _command(self, name: str) -> str:
        if name in ("frac", "tfrac", "dfrac"):
            above, below = self._argument(), self._argument()
            return f"{_bracket(above)}/{_bracket(below)}"
        if name == "sqrt":
            return f"√{_bracket(self._argument())}"
        if name in _WRAPPERS:
            return self._argument()
        if name in _ACCENTS:
            base = self._argument()
            return base + _ACCENTS[name] if len(base) == 1 else f"{name}({base})"
        if name == "mathbb":
            return "".join(_DOUBLE.get(char, char) for char in self._argument())
        return self._symbol(name)

    def _symbol(self, name: str) -> str:
        if name in _NAMES:
            return _NAMES[name]
        if name in _FUNCTIONS:
            following = self._tokens[self._at] if self._at < len(self._tokens) else ""
            return name + (" " if following.isalpha() or following.startswith("\\") else "")
        if name in _SIZES:
            return ""
        if len(name) == 1 and not name.isalpha():
            return {",": " ", ";": " ", ":": " ", "!": "", " ": " ", "\\": "\n", "|": "‖"}.get(name, name)
        following = self._tokens[self._at : self._at + 1]
        return f"\\{name}{{{self._argument()}}}" if following == ["{"] else "\\" + name


def _bracket(text: str) -> str:
    """Brackets around what would fall apart without."""
    return text if len(text) <= 1 or re.fullmatch(r"\w+[ᵢⱼₖₙₜ₀-₉⁰-⁹²³]*", text) else f"({text})"


def _shift(text: str, sign: str) -> str:
    """Raised or lowered letters where Unicode has all of them, else the sign and brackets."""
    table = _RAISED if sign == "^" else _LOWERED
    plain = text.replace("−", "-").replace(" ", "")
    if plain and all(char in table for char in plain):
        return "".join(table[char] for char in plain)
    return f"{sign}{text}" if len(text) == 1 else f"{sign}({text})"
