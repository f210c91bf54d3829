"""Train the channel on all folds but one, and measure it on the one left out."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import torch

from benchmarks.channel.frozen import Frozen
from benchmarks.channel.pairs import CONTRADICTED, COVERED, Pair
from interviewer.embedding.entailment import Channel, Side

__all__ = ["measure", "predict", "train"]

BATCH = 48


def side(frozen: Frozen, texts: Sequence[str]) -> Side:
    """The texts as the channel takes them."""
    states, mask = frozen.tokens(texts)
    return Side(states, mask, frozen.pooled[[frozen.row[text] for text in texts]])


def batches(pairs: Sequence[Pair], frozen: Frozen, rng: random.Random) -> list[list[Pair]]:
    """Batches of pairs of like length, in random order."""

    def length(pair: Pair) -> int:
        row = frozen.row[pair.claim]
        other = frozen.row[pair.said]
        return int(max(frozen.starts[row + 1] - frozen.starts[row], frozen.starts[other + 1] - frozen.starts[other]))

    shuffled = list(pairs)
    rng.shuffle(shuffled)
    made = []
    for start in range(0, len(shuffled), BATCH * 50):
        chunk = sorted(shuffled[start : start + BATCH * 50], key=length)
        made += [chunk[i : i + BATCH] for i in range(0, len(chunk), BATCH)]
    rng.shuffle(made)
    return made


def train(
    model: Channel,
    pairs: Sequence[Pair],
    frozen: Frozen,
    *,
    seconds: float = float("inf"),
    epochs: float = 1.0,
    seed: int = 7,
    layer_rate: float = 1e-4,
    head_rate: float = 1e-3,
    say: Callable[[str], None] = print,
) -> None:
    """Train in place for `epochs`, or `seconds` at most; the rate falls linearly to zero."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    head = [p for n, p in model.named_parameters() if not n.startswith("layers.")]
    optimiser = torch.optim.AdamW(
        [{"params": model.layers.parameters(), "lr": layer_rate}, {"params": head, "lr": head_rate}], weight_decay=0.01
    )
    plan: list[list[Pair]] = []
    while len(plan) * BATCH < epochs * len(pairs):
        plan += batches(pairs, frozen, rng)
    plan = plan[: int(epochs * len(pairs) / BATCH)]
    began, losses = time.time(), []
    model.train()
    for step, batch in enumerate(plan):
        done = max(step / len(plan), (time.time() - began) / seconds)
        if done >= 1:
            break
        for group, rate in zip(optimiser.param_groups, (layer_rate, head_rate), strict=True):
            group["lr"] = rate * min(1.0, (step + 1) / 100) * (1 - done)
        said, claim = side(frozen, [p.said for p in batch]), side(frozen, [p.claim for p in batch])
        logits = model(said, claim)
        wanted = torch.tensor([p.label for p in batch])
        weight = torch.tensor([p.weight for p in batch])
        loss = (torch.nn.functional.cross_entropy(logits, wanted, reduction="none") * weight).sum() / weight.sum()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
        if step % 200 == 199:
            say(f"  step {step + 1}/{len(plan)} {time.time() - began:.0f}s loss {np.mean(losses[-200:]):.3f}")
    model.eval()


@torch.no_grad()
def predict(model: Channel, pairs: Sequence[Pair], frozen: Frozen) -> np.ndarray:
    """Probabilities, shape (pairs, 3)."""
    model.eval()
    order = sorted(range(len(pairs)), key=lambda i: len(pairs[i].claim) + len(pairs[i].said))
    out = np.zeros((len(pairs), 3), dtype=np.float32)
    for start in range(0, len(order), 128):
        rows = order[start : start + 128]
        chosen = [pairs[i] for i in rows]
        logits = model(side(frozen, [p.said for p in chosen]), side(frozen, [p.claim for p in chosen]))
        out[rows] = torch.softmax(logits, dim=1).numpy()
    return out


def auc(good: Sequence[float], bad: Sequence[float]) -> float:
    """Chance that a good one outranks a bad one, ties half."""
    g, b = np.asarray(good)[:, None], np.asarray(bad)[None, :]
    return float((g > b).mean() + 0.5 * (g == b).mean())


def measure(pairs: Sequence[Pair], probabilities: np.ndarray) -> dict[str, float]:
    """The issue's measures, on pairs the model has not seen, by P(covered) minus P(contradicted)."""
    score = probabilities[:, COVERED] - probabilities[:, CONTRADICTED]
    found: dict[str, float] = {}
    for name in ("beetle", "scientsbank"):
        groups: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
        refs: dict[str, list[float]] = defaultdict(list)
        for pair, value in zip(pairs, score, strict=True):
            if pair.source == name and pair.label != 1:
                groups[pair.group][0 if pair.label == COVERED else 1].append(float(value))
            if pair.source == f"{name}-negref":
                refs[pair.group].append(float(value))
        areas = [auc(good, bad) for good, bad in groups.values() if len(good) >= 5 and len(bad) >= 5]
        found[f"{name} auc"] = float(np.mean(areas)) if areas else float("nan")
        beats = [g > r for group, (good, _) in groups.items() for g in good for r in refs.get(group, ())]
        found[f"{name} beats negref"] = float(np.mean(beats)) if beats else float("nan")
    ants: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    bank: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for pair, value in zip(pairs, score, strict=True):
        if pair.source == "antonyms":
            ants[pair.group][0 if pair.label == COVERED else 1].append(float(value))
        if pair.source == "bank" and pair.label != 1 and "fix:" not in pair.group:
            bank[pair.group][0 if pair.label == COVERED else 1].append(float(value))
    first = [min(good) > max(bad) for good, bad in ants.values() if good and bad]
    found["antonyms first"] = float(np.mean(first)) if first else float("nan")
    each = [g > max(bad) for good, bad in bank.values() if good and bad for g in good]
    found["bank phrasing first"] = float(np.mean(each)) if each else float("nan")
    right = probabilities.argmax(1) == np.array([pair.label for pair in pairs])
    for source in sorted({pair.source for pair in pairs}):
        rows = [i for i, pair in enumerate(pairs) if pair.source == source]
        found[f"accuracy {source}"] = float(right[rows].mean())
    return found
