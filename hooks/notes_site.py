"""MkDocs hook of this project: the plugin from this checkout, which other projects name `notesite`."""

from notesite.plugin.hook import *  # noqa: F403  # MkDocs looks for the names of its events
