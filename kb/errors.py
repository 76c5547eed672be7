"""What can go wrong, said so that a person can act on it.

    KnowledgeBaseError              every failure this project reports
    ├── UsageError                  the call or setting is wrong; nothing was done
    ├── DocumentError               one document cannot be read or stored; others go on
    │   ├── UnsupportedFormat       not a kind of file that the base reads
    │   ├── EncryptedDocument       needs a password
    │   ├── DamagedDocument         truncated or malformed
    │   ├── EmptyDocument           holds no text at all
    │   ├── ScannedDocument         holds pages of pictures without a text layer
    │   └── DocumentTooLarge        over the size limit
    ├── NotInBase                   the document, version or clause asked for is not here
    ├── BaseBusy                    another process owns the base just now
    ├── IntegrityError              library, lexical index and vectors disagree
    ├── BackupError                 a backup cannot be made, read or restored; base and earlier backup are as they were
    │   ├── NotABackup              the file is something else
    │   ├── DamagedBackup           incomplete, or changed since it was written
    │   ├── NewerBackup             written by a newer program
    │   └── NoSpace                 the disk is full
    └── ModelError                  the embedding model cannot be found, made or loaded
        └── ModelMismatch           stored vectors come from another model: rebuild

Every error carries its message in Vietnamese and English; `str(error)` is the English one.
"""

from __future__ import annotations


class KnowledgeBaseError(Exception):
    """A failure to report to a person: what happened and what to do, in both languages.

    `en` and `vi` are whole sentences in plain words.
    """

    def __init__(self, en: str, vi: str) -> None:
        super().__init__(en)
        self.en = en
        self.vi = vi

    def message(self, language: str) -> str:
        """Return the message in `language` ("vi" or "en"; anything else reads English)."""
        return self.vi if language == "vi" else self.en


class UsageError(KnowledgeBaseError):
    """The call, option or setting is wrong; nothing was done."""


class DocumentError(KnowledgeBaseError):
    """One document cannot be read or stored; the others go on."""


class UnsupportedFormat(DocumentError):
    """The content is not of a kind that the base reads."""


class EncryptedDocument(DocumentError):
    """The document asks for a password."""


class DamagedDocument(DocumentError):
    """The document is truncated or malformed."""


class EmptyDocument(DocumentError):
    """The document holds no text at all."""


class ScannedDocument(DocumentError):
    """The document holds pictures of pages without a text layer."""


class DocumentTooLarge(DocumentError):
    """The document is over the size limit."""


class NotInBase(KnowledgeBaseError):
    """The document, version or clause asked for is not in the base."""


class BaseBusy(KnowledgeBaseError):
    """Another process owns the base just now."""


class IntegrityError(KnowledgeBaseError):
    """Library, lexical index and vectors do not agree."""


class ModelError(KnowledgeBaseError):
    """The embedding model cannot be found, made or loaded."""


class ModelMismatch(ModelError):
    """The stored vectors come from another model; `cop-kb rebuild` makes them anew."""


class BackupError(KnowledgeBaseError):
    """A backup cannot be made, read or restored; base and earlier backup are as they were."""


class NotABackup(BackupError):
    """The file is not a backup of a base."""


class DamagedBackup(BackupError):
    """The file is a backup, but incomplete or changed since it was written."""


class NewerBackup(BackupError):
    """A newer program wrote the backup."""


class NoSpace(BackupError):
    """The disk is full, or a limit on the size of files is reached."""
