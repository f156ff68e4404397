using System;
using System.IO;
using EdgeMesh.ContractExport;
using EdgeMesh.ContractExport.AsyncApi;

// Usage: dotnet run --project tools/EdgeMesh.ContractExport [-- --check]
if (args.Length > 1 || (args.Length == 1 && args[0] != "--check"))
{
    Console.Error.WriteLine("Usage: EdgeMesh.ContractExport [--check]");
    return 2;
}

string? root = Directory.GetCurrentDirectory();
while (root != null && !File.Exists(Path.Combine(root, "EdgeMesh.sln")))
{
    root = Path.GetDirectoryName(root);
}

if (root == null)
{
    Console.Error.WriteLine("No EdgeMesh.sln here or above; run this inside the repository.");
    return 2;
}

(string File, string Text)[] exports = [(PythonContracts.File, PythonContracts.Render()), (AsyncApiDocument.File, AsyncApiDocument.Render(root))];
int stale = 0;
foreach ((string file, string text) in exports)
{
    string path = Path.Combine(root, file);
    if (args.Length == 0)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string written = path + ".new";
        File.WriteAllText(written, text);
        File.Move(written, path, overwrite: true);
        Console.WriteLine("Wrote " + file + ".");
    }
    else if (File.Exists(path) && File.ReadAllText(path) == text)
    {
        Console.WriteLine(file + " is up to date.");
    }
    else
    {
        stale = 1;
        Console.Error.WriteLine(file + " is stale: shared/ has changed since. Run: dotnet run --project tools/EdgeMesh.ContractExport");
    }
}

return stale;
