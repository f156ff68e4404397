using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using EdgeMesh.Hub.Codegen.Programs;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;
using EdgeMesh.MicroPython.Policy;

namespace EdgeMesh.Cli.Commands.Programs;

/// <summary><c>edgemesh tool …</c>: the hub's programs as a tool for language models. A thin frontend: one call, one operation, one answer.</summary>
internal static class ToolCommands
{
    private const int InputCharsMax = 256 * 1024;

    // Each action's operation, and which of the tool's members it takes by which name.
    private static readonly Dictionary<string, (string Operation, Dictionary<string, string> Members)> Actions = new()
    {
        ["devices"] = ("devices-list", []),
        ["generate"] = ("program-new", Same("device", "description", "board", "hosts")),
        ["edit"] = ("program-edit", Same("device", "version", "source", "hosts")),
        ["show"] = ("program-show", Same("device", "version")),
        ["list"] = ("program-list", Same("device")),
        ["deploy"] = ("program-deploy", Same("device", "version")),
        ["rollback"] = ("program-rollback", new() { ["device"] = "device", ["version"] = "to" }),
    };

    private static readonly string[] OfPrograms = ["generate", "edit", "show"];

    internal static Command Create(GlobalOptions options) => new("tool", "The hub's programs as a tool for language models; docs/skills/edgemesh-programs/SKILL.md shows how.")
    {
        Describe(options), CallTool(options),
    };

    /// <summary>The tool's description: name, what it does, JSON Schema of its input.</summary>
    internal static JsonObject Description()
    {
        using Stream resource = typeof(ToolCommands).Assembly.GetManifestResourceStream("edgemesh_programs.json")!;
        return JsonNode.Parse(resource)!.AsObject();
    }

    private static Command Describe(GlobalOptions options)
    {
        Option<bool> openAi = new("--openai") { Description = "As a function of the chat completions' `tools`." };
        Command describe = new("describe", "Prints the tool's description: name, what it does, and the JSON Schema of its input.") { openAi };
        describe.SetAction(parsed =>
        {
            JsonObject tool = Description();
            Output output = options.OutputOf(parsed);
            output.WriteDocument(!parsed.GetValue(openAi) ? tool : new JsonObject
            {
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = tool["name"]!.DeepClone(), ["description"] = tool["description"]!.DeepClone(), ["parameters"] = tool["input_schema"]!.DeepClone() },
            });
            return ExitCodes.Ok;
        });
        return describe;
    }

    private static Command CallTool(GlobalOptions options)
    {
        Argument<string?> input = new("INPUT") { Description = "The tool's input as JSON; read from the standard input without.", Arity = ArgumentArity.ZeroOrOne };
        Command call = new("call", "Carries out one call of the tool, and answers with one JSON document whatever comes of it.") { input };
        call.SetAction(options.Action(async running =>
        {
            Result<JsonNode?> answer = await AnswerAsync(running, running.Arguments.GetValue(input) ?? Read(Console.In)).ConfigureAwait(false);
            running.Output.WriteDocument(answer.IsOk
                ? new JsonObject { ["status"] = "ok", ["data"] = answer.Value?.DeepClone() }
                : new JsonObject { ["status"] = "error", ["error"] = JsonSerializer.SerializeToNode(answer.Error, Operation.Json) });
            return answer.IsOk ? ExitCodes.Ok : ExitCodes.Of(answer.Error!.Code);
        }));
        return call;
    }

    private static async Task<Result<JsonNode?>> AnswerAsync(Call call, string text)
    {
        Result<JsonObject> input = ReadInput(text);
        if (!input.IsOk)
        {
            return input.Error!;
        }

        string action = (string)input.Value["action"]!;
        if (action == "validate")
        {
            return Validate(input.Value);
        }

        (string operation, Dictionary<string, string> members) = Actions[action];
        JsonObject parameters = new(members.Where(m => input.Value.ContainsKey(m.Key)).Select(m => KeyValuePair.Create(m.Value, input.Value[m.Key]?.DeepClone())));
        Result<JsonNode?> answer = await call.Hub.RunForToolAsync(operation, parameters, call.Cancellation).ConfigureAwait(false);
        return answer.IsOk && OfPrograms.Contains(action) ? Short(answer.Value.Deserialize<ProgramView>(Operation.Json)!) : answer;
    }

    private static Result<JsonObject> ReadInput(string text)
    {
        JsonObject? input;
        try
        {
            input = text.Length > InputCharsMax ? null : JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            input = null;
        }

        if (input is null)
        {
            return Arguments.Invalid($"The input is refused: it takes a JSON object of at most {InputCharsMax} characters; `edgemesh tool describe` has its schema.");
        }

        string action = input["action"] is JsonValue value && value.TryGetValue(out string? named) ? named : "";
        if (action != "validate" && !Actions.ContainsKey(action))
        {
            return Arguments.Invalid($"The action is refused: there are {string.Join(", ", Actions.Keys.Append("validate").Order())}. Approving is a person's: `edgemesh program approve`.");
        }

        string[] members = action == "validate" ? ["source", "board", "hosts"] : [.. Actions[action].Members.Keys];
        return input.FirstOrDefault(m => m.Key != "action" && !members.Contains(m.Key)) is { Key: { } unknown }
            ? Arguments.Invalid($"{action} takes no {unknown}; it takes {(members.Length > 0 ? string.Join(", ", members) : "nothing else")}.") : input;
    }

    private static Result<JsonNode?> Validate(JsonObject input)
    {
        if (input["source"] is not JsonValue value || !value.TryGetValue(out string? source))
        {
            return Arguments.Invalid("validate takes the program as source.");
        }

        string board = input["board"]?.ToString() ?? PolicyData.DefaultBoard;
        if (!PolicyData.Shipped.Boards.ContainsKey(board))
        {
            return Arguments.Invalid($"No board is named {board}; there are {string.Join(", ", PolicyData.Shipped.Boards.Keys)}.");
        }

        PolicyData policy = PolicyData.Shipped.AllowHosts((input["hosts"]?.ToString() ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Verdict verdict = ProgramPolicy.Judge(source, new PolicyOptions(policy, board));
        return new JsonObject { ["accepted"] = verdict.Accepted, ["findings"] = new JsonArray([.. verdict.Findings.Select(f => JsonSerializer.SerializeToNode(ProgramFinding.Of(f), Operation.Json))]) };
    }

    // Without the timelines of the dry run, which would fill a model's context: what was expected and came is there.
    private static JsonObject Short(ProgramView program)
    {
        PackageContent content = program.Content;
        return new JsonObject
        {
            ["device"] = program.Device,
            ["version"] = program.Version,
            ["state"] = program.State,
            ["reason"] = content.GateReason,
            ["understood"] = Texts(content.Summary),
            ["wiring"] = Texts(content.Wiring),
            ["findings"] = new JsonArray([.. content.Findings.Select(f => JsonSerializer.SerializeToNode(f, Operation.Json))]),
            ["dry_run"] = content.Report is not { } report ? null : new JsonObject
            {
                ["ok"] = report.Ok, ["verdict"] = report.Verdict, ["expectations"] = Texts(report.Expectations.Select(e => (e.Met ? "met: " : "MISSED: ") + e.Sentence)),
            },
            ["source"] = content.Source,
            ["next"] = program.State switch
            {
                ProgramStates.Ready or ProgramStates.Untried => $"Ask the owner to look at it and run `edgemesh program approve {program.Device}@{program.Version}`; then deploy.",
                ProgramStates.Approved => "deploy",
                ProgramStates.Refused => "Generate with another description, or edit the source; this version goes nowhere.",
                _ => "",
            },
        };
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => JsonValue.Create(t))]);

    private static Dictionary<string, string> Same(params string[] members) => members.ToDictionary(m => m);

    private static string Read(TextReader reader)
    {
        char[] text = new char[InputCharsMax + 1];
        return new string(text, 0, reader.ReadBlock(text, 0, text.Length));
    }
}
