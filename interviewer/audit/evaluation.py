"""Rows of `mockdl eval`: answers with a person's grade, read from JSON Lines, and what is measured on them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from interviewer.audit.agreement import auc, estimate, macro_f1, pearson, qwk, spearman, within_question
from interviewer.audit.baselines import keyword_recall, tf_idf_cosines
from interviewer.core.english import sentences
from interviewer.core.grade.grade import Assessment, AssessmentRequest
from interviewer.core.json_rows import parse_row, whole_characters

if TYPE_CHECKING:
    import numpy

_LABELS = {
    "correct": "covered",
    "covered": "covered",
    "incorrect": "missing",
    "partially correct": "missing",
    "partial": "missing",
    "missing": "missing",
    "contradictory": "contradicted",
    "contradicted": "contradicted",
    **dict.fromkeys(("good", "yes", "true", "1", "covering"), "covered"),
    **dict.fromkeys(("bad", "no", "false", "0", "not covered", "uncovered", "not_covered"), "uncovered"),
}


RESULTS = ("agreement with scores", "agreement with labels", "kinds of answers to a key point")
"""Headings of what is measured."""


class Trial(NamedTuple):
    """One answer to measure on."""

    question: str
    request: AssessmentRequest
    score: float | None
    label: str | None
    """covered, missing, contradicted, or uncovered for one of the last two; None when the row says none of these."""
    kind: str | None
    """Of an answer to a single key point, e.g. "negated"."""
    line: int = 0
    """Where it was read."""


def split_reference(reference: str) -> list[str]:
    """The points of a plain reference: its lines and sentences of at least three words."""
    whole = (reference[start:end] for start, end in sentences(reference))
    parts = [part.strip(" -*•\t") for sentence in whole for part in sentence.split(";")]
    return [part for part in parts if len(part.split()) >= 3] or [reference.strip()]


def load_trials(lines: Iterable[str | bytes], *, min_words: int = 1) -> tuple[list[Trial], list[str]]:
    """Read rows; returns the trials and, as "line: what", the lines that can't be used."""
    trials: list[Trial] = []
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = parse_row(line)
            made = _point_trials(row, number) if "answers" in row else [_answer_trial(row, number)]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            problem = " ".join(str(error).split())
            what = f"has no field {error}" if isinstance(error, KeyError) else f"can't be read ({problem})"
            problems.append(f"{number}: {what}; the line was skipped")
            continue
        trials += [each for each in made if each.kind or len(each.request.answer.split()) >= min_words]
    return trials, problems


def _answer_trial(row: dict[str, Any], number: int) -> Trial:
    points: tuple[tuple[str, ...], ...]
    references = row.get("references")
    if row.get("key_points") is not None:
        points = tuple((_text(point, "a key point"),) for point in row["key_points"])
    elif references and len(references) > 1:
        points = (tuple(_text(each, "a reference") for each in references),)
    else:
        points = tuple((part,) for part in split_reference(_text(row["reference"], "'reference'")))
    if not points:
        raise ValueError("no key points")
    score = None if row.get("score") is None else float(row["score"])
    if score is not None and not 0 <= score <= 1:
        raise ValueError(f"score {row['score']} is not between 0 and 1")
    label = _label(row.get("label"))
    if score is None and label is None:
        raise ValueError("neither a score nor a label")
    asked = _text(row.get("question", ""), "'question'", missing="")
    question = _text(row.get("question_id"), "'question_id'", missing="") or asked or str(number)
    request = AssessmentRequest(question=asked, points=points, answer=_text(row["answer"], "'answer'"))
    return Trial(question, request, score, label, None, number)


def _text(value: Any, name: str, *, missing: str | None = None) -> str:
    """A text or a number as text.

    Args:
        value: a field of a row.
        name: of the field.
        missing: for None; without one that is an error.

    Raises:
        ValueError: it is something else.
    """
    if value is None and missing is not None:
        return missing
    if not isinstance(value, str | int | float):
        raise ValueError(f"{name} is no text")
    return whole_characters(str(value))


def _label(value: Any) -> str | None:
    return _LABELS.get(_text(value, "'label'", missing="").lower())


def _point_trials(row: dict[str, Any], number: int) -> list[Trial]:
    point, question = _text(row["key_point"], "'key_point'"), _text(row.get("question"), "'question'", missing="")
    made = []
    for answer in row["answers"]:
        said = _text(answer["text"], "an answer")
        request = AssessmentRequest(question=question, points=((point,),), answer=said, single=True)
        label = _label(answer["label"])
        if label is None:
            raise ValueError(f"label {answer['label']!r} is none of covered, missing, contradicted")
        kind = _text(answer.get("kind"), "'kind'", missing=str(answer["label"]))
        made.append(Trial(f"{number}", request, None, label, kind, number))
    return made


def measure_scores(trials: Sequence[Trial], found: Sequence[Assessment]) -> dict[str, Any]:
    """Agreement with people's scores and labels, our grade first, then the baselines."""
    import numpy as np

    rows = [n for n, trial in enumerate(trials) if trial.kind is None]
    if not rows:
        return {}
    scored = [n for n in rows if trials[n].score is not None]
    result: dict[str, Any] = {}
    if scored:
        truth = np.array([trials[n].score for n in scored])
        questions = [trials[n].question for n in scored]
        signals = _signals([trials[n] for n in scored], [found[n] for n in scored])
        result[RESULTS[0]] = {
            name: {"n": len(scored), **_correlations(np.asarray(values), truth, questions, name == "mockdl")}
            for name, values in signals.items()
        }
    labelled = [n for n in rows if trials[n].label not in (None, "uncovered")]
    if labelled:
        result[RESULTS[1]] = {"mockdl": _labels([trials[n] for n in labelled], [found[n] for n in labelled])}
    return result


def _signals(trials: Sequence[Trial], found: Sequence[Assessment]) -> dict[str, list[float]]:
    references = [" ".join(point[0] for point in trial.request.points) for trial in trials]
    answers = [trial.request.answer for trial in trials]
    return {
        "mockdl": [each.credit for each in found],
        "length": [float(len(answer.split())) for answer in answers],
        "TF-IDF cosine": tf_idf_cosines(references, answers),
        "keyword recall": [
            keyword_recall(trial.request.question, reference, trial.request.answer)
            for trial, reference in zip(trials, references, strict=True)
        ],
        "whole cosine": [each.cosine for each in found],
        "token recall": [each.recall for each in found],
    }


def _correlations(x: numpy.ndarray, y: numpy.ndarray, questions: list[str], ours: bool) -> dict[str, Any]:
    import numpy as np

    def on(measure: Callable[..., float], *, by_question: bool = False) -> dict[str, Any]:
        def value(rows: Sequence[int]) -> float:
            chosen = list(rows)
            extra = ([questions[row] for row in chosen],) if by_question else ()
            return measure(x[chosen], y[chosen], *extra)

        return estimate(value, questions)._asdict()

    found = {
        "r": on(pearson),
        "rho": on(spearman),
        "within r": on(within_question, by_question=True),
        "QWK": on(qwk, by_question=True),
    }
    if ours:
        found["MAE"] = on(lambda a, b: float(np.abs(a - b).mean()))
    return found


def _labels(trials: Sequence[Trial], found: Sequence[Assessment]) -> dict[str, Any]:
    truth = [str(trial.label) for trial in trials]
    said = [decide(each) for each in found]
    questions = [trial.question for trial in trials]

    def accuracy(rows: Sequence[int]) -> float:
        return sum(truth[row] == said[row] for row in rows) / len(rows)

    def f1(rows: Sequence[int]) -> float:
        return macro_f1([truth[row] for row in rows], [said[row] for row in rows])

    groups: dict[str, dict[str, list[float]]] = {}
    for trial, label, each in zip(trials, truth, found, strict=True):
        groups.setdefault(trial.question, {}).setdefault(label, []).append(each.credit)
    # Answers that are drawn twice change no area, so each question's is worked out once.
    areas = {name: auc(each.get("covered", ()), each.get("contradicted", ())) for name, each in groups.items()}

    def contradiction(rows: Sequence[int]) -> float:
        counts = Counter((questions[row], truth[row]) for row in rows)
        enough = [name for name in areas if min(counts[name, "covered"], counts[name, "contradicted"]) >= 5]
        return sum(areas[name] for name in enough) / len(enough) if enough else float("nan")

    return {
        "n": len(trials),
        "accuracy": estimate(accuracy, questions)._asdict(),
        "macro-F1": estimate(f1, questions)._asdict(),
        "correct over contradictory AUC": estimate(contradiction, questions)._asdict(),
    }


def decide(found: Assessment) -> str:
    """The likeliest of covered, missing, contradicted."""
    shares = {"covered": found.p_covered, "missing": found.p_missing, "contradicted": found.p_contradicted}
    return max(shares, key=shares.__getitem__)


def _agrees(said: str, label: str | None) -> bool:
    return said != "covered" if label == "uncovered" else said == label


def measure_kinds(trials: Sequence[Trial], found: Sequence[Assessment]) -> dict[str, Any]:
    """Of answers to single key points: accuracy per kind, and how often a covering one outranks one of this kind."""
    rows = [n for n, trial in enumerate(trials) if trial.kind is not None]
    if not rows:
        return {}
    covering: dict[str, list[float]] = defaultdict(list)
    for n in rows:
        if trials[n].label == "covered":
            covering[trials[n].question].append(found[n].credit)
    kinds: dict[str, Any] = {}
    for kind in dict.fromkeys(str(trials[n].kind) for n in rows):
        own = [n for n in rows if trials[n].kind == kind]
        right = [_agrees(decide(found[n]), trials[n].label) for n in own]
        cells: dict[str, Any] = {"n": len(own), "accuracy": sum(right) / len(own)}
        others: dict[str, list[float]] = defaultdict(list)
        for n in own:
            if trials[n].label != "covered":
                others[trials[n].question].append(found[n].credit)
        areas = [auc(covering[name], bad) for name, bad in others.items() if covering.get(name)]
        if areas:
            cells["outranked by covering"] = sum(areas) / len(areas)
        kinds[kind] = cells
    return {RESULTS[2]: kinds}
