"""Settings of Sphinx; `dev.py docs` runs it on a copy of this folder, with reference.rst added."""

import importlib.metadata

project = "wer"
author = "The wer developers"
copyright = "The wer developers; MIT licence"
version = release = importlib.metadata.version("werapi")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
myst_enable_extensions = ["colon_fence"]
default_role = "code"  # `name` in docstrings is a name
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings tell them

html_theme = "furo"
html_title = f"wer {release}"
html_copy_source = False
html_show_sphinx = False


def setup(app):
    """Have a class shown with the arguments that it takes: autodoc takes those of an inherited `__new__` for them."""
    import enum
    import inspect

    from sphinx.util.inspect import stringify_signature

    def signature_of(app, what, name, value, options, signature, returned):
        if what != "class" or not signature:
            return None
        if issubclass(value, enum.Enum):
            return "", None
        return stringify_signature(inspect.signature(value), show_annotation=False), None

    app.connect("autodoc-process-signature", signature_of)
