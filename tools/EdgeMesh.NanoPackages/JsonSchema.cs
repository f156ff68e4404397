using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EdgeMesh.NanoPackages;

/// <summary>The keywords of JSON Schema 2020-12 that <c>nanoframework.schema.json</c> uses. A schema with another one is refused, not passed over.</summary>
public sealed class JsonSchema
{
    private static readonly string[] Annotations = ["$schema", "$id", "$defs", "$comment", "title", "description"];
    private readonly JsonObject _root;
    private readonly List<string> _problems = [];

    private JsonSchema(JsonObject root) => _root = root;

    /// <summary>What of a document is not as its schema says: a path and a sentence each. Throws <see cref="NotSupportedException"/> for a keyword that is not known.</summary>
    public static IReadOnlyList<string> Check(JsonObject schema, JsonNode? document)
    {
        JsonSchema check = new(schema);
        check.Apply(schema, document, "$");
        return check._problems;
    }

    private void Apply(JsonObject schema, JsonNode? node, string path)
    {
        foreach ((string keyword, JsonNode? value) in schema.Where(k => !Annotations.Contains(k.Key)))
        {
            string? problem = keyword switch
            {
                "type" => TypeOf(node) == (string)value! || ((string)value! == "number" && TypeOf(node) == "integer") ? null : $"must be of type {value}",
                "$ref" => Refer((string)value!, node, path),
                "properties" or "required" or "additionalProperties" or "propertyNames" or "minProperties" => node is JsonObject o ? OfObject(schema, keyword, value!, o, path) : null,
                "items" or "minItems" or "maxItems" or "uniqueItems" => node is JsonArray a ? OfArray(keyword, value!, a, path) : null,
                "pattern" => node is null || TypeOf(node) != "string" || Regex.IsMatch((string)node!, (string)value!) ? null : $"must match {value}",
                "minLength" => node is null || TypeOf(node) != "string" || ((string)node!).Length >= (int)value! ? null : $"must have at least {value} characters",
                "minimum" => node is null || TypeOf(node) != "integer" || (long)node >= (long)value! ? null : $"must be at least {value}",
                "maximum" => node is null || TypeOf(node) != "integer" || (long)node <= (long)value! ? null : $"must be at most {value}",
                _ => throw new NotSupportedException($"The schema's keyword \"{keyword}\" is not known here."),
            };
            if (problem != null) _problems.Add($"{path} {problem}.");
        }
    }

    private string? Refer(string reference, JsonNode? node, string path)
    {
        JsonNode target = reference.Split('/').Skip(1).Aggregate((JsonNode)_root, (at, name) => at[name] ?? throw new NotSupportedException($"{reference} refers to nothing."));
        Apply(target.AsObject(), node, path);
        return null;
    }

    private string? OfObject(JsonObject schema, string keyword, JsonNode value, JsonObject o, string path)
    {
        switch (keyword)
        {
            case "minProperties": return o.Count >= (int)value ? null : $"must have at least {value} members";
            case "required":
                string[] missing = value.AsArray().Select(n => (string)n!).Where(n => !o.ContainsKey(n)).ToArray();
                return missing.Length == 0 ? null : "lacks " + string.Join(", ", missing);
            case "propertyNames":
                foreach (string name in o.Select(m => m.Key)) Apply(value.AsObject(), JsonValue.Create(name), $"{path}.{name}");
                return null;
            case "properties":
                foreach ((string name, JsonNode? of) in value.AsObject().Where(p => o.ContainsKey(p.Key))) Apply(of!.AsObject(), o[name], $"{path}.{name}");
                return null;
            default:
                string[] others = o.Select(m => m.Key).Where(n => schema["properties"] is not JsonObject known || !known.ContainsKey(n)).ToArray();
                if (value is JsonObject of2)
                {
                    foreach (string name in others) Apply(of2, o[name], $"{path}.{name}");
                    return null;
                }

                return (bool)value || others.Length == 0 ? null : "must not have " + string.Join(", ", others);
        }
    }

    private string? OfArray(string keyword, JsonNode value, JsonArray a, string path)
    {
        switch (keyword)
        {
            case "minItems": return a.Count >= (int)value ? null : $"must have at least {value} items";
            case "maxItems": return a.Count <= (int)value ? null : $"must have at most {value} items";
            case "uniqueItems": return !(bool)value || a.Select(n => n?.ToJsonString()).Distinct().Count() == a.Count ? null : "must not have an item twice";
            default:
                for (int i = 0; i < a.Count; i++) Apply(value.AsObject(), a[i], $"{path}[{i.ToString(CultureInfo.InvariantCulture)}]");
                return null;
        }
    }

    private static string TypeOf(JsonNode? node) => node?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => node.AsValue().TryGetValue(out long _) ? "integer" : "number",
        _ => "boolean",
    };
}
