"""Train the joint reader.

    python -m benchmarks.joint --data ../shared --first build/joint/first.safetensors        # other fields
    python -m benchmarks.joint --hold 0 --from build/joint/first.safetensors --out build/joint/early0.safetensors
    python -m benchmarks.joint --hold 0 --second --from build/joint/early0.safetensors \
        --out build/joint/typed0.safetensors
    python -m benchmarks.joint --rest 0 --from build/joint/early0.safetensors --out build/joint/early.safetensors
    python -m benchmarks.joint --average build/joint/early0.safetensors build/joint/typed0.safetensors \
        --out build/joint/third0.safetensors       # the reader to measure with
    python -m benchmarks.joint --average build/joint/early.safetensors build/joint/typed0.safetensors \
        --out interviewer/embedding/joint.safetensors

The first call learns statements and their contradictions of other fields, the second the claims of two thirds of the
bank, the third what people type of them and the same turned round, the fourth the claims of the last third. What ships
is the mean of the last two (weights averaged as by Wortsman et al. 2022, arXiv 2109.01903): the third alone doubts what
it had known, the mean does not. The reader to measure with is the same but for the fourth call, and never saw that
third.
Same data, same seed, same number of threads: same weights. A run that was broken off goes on from its last checkpoint.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from benchmarks.joint.first import first_pairs
from benchmarks.joint.material import COVERED, Subject, Vectors, load_subjects
from benchmarks.joint.pairs import Pair, draw_all, draw_pairs, draw_typed, whole_pairs
from benchmarks.joint.train import predict, save, train
from interviewer.core.grade.grade import FIX_PREFIX
from interviewer.embedding.joint import JointNetwork
from interviewer.embedding.weights import find_bundled

ALIKE = 0.85
"""Cosine of two statements from which on a claim is left out of training beside the held one."""
OTHERS = 20_000
OTHERS_AGAIN = 8_000
"""Pairs of other fields that go on being shown in either pass, lest they be forgotten."""
KNOWN_AGAIN = 12_000
"""Pairs of the bank's other questions that are shown beside those of the third that had been left out."""
SECOND_RATE = 0.6
"""Of the learning rate, in the second pass."""


def main() -> None:
    """Run one training."""
    from sentence_transformers import SentenceTransformer

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared"))
    parser.add_argument("--first", type=Path, help="train the first stage, into this file")
    parser.add_argument("--from", dest="start", type=Path, help="what the first stage wrote")
    parser.add_argument("--hold", type=int, default=-1, help="third of the bank that is left out")
    parser.add_argument("--rest", type=int, default=-1, help="only this third, which the start has not seen")
    parser.add_argument("--average", type=Path, nargs=2, metavar=("ONE", "OTHER"), help="only average these two")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--second", action="store_true", help="the second pass, from what the pass before it wrote")
    parser.add_argument("--whole", action="store_true", help="everything in one pass")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    if options.average:
        one, other = (load_file(file) for file in options.average)
        save_file({name: ((one[name].float() + other[name].float()) / 2).half() for name in one}, options.out)
        return
    torch.set_num_threads(2)
    model = SentenceTransformer(str(find_bundled()), device="cpu")
    network = JointNetwork(model[0].auto_model)
    if options.start:
        network.load_state_dict({name: each.float() for name, each in load_file(options.start).items()}, strict=False)
    vectors = Vectors(model, Path("build/joint/vectors.npz"))

    def others(rng: random.Random) -> list[Pair]:
        found = first_pairs(options.data, vectors, rng)
        vectors.keep()
        return found

    target = options.first or options.out
    subjects: list[Subject] = []
    if options.first:
        epochs = [others]
    else:
        subjects = load_subjects(vectors)
        vectors.keep()
        learned = without_alike(subjects, options.hold)

        def draw(rng: random.Random) -> list[Pair]:
            if options.rest >= 0:
                new = draw_pairs([each for each in learned if each.third == options.rest], vectors, rng)
                known = draw_pairs([each for each in learned if each.third != options.rest], vectors, rng)
                return [*new, *rng.sample(known, KNOWN_AGAIN), *rng.sample(others(rng), OTHERS_AGAIN)]
            if options.whole:
                return [*draw_all(learned, vectors, rng), *rng.sample(others(rng), OTHERS * 3 // 4)]
            if options.second:
                return [*draw_typed(learned, vectors, rng), *rng.sample(others(rng), OTHERS_AGAIN)]
            return [*draw_pairs(learned, vectors, rng), *rng.sample(others(rng), OTHERS)]

        epochs = [draw]
    train(
        network,
        model.tokenizer,
        epochs,
        seed=options.seed,
        checkpoint=target.with_suffix(".checkpoint"),
        rate=1.0 if options.rest < 0 and not options.second else SECOND_RATE,
        say=lambda text: print(text, flush=True),
    )
    save(network, target)
    held = [subject for subject in subjects if subject.third == options.hold and subject.third >= 0]
    if held:
        pairs = whole_pairs(held, ("natural",), vectors)
        told = predict(network, model.tokenizer, pairs)
        keys = np.array(["\t".join(map(str, pair.key or ())) for pair in pairs])
        np.savez(target.with_suffix(".npz"), keys=keys, told=told, labels=np.array([pair.label for pair in pairs]))
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
