"""The questions of `dev.py facts`, and what asks them: runs in a Python for Windows, with the package `wer`.

`runner` has them asked in another process, which one may crash or hang at the cost of its own row. A question is a
function in one of the modules that `runner.FAMILIES` names; its docstring is the question, what it returns the answer.
It gets an `Asking`, through which it changes the machine: `journal` writes down each change before it is made, and
undoes it. `guards` keep reports on the machine.
"""
