"""One walk over CPython's tree: scopes, all that is ever put into each variable, and flat lists of what rules look at."""
import ast

from scopes import Scope, Symbol, canonical

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
LOOKS = frozenset(('isinstance', 'issubclass', 'print', 'repr', 'str', 'type', 'id', 'callable', 'super'))
CHANGES = frozenset(('append', 'insert', 'extend', 'update', 'pop', 'setdefault', 'clear', 'appendleft'))


class Facts(ast.NodeVisitor):
    def __init__(self, tree, modules):
        self.modules = modules
        self.root = self.scope = Scope(None, tree)
        self.names, self.attributes, self.calls, self.imports, self.targets = [], [], [], [], []
        self.loops, self.tries, self.functions, self.decorators, self.classes = [], [], [], [], []
        self.binaries, self.compares, self.formats, self.handed, self.bound = [], [], [], [], []
        self.fields = {}      # what is assigned to attributes, by name
        self.called = {}      # calls by the last name before the parentheses
        self.taken = set()    # names and attributes that are used other than by calling them
        self.changed = set()  # names of which elements are changed
        self.scopes = {}
        self.guarded = 0
        self.handlers = {kind: getattr(self, 'visit_' + kind.__name__, self.children) for kind in (
            *ast.expr.__subclasses__(), *ast.stmt.__subclasses__(), ast.Module, ast.keyword, ast.ExceptHandler, ast.comprehension, ast.withitem)}
        for statement in tree.body:
            self.visit(statement)

    # A table by type instead of NodeVisitor's search by name, and no generator for the children: the walk is faster by a third.
    def visit(self, node):
        self.handlers[node.__class__](node)

    def children(self, node):
        for field in node._fields:
            value = getattr(node, field)
            if value.__class__ is list:
                for item in value:
                    if isinstance(item, ast.AST):
                        self.visit(item)
            elif isinstance(value, ast.AST) and value.__class__ in self.handlers:
                self.visit(value)

    def visit_Name(self, node):
        self.names.append((node, self.scope, 'value'))
        self.taken.add(node.id)

    def visit_Attribute(self, node):
        self.attributes.append((node, self.scope))
        self.taken.add(node.attr)
        self.base(node)

    def base(self, node):
        if node.value.__class__ is ast.Name:
            self.names.append((node.value, self.scope, 'base'))
        else:
            self.visit(node.value)

    def visit_Call(self, node):
        scope, function = self.scope, node.func
        self.calls.append((node, scope, self.guarded))
        name = ''
        if function.__class__ is ast.Name:
            name = function.id
            self.names.append((function, scope, 'called'))
            self.called.setdefault(name, []).append((node, scope, False))
        elif function.__class__ is ast.Attribute:
            self.attributes.append((function, scope))
            self.called.setdefault(function.attr, []).append((node, scope, True))
            if function.attr in CHANGES:
                self.changed.add(getattr(function.value, 'id', None) or getattr(function.value, 'attr', ''))
            self.base(function)
        else:
            self.visit(function)
        for argument in (*node.args, *[k.value for k in node.keywords]):
            if name in LOOKS and argument.__class__ is ast.Name:
                self.names.append((argument, scope, 'looked'))
            else:
                self.hand(argument)
                self.visit(argument)

    def hand(self, value):
        if value.__class__ in (ast.Name, ast.Attribute):
            self.handed.append((value, self.scope))

    def visit_items(self, node):
        for item in node.elts:
            self.hand(item)
            self.visit(item)

    visit_Tuple = visit_List = visit_Set = visit_items

    def visit_Return(self, node):
        if node.value is not None:
            self.hand(node.value)
            self.visit(node.value)

    def visit_BinOp(self, node):
        self.binaries.append((node, self.scope))
        self.visit(node.left)
        self.visit(node.right)

    def visit_Compare(self, node):
        self.compares.append((node, self.scope))
        tested = len(node.ops) == 1 and isinstance(node.ops[0], (ast.Is, ast.IsNot))
        for operand in (node.left, *node.comparators):
            if tested and operand.__class__ is ast.Name:
                self.names.append((operand, self.scope, 'tested'))
            else:
                self.visit(operand)

    def visit_JoinedStr(self, node):
        self.formats.append((node, self.scope))
        for value in node.values:
            if value.__class__ is ast.FormattedValue:
                self.visit(value.value)

    def bind(self, node, name):
        if self.scope.node.__class__ is not ast.ClassDef:
            self.bound.append((node, name))
        return self.scope.bind(name)

    def assign(self, target, value):
        kind = target.__class__
        if kind is ast.Name:
            symbol = self.bind(target, target.id)
            if value is None:
                symbol.opaque = True
            else:
                symbol.values.append((value, self.scope))
        elif kind in (ast.Tuple, ast.List):
            values = value.elts if value.__class__ in (ast.Tuple, ast.List) and len(value.elts) == len(target.elts) else [None] * len(target.elts)
            for item, part in zip(target.elts, values):
                self.assign(item, None if item.__class__ is ast.Starred else part)
        elif kind is ast.Starred:
            self.assign(target.value, None)
        else:
            self.targets.append((target, self.scope))
            if kind is ast.Attribute:
                field = self.fields.get(target.attr)
                if field is None:
                    field = self.fields[target.attr] = Symbol(target.attr, self.root)
                field.opaque |= value is None
                if value is not None:
                    field.values.append((value, self.scope))
                self.attributes.append((target, self.scope))
                self.base(target)
            else:
                self.changed.add(getattr(target.value, 'id', None) or getattr(target.value, 'attr', ''))
                self.children(target)

    def visit_Assign(self, node):
        self.visit(node.value)
        for target in node.targets:
            self.assign(target, node.value)

    def visit_AnnAssign(self, node):
        if node.value is not None:
            self.visit(node.value)
            self.assign(node.target, node.value)

    def visit_NamedExpr(self, node):
        self.visit(node.value)
        self.assign(node.target, node.value)

    def visit_AugAssign(self, node):
        total = ast.copy_location(ast.BinOp(node.target, node.op, node.value), node)
        self.visit_BinOp(total)
        self.assign(node.target, total)

    def visit_Delete(self, node):
        for target in node.targets:
            self.assign(target, None)

    def visit_Global(self, node):
        self.scope.globals = (*self.scope.globals, *node.names)

    def visit_Import(self, node):
        for alias in node.names:
            self.imports.append((alias, alias.name, None, 0))
            first = alias.name.split('.')[0]
            self.bind(node, alias.asname or first).paths.append(canonical(alias.name if alias.asname else first))

    def visit_ImportFrom(self, node):
        module = canonical(node.module or '')
        for alias in node.names:
            self.imports.append((node, node.module or '', alias.name, node.level))
            for name in self.modules.get(module, ()) if alias.name == '*' else (alias.name,):
                self.bind(node, alias.asname or name).paths.append(module + '.' + name)

    def loop(self, node):
        self.loops.append((node, self.scope))
        if node.__class__ is ast.While:
            self.visit(node.test)
        else:
            self.visit(node.iter)
            self.elements(node.target, node.iter)
        for statement in (*node.body, *node.orelse):
            self.visit(statement)

    visit_While = visit_For = visit_AsyncFor = loop

    def elements(self, target, source):
        if target.__class__ is ast.Name:
            self.bind(target, target.id).elements.append((source, None, self.scope))
        elif target.__class__ is ast.Tuple and all(item.__class__ is ast.Name for item in target.elts):
            for column, item in enumerate(target.elts):
                self.bind(item, item.id).elements.append((source, column, self.scope))
        else:
            self.assign(target, None)

    def visit_Try(self, node):
        self.tries.append((node, self.scope))
        self.guarded += bool(node.handlers)
        for statement in node.body:
            self.visit(statement)
        self.guarded -= bool(node.handlers)
        for handler in node.handlers:
            if handler.type is not None:
                self.visit(handler.type)
            if handler.name:
                self.bind(handler, handler.name).opaque = True
        for statement in (*[s for handler in node.handlers for s in handler.body], *node.orelse, *node.finalbody):
            self.visit(statement)

    def visit_With(self, node):
        for item in node.items:
            self.visit(item.context_expr)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, item.context_expr)
        for statement in node.body:
            self.visit(statement)

    visit_AsyncWith = visit_With

    def visit_FunctionDef(self, node):
        self.decorate(node)
        self.functions.append((node, self.scope))
        self.bind(node, node.name).functions.append(node)
        self.inside(node, node.args)

    visit_AsyncFunctionDef = visit_FunctionDef

    def decorate(self, node):
        for decorator in node.decorator_list:
            self.decorators.append((decorator, self.scope))
            if decorator.__class__ is ast.Name:
                self.names.append((decorator, self.scope, 'called'))
            elif decorator.__class__ is ast.Attribute:
                self.attributes.append((decorator, self.scope))
                self.base(decorator)
            else:
                self.visit(decorator)

    def visit_Lambda(self, node):
        self.inside(node, node.args)

    def inside(self, node, args):
        outer, guarded = self.scope, self.guarded
        plain = (*args.posonlyargs, *args.args)
        defaults = [None] * (len(plain) - len(args.defaults)) + args.defaults + args.kw_defaults
        for default in defaults:
            if default is not None:
                self.visit(default)
        self.scope, self.guarded = Scope(outer, node), 0
        self.scopes[node] = self.scope
        for index, (argument, default) in enumerate(zip((*plain, *args.kwonlyargs), defaults)):
            symbol = self.bind(argument, argument.arg)
            symbol.parameter = (node, index)
            if default is not None:
                symbol.values.append((default, outer))
        for rest in (args.vararg, args.kwarg):
            if rest is not None:
                self.bind(rest, rest.arg).opaque = True
        for statement in node.body if isinstance(node.body, list) else (node.body,):
            self.visit(statement)
        self.scope, self.guarded = outer, guarded

    def visit_ClassDef(self, node):
        self.decorate(node)
        self.bind(node, node.name).classes.append(node)
        for ancestor in node.bases:
            self.visit(ancestor)
        outer, self.scope = self.scope, Scope(self.scope, node)
        self.scopes[node] = self.scope
        self.classes.append((node, self.scope))
        for statement in node.body:
            self.visit(statement)
        self.scope = outer

    def comprehension(self, node):
        outer, self.scope = self.scope, Scope(self.scope, node)
        for clause in node.generators:
            self.visit(clause.iter)
            self.elements(clause.target, clause.iter)
            for condition in clause.ifs:
                self.visit(condition)
        for part in ('elt', 'key', 'value'):
            if hasattr(node, part):
                self.visit(getattr(node, part))
        self.scope = outer

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = comprehension
