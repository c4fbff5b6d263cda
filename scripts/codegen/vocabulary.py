"""The keywords of JSON Schema (2020-12), by what generated code makes of them."""

FAMILIES = {
    **{name: {"string"} for name in ("minLength", "maxLength", "pattern")},
    **{name: {"integer", "number"} for name in ("minimum", "maximum", "multipleOf")},
    **{name: {"integer", "number"} for name in ("exclusiveMinimum", "exclusiveMaximum")},
    **{name: {"array"} for name in ("items", "minItems", "maxItems")},
    **{name: {"object"} for name in ("properties", "required", "additionalProperties")},
}
"""Keywords that are about values of some types only, and these types."""

BOUNDS = FAMILIES.keys() - {"items", "properties", "required", "additionalProperties"}
CHOICES = ("allOf", "anyOf", "oneOf")
FIXED = ("const", "enum")

ANNOTATIONS = {
    "$comment",
    "contentEncoding",
    "contentMediaType",
    "default",
    "deprecated",
    "description",
    "example",
    "examples",
    "externalDocs",
    "title",
    "xml",
}

NOT_ENFORCED = {
    "if",
    "then",
    "else",
    "not",
    "contains",
    "minContains",
    "maxContains",
    "dependentRequired",
    "dependentSchemas",
    "patternProperties",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "prefixItems",
    "readOnly",
    "writeOnly",
    "contentSchema",
    "$anchor",
    "$defs",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$schema",
}
WITHOUT_EFFECT = {"uniqueItems": False, "readOnly": False, "writeOnly": False}
"""What these say anyway."""

KNOWN = {*FAMILIES, *CHOICES, *FIXED, "$ref", "type", "format", "nullable", "discriminator"}

FORMATS = {
    "string": {
        "byte",
        "date",
        "date-time",
        "email",
        "hostname",
        "ipv4",
        "ipv6",
        "time",
        "uri",
        "uuid",
    },
    "integer": {"int32", "int64"},
    "number": {"double", "float"},
}
"""The formats that are checked, by type. Any other that is no standard's is an annotation."""

NOT_CHECKED = {
    "binary",
    "duration",
    "idn-email",
    "idn-hostname",
    "iri",
    "iri-reference",
    "json-pointer",
    "regex",
    "relative-json-pointer",
    "uri-reference",
    "uri-template",
}
"""Formats of JSON Schema (2020-12, Validation §7.3) and of OpenAPI 3.0 that are not."""

CONVERTED = {"date", "date-time", "time", "uuid"}
"""Formats whose values Python does not hold as text."""


def is_annotation(keyword: str) -> bool:
    """Say whether a keyword says nothing about which values are valid."""
    return keyword in ANNOTATIONS or keyword.startswith("x-")
