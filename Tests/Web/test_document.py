"""The OpenAPI document is valid, equals the output of `recipe-worker openapi`, and differs from the reference as decided."""
import json
import subprocess

import openapi_spec_validator
import pytest

from processes import BUILT, ROOT

# Decided differences from reference/expected/openapi.json, with reasons: "+" is only here, "-" only there, "~" differs.
# A "*" stands for one name in the path.
DECIDED = {
    "+ /components/schemas/HTTPError": "the schema of the errors below",
    "+ /paths/*/get/responses/404": "documented",
    "+ /paths/*/get/responses/502": "documented",
    "+ /paths/*/get/responses/504": "documented",
    "+ /paths/*/post/responses/400": "a body that is not Unicode text, or is nested too deeply",
    "+ /paths/*/post/responses/503": "the database is busy",
    "+ /components/schemas/RecipeCreate/properties/*/examples": "the example in /docs creates a recipe",
    "+ /paths/~1health~1live": "Brigade's own",
    "+ /paths/~1health~1ready": "Brigade's own",
}


@pytest.fixture(scope="module")
def document(server):
    status, headers, text = server.ask("/openapi.json")
    assert (status, headers["content-type"]) == (200, "application/json")
    return json.loads(text, object_pairs_hook=unique)


def unique(members):
    """An object without duplicate names, which Swagger UI and ReDoc reject."""
    names = [name for name, _ in members]
    assert len(names) == len(set(names)), f"duplicate names: {names}"
    return dict(members)


def test_the_document_is_valid(document):
    openapi_spec_validator.validate(document)


def test_the_command_prints_the_document_without_a_database(document, tmp_path):
    run = subprocess.run(
        [BUILT / "recipe-worker", "openapi"], cwd=tmp_path, env={"DATABASE_URL": "sqlite:///nowhere/at/all.db"},
        capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
    assert json.loads(run.stdout) == document
    assert list(tmp_path.iterdir()) == [], "the command must create no files"


def test_the_document_differs_from_the_reference_only_as_decided(document):
    expected = json.loads((ROOT / "reference/expected/openapi.json").read_text())
    found = set(differences(expected, document))
    decided = {rule: {one for one in found if matches(rule, one)} for rule in DECIDED}
    unknown = found.difference(*decided.values())
    assert not unknown, "undecided differences from the reference:\n" + "\n".join(sorted(unknown))
    unused = [rule for rule, matched in decided.items() if not matched]
    assert not unused, f"these differences no longer exist, remove them from DECIDED: {unused}"


def differences(expected, found, path=""):
    """Each difference as a line: its kind and the path of the outermost value that differs."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in expected.keys() | found.keys():
            inner = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
            if name not in found:
                yield "- " + inner
            elif name not in expected:
                yield "+ " + inner
            else:
                yield from differences(expected[name], found[name], inner)
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, pair in enumerate(zip(expected, found)):
            yield from differences(*pair, f"{path}/{index}")
    elif expected != found or type(expected) is not type(found):
        yield "~ " + path


def matches(rule, line):
    rule, line = rule.split("/"), line.split("/")
    return len(rule) == len(line) and all(part in ("*", other) for part, other in zip(rule, line))
