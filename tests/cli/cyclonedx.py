# The rules of CycloneDX 1.5 (ECMA-424) for the parts of it that a bill of materials of ours uses,
# and what no schema can say: names are unlike each other, and what is referred to is there.
# usage: cyclonedx.py BILL
import json
import sys

import jsonschema

text = {"type": "string"}
name = {"type": "string", "minLength": 1}


def closed(required, **properties):
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


def listed(items, unique=False):
    return {"type": "array", "items": items, "uniqueItems": unique}


component = closed(
    ["type", "name"],
    type={
        "enum": "application framework library container platform operating-system device "
        "device-driver firmware file machine-learning-model data".split()
    },
    **{"bom-ref": name},
    name=text,
    version=text,
    hashes=listed(
        closed(
            ["alg", "content"],
            alg={"enum": "MD5 SHA-1 SHA-256 SHA-384 SHA-512 SHA3-256 SHA3-512".split()},
            content={"type": "string", "pattern": "^[a-fA-F0-9]{64}$"},
        )
    ),
    cpe=text,
    purl=text,
    pedigree=closed([], ancestors=listed({"$ref": "#/definitions/component"})),
    externalReferences=listed(
        closed(["url", "type"], url=text, type={"enum": ["distribution", "vcs", "website"]})
    ),
    evidence=closed([], occurrences=listed(closed(["location"], location=text))),
    properties=listed(closed([], name=text, value=text)),
)
bom = closed(
    ["bomFormat", "specVersion"],
    **{"$schema": {"enum": ["http://cyclonedx.org/schema/bom-1.5.schema.json"]}},
    bomFormat={"enum": ["CycloneDX"]},
    specVersion={"const": "1.5"},
    serialNumber={
        "type": "string",
        "pattern": "^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    },
    version={"type": "integer", "minimum": 1},
    metadata=closed(
        [],
        timestamp={"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}){2}T([0-9]{2}:){2}[0-9]{2}Z$"},
        tools=closed([], components=listed(component, unique=True)),
        component={"$ref": "#/definitions/component"},
    ),
    components=listed(component, unique=True),
    dependencies=listed(closed(["ref"], ref=name, dependsOn=listed(name, unique=True)), unique=True),
)
bom["definitions"] = {"component": component}

with open(sys.argv[1], encoding="utf-8") as file:
    bill = json.load(file)
jsonschema.Draft7Validator.check_schema(bom)
jsonschema.Draft7Validator(bom).validate(bill)

refs = [bill["metadata"]["component"]["bom-ref"]] + [c["bom-ref"] for c in bill["components"]]
assert len(refs) == len(set(refs)), "two components of one name"
for d in bill["dependencies"]:
    assert {d["ref"], *d["dependsOn"]} <= set(refs), f"{d['ref']} refers to what is not there"
used = [r for d in bill["dependencies"] for r in d["dependsOn"]]
assert sorted(used) == sorted(refs[1:]), "a component that is part of nothing, or of two"
for c in bill["components"]:
    where = c.get("evidence", {}).get("occurrences", [{}])[0].get("location", "-")
    origin = c.get("pedigree", {}).get("ancestors", [{}])[0]
    print(c["bom-ref"], c["type"], c["name"], c.get("version", "-"), c["hashes"][0]["content"], where,
          origin.get("name", "-"))
