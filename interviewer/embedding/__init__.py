"""Text to vectors: which model, on which device, and what is already known.

The only room that imports sentence-transformers and torch, and only inside functions:
importing this package costs nothing.
"""

from interviewer.embedding.encoder_loading import DEFAULT_MODEL, SentenceEncoder, load_encoder
from interviewer.embedding.vector_cache import CachedEncoder, VectorCache

__all__ = ["DEFAULT_MODEL", "CachedEncoder", "SentenceEncoder", "VectorCache", "load_encoder"]
