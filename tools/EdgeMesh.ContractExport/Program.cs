using System;
using System.IO;
using EdgeMesh.ContractExport;

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

string path = Path.Combine(root, PythonContracts.File);
string wanted = PythonContracts.Render();
if (args.Length == 0)
{
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    string written = path + ".new";
    File.WriteAllText(written, wanted);
    File.Move(written, path, overwrite: true);
    Console.WriteLine("Wrote " + PythonContracts.File + ".");
    return 0;
}

if (File.Exists(path) && File.ReadAllText(path) == wanted)
{
    Console.WriteLine(PythonContracts.File + " is up to date.");
    return 0;
}

Console.Error.WriteLine(
    PythonContracts.File + " is stale: shared/EdgeMesh.Contracts has changed since. Run: dotnet run --project tools/EdgeMesh.ContractExport");
return 1;
