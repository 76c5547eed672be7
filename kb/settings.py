"""Settings: `COP_KB_*` variables, or `cop-kb.toml` in the working folder; variables win.

`cop-kb status --settings` prints each with its value and meaning.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from kb.errors import UsageError


class Settings(BaseSettings):
    """Every setting of a base; read-only once made."""

    model_config = SettingsConfigDict(
        env_prefix="COP_KB_", toml_file="cop-kb.toml", frozen=True, extra="forbid", env_ignore_empty=True
    )

    home: Path = Field(
        default_factory=lambda: Path.home() / ".cop-kb",
        description="The folder that holds everything a running base writes.",
    )
    embedder: str = Field(
        default="bundled",
        description="The embedding model: `bundled`, a Sentence-Transformers folder, or a model's name on the hub.",
    )
    reranker: str | None = Field(
        default=None,
        description="A multilingual cross-encoder that reads the best passages again: a folder, or a name on the hub.",
    )
    cache: Path | None = Field(
        default=None,
        description="Where vectors are cached by text and model; default: inside the home. Bases may share one.",
    )
    host: str = Field(default="127.0.0.1", description="The address that the page listens on.")
    port: int = Field(
        default=7860, ge=0, le=65535, description="The port that the page listens on; 0 takes a free one."
    )
    publish_on_ingest: bool = Field(
        default=True,
        description="Whether `ingest` at this machine's terminal publishes at once; when false it takes `--publish`.",
    )
    starter_notes: bool = Field(default=True, description="Whether the first start indexes our own orientation notes.")
    max_file_mb: int = Field(default=50, gt=0, description="The largest file that ingest reads, in megabytes.")
    page_language: str = Field(
        default="vi", pattern="^(vi|en)$", description="The page's language for a visitor who chose none: vi or en."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then variables, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def library_file(self) -> Path:
        """The SQLite file that holds the library."""
        return self.home / "library.db"

    @property
    def vectors_folder(self) -> Path:
        """Chroma's folder."""
        return self.home / "vectors"

    @property
    def cache_file(self) -> Path:
        """The SQLite file that holds cached vectors."""
        return (self.cache or self.home) / "vector-cache.db"

    @property
    def models_folder(self) -> Path:
        """Where the bundled model is unpacked: with the cache, so that bases that share one share the other."""
        return (self.cache or self.home) / "models"


def load_settings() -> Settings:
    """Return the settings in force. Raises UsageError that names the setting which is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "COP_KB_" + "_".join(str(part) for part in first["loc"]).upper()
        raise UsageError(
            f"The setting {name} is wrong: {first['msg']}.",
            f"Thiết lập {name} không hợp lệ: {first['msg']}.",
        ) from error
