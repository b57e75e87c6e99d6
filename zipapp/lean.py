"""Remove docstrings, annotations and early imports from the syntax tree of a module."""

from __future__ import annotations

import ast

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def without_docstrings(tree):
    """Remove docstrings; assertions stay, as they are code."""
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.copy_location(ast.Pass(), node.body[0])]
    return tree


def without_annotations(tree):
    """Remove annotations: NamedTuple would compile each of them at every start."""
    return ast.fix_missing_locations(_Annotations().visit(tree))


def with_late_imports(tree, names):
    """Move imports of these modules into the functions that are their only users."""
    functions = list(_functions(tree))
    for node in [stmt for stmt in tree.body if getattr(stmt, 'module', None) in names]:
        known = {alias.asname or alias.name for alias in node.names}
        users = [function for function in functions if _uses(function.body, known)]
        if _uses([tree], known) == sum(_uses(function.body, known) for function in users):
            tree.body.remove(node)
            for user in users:
                user.body.insert(0, node)
    return tree


def _functions(node):
    """The functions that are not inside other functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield child
        else:
            yield from _functions(child)


def _uses(nodes, names):
    inner = (child for node in nodes for child in ast.walk(node))
    return sum(isinstance(child, ast.Name) and child.id in names for child in inner)


class _Annotations(ast.NodeTransformer):
    def visit_Module(self, node):
        # The remaining annotations are None, and are evaluated.
        node.body = [stmt for stmt in node.body if getattr(stmt, 'module', '') != '__future__']
        return self.generic_visit(node)

    def visit_ClassDef(self, node):
        if not any(getattr(base, 'id', '') == 'NamedTuple' for base in node.bases):
            return self.generic_visit(node)
        node.body = [
            _field(stmt) if isinstance(stmt, ast.AnnAssign) else self.visit(stmt)
            for stmt in node.body
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
