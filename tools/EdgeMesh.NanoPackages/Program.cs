using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using EdgeMesh.NanoPackages;

// Usage: dotnet run --project tools/EdgeMesh.NanoPackages [-- --check]
if (args.Length > 1 || (args.Length == 1 && args[0] != "--check"))
{
    Console.Error.WriteLine("Usage: EdgeMesh.NanoPackages [--check]");
    return 2;
}

string? root = Directory.GetCurrentDirectory();
while (root != null && !File.Exists(Path.Combine(root, NanoFile.FileName)))
{
    root = Path.GetDirectoryName(root);
}

if (root == null)
{
    Console.Error.WriteLine($"No {NanoFile.FileName} here or above; run this inside the repository.");
    return 2;
}

NanoFile? file = NanoFile.Read(root, out IReadOnlyList<string> problems);
if (file == null)
{
    Console.Error.WriteLine(string.Join('\n', problems.Select(p => NanoFile.FileName + ": " + p)));
    return 1;
}

string[] stale = [.. file.Files().Where(f => !File.Exists(Path.Combine(root, f.Path)) || File.ReadAllText(Path.Combine(root, f.Path)) != f.Text).Select(f => f.Path)];
if (args.Length == 1)
{
    foreach (string path in stale)
    {
        Console.Error.WriteLine($"{path} is stale: {NanoFile.FileName} has changed since. Run: dotnet run --project tools/EdgeMesh.NanoPackages");
    }

    return stale.Length == 0 ? 0 : 1;
}

foreach ((string path, string text) in file.Files().Where(f => stale.Contains(f.Path)))
{
    string to = Path.Combine(root, path);
    Directory.CreateDirectory(Path.GetDirectoryName(to)!);
    File.WriteAllText(to + ".new", text);
    File.Move(to + ".new", to, overwrite: true);
    Console.WriteLine($"Wrote {path}.");
}

return 0;
