#!/usr/bin/python3
"""Runs files of tests inside the sandbox: run_tests.py FILE…"""

import importlib.util
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import sandbox  # noqa: E402  (after the path is set)


def load(file: Path) -> unittest.TestSuite:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return unittest.defaultTestLoader.loadTestsFromModule(module)


def main() -> None:
    files = [Path(argument).resolve() for argument in sys.argv[1:]]
    sandbox.enter()
    result = unittest.TextTestRunner(verbosity=2).run(unittest.TestSuite(map(load, files)))
    sys.exit(0 if result.wasSuccessful() and result.testsRun > 0 else 1)


main()
