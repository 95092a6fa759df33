"""Settings of Sphinx; `dev.py docs` runs it on a copy of this folder, with reference.rst added."""

import importlib.metadata

project = "wer"
author = "The wer developers"
copyright = "The wer developers; MIT licence"
version = release = importlib.metadata.version("werapi")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
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
html_static_path = ["_static"]
html_css_files = ["wer.css"]
html_js_files = ["wer.js"]
copybutton_prompt_text = r">>> |\.\.\. |\$ |C:\\[^>]*> "
copybutton_prompt_is_regexp = True
html_show_sphinx = False
# Where the project is: said in one place, pyproject.toml's [project.urls], and empty until then.
urls = dict(line.split(", ", 1) for line in importlib.metadata.metadata("werapi").get_all("Project-URL", []))
html_theme_options = {
    "footer_icons": [{"name": name, "url": url, "html": name, "class": ""} for name, url in urls.items()],
}
html_domain_indices = False  # there is one module
smartquotes_action = "qe"  # no dashes: `--json` is not one


MICROSOFT = "https://learn.microsoft.com/windows/win32/api"
OTHER_HEADERS = {"WerReportHang": "errorrep", "MiniDumpWriteDump": "minidumpapiset"}


def page_of(function):
    """Microsoft's page about a function that `wer` calls."""
    header = "processsnapshot" if function.startswith("Pss") else OTHER_HEADERS.get(function, "werapi")
    return f"{MICROSOFT}/{header}/nf-{header}-{function.lower()}"


def setup(app):
    """Have classes shown with the arguments that they take, and functions of Windows lead to Microsoft's pages."""
    import enum
    import inspect
    import re

    from docutils import nodes
    from sphinx.util.inspect import stringify_signature

    from wer._functions import functions_of

    def signature_of(app, what, name, value, options, signature, returned):
        # autodoc takes those of an inherited `__new__` for them.
        if what != "class" or not signature:
            return None
        taken = inspect.signature(value)
        made_by_a_function = [*taken.parameters] == ["arguments", "options"]  # and calling it is an error
        if issubclass(value, enum.Enum) or made_by_a_function:
            return "", None
        return stringify_signature(taken, show_annotation=False), None

    def link_first(app, what, name, value, options, lines):
        linked = set()

        def link(match):
            function = match[0]
            if not functions_of(function) or function in linked:
                return function
            linked.add(function)
            return f"`{function} <{page_of(function)}>`__"

        lines[:] = [re.sub(r"(?<![`\w])(?:Wer|Pss|MiniDump)[A-Z]\w+(?![`\w])", link, line) for line in lines]

    def link_table(app, doctree):
        if app.env.docname != "werapi":
            return
        for literal in list(doctree.findall(nodes.literal)):
            if literal.astext().startswith(("Wer", "Pss")) and functions_of(literal.astext()):
                target = nodes.reference("", "", refuri=page_of(literal.astext()))
                literal.replace_self(target)
                target += literal

    app.connect("autodoc-process-signature", signature_of)
    app.connect("autodoc-process-docstring", link_first)
    app.connect("doctree-read", link_table)
