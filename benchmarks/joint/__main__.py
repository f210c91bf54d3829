"""Train the joint reader.

    python -m benchmarks.joint --data ../shared --hold 0 --out build/joint/third0.safetensors   # to measure with
    python -m benchmarks.joint --data ../shared --rest 0 --from build/joint/third0.safetensors \
        --out interviewer/embedding/joint.safetensors                                           # what ships

The first call learns, in one pass over everything mixed, the claims of two thirds of the bank and of other subjects,
what people type of them, whole answers, well-formed prose right and wrong, and statements of other fields with their
contradictions. The second call adds the last third, which the reader to measure with never saw.
Same data, same seed, same number of threads: same weights. A run that was broken off goes on from its last checkpoint.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from benchmarks.joint.first import first_pairs
from benchmarks.joint.material import COVERED, Subject, Vectors, load_subjects
from benchmarks.joint.pairs import Pair, draw_all, whole_pairs
from benchmarks.joint.train import predict, save, train
from interviewer.core.grade.grade import FIX_PREFIX
from interviewer.embedding.joint import JointNetwork
from interviewer.embedding.weights import find_bundled

ALIKE = 0.85
"""Cosine of two statements from which on a claim is left out of training beside the held one."""
OTHERS = 15_000
"""Pairs of other fields."""
REST, KNOWN_AGAIN, OTHERS_AGAIN = 18_000, 8_000, 4_000
"""Pairs of the third that had been left out, and of what is shown again beside them, lest it be forgotten."""
REST_RATE = 0.6
"""Of the learning rate, in the second call."""


def main() -> None:
    """Run one training."""
    from sentence_transformers import SentenceTransformer

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared"))
    parser.add_argument("--from", dest="start", type=Path, help="weights to begin with")
    parser.add_argument("--hold", type=int, default=-1, help="third of the bank that is left out")
    parser.add_argument("--rest", type=int, default=-1, help="only this third, which the start has not seen")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    torch.set_num_threads(2)
    model = SentenceTransformer(str(find_bundled()), device="cpu")
    network = JointNetwork(model[0].auto_model)
    if options.start:
        network.load_state_dict({name: each.float() for name, each in load_file(options.start).items()}, strict=False)
    vectors = Vectors(model, Path("build/joint/vectors.npz"))

    subjects = load_subjects(vectors)
    vectors.keep()
    learned = without_alike(subjects, options.hold)

    def draw(rng: random.Random) -> list[Pair]:
        if options.rest < 0:
            return [*draw_all(learned, vectors, rng), *rng.sample(first_pairs(options.data, vectors, rng), OTHERS)]
        others = first_pairs(options.data, vectors, rng)
        new = draw_all([each for each in learned if each.third == options.rest], vectors, rng)
        known = draw_all([each for each in learned if each.third != options.rest], vectors, rng)
        parts = ((new, REST), (known, KNOWN_AGAIN), (others, OTHERS_AGAIN))
        return [pair for pairs, most in parts for pair in rng.sample(pairs, min(most, len(pairs)))]

    train(
        network,
        model.tokenizer,
        [draw],
        seed=options.seed,
        checkpoint=options.out.with_suffix(".checkpoint"),
        rate=1.0 if options.rest < 0 else REST_RATE,
        say=lambda text: print(text, flush=True),
    )
    save(network, options.out)
    held = [subject for subject in subjects if subject.third == options.hold and subject.third >= 0]
    if held:
        pairs = whole_pairs(held, ("natural",), vectors)
        told = predict(network, model.tokenizer, pairs)
        keys = np.array(["\t".join(map(str, pair.key or ())) for pair in pairs])
        np.savez(options.out.with_suffix(".npz"), keys=keys, told=told, labels=np.array([pair.label for pair in pairs]))
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
