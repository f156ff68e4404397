using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using EdgeMesh.Protocol;

namespace EdgeMesh.VectorGenerator;

/// <summary>Draws from one seed, and the tally of what came of it.</summary>
internal sealed class Draw(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>How often each effect or outcome came; kinds that must come begin at 0, so that their absence is seen.</summary>
    public SortedDictionary<string, int> Tally { get; } = new(StringComparer.Ordinal);

    public int Steps { get; set; }

    /// <summary>Scenarios named so far.</summary>
    public int Scenarios { get; private set; }

    public string NextName() => "scenario " + ++Scenarios;

    public int Below(int bound) => _random.Next(bound);

    public int From(int low, int high) => _random.Next(low, high + 1);

    public bool Percent(int chance) => _random.Next(100) < chance;

    public T Of<T>(params T[] choices) => choices[_random.Next(choices.Length)];

    public string Hex(int bytes)
    {
        byte[] data = new byte[bytes];
        _random.NextBytes(data);
        return Convert.ToHexStringLower(data);
    }

    /// <summary>One of the choices, each as likely as its weight says.</summary>
    public string Weighted(params (int Weight, string Choice)[] choices)
    {
        int at = _random.Next(choices.Sum(c => c.Weight));
        return choices.First(c => (at -= c.Weight) < 0).Choice;
    }

    public void Expect(params string[] kinds)
    {
        foreach (string kind in kinds)
        {
            Tally.TryAdd(kind, 0);
        }
    }

    public void Count(string kind) => Tally[kind] = Tally.GetValueOrDefault(kind) + 1;

    public JsonObject Manifest(long size, long sequence) => new()
    {
        ["id"] = Of("porch-light", "x", new string('n', 32)), ["version"] = Of("1.2.0", "1", "2026~rc/1", new string('9', 32)), ["sequence"] = sequence,
        ["kind"] = "micropython-app", ["device_type"] = "esp32-mpy", ["size"] = size, ["sha256"] = Hex(32), ["created"] = 1750000000,
    };

    public static string Encoded(JsonObject manifest) => Base64Url.Encode(Encoding.UTF8.GetBytes(manifest.Line()));

    /// <summary>The object with one member missing, of another value, or too many; its numbers and strings at the limits of what fits.</summary>
    /// <remarks>What an image in a record has too many, the one keeps and the other drops; both are right, so it is not drawn.</remarks>
    public JsonObject Mutated(JsonObject original)
    {
        JsonObject o = original.DeepClone().AsObject();
        bool nested = o.ContainsKey("session");
        string name = Of(nested ? o.Select(m => m.Key).ToArray() : o.Select(m => m.Key).Append("expires").Append("requires").ToArray());
        switch (Below(6))
        {
            case 0: o.Remove(name); break;
            case 1 when !nested: o["note"] = Value(); break;
            default: o[name] = Value(); break;
        }

        return o;
    }

    /// <summary>A value of any type.</summary>
    public JsonNode? Value() => JsonNode.Parse(Of(
        "null", "true", "false", "0", "1", "-1", "1.0", "1e2", "4294967295", "4294967296", "999999999999999999", "1000000000000000000", "-0",
        "\"\"", "\"a\"", "\"b\"", "\"c\"", "\"_a\"", "\"A\"", "\"1@2\"", "\"1 2\"", "\"1\\n2\"", "\"grün\"", "\"old\"", "\"done!\"", "\"1\"", "[]", "{}", "[1]", "[\"ds18b20\"]", "[\"ds18b20\",\"rtc\"]", "[null]",
        Text(16), Text(17), Text(32), Text(33), Text(300), Text(301), "[" + Text(32) + "]", "[" + Text(33) + "]",
        "[" + string.Join(',', Enumerable.Repeat("\"ds18b20\"", From(15, 17))) + "]", "\"" + Hex(32) + "\"", "\"" + Hex(32).ToUpperInvariant() + "\""));

    private string Text(int length) => "\"" + string.Concat(Enumerable.Repeat(Of("x", "ä", "€", "😀"), length)) + "\"";
}
