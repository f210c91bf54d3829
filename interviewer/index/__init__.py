"""The bank's search index: vectors of questions and key points, and what lies near what.

The only room that imports faiss, and only inside functions.
"""

from interviewer.index.bank_index import BankIndex, Entry, bank_entries, build_index

__all__ = ["BankIndex", "Entry", "bank_entries", "build_index"]
