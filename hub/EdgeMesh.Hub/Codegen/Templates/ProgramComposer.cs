using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.Templates;

/// <summary>Makes one program of one to several filled templates: their classes, <c>setup()</c> and a <c>loop()</c> that steps each in turn.</summary>
public static class ProgramComposer
{
    private const int RequestColumns = 120;

    private const string Frame =
        """
        behaviours = []


        def setup():
        {0}


        # Steps every behaviour; each says how long it has nothing to do.
        def loop():
            now = time.ticks_ms()
            wait_ms = 60000
            for behaviour in behaviours:
                wait_ms = min(wait_ms, behaviour.step(now))
            time.sleep_ms(max(1, int(wait_ms)))

        """;

    /// <summary>The program's source.</summary>
    /// <param name="request">What was asked for; stands above it as a comment.</param>
    /// <param name="templates">The behaviours; sensors step before what goes by their readings.</param>
    /// <param name="board">Whose pins they are.</param>
    public static string Compose(string request, IReadOnlyList<FilledTemplate> templates, Board board)
    {
        FilledTemplate[] ordered = [.. templates.OrderBy(t => t.Template.Kind == "deep_sleep" ? 2 : t.Quantities.Any() || t.Template.Kind == "rotary" ? 0 : 1)];
        string[] names = ClassNames(ordered);
        List<string> parts = [.. Prelude.CodeOf(ordered.SelectMany(t => t.Template.Uses))];
        parts.AddRange(ordered.Select((t, i) => t.Code(names[i], board.CanPull)));
        parts.Add(string.Format(CultureInfo.InvariantCulture, Frame.ReplaceLineEndings("\n"), string.Join('\n', names.Select(n => $"    behaviours.append({n}())"))));
        string code = string.Join("\n\n", parts.Select(p => p.TrimEnd('\n') + "\n"));
        return Comment(request) + Imports(ordered, code) + "\n" + (code.StartsWith("class", StringComparison.Ordinal) ? "\n" : "") + code;
    }

    private static string[] ClassNames(FilledTemplate[] templates)
    {
        Dictionary<string, int> taken = [];
        return [.. templates.Select(t =>
        {
            string name = string.Concat(t.Template.Name.Split('_', StringSplitOptions.RemoveEmptyEntries).Select(w => char.ToUpperInvariant(w[0]) + w[1..])) + "Behaviour";
            int count = taken[name] = taken.GetValueOrDefault(name) + 1;
            return count == 1 ? name : name + count.ToString(CultureInfo.InvariantCulture);
        })];
    }

    private static string Imports(FilledTemplate[] templates, string code)
    {
        IEnumerable<string> modules = templates.SelectMany(t => t.Template.Imports).Append("time").Concat(code.Contains("edgemesh.", StringComparison.Ordinal) ? ["edgemesh"] : []);
        string[] machine = [.. templates.SelectMany(t => t.Template.Machine).Concat(Regex.IsMatch(code, @"\bPin\b") ? ["Pin"] : []).Distinct().Order(StringComparer.Ordinal)];
        return string.Concat(modules.Distinct().Order(StringComparer.Ordinal).Select(m => $"import {m}\n")) + (machine.Length > 0 ? $"from machine import {string.Join(", ", machine)}\n" : "");
    }

    // Whatever was asked stays a comment: a line break in it would make code of it.
    private static string Comment(string request)
    {
        StringBuilder comment = new();
        StringBuilder line = new("#");
        foreach (string word in Printable.Of(request).Replace('\u2028', ' ').Replace('\u2029', ' ').Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 1 && line.Length + word.Length >= RequestColumns)
            {
                comment.Append(line).Append('\n');
                line.Clear().Append('#');
            }

            line.Append(' ').Append(word);
        }

        return line.Length > 1 ? comment.Append(line).Append('\n').ToString() : comment.ToString();
    }
}
