"""Fit which claims are left unread beside an answer, and measure on other questions what that loses.

    python -m benchmarks.fit_unread collect    # signals of 3,200 answers with the grader that ships; ten minutes
    python -m benchmarks.fit_unread fit        # what is lost on questions held out, then `unread.json`

A claim that the grader would not call missing, or finds covered with a probability of 0.25 (a misconception: held with
one of 0.5), has to be read; all else is a matter of time. Thirds of the bank are held out whole. To be run again after
`benchmarks.fit_grader`.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import pickle
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.fit_grader.answers import GoldenRow
from benchmarks.fit_grader.regression import logistic, soft_fit
from benchmarks.fit_grader.rows import BANK, GRADING
from benchmarks.joint.folds import THIRDS, third_of
from interviewer.audit.agreement import cohen_kappa
from interviewer.bank import load_bank
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.grade.grade import FIX_PREFIX
from interviewer.grading.decision import CLASSES, DOUBTED, load_model
from interviewer.grading.features import ClaimTexts
from interviewer.grading.offline_grader import build_grader
from interviewer.grading.signals import BEFORE, JOINT, SIGNALS, Signals, add_company
from interviewer.grading.unread import FILE, Unread, Unreads, leave_unread
from interviewer.paths import built_in_pack

FAMILIES = ("natural", "typed", "prose", "mistakes")
LEAST = {"depth": 0.03, "misconception": 0.2}
"""A claim less probable to be found is not read: `fit` prints what other bounds lose. Of core points, of which one in
twenty could be left unread, all are read."""
HELD = 0.5
"""P(held) from which on a misconception has to be read; it is named from 0.85 on."""
_CORE = SIGNALS.index("core")
_NONE = ClaimTexts((), (), np.zeros((0, 1)), np.zeros((0, 1)))
_LEFT_OUT = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
"""Shares of the pairs of natural answers of which `fit` prints what they lose."""


def collect(part: int, parts: int) -> list[tuple[str, GoldenRow]]:
    """Rows of every so manieth question, with their families."""
    import torch

    from interviewer.embedding.encoder_loading import load_encoder

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as cache:
        encoder = load_encoder("default", "cpu", cache=Path(cache))
        grader = build_grader(encoder, reader=encoder.reader())
        items = list(load_bank([built_in_pack()]).items.values())[part::parts]
        found = []
        for number, item in enumerate(items):
            found += [(family, row) for family in FAMILIES for row in BANK[family](item, grader)]
            print(f"{part}: {number + 1} of {len(items)} questions, {len(found)} rows", flush=True)
    return found


class Pairs(NamedTuple):
    """Claims of one kind beside answers."""

    before: np.ndarray
    """Shape (rows, len(BEFORE))."""
    joint: np.ndarray
    found: np.ndarray
    """True where it has to be read."""
    covered: np.ndarray
    """True where it is covered, or the misconception named."""
    natural: np.ndarray
    third: np.ndarray


def point_pairs(rows: Sequence[tuple[str, GoldenRow]], *, core: bool) -> Pairs:
    """Points of the pool of depth, or core points."""
    model = load_model()
    own = [
        (family, row)
        for family, row in rows
        if row.signals and not row.point.startswith(FIX_PREFIX) and bool(row.signals[_CORE]) is core
    ]
    told = [model.decide(row.signals or ()) for _, row in own]
    found = [each.verdict is not VerdictName.MISSING or each.p_covered >= DOUBTED for each in told]
    return _pairs(own, found, [each.verdict is VerdictName.COVERED for each in told])


def misconception_pairs(rows: Sequence[tuple[str, GoldenRow]]) -> Pairs:
    """Wrong claims."""
    model = load_model()
    own = [(f, row) for f, row in rows if row.point.startswith(FIX_PREFIX) and row.signals]
    held = [model.p_held(row.signals or ()) for _, row in own]
    return _pairs(own, [each >= HELD for each in held], [each >= model.held for each in held])


def _pairs(rows: Sequence[tuple[str, GoldenRow]], found: Sequence[bool], covered: Sequence[bool]) -> Pairs:
    signals = np.array([row.signals for _, row in rows])
    return Pairs(
        signals[:, : len(BEFORE)],
        signals[:, len(BEFORE) : len(BEFORE) + len(JOINT)],
        np.array(found),
        np.array(covered),
        np.array([family == "natural" for family, _ in rows]),
        np.array([third_of(row.question) for _, row in rows]),
    )


def fit_kind(name: str, pairs: Pairs, rows: np.ndarray) -> Unread:
    """What `unread.json` says of a kind of claims, from some of its pairs."""
    weights = _weights(pairs.before[rows], pairs.found[rows])
    left = pairs.joint[rows][logistic(pairs.before[rows], weights) < LEAST[name]]
    shares = np.exp(np.log(left + 1e-6).mean(0))
    return Unread(
        tuple(round(float(each), 4) for each in weights),
        LEAST[name],
        tuple(round(float(each), 4) for each in shares / shares.sum()),
        together=name == "misconception",
    )


def report_lost(name: str, pairs: Pairs) -> None:
    """Print what bounds lose on questions held out."""
    chances = np.zeros(len(pairs.found))
    for third in range(THIRDS):
        own = pairs.third == third
        chances[own] = logistic(pairs.before[own], _weights(pairs.before[~own], pairs.found[~own]))
    print(f"{name}: {len(chances)} pairs, {pairs.natural.sum()} of natural answers")
    for bound in sorted(
        {*(float(np.quantile(chances[pairs.natural], each)) for each in _LEFT_OUT), LEAST.get(name, 0.0)}
    ):
        left = chances < bound
        print(f"  below {bound:.4f}:", *(_lost(pairs, left, each) for each in (True, False)))


def _weights(before: np.ndarray, found: np.ndarray) -> np.ndarray:
    return soft_fit(before, found.astype(float), np.ones(len(found)))


def _lost(pairs: Pairs, left: np.ndarray, natural: bool) -> str:
    own = pairs.natural == natural
    lost, covered = (int((each & left & own).sum()) for each in (pairs.found, pairs.covered))
    of = int((pairs.found & own).sum())
    where = "natural" if natural else "others"
    return f"{where} {(left & own).sum() / own.sum():.3f} unread, lost {lost} of {of}, {covered} of them covered;"


def report_verdicts(rows: Sequence[tuple[str, GoldenRow]], kinds: Mapping[str, Pairs]) -> None:
    """Print what becomes of the verdicts on natural answers, with weights that have not seen their question."""
    held_out = [
        Unreads(*(fit_kind(name, kinds[name], kinds[name].third != third) for name in Unreads._fields))
        for third in range(THIRDS)
    ]
    answers: dict[tuple[str, str, int], list[GoldenRow]] = {}
    for family, row in rows:
        if family == "natural" and row.signals:
            answers.setdefault((row.question, row.kind, row.number), []).append(row)
    labels = [str(CLASSES[row.label]) for own in answers.values() for row in own if not _is_wrong(row)]
    told = []
    for title, unreads in (("all read", None), ("some left unread", held_out)):
        found = [_decided(own, unreads[third_of(own[0].question)] if unreads else None) for own in answers.values()]
        told.append([each for verdicts, _ in found for each in verdicts])
        _report(title, labels, told[-1], sum(named for _, named in found))
    print(f"  {sum(one != other for one, other in zip(*told, strict=True))} verdicts differ")


def _is_wrong(row: GoldenRow) -> bool:
    """Whether the claim of a row is a misconception."""
    return row.point.startswith(FIX_PREFIX)


def _decided(rows: Sequence[GoldenRow], unreads: Unreads | None) -> tuple[list[str], int]:
    """Verdicts on the points of an answer, and how many misconceptions are named."""
    model, size = load_model(), len(BEFORE)
    all_signals = [row.signals or () for row in rows]
    kinds = [
        None if unreads is None else unreads.misconception if _is_wrong(row) else None if own[_CORE] else unreads.depth
        for row, own in zip(rows, all_signals, strict=True)
    ]
    left = leave_unread(kinds, [own[:size] for own in all_signals])
    found = {
        row.point: Signals(
            (*own[:size], *(taken or own[size : size + len(JOINT)]), *own[size + len(JOINT) :]), 0, 0, _NONE
        )
        for row, own, taken in zip(rows, all_signals, left, strict=True)
    }
    standing = {row.point: (own[-2], own[-1]) for row, own in zip(rows, all_signals, strict=True)}
    full: dict[str, Signals | None] = {}
    for wrong in (False, True):
        full |= add_company({row.point: found[row.point] for row in rows if _is_wrong(row) is wrong}, standing)
    features = [(row, own.features) for row in rows if (own := full[row.point]) is not None]
    verdicts = [str(model.decide(each).verdict) for row, each in features if not _is_wrong(row)]
    return verdicts, sum(model.p_held(each) >= model.held for row, each in features if _is_wrong(row))


def _report(title: str, labels: Sequence[str], verdicts: Sequence[str], named: int) -> None:
    pairs = list(zip(labels, verdicts, strict=True))

    def share(chosen: Sequence[bool], hit: Sequence[bool]) -> float:
        return sum(one and other for one, other in zip(chosen, hit, strict=True)) / max(1, sum(chosen))

    made, covered = ([each[at] == VerdictName.COVERED for each in pairs] for at in (0, 1))
    missing = [each == VerdictName.MISSING for each in verdicts]
    print(
        f"  {title}: {len(pairs)} verdicts, kappa {cohen_kappa(labels, verdicts):.4f}, made found "
        f"{share(made, covered):.4f}, found made {share(covered, made):.4f}, made called missing "
        f"{share(made, missing):.4f}; {named} misconceptions named"
    )


def main() -> None:
    """Collect or fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("collect", "fit"))
    parser.add_argument("--rows", type=Path, default=Path("build/unread.pickle"))
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    if options.step == "collect":
        with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
            parts = pool.starmap(collect, [(part, options.processes) for part in range(options.processes)])
        options.rows.parent.mkdir(parents=True, exist_ok=True)
        options.rows.write_bytes(pickle.dumps([row for part in parts for row in part]))
        return
    rows = pickle.loads(options.rows.read_bytes())  # noqa: S301 - our own file
    kinds = {
        "core": point_pairs(rows, core=True),
        "depth": point_pairs(rows, core=False),
        "misconception": misconception_pairs(rows),
    }
    for name, pairs in kinds.items():
        report_lost(name, pairs)
    report_verdicts(rows, kinds)
    fitted = {name: fit_kind(name, kinds[name], np.ones(len(kinds[name].found), dtype=bool)) for name in LEAST}
    body = {"signals": list(BEFORE), **{name: own._asdict() for name, own in fitted.items()}}
    (GRADING / FILE).write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
