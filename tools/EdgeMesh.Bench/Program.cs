using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using EdgeMesh.Bench;
using EdgeMesh.Bench.Cases;

(string Name, Func<Task<IReadOnlyList<Figure>>> Run)[] cases =
[
    ("one-device", OneDevice.RunAsync), ("latency", Latency.RunAsync), ("loss", Loss.RunAsync), ("fleet", FleetAtOnce.RunAsync), ("hub", HubStart.RunAsync),
    ("codegen", Codegen.RunAsync),
    ("codegen", DryRuns.RunAsync),
    ("codegen", Packages.RunAsync),
    ("trust", Trust.RunAsync),
];

if (args is [BareServer.Verb, string socket])
{
    await BareServer.RunAsync(socket).ConfigureAwait(false);
    return 0;
}

string name = "";
string file = "";
for (int i = 0; i < args.Length; i++)
{
    if (args[i] == "--json" && i + 1 < args.Length)
    {
        file = args[++i];
    }
    else if (name.Length == 0 && Array.Exists(cases, c => c.Name == args[i]))
    {
        name = args[i];
    }
    else
    {
        Console.Error.WriteLine($"\"{args[i]}\" is not understood. Usage: tools/bench [{string.Join('|', Array.ConvertAll(cases, c => c.Name))}] [--json FILE]");
        return 2;
    }
}

List<Figure> figures = [];
bool whole = true;
foreach ((string each, Func<Task<IReadOnlyList<Figure>>> run) in cases)
{
    if (name.Length > 0 && name != each)
    {
        continue;
    }

    try
    {
        figures.AddRange(await run().ConfigureAwait(false));
    }
    catch (Exception failure)
    {
        // The other cases still count; what was measured until then must not be lost with this one.
        whole = false;
        Console.Error.WriteLine($"{each} failed: {failure}");
    }

    if (file.Length > 0)
    {
        Report.Write(file, figures);
    }
}

Report.Show(figures);
return whole ? 0 : 1;
