"""A package of somebody else that uses `wer` from Cython. It links nothing of WER: see docs/native-hosts.md."""

from setuptools import Extension, setup

import wer

setup(
    ext_modules=[
        Extension(
            "wer_consumer._consumer",
            ["src/wer_consumer/_consumer.pyx"],
            include_dirs=[wer.get_include()],
            define_macros=[("_WIN32_WINNT", "0x0A00")],
        )
    ]
)
