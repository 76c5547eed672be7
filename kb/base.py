"""One open base: the library, its indexes and the model together. Everything outside goes through here.

Chroma must be owned by one process, so opening a base takes a lock in its home.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import date
from typing import Literal, Protocol

from filelock import FileLock, Timeout

from kb import answer as answering
from kb import lookup, search
from kb.address import shown
from kb.bilingual import ModelWarning, check_embedder, check_reranker
from kb.catalogue import Source
from kb.currency import Currency, CurrencyCheck
from kb.errors import BaseBusy, KnowledgeBaseError, ModelMismatch, NotInBase, UsageError
from kb.language import LANGUAGES
from kb.library import Library, passage_content
from kb.lookup import DocumentIndex
from kb.models import BUNDLED, Embedder, Progress, VectorCache, Vectors, make_embedder
from kb.proposals import Proposal, open_proposals, propose
from kb.records import Answer, Audience, Clause, ClauseView, Document, Hit, ParsedDocument
from kb.reranking import DEPTH as RERANKED
from kb.reranking import CrossEncoderReranker, Reranker, rerank
from kb.search import Retrieval, Scope
from kb.settings import Settings
from kb.sources import store_catalogue, stored_catalogue
from kb.swap import finish_restore
from kb.vectors import VectorStore
from kb.verify import Report, compare_stores

MODEL_FACT = "embedding-model"
LONGEST_QUESTION = 2000
REMEMBERED_QUESTIONS = 1000


class Say(Protocol):
    """Is told, in a sentence, what is being done."""

    def __call__(self, sentence: str, /) -> None: ...


def _quiet(_: str) -> None:
    return


def _no_progress(_done: int, _total: int) -> None:
    return


class KnowledgeBase:
    """A base opened by this process. Methods may be called from several threads at once."""

    def __init__(
        self,
        settings: Settings,
        *,
        embedder: Embedder | None = None,
        reranker: Reranker | None = None,
        wait_seconds: float = 0.0,
    ) -> None:
        """Open or make the base in `settings.home`; `wait_seconds` is how long to wait for its present owner.

        Raises BaseBusy when another process owns it, IntegrityError when a newer program wrote it.
        """
        self.settings = settings
        settings.home.mkdir(parents=True, exist_ok=True)
        self._owned = FileLock(settings.home / "owner.lock")
        try:
            self._owned.acquire(timeout=wait_seconds)
        except Timeout as error:
            raise BaseBusy(
                f"Another process is working on the base in {settings.home}. Wait until it has finished, or stop it.",
                f"Một tiến trình khác đang sử dụng kho tại {settings.home}. "
                "Hãy chờ tiến trình đó kết thúc hoặc dừng nó.",
            ) from error
        try:
            finish_restore(settings.home)
            self.library = Library(settings.library_file)
            self.vectors = VectorStore(settings.vectors_folder)
            self.cache = VectorCache(settings.cache_file)
        except BaseException:
            self._owned.release()
            raise
        self._embedder = embedder
        self._reranker = reranker or (CrossEncoderReranker(settings.reranker) if settings.reranker else None)
        self._writing = threading.RLock()
        self._names = DocumentIndex(self.library)
        self._questions: dict[tuple[str, str], dict[str, Vectors]] = {}
        self._check_currency: CurrencyCheck | None = None
        self.ready = False
        self.preparing: tuple[int, int] | None = None
        """While the first start indexes the notes: how many are done, of how many."""
        self.loading_error: KnowledgeBaseError | None = None
        self.warnings: tuple[ModelWarning, ...] = ()
        """What a person must know of the models in use; known once they are loaded."""

    def close(self) -> None:
        """Close all files and let the base go."""
        self.vectors.close()
        self.cache.close()
        self.library.close()
        self._owned.release()

    def __enter__(self) -> KnowledgeBase:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- starting
    # ---------------------------------------------------------------------------------------------------------

    def embedder(self, say: Say = _quiet) -> Embedder:
        """Return the embedding model, made on first use. Raises ModelError."""
        with self._writing:
            if self._embedder is None:
                self._embedder = make_embedder(self.settings, say)
            return self._embedder

    def warm(self, say: Say = _quiet, progress: Progress = _no_progress) -> None:
        """Load the model, finish what a crash left undone, and make ready to answer.

        Raises KnowledgeBaseError, and keeps it in `loading_error` for the page to show.
        """
        try:
            embedder = self.embedder(say)
            for towards in LANGUAGES:
                embedder.embed(["sẵn sàng"], role="query", language="vi", towards=towards)
            self.vectors.open()
            self.settle(progress)
            self.check_languages()
            for warning in self.warnings:
                say(f"{warning.vi} | {warning.en}")
            self.ready = True
        except KnowledgeBaseError as error:
            self.loading_error = error
            raise

    @property
    def chosen_models(self) -> bool:
        """Whether someone chose a model: what the bundled one knows is known."""
        return self.settings.embedder != BUNDLED or self._reranker is not None

    def check_languages(self) -> None:
        """Find out whether chosen models know both languages; fills `warnings`. Raises ModelError."""
        found = []
        if self.settings.embedder != BUNDLED:
            found.append(check_embedder(self.embedder()))
        if self._reranker is not None:
            found.append(check_reranker(self._reranker))
        self.warnings = tuple(warning for warning in found if warning is not None)

    def settle(self, progress: Progress = _no_progress) -> int:
        """Carry out what the library owes the vector store; return how many passages that were.

        Raises ModelMismatch where the stored vectors come from another model than the one configured.
        """
        with self._writing:
            self._check_model()
            owed = self.library.owed_changes()
            total = sum(len(ids) for (_, action), ids in owed.items() if action == "add")
            done = 0
            for (collection, action), ids in owed.items():
                if action == "remove":
                    self.vectors.remove(collection, ids)
                else:
                    before = done
                    contents = self.library.passage_contents(ids)
                    for language in sorted({language for _, language, _ in contents}):
                        group = [(passage, text) for passage, own, text in contents if own == language]
                        made = self.embed([text for _, text in group], language, _shifted(progress, done, total))
                        self.vectors.add(collection, [passage for passage, _ in group], made)
                        done += len(group)
                    done = before + len(ids)
                self.library.settle(collection, ids)
            return sum(len(ids) for ids in owed.values())

    def _check_model(self) -> None:
        name = self.embedder().name
        stored = self.library.fact(MODEL_FACT)
        if stored is None:
            self.library.set_fact(MODEL_FACT, name)
        elif stored != name:
            raise ModelMismatch(
                f"The base was indexed with the model {stored}, but {name} is configured. Run `cop-kb rebuild`.",
                f"Kho được lập chỉ mục bằng mô hình {stored}, nhưng cấu hình hiện tại là {name}. "
                "Hãy chạy `cop-kb rebuild`.",
            )

    # -- documents in
    # -------------------------------------------------------------------------------------------------------

    def embed(self, texts: Sequence[str], language: str, progress: Progress = _no_progress) -> Vectors:
        """Return the passage vectors of `texts`, from the cache where they are known."""
        return self.cache.embed(self.embedder(), texts, language=language, progress=progress)

    def embed_question(self, searched: str, language: str) -> dict[str, Vectors]:
        """Return the vectors of a question by the language of the passages they are for, each of shape (dimensions,).

        Those of the questions asked last are remembered.
        """
        key = (searched, language)
        vectors = self._questions.get(key)
        if vectors is None:
            vectors = {
                towards: self.embedder().embed([searched], role="query", language=language, towards=towards)[0]
                for towards in LANGUAGES
            }
            if len(self._questions) >= REMEMBERED_QUESTIONS:
                self._questions.clear()
            self._questions[key] = vectors
        return vectors

    def forget_questions(self) -> None:
        """Forget the vectors of questions asked: for measuring what a new question costs."""
        self._questions.clear()

    def add(
        self,
        parsed: ParsedDocument,
        *,
        source: str,
        file_hash: str,
        publish: bool,
        progress: Progress = _no_progress,
        settle: bool = True,
    ) -> Document:
        """Store `parsed` as a new version and index it where it is published; `settle` False leaves its vectors owed.

        Vectors are made (and cached) before the transaction, so that a crash at any point leaves either nothing or a
        whole version whose few remaining steps the next start carries out.
        """
        if publish and settle:
            language = parsed.metadata.language or "en"
            contents = [
                passage_content(passage.context, parsed.text[passage.start : passage.end])
                for passage in parsed.passages
            ]
            self._check_model()
            self.embed(contents, language, progress)
        with self._writing:
            document = self.library.add(parsed, source=source, file_hash=file_hash, publish=publish)
            if settle:
                self.settle()
            self._names.forget()
            return document

    def publish(self, document: str, version: int, progress: Progress = _no_progress) -> None:
        """Publish a draft."""
        with self._writing:
            self.library.publish(document, version)
            self.settle(progress)
            self._names.forget()

    def rebuild(self, progress: Progress = _no_progress) -> int:
        """Make the lexical index and every vector anew for the model configured; return how many passages.

        Stopped at any point, what is left is done at the next start.
        """
        with self._writing:
            self.library.rebuild_lexical()
            self.vectors.clear()
            self.library.set_fact(MODEL_FACT, self.embedder().name)
            self.library.owe_everything()
            return self.settle(progress)

    def verify(self) -> Report:
        """Compare library, lexical index and vector store."""
        with self._writing:
            return compare_stores(self.library, self.vectors)

    # -- catalogue, currency, glossary
    # -----------------------------------------------------------------------------------------

    def catalogue(self) -> tuple[Source, ...]:
        """Return the catalogue of official sources; () before it was first read."""
        return self._currency_check().sources

    def set_catalogue(self, entries: Sequence[Source]) -> None:
        """Keep `entries` as the catalogue."""
        with self._writing:
            store_catalogue(self.library, entries)
            self._check_currency = None

    def currency(self, document: Document, as_of: date | None = None) -> Currency:
        """Return whether `document` may still be relied on (today where no day is given)."""
        return self._currency_check()(document, as_of or date.today())

    def _currency_check(self) -> CurrencyCheck:
        if self._check_currency is None:
            self._check_currency = CurrencyCheck(stored_catalogue(self.library))
        return self._check_currency

    def currencies(self) -> tuple[Currency, ...]:
        """Return the currency of every published document, those that need a curator first."""
        found = [self.currency(document) for document in self.documents()]
        return tuple(sorted(found, key=lambda item: (not item.concerns, item.review_due, item.document.id)))

    def review(self, document: str, *, checked: date, due: date | None = None) -> Document:
        """Keep that the published version of a document was checked; return it. Raises NotInBase."""
        with self._writing:
            version = self.document(document).version
            self.library.set_checked(document, version, checked=checked, due=due)
            self._names.forget()
            return self.document(document)

    def propose_term(self, term: str, *, en: str, vi: str, reason: str) -> None:
        """Keep a reader's proposal for a glossary entry. Raises UsageError for an empty or overlong one."""
        with self._writing:
            propose(self.library, Proposal(term=term, en=en, vi=vi, reason=reason))

    def term_proposals(self) -> tuple[Proposal, ...]:
        """Return the open proposals for the glossary, oldest first."""
        return open_proposals(self.library)

    # -- questions
    # ------------------------------------------------------------------------------------------------------------

    def retrieve(
        self,
        question: str,
        *,
        limit: int,
        scope: Scope | None = None,
        language: str | None = None,
        preferred: Sequence[str] = (),
    ) -> Retrieval:
        """Return the best passages for `question`, those of the documents `preferred` before others about as good.

        Raises UsageError for an empty or overlong question, ModelError.
        """
        question = _checked(question)
        form, searched = search.read_question(question, self.library, language=language)
        if self.ready:
            self._check_model()
        else:
            self.warm()
        begun = time.perf_counter()
        query = self.embed_question(searched, form.language)
        embedding_ms = 1000 * (time.perf_counter() - begun)
        scope = scope or Scope()
        named = {match for reference in self.references(question, scope) for match in reference.documents}
        found = search.retrieve(
            question,
            query,
            form,
            library=self.library,
            vectors=self.vectors,
            scope=scope,
            limit=max(limit, RERANKED) if self._reranker else limit,
            named={*named, *preferred},
        )
        if self._reranker:
            found = rerank(searched, found, self._reranker)[:limit]
        return Retrieval(form, searched, tuple(found), embedding_ms)

    def references(self, question: str, scope: Scope | None = None) -> tuple[lookup.Resolved, ...]:
        """Return what the question refers to by name, number or address, resolved against the base."""
        return self._names.resolve(question, scope or Scope())

    def search(
        self, question: str, *, top: int = 10, as_of: date | None = None, audiences: Sequence[Audience] | None = None
    ) -> tuple[Hit, ...]:
        """Return the `top` best passages; a clause that the question names comes first whatever the vectors say."""
        scope = Scope(audiences=tuple(audiences or Scope().audiences), as_of=as_of)
        exact = lookup.exact_hits(self.references(question, scope), self.library)
        retrieval = self.retrieve(question, limit=top, scope=scope)
        return lookup.merge(exact, search.hits(retrieval.found, self.library))[:top]

    def ask(
        self,
        question: str,
        *,
        language: Literal["vi", "en"] | None = None,
        as_of: date | None = None,
        audiences: Sequence[Audience] | None = None,
        top: int = 10,
        follows: Answer | None = None,
    ) -> Answer:
        """Answer `question` from the base; see kb.answer. `follows` is the answer before, where there was one.

        Raises UsageError for an empty or overlong question.
        """
        scope = Scope(audiences=tuple(audiences or Scope().audiences), as_of=as_of)
        return answering.answer(self, _checked(question), language=language, scope=scope, top=top, follows=follows)

    # -- reading
    # ------------------------------------------------------------------------------------------------------------

    def documents(self, *, include_drafts: bool = False) -> tuple[Document, ...]:
        """Return every published document, drafts too where asked."""
        return self.library.documents(include_drafts=True) if include_drafts else self._names.documents()

    def document(self, document: str, version: int | None = None) -> Document:
        """Return a document by id. Raises NotInBase."""
        return self.library.document(document, version)

    def versions(self, document: str) -> tuple[Document, ...]:
        """Return every version of a document, newest first; () where there is none."""
        return self.library.versions(document)

    def official_texts(self, numbers: Sequence[str]) -> frozenset[str]:
        """Return the published documents, notes apart, that have one of `numbers`."""
        return self._names.official(numbers)

    def find_document(self, name: str) -> Document:
        """Return the document that `name` means: its id, number, or a name people use. Raises NotInBase."""
        if name in {document.id for document in self.documents(include_drafts=True)}:
            return self.library.document(name)
        found = self._names.find(name)
        if found is None:
            return self.library.document(name)  # raises, saying what to do
        return self.library.document(found)

    def tree(self, document: str, version: int | None = None) -> tuple[Clause, ...]:
        """Return the clause tree of a document in reading order. Raises NotInBase."""
        return self.library.clauses(document, self.document(document, version).version)

    def clause(self, document: str, address: str, version: int | None = None) -> ClauseView:
        """Return one clause with its surroundings; `address` may be spelt in any usual way. Raises NotInBase."""
        chosen = self.document(document, version)
        tree = self.library.clauses(document, chosen.version)
        wanted = next((clause for clause in tree if clause.address == address), None)
        wanted = wanted or lookup.find_clause(self.library, chosen, address)
        if wanted is None:
            raise NotInBase(
                f"{chosen.metadata.title or document} has no {shown(address)}. "
                f"`cop-kb show {document}` lists its clauses.",
                f"{chosen.metadata.title or document} không có {shown(address)}. "
                f"Lệnh `cop-kb show {document}` liệt kê các điều khoản.",
            )
        by_position = {clause.position: clause for clause in tree}
        above: list[Clause] = []
        upward = wanted.parent
        while upward is not None:
            above.append(by_position[upward])
            upward = by_position[upward].parent
        alike = [clause for clause in tree if clause.kind == wanted.kind]
        at = alike.index(wanted)
        return ClauseView(
            document=chosen,
            clause=wanted,
            text=self.library.text(document, chosen.version)[wanted.start : wanted.end],
            ancestors=tuple(reversed(above)),
            previous=alike[at - 1].address if at else None,
            next=alike[at + 1].address if at + 1 < len(alike) else None,
        )


def _checked(question: str) -> str:
    question = " ".join(question.split())
    if not any(letter.isalnum() for letter in question):
        raise UsageError("The question is empty. Type a question.", "Câu hỏi đang để trống. Hãy nhập câu hỏi.")
    if len(question) > LONGEST_QUESTION:
        raise UsageError(
            f"The question is longer than {LONGEST_QUESTION} characters. Ask it more briefly.",
            f"Câu hỏi dài quá {LONGEST_QUESTION} ký tự. Hãy hỏi ngắn gọn hơn.",
        )
    return question


def _shifted(progress: Progress, by: int, total: int) -> Progress:
    def shifted(done: int, _total: int) -> None:
        progress(by + done, total)

    return shifted
