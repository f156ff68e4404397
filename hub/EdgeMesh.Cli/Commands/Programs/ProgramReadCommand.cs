using System.CommandLine;
using System.Linq;
using EdgeMesh.Hub.Codegen.Sentences;
using EdgeMesh.Hub.Codegen.Templates;

namespace EdgeMesh.Cli.Commands.Programs;

/// <summary><c>edgemesh program read</c></summary>
internal static class ProgramReadCommand
{
    internal static Command Create(GlobalOptions options)
    {
        Argument<string> sentence = new("SENTENCE") { Description = "What a device should do, in English." };
        Option<string> board = new("--board")
        {
            Description = $"Whose pins are meant: {string.Join(", ", Board.Known.Select(b => b.Name))}.", HelpName = "BOARD", DefaultValueFactory = _ => "esp32",
        };
        Command read = new("read", "Says what is understood of a request: behaviours, or what is missing, or why not. Needs no hub.") { sentence, board };
        read.SetAction(parsed =>
        {
            Output output = options.OutputOf(parsed);
            string name = parsed.GetValue(board)!;
            return Board.Find(name) is { } known
                ? Show(output, SentenceReader.Read(parsed.GetValue(sentence)!, known))
                : output.Fail(Arguments.Invalid($"There is no board {name}; there are {string.Join(", ", Board.Known.Select(b => b.Name))}."));
        });
        return read;
    }

    private static int Show(Output output, Reading reading)
    {
        if (output.Json)
        {
            output.WriteDocument(reading.ToJson());
        }
        else
        {
            (string Heading, string[] Lines)[] parts =
            [
                ("Understood", [.. reading.Understood]), ("Assumed", [.. reading.Assumed]), ("Missing", [.. reading.Missing.Select(m => m.Question)]),
                ("Refused", [.. reading.Refused.Select(r => $"{r.Reason} [{r.Code}]")]),
            ];
            foreach ((string heading, string[] lines) in parts.Where(p => p.Lines.Length > 0))
            {
                output.WriteLine(heading + ":");
                foreach (string line in lines)
                {
                    output.WriteLine("  " + line);
                }
            }
        }

        return reading.Complete ? ExitCodes.Ok : ExitCodes.Refused;
    }
}
