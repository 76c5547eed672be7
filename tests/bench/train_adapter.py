"""Train kb/data/adapter.npz, the bilingual adapter of the bundled model (kb.adapter; docs/models.md is its model card).

    python tests/bench/train_adapter.py ../shared/data/parallel

The plain model stays as it is; low-rank changes of its linear layers are learned, so that a question read in one
language gets the vector that its translation has in the other: near to the translation's own vector (distillation
after Reimers and Gurevych, 2020), and with the same likeness to every passage of a bank in the other language as the
translation has (so that it ranks alike). Texts are those of FOLDERS whose licence allows it, and our own: the pairs
in tests/bench/pairs, the orientation notes, glossary and lexicon. NTREX-128 and the Justice Department pairs are only
tested on. The same texts and the same number of steps give the same adapter, up to rounding.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import random
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from kb import lexicon
from kb.language import DATA, ENGLISH, LANGUAGES, VIETNAMESE, fold, other_language
from kb.marks import restore_marks
from kb.models import CENTRING, SentenceTransformerEmbedder, Vectors, make_embedder, unit
from kb.settings import load_settings

FOLDERS = ("libreoffice_help", "mozilla_legal_docs", "bloom_housing", "benefits_calculator", "vote_gov", "udhr",
           "vn_law_titles")  # fmt: skip
"""Folders of the parallel text whose licence allows what we ship: MPL-2.0, CC BY-SA 3.0, Apache-2.0, public domain."""
TESTS = ("ntrex128_TEST", "crt_portal_doj")

REPOSITORY = Path(__file__).resolve().parent.parent.parent
PAIRS = Path(__file__).resolve().parent / "pairs"
NOTES = REPOSITORY / "ingest" / "starter"

RANK = 32
BATCH = 64
LEARNING_RATE = 6e-4
TEMPERATURE = 0.05
"""Of the likeness to the bank, as a distribution."""
TOKENS = 128
UNMARKED = 0.2
"""The share of Vietnamese questions read as they come back from being typed without marks."""
SWITCHED = 0.15
"""The share read with some of their terms already in the other language, as bilingual people type."""
MOST_OF_ONE = 2500
"""Pairs taken from one source, so that none rules."""
STEPS = 600
"""One and a half times through all pairs, both ways; some twenty minutes on two cores."""

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """Pairs of texts (Vietnamese, English), and how often an epoch takes each."""

    name: str
    pairs: list[Pair]
    times: int = 1


def read_pairs(files: Sequence[Path]) -> list[Pair]:
    """Return the pairs of TSV files, each once, NFC, in order."""
    rows = (line.split("\t") for file in files for line in file.read_text(encoding="utf-8").splitlines())
    whole = (tuple(unicodedata.normalize("NFC", side.strip()) for side in row) for row in rows if len(row) == 2)
    return list(dict.fromkeys((vi, en) for vi, en in whole if vi and en))


def note_pairs() -> list[Pair]:
    """Return the paragraphs of our notes that stand at the same place of both languages' files."""
    found = []
    for vietnamese in sorted(NOTES.glob("*.vi.md")):
        sides = [
            [part.strip("#- ") for part in file.read_text(encoding="utf-8").split("---", 2)[2].split("\n") if part]
            for file in (vietnamese, vietnamese.with_name(vietnamese.name.replace(".vi.", ".en.")))
        ]
        if len(sides[0]) == len(sides[1]):
            found += list(zip(*sides, strict=True))
    return found


def sources(parallel: Path) -> list[Source]:
    """Return everything that is learned from: at most MOST_OF_ONE pairs of one source, our own longer ones twice."""
    terms = [(vi, en) for vi, alternatives in lexicon.entries() for en in alternatives]
    ours = read_pairs(sorted(PAIRS.glob("*.tsv")))
    found = [Source(name, read_pairs(sorted((parallel / name).glob("*.tsv")))) for name in FOLDERS]
    found += [Source("our pairs", ours, 2), Source("our notes", note_pairs(), 2), Source("our lexicon", terms)]
    chance = random.Random(0)
    return [
        Source(item.name, chance.sample(item.pairs, min(MOST_OF_ONE, len(item.pairs))), item.times) for item in found
    ]


class LowRank(nn.Module):
    """A linear layer that stays as it is, and a low-rank change of it that learns."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.layer = layer
        self.a = nn.Parameter(torch.randn(RANK, layer.in_features) / math.sqrt(layer.in_features))
        self.b = nn.Parameter(torch.zeros(layer.out_features, RANK))

    def forward(self, inputs: Tensor) -> Tensor:
        """Return what the changed layer gives."""
        changed: Tensor = self.layer(inputs) + (inputs @ self.a.T) @ self.b.T
        return changed


class Student:
    """The model being adapted."""

    def __init__(self, embedder: SentenceTransformerEmbedder) -> None:
        import copy

        self.model = copy.deepcopy(embedder.load())
        self.encoder = self.model[0].auto_model.float()
        self.encoder.requires_grad_(False)
        self.encoder.set_attn_implementation("eager")  # the fused one is slow to learn through without a GPU
        self.tokenizer = self.model.tokenizer
        self.prompt = self.model.prompts["query"]
        self.means = {
            language: torch.from_numpy(CENTRING * np.load(DATA / "means.npz")[f"{language}_query"])
            for language in LANGUAGES
        }
        self.changes: dict[str, LowRank] = {}
        for name, layer in list(self.encoder.named_modules()):
            if isinstance(layer, nn.Linear) and name.startswith("encoder."):
                parent = self.encoder.get_submodule(name.rpartition(".")[0])
                self.changes[name] = LowRank(layer)
                setattr(parent, name.rpartition(".")[2], self.changes[name])

    def parameters(self) -> list[nn.Parameter]:
        """Return what learns."""
        return [part for change in self.changes.values() for part in (change.a, change.b)]

    def embed(self, texts: Sequence[str], language: str) -> Tensor:
        """Return the centred unit vectors of questions, shape (len(texts), dimensions)."""
        read = self.tokenizer(
            [self.prompt + text for text in texts], padding=True, truncation=True, max_length=TOKENS,
            return_tensors="pt",
        )  # fmt: skip
        with torch.autocast("cpu", torch.bfloat16):
            states = self.encoder(**read).last_hidden_state
        mask = read["attention_mask"].unsqueeze(-1).float()
        pooled = (states.float() * mask).sum(1) / mask.sum(1)
        return nn.functional.normalize(nn.functional.normalize(pooled, dim=1) - self.means[language], dim=1)

    def embed_all(self, texts: Sequence[str], language: str) -> Vectors:
        """Return vectors without learning from them."""
        with torch.no_grad():
            parts = [self.embed(texts[at : at + BATCH], language) for at in range(0, len(texts), BATCH)]
        vectors: Vectors = torch.cat(parts).numpy()
        return vectors

    def save(self, file: Path) -> None:
        """Write the changes as kb.adapter reads them."""
        arrays = {
            f"{name}.{part}": getattr(change, part).detach().numpy().astype(np.float16)
            for name, change in sorted(self.changes.items())
            for part in ("a", "b")
        }
        np.savez_compressed(file, **arrays)


class Batches:
    """Texts with the vectors of their translations, in batches of one direction and like length, for ever."""

    def __init__(self, chosen: Sequence[Source], embedder: SentenceTransformerEmbedder) -> None:
        self.chosen = chosen
        self.random = random.Random(0)
        pairs = list(dict.fromkeys(pair for source in chosen for pair in source.pairs))
        self.place = {pair: number for number, pair in enumerate(pairs)}
        sides = {VIETNAMESE: [vi for vi, _ in pairs], ENGLISH: [en for _, en in pairs]}
        self.target = {
            language: torch.from_numpy(embedder.embed(texts, role="query", language=language))
            for language, texts in sides.items()
        }
        self.bank = {
            language: torch.from_numpy(embedder.embed(texts, role="passage", language=language))
            for language, texts in self._passages().items()
        }

    def __iter__(self) -> Iterator[tuple[list[str], str, Tensor]]:
        """Yield texts, their language, and the vectors of their translations."""
        while True:
            batches = []
            for language in LANGUAGES:
                taken = [pair for source in self.chosen for pair in source.times * source.pairs]
                own = LANGUAGES.index(language)
                taken.sort(key=lambda pair: len(pair[own]) + self.random.uniform(0, 20))
                batches += [(language, taken[at : at + BATCH]) for at in range(0, len(taken), BATCH)]
            self.random.shuffle(batches)
            for language, part in batches:
                targets = self.target[other_language(language)][[self.place[pair] for pair in part]]
                yield [self._as_typed(pair[LANGUAGES.index(language)], language) for pair in part], language, targets

    def _passages(self) -> dict[str, list[str]]:
        """The texts of each language that questions are compared with: whole sentences, no single terms."""
        pairs = [pair for source in self.chosen if source.name != "our lexicon" for pair in source.pairs]
        return {language: list(dict.fromkeys(pair[own] for pair in pairs)) for own, language in enumerate(LANGUAGES)}

    def _as_typed(self, text: str, language: str) -> str:
        """The text, sometimes as people type it: half in the other language, or without marks and restored."""
        if self.random.random() < SWITCHED:
            text = lexicon.switched(text, language, self.random)
        if language == VIETNAMESE and self.random.random() < UNMARKED:
            text = restore_marks(fold(text))
        return text


def loss_of(found: Tensor, target: Tensor, bank: Tensor) -> Tensor:
    """Return how far `found` is from `target`, and its likeness to the bank from the target's."""
    near = 1 - (found * target).sum(1).mean()
    wanted = nn.functional.softmax(target @ bank.T / TEMPERATURE, dim=1)
    got = nn.functional.log_softmax(found @ bank.T / TEMPERATURE, dim=1)
    return near + nn.functional.kl_div(got, wanted, reduction="batchmean")


def accuracy(asked: Vectors, held: Vectors) -> float:
    """Return how often the nearest of `held` is the translation."""
    return float((np.argmax(asked @ held.T, axis=1) == np.arange(len(asked))).mean())


def tested(student: Student | None, parallel: Path, embedder: SentenceTransformerEmbedder) -> dict[str, float]:
    """Return how often a text finds its translation among all of a test; `student` None asks the plain model."""
    figures = {}
    for name in TESTS:
        pairs = read_pairs(sorted((parallel / name).glob("*.tsv")))
        for own, language in enumerate(LANGUAGES):
            asked, held = [pair[own] for pair in pairs], [pair[1 - own] for pair in pairs]
            vectors = embedder.embed(held, role="passage", language=other_language(language))
            read = student.embed_all(asked, language) if student else unit(
                embedder.embed(asked, role="query", language=language)
            )  # fmt: skip
            figures[f"{name} {language}-{other_language(language)}"] = round(accuracy(read, vectors), 4)
    return figures


def main() -> None:
    """Train for so many minutes or steps, print what the tests say, and write the adapter."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parallel", type=Path)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--output", type=Path, default=DATA / "adapter.npz")
    options = parser.parse_args()
    torch.manual_seed(0)
    embedder = make_embedder(load_settings())
    chosen = sources(options.parallel)
    print(json.dumps({"pairs": {source.name: len(source.pairs) for source in chosen}}), flush=True)
    print(json.dumps({"plain": tested(None, options.parallel, embedder)}), flush=True)
    student = Student(embedder)
    batches = Batches(chosen, embedder)
    optimizer = torch.optim.AdamW(student.parameters(), lr=LEARNING_RATE, weight_decay=0.01)
    begun, losses = time.monotonic(), []
    for step, (texts, language, targets) in enumerate(itertools.islice(batches, options.steps)):
        # Learning begins slowly and ends slowly.
        rate = min(1.0, (step + 1) / 50) * 0.5 * (1 + math.cos(math.pi * step / options.steps))
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * rate
        loss = loss_of(student.embed(texts, language), targets, batches.bank[other_language(language)])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if step % 100 == 99:
            student.save(options.output)
            minutes = round((time.monotonic() - begun) / 60, 1)
            print(
                json.dumps({"step": step + 1, "minutes": minutes, "loss": round(float(np.mean(losses[-100:])), 4)}),
                flush=True,
            )
    student.save(options.output)
    print(json.dumps({"adapted": tested(student, options.parallel, embedder)}), flush=True)


if __name__ == "__main__":
    main()
