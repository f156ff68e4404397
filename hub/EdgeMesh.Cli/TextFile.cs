using System;
using System.IO;
using System.Text;
using EdgeMesh.Cli.Commands;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli;

/// <summary>A text file that was named on the command line.</summary>
internal static class TextFile
{
    /// <summary>Reads it; a byte order mark is no part of it.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="what">What it is called where it cannot be read; by default its path.</param>
    internal static Result<string> Read(string path, string? what = null) => Read(path, what, File.ReadAllText);

    /// <summary>
    /// Reads a program, UTF-8 as devices read it: a byte order mark stands before the first word there too, and what is no UTF-8 gets a character that no program needs.
    /// </summary>
    /// <inheritdoc cref="Read(string, string?)"/>
    internal static Result<string> ReadProgram(string path, string? what = null) => Read(path, what, path => Encoding.UTF8.GetString(File.ReadAllBytes(path)));

    private static Result<string> Read(string path, string? what, Func<string, string> read)
    {
        try
        {
            return Result.Of(read(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Arguments.Invalid($"{what ?? path} cannot be read: {failure.Message}");
        }
    }
}
