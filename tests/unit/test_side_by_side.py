"""Rows done in parts side by side: in their order, each part with its share of the threads, which all get back."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from interviewer.embedding import SentenceEncoder
from interviewer.embedding.side_by_side import in_parts

pytestmark = pytest.mark.usefixtures("two_threads")


def test_each_row_has_its_result_and_each_part_a_thread_of_torch_to_itself() -> None:
    import torch

    together = threading.Barrier(2, timeout=20)

    def do(rows: Sequence[int]) -> list[tuple[int, int, int]]:
        together.wait()
        return [(row, threading.get_ident(), torch.get_num_threads()) for row in rows]

    found = in_parts(range(9), do)
    assert [row for row, _, _ in found] == list(range(9))
    assert len({thread for _, thread, _ in found}) == 2
    assert {threads for _, _, threads in found} == {1}


@pytest.mark.parametrize(("threads", "rows"), [(1, 9), (2, 7), (2, 1), (2, 0)])
def test_few_rows_and_one_thread_are_done_where_they_are_asked_for(threads: int, rows: int) -> None:
    import torch

    torch.set_num_threads(threads)
    here = threading.get_ident()
    assert in_parts(range(rows), lambda own: [(row, threading.get_ident()) for row in own]) == [
        (row, here) for row in range(rows)
    ]
    torch.set_num_threads(2)


def test_what_goes_wrong_in_a_part_is_raised_and_the_threads_come_back() -> None:
    def do(rows: Sequence[int]) -> list[int]:
        if 1 in rows:
            raise RuntimeError("no memory")
        return list(rows)

    with pytest.raises(RuntimeError, match="no memory"):
        in_parts(range(8), do)


def test_a_reader_may_be_asked_from_two_threads(encoder: SentenceEncoder) -> None:
    """Its tokenizer refuses to be told where to cut while it cuts."""
    reader = encoder.reader()
    assert reader is not None
    text = "Dropout switches units off at random. " * 40
    wanted = [len(reader.read([text], cut=cut)[0].pieces) for cut in (True, False)]
    assert wanted[0] < wanted[1]

    def do(rows: Sequence[int]) -> list[int]:
        return [len(reader.read([text] * 4, cut=not row % 2)[0].pieces) for row in rows]

    assert in_parts(range(40), do) == wanted * 20
