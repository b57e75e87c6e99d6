"""Leaves out of a module what only its readers and type checkers need."""

from __future__ import annotations

import ast

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def without_docstrings(tree):
    """Assertions stay: they are code."""
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.copy_location(ast.Pass(), node.body[0])]
    return tree


def without_annotations(tree):
    """For modules that never look at their own: NamedTuple compiles each, at every start."""
    return ast.fix_missing_locations(_Annotations().visit(tree))


def with_late_imports(tree, names):
    """What only functions use of these modules is imported when they are called."""
    functions = list(_functions(tree))
    for node in [one for one in tree.body if getattr(one, 'module', None) in names]:
        known = {alias.asname or alias.name for alias in node.names}
        users = [one for one in functions if _uses(one.body, known)]
        if _uses([tree], known) == sum(_uses(one.body, known) for one in users):
            tree.body.remove(node)
            for user in users:
                user.body.insert(0, node)
    return tree


def _functions(node):
    """The functions that are in no other."""
    for one in ast.iter_child_nodes(node):
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield one
        else:
            yield from _functions(one)


def _uses(nodes, names):
    found = (one for node in nodes for one in ast.walk(node) if isinstance(one, ast.Name))
    return sum(one.id in names for one in found)


class _Annotations(ast.NodeTransformer):
    def visit_Module(self, node):
        # What is left is evaluated, and so has to be None.
        node.body = [one for one in node.body if getattr(one, 'module', '') != '__future__']
        return self.generic_visit(node)

    def visit_ClassDef(self, node):
        if not any(getattr(base, 'id', '') == 'NamedTuple' for base in node.bases):
            return self.generic_visit(node)
        node.body = [
            _field(one) if isinstance(one, ast.AnnAssign) else self.visit(one) for one in node.body
        ]
        return node

    def visit_FunctionDef(self, node):
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_AnnAssign(self, node):
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        return ast.copy_location(ast.Assign([node.target], self.visit(node.value)), node)


def _field(node):
    node.annotation = ast.Constant(None)
    return node
