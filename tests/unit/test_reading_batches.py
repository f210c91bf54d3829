"""How texts are put into batches, and what is read in bfloat16: the same in any company, and near single precision."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from interviewer.embedding import SentenceEncoder, load_encoder
from interviewer.embedding.batches import Batch, make_batches
from interviewer.embedding.bundled import Bundled
from interviewer.embedding.states import token_states

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


def test_in_bfloat16_texts_are_padded_to_lengths_at_which_company_does_not_matter_and_fill_the_batch(
    encoder: SentenceEncoder,
) -> None:
    for batch in batches(encoder, LENGTHS, "bfloat16"):
        assert batch.length == 16 or batch.length % 32 == 0
        assert batch.length * batch.size >= 512
        assert batch.of(LENGTHS)[: len(batch.rows)] == [LENGTHS[row] for row in batch.rows]
        assert len(batch.of(LENGTHS)) == batch.size


def test_in_bfloat16_shorter_texts_fill_a_batch_and_no_more(encoder: SentenceEncoder) -> None:
    long, *_ = found = batches(encoder, [100] * 2 + [20] * 40, "bfloat16")
    assert (long.length, long.size, len(long.rows)) == (128, 4, 4)
    assert sum(batch.length * batch.size for batch in found) <= 4 * 128 + 38 * 32 + 512
    first, second = batches(encoder, [100] * 8 + [20] * 40, "bfloat16")
    assert (first.length, len(first.rows), second.length, len(second.rows)) == (128, 8, 32, 40)


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


def test_pairs_are_cut_up_as_the_tokenizer_does_it(encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    bundled = Bundled(encoder._model)
    texts = ["", "x", "naïve 你好 [SEP] ##s", "half a pair \ud800", *("word " * count for count in (60, 95, 200, 400))]
    claims, passages = zip(*((one, other) for one in texts for other in texts), strict=True)
    wanted = bundled._cut(claims, passages, max_length=192)
    assert max(len(each) for each in wanted["input_ids"]) == 192
    for most in (20_000, 20_000, 3):
        monkeypatch.setattr("interviewer.embedding.bundled._MOST_CLAIMS", most)
        assert bundled.pairs(claims, passages) == (wanted["input_ids"], wanted["token_type_ids"])


def test_a_claim_is_cut_up_once_and_a_passage_once_a_call(
    encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled = Bundled(encoder._model)
    asked: list[str] = []
    cut = bundled._cut

    def note(texts: list[str], *others: list[str], **how: int) -> object:
        asked.extend(texts)
        return cut(texts, *others, **how)

    monkeypatch.setattr(bundled, "_cut", note)
    for _ in range(2):
        bundled.pairs(["It regularises.", "It slows training."] * 9, ["Dropout regularises."] * 18)
    assert sorted(asked) == ["Dropout regularises."] * 2 + ["It regularises.", "It slows training."]


def test_token_states_are_those_that_the_model_gives_itself(encoder: SentenceEncoder) -> None:
    import torch

    bert = encoder._model[0].auto_model.eval()
    ids = torch.randint(1000, 20000, (6, 32))
    mask = torch.ones_like(ids)
    mask[2:, 9:] = 0
    with torch.inference_mode():
        own = token_states(bert, ids, mask)
        wanted = bert(input_ids=ids, attention_mask=mask).last_hidden_state
    assert abs((own - wanted) * mask[..., None]).max() < 1e-4


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
        assert ("/bfloat16" in one.key) is coarse
        found.append((one.encode(texts), reader.read_jointly(texts, texts[::-1])))
    (vectors, shares), (coarse_vectors, coarse_shares) = found
    assert ((vectors * coarse_vectors).sum(1) > 0.9995).all()
    assert abs(shares - coarse_shares).max() < 0.03
