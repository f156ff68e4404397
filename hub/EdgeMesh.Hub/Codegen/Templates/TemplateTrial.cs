using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.Templates;

/// <summary>Fills a template with its own defaults and examples, which shows whether its parts fit each other.</summary>
internal static class TemplateTrial
{
    /// <summary>What is wrong with a template; null where nothing is.</summary>
    internal static string? Defect(Template template)
    {
        if (template.Name.Length is 0 or > 32 || !char.IsAsciiLetterLower(template.Name[0]) || !template.Name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
        {
            return "its name must be 1 to 32 of a-z, 0-9 and _, a letter first";
        }

        if (template.Uses.Except(Prelude.Parts).FirstOrDefault() is { } unknown)
        {
            return $"it uses {unknown}, which is none of {string.Join(", ", Prelude.Parts)}";
        }

        if (!template.Body.StartsWith("class {{class}}", StringComparison.Ordinal) || !template.Body.Contains("def step(self, now):", StringComparison.Ordinal) && !template.Body.StartsWith("class {{class}}(Sensor)", StringComparison.Ordinal))
        {
            return "its body must be a class {{class}} with step(self, now), or one of Sensor";
        }

        Result<FilledTemplate> filled = FilledTemplate.Of(template, Examples(template));
        if (!filled.IsOk)
        {
            return filled.Error!.Message;
        }

        try
        {
            filled.Value.Code("Example", _ => true);
            ScenarioWriter.Write("esp32", [filled.Value]);
            return null;
        }
        catch (FormatException defect)
        {
            return defect.Message;
        }
    }

    /// <summary>The pins of the examples.</summary>
    internal static Dictionary<string, JsonNode?> Examples(Template template) =>
        template.Parameters.Where(p => p.Example is not null).ToDictionary(p => p.Name, p => (JsonNode?)p.Example);
}
