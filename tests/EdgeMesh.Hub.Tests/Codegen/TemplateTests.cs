using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.Templates;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Tests.Codegen;

public sealed class TemplateTests
{
    private static readonly Board Board = Board.Find("esp32")!;

    // A free pin for each direction, from both ends, so that two templates never meet.
    private static Dictionary<string, JsonNode?> Pins(Template template, int[] free, int[] analog)
    {
        int next = 0, nextAnalog = 0;
        return template.Parameters.Where(p => p.Type == "pin").ToDictionary(p => p.Name, p => (JsonNode?)(p.Direction == "analog" ? analog[nextAnalog++] : free[next++]));
    }

    private static FilledTemplate Filled(Template template, Dictionary<string, JsonNode?> values)
    {
        Result<FilledTemplate> filled = FilledTemplate.Of(template, values);
        Assert.True(filled.IsOk, $"{template.Name}: {filled.Error?.Message}");
        return filled.Value;
    }

    // A template alone reads nothing where it goes by another's readings.
    private static FilledTemplate[] Program(Template template, Dictionary<string, JsonNode?> values) =>
        template.Companion is { } name
            ? [Filled(TemplateLibrary.Shipped.Find(name).Value, Pins(TemplateLibrary.Shipped.Find(name).Value, [23], [39])), Filled(template, values)]
            : [Filled(template, values)];

    private static IEnumerable<Dictionary<string, JsonNode?>> Extremes(Template template)
    {
        Dictionary<string, JsonNode?> pins = Pins(template, [4, 5, 12, 13], [34, 35]);
        yield return pins;
        foreach (TemplateParameter p in template.Parameters)
        {
            JsonNode?[] values = p.Type switch
            {
                "number" or "integer" => [p.Min, p.Max],
                "boolean" => [true, false],
                "choice" => [.. p.Choices.Select(c => (JsonNode?)c)],
                "names" => [new JsonArray()],
                "text" => ["outside_"],
                "windows" => [JsonNode.Parse("[[1320, 360], [0, 1440]]")],
                "rules" => [JsonNode.Parse("""[["temperature", false, -5.5, 1], ["humidity", true, 70, 70]]""")],
                "gates" => [JsonNode.Parse("""[["light", false, 30]]""")],
                _ => [],
            };
            foreach (JsonNode? value in values)
            {
                Dictionary<string, JsonNode?> filled = new(pins) { [p.Name] = value };
                if (FilledTemplate.Of(template, filled).IsOk)
                {
                    yield return filled;
                }
            }
        }
    }

    [Fact]
    public void Every_template_with_defaults_and_with_every_extreme_compiles_on_the_interpreter()
    {
        (string Name, string Source)[] programs = [.. TemplateLibrary.Shipped.Templates.SelectMany(t =>
            Extremes(t).Select(v => (t.Name, ProgramComposer.Compose("a try", Program(t, v), Board))))];
        AssertCompile(programs);
        Assert.True(programs.Select(p => p.Name).Distinct().Count() >= 16);
        Assert.True(programs.Length > 200, $"{programs.Length} programs");
    }

    [Fact]
    public void Every_two_templates_compile_as_one_program()
    {
        Template[] templates = [.. TemplateLibrary.Shipped.Templates];
        (string, string)[] programs = [.. templates.SelectMany(a => templates.Select(b => ($"{a.Name} and {b.Name}", ProgramComposer.Compose(
            "two", [Filled(a, Pins(a, [4, 5, 12, 13], [32, 33])), Filled(b, Pins(b, [18, 19, 21, 22], [34, 35]))], Board))))];
        AssertCompile(programs);
    }

    [Fact]
    public void A_request_cannot_leave_its_comment()
    {
        Template relay = TemplateLibrary.Shipped.Find("relay").Value;
        string source = ProgramComposer.Compose("a\nimport os\r\nos.remove('x')\u2028import sys\u0085b", [Filled(relay, Pins(relay, [26], []))], Board);
        Assert.DoesNotContain(source.Split('\n', '\r', '\u2028', '\u0085'), line => line.TrimStart().StartsWith("import os", StringComparison.Ordinal) || line.TrimStart().StartsWith("os.", StringComparison.Ordinal) || line.TrimStart().StartsWith("import sys", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("name: x\n", "between two lines of ---")]
    [InlineData("---\nname: x\n---\nclass {{class}}:\n    def step(self, now):\n        return 1\n", "title is missing")]
    [InlineData("---\nname: [x\n---\n", "line")]
    [InlineData("---\nname: x\ntitle: t\nwhat: w\nkind: k\nwiring: w\nshell: rm\nparameters: {}\n---\n", "has no member shell")]
    [InlineData("---\nname: x\ntitle: t\nwhat: w\nkind: k\nwiring: w\nparameters: {pin: {type: gpio, meaning: m}}\n---\n", "of the type gpio")]
    [InlineData("---\nname: x\ntitle: t\nwhat: w\nkind: k\nwiring: w\nparameters: {}\n---\nclass {{class}}:\n    def step(self, now):\n        return {{wait}}\n", "the hole {{wait}}")]
    [InlineData("---\nname: ../x\ntitle: t\nwhat: w\nkind: k\nwiring: w\nparameters: {}\n---\nclass {{class}}:\n    def step(self, now):\n        return 1\n", "its name must be")]
    [InlineData("---\nname: x\ntitle: t\nwhat: w\nkind: k\nwiring: w\nparameters: {n: {type: integer, min: 1, max: 5, default: 9, meaning: m}}\n---\nclass {{class}}:\n    def step(self, now):\n        return 1\n", "from 1 to 5")]
    public void A_template_of_ones_own_that_breaks_the_format_is_refused_with_the_place(string text, string why)
    {
        using TempFolder folder = new();
        File.WriteAllText(Path.Combine(folder.Path, "mine.template"), text);
        Result<TemplateLibrary> loaded = TemplateLibrary.Load(folder.Path);
        Assert.Equal(ErrorCodes.TemplateInvalid, loaded.Error!.Code);
        Assert.Contains("mine.template", loaded.Error.Message, StringComparison.Ordinal);
        Assert.Contains(why, loaded.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_of_ones_own_is_found_and_takes_the_place_of_one_that_ships()
    {
        using TempFolder folder = new();
        File.WriteAllText(Path.Combine(folder.Path, "relay.template"), "---\nname: relay\ntitle: mine\nwhat: w\nkind: relay\nwiring: w\nparameters: {}\n---\nclass {{class}}:\n    def step(self, now):\n        return 1000\n");
        TemplateLibrary library = TemplateLibrary.Load(folder.Path).Value;
        Assert.Equal("mine", library.Find("relay").Value.Title);
        Assert.Equal(TemplateLibrary.Shipped.Templates.Count(), library.Templates.Count());
    }

    [Fact]
    public void A_value_out_of_its_range_is_refused_by_name()
    {
        Template dht = TemplateLibrary.Shipped.Find("dht").Value;
        Assert.Contains("period_s must be from 2 to 432000 s", FilledTemplate.Of(dht, new Dictionary<string, JsonNode?> { ["pin"] = 4, ["period_s"] = 0 }).Error!.Message, StringComparison.Ordinal);
        Assert.Contains("pin is missing", FilledTemplate.Of(dht, new Dictionary<string, JsonNode?>()).Error!.Message, StringComparison.Ordinal);
        Assert.Contains("no parameter speed", FilledTemplate.Of(dht, new Dictionary<string, JsonNode?> { ["speed"] = 1 }).Error!.Message, StringComparison.Ordinal);
    }

    private static void AssertCompile((string Name, string Source)[] programs)
    {
        string?[] errors = Interpreter.Compile([.. programs.Select(p => p.Source)]);
        for (int i = 0; i < programs.Length; i++)
        {
            Assert.True(errors[i] is null, $"{programs[i].Name}: {errors[i]}\n{programs[i].Source}");
        }
    }
}
