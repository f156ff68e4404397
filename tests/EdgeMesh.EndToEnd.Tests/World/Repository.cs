namespace EdgeMesh.EndToEnd.Tests.World;

/// <summary>The working tree, and where <c>tools/build</c> leaves what is run.</summary>
internal static class Repository
{
    private const string Output = "bin/Release/net10.0";

    public static string Root { get; } = FindRoot();

    public static string Cli => Built($"hub/EdgeMesh.Cli/{Output}/edgemesh.dll");

    public static string DeviceHost => Built($"device/nanoframework/EdgeMesh.Device.Host/{Output}/EdgeMesh.Device.Host.dll");

    public static string MicroPythonHost => Path.Combine(Root, "tools/micropython/device.mjs");

    public static string Agent => Path.Combine(Root, "device/micropython");

    public static string Sample(string name) =>
        Built($"device/nanoframework/samples/{name}/{(name == "Heartbeat" ? "bin/v1" : Output)}/{name}.dll");

    private static string Built(string path)
    {
        string full = Path.Combine(Root, path);
        return File.Exists(full) ? full : throw new FileNotFoundException($"{full} is not built; run tools/build first.");
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EdgeMesh.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException($"No EdgeMesh.sln above {AppContext.BaseDirectory}.");
    }
}
