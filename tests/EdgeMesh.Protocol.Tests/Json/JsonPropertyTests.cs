using System;
using System.Linq;
using System.Text;
using System.Text.Json;
using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol.Tests.Json;

public sealed class JsonPropertyTests
{
    private static readonly string[] Texts =
    [
        """{"session":7,"next":12,"bitmap":"0000000000000001","n":99}""", """{"a":[1,-2.5e3,true,false,null,"x\ny"],"b":{"c":{"d":[]}}}""",
        """ { "text" : "\u00e4\\\"/" , "more" : [ { } , [ [ ] ] ] } """, """{"a":1,"b":2,"a":3}""", """{"deep":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}""",
    ];

    private static readonly byte[] Likely = "{}[]\",:\\0123456789.-+eEtrufalsn \t\n\u0000/xa"u8.ToArray();

    // System.Text.Json, as strict as it goes. Differences remain: it takes any value at the root, strings that are not UTF-8 (until
    // they are read) and numbers of any length (ours end at 32 characters); it takes the escape of a lone surrogate
    // in a value, ours nowhere.
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = Limits.JsonDepth, AllowDuplicateProperties = false };

    [Fact]
    public void The_reader_is_total_on_random_bytes()
    {
        Random random = new(1);
        for (int i = 0; i < 50_000; i++)
        {
            byte[] bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            JsonObject? read = JsonReader.Parse(bytes, bytes.Length, out string problem);
            Assert.Equal(read == null, problem.Length > 0);
        }
    }

    [Fact]
    public void The_reader_accepts_and_refuses_what_System_Text_Json_does()
    {
        Random random = new(2);
        int accepted = 0;
        for (int i = 0; i < 200_000; i++)
        {
            byte[] bytes = Mutated(random, Encoding.UTF8.GetBytes(Texts[random.Next(Texts.Length)]));
            string text = Encoding.UTF8.GetString(bytes);
            if (text.Contains("\\ud", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            bool ours = JsonReader.Parse(bytes, bytes.Length, out string problem) != null;
            bool theirs = System.Text.Unicode.Utf8.IsValid(bytes) && IsStrictObject(bytes);
            Assert.True(ours == theirs, "Ours: " + (ours ? "accepted" : problem) + ", not so System.Text.Json: " + text);
            accepted += ours ? 1 : 0;
        }

        Assert.InRange(accepted, 10_000, 190_000);
    }

    [Fact]
    public void The_two_escapes_of_one_character_are_that_character() =>
        Assert.Equal("😀", JsonReader.Parse("""{"a":"\ud83d\uDE00"}""", out _)!.String("a", 4));

    [Fact]
    public void Nesting_is_refused_before_it_costs_stack()
    {
        string bomb = "{\"a\":" + new string('[', 15_000);
        Assert.Null(JsonReader.Parse(bomb, out string problem));
        Assert.Contains("deep", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_over_the_size_limit_is_refused()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("{\"a\":\"" + new string('x', Limits.JsonPayloadBytes) + "\"}");
        Assert.Null(JsonReader.Parse(bytes, bytes.Length, out _));
    }

    [Fact]
    public void What_the_writer_writes_the_reader_and_System_Text_Json_read_back()
    {
        Random random = new(3);
        for (int i = 0; i < 20_000; i++)
        {
            string name = Text(random);
            string value = Text(random);
            string[] values = [Text(random), Text(random)];
            long number = random.NextInt64(-99_999_999_999_999_999, 999_999_999_999_999_999);
            byte[] bytes = new JsonWriter().Add("s" + name, value).Add("n", number).Add("l", values).Add("b", i % 2 == 0)
                .Add("o", new JsonWriter().Add("i", value)).ToBytes();

            JsonObject? read = JsonReader.Parse(bytes, bytes.Length, out string problem);
            Assert.True(read != null, problem);
            Assert.Equal(value, read.String("s" + name, 100));
            Assert.Equal(number, read.Integer("n", long.MinValue, long.MaxValue));
            Assert.Equal(values, read.OptionalStrings("l", 2, 100));
            Assert.Equal(i % 2 == 0, read.Get("b"));
            Assert.Equal(value, read.OptionalObject("o")!.String("i", 100));
            Assert.Equal("", read.Problem);

            using JsonDocument document = JsonDocument.Parse(bytes, Strict);
            Assert.Equal(value, document.RootElement.GetProperty("s" + name).GetString());
            Assert.Equal(number, document.RootElement.GetProperty("n").GetInt64());
        }
    }

    private static byte[] Mutated(Random random, byte[] bytes)
    {
        for (int changes = random.Next(4); changes > 0 && bytes.Length > 0; changes--)
        {
            int at = random.Next(bytes.Length);
            byte other = random.Next(8) == 0 ? (byte)random.Next(256) : Likely[random.Next(Likely.Length)];
            bytes = random.Next(3) switch
            {
                0 => [.. bytes[..at], .. bytes[(at + 1)..]],
                1 => [.. bytes[..at], other, .. bytes[at..]],
                _ => [.. bytes[..at], other, .. bytes[(at + 1)..]],
            };
        }

        return bytes;
    }

    private static bool IsStrictObject(byte[] bytes)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(5) switch
    {
        0 => ((char)random.Next(0x20)).ToString(),
        1 => "\"\\/\u007f"[random.Next(4)].ToString(),
        2 => char.ConvertFromUtf32(random.Next(0x10000, 0x110000)),
        3 => ((char)random.Next(0xe000, 0x10000)).ToString(),
        _ => ((char)random.Next(0x20, 0xd800)).ToString(),
    }));
}
