using System;
using System.CommandLine;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Hub.Codegen.Templates;
using EdgeMesh.Hub.Results;
using Spectre.Console;

namespace EdgeMesh.Cli.Commands.Programs;

/// <summary><c>edgemesh templates …</c></summary>
internal static class TemplateCommands
{
    internal static Command Create(GlobalOptions options)
    {
        Option<string?> folder = new("--folder") { Description = "A folder with templates of one's own, *.template.", HelpName = "DIR", Recursive = true };
        Argument<string> name = new("NAME") { Description = "The template." };
        Command list = new("list", "Lists all templates.");
        Command show = new("show", "Shows one template: its parameters, wiring and code.") { name };
        list.SetAction(parsed => Run(options, parsed, folder, List));
        show.SetAction(parsed => Run(options, parsed, folder, (output, library) => Show(output, library, parsed.GetValue(name)!)));
        Command templates = new("templates", "The behaviours that programs are made of. Needs no hub.") { list, show };
        templates.Options.Add(folder);
        return templates;
    }

    private static int Run(GlobalOptions options, ParseResult parsed, Option<string?> folder, Func<Output, TemplateLibrary, int> verb)
    {
        Output output = options.OutputOf(parsed);
        Result<TemplateLibrary> library = TemplateLibrary.Load(parsed.GetValue(folder));
        return library.IsOk ? verb(output, library.Value) : output.Fail(library.Error!);
    }

    private static int List(Output output, TemplateLibrary library)
    {
        if (output.Json)
        {
            output.WriteDocument(new JsonArray([.. library.Templates.Select(t => Json(t))]));
            return ExitCodes.Ok;
        }

        Table table = new Table().Border(TableBorder.Simple).AddColumns("NAME", "TITLE", "PARAMETERS");
        foreach (Template template in library.Templates)
        {
            table.AddRow(Cell(template.Name), Cell(template.Title), Cell(string.Join(", ", template.Parameters.Select(p => p.Name))));
        }

        output.Write(table);
        return ExitCodes.Ok;
    }

    private static Text Cell(string text) => new(Printable.Of(text));

    private static int Show(Output output, TemplateLibrary library, string name)
    {
        Result<Template> template = library.Find(name);
        if (!template.IsOk)
        {
            return output.Fail(template.Error!);
        }

        if (output.Json)
        {
            JsonObject json = Json(template.Value);
            json["body"] = template.Value.Body;
            output.WriteDocument(json);
            return ExitCodes.Ok;
        }

        output.WriteLine($"{template.Value.Name}: {template.Value.Title}");
        output.WriteLine(template.Value.What);
        output.WriteLine($"Wiring: {template.Value.Wiring}");
        Table table = new Table().Border(TableBorder.Simple).AddColumns("PARAMETER", "TYPE", "RANGE", "DEFAULT", "MEANING");
        foreach (TemplateParameter p in template.Value.Parameters)
        {
            table.AddRow(Cell(p.Name), Cell(p.Type), Cell(Range(p)), Cell(p.Default?.ToJsonString() ?? "asked for"), Cell(p.Meaning));
        }

        output.Write(table);
        foreach (string line in template.Value.Body.TrimEnd('\n').Split('\n'))
        {
            output.WriteLine(line);
        }

        return ExitCodes.Ok;
    }

    private static string Range(TemplateParameter p) =>
        p.Choices.Count > 0 ? string.Join(", ", p.Choices) : p.Min is null ? p.Direction : $"{p.Min?.ToString(System.Globalization.CultureInfo.InvariantCulture)} to {p.Max?.ToString(System.Globalization.CultureInfo.InvariantCulture)} {p.Unit}".TrimEnd();

    private static JsonObject Json(Template template) => new()
    {
        ["name"] = template.Name,
        ["title"] = template.Title,
        ["what"] = template.What,
        ["kind"] = template.Kind,
        ["wiring"] = template.Wiring,
        ["capabilities"] = new JsonArray([.. template.Capabilities.Select(c => (JsonNode)c)]),
        ["parameters"] = new JsonArray([.. template.Parameters.Select(p => new JsonObject
        {
            ["name"] = p.Name, ["type"] = p.Type, ["unit"] = p.Unit, ["min"] = p.Min, ["max"] = p.Max,
            ["choices"] = new JsonArray([.. p.Choices.Select(c => (JsonNode)c)]), ["default"] = p.Default?.DeepClone(), ["direction"] = p.Direction, ["meaning"] = p.Meaning,
        })]),
    };
}
