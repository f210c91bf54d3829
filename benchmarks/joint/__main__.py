"""Train the joint reader.

    python -m benchmarks.joint --data ../shared --hold 0 --out build/joint/deep0.safetensors
    python -m benchmarks.joint.shallow --data ../shared --hold 0 --deep build/joint/deep0.safetensors \\
        --out build/joint/third0.safetensors
    cp build/joint/third0.safetensors interviewer/embedding/joint.safetensors

The first trains six layers, the second has four say the same. One pass over everything mixed: the claims of two thirds
of the bank and of other subjects, what people type of them, whole answers, well-formed prose right and wrong, and
statements of other fields with their contradictions. What ships is the reader that everything is measured with, and it
never saw the third held out.
Same data, same seed, same number of threads: same weights. A run that was broken off goes on from its last checkpoint.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.joint.first import first_pairs
from benchmarks.joint.material import COVERED, Subject, Vectors, load_subjects
from benchmarks.joint.pairs import Pair, draw_all, whole_pairs
from benchmarks.joint.train import predict, save, train
from interviewer.core.grade.grade import FIX_PREFIX
from interviewer.embedding.joint import JointNetwork
from interviewer.embedding.weights import find_bundled

ALIKE = 0.85
"""Cosine of two statements from which on a claim is left out of training beside the held one."""
DEEP = 6
"""Layers that are trained first."""
OTHERS = 15_000
"""Pairs of other fields."""


def main() -> None:
    """Run one training."""
    from sentence_transformers import SentenceTransformer

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared"))
    parser.add_argument("--hold", type=int, default=-1, help="third of the bank that is left out")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    torch.set_num_threads(2)
    model = SentenceTransformer(str(find_bundled()), device="cpu")
    network = JointNetwork(model[0].auto_model, DEEP)
    vectors, subjects = load_material(model)
    train(
        network,
        model.tokenizer,
        [lambda rng: draw_pairs(without_alike(subjects, options.hold), options.data, vectors, rng)],
        seed=options.seed,
        checkpoint=options.out.with_suffix(".checkpoint"),
        say=lambda text: print(text, flush=True),
    )
    save(network, options.out)
    measure(network, model.tokenizer, subjects, vectors, options.hold, options.out.with_suffix(".npz"))


def load_material(model: Any) -> tuple[Vectors, list[Subject]]:
    """The vectors of all texts, and the subjects.

    Args:
        model: a loaded sentence-transformers model of the bundled weights.
    """
    vectors = Vectors(model, Path("build/joint/vectors.npz"))
    subjects = load_subjects(vectors)
    vectors.keep()
    return vectors, subjects


def draw_pairs(learned: list[Subject], data: Path, vectors: Vectors, rng: random.Random) -> list[Pair]:
    """Pairs of these subjects and of other fields."""
    return [*draw_all(learned, vectors, rng), *rng.sample(first_pairs(data, vectors, rng), OTHERS)]


def measure(
    network: JointNetwork, tokenizer: Any, subjects: list[Subject], vectors: Vectors, hold: int, file: Path
) -> None:
    """Report what a network says of the third that it was trained without, and write it to a file."""
    held = [subject for subject in subjects if subject.third == hold and subject.third >= 0]
    if held:
        pairs = whole_pairs(held, ("natural",), vectors)
        told = predict(network, tokenizer, pairs)
        keys = np.array(["\t".join(map(str, pair.key or ())) for pair in pairs])
        np.savez(file, keys=keys, told=told, labels=np.array([pair.label for pair in pairs]))
        report(pairs, told)


def without_alike(subjects: list[Subject], held: int) -> list[Subject]:
    """What may be trained on: no question of the third held out, and no claim that one of them makes too."""
    away = [claim.texts.support_vectors[0] for subject in subjects if subject.third == held for claim in subject.claims]
    if not away or held < 0:
        return subjects
    wanted = np.stack(away)
    return [
        subject._replace(
            claims=[each for each in subject.claims if float((wanted @ each.texts.support_vectors[0]).max()) < ALIKE]
        )
        for subject in subjects
        if subject.third != held
    ]


def report(pairs: list[Pair], told: np.ndarray) -> None:
    """Print how well covered and contradicted points are told from the others, on natural answers."""
    from interviewer.audit.agreement import auc, cohen_kappa

    own = [i for i, p in enumerate(pairs) if p.source == "natural" and p.key and not p.key[3].startswith(FIX_PREFIX)]
    labels, p = np.array([pairs[i].label for i in own]), told[own]
    made = p[:, 0] + 0.5 * p[:, 1]
    said = [str(each) for each in p.argmax(1)]
    print(f"{len(own)} verdicts of natural answers")
    print(f"covered   auc {auc(list(made[labels == COVERED]), list(made[labels > 1])):.3f}")
    print(f"contradicted auc {auc(list(p[labels == 3, 3]), list(p[labels != 3, 3])):.3f}")
    print(f"kappa {cohen_kappa([str(each) for each in labels], said):.3f}")


if __name__ == "__main__":
    main()
