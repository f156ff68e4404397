using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using EdgeMesh.Device.NanoFramework;
using EdgeMesh.Device.SelfCheck;
using EdgeMesh.Device.SelfCheck.DotNet;
using EdgeMesh.Protocol.DotNet;

const string Usage = "Usage: EdgeMesh.Device.SelfCheck run VECTORS | lines VECTORS FOLDER SERIAL-PORT";
if (args.Length < 2 || args[0] is not ("run" or "lines") || args.Length != (args[0] == "run" ? 2 : 4) || !Directory.Exists(args[1]))
{
    Console.Error.WriteLine(Usage);
    return 2;
}

string[] vectors = Directory.GetFiles(args[1], "*.json").Order(StringComparer.Ordinal).ToArray();
if (args[0] == "run")
{
    VectorRun run = new(new DotNetCrypto(), Console.Out.WriteLine, slow: false);
    foreach (string path in vectors)
    {
        run.Run(Path.GetFileNameWithoutExtension(path), new LineReader(new MemoryStream(Encoding.UTF8.GetBytes(VectorLines.Of(path))), 512, VectorRun.LineBytesMax));
    }

    Console.WriteLine(run.Total);
    return run.Failed == 0 && run.Passed > 0 ? 0 : 1;
}

// What nanoff --filedeployment takes, so that the board has the files on its drive.
Directory.CreateDirectory(args[2]);
foreach (string path in vectors)
{
    string to = Path.Combine(args[2], Path.GetFileNameWithoutExtension(path) + ".jsonl");
    File.WriteAllText(to, VectorLines.Of(path));
}

var files = vectors.Select(v => Path.GetFileNameWithoutExtension(v) + ".jsonl")
    .Select(name => new { DestinationFilePath = "I:\\" + name, SourceFilePath = Path.GetFullPath(Path.Combine(args[2], name)) });
File.WriteAllText(Path.Combine(args[2], "deploy.json"), JsonSerializer.Serialize(new { SerialPort = args[3], Files = files }));
Console.WriteLine($"Wrote {vectors.Length} files and deploy.json to {args[2]}.");
return 0;
