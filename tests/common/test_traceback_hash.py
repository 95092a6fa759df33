"""`wer.service.traceback_hash`: what is the same failure, and what is another one."""

import types

import pytest

import wer.service
from wer.service import traceback_hash

PROGRAM = """
def outer(depth=0):
    if depth:
        outer(depth - 1)
    inner()

def inner():
    raise ValueError(message)

def other():
    raise ValueError(message)

class Job:
    def run(self):
        raise KeyError(message)
"""


def program(text=PROGRAM, folder="C:/spooler", module="spooler", message="x"):
    """A program's module, as if it had been imported from `folder`."""
    namespace = {"__name__": module, "message": message}
    exec(compile(text, f"{folder}/{module}.py", "exec"), namespace)  # noqa: S102 - it is the text above
    return types.SimpleNamespace(**namespace)


def raised(function, *arguments):
    try:
        function(*arguments)
    except BaseException as error:
        error.__traceback__ = error.__traceback__.tb_next  # without this frame
        return error
    raise AssertionError("nothing was raised")


def hash_of(function, *arguments):
    return traceback_hash(raised(function, *arguments))


def test_it_is_16_hexadecimal_digits():
    assert len(hash_of(program().outer)) == 16
    assert int(hash_of(program().outer), 16) >= 0


def test_is_the_same_as_ever():
    """It goes into reports: another one in the next version would make old failures look new."""
    assert hash_of(program().outer) == "7c5be6013df7e691"  # of "ValueError", "spooler:outer", "spooler:inner"


@pytest.mark.parametrize(
    "other",
    [
        {"folder": "/home/somebody"},
        {"message": "another \ud800 text"},
        {"text": "# a line more\n" + PROGRAM},
    ],
    ids=["folder", "message", "lines"],
)
def test_does_not_depend_on(other):
    assert hash_of(program().outer) == hash_of(program(**other).outer)


def test_depends_on_the_function():
    assert hash_of(program().inner) != hash_of(program().other)


def test_depends_on_the_module():
    assert hash_of(program().inner) != hash_of(program(module="mailer").inner)


def test_is_the_same_in_a_worker_of_multiprocessing():
    """There the program's own script is not __main__."""
    own = PROGRAM + "class Own(Exception):\n    pass\ndef fails():\n    raise Own\n"
    assert hash_of(program(own, module="__mp_main__").fails) == hash_of(program(own, module="__main__").fails)
    assert hash_of(program(own, module="__mp_main__").fails) != hash_of(program(own, module="main").fails)


def test_depends_on_the_type():
    assert hash_of(program().Job().run) != hash_of(program(PROGRAM.replace("KeyError", "IndexError")).Job().run)


def test_how_deep_a_recursion_went_does_not_count():
    assert hash_of(program().outer, 3) == hash_of(program().outer, 70)


def test_the_standard_library_does_not_count():
    """Its functions change with Python's versions."""
    through = "import json\ndef load():\n    json.loads('{')\n"
    error = raised(program(through).load)
    assert wer.service._signature.own_functions(error) == ["spooler:load"]
    outside = "import json\ndef load():\n    json.loads('{', parse_float=float)\n"
    assert traceback_hash(error) == hash_of(program(outside).load)


def test_two_json_errors_of_one_program_differ():
    text = "import json\ndef one():\n    json.loads('{')\ndef two():\n    json.loads('{')\n"
    assert hash_of(program(text).one) != hash_of(program(text).two)


def test_installed_packages_do_not_count():
    library = program("def get(job):\n    job()\n", "C:/Python/Lib/site-packages", "requests")
    older = program("def fetch(job):\n    job()\n", "C:/Python/Lib/site-packages", "requests")
    own = "def job(call):\n    call(fail)\ndef fail():\n    raise OSError\n"
    assert hash_of(program(own).job, library.get) == hash_of(program(own).job, older.fetch)


def test_a_script_that_is_no_single_line_counts_alone():
    library = program("def get(job):\n    job()\n", "C:/Python/Lib/site-packages", "requests")
    namespace = {"__name__": "__main__", "get": library.get}
    text = "def job():\n    1 / 0\ndef main():\n    get(job)\nif run:\n    main()\n"

    def script():
        exec(compile(text, "C:/jobs/main.py", "exec"), namespace)  # noqa: S102

    namespace["run"] = False
    script()
    namespace["run"] = True
    error = raised(script)
    error.__traceback__ = error.__traceback__.tb_next  # `script`, which a real one has not on its stack
    assert wer.service._signature.own_functions(error) == ["__main__:<module>", "__main__:main", "__main__:job"]


def test_of_a_program_that_is_an_installed_package_they_do():
    """A console script has a line of its own, and all else is in site-packages."""
    text = "def main(which):\n    which()\n"
    installed = program(text, "C:/Python/Lib/site-packages", "spooler")
    parts = program("def one():\n    1 / 0\ndef two():\n    1 / 0\n", "C:/Python/Lib/site-packages", "spooler.parts")

    def script(which):
        namespace = {"__name__": "__main__", "main": installed.main, "which": which}
        exec(compile("main(which)", "C:/Python/Scripts/spooler.exe/__main__.py", "exec"), namespace)  # noqa: S102

    errors = [raised(script, which) for which in (parts.one, parts.two)]
    for error in errors:
        error.__traceback__ = error.__traceback__.tb_next  # `script`, which a real one has not on its stack
    assert traceback_hash(errors[0]) != traceback_hash(errors[1])


def test_what_is_in_a_group_counts_however_often_it_is_there():
    one, other = ValueError(), KeyError()
    groups = [ExceptionGroup("x", [ExceptionGroup("y", inner)] * 3) for inner in ([one], [one, one], [one, other])]
    once, twice, more = map(traceback_hash, groups)
    assert once == twice != more


def test_the_cause_counts():
    text = "def run():\n    try:\n        inner()\n    except {} as error:\n        raise RuntimeError from error\n"
    assert hash_of(program(PROGRAM + text.format("ValueError")).run) != hash_of(
        program(PROGRAM.replace("ValueError", "KeyError") + text.format("KeyError")).run
    )


def test_a_suppressed_context_does_not():
    text = "def run():\n    try:\n        {}()\n    except Exception:\n        raise RuntimeError from None\n"
    assert hash_of(program(PROGRAM + text.format("inner")).run) == hash_of(program(PROGRAM + text.format("other")).run)


def test_of_a_group_each_kind_counts_once_and_in_any_order():
    one, two = ValueError(1), KeyError(2)
    group = traceback_hash(ExceptionGroup("jobs", [one, two]))
    assert group == traceback_hash(ExceptionGroup("more jobs", [KeyError(5), ValueError(3), ValueError(4)]))
    assert group != traceback_hash(ExceptionGroup("jobs", [one]))


@pytest.mark.parametrize(("depth", "differ"), [(1, True), (10, True), (11, False), (5000, False)])
def test_groups_of_groups_count_so_deep(depth, differ):
    hashes = set()
    for error in (ValueError(), KeyError()):
        for _ in range(depth):
            error = ExceptionGroup("group", [error])
        hashes.add(traceback_hash(error))
    assert len(hashes) == 1 + differ


def test_of_a_group_the_first_15_count():
    def of(kinds):
        return traceback_hash(ExceptionGroup("jobs", [kind() for kind in kinds]))

    many = [ValueError] * 14
    assert of([*many, KeyError]) != of([*many, OSError])
    assert of([*many, ValueError, KeyError]) == of([*many, ValueError, OSError])


def test_a_circle_ends():
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    assert traceback_hash(first)


def test_a_long_chain_ends():
    error = None
    for number in range(100_000):
        following = ValueError(number)
        following.__cause__ = error
        error = following
    assert traceback_hash(error)
    while error is not None:  # or freeing it recurses
        error.__cause__, error = None, error.__cause__


def test_no_code_of_the_program_runs():
    ran = []

    class Meta(type):
        def __getattribute__(cls, name):
            ran.append(name)
            return type.__getattribute__(cls, name)

    class Odd(Exception, metaclass=Meta):
        def __str__(self):
            ran.append("str")

        def __getattribute__(self, name):
            ran.append(name)
            raise RuntimeError

        __hash__ = None

    error = Odd()
    del ran[:]
    assert traceback_hash(error)
    assert [name for name in ran if name not in ("__class__",)] == []


def test_refuses_what_is_no_exception():
    with pytest.raises(TypeError, match="exception must be an exception, got str"):
        traceback_hash("ValueError")
