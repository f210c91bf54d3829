"""Train the entailment channel.

    python -m benchmarks.train_channel --data ../shared --hold 0,1 --out build/channels/fold0.safetensors
    python -m benchmarks.train_channel --data ../shared --out interviewer/embedding/entailment.safetensors

The first call leaves folds out (whole questions, statements and references) and prints the
measures on them; the second trains on everything but SciEntsBank's unseen domains. Same data,
same seed, same number of threads: same weights.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import torch
from safetensors.torch import save_file

from benchmarks.channel.frozen import run_frozen, upper_layers
from benchmarks.channel.pairs import build_pairs
from benchmarks.channel.spans import example_pairs, example_texts
from benchmarks.channel.train import measure, predict, train
from interviewer.bank import load_bank
from interviewer.embedding.entailment import Channel
from interviewer.embedding.token_reader import DEPTH
from interviewer.embedding.weights import find_bundled
from interviewer.paths import built_in_pack

WIKI_SHARE = 0.2
"""Share of the encyclopedic pairs that is used; more of them drowned the other sources."""


def main() -> None:
    """Run one training."""
    from sentence_transformers import SentenceTransformer

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--bank", type=Path, default=built_in_pack())
    parser.add_argument("--hold", default="")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--states", type=Path, help="cache of the frozen layers' outputs")
    options = parser.parse_args()
    torch.set_num_threads(2)
    held = {int(fold) for fold in options.hold.split(",") if fold}
    bank = load_bank([options.bank])
    pairs = build_pairs(options.data, bank)
    model = SentenceTransformer(str(find_bundled()), device="cpu")
    if options.states and options.states.is_file():
        frozen = torch.load(options.states, weights_only=False)
    else:
        texts = {text for pair in pairs for text in (pair.said, pair.claim)} | example_texts(bank)
        frozen = run_frozen(model, sorted(texts), DEPTH)
        if options.states:
            torch.save(frozen, options.states, pickle_protocol=4)
    pairs += example_pairs(bank, frozen)
    rng = random.Random(1)
    chosen = [pair for pair in pairs if pair.source != "wiki" or rng.random() < WIKI_SHARE]
    training = [pair for pair in chosen if pair.fold >= 0 and pair.fold not in held]
    print(f"{len(training)} pairs to train on", flush=True)
    channel = Channel(upper_layers(model, DEPTH))
    train(
        channel,
        training,
        frozen,
        epochs=options.epochs,
        layer_rate=options.rate,
        say=lambda text: print(text, flush=True),
    )
    options.out.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: each.half().contiguous() for name, each in channel.state_dict().items()}, options.out)
    unseen = [pair for pair in chosen if pair.fold < 0 or pair.fold in held]
    for name, value in measure(unseen, predict(channel, unseen, frozen)).items():
        print(f"{name:<30}{value:.3f}", flush=True)


if __name__ == "__main__":
    main()
