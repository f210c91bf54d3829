"""Rows done in parts side by side: in their order, each part with its share of the threads, which all get back."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial

import pytest

from interviewer.embedding import SentenceEncoder
from interviewer.embedding.side_by_side import do_all, in_parts

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


def test_a_part_that_is_through_does_what_another_has_left() -> None:
    """The part of the last row waits in its task until the other part has done the rest of them."""
    helped = threading.Event()
    by: list[int] = []

    def wait() -> None:
        assert helped.wait(timeout=20)

    def note() -> None:
        by.append(threading.get_ident())
        if len(by) == 5:
            helped.set()

    def do(rows: Sequence[int]) -> list[int]:
        if 7 in rows:
            do_all([wait, *[note] * 5])
            by.insert(0, threading.get_ident())
        return list(rows)

    assert in_parts(range(8), do) == list(range(8))
    owner, *others = by
    assert len(others) == 5
    assert owner not in others


def test_each_task_is_done_once_whoever_does_it() -> None:
    done: list[tuple[int, int]] = []

    def do(rows: Sequence[int]) -> list[int]:
        for row in rows:
            do_all([partial(done.append, (row, number)) for number in range(5)])
        return list(rows)

    in_parts(range(200), do)
    assert sorted(done) == [(row, number) for row in range(200) for number in range(5)]
    done.clear()
    assert do([3]) == [3], "and where there are no parts"
    assert done == [(3, number) for number in range(5)]


@pytest.mark.parametrize("parts", [True, False])
def test_a_task_that_fails_fails_its_own_part_after_all_others_were_tried(parts: bool) -> None:
    tried: list[int] = []

    def fail() -> None:
        raise MemoryError("too little")

    def do(rows: Sequence[int]) -> list[str]:
        if rows[0] == 0:
            with pytest.raises(MemoryError, match="too little"):
                do_all([partial(tried.append, 1), fail, partial(tried.append, 2)])
        do_all([partial(tried.append, 3)])
        return ["done"] * len(rows)

    if parts:
        assert in_parts(range(8), do) == ["done"] * 8
        assert sorted(tried) == [1, 2, 3, 3]
    else:
        do([0])
        assert tried == [1, 2, 3]


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
