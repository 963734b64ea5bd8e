"""The events as functions of a module, which is how MkDocs wants a hook; the plugin's entry point is `events`."""

from __future__ import annotations

from notesite.plugin.events import NotesPlugin  # absolute: MkDocs may load this file by its path

_plugin = NotesPlugin()
globals().update({name: getattr(_plugin, name) for name in dir(_plugin) if name.startswith("on_")})
