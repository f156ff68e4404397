using System.CommandLine;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.MicroPython.Policy;

namespace EdgeMesh.Cli.Commands.Programs;

/// <summary><c>edgemesh policy …</c>: the rules that programs are judged by.</summary>
internal static class PolicyCommands
{
    internal static Command Create(GlobalOptions options) => new("policy", "The rules for programs.") { List(options), Explain(options) };

    private static Command List(GlobalOptions options)
    {
        Command list = new("list", "Lists the rules.");
        list.SetAction(parsed =>
        {
            Output output = options.OutputOf(parsed);
            if (output.Json)
            {
                output.WriteDocument(new JsonArray([.. Rules.All.Select(Document)]));
                return ExitCodes.Ok;
            }

            foreach (Rule rule in Rules.All)
            {
                output.WriteLine($"{rule.Severity.ToString().ToLowerInvariant(),-8} {rule.Id,-20} {rule.Title}");
            }

            return ExitCodes.Ok;
        });
        return list;
    }

    private static Command Explain(GlobalOptions options)
    {
        Argument<string> name = new("RULE") { Description = "A rule's id, as findings name it." };
        Command explain = new("explain", "Says what a rule forbids, why, and what to write instead.") { name };
        explain.SetAction(parsed =>
        {
            Output output = options.OutputOf(parsed);
            if (Rules.Find(parsed.GetValue(name)!) is not { } rule)
            {
                return output.Fail(Arguments.Invalid($"There is no rule {parsed.GetValue(name)}; `edgemesh policy list` names them."));
            }

            if (output.Json)
            {
                output.WriteDocument(Document(rule));
                return ExitCodes.Ok;
            }

            output.WriteLine($"{rule.Id} ({rule.Severity.ToString().ToLowerInvariant()}): {rule.Title}");
            output.WriteLine($"Why: {rule.Why}");
            output.WriteLine($"Instead: {rule.Instead}");
            if (rule.Id is "module" or "module-name")
            {
                foreach ((string module, var names) in PolicyData.Shipped.Modules)
                {
                    output.WriteLine($"  {module}: {string.Join(", ", names)}");
                }
            }

            return ExitCodes.Ok;
        });
        return explain;
    }

    private static JsonObject Document(Rule rule) => new()
    {
        ["rule"] = rule.Id, ["severity"] = rule.Severity.ToString().ToLowerInvariant(), ["title"] = rule.Title, ["why"] = rule.Why, ["instead"] = rule.Instead,
    };
}
