"""`python -m tests.fuzz TARGET --inputs N --seed S`: a module of this folder with `run(inputs, seed)`; 1 for findings."""

import argparse
import importlib
import sys

arguments = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
arguments.add_argument("target")
arguments.add_argument("--inputs", type=int, default=1000)
arguments.add_argument("--seed", type=int, default=0)
asked = arguments.parse_args()
sys.exit(bool(importlib.import_module(f"tests.fuzz.{asked.target}").run(asked.inputs, asked.seed)))
