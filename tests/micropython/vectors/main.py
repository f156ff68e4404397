# Runs on the device: checks the cases of each file below /vectors. Prints "cases <file> <count>" last of each, and what checks print.
import gc
import json
import os
import checks, curves, enrollments, primitives, security, trials, updates

gc.collect()
checks.base_bytes = gc.mem_alloc()
for module in primitives, curves, enrollments, security, trials, updates:
    for file in module.RUNS:
        if file + '.json' not in os.listdir('/vectors'):
            continue
        with open('/vectors/%s.json' % file) as f:
            vectors = json.load(f)
        checks.file, checks.count = file, 0
        module.RUNS[file](vectors)
        print('cases', file, checks.count)
        vectors = None
        gc.collect()
