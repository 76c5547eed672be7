"""Downloading official texts: politely, safely, and able to go on where it was broken off."""
