using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Codegen.Programs;

namespace EdgeMesh.Hub.Tests.Codegen.Programs;

internal static class Packages
{
    internal static readonly Caller Owner = new("owner", "test");

    /// <summary>A program that publishes every second, and nothing else.</summary>
    internal const string Beat = "import edgemesh, time\n\n\ndef setup():\n    pass\n\n\ndef loop():\n    edgemesh.publish(beat=1)\n    time.sleep(1)\n";

    internal static PackageContent Content(string source, Scenario? scenario = null) => new()
    {
        DeviceType = "test", Board = "esp32", BoardSource = "", Source = source, Request = "beat", Origin = "person", Scenario = scenario ?? new Scenario(60), Gate = Gates.Passed,
    };
}
