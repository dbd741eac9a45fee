"""Every key of a scenario's sensors, faults and weather stands on the page that explains them."""

import ast


def test_every_key_of_the_sensors_is_documented(repository):
    page = (repository / "docs" / "scenario-sensors.md").read_text()
    folder = repository / "src/vedette/simulator"
    trees = [ast.parse((folder / f"{name}_specs.py").read_text()) for name in ("sensor", "fault")]
    keys = {
        item.target.id
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        for item in node.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
    } - {"object_class"}  # written `class`
    assert len(keys) > 20
    assert not sorted(key for key in keys if f"`{key}`" not in page)
