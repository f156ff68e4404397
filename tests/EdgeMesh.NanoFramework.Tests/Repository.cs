using System;
using System.IO;

namespace EdgeMesh.NanoFramework.Tests;

/// <summary>The checked-out repository that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder != null && !File.Exists(Path.Combine(folder, "EdgeMesh.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("No EdgeMesh.sln above " + AppContext.BaseDirectory + ".");
    }
}
