"""Have four layers say what six say: a third less to compute for each pair.

    python -m benchmarks.joint.shallow --data ../shared --hold 0 --deep build/joint/deep0.safetensors \\
        --out build/joint/third0.safetensors

The upper layers are left out (Sajjad et al. 2020, arXiv 2004.03844), a head is fitted on the states of those that stay,
and then head and layers are tuned to the probabilities that the deep reader gives (Hinton et al. 2015, arXiv
1503.02531), and a little to the labels: once over what that one was trained on, drawn anew, and over what a grader asks
of it while it grades answers to the same questions, of which nobody need say what is right.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn

from benchmarks.joint.__main__ import DEEP, draw_pairs, load_material, measure, without_alike
from benchmarks.joint.folds import third_of
from benchmarks.joint.material import Subject, answers_of
from benchmarks.joint.pairs import Pair
from benchmarks.joint.train import label_loss, padded_batches, save, train
from interviewer.bank import load_bank
from interviewer.core.grade.grade import GradeRequest
from interviewer.core.ports import Reading
from interviewer.embedding.bundled import Bundled
from interviewer.embedding.device import prefers_bfloat16
from interviewer.embedding.encoder_loading import SentenceEncoder
from interviewer.embedding.joint import JointNetwork
from interviewer.embedding.reader import TextReader
from interviewer.embedding.weights import find_bundled
from interviewer.grading.decision import load_model
from interviewer.grading.offline_grader import OfflineGrader
from interviewer.paths import built_in_pack

FAMILIES = ("natural", "typed", "prose", "mistakes")
"""Answers that are graded."""
LABELS = 0.15
"""Weight of the labels beside what the deep reader says."""
RATES = 4e-5, 1e-4
"""Of layers and head. From twice as much on, four layers that are nearly right already forget what they know first."""
HEAD_PAIRS = 40_000
_TOGETHER = 16
_UNLABELLED = -1


class RecordingReader:
    """Notes all that is read jointly, and what is said of it; implements `core.ports.Reader`."""

    def __init__(self, reader: TextReader) -> None:
        self._reader = reader
        self.pairs: list[Pair] = []

    def read(self, texts: Sequence[str], *, cut: bool = True) -> list[Reading]:
        """Read texts."""
        return self._reader.read(texts, cut=cut)

    def read_jointly(self, claims: Sequence[str], passages: Sequence[str]) -> np.ndarray:
        """Read pairs, and note them."""
        found = self._reader.read_jointly(claims, passages)
        asked = [Pair(*texts, _UNLABELLED, "asked") for texts in zip(claims, passages, strict=True)]
        self.pairs += with_told(asked, found)
        return found


def with_told(pairs: Sequence[Pair], found: np.ndarray) -> list[Pair]:
    """Pairs with what was found of them, shape (pairs, 4)."""
    return [pair._replace(told=tuple(told)) for pair, told in zip(pairs, found.tolist(), strict=True)]


def asked_pairs(encoder: SentenceEncoder, deep: TextReader, subjects: Sequence[Subject], hold: int) -> list[Pair]:
    """What a grader asks of the deep reader about all answers to the questions that are not held out."""
    recording = RecordingReader(deep)
    grader = OfflineGrader(encoder, encoder, recording, load_model())
    items = load_bank([built_in_pack()]).items
    own = [subject for subject in subjects if subject.name in items and third_of(subject.name) != hold]
    for subject in own:
        item = items[subject.name]
        texts = list(dict.fromkeys(said.text for _, said in answers_of([subject], FAMILIES)))
        for start in range(0, len(texts), _TOGETHER):
            asked = [GradeRequest(question_id=subject.name, answer=text) for text in texts[start : start + _TOGETHER]]
            grader.grade_ahead([(item, each) for each in asked])
            grader.forget_ahead()
    return recording.pairs


def load_deep(file: Path) -> tuple[SentenceEncoder, TextReader]:
    """The encoder and the deep reader, in the precision in which they grade here."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(find_bundled()), device="cpu")
    if prefers_bfloat16():
        model.bfloat16()
    network = JointNetwork(model[0].auto_model, DEEP)
    network.load_state_dict(load_file(file), strict=False)
    return SentenceEncoder(model, name="all-MiniLM-L6-v2", key="", device="cpu"), TextReader(Bundled(model), network)


def fit_head(network: JointNetwork, tokenizer: Any, pairs: Sequence[Pair]) -> None:
    """Fit the head alone to what the deep reader says; the layers stay as they are."""
    states = torch.zeros(len(pairs), network.decide[0].in_features)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for rows, *told in padded_batches(pairs, tokenizer, None):
            states[rows] = network.pooled(*told)
    wanted = torch.tensor([pair.told for pair in pairs])
    mean, spread = states.mean(0), states.std(0) + 1e-3
    states = (states - mean) / spread
    steps = [rows for _ in range(8) for rows in torch.randperm(len(pairs)).split(512)]
    optimiser = torch.optim.AdamW(network.decide.parameters(), 1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=len(steps))
    network.decide.train()
    for rows in steps:
        loss = nn.functional.cross_entropy(network.decide(states[rows]), wanted[rows])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    network.decide.eval()
    with torch.no_grad():
        first = network.decide[0]
        first.weight /= spread
        first.bias -= first.weight @ mean


def told_loss(logits: torch.Tensor, pairs: Sequence[Pair]) -> torch.Tensor:
    """Cross-entropy beside what the deep reader says, and a little beside the labels where there are any."""
    loss: torch.Tensor = nn.functional.cross_entropy(logits, torch.tensor([pair.told for pair in pairs]))
    rows = [row for row, pair in enumerate(pairs) if pair.label != _UNLABELLED]
    if not rows:
        return loss
    return loss + LABELS * len(rows) / len(pairs) * label_loss(logits[rows], [pairs[row] for row in rows])


def main() -> None:
    """Run one training."""
    from sentence_transformers import SentenceTransformer

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared"))
    parser.add_argument("--hold", type=int, default=-1, help="third of the bank that is left out")
    parser.add_argument("--deep", type=Path, required=True, help="what `benchmarks.joint` wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    torch.set_num_threads(2)
    torch.manual_seed(options.seed)
    rng = random.Random(options.seed)
    model = SentenceTransformer(str(find_bundled()), device="cpu")
    vectors, subjects = load_material(model)
    encoder, deep = load_deep(options.deep)
    drawn = draw_pairs(without_alike(subjects, options.hold), options.data, vectors, rng)
    told = deep.read_jointly([pair.claim for pair in drawn], [pair.passage for pair in drawn])
    pairs = [*asked_pairs(encoder, deep, subjects, options.hold), *with_told(drawn, told)]
    network = JointNetwork(model[0].auto_model)
    own = network.tuned().keys()
    network.load_state_dict({name: each for name, each in load_file(options.deep).items() if name in own}, strict=False)
    fit_head(network, model.tokenizer, rng.sample(pairs, HEAD_PAIRS))
    train(
        network,
        model.tokenizer,
        [lambda _: pairs],
        seed=options.seed,
        checkpoint=options.out.with_suffix(".checkpoint"),
        say=lambda text: print(text, flush=True),
        loss_of=told_loss,
        rates=RATES,
    )
    save(network, options.out)
    measure(network, model.tokenizer, subjects, vectors, options.hold, options.out.with_suffix(".npz"))


if __name__ == "__main__":
    main()
