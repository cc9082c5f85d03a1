"""Do the docstrings of `jira_client` and `outgoing` name errors and sources? `python tools/docstrings.py`; one that
does not is named, exit code 1.

Looked at are the public functions and methods of these packages: no name on the way to them begins with an
underscore, and they stand in a module or a class, not in another function. Each of them

1. has a docstring;
2. says "raises" and names a class of the error tree, another function's errors ("raises what …") or "no error",
   where it can raise an error of its package's tree, whose base `BASES` names. It can where it raises a class
   of the tree, or the result of a function that is declared to return one; where it uses an attribute of a
   parameter declared as one of `DOORS`, or of an attribute of `self` called as in `DOOR_ATTRIBUTES`; or where
   it calls a function, a method of its own class or a class of its package that can. What is called on other
   objects is not followed, and what is caught counts as raised;
3. names the source of what it says about Jira, in its own docstring, that of its class or of its module, or in
   that of the package that holds the module (the top one does not count). A source is what follows
   `Source:`, or `Source of something:`, at the beginning of a line, up to the end of the paragraph. It holds an
   address of `HOSTS`, or says `NOT_SAID` after telling where the rule was learned. A module whose functions
   hold no rule about Jira says so by `NO_RULE`.

The modules of `jira_sandbox` that imitate Jira (`IMITATIONS`) name their source in the same form, each in its
own docstring or in that of its package.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

BASES = {"jira_client": "JiraError", "outgoing": "CallFailed"}  # package → the base of its errors
SANDBOX = "jira_sandbox"
IMITATIONS = (
    "adf", "authentication", "jql", "limits", "model", "oauth", "refusal", "rest", "webhooks",
)  # fmt: skip
HOSTS = (
    "developer.atlassian.com", "docs.atlassian.com", "confluence.atlassian.com", "support.atlassian.com",
    "www.rfc-editor.org", "wiki.oauth.net",
)  # fmt: skip
NOT_SAID = "the vendor does not say"
NO_RULE = "Source: none; there is no rule about Jira here."
DOORS = frozenset({"JiraClient", "Caller", "Transport", "Channel"})
DOOR_ATTRIBUTES = frozenset({"_caller", "transport"})
_ADDRESS = re.compile(rf"https?://(?:{'|'.join(map(re.escape, HOSTS))})/\S+")
_RAISES = re.compile(r"\braises\b", re.IGNORECASE)
_OTHERS = re.compile(r"\braises (?:what|no error)\b", re.IGNORECASE)

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef
Place = tuple[str, str]  # dotted module, name in it: `function`, `Class` or `Class.method`


@dataclass(frozen=True)
class Module:
    """One file: what it defines, and where the names come from that it imports."""

    name: str
    path: Path
    tree: ast.Module
    package: bool
    functions: dict[str, AnyFunction] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    imports: dict[str, Place] = field(default_factory=dict)


def main(root: Path) -> int:
    wrong = [why for name in BASES for why in of_package(root, name)] + of_sandbox(root)
    for why in wrong:
        print(why)
    return 1 if wrong else 0


def of_package(root: Path, name: str) -> list[str]:
    """What is wrong with the docstrings of one of `BASES`, a line each."""
    package = Package(root, name, BASES[name])
    return [
        f"{module.path.relative_to(root)}:{node.lineno}: {name} {why}"
        for module in package.modules.values()
        for name, node in module.functions.items()
        if _public(module.name, name)
        for why in package.judged(module, name, node)
    ]


def of_sandbox(root: Path) -> list[str]:
    """The modules of the sandbox that imitate Jira and do not name what they imitate."""
    package = Package(root, SANDBOX)
    return [
        f"{module.path.relative_to(root)}:1: the module names no source"
        for module in package.modules.values()
        if not module.package and module.name.split(".")[1] in IMITATIONS
        if not any(map(sourced, package.above(module)))
    ]


def sourced(said: str | None) -> bool:
    """Whether a docstring names a source: see above."""
    for part in re.split(r"\n\s*\n", said or ""):
        at = re.search(r"^Source(?: of [^:]+)?:", part, re.MULTILINE)
        words = " ".join(part[at.start() :].split()) if at else ""
        if words and (_ADDRESS.search(words) or NOT_SAID in words):
            return True
    return False


class Package:
    """All modules of a package, and which of their functions can raise an error of the tree above `base`."""

    def __init__(self, root: Path, name: str, base: str = "") -> None:
        paths = sorted((root / name).rglob("*.py"))
        found = [_read(root, path) for path in paths]
        self.modules = {module.name: module for module in found}
        self.base = base
        self.errors = self._tree_of(base)
        self._known: dict[Place, bool] = {}

    def judged(self, module: Module, name: str, node: AnyFunction) -> Iterator[str]:
        said = ast.get_docstring(node)
        if not said:
            yield "has no docstring"
            return
        if not self._says_what(said) and self.can_raise((module.name, name)):
            yield f"can raise a {self.base} and does not say what it raises"
        owner = name.rpartition(".")[0]
        of_class = ast.get_docstring(module.classes[owner]) if owner else ""
        above = list(self.above(module))
        free = any(NO_RULE in " ".join((text or "").split()) for text in above)
        if not free and not any(map(sourced, (said, of_class, *above))):
            yield "names no source, and neither do its class, its module and its package"

    def _says_what(self, said: str) -> bool:
        words = set(re.findall(r"\w+", said))
        return bool(_RAISES.search(said) and (words & self.errors or _OTHERS.search(said)))

    def above(self, module: Module) -> Iterator[str | None]:
        """The docstrings of the module and of the package that holds it, the root left out."""
        yield ast.get_docstring(module.tree)
        holder = module.name.rpartition(".")[0]
        if "." in holder and not module.package:
            yield ast.get_docstring(self.modules[holder].tree)

    def can_raise(self, place: Place) -> bool:
        if place in self._known:
            return self._known[place]
        self._known[place] = False  # a circle adds nothing
        module = self.modules[place[0]]
        node = module.functions.get(place[1])
        if node is None:
            return False
        doors = _doors(node)
        owner = place[1].rpartition(".")[0]
        self._known[place] = any(
            self._is_door(part, doors) or self._raises(part, module, owner)
            for part in ast.walk(node)
        )
        return self._known[place]

    def _is_door(self, part: ast.AST, doors: set[str]) -> bool:
        if not isinstance(part, ast.Attribute):
            return False
        if isinstance(part.value, ast.Name):
            return part.value.id in doors
        return (
            isinstance(part.value, ast.Attribute)
            and isinstance(part.value.value, ast.Name)
            and part.value.value.id == "self"
            and part.value.attr in DOOR_ATTRIBUTES
        )

    def _raises(self, part: ast.AST, module: Module, owner: str) -> bool:
        if isinstance(part, ast.Raise) and part.exc is not None:
            thrown = part.exc.func if isinstance(part.exc, ast.Call) else part.exc
            found = self._found(thrown, module, owner)
            return found is not None and (found[1] in self.errors or self._makes_error(found))
        if isinstance(part, ast.Call):
            found = self._found(part.func, module, owner)
            return found is not None and any(map(self.can_raise, self._run_by(found)))
        return False

    def _makes_error(self, place: Place) -> bool:
        node = self.modules[place[0]].functions.get(place[1])
        names = {
            part.id if isinstance(part, ast.Name) else part.attr
            for part in (ast.walk(node.returns) if node is not None and node.returns else ())
            if isinstance(part, ast.Name | ast.Attribute)
        }
        return bool(names & self.errors)

    def _run_by(self, place: Place) -> list[Place]:
        """What runs when this is called: a function, or what makes an object of a class."""
        module, name = place
        made = [f"{name}.__init__", f"{name}.__post_init__"]
        return [(module, one) for one in (name, *made) if one in self.modules[module].functions]

    def _found(self, called: ast.expr, module: Module, owner: str) -> Place | None:
        """Where a name that is called is defined, if in this package."""
        if isinstance(called, ast.Name):
            return self._defined(module.name, called.id)
        if not (isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name)):
            return None
        if called.value.id == "self" and owner:
            return self._method(module, owner, called.attr)
        source = module.imports.get(called.value.id)
        dotted = ".".join(source) if source else ""
        return self._defined(dotted, called.attr) if dotted in self.modules else None

    def _method(self, module: Module, owner: str, name: str) -> Place | None:
        if f"{owner}.{name}" in module.functions:
            return module.name, f"{owner}.{name}"
        bases = [base.id for base in module.classes[owner].bases if isinstance(base, ast.Name)]
        found = (self._method(module, base, name) for base in bases if base in module.classes)
        return next(filter(None, found), None)

    def _defined(self, module_name: str, name: str) -> Place | None:
        """The place of a name, behind every import that hands it on."""
        module = self.modules.get(module_name)
        if module is None:
            return None
        if name in module.functions or name in module.classes:
            return module_name, name
        source = module.imports.get(name)
        return self._defined(*source) if source and source != (module_name, name) else None

    def _tree_of(self, root: str) -> frozenset[str]:
        bases = {
            name: {base.id for base in node.bases if isinstance(base, ast.Name)}
            for module in self.modules.values()
            for name, node in module.classes.items()
        }
        found = {root}
        while more := {name for name, above in bases.items() if above & found} - found:
            found |= more
        return frozenset(found)


def _doors(node: AnyFunction) -> set[str]:
    """The parameters by which the function reaches Jira."""
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return {one.arg for one in given if isinstance(one.annotation, ast.Name) and one.annotation.id in DOORS}


def _public(module: str, name: str) -> bool:
    return not any(part.startswith("_") for part in (*module.split("."), *name.split(".")))


def _read(root: Path, path: Path) -> Module:
    parts = path.relative_to(root).with_suffix("").parts
    package = parts[-1] == "__init__"
    module = Module(
        ".".join(parts[:-1] if package else parts), path, ast.parse(path.read_text("utf-8")), package
    )
    for node in module.tree.body:
        if isinstance(node, AnyFunction):
            module.functions[node.name] = node
        elif isinstance(node, ast.ClassDef):
            module.classes[node.name] = node
            methods = (part for part in node.body if isinstance(part, AnyFunction))
            module.functions.update({f"{node.name}.{part.name}": part for part in methods})
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for one in node.names:
                module.imports[one.asname or one.name] = (node.module, one.name)
    return module


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
