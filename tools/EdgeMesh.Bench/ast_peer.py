# The peer of `tools/bench codegen`: CPython's own parser, and a walk over its tree. It is a lighter walk than the policy's: names, imports, attributes, literal
# pins, loops without a sleep; it follows no aliases, arguments, attributes or texts and knows no lists of the modules' names. What it leaves out speaks for it.
# Reads a program, prints the median milliseconds of judging it.
import ast
import builtins
import statistics
import sys
import time

MODULES = {'machine', 'time', 'edgemesh', 'json', 'struct', 'math', 'asyncio', 'dht', 'onewire', 'ds18x20', 'neopixel', 'umqtt', 'requests'}
REFUSED = {'eval', 'exec', 'compile', '__import__', 'open', 'globals', 'locals', 'vars'}
ATTRIBUTES = {'mem8', 'mem16', 'mem32', 'bind', 'listen', 'accept', 'start_server', 'dupterm', 'settrace', 'gi_frame', 'f_globals'}
RESERVED = range(6, 12)


class Scopes(ast.NodeVisitor):
    def __init__(self):
        self.bound = [set()]
        self.used = []

    def bind(self, name):
        self.bound[-1].add(name)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load):
            self.used.append((node, list(self.bound)))
        else:
            self.bind(node.id)

    def visit_FunctionDef(self, node):
        self.bind(node.name)
        for default in node.args.defaults:
            self.visit(default)
        self.bound.append({a.arg for a in node.args.args})
        for statement in node.body:
            self.visit(statement)
        self.bound.pop()

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Import(self, node):
        for alias in node.names:
            self.bind((alias.asname or alias.name).split('.')[0])

    visit_ImportFrom = visit_Import


def values(tree):
    constants = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    constants.setdefault(target.id, []).append(node.value.value)
    return constants


def judge(source):
    findings = []
    tree = ast.parse(source)
    constants = values(tree)
    scopes = Scopes()
    scopes.visit(tree)
    for node, bound in scopes.used:
        if node.id in REFUSED or not (any(node.id in names for names in bound) or hasattr(builtins, node.id)):
            findings.append(node)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            findings += [a for a in node.names if a.name.split('.')[0].lstrip('u') not in MODULES]
        elif isinstance(node, ast.ImportFrom):
            if (node.module or '').split('.')[0] not in MODULES:
                findings.append(node)
        elif isinstance(node, ast.Attribute):
            if node.attr in ATTRIBUTES or node.attr.startswith('__'):
                findings.append(node)
        elif isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, 'attr', '')
            if name == 'Pin' and node.args:
                pins = [node.args[0].value] if isinstance(node.args[0], ast.Constant) else constants.get(getattr(node.args[0], 'id', ''), [])
                findings += [node for pin in pins if pin in RESERVED]
        elif isinstance(node, ast.While):
            calls = [c for c in ast.walk(node) if isinstance(c, ast.Call)]
            if not any(getattr(c.func, 'attr', getattr(c.func, 'id', '')).startswith('sleep') for c in calls):
                findings.append(node)
        elif isinstance(node, ast.ExceptHandler) and node.type is None:
            findings.append(node)
    return findings


text = sys.stdin.read()
for _ in range(10):
    judge(text)
times = []
for _ in range(50):
    start = time.perf_counter()
    judge(text)
    times.append((time.perf_counter() - start) * 1000)
print(statistics.median(times))
