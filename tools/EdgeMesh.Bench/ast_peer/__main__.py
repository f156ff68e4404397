"""The peer of `tools/bench codegen`: the same judgement as a Python programmer would write it, on CPython's own parser.

Reads {"policy": policy.yaml, "program": text}, and prints the median of the milliseconds that one judgement takes and the rules that were broken. It checks what the
policy checks: names, modules and their parts, aliases through scopes, attributes, arguments and parameters, containers and computed texts, pins, duties, hosts, sleeps,
loops, recursion, what is caught, sizes. It leaves out what only MicroPython's or CPython's compiler objects to, who inherits which constructor, methods that are kept
as values, PWM in nanoseconds, and the sentences that the policy says of each finding.
"""
import json
import statistics
import sys
import time

from flow import judge
from rules import Policy


def main():
    asked = json.load(sys.stdin)
    policy = Policy(asked['policy'])
    if 'programs' in asked:
        # Each program's rules, to hold the peer against the policy itself.
        print(json.dumps([sorted({rule for rule, _, _ in judge(program, policy)}) for program in asked['programs']]))
        return
    program = asked['program']
    until = time.perf_counter() + 1
    while time.perf_counter() < until:
        judge(program, policy)
    times_ms = []
    for _ in range(50):
        start = time.perf_counter()
        found = judge(program, policy)
        times_ms.append((time.perf_counter() - start) * 1000)
    print(json.dumps({'median_ms': statistics.median(times_ms), 'least_ms': min(times_ms), 'findings': len(found)}))


main()
