"""The keywords of JSON Schema (2020-12) and of OpenAPI's schemas, by what they are about."""

FAMILIES = {
    **dict.fromkeys(("minLength", "maxLength", "pattern"), "string"),
    **dict.fromkeys(("minimum", "maximum", "multipleOf"), "number"),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), "number"),
    **dict.fromkeys(("items", "prefixItems", "minItems", "maxItems", "uniqueItems"), "array"),
    **dict.fromkeys(("contains", "minContains", "maxContains", "unevaluatedItems"), "array"),
    **dict.fromkeys(("properties", "patternProperties", "additionalProperties"), "object"),
    **dict.fromkeys(("required", "minProperties", "maxProperties", "propertyNames"), "object"),
    **dict.fromkeys(("dependentRequired", "dependentSchemas"), "object"),
    "unevaluatedProperties": "object",
}
"""Keywords that are about values of one type only; integers are numbers."""

SINGLES = {
    "additionalProperties",
    "contains",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
}
LISTS = {"allOf", "anyOf", "oneOf", "prefixItems"}
MAPS = {"dependentSchemas", "patternProperties", "properties"}
"""Keywords that hold one schema, several, or several by name."""

CHOICES = ("allOf", "anyOf", "oneOf")

ASSERTIONS = {
    *FAMILIES,
    *SINGLES,
    *LISTS,
    *MAPS,
    "$ref",
    "const",
    "discriminator",
    "enum",
    "format",
    "type",
}
"""Keywords that say which values are valid; `discriminator` only helps to find it out."""

ANNOTATIONS = {
    "$comment",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "deprecated",
    "description",
    "example",
    "examples",
    "externalDocs",
    "readOnly",
    "title",
    "writeOnly",
    "xml",
}

CONVERTED = {"date", "date-time", "time", "uuid"}
"""Formats whose values Python does not hold as text."""


def is_annotation(keyword: str) -> bool:
    """Say whether a keyword says nothing about which values are valid."""
    return keyword in ANNOTATIONS or keyword.startswith("x-")
