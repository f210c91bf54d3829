"""Writes a language model of a few hundred kilobytes with random weights, for llama.cpp.

Run as `PYTHON tiny_gguf.py FILE`, for the package `gguf` is installed beside llama.cpp and not for mockdl.
"""

from __future__ import annotations

import sys

WIDTH, HIDDEN, HEADS, LAYERS, CONTEXT = 64, 128, 4, 2, 32_768
_NORMAL, _UNKNOWN, _CONTROL, _BYTE = 1, 2, 3, 6


def vocabulary() -> tuple[list[bytes], list[float], list[int]]:
    """Three special tokens, every byte, and the printable characters."""
    special = [(b"<unk>", _UNKNOWN), (b"<s>", _CONTROL), (b"</s>", _CONTROL)]
    rows = special + [(f"<0x{n:02X}>".encode(), _BYTE) for n in range(256)]
    rows += [(chr(n).encode(), _NORMAL) for n in range(33, 127)] + [("▁".encode(), _NORMAL)]
    return [text for text, _ in rows], [-float(n) for n in range(len(rows))], [kind for _, kind in rows]


def main(file: str) -> None:
    """Write the model."""
    import gguf
    import numpy as np

    chance = np.random.default_rng(7)
    tokens, scores, kinds = vocabulary()
    writer = gguf.GGUFWriter(file, "llama")
    writer.add_name("random")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(kinds)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)

    def add(name: str, *shape: int) -> None:
        ones = len(shape) == 1
        values = np.ones(shape) if ones else chance.normal(0, shape[-1] ** -0.5, shape)
        writer.add_tensor(name, values.astype(np.float32))

    add("token_embd.weight", len(tokens), WIDTH)
    add("output_norm.weight", WIDTH)
    add("output.weight", len(tokens), WIDTH)
    for layer in range(LAYERS):
        add(f"blk.{layer}.attn_norm.weight", WIDTH)
        add(f"blk.{layer}.ffn_norm.weight", WIDTH)
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            add(f"blk.{layer}.{part}.weight", WIDTH, WIDTH)
        add(f"blk.{layer}.ffn_gate.weight", HIDDEN, WIDTH)
        add(f"blk.{layer}.ffn_up.weight", HIDDEN, WIDTH)
        add(f"blk.{layer}.ffn_down.weight", WIDTH, HIDDEN)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main(sys.argv[1])
