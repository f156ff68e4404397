using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;

namespace EdgeMesh.ContractExport.AsyncApi;

/// <summary>JSON Schemas (draft 07, AsyncAPI's own) of single values and of objects.</summary>
/// <remarks>
/// Lengths on the wire are bytes of UTF-8, which JSON Schema cannot say: <c>maxLength</c> counts characters, of which there are never more.
/// </remarks>
internal static class Schema
{
    internal const string Name = "^[a-z0-9][a-z0-9_-]{0,31}$";
    private const string Version = "^[!-?A-~]{1,32}$";

    internal static JsonObject Text(long maxBytes) => new() { ["type"] = "string", ["maxLength"] = maxBytes };

    internal static JsonObject Hex(long digits) => Pattern($"^[0-9a-f]{{{digits}}}$");

    internal static JsonObject Pattern(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    internal static JsonObject NameOf() => Pattern(Name);

    internal static JsonObject VersionOf() => Pattern(Version);

    internal static JsonObject Pem() => new() { ["type"] = "string", ["maxLength"] = Limits.IdentityBytes, ["pattern"] = "^-----BEGIN " };

    internal static JsonObject Whole(long min, long max) => new() { ["type"] = "integer", ["minimum"] = min, ["maximum"] = max };

    internal static JsonObject Flag() => new() { ["type"] = "boolean" };

    internal static JsonObject Strings(long maxCount, long maxBytes) => new() { ["type"] = "array", ["maxItems"] = maxCount, ["items"] = Text(maxBytes) };

    internal static JsonObject OneOf(IEnumerable<string> values) => new() { ["type"] = "string", ["enum"] = new JsonArray([.. values.Select(v => (JsonNode)v)]) };

    /// <summary>An object whose members are named by the program that runs.</summary>
    internal static JsonObject Open(string description) => new() { ["type"] = "object", ["description"] = description, ["additionalProperties"] = true };

    internal static JsonObject Of(string name) => new() { ["$ref"] = "#/components/schemas/" + name };

    internal static JsonObject Describe(this JsonObject schema, string description)
    {
        if (description.Length > 0)
        {
            schema["description"] = description;
        }

        return schema;
    }

    /// <summary>An object of these members; a name that ends in <c>?</c> is optional.</summary>
    internal static JsonObject Object(string description, params (string Name, JsonObject Schema)[] members)
    {
        JsonObject properties = [];
        foreach ((string name, JsonObject schema) in members)
        {
            properties[name.TrimEnd('?')] = schema;
        }

        return new JsonObject
        {
            ["type"] = "object",
            ["description"] = description,
            ["required"] = new JsonArray([.. members.Where(m => !m.Name.EndsWith('?')).Select(m => (JsonNode)m.Name)]),
            ["properties"] = properties,
        };
    }

    /// <summary>The schema with more members, all of them required.</summary>
    internal static JsonObject With(this JsonObject schema, params (string Name, JsonObject Schema)[] members)
    {
        JsonObject copy = schema.DeepClone().AsObject();
        copy["required"] ??= new JsonArray();
        copy["properties"] ??= new JsonObject();
        foreach ((string name, JsonObject member) in members)
        {
            copy["properties"]![name] = member;
            copy["required"]!.AsArray().Add(name);
        }

        return copy;
    }
}
