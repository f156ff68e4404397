using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.Templates;

/// <summary>The templates that there are: those that ship, and those of a folder, which come first where the names are the same.</summary>
public sealed class TemplateLibrary
{
    private const int FilesMax = 500;
    private const string Suffix = ".template";
    private static readonly Lazy<TemplateLibrary> LazyShipped = new(LoadShipped);
    private readonly SortedDictionary<string, Template> _templates;

    private TemplateLibrary(IEnumerable<Template> templates) =>
        _templates = new SortedDictionary<string, Template>(templates.GroupBy(t => t.Name).ToDictionary(g => g.Key, g => g.Last()), StringComparer.Ordinal);

    /// <summary>The templates that ship.</summary>
    public static TemplateLibrary Shipped => LazyShipped.Value;

    /// <summary>All templates by name.</summary>
    public IEnumerable<Template> Templates => _templates.Values;

    /// <summary>The shipped templates and those of a folder's files <c>*.template</c>; the first file that cannot be used is the error.</summary>
    /// <param name="folder">The folder; null for none.</param>
    public static Result<TemplateLibrary> Load(string? folder)
    {
        if (folder is null)
        {
            return Shipped;
        }

        List<Template> templates = [.. Shipped.Templates];
        try
        {
            foreach (string path in Directory.EnumerateFiles(folder, "*" + Suffix).Order(StringComparer.Ordinal).Take(FilesMax))
            {
                if (new FileInfo(path).Length > 4 * TemplateFile.LengthMax)
                {
                    return TemplateFile.Invalid(path, "it is too large");
                }

                Result<Template> template = TemplateFile.Parse(Path.GetFileName(path), File.ReadAllText(path));
                if (!template.IsOk)
                {
                    return template.Error!;
                }

                templates.Add(template.Value);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new Error(ErrorCodes.InvalidArgument, $"The folder of templates cannot be read: {failure.Message}");
        }

        return new TemplateLibrary(templates);
    }

    /// <summary>A template by its name, or <see cref="ErrorCodes.TemplateUnknown"/>.</summary>
    public Result<Template> Find(string name) => _templates.TryGetValue(name, out Template? template)
        ? template
        : new Error(ErrorCodes.TemplateUnknown, $"There is no template {name}. `edgemesh templates list` lists those that there are.");

    private static TemplateLibrary LoadShipped() => new(
        typeof(TemplateLibrary).Assembly.GetManifestResourceNames().Where(n => n.StartsWith("templates/", StringComparison.Ordinal))
            .Select(n => TemplateFile.Parse(n, Prelude.Resource(n)).Value));
}
