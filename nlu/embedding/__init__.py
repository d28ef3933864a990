"""Sentence embeddings: where the model comes from, how texts become vectors, and their cache.

Importing this package loads neither torch nor sentence-transformers; `encoder.load_encoder` does.
"""
