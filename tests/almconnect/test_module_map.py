"""The map of all modules in docs/architecture.md says what the modules say of themselves."""

from __future__ import annotations

from tools import module_map


def test_the_map_is_that_of_the_tree() -> None:
    page = module_map.PAGE.read_text("utf-8")
    assert module_map.put_into(page, module_map.text()) == page, "run: python tools/module_map.py"


def test_every_package_with_modules_says_what_it_is_for() -> None:
    silent = [
        str(folder.relative_to(module_map.ROOT))
        for folder in module_map.folders()
        if not module_map.said(folder / "__init__.py")
    ]
    assert silent == []
