using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using EdgeMesh.Hub.Codegen.Sentences;
using EdgeMesh.MicroPython.Policy;
using Board = EdgeMesh.Hub.Codegen.Templates.Board;

namespace EdgeMesh.Hub.Codegen.Generation.Models.Prompts;

/// <summary>Nobody guesses pins, and no model does: a program may use those that the request names, and those of the program that it replaces.</summary>
internal static partial class SaidPins
{
    private static readonly string[] DefaultLabels = ["sda", "scl"];

    /// <summary>What a program says of pins that nobody named, a sentence each.</summary>
    internal static IEnumerable<string> Guessed(string source, ProgramRequest request)
    {
        HashSet<int> said = Of(request.Description, request.Board);
        if (request.PreviousSource is { } previous)
        {
            said.UnionWith(Number().Matches(previous).Select(m => int.Parse(m.Value, NumberStyles.None, CultureInfo.InvariantCulture)));
        }

        // The policy knows which pins a program makes, whatever way it goes about it: to it, those that nobody named are another's.
        PolicyOptions guess = new(PolicyData.Shipped, request.Board.Name, request.Board.Pins.Except(said).ToHashSet());
        return ProgramPolicy.Judge(source, guess).Findings.Where(f => f.Rule.Id == "pin-used")
            .Select(f => $"line {f.Position.Line}: the request does not name this pin. Use the pins that it names; where one is missing, ask for it in a ```question block.");
    }

    /// <summary>The pins that a request names by number, word or label. Any bare number may be one; what has a unit is none.</summary>
    internal static HashSet<int> Of(string description, Board board) =>
    [
        .. ItemReader.Read(Lexer.Tokens(description), board, []).SelectMany(i => i.Class switch
        {
            "number" or "pinno" or "rolepin" when i.Value is >= 0 and < 100 && i.Value == (int)i.Value => [(int)i.Value],
            "defaultpins" => DefaultLabels.Where(board.Labels.ContainsKey).Select(l => board.Labels[l]),
            _ => Enumerable.Empty<int>(),
        }),
    ];

    [GeneratedRegex(@"(?<![\w.])\d{1,2}(?![\w.])")]
    private static partial Regex Number();
}
