"""How texts are put into batches, and what is read in bfloat16: the same in any company, and near single precision."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from interviewer.embedding import SentenceEncoder, load_encoder
from interviewer.embedding.batches import Batch, make_batches

LENGTHS = [5, 190, 16, 17, 64, 5, 3, 300, 33, 48, 16]


def batches(encoder: SentenceEncoder, lengths: list[int], kind: str, most: int = 384) -> list[Batch]:
    import torch

    return list(make_batches(lengths, most, SimpleNamespace(dtype=getattr(torch, kind))))


@pytest.mark.parametrize("kind", ["float32", "bfloat16"])
def test_each_text_is_in_one_batch_that_holds_it(encoder: SentenceEncoder, kind: str) -> None:
    found = batches(encoder, LENGTHS * 40, kind)
    assert sorted(row for batch in found for row in batch.rows) == list(range(40 * len(LENGTHS)))
    assert all((LENGTHS * 40)[row] <= batch.length for batch in found for row in batch.rows)
    assert all(batch.size >= len(batch.rows) for batch in found)


def test_in_single_precision_nothing_is_read_that_was_not_asked_for(encoder: SentenceEncoder) -> None:
    for batch in batches(encoder, LENGTHS, "float32"):
        assert batch.size == len(batch.rows)
        assert batch.length == max(LENGTHS[row] for row in batch.rows)
        assert batch.length * batch.size <= 384 or batch.size == 1


def test_in_bfloat16_the_company_of_a_text_has_its_length_and_fills_the_batch(encoder: SentenceEncoder) -> None:
    for batch in batches(encoder, LENGTHS, "bfloat16"):
        assert {-(-LENGTHS[row] // 16) * 16 for row in batch.rows} == {batch.length}
        assert batch.length * batch.size >= 512
        assert batch.of(LENGTHS)[: len(batch.rows)] == [LENGTHS[row] for row in batch.rows]
        assert len(batch.of(LENGTHS)) == batch.size


@pytest.mark.parametrize("lengths", [[], [0], [1]])
def test_few_and_empty_texts_are_no_exception(encoder: SentenceEncoder, lengths: list[int]) -> None:
    for kind in ("float32", "bfloat16"):
        assert [row for batch in batches(encoder, lengths, kind) for row in batch.rows] == list(range(len(lengths)))


def test_a_text_is_read_alike_in_any_company(encoder: SentenceEncoder) -> None:
    reader = encoder.reader()
    assert reader is not None
    texts = ["Dropout " * count + "switches units off." for count in (0, 1, 2, 5, 12, 30)]
    together = reader.read(texts)
    claims = [f"Claim {number}: it regularises." for number in range(len(texts))]
    jointly = reader.read_jointly(claims, texts)
    for at, text in enumerate(texts):
        (alone,) = reader.read([text])
        assert abs(alone.vector - together[at].vector).max() < 1e-4
        assert abs(alone.plain - together[at].plain).max() < 1e-4
        assert abs(reader.read_jointly(claims[at : at + 1], [text])[0] - jointly[at]).max() < 1e-4


def test_the_precision_moves_what_is_read_by_little(
    encoder: SentenceEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are loaded here whatever the processor prefers."""
    texts = ["Dropout switches units off at random.", "Attention weighs values by how well keys match the query."]
    found = []
    for coarse in (False, True):
        monkeypatch.setattr("interviewer.embedding.encoder_loading.prefers_bfloat16", lambda wanted=coarse: wanted)
        one = load_encoder("default", "cpu", cache=tmp_path)
        reader = one.reader()
        assert reader is not None
        assert one.key.endswith("/bfloat16") is coarse
        found.append((one.encode(texts), reader.read_jointly(texts, texts[::-1])))
    (vectors, shares), (coarse_vectors, coarse_shares) = found
    assert ((vectors * coarse_vectors).sum(1) > 0.9995).all()
    assert abs(shares - coarse_shares).max() < 0.03
