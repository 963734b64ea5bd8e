"""The table of codes: every kind of finding there is, its severity, what it means and what to do.

One table, many readers: the checks, the reporters' help texts, the settings' `rules`, and
docs/developer/diagnostics.md, which is generated from it.  A code is stable: it may be retired, never reused.
Families: N_ the notes file and its contents list, I_ settings and ignores, Y_ YAML, K_ Kubernetes,
S_ shell commands, E_ images, L_ links, B_ the offline bundle.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How sure and how bad: ERROR is broken for sure, WARNING probably, INFO is good to know."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the most severe, so that sorting puts it first."""
        return list(Severity).index(self)


class Code(NamedTuple):
    """One kind of finding."""

    name: str
    severity: Severity  # the default; `extra.notes.rules` can change it
    summary: str  # one sentence, what is wrong
    fix: str  # one or two sentences, what to do


_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

NOTES = (
    Code(
        "N_PATH",
        _E,
        "The notes file cannot be read.",
        "Check `extra.notes.source` in mkdocs.yml, the file's name and its rights.",
    ),
    Code(
        "N_STRANGER",
        _W,
        "A file of the site is not published: a link leaves the project or runs in a circle, or it is no regular file.",
        "Put the file itself there, or remove it.",
    ),
    Code("N_EMPTY", _E, "The notes file holds nothing to publish.", "Write at least one line of text into it."),
    Code("N_ENCODING", _E, "The notes file is not UTF-8 text.", "Save the file as UTF-8."),
    Code("N_CHAR", _E, "The notes hold a character that no text should hold.", "Delete the character."),
    Code(
        "N_BIDI",
        _W,
        "An invisible character changes the direction of text.",
        "Delete it unless the text is written from right to left.",
    ),
    Code("N_SIZE", _E, "The notes file is too large.", "Split it, or raise `extra.notes.limits.bytes`."),
    Code("N_LINE", _E, "A line is too long.", "Break the line, or raise `extra.notes.limits.line`."),
    Code("N_LINES", _E, "The notes have too many lines.", "Split the file, or raise `extra.notes.limits.lines`."),
    Code("N_NEST", _E, "Quotes are nested too deeply.", "Flatten the nesting, or raise `extra.notes.limits.quotes`."),
    Code(
        "N_DENSE",
        _E,
        "One paragraph holds too many marks, or the file too many footnotes, to be read in reasonable time.",
        "Break the paragraph up, put it into a code block, or raise `extra.notes.limits`.",
    ),
    Code(
        "N_FENCE",
        _E,
        "A code block is never closed, so the rest of the file is code.",
        "Close it with a line that repeats the opening marks.",
    ),
    Code(
        "N_MOJIBAKE",
        _I,
        "Characters were decoded with the wrong codec once; the site shows them repaired.",
        "Run `notesite repair FILE --write` to repair the file itself.",
    ),
    Code(
        "N_ENTRY",
        _E,
        "An entry of the contents list has no section.",
        "Correct the entry's link, write the section, or remove the entry.",
    ),
    Code(
        "N_ANCHOR",
        _W,
        "An entry of the contents list has a wrong anchor; the section was found by its text.",
        "Write the anchor that the message names.",
    ),
    Code(
        "N_TOC",
        _W,
        "A section is missing from the contents list.",
        "Add an entry for it; until then it has a page where it stands.",
    ),
    Code(
        "N_ORDER",
        _W,
        "The contents list and the sections are in different orders.",
        "Move the entry or the section; the site follows the contents list.",
    ),
    Code("N_TWICE", _W, "The contents list names a section twice.", "Remove one of the entries."),
    Code("N_CONTENTS", _I, "The file has two contents lists; the first one is used.", "Remove one of them."),
    Code("N_SPLIT", _I, "The notes are not split into pages.", "Set `extra.notes.split_level` if they should be."),
    Code(
        "N_SLUG",
        _I,
        "A page needed another address than its heading gives.",
        "Nothing; or choose one in `extra.notes.pages`.",
    ),
    Code("N_HEADING", _W, "A heading has no text.", "Give it a text or remove it."),
    Code(
        "N_DIALECT",
        _I,
        "A line looks like a heading but is none on GitHub.",
        "Write a space after the number signs, or escape them.",
    ),
    Code("N_HTML", _W, "HTML that GitHub does not run is shown as text or without its active part.", "Remove it."),
)
SETTINGS = (
    Code("I_CONFIG", _E, "A setting is wrong.", "Correct mkdocs.yml as the message says."),
    Code("I_UNUSED", _W, "An ignore comment silences nothing.", "Remove the comment."),
    Code(
        "I_DIRECTIVE",
        _W,
        "A `notes:` comment is not understood.",
        "See docs/developer/diagnostics.md for the comments there are.",
    ),
    Code(
        "I_BASELINE",
        _I,
        "The baseline accepts a finding that is gone.",
        "Run the check with `--write-baseline` so that it shrinks.",
    ),
)
YAML = (
    Code("Y_SYNTAX", _E, "The YAML cannot be read.", "Mend the line as the message says."),
    Code("Y_TAB", _E, "A tab stands where YAML allows only spaces.", "Indent with spaces."),
    Code("Y_CHAR", _E, "The YAML holds a character that YAML forbids.", "Delete the character."),
    Code(
        "Y_SPACE",
        _W,
        "A no-break space stands where YAML needs a plain one; it often comes from copying a web page.",
        "Replace it by a plain space.",
    ),
    Code("Y_DUPKEY", _E, "A mapping has the same key twice.", "Remove or rename one of them."),
    Code("Y_KEY", _E, "A key is a list or a mapping.", "Use a text as the key."),
    Code("Y_MERGE", _E, "A merge key (`<<`) has nothing to merge.", "Give it an alias of a mapping."),
    Code(
        "Y_TAG",
        _E,
        "A tag is used that plain YAML readers do not know.",
        "Remove the tag, or exempt the block with `<!-- notes: skip REASON -->` when a special reader is meant.",
    ),
    Code("Y_VALUE", _E, "A value is not of the type it claims to be.", "Correct the value, or quote it."),
    Code("Y_NUMBER", _E, "A number is too long.", "Quote it, or shorten it."),
    Code(
        "Y_IMPLICIT",
        _W,
        "A plain word or number is read as something else than the text it looks like.",
        "Write what is meant, or put quotes around it.",
    ),
    Code(
        "Y_FOLD",
        _W,
        "A list item is swallowed by the value above it.",
        "Remove the value above, or align the item with its list.",
    ),
    Code(
        "Y_ALIAS", _E, "An alias has no anchor, or expands to too much.", "Define the anchor, or write the value out."
    ),
    Code("Y_CYCLE", _E, "An alias refers to a parent of itself.", "Write the value out."),
    Code("Y_DEPTH", _E, "The YAML is nested too deeply to be read safely.", "Flatten it."),
    Code("Y_NODES", _E, "The YAML has too many parts.", "Shorten the block."),
    Code("Y_DOCS", _E, "The YAML has too many documents.", "Shorten the block."),
    Code("Y_SIZE", _E, "The YAML is too long.", "Shorten the block."),
    Code(
        "Y_LABEL",
        _I,
        "The label of a code block does not say what it holds.",
        "Write the label that the message names after the opening marks.",
    ),
)
REFERENCES = (
    Code(
        "K_REFERENCE",
        _I,
        "The notes refer to an object or a key that they define under another name.",
        "Use one name in both places, or say where the other object comes from.",
    ),
)
KUBERNETES: tuple[Code, ...] = (
    Code(
        "K_FIELD",
        _E,
        "A field is unknown where it stands.",
        "Correct the name, or indent it under the field that it belongs to.",
    ),
    Code(
        "K_TYPE",
        _E,
        "A value has the wrong type.",
        "Write the type that the message names; quotes make a text of anything.",
    ),
    Code(
        "K_VALUE",
        _E,
        "A value is none of those that Kubernetes knows.",
        "Write one of the values that the message names.",
    ),
    Code(
        "K_QUANTITY", _E, "A quantity cannot be read.", "Write a number with an optional suffix: 500m, 1.5, 64Mi, 2Gi."
    ),
    Code(
        "K_BASE64",
        _E,
        "A value that must be base64 is not.",
        "Encode it (`echo -n TEXT | base64`), or use stringData in a Secret.",
    ),
    Code("K_RANGE", _E, "A number is out of its range.", "Write a number in the range that the message names."),
    Code(
        "K_REQUIRED",
        _W,
        "A required field is missing.",
        "Add the field; in notes that show a part only, nothing needs to be done.",
    ),
    Code("K_TWICE", _E, "A key or a named item stands twice.", "Remove or rename one of them."),
    Code(
        "K_KIND",
        _E,
        "There is no such kind in this API version.",
        "Write the apiVersion or the kind that the message names.",
    ),
    Code("K_REMOVED", _E, "The API version was removed from Kubernetes.", "Use the successor that the message names."),
    Code("K_DEPRECATED", _I, "The API or field is deprecated.", "Use what the message names in new manifests."),
    Code(
        "K_VERSION",
        _W,
        "Not every chosen Kubernetes version has this field or kind.",
        "Choose other versions in `extra.notes.snippets`, or say in the notes which version it needs.",
    ),
    Code(
        "K_LEVELS",
        _I,
        "A snippet shows parts of two levels of a manifest side by side.",
        "Nothing; two code blocks would say it more clearly.",
    ),
    Code(
        "K_INDENT",
        _E,
        "Keys that belong to different levels stand at the same level.",
        "Indent them as the message says; parts that are meant to be separate need a blank line between them.",
    ),
    Code("K_NAME", _E, "A name is not allowed.", "Write a name by the rule that the message gives."),
    Code("K_LABEL", _E, "A label or an annotation is not allowed.", "Write it by the rule that the message gives."),
    Code(
        "K_SELECTOR",
        _E,
        "A selector does not match the labels it is meant for.",
        "Make the selector and the labels the same.",
    ),
    Code("K_VOLUME", _E, "A mount names a volume that the Pod does not have.", "Add the volume, or correct the name."),
    Code("K_UNION", _E, "Fields exclude each other.", "Keep one of them."),
    Code("K_RESTART", _E, "The restart policy does not fit the workload.", "Write the policy that the message names."),
    Code(
        "K_CRON",
        _E,
        "A cron schedule cannot be read.",
        "Write five fields: minute, hour, day of the month, month, day of the week.",
    ),
    Code(
        "K_RESOURCES",
        _E,
        "Resource requests and limits contradict each other.",
        "Keep every request at or below its limit.",
    ),
    Code(
        "K_PORT",
        _E,
        "A port does not fit the ports it refers to.",
        "Write the name or the number of a container's port.",
    ),
    Code(
        "K_IMAGE", _W, "An image reference cannot be right.", "Write [registry/]name[:tag], all lower case but the tag."
    ),
    Code(
        "K_SECRET",
        _E,
        "A comment says something else than the encoded value.",
        "Encode the value again, or correct the comment.",
    ),
    Code(
        "K_NEWLINE",
        _W,
        "An encoded value ends with a line end.",
        "Encode with `echo -n`, or say that the line end is meant.",
    ),
)
SHELL: tuple[Code, ...] = (
    Code(
        "S_COMMAND",
        _E,
        "A program has no such command or sub-command.",
        "Write the command that the message names; `PROGRAM --help` lists them all.",
    ),
    Code("S_FLAG", _E, "A command has no such flag.", "Write the flag that the message names, or remove it."),
    Code(
        "S_REMOVED",
        _E,
        "A flag was removed from the program.",
        "Use what replaced it; the message says which version still had it.",
    ),
    Code("S_VALUE", _E, "A flag's value is refused, or missing.", "Give a value of the kind that the message names."),
    Code("S_REQUIRED", _E, "A flag that the command cannot do without is missing.", "Add the flag."),
    Code(
        "S_ARGUMENTS",
        _E,
        "A command has too few, too many or the wrong arguments.",
        "Give the arguments that the message names.",
    ),
    Code(
        "S_TYPE",
        _E,
        "The resource type is missing or unknown.",
        "Write the type before the name, as in `kubectl delete pod NAME` or `kubectl delete pod/NAME`.",
    ),
    Code(
        "S_VERSION",
        _W,
        "A command works with the newest of the chosen versions, but not with all of them.",
        "Say which version the command needs, or write it so that all take it.",
    ),
    Code("S_DEPRECATED", _W, "A command uses a deprecated flag or resource type.", "Use what the message names."),
    Code("S_DRY_RUN", _W, "`--dry-run` stands without a value.", "Write `--dry-run=client` or `--dry-run=server`."),
    Code(
        "S_CONTINUATION",
        _W,
        "A command that goes on in the next line is broken.",
        "End the line with a single backslash.",
    ),
    Code("S_QUOTE", _W, "A quote is opened and never closed.", "Close it."),
    Code("S_HEREDOC", _W, "A here-document has no end.", "Add a line with its closing word alone."),
    Code(
        "S_EXPANDED",
        _I,
        "The local shell replaces a variable that is meant for the container.",
        "Quote it for a shell in the container: `-- sh -c 'echo $NAME'`.",
    ),
    Code("S_BARE", _W, "A command is incomplete: it only prints its help.", "Write the whole command."),
    Code(
        "S_PLACEHOLDER",
        _I,
        "A placeholder in angle brackets is a redirection when it is pasted as it stands.",
        "Nothing, when readers know; else write NAME in capitals.",
    ),
    Code(
        "S_DANGER",
        _I,
        "A command destroys something that cannot be brought back.",
        "Nothing: the site shows readers a caution that says what it does.",
    ),
)
IMAGES: tuple[Code, ...] = (
    Code("E_URL", _E, "The address of an image cannot be used.", "Correct the address; it must not hold credentials."),
    Code(
        "E_SCHEME",
        _E,
        "An image's address is neither http, https, data nor a file beside the notes.",
        "Use one of these.",
    ),
    Code(
        "E_ADDR",
        _E,
        "An image's host is not on the public network.",
        "Use a public host, or let it through with `--allow-host HOST` or `extra.notes.images.hosts`.",
    ),
    Code(
        "E_PROXY",
        _I,
        "Requests go through a proxy, so the addresses behind host names could not be looked at.",
        "Nothing is wrong; name hosts in `NO_PROXY` that can be reached without it.",
    ),
    Code(
        "E_DNS",
        _E,
        "An image's host name does not resolve.",
        "Check the name and the network, then run `notesite mirror`.",
    ),
    Code(
        "E_CONNECT",
        _E,
        "No connection to an image's host.",
        "Check the network, then run `notesite mirror` again.",
    ),
    Code(
        "E_TLS",
        _E,
        "The certificate of an image's host is not accepted.",
        "Have the host repaired, or use another; it is never asked without a check.",
    ),
    Code(
        "E_TIMEOUT",
        _E,
        "An image did not come in time.",
        "Run `notesite mirror` again, with a longer `--deadline` for a slow host.",
    ),
    Code("E_PROTOCOL", _E, "An image's host does not speak proper HTTP.", "Have the host repaired, or use another."),
    Code("E_HTTP", _E, "An image's host answers with an error.", "Correct the address, or upload the image again."),
    Code("E_RATELIMIT", _E, "An image's host asks to come back much later.", "Run `notesite mirror` later."),
    Code(
        "E_REDIRECT",
        _E,
        "An image's address redirects wrongly or too often.",
        "Write the address where the image really is.",
    ),
    Code(
        "E_DOWNGRADE",
        _E,
        "An image's address redirects from https to http.",
        "Write the address where the image really is.",
    ),
    Code("E_SIZE", _E, "An image is too large.", "Make it smaller, or raise `extra.notes.images.max_bytes`."),
    Code(
        "E_ENCODING",
        _E,
        "An image comes compressed in a way that does not decode.",
        "Have the host repaired, or use another.",
    ),
    Code("E_EMPTY", _E, "An image has no bytes.", "Upload the image again."),
    Code("E_TRUNCATED", _E, "An image did not come whole.", "Run `notesite mirror` again."),
    Code(
        "E_NOTIMAGE",
        _E,
        "An image's address gives something else than an image.",
        "Write the address of the picture itself, not of a page that shows it.",
    ),
    Code("E_CORRUPT", _E, "An image does not decode.", "Upload the image again."),
    Code(
        "E_TRAILING",
        _E,
        "Foreign bytes follow the end of an image.",
        "Save the image again with an image editor and upload it.",
    ),
    Code(
        "E_PIXELS",
        _E,
        "An image has too many pixels or frames.",
        "Scale it down, or raise the limits in `extra.notes.images`.",
    ),
    Code(
        "E_SVG",
        _E,
        "An SVG drawing cannot be read, or is active where it would become part of a page.",
        "Export it as a plain SVG without scripts and links, or as PNG.",
    ),
    Code(
        "E_ACTIVE",
        _I,
        "What is active in an SVG drawing (links, scripts, references to other files) was taken out.",
        "Nothing has to be done: it looks the same in a page.",
    ),
    Code("E_CODEC", _E, "This installation cannot decode the type of an image.", "Install Pillow with support for it."),
    Code("E_CHECK", _E, "An image could not be checked because this program failed.", "Report it with the address."),
    Code(
        "E_HASH",
        _E,
        "An image has changed at its address since it was locked.",
        "Look at it; accept it with `notesite mirror --refresh --accept-changes`.",
    ),
    Code(
        "E_MIRROR",
        _E,
        "A mirrored image is missing or not the one that was locked.",
        "Restore the file from version control, or run `notesite mirror`.",
    ),
    Code(
        "E_UNLOCKED",
        _E,
        "An image is not mirrored yet.",
        "Run `notesite mirror` with a network and commit what it writes.",
    ),
    Code(
        "E_LOCK", _E, "images.lock is damaged.", "Restore it from version control, or resolve the merge conflict in it."
    ),
    Code("E_ORPHAN", _I, "A mirrored image is no longer used.", "Run `notesite mirror --prune`."),
    Code(
        "E_IO",
        _E,
        "The folder of the mirrored images cannot be written or read.",
        "Check its rights and the free space of the disk.",
    ),
    Code("E_BUSY", _E, "Another run is writing mirrored images.", "Wait until it has ended, then run again."),
    Code("E_PATH", _E, "An image's path leads out of the project.", "Put the image beside the notes."),
    Code("E_MISSING", _E, "An image beside the notes does not exist.", "Correct the path or add the file."),
    Code(
        "E_ALT",
        _I,
        "The alternative text of an image says nothing.",
        "Describe in a few words what the picture shows, or set `extra.notes.images.alt`.",
    ),
)
LINKS: tuple[Code, ...] = (
    Code(
        "L_ANCHOR",
        _E,
        "A link points to an anchor that is nowhere.",
        "Write the anchor of a heading that exists; the message names it or the nearest one.",
    ),
    Code(
        "L_PAGE", _E, "A link points to a page or file that the site does not have.", "Correct the link or remove it."
    ),
    Code("L_ASSET", _E, "A page uses a picture, script or style that the site does not have.", "Correct its address."),
    Code(
        "L_CASE",
        _E,
        "An address is right but for capital letters.",
        "Write it as the message does: most servers take Pod/ and pod/ for two addresses.",
    ),
    Code(
        "L_OUTSIDE",
        _E,
        "A link leaves the folder that the site is published under.",
        "Write a relative link, or the whole address with https:// when another site is meant.",
    ),
    Code(
        "L_LOCAL",
        _E,
        "A link names a file of one computer.",
        "Put the file into the documentation folder and link it from there.",
    ),
    Code("L_URL", _E, "An address cannot be read.", "Correct it: a host name or a port is wrong."),
    Code(
        "L_SERVER",
        _E,
        "A link of the offline bundle only works from a server.",
        "Link the file itself (page/index.html) with a relative address.",
    ),
    Code(
        "L_NETWORK",
        _E,
        "A page of the offline bundle loads something from the network.",
        "Mirror the file into the bundle.",
    ),
    Code("L_SLASH", _I, "A link to a folder lacks the slash at its end, which costs readers a redirect.", "Add it."),
    Code("L_ID", _W, "An id stands on one page more than once.", "Rename one: links always reach the first."),
    Code(
        "L_DEAD",
        _E,
        "A page of another site is gone.",
        "Link its new address, an archived copy, or remove the link.",
    ),
    Code(
        "L_DYING",
        _W,
        "A page of another site does not answer any more; it is not yet certain that it is gone.",
        "Wait: it becomes an error when it stays so for `extra.notes.links.grace_days`.",
    ),
    Code("L_MOVED", _I, "A page of another site has moved for good.", "Write its new address."),
    Code(
        "L_REMOTE_ANCHOR",
        _W,
        "A page of another site has no such anchor.",
        "Link an anchor that it has, or the page alone.",
    ),
    Code(
        "L_PRIVATE",
        _W,
        "A link names an address that only one network knows.",
        "Use a public address, write it as code, or exclude it in `extra.notes.links.exclude`.",
    ),
)
BUNDLE: tuple[Code, ...] = (
    Code(
        "B_REMOTE",
        _W,
        "A page shows something that is only on the network; the offline copy shows a link in its place.",
        "Mirror it with `notesite mirror`, or keep a copy in the documentation folder.",
    ),
    Code(
        "B_ABSOLUTE",
        _W,
        "A link begins with `/`, so it leads nowhere in a folder.",
        "Write it relative to the notes file.",
    ),
    Code(
        "B_MISSING",
        _E,
        "A page of the offline copy needs a file that is not in it.",
        "Put the file into the documentation folder, or correct the link.",
    ),
    Code(
        "B_NAME",
        _E,
        "A file's name is not safe on Windows, macOS and Linux alike.",
        "Rename the file, or choose another address for the page in `extra.notes.pages`.",
    ),
    Code("B_PDF", _E, "The PDF cannot be printed.", "Install Chromium or Chrome, or name it in CHROMIUM."),
)

CODES = {
    code.name: code
    for family in (NOTES, SETTINGS, YAML, REFERENCES, KUBERNETES, SHELL, IMAGES, LINKS, BUNDLE)
    for code in family
}
