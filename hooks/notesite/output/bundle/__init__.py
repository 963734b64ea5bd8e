"""The offline bundle: a built site made whole without a network, as a zip, one HTML file, or an e-book.

Pure: every function takes the built files as a mapping from name to bytes and gives such a mapping, or bytes, back.
"""
