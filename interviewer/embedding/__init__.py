"""Text to vectors: which model, on which device, and what is already known.

The only room that imports sentence-transformers and torch, and only inside functions:
importing this package costs nothing.
"""

from interviewer.embedding.cache import CachedEncoder, VectorCache
from interviewer.embedding.loader import DEFAULT_MODEL, SentenceEncoder, load_encoder

__all__ = ["DEFAULT_MODEL", "CachedEncoder", "SentenceEncoder", "VectorCache", "load_encoder"]
