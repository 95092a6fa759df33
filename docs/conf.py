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
    """Add a directive for the extension's docstrings, which autodoc cannot import: it reads them with napoleon."""
    from docutils import nodes
    from docutils.parsers.rst import Directive
    from docutils.statemachine import StringList
    from sphinx.ext.napoleon.docstring import NumpyDocstring

    class Numpydoc(Directive):
        has_content = True

        def run(self):
            lines = StringList()
            for number, line in enumerate(str(NumpyDocstring(list(self.content), app.config, app)).splitlines()):
                lines.append(line, "docstring", number)
            node = nodes.Element()
            self.state.nested_parse(lines, 0, node)
            return node.children

    app.add_directive("numpydoc", Numpydoc)
