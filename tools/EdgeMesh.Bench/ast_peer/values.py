"""What expressions may be before the program runs: by all that is ever put into each variable, attribute and parameter, in whatever order."""
import ast
import operator
import re
from collections import namedtuple

from facts import FUNCTIONS

Imported = namedtuple('Imported', 'path')         # something imported by its dotted path; built-ins begin with a dot
Made = namedtuple('Made', 'path call scope')      # what calling that gives
Container = namedtuple('Container', 'node scope')
Start = namedtuple('Start', 'text')               # a text of which only the beginning is known

ANYTHING, NOTHING = ((), False), ((), True)
MOST = 64
NUMBER = (int, float)
FIELD = re.compile('%[sd]')
SIGNS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
    ast.BitOr: operator.or_, ast.BitAnd: operator.and_, ast.BitXor: operator.xor, ast.LShift: operator.lshift, ast.RShift: operator.rshift, ast.Pow: operator.pow,
}


def one(value):
    return ((value,), True)


def union(a, b):
    if a is NOTHING or a is b:
        return b
    if b is NOTHING:
        return a
    values = a[0] + tuple(v for v in b[0] if v not in a[0])
    return (values, a[1] and b[1]) if len(values) <= MOST else ANYTHING


class Values:
    def __init__(self, facts):
        self.facts = facts
        self.known = {}
        self.symbols = {}
        self.depth = 0
        self.kinds = {
            ast.Constant: lambda node, scope: one(node.value), ast.Name: self.name, ast.Attribute: self.attribute, ast.Call: self.call, ast.BinOp: self.binary,
            ast.UnaryOp: self.unary, ast.BoolOp: self.any_of, ast.IfExp: lambda node, scope: union(self.of(node.body, scope), self.of(node.orelse, scope)),
            ast.JoinedStr: self.joined, ast.Subscript: self.subscript, ast.NamedExpr: lambda node, scope: self.of(node.value, scope),
            **dict.fromkeys((ast.Tuple, ast.List, ast.Set, ast.Dict), lambda node, scope: one(Container(node, scope))),
        }

    def of(self, node, scope):
        known = self.known.get(node)
        if known is not None:
            return known
        kind = self.kinds.get(node.__class__)
        if kind is None or self.depth > 40:
            return ANYTHING
        self.known[node] = ANYTHING  # a value that depends on itself may be anything
        self.depth += 1
        known = self.known[node] = kind(node, scope)
        self.depth -= 1
        return known

    def name(self, node, scope):
        symbol = scope.find(node.id)
        return one(Imported('.' + node.id)) if symbol is None else self.symbol(symbol)

    def symbol(self, symbol):
        known = self.symbols.get(symbol)
        if known is not None:
            return known
        self.symbols[symbol] = ANYTHING
        known = ANYTHING if symbol.opaque or symbol.functions or symbol.classes or symbol.name in self.facts.changed else NOTHING
        for path in symbol.paths:
            known = union(known, one(Imported(path)))
        for value, scope in symbol.values:
            known = union(known, self.of(value, scope))
        for source, column, scope in symbol.elements:
            known = union(known, self.elements(source, column, scope))
        if symbol.parameter is not None:
            known = union(known, self.arguments(symbol, *symbol.parameter))
        self.symbols[symbol] = known
        return known

    def arguments(self, symbol, function, index):
        around = symbol.scope.parent
        if not isinstance(function, FUNCTIONS) or function.decorator_list:
            return ANYTHING
        method = isinstance(around.node, ast.ClassDef)
        name = around.node.name if method and function.name == '__init__' else function.name
        if (method and (index == 0 or name.startswith('__'))) or name in self.facts.taken:
            return ANYTHING
        known = NOTHING
        for call, scope, _ in self.facts.called.get(name, ()):
            if call.keywords and any(k.arg is None for k in call.keywords) or any(isinstance(a, ast.Starred) for a in call.args):
                return ANYTHING
            given = next((k.value for k in call.keywords if k.arg == symbol.name), None)
            position = index - method
            if given is None and position < len(call.args):
                given = call.args[position]
            if given is not None:
                known = union(known, self.of(given, scope))
        return known

    def attribute(self, node, scope):
        before = self.of(node.value, scope)
        known, other = NOTHING, not before[1]
        for value in before[0]:
            if value.__class__ is Imported and value.path[0] != '.':
                known = union(known, one(Imported(value.path + '.' + node.attr)))
            else:
                other = True
        return union(known, self.field(node.attr)) if other else known

    def field(self, name):
        symbol = self.facts.fields.get(name)
        known = self.symbol(symbol) if symbol is not None else NOTHING
        for _, scope in self.facts.classes:
            if name in scope.symbols:
                known = union(known, self.symbol(scope.symbols[name]))
        return ANYTHING if known is NOTHING else known

    def call(self, node, scope):
        if isinstance(node.func, ast.Attribute) and node.func.attr == 'format':
            texts = self.of(node.func.value, scope)
            return (tuple(self.filled(v.split('{}'), node.args, scope) for v in texts[0] if isinstance(v, str)), texts[1])
        callee = self.of(node.func, scope)
        if not callee[1] or len(callee[0]) != 1 or callee[0][0].__class__ is not Imported:
            return ANYTHING
        path = callee[0][0].path
        if path in ('.const', 'micropython.const', '.tuple', '.list') and len(node.args) == 1:
            return self.of(node.args[0], scope)
        if path in ('.int', '.str') and len(node.args) == 1:
            inner = self.of(node.args[0], scope)
            try:
                return (tuple((int if path == '.int' else str)(v) for v in inner[0] if isinstance(v, (str, *NUMBER))), inner[1])
            except ValueError:
                return ANYTHING
        return one(Made(path, node, scope))

    def filled(self, pieces, fields, scope):
        """A template with what is known filled in, as far as that goes."""
        text = pieces[0]
        for piece, field in zip(pieces[1:], fields):
            known = self.of(field, scope)
            if '{' in text or '%' in text or not known[1] or len(known[0]) != 1 or not isinstance(known[0][0], (str, int)):
                break
            text += str(known[0][0]) + piece
        else:
            if '{' not in text and '%' not in text:
                return text
        return Start(text.split('{')[0].split('%')[0])

    def unary(self, node, scope):
        inner = self.of(node.operand, scope)
        if node.op.__class__ is ast.USub:
            return (tuple(-v for v in inner[0] if isinstance(v, NUMBER)), inner[1])
        return inner if node.op.__class__ is ast.UAdd else ANYTHING

    def any_of(self, node, scope):
        known = NOTHING
        for value in node.values:
            known = union(known, self.of(value, scope))
        return known

    def binary(self, node, scope):
        left, right = self.of(node.left, scope), self.of(node.right, scope)
        texts = left[1] and left[0] and all(isinstance(v, (str, Start)) for v in left[0])
        if texts and node.op.__class__ in (ast.Add, ast.Mod):
            if node.op.__class__ is ast.Add and right[1] and all(isinstance(v, str) for v in left[0] + right[0]):
                return (tuple(a + b for a in left[0] for b in right[0])[:MOST], True)
            if node.op.__class__ is ast.Add:
                return (tuple(Start(v if isinstance(v, str) else v.text) for v in left[0]), True)
            fields = node.right.elts if node.right.__class__ is ast.Tuple else (node.right,)
            return (tuple(self.filled(FIELD.split(v), fields, scope) if isinstance(v, str) else v for v in left[0]), True)
        if not (left[1] and right[1]) or len(left[0]) * len(right[0]) > MOST or not all(isinstance(v, NUMBER) for v in left[0] + right[0]):
            return ANYTHING
        sign = SIGNS.get(node.op.__class__)
        if sign is None or (node.op.__class__ in (ast.Pow, ast.LShift) and any(v > 4096 for v in right[0])):
            return ANYTHING
        try:
            return (tuple({sign(a, b) for a in left[0] for b in right[0]}), True)
        except (ArithmeticError, ValueError, TypeError):
            return ANYTHING

    def joined(self, node, scope):
        text = ''
        for part in node.values:
            if part.__class__ is ast.Constant:
                text += part.value
                continue
            field = self.of(part.value, scope)
            if part.format_spec is not None or part.conversion != -1 or not field[1] or len(field[0]) != 1 or not isinstance(field[0][0], (str, int)):
                return one(Start(text))
            text += str(field[0][0])
        return one(text)

    def subscript(self, node, scope):
        before, index = self.of(node.value, scope), self.of(node.slice, scope)
        if not before[1] or not all(v.__class__ is Container for v in before[0]):
            return ANYTHING
        known = NOTHING
        for container in before[0]:
            known = union(known, self.at(container, index[0][0] if index[1] and len(index[0]) == 1 else None))
        return known

    def at(self, container, key):
        node, scope = container
        known = NOTHING
        if node.__class__ is ast.Dict:
            for name, value in zip(node.keys, node.values):
                if key is None or name is None or self.of(name, scope) == one(key):
                    known = union(known, self.of(value, scope))
            return known
        if isinstance(key, int) and -len(node.elts) <= key < len(node.elts):
            return self.of(node.elts[key], scope)
        for item in node.elts:
            known = union(known, self.of(item, scope))
        return known

    def elements(self, source, column, scope):
        values = self.of(source, scope)
        known = NOTHING
        for value in values[0]:
            if value.__class__ is Container and column is None:
                items = value.node.keys if value.node.__class__ is ast.Dict else value.node.elts
                for item in items:
                    known = union(known, self.of(item, value.scope) if item is not None else ANYTHING)
            elif value.__class__ is Container:
                for row in getattr(value.node, 'elts', ()):
                    for inner in self.of(row, value.scope)[0]:
                        known = union(known, self.at(inner, column) if inner.__class__ is Container else ANYTHING)
            elif value.__class__ is Made and value.path == '.range':
                ends = [self.of(a, value.scope) for a in value.call.args]
                if not all(e[1] and len(e[0]) == 1 and isinstance(e[0][0], int) for e in ends) or not ends or len(range(*[e[0][0] for e in ends])) > MOST:
                    return ANYTHING
                known = union(known, (tuple(range(*[e[0][0] for e in ends])), True))
            else:
                return ANYTHING
        return known if values[1] else ANYTHING
