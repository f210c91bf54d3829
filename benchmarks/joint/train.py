"""The training of the joint reader, and what it says of pairs."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from benchmarks.joint.pairs import Pair
from interviewer.embedding.bundled import MOST_JOINT
from interviewer.embedding.joint import FROZEN, JointNetwork

__all__ = ["label_loss", "padded_batches", "predict", "save", "train"]

SIZE = 32
LAYER_RATE = 1e-4
HEAD_RATE = 5e-4
_FIELDS = ("input_ids", "attention_mask", "token_type_ids")


def label_loss(logits: torch.Tensor, pairs: Sequence[Pair]) -> torch.Tensor:
    """Cross-entropy beside the labels."""
    wanted = torch.tensor([pair.label for pair in pairs])
    loss: torch.Tensor = nn.functional.cross_entropy(logits, wanted, label_smoothing=0.02)
    return loss


def train(
    network: JointNetwork,
    tokenizer: Any,
    epochs: Sequence[Callable[[random.Random], list[Pair]]],
    *,
    seed: int,
    checkpoint: Path,
    say: Callable[[str], None],
    loss_of: Callable[[torch.Tensor, Sequence[Pair]], torch.Tensor] = label_loss,
    rates: tuple[float, float] = (LAYER_RATE, HEAD_RATE),
) -> None:
    """Train on each epoch's pairs in turn; half precision, where the processor has it, is six times faster.

    A checkpoint is written every five hundred steps and read again by the next run, which goes on from it.

    Args:
        network: all of it but `FROZEN` is trained.
        tokenizer: of its word pieces.
        epochs: each draws the pairs of one.
        seed: of their order.
        checkpoint: the file.
        say: is told how far it is.
        loss_of: the loss of logits, shape (pairs, CLASSES), beside their pairs.
        rates: of learning, the highest, of the layers and of the head.
    """
    torch.manual_seed(seed)
    for name, each in network.named_parameters():
        each.requires_grad = not name.removeprefix("bert.").startswith(FROZEN)
    layers = [each for name, each in network.named_parameters() if each.requires_grad and name.startswith("bert.")]
    groups = [{"params": layers, "lr": rates[0]}, {"params": network.decide.parameters(), "lr": rates[1]}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    total, step, done = 0, 0, 0
    if checkpoint.is_file():
        kept = torch.load(checkpoint, weights_only=False)
        network.load_state_dict(kept["network"])
        optimiser.load_state_dict(kept["optimiser"])
        done = kept["step"]
    # Backwards through explicit attention takes half the time that it takes through the fused one.
    network.bert.set_attn_implementation("eager")
    network.train()
    network.bert.eval()  # no dropout below the head: one pass overfits nothing, and it takes twice the time
    began, loss_now = time.time(), 1.0
    for number, draw in enumerate(epochs):
        rng = random.Random(seed * 1000 + number)
        pairs = draw(rng)
        total = total or math.ceil(len(pairs) / SIZE) * len(epochs)
        say(f"epoch {number}: {len(pairs)} pairs, {total} steps in all")
        for batch in padded_batches(pairs, tokenizer, rng):
            step += 1
            if step <= done:
                continue
            now = min(1.0, step / 300) * max(0.02, 1 - step / total)
            for group, most in zip(optimiser.param_groups, rates, strict=True):
                group["lr"] = most * now
            ids, mask, types = batch[1:]
            with torch.autocast("cpu", torch.bfloat16):
                logits = network(ids, mask, types)
            loss = loss_of(logits, [pairs[i] for i in batch[0]])
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            loss_now = 0.99 * loss_now + 0.01 * loss.item()
            if step % 200 == 0:
                say(f"  step {step}/{total} {time.time() - began:.0f}s loss {loss_now:.3f}")
            if step % 500 == 0:
                state = {"network": network.state_dict(), "optimiser": optimiser.state_dict(), "step": step}
                torch.save(state, checkpoint)
    network.eval()
    network.bert.set_attn_implementation("sdpa")


def predict(network: JointNetwork, tokenizer: Any, pairs: Sequence[Pair]) -> np.ndarray:
    """Probabilities of the four classes, shape (pairs, 4)."""
    network.eval()
    found = np.zeros((len(pairs), 4), dtype=np.float32)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for rows, ids, mask, types in padded_batches(pairs, tokenizer, None):
            found[rows] = network(ids, mask, types).softmax(1).numpy()
    return found


def save(network: JointNetwork, file: Path) -> None:
    """Write what was tuned, in half precision."""
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: each.half().contiguous() for name, each in network.tuned().items()}, file)


def padded_batches(
    pairs: Sequence[Pair], tokenizer: Any, rng: random.Random | None
) -> Iterator[tuple[list[int], torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Pairs of like length together; in the order of their length when nothing is to be shuffled."""
    read = tokenizer(
        [pair.claim for pair in pairs],
        [pair.passage for pair in pairs],
        truncation="longest_first",
        max_length=MOST_JOINT,
    )
    lengths = [len(each) for each in read["input_ids"]]
    order = list(range(len(pairs)))
    if rng is not None:
        rng.shuffle(order)
    pool = SIZE * 40 if rng is not None else max(1, len(order))
    pools = [sorted(order[i : i + pool], key=lengths.__getitem__) for i in range(0, len(order), pool)]
    batches = [each[i : i + SIZE] for each in pools for i in range(0, len(each), SIZE)]
    if rng is not None:
        rng.shuffle(batches)
    for rows in batches:
        longest = max(lengths[row] for row in rows)
        yield (
            rows,
            *(_padded(read[name], rows, longest) for name in ("input_ids", "attention_mask", "token_type_ids")),
        )


def _padded(values: Sequence[list[int]], rows: Sequence[int], longest: int) -> torch.Tensor:
    return torch.tensor([values[row] + [0] * (longest - len(values[row])) for row in rows])
