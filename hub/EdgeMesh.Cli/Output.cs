using System;
using System.IO;
using System.Linq;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace EdgeMesh.Cli;

/// <summary>Where a verb's answer goes: for people, or as JSON.</summary>
/// <param name="stdout">Takes the answer.</param>
/// <param name="stderr">Takes errors and hints.</param>
/// <param name="json">Whether the answer is to be JSON.</param>
/// <param name="terminal">Whether <paramref name="stdout"/> is a terminal.</param>
internal sealed class Output(TextWriter stdout, TextWriter stderr, bool json, bool terminal)
{
    private const int ColumnsWithoutTerminal = 100;

    // For terminals and files, never inside HTML; control characters stay escaped.
    private static readonly JsonSerializerOptions Document = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal bool Json => json;

    internal bool Terminal => terminal;

    /// <summary>Answers: with JSON, or rendered.</summary>
    internal int Answer<T>(Result<JsonNode?> answer, Func<T, IRenderable> render)
    {
        if (!answer.IsOk)
        {
            return Fail(answer.Error!);
        }

        if (json)
        {
            WriteDocument(answer.Value);
        }
        else
        {
            Write(render(answer.Value.Deserialize<T>(Operation.Json)!));
        }

        return ExitCodes.Ok;
    }

    /// <summary>Says what was refused or went wrong; gives the exit code.</summary>
    /// <param name="error">What.</param>
    /// <param name="line">Whether its JSON is the last of several documents, each on a line.</param>
    internal int Fail(Error error, bool line = false)
    {
        if (json)
        {
            JsonNode document = JsonSerializer.SerializeToNode(error, Operation.Json)!;
            stdout.WriteLine(document.ToJsonString(line ? Line : Document));
        }

        Explain(error);
        return ExitCodes.Of(error.Code);
    }

    /// <summary>Says what went wrong, where people look for it.</summary>
    internal void Explain(Error error) => stderr.WriteLine($"error: {Printable.Of(error.Message)} [{Printable.Of(error.Code)}]");

    /// <summary>An indented JSON document.</summary>
    internal void WriteDocument(JsonNode? data) => stdout.WriteLine(DocumentOf(data));

    /// <summary>The text of an indented JSON document.</summary>
    internal static string DocumentOf(JsonNode? data) => data?.ToJsonString(Document) ?? "null";

    /// <summary>A JSON document on one line: one of several.</summary>
    internal void WriteJsonLine(JsonNode data)
    {
        stdout.WriteLine(data.ToJsonString(Line));
        stdout.Flush();
    }

    /// <summary>A line of the answer.</summary>
    internal void WriteLine(string line)
    {
        stdout.WriteLine(Printable.Of(line));
        stdout.Flush();
    }

    /// <summary>A text of several lines: as it is, but for what could move a terminal's cursor.</summary>
    internal void WriteText(string text)
    {
        stdout.Write(terminal ? string.Concat(text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '\ufffd' : c)) : text);
        stdout.Flush();
    }

    /// <summary>Something that helps a person, and that no script should have to read.</summary>
    internal void Hint(string line) => stderr.WriteLine(Printable.Of(line));

    /// <summary>A table or another drawing.</summary>
    internal void Write(IRenderable drawing) => Console().Write(drawing);

    /// <summary>The terminal to draw on; in colours only where it is one and <c>NO_COLOR</c> is not set.</summary>
    internal IAnsiConsole Console()
    {
        bool colours = terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(stdout),
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = terminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!terminal)
        {
            console.Profile.Width = ColumnsWithoutTerminal;
        }

        return console;
    }
}
