using System;
using System.IO;
using EdgeMesh.Cli.Commands;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli;

/// <summary>A text file that was named on the command line.</summary>
internal static class TextFile
{
    /// <summary>Reads it: UTF-8, as devices read programs; what is none gets a character that no program needs.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="what">What it is called where it cannot be read; by default its path.</param>
    internal static Result<string> Read(string path, string? what = null)
    {
        try
        {
            return Result.Of(File.ReadAllText(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Arguments.Invalid($"{what ?? path} cannot be read: {failure.Message}");
        }
    }
}
