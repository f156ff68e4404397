using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Hub.Codegen.Sentences;
using EdgeMesh.Hub.Codegen.Templates;

namespace EdgeMesh.Hub.Codegen.Generation.Models.Prompts;

/// <summary>Programs of templates that resemble a request: a model that has seen how sensors are read and outputs switched here does likewise.</summary>
internal static class NearTemplates
{
    private static readonly Lazy<Dictionary<string, HashSet<string>>> Words = new(() => TemplateLibrary.Shipped.Templates.ToDictionary(t => t.Name, WordsOf));

    /// <summary>The nearest templates: those that the reader took first, then those that share the rarest words with the request.</summary>
    internal static IReadOnlyList<Template> Of(Reading reading, int count)
    {
        HashSet<string> asked = [.. Lexer.Tokens(reading.Request).Select(t => t.Text)];
        IEnumerable<Template> taken = reading.Behaviours.Select(b => TemplateLibrary.Shipped.Find(b.Template).Value);
        IEnumerable<Template> near = TemplateLibrary.Shipped.Templates.Select(t => (Template: t, Points: Points(Words.Value[t.Name], asked))).Where(t => t.Points > 0)
            .OrderByDescending(t => t.Points).Select(t => t.Template);
        return [.. taken.Concat(near).DistinctBy(t => t.Name).Take(count)];
    }

    /// <summary>A template as the program it makes of its examples.</summary>
    internal static string Program(Template template, Board board)
    {
        IEnumerable<Template> all = template.Companion is { } companion ? [TemplateLibrary.Shipped.Find(companion).Value, template] : [template];
        FilledTemplate[] filled = [.. all.Select(t => FilledTemplate.Of(t, (Dictionary<string, JsonNode?>)TemplateTrial.Examples(t))).Where(f => f.IsOk).Select(f => f.Value)];
        return ProgramComposer.Compose(template.What, filled, board);
    }

    // A word counts the more the fewer templates have it.
    private static double Points(HashSet<string> words, HashSet<string> asked) =>
        words.Where(asked.Contains).Sum(w => Math.Log((double)Words.Value.Count / Words.Value.Values.Count(t => t.Contains(w))));

    private static HashSet<string> WordsOf(Template t) =>
        [.. Lexer.Tokens($"{t.Name.Replace('_', ' ')} {t.Title} {t.What} {t.Kind} {string.Join(' ', t.Quantities.Select(q => q.Name))}").Select(w => w.Text).Where(w => w.Length > 2)];
}
