"""The OpenAPI document: valid, the one that `recipe-worker openapi` prints, and the reference's but for what is decided."""
import json
import subprocess

import openapi_spec_validator
import pytest

from processes import BUILT, ROOT

# What may differ from reference/expected/openapi.json, and why: "+" is here only, "-" only there, "~" is different.
# A "*" stands for one name in the path.
DECIDED = {
    "+ /components/schemas/HTTPError": "the shape of the errors below",
    "+ /paths/*/get/responses/404": "documented",
    "+ /paths/*/get/responses/502": "documented",
    "+ /paths/*/get/responses/504": "documented",
    "+ /paths/*/post/responses/400": "a body that is no text of Unicode, or nested too deep",
    "+ /paths/*/post/responses/503": "the database is busy",
    "+ /components/schemas/RecipeCreate/properties/*/examples": "what /docs fills in makes a recipe",
    "+ /paths/~1health~1live": "Brigade's own",
    "+ /paths/~1health~1ready": "Brigade's own",
}


@pytest.fixture(scope="module")
def document(server):
    status, headers, text = server.ask("/openapi.json")
    assert (status, headers["content-type"]) == (200, "application/json")
    return json.loads(text, object_pairs_hook=unique)


def unique(members):
    """An object; one with two members of a name is refused, as Swagger UI and ReDoc refuse it."""
    names = [name for name, _ in members]
    assert len(names) == len(set(names)), f"a name stands twice: {names}"
    return dict(members)


def test_it_is_valid(document):
    openapi_spec_validator.validate(document)


def test_the_command_prints_it_without_a_database(document, tmp_path):
    run = subprocess.run(
        [BUILT / "recipe-worker", "openapi"], cwd=tmp_path, env={"DATABASE_URL": "sqlite:///nowhere/at/all.db"},
        capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
    assert json.loads(run.stdout) == document
    assert list(tmp_path.iterdir()) == [], "it leaves nothing behind"


def test_it_is_the_references_but_for_what_is_decided(document):
    expected = json.loads((ROOT / "reference/expected/openapi.json").read_text())
    found = set(differences(expected, document))
    decided = {rule: {one for one in found if matches(rule, one)} for rule in DECIDED}
    unknown = found.difference(*decided.values())
    assert not unknown, "nobody decided these differences from the reference:\n" + "\n".join(sorted(unknown))
    unused = [rule for rule, matched in decided.items() if not matched]
    assert not unused, f"these differences are no more; take them out of DECIDED: {unused}"


def differences(expected, found, path=""):
    """Each as a line: what kind, and the path of the outermost value that differs."""
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
