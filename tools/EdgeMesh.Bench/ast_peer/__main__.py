"""The peer of `tools/bench codegen`: the policy's judgement as a Python programmer would write it, on CPython's own parser.

Reads {"policy": policy.yaml, "hosts": […], "program": text, "hostile": [text, …], "ordinary": [text, …]}. Prints the milliseconds that one judgement of the program takes,
and which rules the other programs break, so that the peer can be held against the policy itself. docs/benchmarks.md says what it checks and what it leaves out.
"""
import json
import statistics
import sys
import time

from flow import judge
from rules import Policy


def measure(program, policy):
    until = time.perf_counter() + 1
    while time.perf_counter() < until:
        judge(program, policy)
    times_ms = []
    for _ in range(100):
        start = time.perf_counter()
        judge(program, policy)
        times_ms.append((time.perf_counter() - start) * 1000)
    return {'median_ms': statistics.median(times_ms), 'least_ms': min(times_ms)}


def main():
    asked = json.load(sys.stdin)
    policy = Policy(asked['policy'], asked['hosts'])
    rules = {corpus: [sorted({rule for rule, _, _ in judge(program, policy)}) for program in asked[corpus]] for corpus in ('hostile', 'ordinary')}
    print(json.dumps(measure(asked['program'], policy) | rules))


main()
