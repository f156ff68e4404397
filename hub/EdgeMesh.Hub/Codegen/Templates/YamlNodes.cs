using System;
using System.Globalization;
using System.IO;
using System.Text.Json.Nodes;
using EdgeMesh.Hub.Results;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EdgeMesh.Hub.Codegen.Templates;

/// <summary>YAML as JSON nodes: one document, no anchors, plain scalars by JSON's types.</summary>
internal static class YamlNodes
{
    private const int DepthMax = 8;
    private const int NodesMax = 4000;

    internal static Result<JsonObject> Parse(string yaml)
    {
        YamlStream stream = [];
        try
        {
            // The parser itself recurses: a header of bounded length and depth of brackets keeps it shallow.
            if (Depth(yaml) > DepthMax)
            {
                return Invalid($"it is nested deeper than {DepthMax} levels");
            }

            stream.Load(new StringReader(yaml));
        }
        catch (YamlException defect)
        {
            return Invalid($"line {defect.Start.Line}: {defect.Message}");
        }

        int left = NodesMax;
        try
        {
            return stream.Documents.Count == 1 && Convert(stream.Documents[0].RootNode, 0, ref left) is JsonObject root
                ? root
                : Invalid("it must be one mapping of names to values");
        }
        catch (FormatException defect)
        {
            return Invalid(defect.Message);
        }
    }

    private static Error Invalid(string why) => new(Contracts.ErrorCodes.TemplateInvalid, why);

    private static int Depth(string text)
    {
        int depth = 0, deepest = 0;
        foreach (char c in text)
        {
            depth += c is '[' or '{' ? 1 : c is ']' or '}' ? -1 : 0;
            deepest = Math.Max(deepest, depth);
        }

        return deepest;
    }

    private static JsonNode? Convert(YamlNode node, int depth, ref int left)
    {
        if (depth > DepthMax || --left < 0)
        {
            throw new FormatException("it is too large or nested too deeply");
        }

        switch (node)
        {
            case YamlScalarNode scalar:
                return Scalar(scalar);
            case YamlSequenceNode sequence:
                JsonArray array = [];
                foreach (YamlNode child in sequence.Children)
                {
                    array.Add(Convert(child, depth + 1, ref left));
                }

                return array;
            case YamlMappingNode mapping:
                JsonObject members = [];
                foreach ((YamlNode key, YamlNode value) in mapping.Children)
                {
                    members[(key as YamlScalarNode)?.Value ?? throw new FormatException("names must be plain text")] = Convert(value, depth + 1, ref left);
                }

                return members;
            default:
                throw new FormatException("it has something other than text, lists and mappings");
        }
    }

    private static JsonNode? Scalar(YamlScalarNode scalar)
    {
        string text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain)
        {
            return text;
        }

        return text switch
        {
            "" or "null" or "~" => null,
            "true" => true,
            "false" => false,
            _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) => whole,
            _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) => number,
            _ => text,
        };
    }
}
