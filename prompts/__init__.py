"""Every text shown to a model or used as answer wording: one file a prompt and language."""
