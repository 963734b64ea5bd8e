"""MkDocs hook of this project: `notesite.plugin` from this checkout.  Other projects name the plugin `notesite`."""

from __future__ import annotations

from notesite.plugin.events import NotesPlugin

_plugin = NotesPlugin()
globals().update({name: getattr(_plugin, name) for name in dir(_plugin) if name.startswith("on_")})
