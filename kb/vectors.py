"""The vector store: Chroma with nothing but passage ids and vectors, which can always be made again.

A collection for each audience (or private owner), language, and current apart from historic: a search opens only
what the person may see, without the filters that cost most of a query's time. chromadb is touched only here. One
process owns the folder (kb.base holds the lock): Chroma opened twice hangs or corrupts.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kb.models import Vectors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

BATCH = 1000


def collection_name(audience: str, language: str, period: str, owner: str | None = None) -> str:
    """Return the name of the collection that holds such passages."""
    return ".".join([f"private-{owner}" if owner else audience, language, period])


class VectorStore:
    """Vectors by collection and passage id. Opened at first use: importing Chroma takes seconds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._client: ClientAPI | None = None
        self._collections: dict[str, Collection] = {}
        self._sizes: dict[str, int] = {}
        self._changes = 0
        self._lock = threading.Lock()

    def open(self) -> ClientAPI:
        """Return Chroma's client, opening it when it is not."""
        with self._lock:
            if self._client is None:
                import chromadb
                from chromadb.config import Settings

                self._folder.mkdir(parents=True, exist_ok=True)
                self._client = chromadb.PersistentClient(
                    path=str(self._folder), settings=Settings(anonymized_telemetry=False, allow_reset=True)
                )
            return self._client

    def close(self) -> None:
        """Let go of the folder."""
        with self._lock:
            if self._client is not None:
                close = getattr(self._client, "close", None)  # not part of the published interface
                if close is not None:
                    close()
            self._client = None
            self._collections.clear()
            self._sizes.clear()
            self._changes += 1

    def add(self, collection: str, passages: Sequence[int], vectors: Vectors) -> None:
        """Store or replace the vectors of `passages`, shape (len(passages), dimensions)."""
        target = self._get(collection, create=True)
        assert target is not None
        for start in range(0, len(passages), BATCH):
            part = slice(start, start + BATCH)
            target.upsert(ids=[str(passage) for passage in passages[part]], embeddings=vectors[part])
        self._changed(collection)

    def remove(self, collection: str, passages: Sequence[int]) -> None:
        """Delete the vectors of `passages`; those that are not there are passed over."""
        target = self._get(collection)
        if target is not None:
            for start in range(0, len(passages), BATCH):
                target.delete(ids=[str(passage) for passage in passages[start : start + BATCH]])
            self._changed(collection)

    def search(self, collection: str, query: Vectors, limit: int) -> list[tuple[int, float]]:
        """Return up to `limit` (passage id, cosine), nearest first. `query` has shape (dimensions,)."""
        target = self._get(collection)
        if target is None:
            return []
        size = self._size(collection, target)
        if not size:
            return []
        found: Any = target.query(query_embeddings=query[np.newaxis], n_results=min(limit, size), include=["distances"])
        return [
            (int(passage), 1.0 - float(distance))
            for passage, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    def get(self, collection: str, passages: Sequence[int]) -> dict[int, Vectors]:
        """Return the stored vectors of those of `passages` that the collection holds."""
        target = self._get(collection)
        if target is None or not passages:
            return {}
        found: Any = target.get(ids=[str(passage) for passage in passages], include=["embeddings"])
        return {
            int(passage): np.asarray(vector, np.float32)
            for passage, vector in zip(found["ids"], found["embeddings"], strict=True)
        }

    def ids(self, collection: str) -> set[int]:
        """Return the ids of all passages in a collection."""
        target = self._get(collection)
        return set() if target is None else {int(passage) for passage in target.get(include=[])["ids"]}

    def collections(self) -> list[str]:
        """Return the names of all collections."""
        return sorted(collection.name for collection in self.open().list_collections())

    def clear(self) -> None:
        """Delete every collection."""
        for name in self.collections():
            self.open().delete_collection(name)
        with self._lock:
            self._collections.clear()
            self._sizes.clear()
            self._changes += 1

    def _size(self, name: str, collection: Collection) -> int:
        """How many vectors a collection holds, remembered: counting a large one takes longer than searching it."""
        size = self._sizes.get(name)
        if size is None:
            changes = self._changes
            size = collection.count()
            with self._lock:
                if changes == self._changes:  # else it was counted while another thread changed it
                    self._sizes[name] = size
        return size

    def _changed(self, name: str) -> None:
        with self._lock:
            self._changes += 1
            self._sizes.pop(name, None)

    def _get(self, name: str, *, create: bool = False) -> Collection | None:
        if name in self._collections:
            return self._collections[name]
        client = self.open()
        if create:
            configuration: Any = {
                "hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 32}
            }
            collection = client.get_or_create_collection(name, configuration=configuration, embedding_function=None)
        else:
            from chromadb.errors import NotFoundError

            try:
                collection = client.get_collection(name, embedding_function=None)
            except NotFoundError:
                return None
        self._collections[name] = collection
        return collection
